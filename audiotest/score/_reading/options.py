"""The options of one question, compiled once: how each may be named by its label or by its text."""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_uppercase

from msgspec import Struct

from audiotest.score._reading.fold import CJK, TOKEN, clean, fold

_ARTICLE = re.compile(r"^(?:a|an|the)\s+")
_EDGES = " .,;:!?\"'()[]"


class Options(Struct, frozen=True):
    """``labels[i]`` names option ``i``; ``texts`` are cleaned, ``folded`` folded too and stripped at the edges.

    ``patterns[i]`` finds option ``i`` in a folded text (None for an empty option). ``exact`` maps a folded,
    stripped text to the options that read so. ``numeric`` says that options are numbers, so numbers name no place.
    """

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    folded: tuple[str, ...]
    patterns: tuple[re.Pattern[str] | None, ...]
    exact: dict[str, tuple[int, ...]]
    label_of: dict[str, int]
    numeric: bool


@lru_cache(maxsize=4096)
def compile_options(choices: tuple[str, ...], labels: tuple[str, ...] = ()) -> Options:
    """Compile ``choices``; ``labels`` default to A, B, C..."""
    labels = labels or tuple(ascii_uppercase[i] if i < 26 else str(i + 1) for i in range(len(choices)))
    texts = tuple(clean(choice) for choice in choices)
    folded = tuple(bare(text) for text in texts)
    keys = [tuple(TOKEN.findall(text)) for text in folded]
    strict = [not key or keys.count(key) > 1 for key in keys]
    without = [_ARTICLE.sub("", text) for text in folded]
    exact: dict[str, tuple[int, ...]] = {}
    for i, text in enumerate(folded):
        for form in dict.fromkeys((text, without[i] if without.count(without[i]) == 1 else text)):
            if form:
                exact[form] = (*exact.get(form, ()), i)
    patterns = [re.compile(_pattern(t, without, i, strict[i])) if t else None for i, t in enumerate(folded)]
    return Options(
        labels=labels,
        texts=texts,
        folded=folded,
        patterns=tuple(patterns),
        exact=exact,
        label_of={fold(label): i for i, label in enumerate(labels)},
        numeric=any(re.search(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\b", t) for t in folded),
    )


def bare(text: str) -> str:
    """Folded, single-spaced, without punctuation at the edges (unless that is all there is)."""
    text = " ".join(fold(text).split())
    return text.strip(_EDGES) or text


def _pattern(text: str, without: list[str], i: int, strict: bool) -> str:
    """A pattern for one folded option: its words in order with anything but words between them."""
    if strict:
        body = r"\s+".join(re.escape(word) for word in text.split())
    else:
        source = without[i] if without.count(without[i]) == 1 and without[i] else text
        body = r"[\W_]{1,4}".join(re.escape(word) for word in TOKEN.findall(source))
    first, last = text[0], text[-1]
    before = "" if CJK.match(first) else r"(?<![^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    after = "" if CJK.match(last) else r"(?![^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    if first.isdigit():
        before += r"(?<![\d][.,])(?<!\d)"
    if last.isdigit():
        after += r"(?![.,]\d)" + ("(?!%)" if strict else "")
    return before + body + after
