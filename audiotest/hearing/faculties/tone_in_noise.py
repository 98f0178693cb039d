"""Tone in noise: in which half of the noise is the tone?

White noise of 3 s with a sine of 0.5 s in its first or second half. ``level`` is the power of the tone over that of
the noise within one auditory filter around it, in dB: the filter's width is the equivalent rectangular bandwidth of
people, ERB = 24.7 (4.37 f / 1000 + 1) Hz (Glasberg and Moore 1990). The noise has -30 dB full scale at its peaks and
is flat up to half of the rate."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.faculties.tone_in_quiet import HALF_S, rate
from audiotest.hearing.question import HALVES, SINE_RMS_DB, WHITE_NOISE_RMS_DB, Stimulus, Wording, noise, tone

TITLE = "Tone in noise"
UNIT, SCALE, HARDEST, EASIEST = "dB in an ERB", "db", -25.0, 30.0
VARIANTS, VARIANT_UNIT = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0), "Hz"
WORDINGS = (
    Wording("A tone sounds once within this noise. Is it in the first half or in the second half?", HALVES),
    Wording("When does the tone sound behind the noise?", ("during the first half", "during the second half")),
    Wording(
        "One half of this recording is noise alone, the other has a tone in the noise. Which half is noise alone?",
        ("the first half", "the second half"),
        inverted=True,
    ),
)
_NOISE_DB, _TONE_S = -30.0, 0.5


def erb(hz: float) -> float:
    """The equivalent rectangular bandwidth at ``hz``, in Hz."""
    return 24.7 * (4.37 * hz / 1000 + 1)


def tone_level(level: float, hz: float) -> float:
    """The tone's peak in dB full scale for a ratio of ``level`` dB in an ERB."""
    noise_in_band = _NOISE_DB + WHITE_NOISE_RMS_DB + 10 * np.log10(erb(hz) / (rate(hz) / 2))
    return float(noise_in_band + level - SINE_RMS_DB)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Noise with a tone in the half at ``answer``."""
    before = answer * HALF_S + rng.uniform(0.2, HALF_S - _TONE_S - 0.2)
    sound = {"sequence": [{"silence": round(before, 4)}, tone(variant, _TONE_S, tone_level(level, variant))]}
    scene = {"layers": [noise(2 * HALF_S, rng, _NOISE_DB), sound]}
    return Stimulus({"rate": rate(variant), "bits": 24, **scene})


def highest_hz(variant: float) -> float:
    """The tone's."""
    return variant
