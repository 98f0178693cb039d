"""``key``: the musical key in the reply, judged by mir_eval's weighted score: a fifth off is half right.

1 for the same key, 0.5 for a perfect fifth above it, 0.3 for its relative, 0.2 for its parallel major or minor, else 0.

Options
    ``min``  the least score that is correct (default 1: the very key)

Rule
    Keys are read as ``choice`` reads them ("C# minor", "A-flat major", "Am", "a-Moll"); one without a mode ("the key of
    G") is major. A key that the reply denies is not read. Several different keys are ``ambiguous``. The right key is
    the case's answer or any of its references.

Source
    ``mir_eval.key.weighted_score`` (MIREX), which names a relative or parallel key by pitch class.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from audiotest.score._words import is_denied
from audiotest.score.answer_extraction.answer_span import answer_spans
from audiotest.score.answer_extraction.keys import keys
from audiotest.score.answer_extraction.normalise import fold
from audiotest.types import CUT, Question, Verdict

VERSION = 2
_OTHER_NAMES = {"Cb": "B", "Fb": "E", "E#": "F", "B#": "C"}
"""Names of notes that mir_eval does not know."""
_MISSING = "`key` needs mir_eval, which is not installed: pip install 'audiotest[music]'"


def check(*, min: float = 1.0) -> None:
    """Raise ValueError for a least score outside the scale, and where mir_eval is not installed."""
    _check_minimum(min)
    if find_spec("mir_eval") is None:  # its import takes as long as the rest of a small run, and may not be needed
        raise ValueError(_MISSING)


def check_case(question: Question, **options: Any) -> None:
    """Raise ValueError for an answer that is no key."""
    for text in _wanted(question):
        if len(_keys(text)) != 1:
            raise ValueError(f"{text!r} is no key, such as `C# minor` or `Bb major`")


def score(question: Question, output: str, *, min: float = 1.0) -> Verdict:
    """mir_eval's weighted score of the key in ``output``. Raises ValueError for a ``min`` outside the scale."""
    _check_minimum(min)
    wanted = [key for text in _wanted(question) for key in _keys(text)]
    if not wanted:
        return Verdict(None, status="none", counted=False, evidence="`key` needs a key as `answer` or `reference`")
    named = next((own for span in answer_spans(output, cut=question.finish in CUT) if (own := _keys(span.text))), [])
    if len(named) != 1:
        status: Any = "ambiguous" if named else "none"
        return Verdict(False, status=status, score=0.0, evidence=", ".join(named)[:200])
    weighted = max(float(_mir_eval().weighted_score(right, named[0])) for right in wanted)
    details = {"value": named[0], "expected": wanted[0]}
    return Verdict(weighted >= min, score=weighted, evidence=named[0], details=details)


def _check_minimum(minimum: Any) -> None:
    if isinstance(minimum, bool) or not isinstance(minimum, int | float) or not 0 < minimum <= 1:
        raise ValueError(f"`min` is {minimum!r}: expected a number above 0, up to 1")


def _wanted(question: Question) -> tuple[str, ...]:
    return (*question.reference, *question.right_answers)


def _keys(text: str) -> list[str]:
    """The different keys of ``text``, as mir_eval writes them; those with a mode, if there are any."""
    folded = fold(text)
    every = [key for key, start, _, _ in keys(text) if not is_denied(folded, start)]
    kept = [key for key in every if key.mode] or every
    return list(dict.fromkeys(f"{_OTHER_NAMES.get(key.tonic, key.tonic)} {key.mode or 'major'}" for key in kept))


def _mir_eval() -> Any:
    try:
        import mir_eval.key
    except ImportError:
        raise ValueError(_MISSING) from None
    return mir_eval.key
