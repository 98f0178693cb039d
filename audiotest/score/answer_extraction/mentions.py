"""Which options a text names, where, how strongly, and whether it affirms or denies them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from audiotest.score.answer_extraction import cues
from audiotest.score.answer_extraction.normalise import fold
from audiotest.score.answer_extraction.options import Options, is_bounded, patterns

Kind = Literal["label", "text", "number"]

_CLAUSE = re.compile(r"(?<=[.!?;。！？；])\s+|\n+|[。！？；]|(?<=[a-z]{2}[.!?])(?=[A-Z(])")
_BREAK = re.compile(
    r"[,;:，；]\s*(?:but|it is|it's|this is|so|and it|instead|however|because|since|i |that is|而)|"
    r"(?<![a-z])(?:(?<!anything )(?<!everything )(?<!all )but|however|instead|because|since|so|therefore|yet|although|though|while|whereas)(?![a-z])|而是|但|因为"
)
_QUOTED = re.compile(r"[(\[{<\"']")


class Mention(Struct, frozen=True):
    """Option ``index`` named at [``start``, ``end``) of the text, in clause number ``clause``.

    ``given`` says that it is presented as *the* answer; ``denied`` that the text says it is not.
    """

    index: int
    kind: Kind
    start: int
    end: int
    clause: int
    given: bool = False
    denied: bool = False


def clauses(text: str) -> list[tuple[int, int]]:
    """The sentences and lines of ``text`` as spans."""
    spans, start = [], 0
    for match in _CLAUSE.finditer(text):
        if match.end() > start:
            spans.append((start, match.start() if match.start() > start else match.end()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def mentions(text: str, options: Options) -> list[Mention]:
    """All mentions in ``text`` (cleaned), from left to right."""
    folded = fold(text)
    spans = clauses(text)
    found = list(_texts(text, folded, options))
    claimed = bytearray(len(text))
    for mention in found:
        claimed[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
    for mention in _labels(text, folded, options):
        if not any(claimed[mention.start : mention.end]):
            found.append(mention)
    found.sort(key=lambda m: m.start)
    placed: list[list[Mention]] = [[] for _ in spans]
    number = 0
    for mention in found:
        while number < len(spans) - 1 and mention.start >= spans[number][1]:
            number += 1
        placed[number].append(replace(mention, clause=number))
    judged: list[Mention] = []
    for (start, end), here in zip(spans, placed, strict=True):
        sure = [m.kind != "text" or _counts(m, options, folded, start, end) for m in here]
        # An everyday word counts all the same where it stands in one list with an option: "two or one".
        kept = [
            m for i, m in enumerate(here)
            if sure[i]
            or (i > 0 and sure[i - 1] and cues.LISTING.match(folded[here[i - 1].end : m.start])
                and not _LEADS_ON.match(folded, m.end, end))
            or (i + 1 < len(here) and sure[i + 1] and cues.LISTING.match(folded[m.end : here[i + 1].start]))
        ]  # fmt: skip
        judged += _judge(kept, folded, start, end)
    judged = [
        m if m.denied or not _NEGATED.match(folded, spans[m.clause][1]) else _asked(m, folded, spans) for m in judged
    ]
    return _with_their_texts(judged, folded)


def _with_their_texts(judged: list[Mention], folded: str) -> list[Mention]:
    """``B. a robin: no``: what is said of an option's text holds for the label before it."""
    for i in range(len(judged) - 2, -1, -1):
        label, text = judged[i], judged[i + 1]
        if text.denied and label.index == text.index and _BESIDE.fullmatch(folded[label.end : text.start]):
            judged[i] = replace(label, denied=True)
    return judged


def _asked(mention: Mention, folded: str, spans: list[tuple[int, int]]) -> Mention:
    """``A robin? No.``: what a question ends with is denied by the answer to it."""
    rest = folded[mention.end : spans[mention.clause][1]]
    return replace(mention, denied=re.fullmatch(r"[\"')\] ]*\?\s*", rest) is not None)


