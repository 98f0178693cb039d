"""What sounds: its kind, its wave form, the order of several, and whether something is there at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from audiotest.models._listener.hearing import Hearing
from audiotest.models._listener.pitch import harmonics
from audiotest.models._listener.spectrum import holds, parts
from audiotest.models._listener.wording import KINDS, Asked, Fits, among

_TIMBRES = {
    "clicks": KINDS["clicks"],
    "noise": KINDS["noise"],
    "pure": r"\bpure|\bsine|\bsmooth|\bwhistl|\bflut|\bmellow",
    "buzzing": r"\bbuzz|\bharsh|\bsaw|\bsquare|\brough|\bbright|\brasp",
}
_WAVES = {"sine": r"\bsin(?:e|us)", "triangle": r"\btriang", "square": r"\bsquare", "saw": r"\bsaw"}
_SERIES: dict[str, Callable[[int], float]] = {
    "sine": lambda k: float(k == 1),
    "triangle": lambda k: (k % 2) / k**2,
    "square": lambda k: (k % 2) / k,
    "saw": lambda k: 1 / k,
}
_ALONE = r"\bnothing but\b|\bonly\b|\bjust\b|\bmerely\b|\bwithout\b|\bfree of\b|\babsent\b"
_PURE = 0.02
"""Power of the higher harmonics over that of the first, below which a tone is pure: a triangle has 0.015."""
_PLACES = (
    (0, r"\bfirst\b|\bbegin|\bstart|\bopens?\b|\binitial"),
    (-1, r"\blast\b|\bend(?:s|ing)?\b|\bfinal|\bclos"),
    (1, r"\bmiddle\b|\bsecond\b|\bbetween\b"),
    (2, r"\bthird\b"),
)


def wave(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Which waveform is it?``: the series of harmonics that is nearest, in square roots of amplitudes."""
    labels = asked.labels(_WAVES)
    if labels is None:
        return None
    heard = harmonics(hearing.samples(max(hearing.events, key=lambda e: e.seconds)))
    if len(heard) < 3:
        return [0.0] * len(labels)
    away = {
        name: float(sum((np.sqrt(a) - np.sqrt(series(k))) ** 2 for k, a in enumerate(heard, 1)))
        for name, series in _SERIES.items()
    }
    return among(labels, min(away, key=lambda name: away[name]))


def timbre(asked: Asked, hearing: Hearing) -> Fits | None:
    """``What kind of sound is it?``"""
    labels = asked.labels(_TIMBRES) or asked.labels(KINDS)
    if labels is None or asked.yes_no() or any(asked.says(pattern) for _, pattern in _PLACES):
        return None
    kinds = parts(hearing)
    if len(kinds) != 1:
        return [0.0] * len(labels)
    if kinds[0] != "tone" or "tone" in labels:
        return among(labels, kinds[0])
    heard = harmonics(hearing.samples(max(hearing.events, key=lambda e: e.seconds)))
    return among(labels, "pure" if np.sum(heard[1:] ** 2) < _PURE else "buzzing")


def order(asked: Asked, hearing: Hearing) -> Fits | None:
    """``In which order are the sounds heard?`` - ``tone, then noise, then clicks``."""
    anything = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()))
    read = [[m.lastgroup for m in anything.finditer(choice)] for choice in asked.choices]
    if len(read) < 2 or min(map(len, read)) < 2:
        return None
    heard = parts(hearing)
    return [float(kinds == heard) for kinds in read]


def place(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Which sound comes first?``"""
    labels = asked.labels(KINDS)
    at = next((index for index, pattern in _PLACES if asked.says(pattern)), None)
    if labels is None or at is None:
        return None
    heard = parts(hearing)
    return among(labels, heard[at]) if len(heard) > max(at, 1) else [0.0] * len(labels)


def anything(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Is there any sound?``, ``Is the clip silent?``"""
    if not about_silence(asked):
        return None
    silent = asked.says(r"\bsilen|\bnothing\b(?! but)|\bempty\b|\bblank\b")
    return asked.truth(hearing.audible != silent)


def about_silence(asked: Asked) -> bool:
    """Whether the question is if there is any sound, so that silence is an answer and no reason to decline."""
    words = r"\bsilen|\bany ?thing\b|\bany sounds?\b|\bany audio\b|\bempty\b|\bblank\b|\ba sound\b|\bnothing\b(?! but)"
    return asked.yes_no() and asked.says(words) and not any(asked.says(p) for p in KINDS.values())


def presence(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Is there a tone in the noise?``: the first kind that is named is the one that is asked for."""
    if not asked.yes_no():
        return None
    named = sorted((m.start(), kind) for kind, p in KINDS.items() if (m := re.search(p, asked.question)))
    if not named:
        return None
    alone = re.search(_ALONE, asked.question)
    if alone is None:
        return asked.truth(holds(hearing, named[0][1]))
    others = [kind for _, kind in named[1:]] if not re.match(r"without|free|absent", alone[0]) else [named[-1][1]]
    if not others:
        others = [kind for kind in KINDS if kind != named[0][1]]
    return asked.truth(not any(holds(hearing, kind) for kind in others))
