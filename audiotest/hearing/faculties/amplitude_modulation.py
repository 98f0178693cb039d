"""Amplitude modulation: which of three noises flutters?

Three bursts of white noise of 0.8 s; one of them is modulated by a sine at the variant's rate. ``level`` is the
modulation depth in dB, 20 log10(m). The power stays the same. Over rates this is the temporal modulation transfer
function (TMTF)."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import ONE_OF_THREE, Stimulus, Wording, noise, one_differs, row

TITLE = "Amplitude modulation"
UNIT, SCALE, HARDEST, EASIEST = "dB (20 log m)", "db", -45.0, 0.0
VARIANTS, VARIANT_UNIT = (4.0, 16.0, 64.0), "Hz"
WORDINGS = (
    Wording(
        "Three noises follow each other. One of them fluctuates in loudness at a regular rate. Which one?", ONE_OF_THREE
    ),
    Wording("Two of the three noises are steady and one flutters. Which one flutters?", ONE_OF_THREE),
    Wording(
        "Which of the three noises is amplitude-modulated?", ("the first noise", "the second noise", "the third noise")
    ),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Three bursts, of which the one at ``answer`` is modulated."""
    bursts = [noise(0.8, rng, -18) for _ in range(3)]
    tremolo = {"hz": variant, "depth": round(min(10 ** (level / 20), 1.0), 6)}
    return Stimulus(row(one_differs(answer, 3, bursts, {**bursts[answer], "tremolo": tremolo})))
