r"""String match: the rule by which MMAU and MMAR decide whether a reply names the right option.

Goal
    Is the reply *correct*? The rule never says which option was chosen.

Conventions
    A text's *tokens* are the set of its maximal runs of word characters (``\w`` on Unicode text: letters,
    digits and the underscore of any script), after ``str.lower``. Order and number of occurrences are lost; a
    Chinese clause is one token; ``don't`` is {don, t}; ``50%`` is {50}; a combining mark splits a word; an
    option of symbols alone has no token.

Rule
    With A the tokens of the answer, P those of the reply, and W the tokens that are not in A of all choices
    whose token set differs from A: the reply is correct if P is not empty, A ⊆ P, and P ∩ W = ∅.

Source
    ``string_match`` in ``evaluation.py`` of MMAU (Sakshi113/MMAU, commit 110127f) and in
    ``code/evaluation.py`` and ``code/evaluation_rubrics.py`` of MMAR (ddlBoJack/MMAR, commit 3bce090): the
    same function three times.

Known defects, kept
    - *Letters mean nothing*: ``B`` or ``Answer: B`` is wrong unless an option's text is that letter.
    - *Order means nothing*: "from near to far" is credited for "from far to near", "Piano, Guitar" for
      "Guitar, Piano".
    - *Negation means nothing*: "It is not X." is credited for X.
    - *Little words count*: "The answer is X" is rejected when "the", "answer" or "is" occurs in another
      option.
    - *Reasoning is punished*: a reply that names an option in order to reject it is wrong.
    - *Options inside the answer cost nothing*: for the answer "Bass guitar" the option "Guitar" adds nothing
      to W, and a reply naming both is credited.
    - *An answer without tokens* is contained in every reply.
    - A reply that is not text stops the script (:func:`verdict` gives no credit and says so).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from audiotest.score.official.unjudged import crashed, without_answer
from audiotest.types import Question, Verdict

_WORD = re.compile(r"\w+")


class StringMatch(Struct, frozen=True):
    """Why a reply was accepted or not.

    ``empty``: it has no token. ``missing``: tokens of the answer that it lacks. ``foreign``: tokens of other
    options, not of the answer, that it has. Both sorted.
    """

    empty: bool
    missing: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def correct(self) -> bool:
        """Whether the rule accepts the reply."""
        return not (self.empty or self.missing or self.foreign)


def tokens(text: str) -> frozenset[str]:
    """The distinct lower-case words of ``text``.

    >>> sorted(tokens("It's 50% of the_clip"))
    ['50', 'it', 'of', 's', 'the_clip']
    """
    return frozenset(_WORD.findall(text.lower()))


def match(answer: str, prediction: str, choices: Iterable[str]) -> StringMatch:
    """The rule applied to one reply.

    >>> match("far to near", "near to far", ["far to near", "left to right"]).correct
    True
    >>> match("Inside", "The answer is inside.", ["Inside", "In the street"]).foreign
    ('the',)
    """
    wanted, replied = tokens(answer), tokens(prediction)
    foreign: set[str] = set()
    for choice in choices:
        foreign |= tokens(choice) - wanted
    return StringMatch(not replied, tuple(sorted(wanted - replied)), tuple(sorted(replied & foreign)))


def verdict(question: Question, output: str) -> Verdict:
    """The verdict of :func:`match` on a reply.

    ``status`` is ``unparsed`` for a reply without a single token and ``read`` otherwise, for the rule
    extracts no choice: ``choice`` and ``format_kept`` are None. ``details`` has ``missing`` and ``foreign``.
    """
    if question.answer is None:
        return without_answer("string match")
    if not isinstance(output, str):
        return crashed(f"AttributeError: a reply of type {type(output).__name__} has no lower()")
    matched = match(question.answer, output, question.choices)
    return Verdict(
        correct=matched.correct,
        status="unparsed" if matched.empty else "read",
        score=float(matched.correct),
        evidence=_evidence(matched),
        details={"missing": list(matched.missing), "foreign": list(matched.foreign)},
    )


def _evidence(matched: StringMatch) -> str:
    if matched.empty:
        return "the reply has no words"
    reasons = [f"lacks {', '.join(matched.missing)}"] if matched.missing else []
    reasons += [f"has {', '.join(matched.foreign)} of another option"] if matched.foreign else []
    return "; ".join(reasons) or "has every word of the answer and none of another option alone"
