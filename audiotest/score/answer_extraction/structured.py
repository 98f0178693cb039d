"""A verdict or a probability for each option: ``A: 10%, B: 75%``, ``{"A": false, "B": true}``, ``A ✗ B ✓``."""

from __future__ import annotations

import re
from itertools import pairwise
from string import ascii_lowercase

from audiotest.score.answer_extraction.cue import Cue
from audiotest.score.answer_extraction.lexicon import all_languages
from audiotest.score.answer_extraction.negation import BESIDE
from audiotest.score.answer_extraction.reply import ParsedReply

_NUMBER = re.compile(
    r"[\"')\]}:\s=(~≈-]*(?:about |around |approximately |probability:? (?:of )?|confidence:? )?(\d{1,3}(?:\.\d+)?|\.\d+)\s*(%|percent)?(?![\w:])"
)
_BEFORE = re.compile(
    r"(\d{1,3}(?:\.\d+)?)\s*(?:%|percent)\s*(?:for|on|of|is|that it is|chance of|likely|probability (?:of|for))?\s*(?:option |an? |the )?[\"'(\[]*$"
)
_GAP = re.compile(
    r"[\s\"'):\]>.=(|,{–—-]*(?:(?:is_?correct|correct|verdict|value|present|probability|score|selected|chosen)[\"']?\s*[:=][\s\"']*)?"
)
_RANKED = re.compile(r"[\"')\]]*\s*>+\s*[\"'(\[]*(?:option )?$")
_KEYED = re.compile(
    r"(?<![a-z0-9'])([a-z])[\"')\]|.]*\s*[:=|(-]*\s*(?=[\"'{]*(?:\d+(?:\.\d+)?\s?%|0?\.\d|[01]\b|yes\b|no\b|true\b|false\b|[tf]\b|(?:in)?correct\b|[✓✔✅✗✘❌✖]))"
)
_KEYED_WORDS = frozenset(
    letter + word
    for word in ("", "yes", "no", "true", "false", "t", "f", "correct", "incorrect")
    for letter in ascii_lowercase
)
"""A letter, and a letter with its verdict right behind it."""
_FIGURE = re.compile(r"\d")
_ENDS = r"(?=[\s\"'),.;:!|/}\]-]*(?:$|[\n,;|/})]|\s\S{0,3}$|\(?\w[).]))"
_VERDICT = Cue(rf"((?:<verdict_false>|0|f|不){_ENDS})|(?:<verdict_true>|1|t){_ENDS}")
_MARKS = {
    "✓": True,
    "✔": True,
    "✅": True,
    "☑": True,
    "☒": True,
    "✗": False,
    "✘": False,
    "❌": False,
    "✖": False,
    "×": False,
    "☐": False,
}
_CHECKED = re.compile(r"(?:\[ *[x✓✔*] *\]|[☑☒✅✔✓])[ *-]*[(\[]?$")
_UNCHECKED = re.compile(r"(?:\[ ?\]|[☐❌✗✘])[ *-]*[(\[]?$")


_SHORT = 1000
"""Characters of a reply in which small letters may be labels."""


class Row:
    """An option that is named, with its own text where that follows its label, up to the next one."""

    def __init__(self, index: int, start: int, end: int) -> None:
        self.index, self.start, self.end = index, start, end


def _is_no_table(reply: ParsedReply) -> bool:
    """A reply that names an option once or less is no table of them."""
    return len(reply.mentions) < 2 and (not _may_be_keyed(reply) or not _KEYED.search(reply.folded))


def _may_be_keyed(reply: ParsedReply) -> bool:
    """Whether at least two options can be named as :data:`_KEYED` has it."""
    if len(reply.folded) > _SHORT:
        return False
    if not reply.folded.isascii():
        return True
    letters = {word[0] for word in reply.stretch.words & _KEYED_WORDS}
    return len(letters & reply.options.label_of.keys()) > 1


def rows(reply: ParsedReply) -> list[Row]:
    """The options named, label and own text as one."""
    out: list[Row] = []
    for mention in reply.mentions:
        last = out[-1] if out else None
        if (
            last is not None
            and last.index == mention.index
            and BESIDE.fullmatch(reply.folded[last.end : mention.start])
        ):
            last.end = mention.end
        else:
            out.append(Row(mention.index, mention.start, mention.end))
    return out


