"""What may be wrong with a sound although it could be decoded: named in a few words, for a count in the summary.

Each doubt is a property of one clip, found in one pass over its samples:

=====================  ==============================================================================================
doubt                  meaning
=====================  ==============================================================================================
``silent``             no sample is above -80 dB of full scale
``short``              shorter than 0.1 s
``clipped``            at least 3 runs of 4 or more samples at the clip's peak, which is 0.98 of full scale or more, and
                       on average at least one such run a second
``over full scale``    a sample beyond 4 times full scale: integers that were stored as floats without being scaled
``cancelled in mix``   what the model hears is more than 30 dB below the loudest channel of the clip: antiphase stereo
``quieter in mix``     it is more than 12 dB below it
``channel lost``       a channel within 20 dB of the loudest one of three or more arrives more than 12 dB down
``lost in resampling`` the mix is more than 12 dB quieter at the model's rate: the sound was above its band
=====================  ==============================================================================================

The low-frequency channel of a known layout is meant to be left out (ITU-R BS.775) and raises no doubt.
"""

from __future__ import annotations

import numpy as np

from audiotest.audio import layouts
from audiotest.types import Waveform

DOUBTS = (
    "silent", "short", "clipped", "over full scale", "cancelled in mix", "quieter in mix", "channel lost",
    "lost in resampling",
)  # fmt: skip
"""Every doubt, in the order in which they are reported."""

_SILENCE = 1e-4
_SHORT_SECONDS = 0.1
_FULL_SCALE = 0.98
_STEP = 1.5 / 32768
"""The largest values of 16 bits are -32768 and 32767."""
_FLAT, _RUNS, _RUNS_A_SECOND = 4, 3, 1.0
"""The top of a sine of full scale stays within a step of 16 bits for four samples below 30 Hz only, at 44.1 kHz."""
_OVER = 4.0
_CANCELLED_DB, _QUIETER_DB, _NEAR_LOUDEST_DB = -30.0, -12.0, -20.0


def doubts(before: Waveform, after: Waveform | None = None) -> tuple[str, ...]:
    """The doubts about a clip: ``before`` as its file has it, ``after`` as the model hears it (None: only the clip
    itself).

    ``after`` is ``before`` through :func:`audiotest.audio.decode.conform`; a condition that changes the sound on
    purpose is between neither. Costs less than decoding.
    """
    peak = max(float(before.samples.max(initial=0.0)), -float(before.samples.min(initial=0.0)))
    present = {
        "silent": peak < _SILENCE,
        "short": before.seconds < _SHORT_SECONDS,
        "clipped": _FULL_SCALE <= peak <= _OVER and _is_clipped(before, peak),
        "over full scale": peak > _OVER,
    }
    if after is not None and not present["silent"]:
        present |= _mixing(before, after)
    return tuple(name for name in DOUBTS if present.get(name))


def _is_clipped(sound: Waveform, peak: float) -> bool:
    runs = 0
    for channel in sound.samples.T:
        places = np.flatnonzero(np.abs(channel) >= peak - _STEP)
        ends = np.flatnonzero(np.diff(places, append=np.iinfo(np.int64).max) != 1)
        runs = max(runs, int(np.count_nonzero(np.diff(ends, prepend=-1) >= _FLAT)))
    return runs >= max(_RUNS, _RUNS_A_SECOND * sound.seconds)


def _mixing(before: Waveform, after: Waveform) -> dict[str, bool]:
    """What is lost between the channels of the file and those that are heard, and between the two rates."""
    shared, mixed = _shared(before.samples), _shared(after.samples).diagonal()
    lost: dict[str, bool] = {}
    if after.channels != before.channels:
        weights = layouts.weights(before, after.channels)
        heard = [place != "LFE" for place in before.layout] if layouts.is_known(before) else [True] * before.channels
        powers = shared.diagonal()[heard]
        loudest = float(powers.max())
        mix = np.einsum("ij,ik,kj->j", weights, shared, weights)
        change = _decibels(float(mix.max()), loudest)
        lost["cancelled in mix"] = change < _CANCELLED_DB
        lost["quieter in mix"] = _CANCELLED_DB <= change < _QUIETER_DB
        if before.channels > 2 and not lost["cancelled in mix"]:
            # How much of a channel's sound, which others may have too, is in the mix: its projection on the channel.
            common = np.abs(shared @ weights).max(axis=1)[heard]
            lost["channel lost"] = any(
                _decibels(power, loudest) > _NEAR_LOUDEST_DB and 2 * _decibels(kept, power) < _QUIETER_DB
                for kept, power in zip(common.tolist(), powers.tolist(), strict=True)
            )
    else:
        mix = shared.diagonal()
    if after.rate < before.rate:
        lost["lost in resampling"] = _decibels(float(mixed.max()), float(mix.max())) < _QUIETER_DB
    return lost


def _shared(samples: np.ndarray) -> np.ndarray:
    """The mean product of each two channels: all that their powers, and those of any mix of them, follow from."""
    shared: np.ndarray = np.nan_to_num((samples.T @ samples).astype(np.float64)) / max(1, samples.shape[0])
    return shared


def _decibels(power: float, of: float) -> float:
    return 10 * float(np.log10(max(power, 1e-20) / max(of, 1e-20)))
