"""Musical intervals, size and quality in either order: ``perfect fifth``, ``fifth, perfect``, ``5th (perfect)``, ``P5``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_LETTERS = {"P": "perfect", "M": "major", "m": "minor"}
_SIZES = "unison second third fourth fifth sixth seventh octave ninth tenth eleventh twelfth thirteenth".split()  # noqa: SIM905
QUALITIES = ("perfect", "major", "minor", "augmented", "diminished")
_QUALITY = rf"({'|'.join(QUALITIES)})"
_SIZE = rf"({'|'.join(_SIZES)}|\d{{1,2}}(?:st|nd|rd|th))s?"
_FORWARDS = re.compile(rf"(?<![\w-]){_QUALITY}[\s-]+{_SIZE}(?![\w-])", re.IGNORECASE)
_BACKWARDS = re.compile(
    rf"(?<![\w-]){_SIZE}(?:\s*[,:(\[/-]\s*|\s+(?:which |that )?(?:is|was)\s+)(?:namely |specifically |i\.e\. )?(?:an? )?{_QUALITY}"
    r"(?=[\s\"')\]]*(?:$|[.,;:!)\]\n]|(?:one|interval|because|since|as)\b))",
    re.IGNORECASE,
)
"""A quality that belongs to something else ("a third, minor scale", "fifth, minor sixth") ends no phrase."""
_SHORT = re.compile(r"(?<![A-Za-z0-9#'])([PMm])(\d{1,2})(?![A-Za-z0-9'])")
_NOUN = re.compile(r"^(?:an? |the )?(?:interval (?:of )?(?:an? |the )?)?|(?: interval)?$", re.IGNORECASE)


class Interval(Struct, frozen=True):
    """``quality`` as a word, ``size`` in steps (a fifth is 5)."""

    quality: str
    size: int


def _of(quality: str, size: str) -> Interval:
    size = size.lower()
    steps = int(re.sub(r"\D", "", size)) if size[0].isdigit() else _SIZES.index(size) + 1
    return Interval(_LETTERS.get(quality, quality.lower()), steps)


def option_interval(text: str) -> Interval | None:
    """The interval that an option is as a whole; a size without a quality is none."""
    own = _NOUN.sub("", text.strip(" ."))
    if match := _FORWARDS.fullmatch(own) or _SHORT.fullmatch(own):
        return _of(match.group(1), match.group(2))
    match = _BACKWARDS.match(own)
    if match is None or own[match.end() :].strip(" )]"):
        return None
    return _of(match.group(2), match.group(1))


def intervals(text: str) -> Iterator[tuple[Interval, int, int]]:
    """(interval, start, end) for each interval of a text (case kept: ``M3`` is not ``m3``)."""
    ends = 0
    for match in sorted(
        (m for pattern in (_FORWARDS, _BACKWARDS, _SHORT) for m in pattern.finditer(text)), key=re.Match.start
    ):
        if match.start() >= ends:
            ends = match.end()
            backwards = match.re is _BACKWARDS
            yield _of(match.group(1 + backwards), match.group(2 - backwards)), match.start(), ends
