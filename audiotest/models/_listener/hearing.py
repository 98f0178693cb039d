"""What can be heard in a waveform before any question is asked: levels and events.

Conventions: 16 kHz, two channels. Levels are power over windows of 16 ms every 5 ms, in dB full scale, of both
channels together. An *event* is a stretch above a threshold that lies between the loudest moment and the floor
(the quietest twentieth of the time): 30 dB below the one or 8 dB above the other, whichever is higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from audiotest.audio.decode import conform
from audiotest.types import Waveform

RATE = 16000
HOP = 80
WINDOW = 256
HOP_S = HOP / RATE
INAUDIBLE_DB = -85.0
BLOCK = 2048
"""Frames analysed at once: ten minutes of frames are more memory than the sound is worth."""
_BELOW_PEAK_DB, _ABOVE_FLOOR_DB, _FLAT_DB = 30.0, 8.0, 12.0
_SHORTEST_GAP, _SHORTEST_EVENT = 2, 2
_BETWEEN_CLIPS_S = 0.5

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Event:
    """A sound with a beginning and an end, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.end - self.start


class Hearing:
    """One or several clips, heard one after the other."""

    def __init__(self, clips: Sequence[Waveform]) -> None:
        rest = np.zeros((round(_BETWEEN_CLIPS_S * RATE), 2))
        parts: list[Samples] = []
        for clip in clips:
            if clip.rate != RATE or clip.channels != 2:
                clip = conform(clip, rate=RATE, channels=2)
            parts += [*([rest] if parts else []), clip.samples.astype(np.float64)]
        self.stereo: Samples = np.concatenate(parts) if parts else np.zeros((0, 2))

    @cached_property
    def mono(self) -> Samples:
        """The mean of both channels."""
        return np.asarray(self.stereo.mean(axis=1))

    @cached_property
    def sides(self) -> Samples:
        """Power of each frame on the left and on the right: shape (frames, 2)."""
        total = np.concatenate([np.zeros((1, 2)), np.cumsum(np.square(self.stereo), axis=0)])
        centres = np.arange(0, len(self.stereo), HOP)
        low = np.clip(centres - WINDOW // 2, 0, len(self.stereo))
        high = np.clip(centres + WINDOW // 2, 0, len(self.stereo))
        width = np.maximum(high - low, 1)[:, None]
        return np.asarray(np.maximum(total[high] - total[low], 0.0) / width)

    @cached_property
    def levels(self) -> Samples:
        """Level of each frame in dB."""
        return np.asarray(10 * np.log10(self.sides.mean(axis=1) + 1e-12))

    @property
    def audible(self) -> bool:
        """Whether there is any sound at all."""
        return bool(len(self.stereo)) and float(self.levels.max()) > INAUDIBLE_DB

    @cached_property
    def active(self) -> npt.NDArray[np.bool_]:
        """Which frames lie above the threshold."""
        peak, floor = float(self.levels.max()), float(np.percentile(self.levels, 5))
        if peak - floor < _FLAT_DB:
            return np.ones(len(self.levels), dtype=bool)
        return np.asarray(self.levels > max(peak - _BELOW_PEAK_DB, floor + _ABOVE_FLOOR_DB))

    @cached_property
    def events(self) -> list[Event]:
        """Events in order, never none; a dip under 10 ms does not part two, and less than 10 ms is none."""
        spans: list[list[int]] = []
        for start, end in runs(self.active):
            if spans and start - spans[-1][1] < _SHORTEST_GAP:
                spans[-1][1] = end
            else:
                spans.append([start, end])
        events = [Event(a * HOP_S, b * HOP_S) for a, b in spans if b - a >= _SHORTEST_EVENT]
        return events or [Event(0.0, len(self.stereo) / RATE)]

    def frames(self, event: Event) -> slice:
        """The frames of an event."""
        return slice(round(event.start / HOP_S), max(round(event.end / HOP_S), round(event.start / HOP_S) + 1))

    def samples(self, event: Event) -> Samples:
        """The samples of an event, both channels together."""
        return self.mono[round(event.start * RATE) : round(event.end * RATE)]

    def level(self, event: Event) -> float:
        """Level of an event in dB: its power over its middle 70%."""
        margin = 0.15 * event.seconds
        middle = self.frames(Event(event.start + margin, event.end - margin))
        return float(10 * np.log10(self.sides[middle].mean() + 1e-12))

    @cached_property
    def onsets(self) -> Samples:
        """Where the events begin, in seconds."""
        return np.array([event.start for event in self.events])

    def halves(self) -> tuple[list[Event], list[Event]] | None:
        """The events before and after the longest pause; None where no pause stands out."""
        if len(self.events) < 2:
            return None
        pauses = [b.start - a.end for a, b in pairwise(self.events)]
        at = int(np.argmax(pauses)) + 1
        others = [p for i, p in enumerate(pauses) if i != at - 1]
        if others and pauses[at - 1] < 1.25 * max(others):
            return None
        return self.events[:at], self.events[at:]


def runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of True as (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
