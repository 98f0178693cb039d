"""Write ``docs/reference/*.md``: every key of every file, every command, every option of pytest; and
``schemas/members.schema.json``: the names of scorers, conditions and metrics, for editors; and
``schemas/audiogram.schema.json``.

``python tools/reference.py`` writes them; ``--check`` only reports whether they are what it would write, and ends
with status 1 if not. The pages are made of ``schemas/*.schema.json``, the commands' own help texts and
``audiotest/options/table.py``.
"""

from __future__ import annotations

import argparse
import html
import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from audiotest.cli import main as audiotest
from audiotest.declare import member_schemas
from audiotest.hearing.published import human_figure
from audiotest.hearing.results import Audiogram
from audiotest.options.adding import add_options
from audiotest.registry import ADAPTERS, BENCHMARKS, CONDITIONS, FACULTIES, METRICS, SCORERS

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
TITLES = {
    "suite": "Suite files",
    "cases": "Case files",
    "synth": "Synthesised scenes",
    "card": "Model cards",
    "published": "Published scores",
    "run": "Results of a run",
}
_MEMBERS = "members.schema.json#"
Node = dict[str, Any]


def pages() -> dict[str, str]:
    """The text of every page by file name."""
    made = {f"{name}.md": SchemaPage(name).text() for name in TITLES}
    return {**made, "commands.md": commands(), "members.md": members()}


def members() -> str:
    """Every scorer, condition, metric, adapter, benchmark and faculty that is installed, as it documents itself."""
    lines = head("Members", "the docstrings of the members")
    lines += [
        "Everything here is a module of its own, of audiotest or of a package with an entry point; see CONTRIBUTING.md.",
        "",
    ]
    for title, room in (
        ("Conditions", CONDITIONS),
        ("Scorers", SCORERS),
        ("Metrics", METRICS),
        ("Adapters", ADAPTERS),
        ("Benchmarks", BENCHMARKS),
        ("Faculties", FACULTIES),
    ):
        lines += [f"## {title}", ""]
        for name in room.names():
            lines += [f"### {name} {{: #{room.word}-{slug(name)} }}", "", *member(room.get(name))]
            if room is FACULTIES:
                lines += faculty(room.get(name))
    return "\n".join(lines).rstrip() + "\n"


def member(one: Any) -> Iterator[str]:
    """The text of one member: its documentation as it stands, its parameters, and its traits."""
    yield from ("```text", one.doc.strip(), "```", "")
    facts = [f"version {one.version}"]
    parameters = getattr(one, "parameters", None) or getattr(one, "options", None) or ()
    if parameters:
        facts.append(f"parameters: {', '.join(f'`{name}`' for name in parameters)}")
    if getattr(one, "examples", ()):
        facts.append(f"written as {', '.join(f'`{text}`' for text in one.examples)}")
    traits = (
        "soundless",
        "unanswerable",
        "reorders",
        "rewords",
        "foreign_sound",
        "changes_length",
        "per_scorer",
        "by_tag",
    )
    facts += [trait.replace("_", " ") for trait in traits if getattr(one, trait, False)]
    if getattr(one, "shown_under", ()):
        facts.append(f"shown under {', '.join(one.shown_under)}")
    if getattr(one, "compared_with", ""):
        facts.append(f"compared with `{one.compared_with}` unless `versus` is given")
    yield from (f"{'; '.join(facts)}.", "")


def faculty(one: Any) -> Iterator[str]:
    """What is asked at which levels, and the published figures of people with their sources."""
    count = len(one.wordings[0].choices) or 3
    steps = ", ".join(f"{level:g}" for level in one.levels) if one.levels else f"{one.hardest:g} to {one.easiest:g}"
    spaced = {"log": "evenly on a logarithmic axis", "db": "evenly in dB"}[one.scale]
    yield from (f"- {count} options; {one.unit}, from the hardest: {steps}{'' if one.levels else f', {spaced}'}.", "")
    for wording in one.wordings:
        options = f" ({', '.join(wording.choices)})" if wording.choices else ""
        yield f"- {html.escape(wording.question, quote=False)}{html.escape(options, quote=False)}"
    yield ""
    figures = [(variant, human_figure(one.name, variant)) for variant in one.variants or (None,)]
    for variant, people in figures:
        if people is not None:
            at = "" if variant is None else f" at {variant:g} {one.variant_unit}".rstrip()
            ends = f"{people.low:g}" if people.low == people.high else f"{people.low:g} to {people.high:g}"
            sure = "" if people.checked else ", approximate"
            yield f"- People{at}: {ends} {people.unit or one.unit}{sure} ({people.source}). {people.note}".rstrip()
    if any(people is not None for _, people in figures):
        yield ""


