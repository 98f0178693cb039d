"""Decoded frames of FFmpeg to samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from audiotest.audio._files.clip import Clip

_SCALES = {"s16": 2.0**-15, "s32": 2.0**-31, "flt": 1.0, "dbl": 1.0}
_KINDS = {"s16": np.int16, "s32": np.int32, "flt": np.float32, "dbl": np.float64}
_DEFAULT = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0(side)", 6: "5.1", 7: "6.1", 8: "7.1"}
"""The layout that a part of a file with other channels is brought to."""
_AT_ONCE = 1 << 16


class Samples:
    """Frames to pieces of float32 of shape (frames, channels), at the rate and with the channels of the first frame.

    Frames are short (an mp3's are 26 ms), so several are turned into samples at once.
    """

    def __init__(self) -> None:
        self._samples = np.empty((0, 0), np.float32)
        self._format, self._filled = "", 0
        self._converter: Any = None
        self._converts: tuple[int, str, str] | None = None

    def of(self, clip: Clip, frame: Any) -> Iterator[np.ndarray]:
        """The samples that are ready when ``frame`` has come."""
        name, channels = frame.format.name, frame.layout.nb_channels
        same = (frame.sample_rate, channels) == (clip.rate, clip.channels)
        # PyAV looks for the planes of a frame until it meets none, which with eight or more is outside the frame.
        if same and name.removesuffix("p") in _SCALES and (channels < 8 or not name.endswith("p")):
            if self._converter is not None:
                yield from self._unconverted(clip)
            yield from self._taken(clip, frame)
        else:
            yield from self._converted(clip, frame)

    def rest(self, clip: Clip) -> Iterator[np.ndarray]:
        """What waits to be complete."""
        yield from self._unconverted(clip)
        yield from self._ready(clip)

    def _taken(self, clip: Clip, frame: Any) -> Iterator[np.ndarray]:
        name, count = frame.format.name, frame.samples
        if name != self._format or self._filled + count > len(self._samples):
            yield from self._ready(clip)
            self._format = name
            self._samples = np.empty((max(_AT_ONCE, count), clip.channels), np.float32)
        place = self._samples[self._filled : self._filled + count]
        kind = _KINDS[name.removesuffix("p")]
        if name.endswith("p"):
            for channel, plane in enumerate(frame.planes):
                place[:, channel] = np.frombuffer(plane, kind, count)
        else:
            place[:] = np.frombuffer(frame.planes[0], kind, count * clip.channels).reshape(place.shape)
        self._filled += count

    def _ready(self, clip: Clip) -> Iterator[np.ndarray]:
        samples, self._filled = self._samples[: self._filled], 0
        if len(samples):
            scale = _SCALES[self._format.removesuffix("p")]
            if scale != 1.0:
                samples *= np.float32(scale)
            yield samples

    def _unconverted(self, clip: Clip) -> Iterator[np.ndarray]:
        """The end of what was converted: the converter keeps some back while it changes the rate."""
        if self._converter is not None:
            for frame in self._converter.resample(None):
                if frame.samples:
                    yield from self._taken(clip, frame)
        self._converter = self._converts = None

    def _converted(self, clip: Clip, frame: Any) -> Iterator[np.ndarray]:
        import av

        converts = frame.sample_rate, frame.layout.name, frame.format.name
        if converts != self._converts:
            yield from self._unconverted(clip)
            layout = frame.layout.name if frame.layout.nb_channels == clip.channels else _DEFAULT[clip.channels]
            self._converter = av.AudioResampler(format="flt", layout=layout, rate=clip.rate)
            self._converts = converts
        frame.pts = None
        for piece in self._converter.resample(frame):
            if piece.samples:
                yield from self._taken(clip, piece)
