"""The options of one question, compiled once: how each may be named by its label or by its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from string import ascii_uppercase

from audiotest.score.answer_extraction.keys import Key, option_key
from audiotest.score.answer_extraction.lexicon import all_languages
from audiotest.score.answer_extraction.normalise import CJK, TOKEN, clean, fold, tokens
from audiotest.score.answer_extraction.quantities import Quantity, option_quantity

_ARTICLE = re.compile(r"^(?:a|an|the)\s+")
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_NUMERIC = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\b")
_EDGES = " .,;:!?\"'()[]"
_OPEN_ENDED = 2
"""Options that may be no numbers or keys ("cannot be told") among others that all are: at most this many, and a
minority."""


class Options:
    """``labels[i]`` names option ``i``; ``texts`` are cleaned, ``folded`` folded too and stripped at the edges.

    ``strict[i]`` says that option ``i`` has to be matched to the character, since its words alone are another's.
    ``exact`` maps a folded, stripped text to the options that read so. What only some replies need is computed when one
    asks for it: a suite may have a set of options for each of its questions.
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        texts: tuple[str, ...],
        folded: tuple[str, ...],
        strict: tuple[bool, ...],
        exact: dict[str, tuple[int, ...]],
        label_of: dict[str, int],
    ) -> None:
        self.labels, self.texts, self.folded = labels, texts, folded
        self.strict, self.exact, self.label_of = strict, exact, label_of

    @cached_property
    def numeric(self) -> bool:
        """Whether options are numbers, so that numbers name no place."""
        return any(_NUMERIC.search(text) for text in self.folded)

    @cached_property
    def quantities(self) -> tuple[Quantity | None, ...]:
        """The options as quantities; empty where they are something else."""
        numbers = tuple(option_quantity(text) for text in self.folded)
        return numbers if _most(numbers) and len({(q.low, q.high) for q in numbers if q}) > 1 else ()

    @cached_property
    def keys(self) -> tuple[Key | None, ...]:
        """The options as musical keys; empty where they are something else."""
        keys = tuple(option_key(text) for text in self.texts)
        return keys if _most(keys) else ()

    @cached_property
    def polar(self) -> tuple[int, int] | None:
        """(the option that says yes, the one that says no)."""
        return _polar(self.folded)

    @cached_property
    def tokens(self) -> tuple[tuple[str, ...], ...]:
        """The words of ``folded``."""
        return tuple(map(tokens, self.folded))


@lru_cache(maxsize=4096)
def compile_options(choices: tuple[str, ...], labels: tuple[str, ...] = ()) -> Options:
    """Compile ``choices``; ``labels`` default to A, B, C..."""
    labels = labels or tuple(ascii_uppercase[i] if i < 26 else str(i + 1) for i in range(len(choices)))
    texts = tuple(clean(choice) for choice in choices)
    folded = tuple(bare(text) for text in texts)
    runs = [tuple(TOKEN.findall(text)) for text in folded]
    strict = [not run or runs.count(run) > 1 for run in runs]
    without = [_ARTICLE.sub("", text) for text in folded]
    exact: dict[str, tuple[int, ...]] = {}
    for i, text in enumerate(folded):
        plain = without[i] if without.count(without[i]) == 1 else text
        for form in dict.fromkeys((text, plain, text.replace("_", " "))):
            if form:
                exact[form] = (*exact.get(form, ()), i)
    for i, text in enumerate(folded):
        other = _spelt(text)
        if other and other not in exact and other not in labels:
            exact[other] = (i,)
    label_of = {fold(label): i for i, label in enumerate(labels)}
    return Options(labels, texts, folded, tuple(strict), exact, label_of)


def _most(kinds: Sequence[object]) -> bool:
    """Whether options are of a kind, but for an "other" or two."""
    without = sum(kind is None for kind in kinds)
    return without == 0 or (without <= _OPEN_ENDED and 2 * without < len(kinds))


def _polar(folded: Sequence[str]) -> tuple[int, int] | None:
    """(yes, no) among the options, where there is one of each."""
    lex = all_languages()
    affirms = [i for i, text in enumerate(folded) if lex.compiled(r"<yes>(?:[,.] .*)?").fullmatch(text)]
    denies = [i for i, text in enumerate(folded) if lex.compiled(r"<no>(?:[,.] .*)?").fullmatch(text)]
    return (affirms[0], denies[0]) if len(affirms) == len(denies) == 1 and affirms != denies else None


def _spelt(text: str) -> str:
    """A small number in its other form: ``three`` for ``3`` and back; empty for all else."""
    if text in _NUMBERS:
        return str(_NUMBERS.index(text))
    return _NUMBERS[int(text)] if re.fullmatch("[0-9]|1[0-2]", text) else ""


def bare(text: str) -> str:
    """Folded, single-spaced, without punctuation at the edges (unless that is all there is)."""
    text = " ".join(fold(text).split())
    return text.strip(_EDGES) or text


@lru_cache(maxsize=4096)
def patterns(options: Options) -> tuple[re.Pattern[str] | None, ...]:
    """For each option what finds its words in a folded text, None for an empty option. Compiled when first needed:
    most replies are read without. Hits have to be checked with :func:`is_bounded`."""
    without = [_ARTICLE.sub("", text) for text in options.folded]
    patterns: list[re.Pattern[str] | None] = []
    for i, text in enumerate(options.folded):
        if options.strict[i]:
            body = r"\s+".join(re.escape(word) for word in text.split())
        else:
            source = without[i] if without.count(without[i]) == 1 and without[i] else text
            body = r"[\W_]{1,4}".join(re.escape(word) for word in TOKEN.findall(source.replace("_", " ")))
            body = f"(?:{body}|{_spelt(source)})" if source.isdigit() and _spelt(source) else body
        patterns.append(re.compile(body) if body else None)
    return tuple(patterns)


def is_bounded(folded: str, start: int, end: int, *, strict: bool) -> bool:
    """Whether [``start``, ``end``) begins and ends at the edges of words and numbers; CJK text has no such edges."""
    first, last = folded[start], folded[end - 1]
    before, after = folded[max(0, start - 2) : start], folded[end : end + 2]
    if before and _joins(before[-1]) and not CJK.match(first):
        return False
    if after and _joins(after[0]) and not CJK.match(last):
        return False
    if first.isdigit() and len(before) == 2 and before[1] in ".," and before[0].isdigit():
        return False
    if last.isdigit() and len(after) == 2 and after[0] in ".," and after[1].isdigit():
        return False
    return not (strict and last.isdigit() and after.startswith("%"))


def _joins(char: str) -> bool:
    return char.isalnum() and not CJK.match(char)
