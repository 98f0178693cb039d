"""Many tracks side by side as one stream of questions.

Every track has a few questions under way at any time; whatever comes back is graded, passed to its track, and makes
room for the next one. So a GPU or a server has as many requests as there are tracks, times
:data:`~audiotest.hearing.tracks.AHEAD`. Replies go through the session's cache: a run that was killed, and is
repeated, asks only what was under way."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from audiotest.declare.condition import ORIGINAL, Condition
from audiotest.declare.suite import Suite
from audiotest.declare.trial import Trial
from audiotest.errors import AudiotestError
from audiotest.grade.grader import Grader
from audiotest.hearing.tracks import Asked, Heard, Track
from audiotest.models.protocol import Unavailable
from audiotest.predict.blocks import Block
from audiotest.predict.breaker import ModelDown
from audiotest.session import Session
from audiotest.types import Generation, Record, TrialKey

SUITE = "hearing"
_GENERATION = Generation(max_new_tokens=128)


class Progress(Struct, frozen=True):
    """How far a run is: tracks that have ended, tracks in all, questions answered, and how many of those were asked now
    rather than taken from the cache."""

    ended: int
    tracks: int
    questions: int
    asked: int


class Schedule:
    """Measures ``tracks`` through ``session``. ``stopped`` says why the run ended early, "" if it did not."""

    def __init__(
        self,
        session: Session,
        tracks: Sequence[Track],
        *,
        prompt: str = "choices_lettered",
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.session, self.tracks = session, tracks
        self.suite = Suite(SUITE, prompt=prompt, generation=_GENERATION)
        self.stopped = ""
        self.questions = self.asked = 0
        self._progress = progress
        self._numbers = itertools.count()
        self._under_way: dict[TrialKey, tuple[Track, int, Asked]] = {}
        self._grader = Grader(session.settings.seed)

    def run(self) -> None:
        """Ask until every track has ended. The session stays open; what is known stands in the tracks.

        Raises :class:`~audiotest.models.loading.ModelError` where the model cannot be loaded. Ctrl-C, and a model
        that goes down, end the run with what there is."""
        model = self.session.open_model()
        self.session.load(model)
        self.session.model_name = model.name
        self.session.warns = False  # recorded replies are to questions of these tracks, and of no suite
        predictor = self.session.predictor(model)
        try:
            predictor.plan(self._following())
            for trial, answer in predictor.answers():
                track, index, asked = self._under_way.pop(trial.key)
                record = self._grader.grade(trial, answer, predictor)
                predictor.done(trial)
                self.questions += 1
                self.asked += not record.cached
                track.take(_heard(index, asked, record))
                predictor.plan(self._following([track]))
                if self._progress is not None:
                    ended = sum(bool(one.ended) for one in self.tracks)
                    self._progress(Progress(ended, len(self.tracks), self.questions, self.asked))
        except KeyboardInterrupt:
            self.stopped = "interrupted"
        except (ModelDown, Unavailable) as error:
            self.stopped = self.session.stop(error)

    def _following(self, tracks: Sequence[Track] | None = None) -> Iterator[Block]:
        """Blocks of one question each, in turn over the tracks that have room."""
        waiting = list(self.tracks if tracks is None else tracks)
        while waiting:
            for track in list(waiting):
                following = track.following()
                if following is None:
                    waiting.remove(track)
                    continue
                if (trial := self._trial(track, *following)) is not None:
                    yield Block(next(self._numbers), (trial,))

    def _trial(self, track: Track, index: int, level: int) -> Trial | None:
        """The trial of a question; None, with its error passed to the track, where its sound cannot be made."""
        try:
            asked = track.question(index, level)
        except (AudiotestError, OSError) as error:
            track.take(Heard(index, level, 0, 0, error=str(error)))
            return None
        trial = Trial(self.suite, asked.case, Condition(ORIGINAL), "recorded")
        self._under_way[trial.key] = track, index, asked
        return trial


def _heard(index: int, asked: Asked, record: Record) -> Heard:
    verdict = next(iter(record.verdicts.values()), None)
    if verdict is None:
        return Heard(index, asked.level, asked.wording, asked.answer, error=record.reason or record.outcome)
    return Heard(
        index,
        asked.level,
        asked.wording,
        asked.answer,
        order=asked.order,
        right=bool(verdict.correct),
        place=verdict.choice,
        status=verdict.status,
    )
