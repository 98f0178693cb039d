"""What kind of sound: tone, noise or clicks, alone, in order, or one behind another.

- Short events (under 60 ms) are clicks.
- Noise is distinguished from tones by spectral flatness, the geometric over the arithmetic mean of power over frequency
  (Johnston 1988): about 0.56 for white noise, near 0 for tones.
- A tone within noise is a line in the long-term spectrum; noise behind a tone fills the valleys between the lines;
  clicks behind something steady lift all frequencies for a moment.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from audiotest.models._listener.hearing import BLOCK, RATE, Event, Hearing, Samples, runs

_CLICK_S = 0.06
_FLAT = 0.12
_FRAME, _STEP = 512, 160
_LONG = 2048
_LINE_DB = 6.0
_NOISE_BELOW_DB, _NOISE_DB = -50.0, -80.0
_LIFT_DB = 5.0


def parts(hearing: Hearing) -> list[str]:
    """The kinds of sound in order, each once for as long as it lasts."""
    kinds: list[str] = []
    for event in hearing.events:
        for kind in ["clicks"] if event.seconds < _CLICK_S else _steady_kinds(hearing, event):
            if not kinds or kinds[-1] != kind:
                kinds.append(kind)
    return kinds


def _steady_kinds(hearing: Hearing, event: Event) -> list[str]:
    """Tone and noise within one event, in order; what lasts less than 60 ms there is a transition."""
    flat = flatness(hearing.samples(event)) > _FLAT
    if len(flat) < 6:
        return ["noise" if flat.mean() > 0.5 else "tone"]
    padded = np.pad(flat.astype(float), 2, mode="edge")
    smooth = np.convolve(padded, np.ones(5) / 5, mode="valid") > 0.5
    edges = [0, *(np.flatnonzero(np.diff(smooth.astype(int))) + 1), len(smooth)]
    stretches = [(bool(smooth[a]), b - a) for a, b in pairwise(edges)]
    return ["noise" if noisy else "tone" for noisy, frames in stretches if frames >= 6 or frames == len(smooth)]


def flatness(samples: Samples) -> Samples:
    """Spectral flatness between 100 Hz and 7500 Hz every 10 ms, over windows of 32 ms."""
    power = _powers(samples, _FRAME, _STEP)[:, 100 * _FRAME // RATE + 1 : 7500 * _FRAME // RATE] + 1e-14
    return np.asarray(np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1))


def _powers(samples: Samples, size: int, step: int) -> Samples:
    """Power spectra of frames; white noise of RMS 1 has 1 in every bin."""
    if len(samples) < size:
        samples = np.pad(samples, (0, size - len(samples)))
    window = np.hanning(size)
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::step]
    blocks = (frames[i : i + BLOCK] * window for i in range(0, len(frames), BLOCK))
    powers = [np.abs(np.fft.rfft(block, axis=1)) ** 2 for block in blocks]
    return np.asarray(np.concatenate(powers) / np.sum(window**2))


def holds(hearing: Hearing, kind: str) -> bool:
    """Whether ``kind`` of sound (tone, noise, clicks) is there, be it behind another."""
    return {"tone": _holds_tone, "noise": _holds_noise, "clicks": _holds_clicks}[kind](hearing)


def _holds_tone(hearing: Hearing) -> bool:
    power = _powers(hearing.mono, _LONG, _LONG // 2).mean(axis=0)[8:-40] + 1e-13
    around = np.lib.stride_tricks.sliding_window_view(np.pad(power, 40, mode="reflect"), 81)
    return float((10 * np.log10(power / np.median(around, axis=1))).max()) > _LINE_DB


def _holds_noise(hearing: Hearing) -> bool:
    power = _powers(hearing.mono, _LONG, _LONG // 2)
    inner = power[1:-1] if len(power) > 4 else power
    valleys = float(np.percentile(np.median(inner[:, 8:-40], axis=1), 80))
    whole = float(np.mean(np.square(hearing.mono)))
    level = 10 * np.log10(valleys + 1e-14)
    return bool(level > _NOISE_DB and level > 10 * np.log10(whole + 1e-14) + _NOISE_BELOW_DB)


def _holds_clicks(hearing: Hearing) -> bool:
    power = 10 * np.log10(_powers(hearing.mono, 256, 64) + 1e-10)
    lift = (power - np.median(power, axis=0)).mean(axis=1)
    edge = round(0.04 * RATE / 64)  # the start and the end of anything lift all frequencies, too
    shortest, longest = 2, round(_CLICK_S * RATE / 64)
    return any(shortest <= b - a <= longest and a > edge and b < len(lift) - edge for a, b in runs(lift > _LIFT_DB))
