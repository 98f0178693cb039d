"""Position in a long clip: which way does the glide go that is somewhere in it?

``level`` seconds of soft noise with one glide of a second over an octave, at a random moment. The longer the clip,
the harder it is to find. Clips of up to ten minutes are large; it is measured only where it is asked for."""

from __future__ import annotations

import numpy as np

from audiotest.hearing.question import Stimulus, Wording, noise

TITLE = "Needle in a long clip"
UNIT, SCALE, HARDEST, EASIEST = "s", "log", 590.0, 5.0
DEFAULT = False
WORDINGS = (
    Wording("Somewhere in this recording a tone glides. Does it glide upwards or downwards?", ("upwards", "downwards")),
    Wording("Which way does the pitch of the one gliding tone go?", ("it rises", "it falls")),
    Wording("Is the sweep in this recording rising or falling?", ("rising", "falling")),
)


def stimulus(level: float, answer: int, rng: np.random.Generator, variant: float) -> Stimulus:
    """Noise with a glide upwards (``answer`` 0) or downwards."""
    low = 300 * 2 ** rng.uniform(0, 1)
    ends = (low, 2 * low) if answer == 0 else (2 * low, low)
    sweep = {"sweep": {"from": round(ends[0], 3), "to": round(ends[1], 3), "seconds": 1.0, "level_db": -12}}
    at = {"silence": round(rng.uniform(0.2, max(level - 1.2, 0.3)), 3)}
    return Stimulus({"layers": [noise(level, rng, -40), {"sequence": [at, sweep]}]})


def seconds(level: float) -> float:
    """How long the sound is."""
    return level


def highest_hz(variant: float) -> float:
    """The glide's upper end, at its highest."""
    return 1200.0
