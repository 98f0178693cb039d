"""Chords in a text, as labels of Harte's syntax (``A:min7``, ``C:maj/3``, ``N``): ``Am7``, ``A minor seventh``,
``F#dim``, ``C/E``, ``B-flat major``, ``no chord``.

Harte, "Towards Automatic Extraction of Harmony Information from Music Signals", PhD thesis, Queen Mary University of
London, 2010. A symbol that is not read to its end (``Am7no5``) is no chord, rather than the part of it that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from audiotest.score.answer_extraction.keys import ACCIDENTALS, KEYED

NO_CHORD = "N"
OMITTED = "∗"
"""What stands for the asterisk of Harte's syntax (``C:maj(*5)``), which a cleaned text takes for markdown."""

_NEAR = 60
"""Characters around a letter by which it is decided whether it is a chord."""
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_DEGREES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")
"""The degree of a bass note by its distance from the root in semitones."""

_SYMBOLS = {
    "maj": "M maj ma major",
    "min": "m min mi minor",
    "dim": "dim o ° diminished",
    "aug": "aug + augmented",
    "sus4": "sus sus4",
    "sus2": "sus2",
    "1": "1",
    "5": "5",
    "7": "7 dom7",
    "maj7": "M7 maj7 ma7 major7 Δ Δ7",
    "min7": "m7 min7 mi7 minor7 -7",
    "minmaj7": "mM7 mmaj7 minmaj7 minM7 mΔ mΔ7",
    "maj6": "6 M6 maj6",
    "min6": "m6 min6",
    "dim7": "dim7 o7 °7",
    "hdim7": "ø ø7 hdim hdim7 m7b5 min7b5 -7b5",
    "9": "9 dom9",
    "maj9": "M9 maj9 Δ9",
    "min9": "m9 min9",
    "11": "11 dom11",
    "min11": "m11 min11",
    "13": "13 dom13",
    "maj13": "M13 maj13",
    "min13": "m13 min13",
    "aug(b7)": "aug7 +7 7#5 7+5",
    "sus4(b7)": "7sus4 7sus",
    "sus4(b7,9)": "9sus4 9sus",
    "maj6(9)": "69 6/9",
    "min6(9)": "m69 m6/9 min69 min6/9",
    "maj(9)": "add9 add2",
    "min(9)": "madd9 minadd9 madd2",
    "7(*5,b5)": "7b5",
    "7(b9)": "7b9",
    "7(#9)": "7#9",
    "7(#11)": "7#11",
    "7(b13)": "7b13",
    "maj7(#11)": "M7#11 maj7#11",
    "maj7(9,11)": "M11 maj11",
}
"""Harte's quality, and how it is written behind the root. ``aug7`` and ``maj11`` are in his grammar, but not among the
qualities that mir_eval knows, so they are written out."""
_QUALITIES = {symbol: quality for quality, symbols in _SYMBOLS.items() for symbol in symbols.split()} | {"": "maj"}
_SPELT = str.maketrans({"♭": "b", "♯": "#", "∆": "Δ", "△": "Δ", "(": "", ")": "", ",": ""})
_ABBREVIATED = re.compile(r"major|minor|maj|min|ma|mi|hdim|dim(?:inished)?|aug(?:mented)?|sus|add|dom", re.IGNORECASE)

_NUMBERS = {"seventh": "7", "sixth": "6", "ninth": "9", "eleventh": "11", "thirteenth": "13", "second": "2",
            "fourth": "4"}  # fmt: skip
_NUMBER = rf"(?:{'|'.join(_NUMBERS)}|(?:1[13]|[24679])(?:th|nd)?)(?!\w)"
_WORDS = {
    "half diminished": "hdim", "fully diminished": "dim", "diminished": "dim", "dim": "dim", "augmented": "aug",
    "aug": "aug", "suspended": "sus", "sus": "sus", "dominant": "dom", "dom": "dom", "minor major": "minmaj",
    "major minor": "dom", "major": "maj", "maj": "maj", "dur": "maj", "minor": "min", "min": "min", "moll": "min",
    "power": "5",
}  # fmt: skip
_OF_WORDS = re.compile(
    rf"(?P<space>[\s:-]{{1,3}})(?:(?P<word>{'|'.join(word.replace(' ', '[ -]') for word in _WORDS)})(?![^\W\d_])"
    rf"(?:[\s-]?(?P<number>{_NUMBER}))?(?P<flat>[\s-](?:flat[\s-]|[b♭])(?:five|fifth|5)(?!\w))?"
    r"|(?P<alone>(?:seventh|ninth|7th|9th)(?!\w)))",
    re.IGNORECASE,
)
_NO_CHORD_OF_WORDS = re.compile(
    r"[\s-]+(?:key|scale|mode|pentatonic|third|tonality|blues|interval|progression)\b", re.IGNORECASE
)