def _texts(text: str, folded: str, options: Options) -> Iterator[Mention]:
    """Options named by their text. Where two overlap, the one written in its own case wins, then the longer one."""
    found = [
        (index, match.start(), match.end())
        for index, pattern in enumerate(patterns(options))
        if pattern is not None
        for match in pattern.finditer(folded)
        if is_bounded(folded, match.start(), match.end(), strict=options.strict[index])
    ]
    found.sort(key=lambda m: (text[m[1] : m[2]] not in options.texts[m[0]], m[1] - m[2]))
    claimed = bytearray(len(text))
    for index, start, end in found:
        if not any(claimed[start:end]):
            claimed[start:end] = b"\x01" * (end - start)
            yield Mention(index, "text", start, end, 0)


def _counts(mention: Mention, options: Options, folded: str, start: int, end: int) -> bool:
    """Everyday words that are options ("No", "both") count where an answer stands: first or alone in a clause,
    or right after the words that give an answer."""
    if options.folded[mention.index] not in cues.FUNCTION_WORDS and len(options.folded[mention.index]) > 1:
        return True
    before = folded[start : mention.start]
    after = folded[mention.end : end]
    if options.folded[mention.index].isdigit() and cues.COUNTED.search(before[-80:]):
        return True
    if re.search(r"\b(?:so|therefore|thus|hence),? $", before) and not after.strip(" .,!\"'"):
        return True
    if not before.strip(" \"'([*-:"):
        return not after.startswith(" doubt") and re.match(r"[\s.,;:!)\]\"']|$", after) is not None
    return cues.ANSWER.search(before[-80:]) is not None or bool(_QUOTED.search(before[-1:]))


_NEGATED = re.compile(r"\s*(?:no|nope)\b(?! doubt)")
_BESIDE = re.compile(r"[ ().:\"'-]*(?:an?|the)? ?")
"""What stands between a label and the text of its option."""
_LEADS_ON = re.compile(r" (?!(?:or|and|nor)\b)[a-z]")
"""A word that an everyday word belongs to: "yes, no guitar is heard"."""
_DRESSED = re.compile(r"[(\[{<](?:option |choice )?([a-z]|\d{1,2})[)\]}>]")
_LED = re.compile(r"(?:^|\n)\s*[-*>]?\s*([a-z]|\d{1,2})\s?[).:,、](?=\s|$|[^\x00-\x7f])")
_NAMED = re.compile(
    r"(?:(?<![a-z])(?:option|choice|answer|letter|alternative|opcion|reponse|antwort|opzione|opcao)s?|选项|第)"
    r"\s*(?:is|are|was|be|would be|should be|must be|number|no\.?|es|est|ist|lautet|[:#=是为])*\s*[\"'(\[]?([a-z]|\d{1,2})(?![a-z0-9'])"
)
_CHOSEN = re.compile(r"(?:选择?|答案[是为:]?\s*|应为|应该是|就是|是)\s*[\"'(]?([a-z])(?![a-z0-9])")
_CAPITAL = re.compile(r"(?<![A-Za-z0-9'./&-])([A-Z])(?![A-Za-z0-9'&/]|[.-][A-Za-z0-9])")
_QUOTED_LETTER = re.compile(r"[\"']([a-z])[\"']")


def _labels(text: str, folded: str, options: Options) -> Iterator[Mention]:
    """Options named by label, place or ordinal."""
    seen: set[int] = set()
    for pattern in (_DRESSED, _LED, _NAMED, _CHOSEN, _QUOTED_LETTER):
        for match in pattern.finditer(folded):
            index = _index(match.group(1), options)
            if index is None or match.start(1) in seen:
                continue
            if pattern is _NAMED and _is_article(match, text, folded):
                continue
            seen.add(match.start(1))
            kind: Kind = "number" if match.group(1).isdigit() else "label"
            yield Mention(index, kind, match.start(1), match.end(1), 0)
    for match in _CAPITAL.finditer(text):
        index = options.label_of.get(match.group(1).lower())
        if index is not None and match.start(1) not in seen and _is_label(match, text, folded):
            seen.add(match.start(1))
            yield Mention(index, "label", match.start(1), match.end(1), 0)
    for match in cues.ORDINAL.finditer(folded):
        place = cues.ORDINALS[match.group(1)]
        if place < len(options.labels):
            yield Mention(place % len(options.labels), "number", match.start(), match.end(), 0)
    for match in cues.CHINESE_ORDINAL.finditer(text):
        if cues.CHINESE_DIGITS[match.group(1)] < len(options.labels):
            yield Mention(cues.CHINESE_DIGITS[match.group(1)], "number", match.start(), match.end(), 0)


