"""``contains``: the answer is somewhere in the reply, as whole words.

``contains`` alone looks for the answer or any reference; ``{all: [...]}`` and ``{any: [...]}`` for other words (as in
``mentions``, but a denied word counts: this is plain containment). ``evidence`` shows what was found. Without anything
to look for, as where a condition takes the answer away, the reply is not judged.
"""

from __future__ import annotations

import re
from typing import Any

from audiotest.score._words import occurrences, pattern, phrases
from audiotest.types import Question, Verdict

VERSION = 2


def check(*, all: Any = (), any: Any = ()) -> None:
    """Raise ValueError for words that could not be found."""
    for word in (*phrases(all, "all"), *phrases(any, "any")):
        pattern(word)


def score(question: Question, output: str, *, all: Any = (), any: Any = ()) -> Verdict:
    """Whether ``output`` contains what is looked for. Raises ValueError for words that could not be found."""
    needed, either = list(phrases(all, "all")), list(phrases(any, "any"))
    if not needed and not either:
        either = [text for text in (*question.right_answers, *question.reference) if re.search(r"\w", text)]
    if not needed and not either:
        missing = "`contains` needs an `answer`, a `reference`, or words under `all` or `any`"
        return Verdict(None, status="none", counted=False, evidence=missing)
    matches = {p: [w for w, _ in occurrences(output, p)] for p in (*needed, *either)}
    correct = not [p for p in needed if not matches[p]] and (not either or bool([p for p in either if matches[p]]))
    hits = sorted({word for words in matches.values() for word in words})
    return Verdict(correct=correct, score=float(correct), evidence=", ".join(hits)[:200], details={"found": hits})
