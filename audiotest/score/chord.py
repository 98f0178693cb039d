"""``chord``: the chord in the reply, compared with the right one as ``mir_eval.chord`` compares labels.

Options
    ``comparison``  by what two chords are the same: ``majmin`` (default: major, minor and no chord), ``root``,
                    ``thirds`` (root and third), ``triads`` (up to the fifth), ``sevenths`` (major, minor, the sevenths
                    on them, and no chord), ``tetrads`` (all within an octave) or ``mirex`` (three notes in common)

Rule
    Chords are read in Harte's syntax (``A:min7``), as lead sheets write them (``Am7``, ``F#dim``, ``C/E``) and in words
    ("A minor seventh", "Bb major", "no chord"); ``N`` is no chord, and a note alone a major chord. A chord that the
    reply denies is not read. Several are ``ambiguous`` unless each of them is right ("Am7, an A minor"). The right
    chord is the case's answer or any of its references. Where the comparison leaves the right chord out of its
    vocabulary (-1 of mir_eval, such as ``C:dim`` under ``majmin``), the reply is not counted.

Source
    ``mir_eval.chord``; Harte, "Towards Automatic Extraction of Harmony Information from Music Signals", PhD thesis,
    Queen Mary University of London, 2010.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from audiotest.registry import unknown
from audiotest.score._words import is_denied
from audiotest.score.answer_extraction.answer_span import answer_spans
from audiotest.score.answer_extraction.chords import NO_CHORD, OMITTED, chords
from audiotest.score.answer_extraction.normalise import fold
from audiotest.types import CUT, Question, Verdict

_COMPARISONS = ("majmin", "root", "thirds", "triads", "sevenths", "tetrads", "mirex")
_ASTERISK = re.compile(r"(?<=[(,])\*(?=[b#]*\d)")


def check(*, comparison: str = "majmin") -> None:
    """Raise ValueError for a comparison that there is not, and where mir_eval is not installed."""
    if comparison not in _COMPARISONS:
        raise ValueError(unknown("comparison of chords", str(comparison), _COMPARISONS))
    _mir_eval()


def check_case(question: Question, **options: Any) -> None:
    """Raise ValueError for an answer that is no chord."""
    for text in _wanted(question):
        if _right(text) is None:
            raise ValueError(f"{text!r} is no chord, such as `A:min7`, `Am7` or `N`")


def score(question: Question, output: str, *, comparison: str = "majmin") -> Verdict:
    """Whether ``output`` names the right chord. Raises ValueError for a comparison that there is not."""
    check(comparison=comparison)
    wanted = [label for text in _wanted(question) if (label := _right(text)) is not None]
    if not wanted:
        return Verdict(None, status="none", counted=False, evidence="`chord` needs a chord as `answer` or `reference`")
    compare = getattr(_mir_eval(), comparison)
    known = [label for label in wanted if compare([label], [NO_CHORD])[0] >= 0]
    if not known:
        evidence = f"{wanted[0]} is not in the vocabulary of `{comparison}`"
        return Verdict(None, status="none", counted=False, evidence=evidence, details={"expected": wanted[0]})
    named = _named(output, question.finish in CUT)
    correct = bool(named) and any(all(compare([label], [one])[0] > 0 for one in named) for label in known)
    if not correct and len(named) != 1:
        status: Any = "ambiguous" if named else "none"
        return Verdict(False, status=status, score=0.0, evidence=", ".join(named)[:200])
    details = {"value": named[0], "expected": known[0]}
    return Verdict(correct, score=float(correct), evidence=", ".join(named)[:200], details=details)


def _wanted(question: Question) -> tuple[str, ...]:
    return (*question.reference, *question.right_answers)


def _right(text: str) -> str | None:
    """The label that ``text`` is, or the one chord in it; None for none, or for several."""
    if _notes(text.strip()) is not None:
        return text.strip()
    named = _named(text)
    return named[0] if len(named) == 1 else None


def _named(output: str, cut: bool = False) -> list[str]:
    """A label for each different chord that is named where the reply answers."""
    for span in answer_spans(_ASTERISK.sub(OMITTED, output), cut=cut):
        folded = fold(span.text)
        labels: dict[tuple[Any, ...], str] = {}
        for chord in chords(span.text):
            notes = _notes(chord.label)
            if notes is None or notes in labels:
                continue
            if chord.label == NO_CHORD or not is_denied(folded, chord.start):
                labels[notes] = chord.label
        if labels:
            return list(labels.values())
    return []


@lru_cache(maxsize=4096)
def _notes(label: str) -> tuple[Any, ...] | None:
    """What a label stands for: root, notes above it and bass; None for a label that mir_eval does not know."""
    module = _mir_eval()
    try:
        root, notes, bass = module.encode(label)
    except module.InvalidChordException:
        return None
    return root, tuple(int(note) for note in notes), bass


def _mir_eval() -> Any:
    try:
        import mir_eval.chord
    except ImportError:
        raise ValueError("`chord` needs mir_eval, which is not installed: pip install 'audiotest[music]'") from None
    return mir_eval.chord