def _index(name: str, options: Options) -> int | None:
    if name in options.label_of:
        return options.label_of[name]
    if name.isdigit() and not options.numeric and 1 <= int(name) <= len(options.labels):
        return int(name) - 1
    return None


def _is_article(match: re.Match[str], text: str, folded: str) -> bool:
    """``the answer is a flute``: the letter is an article, unless it is a capital or stands alone."""
    after = folded[match.end(1) : match.end(1) + 2]
    return match.group(1) == "a" and re.match(r" [a-z0-9]", after) is not None and not text[match.start(1)].isupper()


def _is_label(match: re.Match[str], text: str, folded: str) -> bool:
    """Whether a capital that stands alone is an option's letter: not the article, the pronoun, a note or a name."""
    letter, before, after = match.group(1), folded[: match.start(1)], folded[match.end(1) :][:24]
    if cues.NOT_A_LABEL_AFTER.match(after) or cues.NOT_A_LABEL_BEFORE.search(before[-24:]):
        return False
    if letter in "AI":
        # "A flute plays", "I hear": a letter only where no word that it could belong to follows.
        return re.match(
            r"\s*(?:[.,;:!?)\]\"'。，、]|$|\n|(?:or|and|is|was|because|since|as|not|nor|but|fits|seems)\b(?! [a-z]+ing\b))",
            after,
        ) is not None and (letter == "A" or not re.match(r"\s*(?:was|as|am)\b", after))
    return True


def _judge(here: list[Mention], folded: str, start: int, end: int) -> list[Mention]:
    """Decide for each mention of a clause whether it is given as the answer, and whether it is denied."""
    judged: list[Mention] = []
    for i, mention in enumerate(here):
        before = folded[start : mention.start]
        broken = [m.end() for m in _BREAK.finditer(before)]
        near = before[broken[-1] :] if broken else before
        given = cues.ANSWER.search(before[-100:].rstrip("\"'([<") if before else "") is not None
        denied = cues.DENIED_BEFORE.search(near[-100:]) is not None and not _is_leading_no(near)
        gap = folded[judged[-1].end : mention.start] if judged else None
        if gap is not None and not denied and judged[-1].denied:
            denied = cues.LISTING.match(gap) is not None or not gap.strip(" ().:\"'")
        if gap is not None and not given and judged[-1].given:
            given = cues.LISTING.match(gap) is not None or not gap.strip(" ().:-,\"'")
        following = folded[mention.end : here[i + 1].start if i + 1 < len(here) else end]
        denied = denied or cues.DENIED_AFTER.match(following) is not None
        given = given or (cues.ANSWER_AFTER.match(following) is not None and not cues.SUPPOSED.search(near))
        judged.append(replace(mention, given=given, denied=denied))
    return _denied_together(judged, folded)


def _denied_together(judged: list[Mention], folded: str) -> list[Mention]:
    """``A, B and C can be ruled out``: a denial behind a list holds for all of it."""
    for i in range(len(judged) - 2, -1, -1):
        gap = folded[judged[i].end : judged[i + 1].start]
        if judged[i + 1].denied and cues.LISTING.match(gap) and _ends_denied(judged, i + 1, folded):
            judged[i] = replace(judged[i], denied=True)
    return judged


def _ends_denied(judged: list[Mention], i: int, folded: str) -> bool:
    """Whether the list that mention ``i`` is in is denied from behind."""
    while i + 1 < len(judged) and cues.LISTING.match(folded[judged[i].end : judged[i + 1].start]):
        i += 1
    return cues.DENIED_AFTER.match(folded[judged[i].end :][:60]) is not None


def _is_leading_no(near: str) -> bool:
    """``No, it is B``: the word answers and denies nothing."""
    return re.fullmatch(r"\s*no[,.:]\s*", near) is not None
