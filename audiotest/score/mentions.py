"""``mentions``: the reply says certain words: ``{all: [sizzl*, pan], any: [chop*, knife]}``.

Whole words, folded; ``*`` at the end stands for any ending, several words for a phrase. ``all`` of the one list and at
least one of the ``any`` list have to occur. ``score`` is the share that does; ``evidence`` shows the words as found, or
those that are missing. A word that the sentence denies ("no sizzling is heard") is not mentioned.
"""

from __future__ import annotations

from typing import Any

from audiotest.score._words import occurrences, pattern, phrases
from audiotest.types import Question, Verdict

VERSION = 2


def check(*, all: Any = (), any: Any = ()) -> None:
    """Raise ValueError where there are no words, or none that could be found."""
    words = (*phrases(all, "all"), *phrases(any, "any"))
    if not words:
        raise ValueError("`mentions` needs words: `all: [...]`, `any: [...]` or both")
    for word in words:
        pattern(word)


def score(question: Question, output: str, *, all: Any = (), any: Any = ()) -> Verdict:
    """Whether ``output`` affirms the words. Raises ValueError if none are given."""
    check(all=all, any=any)
    needed, either = phrases(all, "all"), phrases(any, "any")
    affirmed = {p: [w for w, denied in occurrences(output, p) if not denied] for p in (*needed, *either)}
    missing = [p for p in needed if not affirmed[p]]
    if either and not [p for p in either if affirmed[p]]:
        missing.append("any of " + ", ".join(either))
    total = len(needed) + bool(either)
    hits = sorted({word for words in affirmed.values() for word in words})
    evidence = f"missing: {'; '.join(missing)}" if missing else ", ".join(hits)
    return Verdict(correct=not missing, score=1 - len(missing) / total, evidence=evidence, details={"found": hits})
