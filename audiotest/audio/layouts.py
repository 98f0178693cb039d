"""Channels mixed to mono or stereo.

Where the file names the places of its channels, more than two are mixed as ITU-R BS.775-4 (table 2) does: the centre
and the surround channels go to left and right at -3 dB, the low-frequency channel is left out; mono is the mean of the
two. A voice in the centre of 5.1 is then 3 dB down in mono; in the mean of six channels it is 15.6 dB down. Where the
mix exceeds full scale (and the channels did not), the clip as a whole is lowered to it, so that nothing is clipped
later. Where the places are not known, mono is the mean of all channels and stereo the first two.
"""

from __future__ import annotations

import numpy as np

from audiotest.types import Waveform

_HALF = float(np.sqrt(0.5))
_LEFT_RIGHT = {
    "FL": (1.0, 0.0), "FR": (0.0, 1.0), "FC": (_HALF, _HALF), "LFE": (0.0, 0.0), "BL": (_HALF, 0.0), "BR": (0.0, _HALF),
    "SL": (_HALF, 0.0), "SR": (0.0, _HALF), "FLC": (1.0, 0.0), "FRC": (0.0, 1.0), "BC": (0.5, 0.5),
}  # fmt: skip
"""BS.775 names the first six (its LS and RS are at the side or at the back); the others follow FFmpeg's mixer."""


def weights(sound: Waveform, channels: int) -> np.ndarray:
    """What each channel of ``sound`` is worth in each of 1 or 2 ``channels``: float32 of shape (channels of sound,
    channels)."""
    count = sound.channels
    if is_known(sound) and count > 2:
        stereo = np.array([_LEFT_RIGHT[place] for place in sound.layout])
        mixed = stereo if channels == 2 else stereo.mean(axis=1, keepdims=True)
    elif channels == 1:
        mixed = np.full((count, 1), 1 / count)
    elif count == 1:
        mixed = np.ones((1, 2))
    else:
        mixed = np.eye(count, 2)
    return mixed.astype(np.float32)


def is_known(sound: Waveform) -> bool:
    """Whether the place of every channel is known."""
    return len(sound.layout) == sound.channels and all(place in _LEFT_RIGHT for place in sound.layout)


def mixed(sound: Waveform, channels: int) -> np.ndarray:
    """The samples of ``sound`` in 1 or 2 ``channels``."""
    # A product of matrices: the obvious samples.mean(axis=1) takes longer than decoding the clip did.
    samples: np.ndarray = sound.samples @ weights(sound, channels)
    if sound.channels > 2 and is_known(sound):
        peak = float(np.abs(samples).max(initial=0.0))
        most = max(1.0, float(np.abs(sound.samples).max(initial=0.0))) if peak > 1 else 1.0
        if peak > most:
            samples *= np.float32(most / peak)
    return samples
