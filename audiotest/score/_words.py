"""Words and phrases in a reply: whole words, folded, with families by a trailing ``*`` (``sizzl*``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from audiotest.score.answer_extraction.lexicon import languages, lexicon
from audiotest.score.answer_extraction.negation import DENIED_BEFORE
from audiotest.score.answer_extraction.normalise import CJK, clean, fold

_EDGES = ".,;:!?\"'()[]"


@lru_cache(maxsize=4096)
def pattern(phrase: str) -> re.Pattern[str]:
    """The pattern of one word, family or phrase; punctuation between and around words does not matter ("rock & pop.").
    Raises ValueError for one without words or with a bare ``*``."""
    words = [word.strip(_EDGES) for word in fold(phrase).split()]  # not cleaned: `clean` takes `*` for markdown
    bare = any(word and not word.strip("*") for word in words)
    words = [word for word in words if re.search(r"\w", word)]
    if not words or bare:
        raise ValueError(f"{phrase!r} is no word to look for")
    parts = [re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in words]
    body = r"[\W_]+".join(parts)
    before = "" if CJK.match(words[0]) else r"(?<!\w)"
    after = "" if CJK.match(words[-1][-1]) else r"(?!\w)"
    return re.compile(before + body + after)


def occurrences(output: str, phrase: str) -> Iterator[tuple[str, bool]]:
    """(the words as matched, whether the sentence denies them) for each place of ``phrase`` in ``output``."""
    text = fold(clean(output))
    yield from ((text[start:end], denied) for start, end, denied in places(output, phrase))


def places(output: str, phrase: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether the sentence denies it) of each place of ``phrase`` in ``output``, folded and cleaned."""
    text = fold(clean(output))
    for match in pattern(phrase).finditer(text):
        yield match.start(), match.end(), is_denied(text, match.start())


def is_denied(text: str, start: int) -> bool:
    """Whether the clause of folded ``text`` that leads up to ``start`` denies what stands there."""
    clause = re.split(r"[.!?;,。！？；，\n]|\bbut\b", text[max(0, start - 100) : start])[-1]
    return lexicon(languages(text)).pattern(DENIED_BEFORE).match(clause[::-1]) is not None


def phrases(value: object, option: str) -> Sequence[str]:
    """The list given for ``option``; a single text is a list of one. Raises ValueError for anything else."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or not all(isinstance(v, str | int | float) for v in value):
        raise ValueError(f"`{option}` takes a list of words, not {value!r}")
    return [str(v) for v in value]
