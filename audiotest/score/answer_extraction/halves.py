"""Lists that are rejected and name options by a part of their words: "a guitar rather than a piano or a snare drum".

Such a part ("piano" of "grand piano") chooses nothing, but a denial reaches over it to the options of the same list.
"""

from __future__ import annotations

import re

from audiotest.score.answer_extraction.options import Options
from audiotest.score.answer_extraction.whole import by_half, part

_FILLERS = r"(?:(?:an?|the|any|even|option|for)\s+)*[\"'(\[]*"
_ENDS = re.compile(rf"[\"')\]]*\s*(,\s*(?:and|or|nor)?(?=\W|$)|/|\b(?:and|or|nor)\b)\s*{_FILLERS}$")
_BEGINS = re.compile(rf"[\"')\]]*\s*(,\s*(?:and|or|nor)?\b|/|(?:and|or|nor)\b)\s*{_FILLERS}")
_WORDS_BEFORE = re.compile(r"[\w'-]+(?: [\w'-]+){0,3}[\"')\]]*$")
_WORDS_AFTER = re.compile(r"[\w'-]+(?: [\w'-]+){0,3}")
_OF_ONE = re.compile(r"\s*(?:is|was|does|has|can)\b")
_ITEMS = 4
"""Parts of options in one list that are passed over."""


def before(near: str, options: Options, index: int) -> str | None:
    """The folded text ``near`` in front of option ``index`` without the items of its list that are parts of other options;
    None where there is no such item. A comma alone joins to a list of which a colon announces the items: "not a piano, a guitar"
    puts one in the place of the other."""
    text, joined = near, None
    for _ in range(_ITEMS):
        separator = _ENDS.search(text)
        item = separator and _WORDS_BEFORE.search(text, 0, separator.start())
        if not separator or not item:
            break
        joined = separator.group(1).strip(", /") if joined is None else joined
        words = item.group(0).rstrip("\"')]").split()
        count = next((n for n in range(len(words), 0, -1) if _is_another(" ".join(words[-n:]), options, index)), 0)
        if not count:
            break
        text = text[: item.start()] + " ".join(words[:-count]) + (" " if count < len(words) else "")
    if text == near:
        return None
    return text if joined or re.search(r":\s*(?:an? |the )?$", text) else None


def after(following: str, options: Options, index: int) -> str | None:
    """The folded text behind option ``index`` without the items of its list that are parts of other options; None where
    there is no such item, or where what follows is said of the last item alone ("and a bell is not heard")."""
    text, last = following, ""
    for _ in range(_ITEMS):
        separator = _BEGINS.match(text)
        item = separator and _WORDS_AFTER.match(text, separator.end())
        if not separator or not item:
            break
        words = item.group(0).split()
        count = next((n for n in range(len(words), 0, -1) if _is_another(" ".join(words[:n]), options, index)), 0)
        if not count:
            break
        last = separator.group(1).strip(", /")
        text = text[item.start() + len(" ".join(words[:count])) :]
    if not last or (last == "and" and _OF_ONE.match(text)):
        return None
    return text


_OR_BEFORE = re.compile(rf"([\w'-]+(?: [\w'-]+){{0,3}})[\"')\]]*,?\s+or\s+{_FILLERS}$")
_OR_AFTER = re.compile(rf"[\"')\]]*,?\s+or\s+{_FILLERS}([\w'-]+(?: [\w'-]+){{0,3}})")


def offered(near: str, following: str, options: Options, index: int) -> bool:
    """Whether half of another option is offered with "or" right before or right behind option ``index``."""
    runs = []
    if match := _OR_BEFORE.search(near[-_OFFER:]):
        words = match.group(1).split()
        runs += [words[-n:] for n in range(1, len(words) + 1)]
    if match := _OR_AFTER.match(following[:_OFFER]):
        words = match.group(1).split()
        runs += [words[:n] for n in range(1, len(words) + 1)]
    return any(by_half(" ".join(words), options) not in (None, index) for words in runs)


_OFFER = 60
"""Characters beside an option in which another is offered."""


def _is_another(words: str, options: Options, index: int) -> bool:
    """Whether words are a part of one option and of no other, and that option is not ``index``."""
    owner = part(words, options)
    return owner is not None and owner != index
