"""The pytest item of a trial: a ``pytest.Function`` with the fixtures ``model``, ``trial`` and ``reply``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any, ClassVar

import msgspec
import pytest
from _pytest import skipping, tmpdir

from audiotest import inert
from audiotest.declare.tags import tag_names
from audiotest.declare.trial import Trial
from audiotest.grade.assistants import AssistantFailed
from audiotest.models.loading import ModelError
from audiotest.models.protocol import Adapter, Unsupported
from audiotest.on_demand import OnDemand
from audiotest.predict.breaker import ModelDown
from audiotest.predict.predictor import Predictor
from audiotest.predict.requests import Answer
from audiotest.report.attachments import attach_sounds
from audiotest.report.failure import error_text, failure_text, make_inert
from audiotest.report.junit import properties
from audiotest.resources import PACKAGE
from audiotest.runner.hooks import WorkerStopped, state_of, stop
from audiotest.runner.longrepr import longrepr
from audiotest.types import Case, NotApplicable, Record, Reply


class Mismatch(AssertionError):
    """A trial that did not show what its condition expects; the text says what was and what should be."""


def check(trial: Trial, reply: Reply, request: pytest.FixtureRequest) -> None:
    """Fail or skip as the record says. A miss without a baseline is left to ``finished``, since raising takes time."""
    record, session = request.node.record, state_of(request.config).session
    attach_sounds(request.config, trial, session.settings.seed)
    missed = record.outcome == "missed" and session.baseline.trials
    if missed or record.outcome == "failed":
        raise Mismatch(failure_text(record, trial))
    if record.outcome == "skipped":
        raise skipped(record.reason)


def check_of(case: Case) -> FunctionType:
    """:func:`check` under the question of ``case``: reporters (Allure, pytest-html, ``--collect-only -v``) describe a
    test by the docstring of its function."""
    named = FunctionType(check.__code__, check.__globals__, check.__name__)
    named.__doc__ = inert.line(case.question)
    return named


def skipped(reason: str) -> BaseException:
    """A skip that is reported with the case's place in its file, not with a place in here."""
    return pytest.skip.Exception(inert.line(reason), _use_item_location=True)


def _keywords(item: Any) -> Any:
    words = type(item.parent.keywords)(item)
    words.update((mark.name, mark) for mark in item.own_markers)
    return words


def _requested(name: str) -> Callable[[Any], Any]:
    return lambda item: item._initrequest() or getattr(item, name)


_GIVEN = ("_fixtureinfo", "_instance", "_marks", "_obj", "fixturenames", "originalname")
_OWN = ("added", "again", "answer", "own_fixtures", "predictor", "record", "trial", "waited")
_EMPTY = ("extra_keyword_matches", "_report_sections", "stash", "user_properties")
_STASHED: list[Any] = [getattr(tmpdir, "tmppath_result_key", None), getattr(skipping, "xfailed_key", None)]
"""What pytest keeps on each item and looks at no more once it has been run; None where a release has no such key."""


