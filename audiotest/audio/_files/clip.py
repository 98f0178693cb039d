"""What is kept of a file while it is decoded: the segment that was asked for, piece by piece."""

from __future__ import annotations

import os

import numpy as np

from audiotest.audio.errors import AudioError
from audiotest.types import Waveform

SLOWEST_HZ, FASTEST_HZ = 1_000, 768_000
MOST_CHANNELS = 64
MOST_BYTES = 1 << 31
"""The most that one clip may take once it is decoded: 3.1 hours of stereo at 24 kHz, 1.6 hours at 48 kHz."""
PIECE_BYTES = 1 << 22
"""Decoded at a time, so that a header that promises more than there is costs no memory."""

Name = str | os.PathLike[str]


def segment(
    what: object, frames: int, rate: int, start: float | None = None, end: float | None = None
) -> tuple[int, int]:
    """The first frame of [``start``, ``end``) and the one after its last, in ``frames`` of ``what`` at ``rate`` Hz.

    Raises :class:`AudioError`, calling the sound ``what``, where there is no such segment.
    """
    if frames <= 0:
        raise AudioError(f"{what} holds no sound (0 frames)")
    first = round((start or 0.0) * rate)
    last = frames if end is None else round(end * rate)
    if first >= frames or last > frames or last <= first:
        raise AudioError(
            f"{what} has no segment from {start or 0:g} s to {'its end' if end is None else f'{end:g} s'}: "
            f"it is {frames / rate:g} s long"
        )
    return first, last


class Clip:
    """The segment [``start``, ``end``) of a file, in seconds, while its pieces arrive in order from the beginning.

    ``heard`` is the number of frames that have passed, kept or not.
    """

    def __init__(self, name: Name, start: float | None, end: float | None) -> None:
        self.name, self.start, self.end = name, start, end
        self.rate = self.channels = self.heard = 0
        self.layout: tuple[str, ...] = ()
        self._pieces: list[np.ndarray] = []
        self._bytes = 0

    def begin(self, rate: int, channels: int, layout: tuple[str, ...] = ()) -> None:
        """Say what the file holds; raises :class:`AudioError` for a rate or a number of channels that no sound has."""
        if not SLOWEST_HZ <= rate <= FASTEST_HZ:
            raise AudioError(
                f"{self.name} says that its rate is {rate} Hz, which no sound has (1 to 768 kHz); its header is damaged"
            )
        if not 1 <= channels <= MOST_CHANNELS:
            raise AudioError(
                f"{self.name} says that it has {channels} channels (1 to {MOST_CHANNELS} are read); its header is "
                "damaged, or its channels need a file each"
            )
        self.rate, self.channels, self.layout = rate, channels, layout
        self._first = round((self.start or 0.0) * rate)
        self._last = None if self.end is None else round(self.end * rate)

    @property
    def piece(self) -> int:
        """How many frames to decode at a time."""
        return PIECE_BYTES // (4 * self.channels)

    @property
    def first(self) -> int:
        """The first frame that is kept."""
        return self._first

    @property
    def complete(self) -> bool:
        """Whether nothing more is needed; never for an empty segment, whose error says how long the file is."""
        return self._last is not None and self._first < self._last <= self.heard

    def skip(self, frames: int) -> None:
        """Pass ``frames`` that were not decoded, all of them before the segment."""
        self.heard += frames

    def add(self, piece: np.ndarray) -> None:
        """Take float32 samples of shape (frames, channels). Raises :class:`AudioError` for more than can be kept."""
        before, self.heard = self.heard, self.heard + piece.shape[0]
        last = self.heard if self._last is None else self._last
        kept = piece[max(0, self._first - before) : max(0, last - before)]
        if not kept.size:
            return
        self._bytes += kept.nbytes
        if self._bytes > MOST_BYTES:
            raise AudioError(
                f"{self.name} is longer than {self.heard / self.rate / 60:.0f} minutes and decodes to more than "
                f"{MOST_BYTES >> 30} GiB; give a part of it with start and end"
            )
        self._pieces.append(kept)

    def waveform(self) -> Waveform:
        """The segment. Raises :class:`AudioError` where the file does not have it, for samples that are not numbers."""
        segment(self.name, self.heard, self.rate, self.start, self.end)
        samples = self._pieces[0] if len(self._pieces) == 1 else np.concatenate(self._pieces)
        self._pieces = []
        samples = np.ascontiguousarray(samples, dtype=np.float32)
        finite = np.isfinite(samples)
        if not finite.all():
            bad = samples.size - int(np.count_nonzero(finite))
            raise AudioError(f"{self.name} holds {bad} samples that are not numbers (NaN or infinite); encode it again")
        return Waveform(samples, int(self.rate), self.layout)
