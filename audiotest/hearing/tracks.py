"""Tracks: what is asked of a model about one variant of a faculty, question by question.

A track is a sequence of questions. Which level the question ``i`` has depends on the answers to the questions 0 to
``i - AHEAD``, whatever has come in since: so ``AHEAD`` questions of every track can be under way at once, and a run
that is repeated, with replies from the cache, asks the very same ones. Everything else about a question (the place of
the answer, the wording, the order of the options, what is roved) depends on (seed, track, i) alone.

Conventions
    Within a block of questions every combination of answer, wording and order of the options occurs once, in a
    shuffled order. The first ``SCREENING`` questions, and then every tenth, are at the easiest level: they say
    whether the model can do the task as asked, and how often it fails for other reasons than its hearing (lapses).
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import deque
from functools import cached_property

import numpy as np
from msgspec import Struct

from audiotest.hearing.procedure import Grid, Posterior, Procedure, grid
from audiotest.hearing.question import Stimulus, Wording
from audiotest.registry import FACULTIES, Faculty
from audiotest.types import Case, ClipSpec, Status

AHEAD = 4
SCREENING, SCREENED_AT_MOST = 10, 20
ENOUGH = 0.75
"""The share of right answers at the easiest level below which a model cannot do a task as asked."""
CATCH_EVERY = 10
LEVELS = 41
BUDGET, PRECISION = 200, 1.5
LEAST, SETTLED_AT_LEAST, CONFIRMED = 30, 50, 20
"""Answers below which there is no interval; below which none is taken to be narrow enough; and for how many in a row it
has to be narrow. One that is narrow early, or only just, is so by luck more often than not, and holds the threshold
less often than it says."""
_SETTLED = 0.8
_OUTSIDE = 0.9
"""How sure it has to be that a threshold is beyond the levels for a track to end."""


class Asked(Struct, frozen=True):
    """A question of a track, ready to be put: ``level`` is the index of its level, ``answer`` and ``wording`` those
    of the faculty, and ``order[i]`` the option (as the wording lists them) that is shown at place ``i``."""

    case: Case
    level: int
    wording: int
    answer: int
    order: tuple[int, ...]


class Heard(Struct, frozen=True):
    """What came of a question: whether the answer was ``right``, which place was chosen (None: none was), how the reply
    could be read. ``error``: there is no reply, and why."""

    index: int
    level: int
    wording: int
    answer: int
    order: tuple[int, ...] = ()
    right: bool = False
    place: int | None = None
    status: Status | None = None
    error: str = ""

    @property
    def given(self) -> bool:
        """Whether there is a reply."""
        return not self.error

    def credit(self, options: int) -> float:
        """1 or 0; for a reply that chooses nothing, what a guess would get on average."""
        return float(self.right) if self.place is not None else 1 / options


class Track:
    """One variant of one faculty: ``name`` is ``pitch@440``, or ``gap`` where there are no variants.

    ``budget``: the most questions; ``precision``: the factor between the ends of an interval that is narrow enough;
    ``longest``: no sound is longer, in seconds.
    """

    def __init__(
        self,
        faculty: Faculty,
        variant: float | None,
        seed: int,
        *,
        budget: int = BUDGET,
        precision: float = PRECISION,
        longest: float | None = None,
    ) -> None:
        self.faculty, self.variant, self.seed = faculty, variant, seed
        self.budget, self.precision = budget, precision
        self.name = faculty.name if variant is None else f"{faculty.name}@{variant:g}"
        self.levels = _levels(faculty, longest)
        self.positions = tuple(position(faculty, level) for level in self.levels)
        self.answers: list[Heard] = []
        """Replies to the questions 0, 1, 2..., as far as they are known without a gap."""
        self.easy: list[Heard] = []
        """Those of them that are replies to questions at the easiest level."""
        self.easiest = len(self.levels) - 1
        """The index of the easiest level."""
        self.ended = ""
        """Why nothing more is asked: ``precise``, ``budget``, ``cannot``, ``outside``, ``errors``; "" while more is."""
        self._given = self._narrow = 0
        self._next = deque((index, self.easiest) for index in range(min(AHEAD, budget)))
        self._waiting: dict[int, Heard] = {}
        self._chosen: dict[int, int] = {}
        self._blocks: dict[int, list[tuple[int, int, int]]] = {}

    @cached_property
    def options(self) -> int:
        """How many there are to choose from."""
        return len(self.faculty.wordings[0].choices) or 3

    @cached_property
    def grid(self) -> Grid:
        """All listeners that are thought of."""
        return grid(self.positions, self.options)

    @cached_property
    def procedure(self) -> Procedure:
        """What is known from the answers so far."""
        return Procedure(self.grid)

    def posterior(self) -> Posterior:
        """What is known of the threshold."""
        return self.procedure.posterior()

    # -- questions -----------------------------------------------------------------------------------------

    def question(self, index: int, level: int) -> Asked:
        """The question ``index`` at the level of that index. The same arguments give the same question."""
        answer, wording, turn = self._combination(index)
        rng = np.random.default_rng(_number(self.seed, self.name, index))
        stimulus: Stimulus = self.faculty.stimulus(self.levels[level], answer, rng, self.variant)
        asks: Wording = self.faculty.wordings[wording]
        choices = asks.choices or stimulus.choices
        right = len(choices) - 1 - answer if asks.inverted else answer
        order = tuple((place + turn) % len(choices) for place in range(len(choices)))
        clip = ClipSpec(file=stimulus.file) if stimulus.file is not None else ClipSpec(synth=stimulus.scene)
        case = Case(
            id=f"{self.name.replace('@', '-')}.q{index:04d}.l{level:02d}",
            question=asks.question,
            audio=(clip,),
            choices=tuple(choices[place] for place in order),
            answer=choices[right],
        )
        return Asked(case, level, wording, answer, order)

    def following(self) -> tuple[int, int] | None:
        """(index, level) of the next question; None where none is to be asked now."""
        return self._next.popleft() if self._next else None

    def take(self, heard: Heard) -> None:
        """Take in the answer to a question. Answers count in the order of the questions, so that the next level is the
        same in whichever order they come."""
        self._waiting[heard.index] = heard
        while (upcoming := self._waiting.pop(len(self.answers), None)) is not None:
            self.answers.append(upcoming)
            if upcoming.given:
                self._given += 1
                if upcoming.level == self.easiest:
                    self.easy.append(upcoming)
                self.procedure.update(upcoming.level, upcoming.credit(self.options))
            if not self.ended:
                self.ended = self._end(upcoming)
            index = len(self.answers) - 1 + AHEAD
            if not self.ended and index < self.budget:
                self._next.append((index, self._level(index)))

    def _level(self, index: int) -> int:
        """The level of question ``index``, by what is known now."""
        if index < SCREENING or index % CATCH_EVERY == 0 or not self._screened:
            return self.easiest
        return self.procedure.following()

    @property
    def _screened(self) -> bool:
        """Whether the model has shown that it can do the task; asked again where its threshold seems to be out of
        reach."""
        easy = self.easy
        if len(easy) >= SCREENED_AT_MOST:
            return True
        settled = len(easy) >= SCREENING - AHEAD and sum(h.right for h in easy) >= _SETTLED * len(easy)
        return settled and self.posterior().above < 0.5

    def _end(self, latest: Heard) -> str:
        """Why nothing more is asked after ``latest``. A question without a reply says nothing of the listener: it
        confirms no interval."""
        if len(self.answers) >= SCREENED_AT_MOST and self._given < len(self.answers) / 2:
            return "errors"
        easy = self.easy
        if len(easy) >= SCREENED_AT_MOST and sum(h.right for h in easy) < ENOUGH * len(easy):
            return "cannot"
        if len(self.answers) >= self.budget:
            return "budget"
        if self._given < LEAST or not latest.given:
            return ""
        known = self.posterior()
        if known.below > _OUTSIDE or (known.above > _OUTSIDE and len(easy) >= SCREENED_AT_MOST):
            return "outside"
        self._narrow = self._narrow + 1 if known.high - known.low <= math.log10(self.precision) else 0
        return "precise" if self._narrow >= CONFIRMED and self._given >= SETTLED_AT_LEAST else ""

    def _combination(self, index: int) -> tuple[int, int, int]:
        """(answer, wording, turn of the options) of a question."""
        every = list(itertools.product(range(self.options), range(len(self.faculty.wordings)), range(self.options)))
        block, place = divmod(index, len(every))
        if block not in self._blocks:
            rng = np.random.default_rng(_number(self.seed, self.name, -1 - block))
            self._blocks[block] = [every[i] for i in rng.permutation(len(every))]
        return self._blocks[block][place]


def position(faculty: Faculty, level: float) -> float:
    """A level in decades, rising as the task gets easier: log10 of it, or dB over 20."""
    value = math.log10(level) if faculty.scale == "log" else level / 20
    return value if faculty.easiest > faculty.hardest else -value


def level_at(faculty: Faculty, at: float) -> float:
    """The level at a position: the inverse of :func:`position`."""
    value = at if faculty.easiest > faculty.hardest else -at
    return float(10**value if faculty.scale == "log" else 20 * value)


def _levels(faculty: Faculty, longest: float | None) -> tuple[float, ...]:
    """The levels from the hardest to the easiest, evenly spaced; only those whose sound lasts ``longest`` s at most."""
    if faculty.levels:
        levels = sorted(faculty.levels, reverse=faculty.easiest < faculty.hardest)
    else:
        ends = position(faculty, faculty.hardest), position(faculty, faculty.easiest)
        levels = [float(f"{level_at(faculty, at):.5g}") for at in np.linspace(*ends, LEVELS)]
    if longest is not None and faculty.seconds is not None:
        levels = [level for level in levels if faculty.seconds(level) <= longest]
    return tuple(levels)


def track_of(case: str, seed: int) -> tuple[Track, int, int]:
    """(track, index, level) of a case's id, as :meth:`Track.question` names it. Raises ValueError for another id."""
    name, index, level = case.rsplit(".", 2)
    faculty, _, variant = name.partition("-")
    track = Track(FACULTIES.get(faculty), float(variant) if variant else None, seed)
    return track, int(index.removeprefix("q")), int(level.removeprefix("l"))


def _number(seed: int, name: str, index: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed} {name} {index}".encode()).digest()[:8], "big")
