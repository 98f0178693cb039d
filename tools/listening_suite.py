"""Write ``suites/listening/*.yaml``: the listening suite, made of synthesised sound.

``python tools/listening_suite.py`` writes the files; ``--check`` only says whether they are what it would write,
and ends with status 1 if not. The same code gives the same bytes: all that is random is drawn from the cases'
names. What is asked stands in ``tools/listening/``.
"""

from __future__ import annotations

import io
import sys
from functools import cache
from pathlib import Path
from typing import Any

from listening import existence, pitched, sounding, timed
from listening.forms import Skill
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

FOLDER = Path(__file__).resolve().parent.parent / "suites" / "listening"
SKILLS: tuple[Skill, ...] = (*pitched.SKILLS, *timed.SKILLS, *sounding.SKILLS, *existence.SKILLS)
_CONDITIONS = {
    "original": "correct",
    "text_only": "abstains",
    "silence": "abstains",
    "noise(snr_db=20)": "stays_correct",
    "shuffled": "same",
}
_HEAD = """\
# yaml-language-server: $schema=../../schemas/suite.schema.json
# Written by tools/listening_suite.py; change it there.
suite: listening-{name}
title: {title}
policy: gates
prompt: choices_lettered
scorers: [choice]
conditions:
{conditions}
gates:
  - {{metric: accuracy, min: 0.9}}
  - {{metric: listening_gap, versus: text_only, min: 0.3, bound: lower}}
{noise_gate}cases:
"""
_LINE = 110
_NOISE_GATE = "  - {metric: accuracy, condition: noise(snr_db=20), min: 0.75}\n"


def text(skill: Skill) -> str:
    """The whole file of ``skill``."""
    left_out = dict(skill.left_out)
    lines = [f"  - {c}: {e}" for c, e in _CONDITIONS.items() if c not in left_out]
    lines += [f"  # not {condition}: {reason}" for condition, reason in skill.left_out]
    noise_gate = "" if "noise(snr_db=20)" in left_out else _NOISE_GATE
    title = skill.title if ": " not in skill.title else f'"{skill.title}"'
    head = _HEAD.format(name=skill.name, title=title, conditions="\n".join(lines), noise_gate=noise_gate)
    return head + _cases([case for form in skill.forms for case in form.cases(skill.name)])


def _cases(cases: list[dict[str, Any]]) -> str:
    yaml = YAML()
    yaml.width = 10_000
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    rows = CommentedSeq(CommentedMap({k: _laid_out(v) for k, v in case.items()}) for case in cases)
    out = io.StringIO()
    yaml.dump(rows, out)
    return out.getvalue()


def _laid_out(value: Any) -> Any:
    """In a line where that is short; otherwise down to the elements of a scene, each in a line."""
    if isinstance(value, dict) and len(str(value)) > _LINE:
        return CommentedMap({k: _laid_out(v) for k, v in value.items()})
    if isinstance(value, list) and len(str(value)) > _LINE and isinstance(value[0], dict):
        return CommentedSeq(_flow(v) for v in value)
    return _flow(value)


def _flow(value: Any) -> Any:
    """Lists and mappings in a line: ``{synth: {tone: {hz: 440, seconds: 0.5}}}``."""
    if isinstance(value, dict):
        mapping = CommentedMap({k: _flow(v) for k, v in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list | tuple):
        sequence = CommentedSeq(_flow(v) for v in value)
        sequence.fa.set_flow_style()
        return sequence
    return value


@cache
def texts() -> dict[str, str]:
    """Of each file, what is written."""
    return {f"{skill.name}.yaml": text(skill) for skill in SKILLS}


def stale(folder: Path = FOLDER) -> list[str]:
    """Names of files that are not what would be written: changed, missing or left over."""
    wanted = texts()
    there = {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.yaml")}
    return sorted(name for name in {*wanted, *there} if wanted.get(name) != there.get(name))


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` compare."""
    if arguments == ["--check"]:
        names = stale()
        if names:
            print(f"not what tools/listening_suite.py writes: {', '.join(names)}; run it", file=sys.stderr)
        return 1 if names else 0
    if arguments:
        print(f"unknown arguments {' '.join(arguments)}; known: --check", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, written in texts().items():
        (FOLDER / name).write_text(written, encoding="utf-8", newline="\n")
    for path in FOLDER.glob("*.yaml"):
        if path.name not in texts():
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