class SchemaPage:
    """One schema as a page: a table for each object, a section for each definition."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.schema = read(name)
        self.inner: list[tuple[str, Node]] = []

    def text(self) -> str:
        """The page; objects within objects have sections of their own after the one that they stand in."""
        lines = [*head(TITLES[self.name], f"schemas/{self.name}.schema.json"), *self.section("", self.schema)]
        for name, node in self.schema.get("$defs", {}).items():
            lines += self.section(name, node)
        anchors = [slug(line[3:]) for line in lines if line.startswith("## ")]
        assert len(anchors) == len(set(anchors)), f"{self.name}: two sections have the same anchor"
        return "\n".join(lines).rstrip("\n") + "\n"

    def section(self, path: str, node: Node) -> list[str]:
        """An object or a definition under its heading, and what stands within it."""
        self.inner = []
        lines = [*([f"## `{path}`", ""] if path else []), *self.body(path, node)]
        for inside, one in self.inner:
            lines += self.section(inside, one)
        return lines

    def body(self, path: str, node: Node) -> Iterator[str]:
        """What stands under a heading: the description, what is taken, the keys, and rules over several keys."""
        if "description" in node:
            yield from (re.sub(r"`\$defs/(\w+)`", r"[\1](#\1)", node["description"]), "")
        if "properties" not in node or types(node) != ["object"]:
            default = f" Default: {code(shown(node['default']))}." if "default" in node else ""
            yield from (f"Takes {self.takes(node, path, here=True)}.{default}", "")
        if "properties" in node:
            yield from ("| key | takes | default | |", "| --- | --- | --- | --- |")
            for key, value in node["properties"].items():
                yield self.row(key, value, key in node.get("required", ()), path)
            yield ""
            if node.get("additionalProperties") is not False:
                yield from ("Other keys may stand beside these.", "")
        rules = [f"- {sentence(rule['description'])}" for rule in node.get("allOf", ())]
        yield from [*rules, ""] if rules else ()

    def row(self, key: str, node: Node, required: bool, path: str) -> str:
        """One key as a line of its object's table."""
        target = self.target(node["$ref"]) if "$ref" in node else {}
        default = node.get("default", target.get("default", ...))
        described = node.get("description") or target.get("description") or ""
        assert described, f"{self.name}: {path}.{key} has no description"
        inside = f"{path}.{key}" if path else key
        shortly = "*required*" if required else "" if default is ... else code(shown(default))
        cells = (code(key), self.takes(node, inside), shortly, described)
        return "| " + " | ".join(cell(c) for c in cells) + " |"

    def takes(self, node: Node, path: str, here: bool = False) -> str:
        """The values that ``node`` allows, in words: ``text, or a list of [clip](#clip) (at least 1)``.

        ``here``: its keys are told below this line.
        """
        if "$ref" in node and "properties" not in node:
            return self.link(node["$ref"])
        if "const" in node:
            return code(shown(node["const"]))
        if "enum" in node:
            return " or ".join(", ".join(code(shown(value)) for value in node["enum"]).rsplit(", ", 1))
        if "anyOf" in node:
            return " or ".join(self.takes(one, path) for one in node["anyOf"])
        special = {node["if"]["type"]: node["then"]} if "type" in node.get("if", ()) else {}
        said = [
            self.takes(special[kind], path) if kind in special else self.of_type(kind, node, path, here)
            for kind in types(node)
        ]
        return ", or ".join([", ".join(said[:-1]), said[-1]] if len(said) > 2 else said)

    def of_type(self, kind: str, node: Node, path: str, here: bool) -> str:
        """The values of one JSON type that ``node`` allows."""
        if kind == "string":
            length = [f"{node['maxLength']} characters at most"] if "maxLength" in node else []
            length += ["not empty"] if node.get("minLength") else []
            matching = f" matching {code(node['pattern'])}" if "pattern" in node else ""
            return f"text{matching}" + (f" ({', '.join(length)})" if length else "")
        if kind in ("number", "integer"):
            return ("a whole number" if kind == "integer" else "a number") + limits(node)
        if kind == "array":
            return f"a list{self.items(node['items'], path) if 'items' in node else ''}" + counts(node)
        if kind == "object":
            return self.mapping(node, path, here)
        return {"boolean": "`true` or `false`", "null": "`null`"}[kind]

    def items(self, node: Node, path: str) -> str:
        """What a list holds."""
        each = self.takes(node, path)
        return f" of {each}" if each.startswith("[") or each == "text" else f", each {each}"

    def mapping(self, node: Node, path: str, here: bool) -> str:
        """A mapping: one with a section of its own, or one of free keys."""
        if "properties" in node:
            if here:
                return "a mapping with the keys below"
            self.inner.append((path, node))
            return f"[a mapping](#{slug(path)})"
        values = node.get("additionalProperties")
        one = "one key" if node.get("maxProperties") == 1 else "free keys"
        return (
            f"a mapping of {one} to {self.takes(values, f'{path}.NAME')}" if isinstance(values, dict) else "a mapping"
        )

    def link(self, ref: str) -> str:
        """A Markdown link to what ``ref`` names, on this page or another."""
        file, _, pointer = ref.partition("#")
        page = "" if not file else f"{file.partition('.')[0]}.md"
        name = pointer.rpartition("/")[2]
        if name:
            return f"[{name}]({page}#{slug(name)})"
        page = page or f"{self.name}.md"
        return f"[{TITLES[page.partition('.')[0]].lower().rstrip('s').replace('synthesised ', '')}]({page})"

    def target(self, ref: str) -> Node:
        """The schema that ``ref`` names."""
        file, _, pointer = ref.partition("#")
        found: Any = read(file.partition(".")[0]) if file else self.schema
        for part in filter(None, pointer.split("/")):
            found = found[part]
        assert isinstance(found, dict)
        return found


