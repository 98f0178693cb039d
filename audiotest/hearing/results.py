"""What a measurement of hearing gives: a record a track, and the audiogram of all of them, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from audiotest.errors import AudiotestError

SCHEMA_VERSION = 1
Verdict = Literal[
    "threshold", "imprecise", "beyond", "out_of_reach", "cannot", "constant", "refuses", "unreadable", "deaf",
    "errors", "unsupported", "too_few",
]  # fmt: skip
"""What became of a track. *threshold*: measured to the precision that was asked for; *imprecise*: measured, with a
wider interval; *beyond*: better than the hardest level; *out_of_reach*: worse than the easiest one. The others have
no threshold:
*cannot*: below 75% at the easiest level; *constant*: one and the same option whatever is played; *refuses*;
*unreadable*;
*deaf*: at chance at the easiest level; *errors*: no replies; *unsupported*: the model cannot be asked; *too_few*
questions."""


class HearingError(AudiotestError):
    """A file that holds no audiogram, or a request that makes none; says what to do."""


class Point(Struct, frozen=True):
    """Answers at one level: how many, and how many of them right (one that chose nothing counts as what a guess
    gets)."""

    level: float
    n: int
    right: float


class Curve(Struct, frozen=True):
    """The psychometric function with its 95% interval: the probability of a right answer at each of ``levels``."""

    levels: tuple[float, ...]
    p: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class OfWording(Struct, frozen=True):
    """One wording's own figures: right answers at the easiest level, and its threshold where one can be given."""

    question: str
    n: int
    easy_right: int
    easy_n: int
    threshold: float | None = None
    low: float | None = None
    high: float | None = None


class Human(Struct, frozen=True):
    """A published figure for people: from ``low`` to ``high`` in the faculty's unit; ``comparable`` False: in another
    unit, shown for its shape only. ``note`` says what differs from how the model was asked. ``checked``: the figure was
    confirmed in the place that ``checked_in`` names; otherwise it is approximate."""

    low: float
    high: float
    source: str
    unit: str = ""
    comparable: bool = True
    note: str = ""
    checked: bool = False
    checked_in: str = ""


class Result(Struct, frozen=True, kw_only=True):
    """One track. ``threshold`` with ``low`` and ``high`` (its 95% interval; None: an open end) are in ``unit``. ``n``
    questions had a reply; ``chance`` is what guessing gets. ``place_share`` is how often the option was chosen that
    stands at ``place``, among readable replies: the place that was chosen most; ``place_p`` is the probability of
    that by chance. ``wording_ratio``: the largest of the wordings' thresholds over the smallest (in dB faculties, of
    amplitudes), and ``wording_p`` its probability by chance. ``drift_ratio``: the threshold by the second half of the
    answers over that by the first (in dB faculties, of amplitudes); ``drift_z`` (above 0: hearing gets worse) and
    ``drift_p``: see :mod:`audiotest.hearing.drift`. ``near_end``: the estimate lies so near the easiest level that the
    threshold may be worse. ``says`` is the verdict as a sentence."""

    faculty: str
    variant: float | None
    variant_unit: str
    title: str
    unit: str
    scale: Literal["log", "db"]
    hardest: float
    easiest: float
    verdict: Verdict
    says: str
    threshold: float | None = None
    low: float | None = None
    high: float | None = None
    chance: float = 0.5
    slope_decades: float | None = None
    lapse: float | None = None
    n: int = 0
    failed: int = 0
    easy_right: int = 0
    easy_n: int = 0
    unread: int = 0
    place: int | None = None
    place_share: float | None = None
    place_p: float | None = None
    wordings: tuple[OfWording, ...] = ()
    wording_ratio: float | None = None
    wording_p: float | None = None
    drift_ratio: float | None = None
    drift_z: float | None = None
    drift_p: float | None = None
    near_end: bool = False
    points: tuple[Point, ...] = ()
    curve: Curve | None = None
    human: Human | None = None

    @property
    def name(self) -> str:
        """``pitch@440``, or ``gap``."""
        return self.faculty if self.variant is None else f"{self.faculty}@{self.variant:g}"


class Audiogram(Struct, frozen=True, kw_only=True):
    """All tracks of one model by name. ``questions`` were answered, ``asked`` of them now rather than from the cache.
    ``stopped`` says why it ended early."""

    version: int = SCHEMA_VERSION
    model: str
    spec: str = ""
    identity: str = ""
    audiotest: str = ""
    finished: str = ""
    seed: int = 0
    budget: int = 0
    precision: float = 1.5
    prompt: str = ""
    questions: int = 0
    asked: int = 0
    stopped: str = ""
    faculties: dict[str, Result] = {}

    def save(self, path: Path) -> None:
        """Write it as JSON. Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")


def load(path: Path) -> Audiogram:
    """Read what ``audiotest hear --json`` wrote. Raises :class:`HearingError`."""
    try:
        audiogram = msgspec.json.decode(path.read_bytes(), type=Audiogram)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise HearingError(f"{path} holds no audiogram that can be read: {error}; write one with --json") from None
    if audiogram.version > SCHEMA_VERSION:
        raise HearingError(f"{path} was written by a newer audiotest (version {audiogram.version}); update audiotest")
    return audiogram


def part(audiogram: Audiogram, only: Sequence[str]) -> Audiogram:
    """``audiogram`` with those faculties (``pitch``) or variants (``pitch@440``) alone that ``only`` names; all of
    them where it names none. Raises :class:`HearingError` for one that it does not have."""
    if not only:
        return audiogram
    kept: dict[str, Result] = {}
    for text in only:
        own = {name: one for name, one in audiogram.faculties.items() if text in (name, one.faculty)}
        if not own:
            raise HearingError(f"the audiogram has no {text!r}; it has {', '.join(audiogram.faculties) or 'none'}")
        kept |= own
    questions = sum(one.n + one.failed for one in kept.values())
    return replace(audiogram, faculties=kept, questions=questions, asked=min(audiogram.asked, questions))
