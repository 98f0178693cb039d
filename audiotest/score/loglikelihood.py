"""``loglikelihood``: the option that the model finds most probable, whatever it says.

Goal
    Read what a model makes of the options without the detour over free text: no parsing, no format. It is another
    question than generation ("which of these would you say?" instead of "what do you say?"), so it is shown beside the
    generated answer under a name of its own and never replaces it unless a suite puts it first.

Rule
    The model computes log p(option | prompt, sound) for the text of every option, and for its label (A, B, C...), as
    the beginning of its reply. The option with the highest value is the choice; of equals, the first. ``of`` is
    ``text`` (default) or ``label``. ``normalise`` is ``token`` (default: the mean over the option's tokens, so that
    long options are not at a disadvantage), ``character`` (over its characters, which does not depend on the
    tokenizer) or ``none`` (the sum, as it is).

Source
    ``acc`` (none) and ``acc_norm`` (per byte) of EleutherAI's lm-evaluation-harness are of this kind; per-token
    normalisation is that of Brown et al. 2020 (arXiv:2005.14165), section 2.4.

Denominator
    A reply without likelihoods (recorded, or of a model behind an endpoint that gives none) is not counted: its trial
    is skipped, saying so.

Verdict
    ``correct``: the most probable option is right, one of the right ones where several are. ``score`` is the
    probability of the right option among the options (a softmax over the values as normalised), of several right ones
    their sum.
    ``details`` has the values of all options for both ``of`` and all of ``normalise``, and the choice of each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from audiotest.registry import unknown
from audiotest.types import Question, Verdict

OPEN_QUESTIONS = False
wants_likelihoods = True
_PER = {"token": "tokens", "character": "characters", "none": None}
_OF = ("text", "label")


def check(of: str = "text", normalise: str = "token") -> None:
    """Raise ValueError for options that there are not."""
    for given, known in ((of, _OF), (normalise, tuple(_PER))):
        if given not in known:
            raise ValueError(unknown("way to rank options:", str(given), list(known)))


def score(question: Question, output: str, of: str = "text", normalise: str = "token") -> Verdict:
    """Which option is the most probable, by ``question.metadata["likelihoods"]``; ``output`` is not looked at.

    Raises ValueError for options that there are not.
    """
    check(of, normalise)
    measured: Mapping[str, Sequence[Mapping[str, float]]] | None = question.metadata.get("likelihoods")
    if not measured or len(measured[of]) != len(question.choices):
        return Verdict(None, status="none", counted=False, evidence="there are no likelihoods of the options")
    values = _values(measured[of], normalise)
    if any(math.isnan(value) for value in values):
        return Verdict(None, status="none", counted=False, evidence="the model computed NaN for an option")
    best = values.index(max(values))
    rights = _rights(question)
    correct = question.is_right(best) if rights else None
    return Verdict(
        correct,
        choice=best,
        score=_share(values, rights) if rights else None,
        evidence=f"log-likelihood per {normalise} {values[best]:.3f}" if _PER[normalise] else f"{values[best]:.3f}",
        details=_details(measured),
        counted=correct is not None,
    )


def _values(options: Sequence[Mapping[str, float]], normalise: str) -> list[float]:
    per = _PER[normalise]
    return [option["logprob"] / max(1.0, option[per]) if per else option["logprob"] for option in options]


def _rights(question: Question) -> list[int]:
    """The places of the right options."""
    if not question.answers:
        return [question.answer_index] if question.answer_index is not None else []
    return [place for place, choice in enumerate(question.choices) if choice in question.answers]


def _share(values: Sequence[float], rights: Sequence[int]) -> float:
    top = max(values)
    weights = [math.exp(value - top) for value in values]
    return sum(weights[place] for place in rights) / sum(weights)


def _details(measured: Mapping[str, Sequence[Mapping[str, float]]]) -> dict[str, Any]:
    details: dict[str, Any] = {}
    for of in _OF:
        for normalise in _PER:
            values = _values(measured[of], normalise)
            name = of if normalise == "none" else f"{of} per {normalise}"
            details[name] = {"choice": values.index(max(values)), "values": [round(value, 5) for value in values]}
    return details