def types(node: Node) -> list[str]:
    """The JSON types of a schema, in its order."""
    found = node.get("type", "object")
    kinds = [found] if isinstance(found, str) else list(found)
    looks = {"text": ("number", "boolean", "null"), "text or null": ("number", "boolean")}.get(node.get("$comment"), ())
    return [kind for kind in kinds if kind not in looks]  # text has for an editor the type that it looks like


def sentence(text: str) -> str:
    """``text`` with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?", ":")) else ".")


def limits(node: Node) -> str:
    """The range of a number."""
    least, above, most = node.get("minimum"), node.get("exclusiveMinimum"), node.get("maximum")
    if least is not None and most is not None:
        return f" from {least} to {most}"
    low = f" of at least {least}" if least is not None else f" above {above}" if above is not None else ""
    return low + ("" if most is None else f"{' and' if low else ''} of at most {most}")


def counts(node: Node) -> str:
    """How many items a list may have."""
    least, most = node.get("minItems"), node.get("maxItems")
    said = [f"{least} to {most} of them"] if least and most else [f"at least {least}"] if least else []
    said += ["none twice"] if node.get("uniqueItems") else []
    return f" ({', '.join(said)})" if said else ""


def shown(value: Any) -> str:
    """A value as one would type it into YAML."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read(name: str) -> Node:
    """A schema by name."""
    found = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8").replace(_MEMBERS, "#"))
    assert isinstance(found, dict)
    if name == "suite":  # the names of members have pages of their own
        found["$defs"] |= {key: node for key, node in member_schemas.loose()["$defs"].items() if node}
    return found


def head(title: str, source: str) -> list[str]:
    """A page's title, and where its text is to be changed."""
    return [f"# {title}", "", f"*Written by `tools/reference.py` from `{source}`; change it there.*", ""]


def slug(heading: str) -> str:
    """The anchor of a heading, which GitHub and the site make in the same way of such plain ones."""
    return re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-")


def code(text: str) -> str:
    """``text`` as code."""
    return f"`{text}`"


