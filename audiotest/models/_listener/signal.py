"""Ordinary signal processing: levels, segments, onsets, pitch, spectra.

Conventions: ``samples`` is float of shape (frames, channels) at ``rate`` Hz; times are seconds, pitch is Hz.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Samples = np.ndarray
_HOP_S = 0.005
_FRAME_S = 0.02


class Segment(NamedTuple):
    """A stretch of sound between stillness, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


def mono(samples: Samples) -> Samples:
    """The mean of the channels, in double precision."""
    return np.asarray(samples, dtype=np.float64).mean(axis=1)


def levels(signal: Samples, rate: int) -> Samples:
    """RMS of frames of 20 ms, one every 5 ms; never zero."""
    hop, size = max(1, round(_HOP_S * rate)), max(1, round(_FRAME_S * rate))
    power = np.concatenate([[0.0], np.cumsum(signal**2)])
    starts = np.arange(0, max(1, len(signal) - size + 1), hop)
    ends = np.minimum(starts + size, len(signal))
    return np.sqrt((power[ends] - power[starts]) / np.maximum(1, ends - starts)) + 1e-12


def is_silent(samples: Samples) -> bool:
    """Whether there is nothing at all: below -80 dB full scale everywhere."""
    return not samples.size or float(np.abs(samples).max()) < 1e-4


def segments(signal: Samples, rate: int, *, gap_s: float = 0.06) -> list[Segment]:
    """Stretches that stand out from the noise floor, with gaps shorter than ``gap_s`` closed."""
    level = levels(signal, rate)
    peak, floor = np.quantile(level, 0.98), np.quantile(level, 0.05)
    threshold = 0.12 * peak if floor > 0.3 * peak else max(0.12 * peak, 3 * floor)
    if floor > 0.3 * peak:  # no stillness to be seen: one long sound
        threshold = 0.5 * floor
    active = level > min(threshold, 0.8 * peak)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(int), [0]])))
    found: list[Segment] = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        start, end = first * _HOP_S, (last - 1) * _HOP_S + _FRAME_S
        if found and start - found[-1].end < gap_s:
            found[-1] = Segment(found[-1].start, end)
        else:
            found.append(Segment(start, end))
    return [s for s in found if s.seconds >= 0.015]


def piece(signal: Samples, rate: int, segment: Segment, margin_s: float = 0.01) -> Samples:
    """The samples of a segment without its edges."""
    margin = min(margin_s, segment.seconds / 4)
    return signal[round((segment.start + margin) * rate) : round((segment.end - margin) * rate)]


def onsets(signal: Samples, rate: int, *, least_gap_s: float = 0.04) -> list[float]:
    """Times of struck sounds: peaks of the smoothed magnitude that stand out from what is around them."""
    width = max(1, round(0.004 * rate))
    smooth = np.convolve(np.abs(signal), np.ones(width) / width, mode="same")
    threshold = max(0.3 * smooth.max(), 4 * float(np.median(smooth)))
    found: list[float] = []
    above = smooth > threshold
    edges = np.flatnonzero(np.diff(np.concatenate([[0], above.astype(int), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        time = (first + int(np.argmax(smooth[first:last]))) / rate
        if not found or time - found[-1] >= least_gap_s:
            found.append(time)
    return found


def spectrum(signal: Samples, rate: int) -> tuple[Samples, Samples]:
    """(frequencies, magnitudes) with a Hann window, zero-padded to at least half a hertz a bin."""
    size = 1 << int(np.ceil(np.log2(max(len(signal), 2 * rate))))
    magnitudes = np.abs(np.fft.rfft(signal * np.hanning(len(signal)), n=size))
    return np.fft.rfftfreq(size, 1 / rate), magnitudes


def peaks(signal: Samples, rate: int, *, share: float = 0.3) -> list[float]:
    """Frequencies of spectral peaks with at least ``share`` of the highest, ascending, interpolated."""
    if len(signal) < 32:
        return []
    frequencies, magnitudes = spectrum(signal, rate)
    step = frequencies[1]
    # The main lobe of the window: lesser maxima within it are its side lobes, not other tones.
    reach = max(2, round(2.2 * rate / len(signal) / step))
    found: list[tuple[float, float]] = []
    order = np.argsort(magnitudes)[::-1][: 400 * reach]
    taken = np.zeros(len(magnitudes), bool)
    floor = share * magnitudes[order[0]]
    for i in order:
        if magnitudes[i] < floor:
            break
        if taken[i] or not 0 < i < len(magnitudes) - 1:
            continue
        taken[max(0, i - reach) : i + reach + 1] = True
        if magnitudes[i] >= magnitudes[i - 1] and magnitudes[i] >= magnitudes[i + 1] and frequencies[i] > 40:
            found.append((_interpolated(magnitudes, int(i)) * step, float(magnitudes[i])))
    return sorted(frequency for frequency, _ in found)


def _interpolated(magnitudes: Samples, i: int) -> float:
    """The place of a peak between bins, by a parabola through the logarithms."""
    a, b, c = np.log(magnitudes[i - 1 : i + 2] + 1e-12)
    bend = a - 2 * b + c
    return float(i + (0.5 * (a - c) / bend if bend else 0.0))


def pitch(signal: Samples, rate: int) -> float | None:
    """The fundamental: the lowest strong spectral peak. None where there is no tone."""
    if flatness(signal, rate) > 0.3:
        return None
    found = peaks(signal, rate, share=0.35)
    return found[0] if found else None


def flatness(signal: Samples, rate: int) -> float:
    """Spectral flatness between 50 Hz and 7 kHz: near 0 for tones, above 0.4 for white noise."""
    frequencies, magnitudes = spectrum(signal, rate)
    power = magnitudes[(frequencies > 50) & (frequencies < 7000)] ** 2 + 1e-20
    # Averaged over bands, so that the zeros between a window's side lobes do not make a noise look like a tone.
    bands = power[: len(power) // 64 * 64].reshape(-1, 64).mean(axis=1)
    return float(np.exp(np.mean(np.log(bands))) / np.mean(bands))


def semitones(low: float, high: float) -> float:
    """The interval from ``low`` to ``high`` in semitones."""
    return float(12 * np.log2(high / low))
