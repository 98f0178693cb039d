"""The engine: from settings and suites to a run. It knows no pytest; pytest's runner, the commands and a notebook
drive it.

``Settings`` say what to ask of whom. A :class:`Session` loads suites, plans their trials, has them answered and graded,
judges the gates and gives the :class:`~audiotest.runs.Run`. Whoever drives it may go trial by trial (pytest, whose
items wait for their own reply) or have all of them answered in the order in which the replies come
(:meth:`Session.run`).
"""

from __future__ import annotations

import logging
import time
import warnings
from array import array
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from audiotest import foreign_code, inert
from audiotest.analyse.change import key
from audiotest.analyse.gates import judge
from audiotest.analyse.summary import AgainstBaseline, Provenance, summarise
from audiotest.analyse.trials import Trials
from audiotest.baseline import gate_of, read_baseline
from audiotest.declare.repeating import further
from audiotest.declare.suite import Suite
from audiotest.declare.suites import Suites
from audiotest.declare.trial import Trial
from audiotest.errors import AudiotestError
from audiotest.grade.assistants import Assistants
from audiotest.grade.grader import Grader
from audiotest.grade.jury import Jury
from audiotest.grade.similarities import Similarities
from audiotest.masking import masked
from audiotest.models.loading import load_model, open_embedder, open_model
from audiotest.models.protocol import Adapter, Unavailable
from audiotest.predict.blocks import Block, as_asked, block_seconds, block_sizes, longest_first, plan
from audiotest.predict.breaker import ModelDown
from audiotest.predict.budget import Budget, Spending, parse_budget
from audiotest.predict.engine import Engine
from audiotest.predict.predictor import Predictor, Progress
from audiotest.predict.requests import Answer
from audiotest.predict.sound import clip_id, seconds
from audiotest.predict.store import NoCache, ReplyStore
from audiotest.provenance import in_ci, provenance
from audiotest.resources import cache_dir
from audiotest.run_folder import Plan
from audiotest.runs import Run, RunWriter
from audiotest.sharing import Sharing
from audiotest.types import GateResult, Record, TrialKey

DEFAULT_MODEL = "listener"
_MOST_TRIALS = 256
"""A model that takes huge batches still gets blocks that several workers can share."""
_log = logging.getLogger("audiotest")
T = TypeVar("T")


class NoTrials(AudiotestError):
    """A run that has nothing to ask; says why."""


class Settings(Struct, frozen=True, kw_only=True):
    """What decides a run besides its suites. ``model``, ``judge`` and ``embedder`` are named as for ``--model``;
    ``reply_cache`` is a file, ``off``, or None for the usual place; ``baseline_fail`` a rule of
    :mod:`audiotest.baseline`, "": by the suite's policy; ``baseline_repeats``: how often a trial that changed against
    it is asked again. ``cached``: an endpoint's replies are taken from the cache even in CI (the environment variable
    ``CI``), where it is otherwise asked again. ``budget``: what the run may take (:mod:`audiotest.predict.budget`), "":
    no limit. ``allow_code``: programs that suites name may run (:mod:`audiotest.foreign_code`)."""

    model: str = DEFAULT_MODEL
    model_options: dict[str, str] = {}
    seed: int = 0
    limit: int | None = None
    limit_first: int | None = None
    repeats: int | None = None
    batch_size: int | None = None
    engine: str = "local"
    ray_address: str | None = None
    ray_actors: int | None = None
    judge: str = ""
    judge_options: dict[str, str] = {}
    embedder: str = ""
    embedder_options: dict[str, str] = {}
    reply_cache: str | None = None
    refresh: bool = False
    cached: bool = False
    results: str | None = None
    baseline: str | None = None
    baseline_fail: str = ""
    baseline_repeats: int | None = None
    budget: str = ""
    allow_code: bool = False

    def rerun(self) -> list[str]:
        """The options of pytest that ask a trial and judge it as this run did; passwords in URLs are stars."""
        words: list[str] = []
        for name in ("model", "judge", "embedder"):
            spec, options = getattr(self, name), getattr(self, f"{name}_options")
            words += [f"--{name}", masked(spec)] if spec and (spec, name) != (DEFAULT_MODEL, "model") else []
            words += [w for k, v in options.items() for w in (f"--{name}-option", f"{k}={masked(v)}")]
        words += ["--allow-code"] if self.allow_code else []
        return [*words, "--seed", str(self.seed)] if self.seed else words


