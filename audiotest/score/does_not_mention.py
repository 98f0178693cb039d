"""``does_not_mention``: the reply asserts none of certain words: ``{any: [music, guitar, dog*]}``.

For objects that are not in the clip: a caption that asserts one hallucinates it. A word that the sentence denies
("there is no music") is not asserted. ``score`` is the share of words not asserted; ``evidence`` shows those that are.
"""

from __future__ import annotations

from typing import Any

from audiotest.score._words import occurrences, pattern, phrases
from audiotest.types import Question, Verdict

VERSION = 2


def check(*, any: Any = ()) -> None:
    """Raise ValueError where there are no words, or none that could be found."""
    words = phrases(any, "any")
    if not words:
        raise ValueError("`does_not_mention` needs words: `any: [...]`")
    for word in words:
        pattern(word)


def score(question: Question, output: str, *, any: Any = ()) -> Verdict:
    """Whether ``output`` is free of the words. Raises ValueError if none are given."""
    check(any=any)
    unwanted = phrases(any, "any")
    mentions = {p: [w for w, denied in occurrences(output, p) if not denied] for p in unwanted}
    asserted = sorted({word for words in mentions.values() for word in words})
    clean = sum(1 for p in unwanted if not mentions[p])
    evidence = f"mentions {', '.join(asserted)}" if asserted else ""
    return Verdict(correct=not asserted, score=clean / len(unwanted), evidence=evidence, details={"found": asserted})
