"""What a suite may ask of the scorers and metrics that it names: their options, and what holds of a metric's figure.

These are the traits of members as :mod:`audiotest.registry` finds them; nothing else in ``declare`` looks into a
member's module.
"""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from typing import Any

from msgspec import Struct

from audiotest.registry import METRICS, SCORERS, Room


class MetricTraits(Struct, frozen=True):
    """``lowest`` and ``highest``: the ends of what the metric can be (None: none). ``compared_with``: the condition
    that a metric over two conditions takes where no ``versus`` is given; "" for a metric over one."""

    lowest: float | None = None
    highest: float | None = None
    compared_with: str = ""


def trait(room: Room, name: str, attribute: str, default: Any = None) -> Any:
    """The attribute of a member that stands beside its function; ``default`` where it has none."""
    return getattr(import_module(room.get(name).__module__), attribute, default)


@cache
def scorer_options(scorer: str) -> list[str] | None:
    """The options that a suite can give to ``scorer``; None if it takes any."""
    parameters = list(inspect.signature(SCORERS.get(scorer)).parameters.values())[2:]
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return [p.name for p in parameters if p.name not in ("judged", "similarities")]


@cache
def metric_traits(metric: str) -> MetricTraits:
    """The traits of ``metric``: what its module says under ``RANGE`` and ``COMPARED_WITH``."""
    lowest, highest = trait(METRICS, metric, "RANGE", (None, None))
    return MetricTraits(lowest, highest, str(trait(METRICS, metric, "COMPARED_WITH", "")))