def _keyed(reply: ParsedReply) -> list[Row]:
    """``a: 10%, b: 75%``: small letters, which elsewhere are no labels."""
    if len(reply.folded) > _SHORT or not _may_be_keyed(reply):
        return []
    matches = [m for m in _KEYED.finditer(reply.folded) if m.group(1) in reply.options.label_of]
    return [Row(reply.options.label_of[m.group(1)], m.start(), m.end(1)) for m in matches]


def _lines(reply: ParsedReply) -> list[Row]:
    """The options with which lines begin, as in a list of them with a remark on each."""
    folded = reply.folded
    return [row for row in rows(reply) if _BULLET.fullmatch(folded, folded.rfind("\n", 0, row.start) + 1, row.start)]


_BULLET = re.compile(r"[\s>*+•-]{0,8}(?:\d{1,2}[.)]\s)?[\"'(\[]*")


def by_verdict(reply: ParsedReply) -> list[int] | None:
    """The options that are called right where each of at least two named has a verdict; None where that is not so."""
    if _is_no_table(reply):
        return None
    for table in (rows(reply), _keyed(reply)):
        if _is_table(table):
            right = _right(reply, table)
            if right is not None:
                return right
    return None


def _right(reply: ParsedReply, table: list[Row]) -> list[int] | None:
    """The options of the rows whose verdict is that they are right; None where a row has none."""
    right = []
    for i, row in enumerate(table):
        verdict = _verdict(reply, table, i)
        if verdict is None:
            return None
        if verdict:
            right.append(row.index)
    return right


def _is_table(table: list[Row]) -> bool:
    """Whether at least two options are named, each once."""
    return len(table) > 1 and len(table) == len({row.index for row in table})


def _verdict(reply: ParsedReply, table: list[Row], i: int) -> bool | None:
    folded, row = reply.folded, table[i]
    stop = table[i + 1].start if i + 1 < len(table) else len(folded)
    ahead = folded[max(0, table[0].start - 8) : table[0].start]
    if _CHECKED.search(ahead) or _UNCHECKED.search(ahead):  # boxes precede the options
        before = folded[max(0, row.start - 8) : row.start]
        return True if _CHECKED.search(before) else False if _UNCHECKED.search(before) else None
    after = folded[row.end : stop]
    start = _GAP.match(after).end()  # type: ignore[union-attr]
    mark = _MARKS.get(after[start : start + 1])
    if mark is not None:
        return mark
    if not start:
        return None
    match = all_languages().pattern(_VERDICT).match(after, start)
    return None if match is None else match.group(1) is None


def by_probability(reply: ParsedReply) -> list[int] | None:
    """The likeliest options where each of at least two named has a probability; None where that is not so."""
    if not _FIGURE.search(reply.folded) or _is_no_table(reply):
        return None
    for table in (rows(reply), _keyed(reply), _lines(reply)):
        shares = _after(reply, table) or _ahead(reply, table) if _is_table(table) else []
        if shares:
            return [row.index for row, share in zip(table, shares, strict=True) if share == max(shares)]
    return None


def _after(reply: ParsedReply, table: list[Row]) -> list[float]:
    out: list[tuple[float, bool]] = []
    for i, row in enumerate(table):
        stop = table[i + 1].start if i + 1 < len(table) else len(reply.folded)
        match = _NUMBER.match(reply.folded[row.end : stop])
        if match is None or match.start(1) == 0:
            return []
        out.append((float(match.group(1)), bool(match.group(2))))
    # Figures without a % are probabilities where none is above 1 and they do not mean something else.
    if all(percent for _, percent in out) or (
        all(share <= 1 for share, _ in out) and any(0 < share < 1 for share, _ in out)
    ):
        return [share for share, _ in out]
    total = sum(share for share, _ in out)
    return [share for share, _ in out] if 99 <= total <= 101 else []


def _ahead(reply: ParsedReply, table: list[Row]) -> list[float]:
    out = []
    for row in table:
        match = _BEFORE.search(reply.folded[max(0, row.start - 50) : row.start])
        if match is None:
            return []
        out.append(float(match.group(1)))
    return out


def by_rank(reply: ParsedReply) -> int | None:
    """``B > A > D``: the first of a ranking."""
    if len(reply.mentions) < 2 or ">" not in reply.text:
        return None
    table = rows(reply)
    gaps = [reply.folded[a.end : b.start] for a, b in pairwise(table)]
    return table[0].index if gaps and all(_RANKED.fullmatch(gap) for gap in gaps) else None