def cell(text: str) -> str:
    """``text`` in a table: a bar within code would end the cell for one renderer or show its escape in the other."""

    def safe(match: re.Match[str]) -> str:
        inside = match.group(1)
        return f"<code>{html.escape(inside).replace('|', '&#124;')}</code>" if "|" in inside else match.group(0)

    return re.sub(r"`([^`]*)`", safe, " ".join(text.split()))


def commands() -> str:
    """All commands with their options, and what audiotest adds to pytest."""
    lines = head("Commands", "audiotest/commands/` and `audiotest/options/table.py")
    lines += ["## pytest", "", "What audiotest adds; `pytest --help` shows the rest.", "", *table(pytest_options())]
    lines += section(audiotest, "audiotest")
    return "\n".join(lines).rstrip("\n") + "\n"


def section(command: click.Command, name: str) -> Iterator[str]:
    """A command, and those below it."""
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    yield from (f"## {name}", "", "```text", usage, "```", "", *prose(command.help or ""))
    options = [p for p in command.get_params(context) if isinstance(p, click.Option) and "--help" not in p.opts]
    yield from table([record for option in options if (record := option.get_help_record(context))])
    if isinstance(command, click.Group):
        for one in command.list_commands(context):
            inner = command.get_command(context, one)
            assert inner is not None
            yield from section(inner, f"{name} {one}")


def prose(text: str) -> Iterator[str]:
    """A help text: what click leaves as it stands (after a \\b) is a block."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b\n"):
            yield from ("```text", inspect.cleandoc(paragraph[2:]), "```", "")
        else:
            yield from (words(paragraph), "")


def table(records: list[tuple[str, str]]) -> Iterator[str]:
    """Options and what they do."""
    if records:
        yield from ("| option | |", "| --- | --- |")
        yield from (f"| {cell(code(option))} | {cell(words(text))} |" for option, text in records)
        yield ""


def words(text: str) -> str:
    """A help text as Markdown: options become code, and brackets no links."""

    def plain(part: str) -> str:
        return re.sub(r"(?<![\w-])(--[a-z][a-z-]*)", r"`\1`", part).replace("[", r"\[").replace("<", "&lt;")

    return "".join(part if part.startswith("`") else plain(part) for part in re.split(r"(`[^`]*`)", text))


def pytest_options() -> list[tuple[str, str]]:
    """(option, help) of every option that the plugin declares."""
    found: list[tuple[str, str]] = []

    class Recorder:
        optparser = argparse.ArgumentParser()

        def getgroup(self, *_: str) -> Recorder:
            return self

        def addini(self, name: str, **about: Any) -> None:
            found.append((f"{name} = {about['default']} (in pytest's configuration)", sentence(about["help"])))

        def addoption(self, *names: str, **about: Any) -> None:
            self.optparser.add_argument(*names, **about)
            name = names[0]
            shown = "|".join(about["choices"]) if "choices" in about else about.get("metavar", "")
            found.append((f"{name} {shown}".strip(), sentence(about["help"].replace("%%", "%"))))

    add_options(Recorder())  # type: ignore[arg-type]
    return found


def audiogram_schema() -> str:
    """The schema of what ``audiotest hear --json`` writes, from the structs that it is written from."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "audiotest audiogram"}
    return json.dumps(schema | msgspec.json.schema(Audiogram), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the pages, or check them."""
    made, check = pages(), "--check" in sys.argv[1:]
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    differing = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
    stale = False
    for name, text in (("members", member_schemas.text()), ("audiogram", audiogram_schema())):
        path = ROOT / "schemas" / f"{name}.schema.json"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.relative_to(ROOT)} {'differs; run python tools/reference.py' if check else 'written'}")
            stale = True
            if not check:
                path.write_text(text, encoding="utf-8")
    for name in differing:
        print(f"docs/reference/{name} {'differs; run python tools/reference.py' if check else 'written'}")
        if not check and name in made:
            (FOLDER / name).write_text(made[name], encoding="utf-8")
        elif not check:
            (FOLDER / name).unlink()
    return 1 if check and (differing or stale) else 0


if __name__ == "__main__":
    sys.exit(main())
