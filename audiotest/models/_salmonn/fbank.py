"""Log mel filter banks as Kaldi computes them, in a few lines of torch.

Source: ``compute-fbank-feats`` of Kaldi with its defaults (25 ms Povey windows every 10 ms, pre-emphasis 0.97, the mean
of each window taken out, power spectrum of 512 points, no dither, edges snipped); the scaling is that of BEATs
(microsoft/unilm, ``beats/BEATs.py``).
"""

from __future__ import annotations

from functools import cache
from typing import Any

WINDOW, SHIFT, POINTS, BANDS, RATE = 400, 160, 512, 128, 16000
_EMPHASIS, _LOWEST_HZ = 0.97, 20.0
_MEAN, _DEVIATION = 15.41663, 6.55582


def fbank(wave: Any) -> Any:
    """(clips, samples) at 16 kHz, full scale ±1, to (clips, frames, 128), normalised as BEATs wants it.

    Computed in float64 and given as float32. A clip must hold at least 400 samples.
    """
    import torch

    frames = (wave.double() * 2**15).unfold(1, WINDOW, SHIFT)
    frames = frames - frames.mean(dim=2, keepdim=True)
    before = torch.cat([frames[..., :1], frames[..., :-1]], dim=2)
    frames = (frames - _EMPHASIS * before) * _povey().to(frames.device)
    power = torch.fft.rfft(frames, n=POINTS).abs() ** 2
    bands = power[..., : POINTS // 2] @ _triangles().to(frames.device)
    logs = bands.clamp_min(torch.finfo(torch.float32).eps).log()
    return ((logs - _MEAN) / (2 * _DEVIATION)).float()


@cache
def _povey() -> Any:
    import torch

    return torch.hann_window(WINDOW, periodic=False, dtype=torch.float64) ** 0.85


@cache
def _triangles() -> Any:
    """(frequency bins, bands): triangles that are even on the mel scale, from 20 Hz to half the rate."""
    import torch

    def mel(hertz: Any) -> Any:
        return 1127.0 * torch.log1p(hertz / 700.0)

    ends = mel(torch.tensor([_LOWEST_HZ, RATE / 2], dtype=torch.float64))
    edges = torch.linspace(float(ends[0]), float(ends[1]), BANDS + 2, dtype=torch.float64)
    bins = mel(torch.arange(POINTS // 2, dtype=torch.float64) * RATE / POINTS)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return torch.minimum(rising, falling).clamp_min(0.0)
