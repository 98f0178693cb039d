"""``tempo_accuracy_2``: is the tempo in the reply right, whatever the metrical level: Accuracy 2 of tempo estimation.

Options
    ``relative``  how far off it may be, as a share of the right tempo (default 0.04: 4%)

Rule
    That of ``number`` with ``octave: true, unit: bpm``: twice, three times, half and a third of the right tempo are
    right as well. Accuracy 1 is ``number: {relative: 0.04, unit: bpm}``; a suite has both, each under its own name.

Source
    Gouyon et al. 2006, "An experimental comparison of audio tempo induction algorithms", IEEE TASLP 14: 1832.
"""

from __future__ import annotations

from audiotest.score import number
from audiotest.types import Question, Verdict

UNIT = ("bpm", "beats per minute")


def check(*, relative: float = 0.04) -> None:
    """Raise ValueError for a share that makes no sense."""
    number.check(relative=relative, octave=True, unit=UNIT)


def check_case(question: Question, *, relative: float = 0.04) -> None:
    """Raise ValueError for a case whose answer is no tempo."""
    number.check_case(question)


def score(question: Question, output: str, *, relative: float = 0.04) -> Verdict:
    """Whether the tempo of ``output`` is right at some metrical level; ``details["factor"]`` says at which. Raises
    ValueError for a share that makes no sense."""
    return number.score(question, output, relative=relative, octave=True, unit=UNIT)
