"""The options of one question, compiled once: how each may be named by its label or by its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache
from string import ascii_uppercase
from typing import TypeVar

from audiotest.score.answer_extraction.cue import Cue
from audiotest.score.answer_extraction.intervals import QUALITIES, Interval, option_interval
from audiotest.score.answer_extraction.keys import Key, option_key
from audiotest.score.answer_extraction.lexicon import all_languages
from audiotest.score.answer_extraction.literal import Literal
from audiotest.score.answer_extraction.normalise import CJK, TOKEN, clean, fold, tokens
from audiotest.score.answer_extraction.quantities import Quantity, option_quantity
from audiotest.score.answer_extraction.stretch import Stretch

T = TypeVar("T")
_ARTICLE = re.compile(r"^(?:a|an|the)\s+")
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_SPELT = {str(i): word for i, word in enumerate(_NUMBERS)} | {word: str(i) for i, word in enumerate(_NUMBERS)}
"""A small number in its other form: ``three`` for ``3`` and back."""
_NUMERIC = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\b")
_PARENTHESIS = re.compile(r"\s*\([^()]*\)?")
_SHORT_INTERVAL = re.compile(r"[PMm]\d")
_PLACE = re.compile(r"\d+(?:st|nd|rd|th)")
_EDGES = " .,;:!?\"'()[]"
_OPEN_ENDED = 2
"""Options that may be no numbers or keys ("cannot be told") among others that all are: at most this many, and a
minority."""


class Options:
    """``labels[i]`` names option ``i``; ``texts`` are cleaned, ``folded`` folded too and stripped at the edges.

    ``exact`` maps a folded, stripped text to the options that read so; ``label_of`` a folded label to its option. What
    only some replies need is computed when one asks for it: a suite may have a set of options for each of its questions.
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        texts: tuple[str, ...],
        folded: tuple[str, ...],
        exact: dict[str, tuple[int, ...]],
        label_of: dict[str, int],
    ) -> None:
        self.labels, self.texts, self.folded = labels, texts, folded
        self.exact, self.label_of = exact, label_of
        self.longest = max(map(len, texts), default=0)

    @cached_property
    def strict(self) -> tuple[bool, ...]:
        """Which options have to be matched to the character, since their words alone are another's."""
        runs = [tuple(TOKEN.findall(text)) for text in self.folded]
        return tuple(not run or runs.count(run) > 1 for run in runs)

    @cached_property
    def literals(self) -> tuple[tuple[Literal, ...], ...]:
        """For each option what finds its words in a folded text, nothing for an empty option. Hits have to be checked
        with :func:`is_bounded`."""
        return tuple(map(self._literals, range(len(self.folded))))

    def _literals(self, i: int) -> tuple[Literal, ...]:
        text = self.folded[i]
        if self.strict[i]:
            words = tuple(text.split())
            return (Literal(words, strict=True),) if words else ()
        source = _ARTICLE.sub("", text)
        source = source if source and (source == text or self._without_articles.count(source) == 1) else text
        forms = [tuple(TOKEN.findall(source.replace("_", " ")))]
        plain = _ARTICLE.sub("", self._plain[i]) if "(" in text else source
        if plain != source and plain and not any(plain in other for j, other in enumerate(self.folded) if j != i):
            forms.append(tuple(TOKEN.findall(plain)))
        if source.isdigit() and source in _SPELT:
            forms.append((_SPELT[source],))
        return tuple(Literal(form) for form in forms if form)

    @cached_property
    def _plain(self) -> tuple[str, ...]:
        """The options without what stands in parentheses: "defibrillator (AED)"."""
        return tuple(_PARENTHESIS.sub("", text) for text in self.folded)

    @cached_property
    def _without_articles(self) -> tuple[str, ...]:
        return tuple(_ARTICLE.sub("", text) for text in self.folded)

    @cached_property
    def numeric(self) -> bool:
        """Whether options are numbers, so that numbers name no place."""
        return any(_NUMERIC.search(text) for text in self.folded)

    @cached_property
    def quantities(self) -> tuple[Quantity | None, ...]:
        """The options as quantities; empty where they are something else."""
        numbers = _all_of_a_kind(option_quantity, self.folded)
        return numbers if len({(q.low, q.high) for q in numbers if q}) > 1 else ()

    @cached_property
    def keys(self) -> tuple[Key | None, ...]:
        """The options as musical keys; empty where they are something else."""
        return _all_of_a_kind(option_key, self.texts)

    @cached_property
    def intervals(self) -> tuple[Interval | None, ...]:
        """The options as musical intervals; empty where they are something else."""
        named = sum(any(quality in text for quality in QUALITIES) for text in self.folded)
        if 2 * named <= len(self.folded) and not any(_SHORT_INTERVAL.match(text) for text in self.texts[:3]):
            return ()
        return _all_of_a_kind(option_interval, self.texts)

    @cached_property
    def measured(self) -> tuple[bool, ...]:
        """Which options are quantities or keys, and read as such."""
        return tuple(
            bool((self.quantities and self.quantities[i]) or (self.keys and self.keys[i]))
            for i in range(len(self.folded))
        )

    @cached_property
    def ordinal(self) -> bool:
        """Whether options hold words for places ("minor third"), so that those alone name no place."""
        places = all_languages().ordinals
        return any(word in places or _PLACE.fullmatch(word) for own in self.tokens for word in own)

    @cached_property
    def polar(self) -> tuple[int, int] | None:
        """(the option that says yes, the one that says no)."""
        return _polar(self.folded)

    @cached_property
    def tokens(self) -> tuple[tuple[str, ...], ...]:
        """The words of ``folded``."""
        return tuple(map(tokens, self.folded))

    @cached_property
    def most_words(self) -> int:
        """How many words the longest has."""
        return max(map(len, self.tokens), default=0)


