"""From a question and what is heard to the option that fits, by the first kind of question that it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from audiotest.models._listener import changing, claiming, comparing, counting, detecting, harmony, naming, space
from audiotest.models._listener.hearing import Hearing
from audiotest.models._listener.wording import Asked, Fits, none_of_these
from audiotest.types import Waveform

NOTHING = "I hear nothing."
UNSURE = "I cannot tell from the audio."

SKILLS: tuple[tuple[str, Callable[[Asked, Hearing], Fits | None]], ...] = (
    ("existence", claiming.before),
    ("existence", claiming.more),
    ("existence", claiming.occurs),
    ("space", space.motion),
    ("space", space.side),
    ("interval", harmony.interval),
    ("interval", harmony.motion),
    ("mode", harmony.quality),
    ("register", harmony.register),
    ("repetition", harmony.repetition),
    ("steadiness", changing.steadiness),
    ("tempo", changing.tempo),
    ("loudness", changing.loudness),
    ("contour", changing.contour),
    ("rhythm", counting.evenness),
    ("metre", counting.metre),
    ("counting", counting.events),
    ("detection", detecting.half),
    ("detection", detecting.odd_one),
    ("comparison", comparing.which),
    ("comparison", comparing.relation),
    ("timbre", naming.wave),
    ("order", naming.order),
    ("order", naming.place),
    ("timbre", naming.timbre),
    ("silence", naming.anything),
    ("presence", naming.presence),
)
"""Kinds of questions, the narrower ones first: what the options are says more than what the question says."""


def choose(question: str, choices: Sequence[str], clips: Sequence[Waveform]) -> tuple[int | None, str]:
    """The index of the option that fits best, and the skill that chose it; or None, and why there is none."""
    hearing = Hearing(clips)
    places = [i for i, choice in enumerate(choices) if not none_of_these(choice)]
    asked = Asked.of(question, [choices[i] for i in places])
    if not clips or (not hearing.audible and not naming.about_silence(asked)):
        return None, NOTHING
    for name, skill in SKILLS:
        fits = skill(asked, hearing)
        if fits is not None:
            return _best(fits, places, len(choices)), name
    return None, UNSURE


def _best(fits: Fits, places: Sequence[int], count: int) -> int | None:
    """The best option; where none agrees with what is heard, the one that says so, if there is one."""
    best = max(fits)
    if best <= 0.5 and len(places) < count:
        return next(i for i in range(count) if i not in places)
    return places[fits.index(best)] if best > 0 else None
