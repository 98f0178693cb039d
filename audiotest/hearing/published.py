"""Published thresholds of people, from ``suites/audiogram/published.yaml``: data, with a source for every row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from audiotest.declare.yaml import parse
from audiotest.hearing.results import HearingError, Human
from audiotest.resources import folder

_FILE = "audiogram/published.yaml"


class _Row(Human, frozen=True, kw_only=True):
    faculty: str
    variant: float | None = None


@cache
def _rows() -> Mapping[tuple[str, float | None], Human]:
    path = folder("suites") / _FILE
    try:
        data: Any = parse(path.read_bytes(), _FILE).data
        rows = msgspec.convert(data["people"], list[_Row], strict=False)
    except (OSError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise HearingError(f"{path}: {error}") from None
    fields = Human.__struct_fields__
    return {(row.faculty, row.variant): Human(**{name: getattr(row, name) for name in fields}) for row in rows}


def human_figure(faculty: str, variant: float | None) -> Human | None:
    """The figure for people of a variant, or of the faculty where variants have no rows of their own; None: none is
    known."""
    rows = _rows()
    return rows.get((faculty, variant)) or rows.get((faculty, None))
