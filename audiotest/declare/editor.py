"""What editors need to check a suite as the loader does: the schemas beside it, and the line that names them.

The schemas refer to each other by file name, so all that a suite needs are written together. Names of scorers,
conditions and metrics are those of this installation, other packages' included.
"""

from __future__ import annotations

import re
from pathlib import Path

from audiotest.declare import member_schemas, schema

PARTS = ("suite", "cases", "synth", "members")
_MODELINE = re.compile(r"\A(?:\ufeff)?# yaml-language-server: \$schema=(?P<path>\S+)[^\n]*\n?")


def write_schemas(target: Path) -> None:
    """Write the schemas of suites into the folder ``target``."""
    target.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        text = member_schemas.text() if part == "members" else schema.text(part)
        (target / f"{part}.schema.json").write_text(text, encoding="utf-8")


def with_schemas(text: str, home: Path) -> str:
    """The text of a suite for the folder ``home`` whose first line names schemas that are there.

    A line that leads to some already stays; else the schemas are written to ``home/schemas``, where they go along with
    the suite.
    """
    line = _MODELINE.match(text)
    if line is not None and (home / line["path"]).is_file():
        return text
    write_schemas(home / "schemas")
    return modeline("schemas/suite.schema.json") + (text[line.end() :] if line is not None else text)


def modeline(path: str) -> str:
    """The line by which editors find the schema at ``path``."""
    return f"# yaml-language-server: $schema={path}\n"
