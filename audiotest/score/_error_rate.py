"""What ``wer`` and ``cer`` share: a transcript aligned with its reference, and the verdict on it.

Alignment
    jiwer's, by the Levenshtein distance: the fewest substitutions, insertions and deletions. With several references
    the one with the fewest edits counts, the first of equals (``details["reference_index"]``).

What is compared
    The reply after any thinking (``<think>`` and the marks of other model families), normalised like the reference
    (:mod:`audiotest.score._normalisers`). A preface such as "The transcript is:" stays and counts as insertions: a
    word error rate is of what was said.

Loops
    ``details["loop"]`` names a phrase of at most 20 units that the reply has at least five times in a row, and more
    often than the reference. A decoder that is stuck does that, and its insertions can outweigh a corpus.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from audiotest.counting import counted
from audiotest.score import _normalisers
from audiotest.score.answer_extraction.abstention import abstains
from audiotest.score.answer_extraction.answer_span import after_thinking
from audiotest.types import Question, Verdict

Unit = Literal["word", "character"]
_LONGEST_PHRASE, _LOOPS = 20, 5
_LOOKED_AT = 5000
"""Units in which a loop is looked for."""
_MARKS = re.compile(r"[<\[{◁|]|\.\.\.done thinking")


def check(normaliser: Any, maximum: Any) -> None:
    """Raise ValueError for options that make no sense, and where a package is missing."""
    _normalisers.check(normaliser)
    number = isinstance(maximum, int | float) and not isinstance(maximum, bool)
    if not number or not maximum >= 0:
        raise ValueError(f"`max` is {maximum!r}: expected a rate, 0.05 for 5%")
    _jiwer()


def check_case(question: Question) -> None:
    """Raise ValueError for a case whose reference has no words: a rate over none of them is not defined."""
    for text in question.reference:
        if not re.search(r"\w", text):
            raise ValueError(
                f"the reference {text!r} has no words and so no error rate: write what is said, or take the case out"
            )


def verdict(question: Question, output: str, unit: Unit, normaliser: str, maximum: float) -> Verdict:
    """The verdict on a transcript. Without a reference, as where a condition takes it away, it is not judged, and only
    counted: ``details["words"]``. Raises ValueError for options that make no sense."""
    check(normaliser, maximum)
    references = question.reference or tuple(filter(None, question.right_answers))
    rule = _normalisers.named(normaliser, question, references)
    spoken = transcript(output)
    units: Callable[[str], Sequence[str]] = rule.words if unit == "word" else rule.characters
    hypothesis = units(spoken)
    counts = {"unit": unit, "words": len(rule.words(spoken)), "normaliser": rule.label}
    wanted = [(i, units(text)) for i, text in enumerate(references)]
    wanted = [(i, reference) for i, reference in wanted if reference]
    if not wanted:
        missing = "an error rate needs a `reference`" if not references else "the reference is empty once normalised"
        status: Any = "refused" if abstains(spoken) else "none"
        return Verdict(None, status=status, counted=False, evidence=missing, details=counts)
    aligned = [(index, reference, _align(reference, hypothesis, unit)) for index, reference in wanted]
    index, reference, best = min(
        aligned, key=lambda one: one[2]["substitutions"] + one[2]["insertions"] + one[2]["deletions"]
    )
    edits = best["substitutions"] + best["insertions"] + best["deletions"]
    rate = edits / len(reference)
    return Verdict(
        correct=rate <= maximum,
        status=_status(spoken, hypothesis, best["hits"] / len(reference)),
        score=max(0.0, 1 - rate),
        evidence=_in_words(unit, rate, best, len(reference)),
        details={
            **best,
            "reference_length": len(reference),
            "hypothesis_length": len(hypothesis),
            "reference_index": index,
            "reference": _joined(reference, unit),
            "hypothesis": _joined(hypothesis, unit),
            **counts,
            **({"loop": phrase} if (phrase := _loop(hypothesis, reference, unit)) else {}),
        },
    )


def transcript(output: str) -> str:
    """The reply without its thinking; empty where there is nothing but a thought that was never closed."""
    if not _MARKS.search(output):
        return output
    rest, only_a_thought = after_thinking(output)
    return "" if only_a_thought else rest


def _jiwer() -> Any:
    try:
        import jiwer
    except ImportError:
        raise ValueError("error rates need jiwer, which is not installed: pip install jiwer") from None
    return jiwer


def _align(reference: Sequence[str], hypothesis: Sequence[str], unit: Unit) -> dict[str, Any]:
    """Counts of edits and hits, and the alignment: [type, start and end in the reference, start and end in the reply],
    in units from 0; the types are equal, substitute, insert and delete."""
    process = _jiwer().process_words if unit == "word" else _jiwer().process_characters
    output = process([_joined(reference, unit)], [_joined(hypothesis, unit)])
    chunks = [
        [chunk.type, chunk.ref_start_idx, chunk.ref_end_idx, chunk.hyp_start_idx, chunk.hyp_end_idx]
        for chunk in output.alignments[0]
    ]
    names = ("substitutions", "insertions", "deletions", "hits")
    return {**{name: int(getattr(output, name)) for name in names}, "alignment": chunks}


def _joined(units: Sequence[str], unit: Unit) -> str:
    return (" " if unit == "word" else "").join(units)


def _status(spoken: str, hypothesis: Sequence[str], hits: float) -> Any:
    """A reply that declines hardly has words of the reference; one that has them may be about not hearing."""
    if not hypothesis:
        return "none"
    return "refused" if hits < 0.5 and abstains(spoken) else "read"


def _in_words(unit: Unit, rate: float, counts: dict[str, Any], length: int) -> str:
    each = ", ".join(counted(counts[f"{name}s"], name) for name in ("substitution", "insertion", "deletion"))
    return f"{unit} error rate {rate:.1%}: {each} over {counted(length, unit)}"


def _loop(hypothesis: Sequence[str], reference: Sequence[str], unit: Unit) -> str:
    """The phrase that the reply repeats, as the module says; "" for none."""
    times, phrase = _longest_run(hypothesis[:_LOOKED_AT])
    if times < _LOOPS or times <= _longest_run(reference[:_LOOKED_AT])[0]:
        return ""
    return _joined(phrase, unit)


def _longest_run(units: Sequence[str]) -> tuple[int, Sequence[str]]:
    """How many times a phrase stands in a row at most, and the phrase."""
    best: tuple[int, Sequence[str]] = (1, units[:1])
    for size in range(1, min(_LONGEST_PHRASE, len(units) // 2) + 1):
        run = 0
        for i in range(size, len(units)):
            run = run + 1 if units[i] == units[i - size] else 0
            if run // size + 1 > best[0]:
                best = run // size + 1, units[i - size + 1 : i + 1]
    return best