@lru_cache(maxsize=1024)
def compile_options(choices: tuple[str, ...], labels: tuple[str, ...] = ()) -> Options:
    """Compile ``choices``; ``labels`` default to A, B, C..."""
    texts = tuple([clean(choice) for choice in choices])
    folded = tuple([bare(text) for text in texts])
    without = [_ARTICLE.sub("", text) if text[:1] in "at" else text for text in folded]
    exact: dict[str, tuple[int, ...]] = {}
    for i, text in enumerate(folded):
        forms = [text]
        if without[i] != text and without.count(without[i]) == 1:
            forms.append(without[i])
        if "_" in text and (spaced := text.replace("_", " ")) not in forms:
            forms.append(spaced)
        for form in forms:
            if form:
                exact[form] = (*exact[form], i) if form in exact else (i,)
    label_of = {fold(label): i for i, label in enumerate(labels)} if labels else _letters(len(choices))[1]
    labels = labels or _letters(len(choices))[0]
    for i, text in enumerate(folded):
        other = _SPELT.get(text)
        if other is not None and other not in exact and other not in labels:
            exact[other] = (i,)
    return Options(labels, texts, folded, exact, label_of)


@cache
def _letters(n: int) -> tuple[tuple[str, ...], dict[str, int]]:
    """(labels, what they fold to) of ``n`` options that have none of their own."""
    labels = tuple(ascii_uppercase[i] if i < 26 else str(i + 1) for i in range(n))
    return labels, {fold(label): i for i, label in enumerate(labels)}


def _all_of_a_kind(kind: Callable[[str], T | None], texts: Sequence[str]) -> tuple[T | None, ...]:
    """What ``kind`` makes of each option, but for an "other" or two; empty where more are none of the kind."""
    out: list[T | None] = []
    others = 0
    for text in texts:
        out.append(kind(text))
        if out[-1] is None:
            others += 1
            if others > _OPEN_ENDED or 2 * others >= len(texts):
                return ()
    return tuple(out)


_YES, _NO = (Cue(f"<{role}>(?:[,.] .*)?", needs=(role,)) for role in ("yes", "no"))


def _polar(folded: Sequence[str]) -> tuple[int, int] | None:
    """(yes, no) among the options, where there is one of each."""
    lex = all_languages()
    if not Stretch("\n".join(folded), lex).has(_YES):
        return None
    affirms = [i for i, text in enumerate(folded) if lex.pattern(_YES).fullmatch(text)]
    denies = [i for i, text in enumerate(folded) if lex.pattern(_NO).fullmatch(text)] if len(affirms) == 1 else []
    return (affirms[0], denies[0]) if len(denies) == 1 and affirms != denies else None


def bare(text: str) -> str:
    """Folded, single-spaced, without punctuation at the edges (unless that is all there is)."""
    text = " ".join(fold(text).split())
    return text.strip(_EDGES) or text


def is_bounded(folded: str, start: int, end: int, *, strict: bool) -> bool:
    """Whether [``start``, ``end``) begins and ends at the edges of words and numbers; CJK text has no such edges."""
    first, last = folded[start], folded[end - 1]
    if start and (
        (_joins(folded[start - 1]) and not CJK.match(first))
        or (first.isdigit() and start > 1 and folded[start - 1] in ".," and folded[start - 2].isdigit())
    ):
        return False
    after = folded[end : end + 2]
    if after and (
        (_joins(after[0]) and not CJK.match(last))
        or (last.isdigit() and len(after) > 1 and after[0] in ".," and after[1].isdigit())
    ):
        return False
    return not (strict and last.isdigit() and after.startswith("%"))


def _joins(char: str) -> bool:
    return char.isalnum() and not CJK.match(char)
