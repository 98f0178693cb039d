"""Replies that are nothing but an option, in whatever dress: the form that prompts ask for."""

from __future__ import annotations

import re

from audiotest.score.answer_extraction import cues
from audiotest.score.answer_extraction.normalise import fold, tokens
from audiotest.score.answer_extraction.options import Options, bare

_LEAD = re.compile(
    r"""^\W*(?:(?:so|therefore|thus|hence|ok|okay|sure|yes|well|所以|因此)[,:!.，]?\s+)?
    (?:(?:i(?:'d|\ would|\ will|'ll)?\ (?:think|believe|say|choose|pick|select|go\ with|guess|answer)\s+(?:that\ )?)?
    (?:(?:the|my)\s+)?(?:(?:final|correct|right|best|most\ likely|most\ suitable|most\ appropriate)\s+)*
    (?:answer|choice|option|response|solution|letter|selection|number|ans)\s*
    (?:(?:is|would\ be|should\ be|must\ be|=|:|->|=>)\s*)*
    |(?:i(?:'d|\ would|\ will|'ll)?\ (?:think|believe|say|choose|pick|select|go\ with|guess|answer)\s+(?:that\ )?(?:it\ is\ |it's\ )?)
    |(?:it\ is|it's|this\ is|that\ is|that's|here\ it\ is)\s+
    |(?:正确)?(?:答案|选项)\s*(?:应该|应|就)?(?:是|为|选)?\s*[:]?\s*|(?:我|应该?)?选(?:择)?\s*
    )?(?:(?:option|choice|letter|answer|number|选项)\s*[:#]?\s*)*""",
    re.VERBOSE,
)
_LABEL = re.compile(r"""^[("'\[{<*\s]*([a-z]|\d{1,2})[)"'\]}>*]*\s*(?:[).:,、\-]+\s*)?(.*)$""", re.DOTALL)
_SEPARATED = re.compile(r"""^[("'\[{<*\s]*(?:[a-z]|\d{1,2})(?:[)"'\]}>*.:,、\-]|\s*[-:.)]|\s*$)""", re.DOTALL)
_STOPWORDS = frozenset("a an the of in on at to is are and or it its with by for from as be this that".split())  # noqa: SIM905


def whole(text: str, options: Options) -> int | None:
    """The option that ``text`` (cleaned, not empty) is as a whole, or None."""
    if len(text) > 4 * max(map(len, options.texts), default=0) + 120:
        return None
    plain = [i for i, option in enumerate(options.texts) if option == text]
    if len(plain) == 1 and not _is_bare_label(text, options):
        return plain[0]
    folded = fold(text)
    lead = _LEAD.match(folded)
    for start in dict.fromkeys((0, lead.end() if lead else 0)):
        index = _after_lead(text[start:], folded[start:], options, led=start > 0)
        if index is not None:
            return index
    return None


def _is_bare_label(text: str, options: Options) -> bool:
    return fold(text) in options.label_of


def _after_lead(text: str, folded: str, options: Options, *, led: bool) -> int | None:
    match = _LABEL.match(folded)
    if match:
        index = _labelled(text, match, options, led=led)
        if index is not None:
            return index
    found = _by_text(text, folded, options)
    if found is not None:
        return found
    return _by_half(folded, options) if not led else None


def _labelled(text: str, match: re.Match[str], options: Options, *, led: bool) -> int | None:
    """A label alone, or with its own text behind it."""
    name, rest = match.group(1), match.group(2)
    index = options.label_of.get(name)
    if index is None and name.isdigit() and not options.numeric and 1 <= int(name) <= len(options.labels):
        index = int(name) - 1
    if index is None:
        return None
    after = bare(rest) if rest.strip() else ""
    if not after or not re.search(r"\w", after):
        letter = text[match.start(1)]
        # A lone "a" or "i" is a label where nothing else stands; "3" may be an option's own text.
        return index if not letter.isdigit() or not options.exact.get(name) else options.exact[name][0]
    if options.exact.get(after) == (index,) or after == options.folded[index]:
        # "a flute" is an article and a text, "A. flute" a label and a text
        both = options.exact.get(bare(text), ())
        return index if not both else None
    return None


def _by_text(text: str, folded: str, options: Options) -> int | None:
    found = options.exact.get(bare(folded), ())
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        same = [i for i in found if options.texts[i].strip(" .") == text.strip(" .")]
        return same[0] if len(same) == 1 else None
    words = tokens(folded)
    same = [i for i, option in enumerate(options.folded) if words and tokens(option) == words]
    if not same:
        joined = "".join(words)
        same = [i for i, option in enumerate(options.folded) if len(joined) > 2 and "".join(tokens(option)) == joined]
    if len(same) == 1 and not re.search(r"[%#+]", folded + options.folded[same[0]]):
        return same[0]
    return None


def _by_half(folded: str, options: Options) -> int | None:
    """A run of words that makes up at least half of one option, has a word of substance and is in no other option."""
    words = tokens(folded)
    if (
        not words
        or not any((len(w) > 3 and w not in _STOPWORDS) or w.isdigit() for w in words)
        or cues.DENIED_BEFORE.search(folded + " ")
    ):
        return None
    found = []
    for i, option in enumerate(options.folded):
        own = tokens(option)
        runs = (own[j : j + len(words)] for j in range(len(own) - len(words) + 1))
        if words in runs:
            found.append((i, 2 * len(words) >= len(own)))
    return found[0][0] if len(found) == 1 and found[0][1] else None
