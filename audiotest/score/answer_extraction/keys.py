"""Musical keys and the notes that stand for them: ``Am``, ``F# minor``, ``the key of G``, ``a-Moll``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_MODES = {
    "major": "major",
    "maj": "major",
    "dur": "major",
    "minor": "minor",
    "min": "minor",
    "moll": "minor",
    "m": "minor",
}
ACCIDENTALS = {"#": "#", "♯": "#", "sharp": "#", "b": "b", "♭": "b", "flat": "b"}
_KEY = re.compile(
    r"(?<![A-Za-z0-9#'])([A-Ga-g])(?:\s?([#♯♭])|(b)(?=$|[\s,.;)!?m-])|[\s-]?(?i:(sharp|flat))(?![a-z]))?"
    r"(?:[\s:-]*(?i:(major|minor|maj|min|moll|dur))|(m))?(?![A-Za-z0-9#'])"
)
KEYED = re.compile(
    r"(?:\bkey of|\bkey (?:is|was|seems to be|would be)|\bin|\btonic (?:is|of)|\bis|^)[\s\"']*(?:the key of )?$",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"(?:^|\b(?:is|answer|option)\b[: ]+)[\s\"'(\[]*$", re.IGNORECASE)
_QUALITY = re.compile(r"\s(?:key|chord|scale|mode|tonality|third)\b")
_NAMED = re.compile(r"(?:\bkey\b.{0,40}|\btonic\b.{0,20})$", re.IGNORECASE | re.DOTALL)


_KEY_OF = re.compile(r"^(?:the )?key of ")


class Key(Struct, frozen=True):
    """A tonic (``C``, ``F#``, ``Bb``) and ``major``, ``minor`` or, where it is not given, nothing."""

    tonic: str
    mode: str


def _of(match: re.Match[str]) -> Key:
    letter, symbol, flat, word, mode, m = match.groups()
    accidental = ACCIDENTALS.get((symbol or flat or word or "").lower(), "")
    return Key(letter.upper() + accidental, _MODES.get((mode or m or "").lower(), ""))


def option_key(text: str) -> Key | None:
    """The key that an option is as a whole; a note without a mode is none, since it may be a letter."""
    match = _KEY.fullmatch(_KEY_OF.sub("", text.strip(" .")))
    key = _of(match) if match else None
    return key if key is not None and key.mode else None


def keys(text: str) -> Iterator[tuple[Key, int, int, bool]]:
    """(key, start, end, sure) for each key of a text (case kept), and for notes that are where a key is named.

    A note without a mode is ``sure`` where a key is spoken of, and not where it may be a letter ("The answer is G").
    """
    for match in _KEY.finditer(text):
        key = _of(match)
        if match.group(0).startswith("a ") and _QUALITY.match(text, match.end()):
            continue  # "in a minor key"
        before = text[: match.start()][-60:]
        if match.group(1).islower() and not _is_key_in_small_letters(match, key, before):
            continue
        sure = bool(key.mode) or (
            KEYED.search(before) is not None
            and (_NAMED.search(before) is not None or before.endswith("in ") or not before.strip())
        )
        if sure or _ANSWER.search(before):
            yield key, match.start(), match.end(), sure


def _is_key_in_small_letters(match: re.Match[str], key: Key, before: str) -> bool:
    """ "am" is a verb, "a minor" an article and a word, unless a key is spoken of."""
    plain = key.mode and not match.group(6)
    is_article = match.group(1) == "a" and "-" not in match.group(0) and not match.group(2)
    return bool(plain and (not is_article or KEYED.search(before[-30:])))