class NoPrices(AudiotestError):
    """A budget in money for a model whose prices are not known."""


class WorkerCrashed(AudiotestError):
    """A process that died while it ran a trial; says which."""


class Session:
    """One run in the making. ``model`` is an adapter that takes the place of ``settings.model``; ``worker`` says that
    the records go to another process, which writes and judges them. ``root`` is what node ids are relative to.

    Raises what names and files in the settings are wrong about: :class:`~audiotest.models.loading.ModelError`,
    :class:`~audiotest.runs.RunError`, :class:`~audiotest.predict.store.NoCache`.
    """

    def __init__(
        self, settings: Settings, *, root: Path | None = None, model: Adapter | None = None, worker: bool = False
    ) -> None:
        self.settings, self.root, self.is_worker = settings, root or Path.cwd(), worker
        self._spending = Spending(parse_budget(settings.budget) if settings.budget else Budget())
        self.workers = 1
        self.suites = Suites(
            self.root,
            limit=settings.limit,
            limit_first=settings.limit_first,
            seed=settings.seed,
            repeats=settings.repeats,
            allow_code=settings.allow_code,
        )
        self.warns = not worker
        """Whether this process is the one that warns of what all of them see."""
        self._model = model
        self._opened: Adapter | None = None
        self._lengths: dict[tuple[str, str], float] = {}
        self._records: dict[TrialKey, Record] = {}
        self.prompts_on_disk = False
        """Whether prompts are let go of once they are in the results folder, of which they are a good part; records
        then have "" in their place. They are in the folder to the end."""
        self._places, self._places_again = array("q"), dict[TrialKey, int]()
        self._sharing = Sharing()
        self._predictors: dict[int, tuple[Adapter, Predictor]] = {}
        self._store: ReplyStore | None = None
        self._storeless = False
        self._engine: Engine | None = None
        if settings.reply_cache:
            self.store()
        self.model_name = self._first_name()
        self._check_prices()
        self.writer = RunWriter(settings.results) if settings.results and not worker else None
        self.baseline = read_baseline(settings.baseline, settings.baseline_fail, records=not worker)
        self.grader = Grader(settings.seed, self._assistants())
        self.gates: dict[str, list[GateResult]] = {}
        self.against: dict[str, AgainstBaseline] = {}
        """What became of each suite that was held against the baseline."""
        self.stopped = ""
        """Why the run ends before its last trial."""
        self.command: Sequence[str] = ("audiotest.run",)
        self._plan = Plan(0, self.model_name, 0.0)

    # -- models --------------------------------------------------------------------------------------------

    def open_model(self) -> Adapter:
        """The adapter that the settings name, or that was given; opened once, not loaded here."""
        if self._opened is None:
            self._opened = self._model or open_model(self.settings.model, self.settings.model_options)
        return self._opened

    def load(self, model: Adapter) -> None:
        """Load ``model``, or the engine's. Raises :class:`~audiotest.models.loading.ModelError` with one sentence."""
        engine = self.engine()
        load_model(model if engine is None else engine, self.settings.model, model.name)

    def engine(self) -> Engine | None:
        """Ray's actors with the model in them, where the settings ask for them. Raises :class:`EngineError`."""
        settings = self.settings
        if self._engine is None and settings.engine == "ray":
            from audiotest.predict.ray_engine import RayEngine

            self._engine = RayEngine(
                settings.model,
                settings.model_options,
                seed=settings.seed,
                batch_size=settings.batch_size,
                address=settings.ray_address,
                actors=settings.ray_actors,
            )
            self.workers = self._engine.workers
        return self._engine

    def store(self) -> ReplyStore | None:
        """Where replies are kept, opened once; None where they are not kept, and where there is no place for them.

        Raises :class:`NoCache` if the settings name a place that cannot be one.
        """
        given = self.settings.reply_cache
        if self._store is None and given != "off" and not self._storeless:
            try:
                self._store = ReplyStore(Path(given or cache_dir() / "replies.sqlite"))
            except NoCache as error:
                if given:
                    raise
                warnings.warn(f"{error}; name another place with --reply-cache FILE", stacklevel=2)
                self._storeless = True
        return self._store

    def predictor(
        self,
        model: Adapter,
        blocks: Callable[[], Iterable[Sequence[Trial]]] = tuple,
        *,
        progress: Progress | None = None,
        upcoming: Callable[[], Iterable[TrialKey]] | None = None,
    ) -> Predictor:
        """The predictor of ``model``, which is made once, with what ``blocks`` then gives as its plan."""
        if id(model) not in self._predictors:
            predictor = Predictor(
                model,
                seed=self.settings.seed,
                store=self.store() if model.identity else None,
                refresh=self._refreshes(model),
                batch_size=self.settings.batch_size,
                progress=progress,
                engine=self.engine(),
                upcoming=upcoming,
                arrived=self.grader.arrived,
            )
            predictor.plan(Block(n, tuple(block)) for n, block in enumerate(blocks()))
            self._predictors[id(model)] = model, predictor
            self._warn_of_strangers(model)
        return self._predictors[id(model)][1]

    def has_predictor(self, model: Adapter) -> bool:
        """Whether ``model`` has been asked before."""
        return id(model) in self._predictors

    def blocks(self, trials: Iterable[tuple[T, Trial]]) -> list[list[T]]:
        """The block plan for (mark, trial) pairs: the marks of each block. Sounds stay in the order of their trials, so
        a plan of trials that are in their blocks is in the order in which they run."""
        heard = self.workers > 1 and self.listens
        keyed = [(_sound(t), (t.suite.name, t.case.id), self.seconds(t) if heard else 0.0, m) for m, t in trials]
        batch = self.settings.batch_size or min(self._batch, _MOST_TRIALS)
        of_all = len(keyed), self.workers, batch
        return plan(keyed, block_sizes(*of_all), block_seconds(sum(item[2] for item in keyed), *of_all))

    def as_asked(self, blocks: list[list[T]], trial: Callable[[T], Trial]) -> list[list[T]]:
        """``blocks`` in the order in which a model that listens is asked: those with the most sound first, and within
        each the trials as its requests go out, so that whoever goes by it finds replies there as they come."""
        ordered = longest_first(blocks, lambda item: self.seconds(trial(item)))
        return ordered if self.settings.batch_size == 1 else [as_asked(b, trial, self.seconds) for b in ordered]

    def seconds(self, trial: Trial) -> float:
        """How much sound a trial's case has, looked up once."""
        name = trial.suite.name, trial.case.id
        if name not in self._lengths:
            self._lengths[name] = seconds(trial.suite, trial.case)
        return self._lengths[name]

    @cached_property
    def listens(self) -> bool:
        """Whether the model that the settings name takes sound."""
        return self.open_model().needs.audio

    @cached_property
    def _batch(self) -> int:
        return self.open_model().batch_size

    def _first_name(self) -> str:
        """The model's name, before it is asked: that of one which cannot be opened is known right away."""
        if self._model is None and self.settings.model == DEFAULT_MODEL and not self.settings.model_options:
            return DEFAULT_MODEL
        return self.open_model().name

    def _check_prices(self) -> None:
        """A budget in money needs a model that says what its replies cost. Raises :class:`NoPrices`."""
        if self._spending.budget.cost is not None and not getattr(self.open_model(), "priced", False):
            raise NoPrices(
                f"--budget {self.settings.budget} needs the prices of {self.model_name}, and none are known: give "
                "--model-option input_price=... and output_price=... (per million tokens), or a time such as 20m"
            )

    def _assistants(self) -> Assistants:
        """The judge and the embedding model, neither loaded yet. Raises :class:`ModelError`."""
        settings = self.settings
        jury = similarities = None
        if settings.judge:
            jury = self._jury(open_model(settings.judge, settings.judge_options))
        if settings.embedder:
            embedder = open_embedder(settings.embedder, settings.embedder_options)
            similarities = Similarities(embedder, store=self.store() if embedder.identity else None)
        return Assistants(jury, similarities, lambda card: self._jury(open_model(card, {})))

    def _jury(self, judge: Adapter) -> Jury:
        store = self.store() if judge.identity else None
        return Jury(judge, seed=self.settings.seed, store=store, refresh=self._refreshes(judge))

    def _refreshes(self, model: Adapter) -> bool:
        """Whether ``model`` is asked even where the cache has its reply: an endpoint in CI is, unless the settings say
        otherwise, for the model behind its address may have changed, which is what such a run is to show."""
        settings = self.settings
        kept = settings.cached or settings.reply_cache not in (None, "off")
        return settings.refresh or (in_ci() and getattr(model, "remote", False) and not kept)

    def _warn_of_strangers(self, model: Adapter) -> None:
        """Warn of recorded replies to cases that no suite of this session has."""
        recorded: Iterable[tuple[str, str]] = getattr(model, "replies", ())
        strangers = sorted({case for case, _ in recorded} - self.suites.case_ids) if recorded else []
        if strangers and self.warns:
            some = ", ".join(map(inert.line, strangers[:5])) + (", ..." if len(strangers) > 5 else "")
            warnings.warn(
                f"{model.name}: {len(strangers)} recorded ids are of no case in these suites: {some}", stacklevel=1
            )

    # -- records -------------------------------------------------------------------------------------------

    @property
    def records(self) -> list[Record]:
        """The records so far."""
        return list(self._records.values())

    def grade(self, trial: Trial, answer: Answer, predictor: Predictor, nodeid: str) -> Record:
        """The record of a trial's answer. One that changed against the baseline is asked again first, where the
        settings say so. Raises ValueError for a scorer with options that it does not take."""
        record = self.grader.grade(trial, answer, predictor, nodeid)
        repeats = self.settings.baseline_repeats or 0
        if not repeats or not self.baseline.flipped(record):
            return record
        again = [replace(trial, case=case) for case in further(trial.case, trial.suite.repeats, repeats)]
        return self.baseline.settled(record, [self.grader.grade(t, predictor.answer(t), predictor) for t in again])

    def worker_crashed(self, nodeid: str, message: str) -> None:
        """Take in a record with the outcome ``error`` for the trial that took its process down: nothing came back from
        it. Tests that are no trials have no record."""
        trial = self.suites.trials_of(nodeid.partition("::")[0]).get(nodeid)
        if trial is not None:
            error = WorkerCrashed(f"{message}: the process that ran the model ended while this trial was asked")
            self.add(self.grader.broken(trial, error, nodeid))

    def add(self, record: Record, line: bytes | None = None) -> None:
        """Take in a finished trial: keep it, and write it at once if there is a results folder. A trial that is run
        again (by a plugin that reruns failures) has the record of its last run."""
        name = key(record)
        again = name in self._records
        self._records[name] = self._sharing.record(record, read=False)
        self._spending.note(record)
        if self.writer is not None:
            place = self.writer.add(record, line)
            if self.prompts_on_disk:
                if again:
                    self._places_again[name] = place
                else:
                    self._places.append(place)
                if place >= 0:
                    force_setattr(record, "prompt", "")
            if self._plan.trials and self._plan.model != self.model_name:  # a fixture's, which is known by now
                self._plan.model = self.model_name
                self.writer.expect(self._plan)

    @property
    def planned(self) -> int:
        """How many trials this run is to have, as far as that is known; it is noted in the results folder."""
        return self._plan.trials

    @planned.setter
    def planned(self, trials: int) -> None:
        self._plan = Plan(trials, self.model_name, time.time(), self.settings.seed)
        if self.writer is not None and trials:
            self.writer.expect(self._plan)

    def spent(self, planned: int) -> str:
        """Why a run of ``planned`` trials stops here since its budget is spent, which is noted; "" while something is
        left of it, and where no trial is left to run."""
        reason = self._spending.spent if len(self._records) < planned else ""
        self.stopped = self.stopped or reason
        return reason

    def stop(self, error: AudiotestError, model: str = "") -> str:
        """Note that the model is down, and say so in one sentence. ``model`` is its name, if not the settings' one."""
        name = model or self.model_name
        text = f"the model {name} fails every request alike: {error}" if isinstance(error, ModelDown) else str(error)
        if self._model is None and name == self.model_name and "audiotest doctor" not in text:
            text += f"; `audiotest doctor --model {quote(masked(self.settings.model))}` says what is missing"
        self.stopped = text
        return text

    # -- the whole run -------------------------------------------------------------------------------------

    def run(self, progress: Callable[[int, int], None] | None = None, only: Collection[TrialKey] | None = None) -> Run:
        """Answer and grade every trial, or ``only`` some. ``progress(done, total)`` is called after each; Ctrl-C gives
        what there is, and so does a budget that is spent.

        Raises :class:`NoTrials`, :class:`~audiotest.models.loading.ModelError`, and
        :class:`~audiotest.predict.breaker.ModelDown`, whose ``run`` holds what was answered before.
        """
        with foreign_code.allowing(self.settings.allow_code):
            return self._run(progress, only)

    def _run(self, progress: Callable[[int, int], None] | None, only: Collection[TrialKey] | None) -> Run:
        trials = [trial for trial in self.suites.trials() if only is None or trial.key in only]
        if not trials:
            raise NoTrials("there is no trial to run: the suites have no cases, or none that can be used")
        model = self.open_model()
        self.load(model)
        self.model_name = model.name
        self.planned = len(trials)
        down: ModelDown | None = None
        try:
            predictor = self.predictor(model, lambda: self.blocks((trial, trial) for trial in trials))
            for done, (trial, answer) in enumerate(predictor.answers(), 1):
                record = self._graded(trial, answer, predictor)
                self.add(self.baseline.against(record, trial.suite.policy))
                predictor.done(trial)
                if progress is not None:
                    _call(progress, done, len(trials))
                if self.spent(len(trials)):
                    break
        except KeyboardInterrupt:
            self.stopped = "interrupted"
        except (ModelDown, Unavailable) as error:
            self.stop(error)
            down = ModelDown(self.stopped)
        finally:
            run = self.finish()
            self.close()
            model.close()
        if self.writer is not None and self.writer.problem:
            warnings.warn(self.writer.problem, stacklevel=2)
        if down is not None:
            down.run = run
            raise down
        return run

    def judge_gates(self) -> None:
        """Judge the gates of all suites of which anything ran, and hold each suite against the baseline."""
        by_suite: dict[str, list[Record]] = {}
        for record in self._records.values():
            by_suite.setdefault(record.suite, []).append(record)
        for suite in self.suites:
            if suite.name in by_suite:
                expected = {condition.name: len(suite.cases) for condition, _ in suite.conditions}
                self.gates[suite.name] = judge(
                    suite.gates,
                    Trials(by_suite[suite.name]),
                    expected=expected,
                    partial=self.suites.partial(suite),
                    baseline=self._earlier(suite),
                )
        policies = {suite.name: suite.policy for suite in self.suites}
        self.against = self.baseline.judge({n: (policies[n], rows) for n, rows in by_suite.items() if n in policies})
        for name, outcome in self.against.items():
            result = gate_of(outcome)
            self.gates[name] += [result] if result is not None else []

    def _earlier(self, suite: Suite) -> Trials | None:
        """The suite's records in the baseline; None without a baseline."""
        if not self.baseline.records:
            return None
        return Trials(record for record in self.baseline.records if record.suite == suite.name)

    def finish(self) -> Run:
        """Judge the gates unless that has been done, summarise, and write the run if it has a folder."""
        if not self.gates:
            self.judge_gates()
        order, every = self._order(), list(self._records.values())
        records = [every[i] for i in order]
        del every
        summary = summarise(records, self.gates, self._provenance(), self.against)
        run = Run(records, summary, root=self.root, suites=self._by_name())
        if self.writer is not None:
            if self._places_again:
                for i, name in enumerate(self._records):
                    self._places[i] = self._places_again.get(name, self._places[i])
            places = array("q", (self._places[i] for i in order)) if self._places else ()
            self.writer.finish(run.records, run.summary, places)
        return run

    def close(self) -> None:
        """Close what is open."""
        self.grader.assistants.close()
        for _, predictor in self._predictors.values():
            predictor.close()
        if self._engine is not None:
            self._engine.close()
        if self._store is not None:
            self._store.close()
        self._predictors.clear()
        if self.writer is not None:
            self.writer.close()

    def _graded(self, trial: Trial, answer: Answer, predictor: Predictor) -> Record:
        nodeid = f"{_shown(trial.suite, self.root)}::{trial.condition.name}::{trial.case.id}"
        try:
            return self.grade(trial, answer, predictor, nodeid)
        except Exception as error:  # a scorer of the user's costs its own trial, with its own traceback
            _log.exception("%s could not be graded", nodeid)
            return self.grader.broken(trial, error, nodeid)

    def _by_name(self) -> Mapping[str, Suite]:
        return {suite.name: suite for suite in self.suites}

    def _order(self) -> Any:
        """Which of the records, as they came, is the first in the order of the suites, conditions and cases, which the
        second...: an array, since there may be a million."""
        import numpy as np

        place = self.suites.place({record.suite for record in self._records.values()})
        return np.fromiter(map(place, self._records), np.int64, len(self._records)).argsort(kind="stable")

    def _provenance(self) -> Provenance:
        names = {record.suite for record in self._records.values()}
        return provenance(
            self.model_name,
            self.settings.model,
            self.settings.model_options,
            self._model_at_hand(),
            suites=[suite for suite in self.suites if suite.name in names] or self.suites,
            root=self.root,
            seed=self.settings.seed,
            limit=self.settings.limit,
            limit_first=self.settings.limit_first,
            command=self.command,
            rerun=self.settings.rerun(),
            stopped=self.stopped,
        )

    def _model_at_hand(self) -> Adapter | None:
        """The model that answered, or one like it where workers did; None where theirs came from a conftest."""
        asked = next((model for model, _ in self._predictors.values()), None)
        if asked is None:
            try:
                named = self.open_model()
            except AudiotestError:
                return None
            asked = named if named.name == self.model_name else None
        return asked


def _sound(trial: Trial) -> tuple[str, str]:
    return trial.suite.name, clip_id(trial.suite, trial.case) or trial.case.id


def _shown(suite: Suite, root: Path) -> str:
    """What stands for a suite in node ids: its file from ``root``, or its name if it has none."""
    if not suite.path:
        return suite.name
    path = Path(suite.path).absolute()
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _call(progress: Callable[[int, int], None], done: int, total: int) -> None:
    try:
        progress(done, total)
    except Exception:  # the callback is the user's: what it does wrong costs no trial its result
        _log.exception("the progress callback raised")
