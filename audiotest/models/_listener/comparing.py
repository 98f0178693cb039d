"""Which of several sounds has more of something, and how the second is to the first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audiotest.models._listener.hearing import Event, Hearing
from audiotest.models._listener.pitch import cents, pitches
from audiotest.models._listener.wording import Asked, Fits, among


@dataclass(frozen=True)
class Quantity:
    """Something that sounds have more or less of: the words for it, how it is measured, and the least
    difference that counts."""

    about: str
    more: str
    less: str
    measure: Callable[[Hearing, list[Event]], list[float]]
    least: float


def _heights(hearing: Hearing, events: list[Event]) -> list[float]:
    return [cents(hz, 440.0) for hz in pitches(hearing, events)]


def _lengths(hearing: Hearing, events: list[Event]) -> list[float]:
    return [float(np.log(event.seconds)) for event in events]


def _levels(hearing: Hearing, events: list[Event]) -> list[float]:
    return [hearing.level(event) for event in events]


QUANTITIES: dict[str, Quantity] = {
    "loudness": Quantity(
        r"loud|volume|level|dynamic",
        r"\bloud(?:er|est|ly)?\b|\b(?:more|greater|higher|most) (?:volume|level|intensity)|\bstronger\b",
        r"\bsoft(?:er|est|ly)?\b|\bquiet(?:er|est|ly)?\b|\bfaint(?:er|est)?\b|\bweaker\b|\b(?:less|lower) volume",
        _levels,
        1.0,
    ),
    "duration": Quantity(
        r"durat|lasts?\b|length|held",
        r"\blong(?:er|est)?\b",
        r"\bshort(?:er|est)?\b|\bbrief(?:er|est)?\b",
        _lengths,
        0.06,
    ),
    "pitch": Quantity(
        r"pitch|frequenc",
        r"\bhigh(?:er|est)?\b|\bup(?:wards?)?\b|\bsharper\b|\bris(?:es?|ing)\b",
        r"\blow(?:er|est)?\b|\bdown(?:wards?)?\b|\bdeep(?:er|est)?\b|\bflatter\b|\bfall(?:s|ing)?\b",
        _heights,
        12.0,
    ),
}
_FASTER = r"\bfast(?:er|est)?\b|\bquick(?:er|est|ly)?\b|\bmore rapid|\bhigher tempo"
_SLOWER = r"\bslow(?:er|est|ly)?\b|\blower tempo"
_SAME = r"\bsame\b|\bequal|\bidentical|\bas (?:high|long|loud) as"


def _wanted(text: str) -> tuple[Quantity, int] | None:
    """The quantity that ``text`` speaks of, and whether more (1) or less (-1) of it."""
    for quantity in QUANTITIES.values():
        more, less = (re.search(p, text) is not None for p in (quantity.more, quantity.less))
        if more != less:
            return quantity, 1 if more else -1
    return None


def which(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Which tone is higher?`` - ``the first``, ``the second``."""
    places = asked.ordinals()
    if places is None:
        return None
    faster, slower = asked.says(_FASTER), asked.says(_SLOWER)
    if faster != slower:
        return _which_tempo(places, hearing, 1 if faster else -1)
    wanted = _wanted(asked.question)
    if wanted is None:
        return None
    quantity, direction = wanted
    if len(hearing.events) <= max(places):
        return [0.0] * len(places)
    values = quantity.measure(hearing, hearing.events[: max(len(places), max(places) + 1)])
    most = int(np.nanargmax(direction * np.array(values))) if np.isfinite(values).any() else -1
    return [float(place == most) for place in places]


def _which_tempo(places: list[int], hearing: Hearing, direction: int) -> Fits:
    halves = hearing.halves()
    if halves is None or sorted(places) != [0, 1] or min(map(len, halves)) < 2:
        return [0.0] * len(places)
    rates = [-float(np.mean(np.diff([e.start for e in half]))) for half in halves]
    return [float(place == int(np.argmax(direction * np.array(rates)))) for place in places]


def relation(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Is the second tone higher or lower than the first?``"""
    if not asked.says(r"\bfirst\b|\bsecond\b|\btwo\b|\bboth\b|\bother\b"):
        return None
    for quantity in QUANTITIES.values():
        labels = asked.labels({"same": _SAME, "more": quantity.more, "less": quantity.less})
        if labels is None or not {"more", "less"} & set(labels):
            continue
        if len(hearing.events) < 2:
            return [0.0] * len(labels)
        first, second = quantity.measure(hearing, hearing.events[:2])
        change = second - first
        if re.search(r"(?:than|with|to) the second\b", asked.question) and not asked.says(r"from the first"):
            change = -change
        if not np.isfinite(change):
            return [0.0] * len(labels)
        if abs(change) < quantity.least and "same" in labels:
            return among(labels, "same")
        return among(labels, "more" if change > 0 else "less")
    return None