_NOTE = r"[A-G](?:##?|bb?|[♯♭]|[\s-]?(?i:sharp|flat)(?![a-z]))?"
_ROOT = re.compile(rf"(?<![A-Za-z0-9#♯♭'/])(?:{_NOTE}|[a-g](?:[#♯♭]|[\s-](?i:sharp|flat)(?![a-z]))?)")
_SYMBOL = re.compile(r"(?:(?:m|min)?6/9|(?:[A-Za-z0-9#♯♭°øΔ∆△+]|-(?=\d))*(?:\([A-Za-z0-9#♯♭+Δ]+\))*)")
_SYMBOL_AND_NUMBER = re.compile(r"[A-Za-z]+[\s-](?:1[13]|[24679])(?:th|nd)?(?!\w)")
_HARTE = re.compile(rf":(?P<base>[A-Za-z]*\d*)(?P<degrees>\({OMITTED}?[b#]*\d+(?:,\s?{OMITTED}?[b#]*\d+)*\))?")
_BASS = re.compile(
    rf"\s?/\s?(?P<slash>{_NOTE})(?![\w#♯♭])|/(?P<degree>[b#]*(?:1[0-3]|[1-9]))(?!\w)"
    rf"|\s+over\s+(?:an?\s+)?(?P<over>{_NOTE})(?![\w#♯♭])|\s+with\s+(?:an?\s+)?(?P<of>{_NOTE})(?:\s+in\s+the)?\s+bass\b"
)
_UNREAD = re.compile(r"[\w#♯♭°øΔ+(/]")
"""What a symbol cannot be followed by."""
_SEPARATOR = re.compile(
    r"(?!\Z)\s*+(?:(?:-+>?|→|\||,|/|(?:,\s*)?\b(?:and|or|then|to|(?:resol|mov|go|lead|chang)\w+ (?:in)?to|followed by)\b)\s*+)?"
)
_NEXT_NOTE = re.compile(rf"\s*(?:,|-|and)\s*{_NOTE}(?![\w#♯♭])")
_CHORD_AFTER = re.compile(r"\s+(?:chord|triad)\b", re.IGNORECASE)
_ROOT_ELSEWHERE = re.compile(r"\s+(?:chord|triad)\s+(?:on|built|rooted|with|of|whose)\b", re.IGNORECASE)
_ANSWER = re.compile(r"(?:\bchord|\banswer|\blabel)(?:\s+(?:is|was|would be))?[\s:\"'(]*$", re.IGNORECASE)
_STARTS = re.compile(r"(?:^|[.!?:\n])[\s\"'(]*$")
_NONE = re.compile(r"\bN\.\s?C\.|(?i:\bno (?:audible |clear |discernible |musical )?chords?\b"
                   r"(?!\s+(?:can|could|to|changes?|names?|labels?|symbols?|progressions?)\b))")  # fmt: skip


class Chord(Struct, frozen=True):
    """A chord named in a text: its ``label``, where it stands, and whether it is a bare note (``C``), a major chord
    where chords are spoken of."""

    label: str
    start: int
    end: int
    bare: bool = False


def chords(text: str) -> list[Chord]:
    """The chords that ``text`` names, in order; case and place as in ``text``.

    A bare note is one where it is all there is, where the word "chord" stands beside it, or in a row with chords that
    are more than that (``C - G - Am - F``).
    """
    whole = text.strip(" .!\"'`()")
    if whole in ("N", "NC"):
        return [Chord(NO_CHORD, 0, len(text))]
    if re.fullmatch(r"[a-g][b#♯♭]?(?:m|min|maj|dim|aug|sus|add)?\d{0,2}", whole):
        raised = whole[0].upper() + whole[1:]
        text, whole = text.replace(whole, raised), raised
    named = [*_named(text, whole)]
    if len(named) > 1 and named[0].bare and _is_article(text, *named[:2]):
        del named[0]
    rows = [[chord] for chord in named[:1]]
    for before, chord in pairwise(named):
        if _SEPARATOR.fullmatch(text[before.end : chord.start]):
            rows[-1].append(chord)
        else:
            rows.append([chord])
    kept = [chord for row in rows if not all(chord.bare for chord in row) for chord in row]
    kept += [Chord(NO_CHORD, match.start(), match.end()) for match in _NONE.finditer(text)]
    return sorted(kept, key=lambda chord: chord.start)


def _is_article(text: str, first: Chord, second: Chord) -> bool:
    """Whether the first letter is that of "A C major chord"."""
    letter, between = text[first.start : first.end], text[first.end : second.start]
    return letter == "A" and between.isspace() and _CHORD_AFTER.match(text, second.end) is not None


