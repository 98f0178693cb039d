"""MMAU-Pro's own verdict on a reply that was asked to keep to a form: 27 rules.

Goal
    Give the figure that the benchmark's script gives for its category *instruction following* (87 items): the
    share of replies that follow the instruction. Nothing is asked about the content.

Rule
    :mod:`audiotest.score.official.if_rules`, chosen by ``task_identifier`` and given ``kwargs``. An
    identifier without a rule is never followed.

Source
    ``evaluate_aif_sample`` in ``evaluate_mmau_pro_comprehensive.py`` of sonalkum/MMAUPro, commit 960e93a
    (Kumar et al., arXiv 2508.13992; the paper speaks of 28 types, the script has 27).

Facts
    ``task_identifier`` and ``kwargs`` as released. ``Repeat Prompt`` compares with the question's own text.

Replies and kwargs that are not what they should be
    The script takes ``str`` of the reply, so a missing one (None, NaN) is judged as the text ``None`` or
    ``nan``: one word, all lower-case in the second case, without commas. ``kwargs`` None or empty means no
    arguments. It stops with an error at a number stored as text or missing (null) where sizes are compared,
    at null where text is expected, and at kwargs that are NaN or a text in a rule that reads them; where a
    number as text is compared for equality it is just not equal. An error ends its run without a figure: here
    the reply gets no credit, is counted with the score 0, and ``details["official_error"]`` gives the error.

    Kwargs that are the JSON text of an object, as some copies of the release have them, are read as that object: it
    is the release's, stored another way.

Verdict
    ``correct`` and ``format_kept`` are both the script's verdict. ``choice`` is None. ``status`` is ``read``,
    or ``unparsed`` where no rule could be applied. ``details["found"]`` is what the rule counted or found,
    and for the rules on sentences ``details["sentences"]`` says how they were split: only ``punkt_tab`` is
    the script's way (:mod:`audiotest.score.official.sentences`).

Known defects
    Keywords and forbidden words are parts of words ("drum" is in "conundrum"); an empty list of forbidden
    words is never kept. A postscript is its letters anywhere ("steps" has a P.S.). Bullets are ``*`` only;
    highlights need single ``*`` and cross lines. Quotation wants straight quotes, of which a single ``"`` is
    enough. Words are split at spaces, sentences in the English way: a Chinese reply is one word and one
    sentence. Start and end are compared without digits, punctuation and accented letters. ``A`` and ``I`` are
    all-capital words.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from audiotest.score.if_arguments import if_kwargs
from audiotest.score.official import if_rules, sentences
from audiotest.score.official.unjudged import crashed
from audiotest.types import Question, Verdict


def score(question: Question, output: str) -> Verdict:
    """What MMAU-Pro's script says of ``output``; takes no options and never raises."""
    identifier, kwargs = question.metadata.get("task_identifier", ""), if_kwargs(question.metadata.get("kwargs"))
    try:
        finding = if_rules.apply(identifier, str(output), kwargs, question.question)
    except (AttributeError, TypeError, ValueError) as error:
        return replace(crashed(f"{type(error).__name__}: {error}"), score=0.0)
    if finding is None:
        return Verdict(
            correct=False,
            status="unparsed",
            score=0.0,
            format_kept=False,
            evidence=f"there is no rule {identifier!r}, which the script takes for not followed",
        )
    kept = "kept" if finding.kept else "not kept"
    return Verdict(
        correct=finding.kept,
        score=float(finding.kept),
        format_kept=finding.kept,
        evidence=f"{identifier} {kept}: found {finding.seen!r}, asked {kwargs!r}",
        details={"found": finding.seen, **_splitting(identifier)},
    )


def _splitting(identifier: Any) -> dict[str, str]:
    return {"sentences": sentences.count("")[1]} if "Sentences" in identifier else {}
