"""Text from suites, models and run records, made so that it is text and nothing else where it is printed.

Replies, questions and error messages come from elsewhere. On a terminal, escape sequences act (colours, titles, links
of OSC 8, the clipboard); in the log of a CI job, a line that begins with ``::`` is a command to GitHub's runner
(``::error``, ``::set-output``) and ``##vso[`` or ``##[`` one to Azure's; in a table, a cell that begins with ``=`` is a
formula; in Markdown, nearly every character is something.
"""

from __future__ import annotations

import re

BROKEN = "\N{REPLACEMENT CHARACTER}"
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
"""Not printable to Python, and part of ordinary words in Persian, Hindi and others."""
_COMMAND = re.compile(r"^(\s*)(?=::)|(?<=#)(?=#(?:vso)?\[)|^(\s*#)(?=#teamcity\[)", re.MULTILINE)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MARKUP = "\\`*_~[](){}<>|&#!:@"
_APART = "&#8203;"
"""A space of no width: GitHub and GitLab look for ``@name`` and ``#123`` in the finished page, where an ``@`` that was
written as a number is one again, and would notify that person."""


def text(given: str) -> str:
    """``given`` for a terminal or a log, its lines kept: controls are broken characters, and what would be a command to
    a CI runner has a backslash before it."""
    if not (given.isprintable() or all(map(_fits, given))):
        given = "".join(c if _fits(c) else BROKEN for c in given.replace("\r\n", "\n"))
    if "::" not in given and "##" not in given:
        return given
    return _COMMAND.sub(lambda match: f"{match[0]}\\", given)


def line(given: str) -> str:
    """As :func:`text`, in one line."""
    return text(" ".join(given.split()))


def csv_cell(given: object) -> object:
    """``given`` for a cell of a CSV file that a spreadsheet opens: what would be a formula there has an apostrophe
    before it. Numbers stay numbers."""
    if not isinstance(given, str) or not given.lstrip(" ").startswith(_FORMULA) or _is_number(given):
        return given
    return f"'{given}"


def markdown(given: str) -> str:
    """``given`` in one line of Markdown or HTML, with every character that could act there written as a number."""
    plain = "".join(f"&#{ord(c)};" if c in _MARKUP else c if _fits(c) else BROKEN for c in " ".join(given.split()))
    plain = re.sub(r"&#(?:64|35);(?=\w)", lambda match: f"{match[0]}{_APART}", plain)
    return re.sub(r"(?i)\bwww\.", lambda match: f"{match[0][:3]}&#46;", plain)


def markdown_name(given: str) -> str:
    """A name or a figure in one line of Markdown: as :func:`markdown`, but as people write it, so that it can be read
    as it stands; backslashes where they are needed."""
    plain = " ".join("".join(c if _fits(c) else BROKEN for c in given).split())
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = re.sub(r"([\\`*\[\]|~#!@]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z]))", r"\\\1", plain)
    plain = re.sub(r"[@#](?=\w)", lambda match: f"{match[0]}{_APART}", plain)
    return re.sub(r"(?i)\b(www)\.", r"\1\.", plain).replace("://", ":\\/\\/")


def _fits(character: str) -> bool:
    return character.isprintable() or character in "\n\t" or character in _JOINERS


def _is_number(given: str) -> bool:
    try:
        float(given)
    except ValueError:
        return False
    return given.isascii()
