"""Intervals, chords, absolute pitch, and whether a melody comes back."""

from __future__ import annotations

import re

import numpy as np

from audiotest.audio.synth import SynthError, frequency
from audiotest.models._listener.hearing import Event, Hearing
from audiotest.models._listener.pitch import cents, fundamentals, pitches
from audiotest.models._listener.wording import Asked, Fits, among

_INTERVALS = {
    "12": r"\boctave",
    "0": r"\bunison|\bprime\b",
    "6": r"\btritone|\baugmented fourth|\bdiminished fifth",
    "1": r"\bminor second|\bsemitone|\bhalf[- ](?:step|tone)",
    "2": r"\bmajor second|\bwhole[- ](?:step|tone)",
    "3": r"\bminor third",
    "4": r"\bmajor third",
    "5": r"\bfourth",
    "7": r"\bfifth",
    "8": r"\bminor sixth",
    "9": r"\bmajor sixth",
    "10": r"\bminor seventh",
    "11": r"\bmajor seventh",
}
_MOTION = {"same": r"\bsame\b|\bunison|\brepeat|\bidentical", "leap": r"\bleap|\bjump|\bskip", "step": r"\bstep"}
_QUALITIES = {"minor": r"\bminor\b", "major": r"\bmajor\b", "diminished": r"\bdiminish", "augmented": r"\baugment"}
_TRIADS = {"major": {0, 4, 7}, "minor": {0, 3, 7}, "diminished": {0, 3, 6}, "augmented": {0, 4, 8}}
_COMPARED = {
    "different": r"\bdiffer|\bchang|\bvaried|\bnot the same|\baltered",
    "same": r"\bsame|\bidentical|\brepeat|\bequal",
}
_HZ = re.compile(r"(\d+(?:\.\d+)?)\s*(k?)hz\b")
_NOTE = re.compile(r"\b([a-g][#♯b♭]?\d)\b")
_SAME_CENTS = 40.0


def _two_notes(hearing: Hearing) -> float | None:
    """Cents from the first to the second of two notes."""
    if len(hearing.events) < 2:
        return None
    first, second = pitches(hearing, hearing.events[:2])
    return cents(second, first) if np.isfinite(first) and np.isfinite(second) else None


def interval(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Which interval lies between the two notes?``"""
    labels = asked.labels(_INTERVALS)
    if labels is None:
        return None
    size = _two_notes(hearing)
    if size is None:
        tones = fundamentals(hearing.mono)
        size = cents(tones[1], tones[0]) if len(tones) == 2 else float("nan")
    return [float(abs(abs(size) - 100 * int(label)) < 50) for label in labels]


def motion(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Is the second note the same, a step away or a leap away?`` A step is a semitone or a tone."""
    labels = asked.labels(_MOTION)
    if labels is None or not {"step", "leap"} & set(labels):
        return None
    size = _two_notes(hearing)
    if size is None:
        return [0.0] * len(labels)
    return among(labels, "same" if abs(size) < 50 else "step" if abs(size) < 250 else "leap")


def quality(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Is the chord major or minor?``"""
    labels = asked.labels(_QUALITIES)
    if labels is None:
        return None
    tones = [hz for hz in pitches(hearing, hearing.events) if np.isfinite(hz)]
    if len(hearing.events) < 3 or len(tones) < 3:
        tones = fundamentals(hearing.samples(max(hearing.events, key=lambda e: e.seconds)))
    if len(tones) < 3:
        return [0.0] * len(labels)
    classes = {round(cents(hz, min(tones)) / 100) % 12 for hz in tones}
    return [_likeness(classes, _TRIADS[label]) for label in labels]


def _likeness(classes: set[int], triad: set[int]) -> float:
    """The best overlap over all roots: shared pitch classes over all pitch classes."""
    moved = ({(c + root) % 12 for c in triad} for root in range(12))
    return max(len(classes & m) / len(classes | m) for m in moved)


def repetition(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Is the second melody the same as the first?``"""
    if not asked.says(r"melod|tune|phrase|theme|motif|motive"):
        return None
    labels = asked.labels(_COMPARED)
    same, different = (asked.says(_COMPARED[k]) for k in ("same", "different"))
    if labels is None and not (asked.yes_no() and same != different):
        return None
    halves = hearing.halves()
    if halves is None:
        return [0.0] * len(asked.choices)
    alike = _alike(hearing, *halves)
    return among(labels, "same" if alike else "different") if labels is not None else asked.truth(alike == same)


def _alike(hearing: Hearing, one: list[Event], other: list[Event]) -> bool:
    if len(one) != len(other):
        return False
    pairs = zip(pitches(hearing, one), pitches(hearing, other), strict=True)
    return all(abs(cents(a, b)) < _SAME_CENTS for a, b in pairs)


def register(asked: Asked, hearing: Hearing) -> Fits | None:
    """``How high is this tone?`` - options in Hz, or notes such as A4."""
    wanted = [_named_pitch(choice) for choice in asked.choices]
    if len(wanted) < 2 or any(hz is None for hz in wanted):
        return None
    [heard] = pitches(hearing, [max(hearing.events, key=lambda e: e.seconds)])
    if not np.isfinite(heard):
        return [0.0] * len(wanted)
    return [float(2 ** (-abs(cents(heard, hz)) / 100)) for hz in wanted if hz is not None]


def _named_pitch(text: str) -> float | None:
    match = _HZ.search(text)
    if match:
        return float(match[1]) * (1000 if match[2] else 1)
    match = _NOTE.search(text)
    try:
        return frequency(match[1]) if match else None
    except SynthError:
        return None
