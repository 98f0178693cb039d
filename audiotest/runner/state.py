"""What one pytest session knows: its settings, its suites, the model's predictor and the records so far.

One :class:`State` lives in ``config.stash`` of every process: of the controller and of each xdist worker. Workers
collect and predict; records travel to the controller on the reports; only the controller writes and judges.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from msgspec.structs import replace

from audiotest.analyse.change import Key, key
from audiotest.declare.problems import Problem, SuiteError
from audiotest.declare.suite import Suite, load
from audiotest.declare.trial import Trial
from audiotest.grade.assistants import Assistants
from audiotest.grade.jury import Jury
from audiotest.grade.similarities import Similarities
from audiotest.models.loading import open_embedder, open_model
from audiotest.models.protocol import Adapter
from audiotest.predict.blocks import block_seconds, block_sizes, plan
from audiotest.predict.predictor import Predictor, Progress
from audiotest.predict.sound import clip_id, seconds
from audiotest.predict.store import NoCache, ReplyStore
from audiotest.resources import cache_dir
from audiotest.runner.baseline import read_baseline
from audiotest.runner.devices import Slots, gpus
from audiotest.runs import RunWriter
from audiotest.types import Record

if TYPE_CHECKING:
    from audiotest.analyse.gates import GateResult
    from audiotest.predict.engine import Engine

DEFAULT_MODEL = "listener"
_MOST_TRIALS = 256
"""A model that takes huge batches still gets blocks that several workers can share."""
_NO_BATCHES = 'the fixture `model` makes a model for each test, so nothing is asked in batches: give it scope="session"'
T = TypeVar("T")


class State:
    """The session's settings and what has come of it so far."""

    def __init__(self, config: pytest.Config) -> None:
        option = config.option
        self.config = config
        self.spec: str = option.audiotest_model or DEFAULT_MODEL
        self.model_options = _pairs("--model-option", option.audiotest_model_options)
        self.seed: int = option.audiotest_seed
        self.limit: int | None = option.audiotest_limit
        self.batch_size: int | None = option.audiotest_batch_size
        self.is_worker = hasattr(config, "workerinput")
        self.alone: frozenset[Key] = frozenset()
        """Trials that are each asked by themselves: one of them killed the worker before this one."""
        self.writer = None if self.is_worker or not option.audiotest_results else RunWriter(option.audiotest_results)
        self.baseline = read_baseline(option.audiotest_baseline)
        self._records: dict[Key, Record] = {}
        self.fresh: tuple[str, Record] | None = None
        """The node id and the record that this process made last: its report need not be read again here."""
        self.model_name = self.spec
        self.suites: dict[str, Suite] = {}
        self._named: dict[str, str] = {}
        self._lengths: dict[tuple[str, str], float] = {}
        self._predictors: dict[int, tuple[Adapter, Predictor]] = {}
        self._store: ReplyStore | None = None
        self._storeless = False
        self._engine: Engine | None = None
        self.assistants = self._open_assistants()
        self.slots = Slots(gpus())
        self.trials: list[Trial] = []
        self.sources: dict[str, Any] = {}
        """For each suite's file the fixture that gives it its model."""
        self.progress: Progress | None = None
        self.upcoming: Callable[[], Iterable[Key]] | None = None
        self.broken_suites = 0
        self.gates: dict[str, list[GateResult]] = {}
        self.summary: dict[str, Any] = {}
        self.page = self.job_page = ""
        self.planned = 0

    # -- suites ---------------------------------------------------------------------------------------

    def suite(self, path: Path, shown: str) -> Suite:
        """The suite at ``path``, cut to ``--limit``; raises :class:`SuiteError`."""
        suite = self.whole_suite(path, shown)
        return suite if self.limit is None else replace(suite, cases=suite.cases[: self.limit])

    def whole_suite(self, path: Path, shown: str) -> Suite:
        """The suite at ``path`` with all its cases; raises :class:`SuiteError`."""
        key = str(path)
        if key not in self.suites:
            suite = load(path, shown=shown)
            taken = self._named.setdefault(suite.name, shown)
            if taken != shown:
                message = f"the name {suite.name!r} is taken by {taken}; a run tells suites apart by their names"
                raise SuiteError([Problem(shown, 1, 1, ("suite",), message)])
            self.suites[key] = suite
        return self.suites[key]

    # -- prediction -----------------------------------------------------------------------------------

    def open_model(self) -> Adapter:
        """The adapter that ``--model`` names, not yet loaded."""
        return open_model(self.spec, self.model_options)

    def model_at_hand(self) -> Adapter | None:
        """The model that answered, or one like it where workers did; None where theirs came from a conftest."""
        asked = next((model for model, _ in self._predictors.values()), None)
        if asked is None:
            named = self.open_model()
            asked = named if named.name == self.model_name else None
        return asked

    def open_engine(self) -> Engine | None:
        """Ray's actors with the model in them, where ``--engine ray`` asks for them. Raises :class:`EngineError`."""
        option = self.config.option
        if self._engine is None and option.audiotest_engine == "ray":
            from audiotest.predict.ray_engine import RayEngine

            self._engine = RayEngine(
                self.spec,
                self.model_options,
                seed=self.seed,
                batch_size=self.batch_size,
                address=option.audiotest_ray_address,
                actors=option.audiotest_ray_actors,
            )
        return self._engine

    def _open_assistants(self) -> Assistants:
        """The judge and the embedding model, neither loaded yet. Raises :class:`ModelError`."""
        option = self.config.option
        jury = similarities = None
        if option.audiotest_judge:
            judge = open_model(option.audiotest_judge, _pairs("--judge-option", option.audiotest_judge_options))
            store = self.store() if judge.identity else None
            jury = Jury(judge, seed=self.seed, store=store, refresh=option.audiotest_refresh)
        if option.audiotest_embedder:
            given = _pairs("--embedder-option", option.audiotest_embedder_options)
            embedder = open_embedder(option.audiotest_embedder, given)
            similarities = Similarities(embedder, store=self.store() if embedder.identity else None)
        return Assistants(jury, similarities)

    def store(self) -> ReplyStore | None:
        """Where replies are kept, opened once; None with ``--reply-cache off``, and where there is no place for them.

        Raises :class:`NoCache` if the user named a place that cannot be one.
        """
        given = self.config.option.audiotest_reply_cache
        if self._store is None and given != "off" and not self._storeless:
            try:
                self._store = ReplyStore(Path(given or cache_dir() / "replies.sqlite"))
            except NoCache as error:
                if given:
                    raise
                warnings.warn(f"{error}; name another place with --reply-cache FILE", stacklevel=2)
                self._storeless = True
        return self._store

    def predictor(self, model: Adapter, source: Any) -> Predictor:
        """The predictor of ``model``, which knows the blocks of those of this session's trials that are its: whose
        suites have it from the same fixture, ``source``. A fixture that makes a model for each test gets but that one
        to ask."""
        if id(model) not in self._predictors:
            predictor = Predictor(
                model,
                seed=self.seed,
                store=self.store() if model.identity else None,
                refresh=self.config.option.audiotest_refresh,
                batch_size=self.batch_size,
                progress=self.progress,
                engine=self.open_engine(),
                upcoming=self.upcoming,
            )
            if source.scope in ("function", "class"):  # to pytest, each trial is a class of its own
                warnings.warn(_NO_BATCHES, stacklevel=2)
            else:
                own = {path for path, other in self.sources.items() if other is source}
                blocks = self.blocks((t, t) for t in self.trials)
                if self.alone or len(own) < len(self.sources):
                    blocks = [[t for t in b if t.key not in self.alone and t.suite.path in own] for b in blocks]
                predictor.plan(blocks)
            self._predictors[id(model)] = (model, predictor)
            self._tell_of_strangers(model)
        return self._predictors[id(model)][1]

    def blocks(self, trials: Iterable[tuple[T, Trial]]) -> list[list[T]]:
        """The block plan for (mark, trial) pairs: the marks of each block. Sounds stay in the order of their trials, so
        a plan of trials that are in their blocks is in the order in which they run."""
        heard = self._workers > 1 and self.listens
        keyed = [(self._sound(t), (t.suite.path, t.case.id), self.seconds(t) if heard else 0.0, m) for m, t in trials]
        batch = self.batch_size or min(self._batch, _MOST_TRIALS)
        of_all = len(keyed), self._workers, batch
        return plan(keyed, block_sizes(*of_all), block_seconds(sum(key[2] for key in keyed), *of_all))

    def seconds(self, trial: Trial) -> float:
        """How much sound a trial's case has, looked up once."""
        name = trial.suite.path, trial.case.id
        if name not in self._lengths:
            self._lengths[name] = seconds(trial.suite, trial.case)
        return self._lengths[name]

    @property
    def _workers(self) -> int:
        """How many processes answer trials at once, as far as that is known yet."""
        if self._engine is not None:
            return self._engine.workers
        told = getattr(self.config, "workerinput", None)
        if told is not None:
            return int(told["workercount"])
        if not getattr(self.config.option, "tx", None):
            return 1
        from xdist.workermanage import parse_tx_spec_config

        return len(parse_tx_spec_config(self.config))

    @cached_property
    def _batch(self) -> int:
        return self.open_model().batch_size

    @cached_property
    def listens(self) -> bool:
        """Whether the model that ``--model`` names takes sound."""
        return self.open_model().needs.audio

    @staticmethod
    def _sound(trial: Trial) -> tuple[str, str]:
        return trial.suite.path, clip_id(trial.suite, trial.case) or trial.case.id

    def _tell_of_strangers(self, model: Adapter) -> None:
        """Warn of recorded replies to cases that no suite of this session has."""
        recorded: Iterable[tuple[str, str]] = getattr(model, "replies", ())
        known = {case.id for suite in self.suites.values() for case in suite.cases}
        strangers = sorted({case for case, _ in recorded} - known)
        first = not self.is_worker or os.environ.get("PYTEST_XDIST_WORKER") == "gw0"
        if strangers and first:
            some = ", ".join(strangers[:5]) + (", ..." if len(strangers) > 5 else "")
            warnings.warn(
                f"{model.name}: {len(strangers)} recorded ids are of no case in these suites: {some}", stacklevel=1
            )

    def close(self) -> None:
        """Close what is open."""
        self.assistants.close()
        if self._engine is not None:
            self._engine.close()
        if self._store is not None:
            self._store.close()
        for _, predictor in self._predictors.values():
            predictor.close()
        self._predictors.clear()

    # -- records --------------------------------------------------------------------------------------

    @property
    def records(self) -> list[Record]:
        """The records so far."""
        return list(self._records.values())

    def add(self, record: Record, line: bytes | None = None) -> None:
        """Take in a finished trial: keep it, and write it at once if there is a results folder. A trial that is run
        again (by a plugin that reruns failures) has the record of its last run."""
        self._records[key(record)] = record
        if self.writer is not None:
            self.writer.add(record, line)


STATE = pytest.StashKey[State]()


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise pytest.UsageError(f"{option} takes KEY=VALUE, not {text!r}")
        found[key] = value
    return found
