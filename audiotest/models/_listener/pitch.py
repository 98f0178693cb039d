"""Fundamental frequency: of a steady stretch, over time, and of several tones at once.

- A candidate comes from the autocorrelation, normalised by that of the window (Boersma 1993): the shortest lag that
  comes within a tenth of the best, which keeps clear of sub-octaves.
- It is refined by the spectrum: the mean of the harmonics' frequencies over their numbers, weighted by power.
- Pitches are compared in cents: 1200 log2 of the ratio.
"""

from __future__ import annotations

import numpy as np

from audiotest.models._listener.hearing import BLOCK, RATE, Event, Hearing, Samples

LOWEST_HZ, HIGHEST_HZ = 55.0, 2400.0
_TRACK_WINDOW, _TRACK_HOP = 1024, 160
_VOICED = 0.75
_LONGEST = 8192
_SAME_CENTS = 30.0


def cents(high: float, low: float) -> float:
    """How many cents ``high`` lies above ``low``."""
    return float(1200 * np.log2(high / low))


def pitches(hearing: Hearing, events: list[Event]) -> list[float]:
    """The fundamental of each event in Hz; nan where there is none."""
    return [fundamental(hearing.samples(event)) for event in events]


def fundamental(samples: Samples) -> float:
    """The fundamental of a steady stretch in Hz, from its middle (half a second at most); nan if it has none."""
    margin = max(len(samples) // 6, (len(samples) - _LONGEST) // 2)
    middle = samples[margin : len(samples) - margin]
    if len(middle) < 3 * RATE / HIGHEST_HZ + 64:
        return float("nan")
    rough, strength = _rough(middle[None, :])
    if strength[0] < _VOICED:
        return float("nan")
    spectrum, step = magnitudes(middle)
    return _refined(float(rough[0]), spectrum, step)


def track(samples: Samples) -> Samples:
    """The fundamental every 10 ms over windows of 64 ms, in Hz; nan where there is none."""
    if len(samples) < _TRACK_WINDOW:
        return np.array([fundamental(samples)])
    frames = np.lib.stride_tricks.sliding_window_view(samples, _TRACK_WINDOW)[::_TRACK_HOP]
    blocks = [_rough(frames[i : i + BLOCK]) for i in range(0, len(frames), BLOCK)]
    rough, strength = (np.concatenate(values) for values in zip(*blocks, strict=True))
    return np.where(strength >= _VOICED, rough, np.nan)


def _rough(frames: Samples) -> tuple[Samples, Samples]:
    """Fundamental (Hz) and strength of the autocorrelation's peak, for each row of ``frames``."""
    length = frames.shape[1]
    window = np.hanning(length)
    size = 1 << (2 * length - 1).bit_length()
    acf = np.fft.irfft(np.abs(np.fft.rfft((frames - frames.mean(axis=1, keepdims=True)) * window, size)) ** 2)
    norm = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)
    most = min(round(RATE / LOWEST_HZ), length // 2)
    acf = acf[:, : most + 2] / (norm[: most + 2] / norm[0])
    acf = acf / np.maximum(acf[:, :1], 1e-20)
    least = int(RATE / HIGHEST_HZ)
    inner = acf[:, least:-1]
    peaks = (inner >= acf[:, least - 1 : -2]) & (inner >= acf[:, least + 1 :])
    values = np.where(peaks, inner, -1.0)
    best = values.max(axis=1)
    at = np.argmax(values >= 0.9 * best[:, None], axis=1) + least
    rows = np.arange(len(frames))
    a, b, c = acf[rows, at - 1], acf[rows, at], acf[rows, at + 1]
    bend = a - 2 * b + c
    shift = np.where(np.abs(bend) > 1e-12, 0.5 * (a - c) / np.where(np.abs(bend) > 1e-12, bend, 1), 0.0)
    return RATE / (at + np.clip(shift, -0.5, 0.5)), best


def magnitudes(samples: Samples) -> tuple[Samples, float]:
    """Magnitude spectrum under a Hann window, padded to at least four times its length, and Hz per bin."""
    size = max(1 << (4 * len(samples) - 1).bit_length(), 1 << 14)
    return np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size)), RATE / size


def _peak(spectrum: Samples, step: float, low: float, high: float) -> tuple[float, float]:
    """(Hz, magnitude) of the highest point between two frequencies, by a parabola through the logarithms."""
    first, last = max(int(low / step), 1), min(int(high / step) + 2, len(spectrum) - 1)
    if last <= first:
        return float("nan"), 0.0
    at = int(np.argmax(spectrum[first:last])) + first
    a, b, c = np.log(spectrum[at - 1 : at + 2] + 1e-12) if at + 1 < len(spectrum) else (0.0, 1.0, 0.0)
    bend = a - 2 * b + c
    shift = float(np.clip(0.5 * (a - c) / bend, -1, 1)) if bend < -1e-12 else 0.0
    return (at + shift) * step, float(spectrum[at])


def _refined(hz: float, spectrum: Samples, step: float) -> float:
    estimates, weights = [], []
    for k in range(1, 9):
        if k * hz > 0.45 * RATE:
            break
        near, size = _peak(spectrum, step, (k * hz) * 0.985, (k * hz) * 1.015)
        estimates.append(near / k)
        weights.append((k * size) ** 2)
    return float(np.average(estimates, weights=weights)) if sum(weights) > 0 else hz


def harmonics(samples: Samples, count: int = 8) -> Samples:
    """Amplitudes of harmonics 1 to ``count`` relative to the first; empty where there is no pitch."""
    hz = fundamental(samples)
    if not np.isfinite(hz):
        return np.zeros(0)
    margin = len(samples) // 8
    spectrum, step = magnitudes(samples[margin : len(samples) - margin])
    sizes = [_peak(spectrum, step, k * hz * 0.99, k * hz * 1.01)[1] for k in range(1, count + 1) if k * hz < 7500]
    return np.array(sizes) / max(sizes[0], 1e-12)


def fundamentals(samples: Samples) -> list[float]:
    """The tones of a chord in Hz, from below: strong partials that are no harmonics of one already found.

    Takes for granted that each tone's fundamental is about as strong as the others', and no weaker than its harmonics.
    """
    margin = len(samples) // 8
    spectrum, step = magnitudes(samples[margin : len(samples) - margin])
    first, last = int(LOWEST_HZ / step), min(int(HIGHEST_HZ / step), len(spectrum) - 1)
    inner = spectrum[first:last]
    tops = np.flatnonzero(
        (inner >= spectrum[first - 1 : last - 1])
        & (inner > spectrum[first + 1 : last + 1])
        & (inner > 0.6 * inner.max())
    )
    tones: list[float] = []
    for top in tops + first:
        hz, _ = _peak(spectrum, step, (top - 1) * step, (top + 1) * step)
        if not any(_is_harmonic(hz, low) for low in tones):
            tones.append(hz)
    return tones


def _is_harmonic(hz: float, of: float) -> bool:
    k = round(hz / of)
    return k >= 1 and abs(cents(hz, k * of)) < _SAME_CENTS