class TrialItem(OnDemand, pytest.Function):
    """One trial. A run may have a million of them, all of which live to its end: what is theirs is in slots.

    ``record`` is there once it has been graded. ``waited``: seconds for the model, which are the whole batch's for the
    first of a batch and next to none for the others. ``added``: what it has put among its ``user_properties``.
    ``own_fixtures``: whether its fixtures are the plugin's own alone, which are then filled in here. ``again``: whether
    this failed or broke when it was last run, for a plugin that reruns failures wants the model asked again.
    """

    makers: ClassVar[dict[str, Callable[[Any], Any]]] = {
        "extra_keyword_matches": lambda _: set(),
        "_report_sections": lambda _: [],
        "stash": lambda _: pytest.Stash(),
        "user_properties": lambda _: [],
        "own_markers": lambda item: list(item._marks),
        "keywords": _keywords,
        "location": vars(pytest.Item)["location"].func,
        "funcargs": _requested("funcargs"),
        "_request": _requested("_request"),
    }
    __slots__ = (*makers, *_GIVEN, *_OWN)
    makers["_store"] = lambda item: item.stash  # the slot is pytest's

    def __init__(self, *, trial: Trial, own_fixtures: bool, marks: tuple[pytest.Mark, ...] = (), **kwargs: Any) -> None:
        self.trial, self.own_fixtures, self._marks = trial, own_fixtures, marks
        self.predictor: Predictor | None = None
        self.answer: Answer | None = None
        self.record: Record | None = None
        self.waited, self.again = 0.0, False
        self.added: Sequence[tuple[str, object]] = ()
        super().__init__(callobj=check, **kwargs)
        self._obj = None  # pytest has looked for marks on it
        self.let_go(self.makers)

    def settle(self) -> None:
        """Let go of what can be made again, once the trial has been run."""
        for key in _STASHED:
            if key in self.stash:
                del self.stash[key]
        over = ["location", "_store", *(name for name in _EMPTY if not getattr(self, name))]
        own, words = self.own_markers, getattr(self.keywords, "_markers", {})
        if len(words) == 1 + len(own) and all(words.get(mark.name) is mark for mark in own):
            over.append("keywords")
        if tuple(own) == self._marks:
            over.append("own_markers")
        self.let_go(over)
        self.waited = 0.0

    @property
    def obj(self) -> Any:
        """:func:`check` under the question of the case, or what a plugin has put in its place."""
        return self._obj or check_of(self.trial.case)

    @obj.setter
    def obj(self, value: Any) -> None:
        self._obj = value

    def setup(self) -> None:
        """Begin with nothing, for a plugin may have it run again."""
        self.again = self.record is not None and self.record.outcome in ("error", "failed")
        self.record = None
        state = state_of(self.config)
        if state.broken_model:
            stop(self.config, ModelError("the fixture `model` raised (see the first error)"))
        cached = self.source.cached_result if self.own_fixtures else None
        if cached is None or cached[2] is not None:
            super().setup()
        else:  # what pytest would fill in, without a search for each of three fixtures
            self.funcargs.update(request=self._request, trial=self.trial, reply=self.ask(cached[0]))

    @property
    def source(self) -> Any:
        """The fixture that gives this trial its model: a conftest of its own folder may have one."""
        return self._fixtureinfo.name2fixturedefs["model"][-1]

    def ask(self, model: Adapter) -> Reply:
        """The model's reply, graded; raises what stands in its place, and skips what cannot be asked."""
        state = state_of(self.config)
        self.predictor = state.predictor(model, self.source)
        started = time.perf_counter()
        try:
            self.answer = self.predictor.answer(self.trial, again=self.again)
            self.waited = time.perf_counter() - started
            self.record = state.session.grade(self.trial, self.answer, self.predictor, self.nodeid)
        except ModelDown as error:
            stop(self.config, error, model.name)
        failed = self.answer.error
        if failed is None:
            if self.record.outcome == "error":
                why = self.record.reason
                raise skipped(why) if state.session.grader.assistants.repeats(why) else AssistantFailed(why)
            assert self.answer.reply is not None
            return self.answer.reply
        if isinstance(failed, Unsupported | NotApplicable):
            raise skipped(f"unsupported: {failed}" if isinstance(failed, Unsupported) else str(failed))
        raise failed

    def finished(self, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
        """Put the record on the report that decides the trial, for the controller to take in."""
        raised = call.excinfo.value if call.excinfo is not None else None
        if raised is not None and (text := self._error_text(raised)):
            report.longrepr = self._in_words(text)
        make_inert(report.longrepr)
        if isinstance(raised, WorkerStopped):
            report.outcome = "skipped"
            report.longrepr = (str(self.path), 1, f"Skipped: {raised}")
            report.__dict__["audiotest_stop"] = str(raised)
            return
        if report.when == "teardown":
            if self.predictor is not None:
                self.predictor.done(self.trial)
            self.user_properties = [given for given in self.user_properties if given not in self.added]
            self.answer, self.added = None, ()
            return
        state = state_of(self.config)
        if report.when == "setup":
            report.duration = max(
                0.0, report.duration + (self.answer.seconds if self.answer is not None else 0.0) - self.waited
            )
            if report.passed:
                return
            cached = getattr(self.source, "cached_result", None)
            state.broken_model = bool(cached and cached[2]) and self.source.scope == "session"
        record = self.record
        if record is None or (report.failed and record.outcome != "error" and not isinstance(raised, Mismatch)):
            record = state.session.grader.broken(self.trial, raised or RuntimeError("no result"), self.nodeid)
        baseline = state.session.baseline
        record = baseline.against(record, self.trial.suite.policy)
        if baseline.improved(record):
            report.wasxfail = "improved: a miss in the baseline"
        # Reports cross to other processes (xdist's controller, pytest-forked's parent) and into files, so what is on
        # them has to be plain: text, not a record.
        report.__dict__["audiotest_record"] = msgspec.json.encode(record).decode()
        state.fresh = self, record
        model = self.predictor.model.name if self.predictor is not None else state.session.model_name
        self.added = [("model", model), *properties(record, self.trial)]
        self.user_properties += self.added
        report.user_properties = list(self.user_properties)
        if record.outcome == "missed":
            report.outcome = "skipped"
            report.wasxfail = sys.intern(f"missed: {inert.line(record.reason)}")  # one text for all with that reason

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A mismatch is reported in its own words; anything else with its traceback."""
        if not isinstance(excinfo.value, Mismatch):
            return super().repr_failure(excinfo)
        return self._in_words(str(excinfo.value))

    def _error_text(self, raised: BaseException) -> str:
        failed = self.answer.error if self.answer is not None else None
        return "" if self.config.option.fulltrace else error_text(raised, failed, self.trial)

    def _in_words(self, text: str) -> Any:
        path, line, _ = self.reportinfo()
        short = text.split("\n", 1)[0]
        return longrepr(text, short, path, (line or 0) + 1, self.config.option.tbstyle)

    def _traceback_filter(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        """Leave out how audiotest came to ask: what a person needs is where the model broke."""
        if isinstance(excinfo.value, WorkerStopped) or self._error_text(excinfo.value):
            # A sentence will stand in its place, and pytest reads the source of each frame.
            return type(excinfo.traceback)(excinfo.traceback[-1:])
        kept = super()._traceback_filter(excinfo).filter(lambda entry: not str(entry.path).startswith(_PLUMBING))
        return kept if kept else super()._traceback_filter(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The case's place in its file, so that editors jump there, and what heads its failure. That is not the end of
        its node id, of which pytest would show every dot as ``::``."""
        heading = f"{self.name} ({self.trial.condition.name})"
        return self.trial.suite.file_of(self.trial.case), self.trial.case.line - 1, heading


_PLUMBING = tuple(str(PACKAGE / name) for name in ("plugin.py", "predict", "runner"))


def tag_marks(cases: Iterable[Case], config: pytest.Config) -> dict[tuple[str, str], pytest.Mark]:
    """A marker ``KEY_VALUE`` for every tag of ``cases`` (``-m skill_pitch``), registered for strict markers; none that
    acts on tests (``skip``, ``timeout``): pytest and plugins register those with what they take."""
    heads = (str(line).partition(":")[0] for line in config.getini("markers"))
    acting = {head.partition("(")[0].strip() for head in heads if "(" in head}
    names = {of: name for of, name in tag_names(cases).items() if name not in acting}
    # All of them before the first is made: pytest reads its whole list again for a marker that it has not met.
    for (tag, value), name in names.items():
        config.addinivalue_line("markers", f"{name}: cases tagged {tag}: {value}")
    return {of: getattr(pytest.mark, name).mark for of, name in names.items()}
