"""docs/conditions.md tells all conditions and all parameters."""

import re
from pathlib import Path

import pytest

from audiotest.declare.condition import ORIGINAL, names, parse
from audiotest.registry import CONDITIONS

TEXT = (Path(__file__).parents[2] / "docs" / "conditions.md").read_text(encoding="utf-8")
ROWS = {m.group(1): m.group(0) for m in re.finditer(r"^\| `(\w+)` \|.*$", TEXT, re.MULTILINE)}


def test_the_tables_hold_no_condition_that_is_not_there():
    assert set(ROWS) <= set(names())


@pytest.mark.parametrize("name", sorted(set(ROWS) - {ORIGINAL}))
def test_a_row_tells_every_parameter(name):
    wanted = set(CONDITIONS.get(name).parameters)
    told = re.findall(r"`(\w+)`", ROWS[name].split("|")[2])
    assert set(told) - {"other"} == wanted
    assert CONDITIONS.get(name).doc.startswith(f"``{name}")


def test_the_examples_are_conditions():
    block = re.search(r"```yaml\nconditions:\n(.*?)```", TEXT, re.DOTALL).group(1)
    texts = [line.strip()[2:].rpartition(": ")[0] if "#" not in line else line.strip()[2:].split("#")[0].rpartition(": ")[0]
             for line in block.splitlines()]  # fmt: skip
    assert len([c for text in texts for c in parse(text)]) == 11
