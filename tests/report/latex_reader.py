"""Reads back the LaTeX that audiotest writes, so strictly that LaTeX would take it too: groups and environments close,
every row has as many cells as there are columns, and nothing but known commands is in it."""

import re

COMMANDS = {
    "begin", "end", "centering", "caption", "label", "toprule", "midrule", "bottomrule", "textbf", "scriptsize",
    "textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar",
}  # fmt: skip
CHARACTERS = {
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<", "textgreater": ">", "textbar": "|",
}  # fmt: skip
TOKEN = re.compile(r"\\([A-Za-z]+)|\\(.)|([{}&$])|%[^\n]*\n|([^\\{}&$%]+)", re.DOTALL)


def tokens(text):
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        assert match, f"LaTeX stops at {text[at : at + 40]!r}"
        yield match
        at = match.end()


def check(text):
    """Raises AssertionError for what LaTeX would not take."""
    depth, environments, mathematics = 0, [], False
    for match in tokens(text):
        command, escaped, special, plain = match.groups()
        assert command is None or command in COMMANDS, f"unknown command {command}"
        if command in ("begin", "end"):
            name = re.match(r"\{(\w+)\}", text[match.end() :])[1]
            if command == "begin":
                environments.append(name)
            else:
                assert environments.pop() == name
        assert escaped is None or escaped in "{}&%$#_\\", f"unknown \\{escaped}"
        assert plain is None or not set(plain) & set("#_^~"), f"{plain!r} would be taken for a command"
        if special == "$":
            mathematics = not mathematics
        depth += {"{": 1, "}": -1}.get(special, 0)
        assert depth >= 0
        assert special != "&" or "tabular" in environments
    assert (depth, environments, mathematics) == (0, [], False)


def rows(text):
    """The rows of the first table: lists of cells, as text with its type faces left out."""
    check(text)
    columns, body = re.search(r"\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}", text, re.DOTALL).groups()
    lines = [re.sub(r"\\(top|mid|bottom)rule\s*", "", line) for line in re.split(r"\\\\\n", body)]
    cells = [re.split(r"(?<!\\)&", line) for line in lines if line.strip()]
    assert all(len(row) == len(columns) for row in cells), "a row has other columns than the table"
    return [[cell.strip() for cell in row] for row in cells]


def unescaped(text):
    """The text that LaTeX prints."""
    out = []
    for match in tokens(text):
        command, escaped, _, plain = match.groups()
        out.append(CHARACTERS[command] if command else escaped or plain or "")
    return "".join(out)