def _named(text: str, whole: str) -> Iterator[Chord]:
    """Every chord and, as ``bare`` ones, the notes that may be chords."""
    end = 0
    for match in _ROOT.finditer(text):
        if match.start() < end:
            continue
        named = _harte(text, match) or _worded(text, match) or _symbol(text, match, whole)
        if named is None:
            continue
        quality, end, bare = named
        root = _spelt(match.group())
        bass = _BASS.match(text, end)
        degree = _degree(root, bass) if bass else ""
        end = bass.end() if bass else end
        if bass and _OF_WORDS.match(text, end):  # "G# / Ab minor": what the word says is of the second note
            end = match.end()
            continue
        if _UNREAD.match(text, end) is None:
            yield Chord(f"{root}:{quality}{degree}", match.start(), end, bare)


def _spelt(note: str) -> str:
    accidental = note[1:].strip(" -").lower()
    return note[0].upper() + ACCIDENTALS.get(accidental, accidental)


def _degree(root: str, bass: re.Match[str]) -> str:
    if bass["degree"]:
        return f"/{bass['degree']}"
    note = _spelt(bass["slash"] or bass["over"] or bass["of"])
    degree = _DEGREES[(_semitone(note) - _semitone(root)) % 12]
    return f"/{degree}" if degree != "1" else ""


def _semitone(note: str) -> int:
    return _SEMITONES[note[0]] + note.count("#") - note[1:].count("b")


def _harte(text: str, root: re.Match[str]) -> tuple[str, int, bool] | None:
    """``C:maj7(*5)`` behind its root; None where that is none."""
    match = _HARTE.match(text, root.end())
    if match is None or not match.group()[1:] or root.group()[0].islower():
        return None
    quality = _quality(match["base"]) if match["base"] else ""
    if quality is None:
        return None
    degrees = (match["degrees"] or "").replace(OMITTED, "*").replace(" ", "")
    if degrees and quality.endswith(")"):
        quality, degrees = quality[:-1], f",{degrees[1:]}"
    return quality + degrees, match.end(), False


def _symbol(text: str, root: re.Match[str], whole: str) -> tuple[str, int, bool] | None:
    """``m7`` behind its root, or nothing: a note."""
    match = _SYMBOL_AND_NUMBER.match(text, root.end()) or _SYMBOL.match(text, root.end())
    quality = _quality(match.group()) if match is not None else None
    if match is None or quality is None or root.group()[0].islower():
        return None
    before = text[max(0, root.start() - _NEAR) : root.start()]
    after = text[match.end() : match.end() + _NEAR]
    if re.match(r"[\s-]?(?:sharp|flat)", after, re.IGNORECASE):
        return None  # an accidental that goes on: "D sharpen"
    if match.group() == "m" and after[:2].strip().startswith("I") and root.group() == "A":
        return None  # "Am I"
    if match.group():
        return quality, match.end(), False
    is_article = root.group() == "A" and re.match(r"\s+[a-z]", after) is not None
    beside = _CHORD_AFTER.match(after) is not None and not (root.group() == "A" and _STARTS.search(before))
    bass = _BASS.match(after)
    alone = whole in (root.group(), root.group() + after[: bass.end() if bass else 0])
    given = _ANSWER.search(before) is not None and not is_article and _NEXT_NOTE.match(after) is None
    sure = alone or beside or given or bass is not None
    return None if is_article and not sure else (quality, match.end(), not sure)


def _worded(text: str, root: re.Match[str]) -> tuple[str, int, bool] | None:
    """``minor seventh`` behind its root; None where no such word follows."""
    match = _OF_WORDS.match(text, root.end())
    if match is None or _NO_CHORD_OF_WORDS.match(text, match.end()):
        return None
    word = re.sub(r"[ -]", " ", (match["word"] or "dom").lower())
    number = re.sub(r"(?<=\d)\D+", "", (match["number"] or match["alone"] or "").lower())
    number = _NUMBERS.get(number, number)
    symbol = f"{_WORDS[word]}{number}{'b5' if match['flat'] else ''}"
    quality = _QUALITIES.get(symbol)
    if quality is None or not _is_root(text, root, match):
        return None
    return quality, match.end(), False


def _is_root(text: str, root: re.Match[str], words: re.Match[str]) -> bool:
    """Whether the letter is a root, and no article: "a minor chord", "A dominant seventh chord on G"."""
    before, rest = text[max(0, root.start() - _NEAR) : root.start()], words.end()
    if len(root.group()) > 1 or root.group() not in "aA" or words["space"].strip():
        return True
    if root.group() == "a":
        return KEYED.search(before[-30:]) is not None and _CHORD_AFTER.match(text, rest) is None
    if _ROOT_ELSEWHERE.match(text, rest):
        return False
    plain = words["word"] is not None and words["word"].lower() in ("major", "minor")
    return plain or _CHORD_AFTER.match(text, rest) is None


def _quality(symbol: str) -> str | None:
    """Harte's quality for a symbol as it is written; None for one that is not known."""
    written = re.sub(r"(?<=[A-Za-z])[\s-](\d+)(?:th|nd)?$", r"\1", symbol).translate(_SPELT)
    return _QUALITIES.get(_ABBREVIATED.sub(lambda match: match.group().lower(), written))
