"""Which of several alike sounds has something in it: a tone in one half, a gap, a flutter, a wavering pitch."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from audiotest.models._listener.hearing import RATE, Event, Hearing, Samples
from audiotest.models._listener.pitch import track
from audiotest.models._listener.wording import Asked, Fits, among

_HALVES = {"first": r"\bfirst half\b", "second": r"\bsecond half\b"}
_EMPTY = r"\bsilent\b|\bempty\b|\balone\b|\bnothing\b|\bwithout\b"
_FRAME, _EDGE_S, _APART_S = 2048, 0.03, 0.3


def half(asked: Asked, hearing: Hearing) -> Fits | None:
    """``In which half is the tone?``: where some frequency rises most above its own median over time."""
    labels = asked.labels(_HALVES)
    if labels is None or not asked.says(r"\btone\b|\bbeep\b|\bsounds?\b"):
        return None
    frames = np.lib.stride_tricks.sliding_window_view(hearing.mono, _FRAME)[:: _FRAME // 4] * np.hanning(_FRAME)
    powers = 10 * np.log10(np.abs(np.fft.rfft(frames, axis=1)[:, 8:]) ** 2 + 1e-14)
    lift = (powers - np.median(powers, axis=0)).max(axis=1)
    middle = len(lift) // 2
    loudest = [float(part.max()) for part in (lift[:middle], lift[middle:])]
    where = int(loudest[1] > loudest[0])
    # What is asked for is the half that holds the tone, unless the last sentence asks for the other one.
    if re.search(_EMPTY, re.split(r"[.,]\s+(?=which|when|is|in)", asked.question)[-1]):
        where = 1 - where
    return among(labels, ("first", "second")[where])


def odd_one(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Which of the three noises has a gap in it?``, ``Which one flutters?``, ``Which one wavers?``"""
    places = asked.ordinals()
    measure = next((m for words, m in _ODD if asked.says(words)), None)
    if places is None or len(places) < 3 or measure is None:
        return None
    groups = _groups(hearing.events)
    if len(groups) <= max(places):
        return [0.0] * len(places)
    values = [measure(hearing, group) for group in groups]
    return [float(place == int(np.argmax(values))) for place in places]


def _groups(events: list[Event]) -> list[Event]:
    """Events as one where less than 0.3 s lies between them."""
    out = [events[0]]
    for event in events[1:]:
        if event.start - out[-1].end < _APART_S:
            out[-1] = Event(out[-1].start, event.end)
        else:
            out.append(event)
    return out


def _inner_levels(hearing: Hearing, event: Event) -> Samples:
    return hearing.levels[hearing.frames(Event(event.start + _EDGE_S, event.end - _EDGE_S))]


def _dip(hearing: Hearing, event: Event) -> float:
    """How far the level falls below its median, in dB."""
    levels = _inner_levels(hearing, event)
    return float(np.median(levels) - levels.min()) if len(levels) else 0.0


def _flutter(hearing: Hearing, event: Event) -> float:
    """The strongest line in the spectrum of the level's fluctuation between 2 and 80 Hz, relative to its mean."""
    power = np.square(hearing.samples(Event(event.start + _EDGE_S, event.end - _EDGE_S)))
    if len(power) < RATE // 4:
        return 0.0
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft((power - power.mean()) * np.hanning(len(power)), size))
    return float(spectrum[2 * size // RATE : 80 * size // RATE].max() / max(power.sum(), 1e-12))


def _waver(hearing: Hearing, event: Event) -> float:
    """How far the pitch strays, in cents (RMS)."""
    hz = track(hearing.samples(event))
    hz = hz[np.isfinite(hz)][2:-2]
    return float(np.std(1200 * np.log2(hz / np.median(hz)))) if len(hz) else 0.0


_ODD: tuple[tuple[str, Callable[[Hearing, Event], float]], ...] = (
    (r"\bgap\b|\binterrupt|\bbroken\b|\bsilence\b", _dip),
    (r"\bwaver|\bvibrato|\bwobbl", _waver),
    (r"\bflutter|\bfluctuat|\bamplitude-modulat|\bamplitude modulat", _flutter),
)
