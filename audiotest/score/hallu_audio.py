"""HalluAudio's own verdict on a reply: *yes* or *no* anywhere in it, a number, or that nothing can be heard.

Goal
    Give the figures that the benchmark's scripts give: accuracy, and the false refusal rate (metric
    ``false_refusal_rate``), the share of replies that refuse.

Rule
    By the item's ``subset``, on the lower-case reply:

    ``commonvoice_invalid_gender``, ``invalid_noise``
        right if a phrase such as ``sorry``, ``no audio`` or ``cannot hear`` occurs;
    ``commonvoice_word_count``
        right if the first number in digits, else the first number word up to twenty, is the reference's;
    ``speech_commands_comparsion_loudness``, ``speech_commands_comparsion_speed``
        right if that one of ``first`` and ``second`` occurs that the reference has, and not the other;
    every other
        right if the reference is ``yes`` and ``yes`` occurs, or the reference is ``no`` and ``no`` does.

    Every reply counts. Whether it refuses is by a list of patterns of its own
    (:mod:`audiotest.score.official.hallu_audio`); an empty reply does.

Source
    ``accuracy_classify.py``, ``accuracy_else.py`` and ``refuse_to_answer.py`` of Feiyuzhao25/halluaudio, commit a54a65c
    (Zhao et al., ACL 2026, arXiv 2604.19300).

Facts
    ``subset`` and the reference, as ``answer`` or ``reference``.

Verdict
    ``choice`` is the option *yes* or *no* that occurs, *yes* if both do; ``details["refusal"]`` whether the reply
    refuses. An item whose reference the rule of its subset cannot read is not judged.

Known defects
    ``no`` occurs in "not", "know" and "sound of a piano, now"; a reply with both is right whatever the reference is,
    as "Yes, there is no doubt" is. :mod:`~audiotest.score.choice` reads the same replies carefully.
"""

from __future__ import annotations

from audiotest.score.official import hallu_audio as rules
from audiotest.types import Question, Verdict

ONE_ANSWER = True

_NOTHING_TO_HEAR = frozenset({"commonvoice_invalid_gender", "invalid_noise"})
_COUNTED = frozenset({"commonvoice_word_count"})
_COMPARED = frozenset({"speech_commands_comparsion_loudness", "speech_commands_comparsion_speed"})


def score(question: Question, output: str) -> Verdict:
    """What HalluAudio's scripts say of ``output``; takes no options and never raises."""
    reply = output.lower() if isinstance(output, str) else ""
    reference = question.answer if question.answer is not None else next(iter(question.reference), "")
    correct = _correct(str(question.metadata.get("subset") or "").strip(), reference.strip().lower(), reply)
    options = [choice.strip().strip(".").lower() for choice in question.choices]
    word = next((word for word in ("yes", "no") if word in reply and word in options), None)
    evidence = "hallu_audio cannot read the reference of this subset"
    if correct is not None:
        evidence = "as the reference has it" if correct else "not as the reference has it"
    return Verdict(
        correct,
        choice=options.index(word) if word else None,
        status="read" if word or not options else "unparsed",
        score=None if correct is None else float(correct),
        counted=correct is not None,
        evidence=evidence,
        details={"refusal": rules.is_refusal(reply)},
    )


def _correct(subset: str, reference: str, reply: str) -> bool | None:
    if subset in _NOTHING_TO_HEAR:
        return rules.cannot_hear(reply)
    if subset in _COUNTED:
        try:
            return rules.number(reply) == int(reference)
        except ValueError:
            return None
    if subset in _COMPARED:
        named = [word for word in ("first", "second") if word in reply]
        return len(named) == 1 and named[0] in reference
    return reference in reply if reference in ("yes", "no") else None
