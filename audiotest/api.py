"""The Python API: what a notebook or a script needs, without pytest. ``audiotest`` names all of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from audiotest.analyse.comparison import Comparison, compare_runs
from audiotest.baseline import fail_rule
from audiotest.declare.condition import parse
from audiotest.declare.suite import Expectation, NotOneSuite, Suite, checked, find, find_one, load
from audiotest.errors import AudiotestError
from audiotest.models.protocol import Adapter, missing_attributes
from audiotest.predict.budget import parse_budget
from audiotest.runs import Run
from audiotest.session import DEFAULT_MODEL, Session, Settings

if TYPE_CHECKING:
    from audiotest.hearing.results import Audiogram

Suites = str | os.PathLike[str] | Suite | Iterable["str | os.PathLike[str] | Suite"]
Progress = Callable[[int, int], None]


class BadArgument(AudiotestError, ValueError):
    """An argument that cannot be; names it and says what would do."""


def run(
    suites: Suites,
    model: str | Adapter | None = None,
    *,
    limit: int | None = None,
    limit_first: int | None = None,
    repeats: int | None = None,
    seed: int = 0,
    results: str | os.PathLike[str] | None = None,
    progress: bool | Progress | None = None,
    conditions: Sequence[str] | None = None,
    judge: str | None = None,
    embedder: str | None = None,
    cache: bool | str | os.PathLike[str] = True,
    options: Mapping[str, Any] | None = None,
    batch_size: int | None = None,
    cached: bool = False,
    baseline: str | os.PathLike[str] | None = None,
    baseline_fail: str = "",
    budget: str = "",
    allow_code: bool = False,
) -> Run:
    """Ask a model every trial of some suites, grade what it says, and give the run.

    ``suites`` is a path (a file, a folder suite, or a folder of suites), a :class:`Suite`, or several of them.
    ``model`` is named as for ``pytest --model`` (``"salmonn"``, ``"hf:FOLDER"``, ``"openai:NAME@URL"``; default: the
    built-in listener), or is an object with the attributes of :class:`audiotest.models.protocol.Adapter`; ``options``
    are those of a named model. ``limit``: a sample of that many cases of each suite, drawn by ``seed``;
    ``limit_first``: the first ones instead. ``repeats``: how often each trial is asked. ``conditions``: only these,
    such as ``["original", "noise(snr_db=10)"]``; those that a suite does not declare are ``recorded``. ``judge`` and
    ``embedder`` are named as for ``--judge`` and ``--embedder``. ``results``: a folder to write the run to as it goes.
    ``progress``: True for a bar, or a function of (trials done, of all). ``cache``: whether replies are kept and looked
    up, or the file for that; ``cached``: an endpoint's too where the environment variable ``CI`` is set. ``baseline``:
    an earlier run's folder to hold this one against, by the rule ``baseline_fail`` (see :mod:`audiotest.baseline`).
    ``budget``: what the run may take, such as ``"20m"`` or ``"5USD"`` (:mod:`audiotest.predict.budget`); then it stops,
    with ``run.partial``. ``allow_code``: programs that the suites name, such as a metric of ``evaluate`` in a folder,
    may run.

    Ctrl-C gives the run as far as it got, with ``run.partial``. Raises :class:`AudiotestError`: for arguments that
    cannot be, suites that do not load, a model that cannot be opened or loaded, and (``ModelDown``, whose ``run`` has
    what was answered before) one that fails every request alike.

    >>> import audiotest
    >>> tone = {"synth": {"tone": {"hz": 440, "seconds": 0.2}}}
    >>> heard = {"question": "What is heard?", "choices": ["a tone", "silence"], "answer": "a tone", "audio": tone}
    >>> suite = audiotest.Suite(name="demo", cases=[audiotest.Case(id="a", **heard)], conditions=["original"])
    >>> run = audiotest.run(suite, model="first", cache=False)
    >>> run.summary.suites["demo"].conditions["original"].metrics["accuracy"].value
    1.0
    """
    adapter = None if model is None or isinstance(model, str) else _adapter(model)
    counts = {"limit": limit, "limit_first": limit_first, "repeats": repeats, "batch_size": batch_size}
    for name, number in counts.items():
        if number is not None and (not isinstance(number, int) or number < 1):
            raise BadArgument(f"`{name}` is a whole number above 0 or None, not {number!r}")
    if baseline_fail:
        try:
            fail_rule(baseline_fail)
        except ValueError as error:
            raise BadArgument(f"`baseline_fail`: {error}") from None
    if budget:
        try:
            parse_budget(budget)
        except ValueError as error:
            raise BadArgument(f"`budget`: {error}") from None
    settings = Settings(
        model=model if isinstance(model, str) else DEFAULT_MODEL,
        model_options={key: str(value) for key, value in (options or {}).items()},
        seed=seed,
        limit=limit,
        limit_first=limit_first,
        repeats=repeats,
        batch_size=batch_size,
        judge=judge or "",
        embedder=embedder or "",
        reply_cache=None if cache is True else "off" if cache is False else os.fspath(cache),
        results=None if results is None else os.fspath(results),
        baseline=None if baseline is None else os.fspath(baseline),
        baseline_fail=baseline_fail,
        cached=cached,
        budget=budget,
        allow_code=allow_code,
    )
    session = Session(settings, root=Path.cwd(), model=adapter)
    for suite in _loaded(suites):
        session.suites.add(suite if conditions is None else _under(suite, conditions), suite.path)
    if progress is True:
        return _with_bar(session)
    return session.run(progress or None)


async def arun(*args: Any, **kwargs: Any) -> Run:
    """As :func:`run`, in a thread, for programs that have an event loop of their own.

    >>> import asyncio, audiotest
    >>> case = audiotest.Case(id="a", question="Is it loud?", choices=["yes", "no"], answer="yes")
    >>> suite = audiotest.Suite(name="demo", cases=[case])
    >>> len(asyncio.run(audiotest.arun(suite, model="first", cache=False)).records)
    1
    """
    return await asyncio.to_thread(run, *args, **kwargs)


def compare(
    first: Run | str | os.PathLike[str], second: Run | str | os.PathLike[str], *, common: bool = False
) -> Comparison:
    """How a second run differs from a first; either may be a results folder. ``common``: over what both have.

    Raises :class:`~audiotest.analyse.compare.NotComparable` for runs that did not ask the same, and
    :class:`~audiotest.runs.RunError`.

    >>> import audiotest
    >>> case = audiotest.Case(id="a", question="Is it loud?", choices=["yes", "no"], answer="yes")
    >>> suite = audiotest.Suite(name="demo", cases=[case], conditions=["original"])
    >>> a, b = (audiotest.run(suite, model=name, cache=False) for name in ("first", "longest"))
    >>> audiotest.compare(a, b).suites["demo"].conditions["original"].metrics["accuracy"].difference
    0.0
    """
    before, after = (one if isinstance(one, Run) else Run.load(one) for one in (first, second))
    return compare_runs(before.records, after.records, common=common)


def hear(
    model: str | Adapter | None = None,
    only: str | Sequence[str] = (),
    *,
    budget: int = 200,
    precision: float = 1.5,
    seed: int = 0,
    cache: bool | str | os.PathLike[str] = True,
    options: Mapping[str, Any] | None = None,
    batch_size: int | None = None,
) -> Audiogram:
    """What a model can hear: the thresholds of its faculties, as ``audiotest hear`` measures them.

    ``model``, ``seed``, ``cache``, ``options`` and ``batch_size`` are as in :func:`run`. ``only``: faculties
    (``"pitch"``) or variants of them (``"pitch@440"``). ``budget``: the most questions a threshold; ``precision``:
    the factor between the ends of an interval that is narrow enough. Ctrl-C gives what there is, and so does a model
    that goes down (``stopped``). Raises :class:`AudiotestError` for names that are none, and a model that cannot be
    opened or loaded.

    >>> import audiotest
    >>> audiotest.hear("listener", "duration", budget=40, cache=False).faculties["duration"].unit
    'ms'
    """
    from audiotest.hearing.measuring import measure

    settings = Settings(
        model=model if isinstance(model, str) else DEFAULT_MODEL,
        model_options={key: str(value) for key, value in (options or {}).items()},
        seed=seed,
        batch_size=batch_size,
        reply_cache=None if cache is True else "off" if cache is False else os.fspath(cache),
    )
    adapter = None if model is None or isinstance(model, str) else _adapter(model)
    named = (only,) if isinstance(only, str) else only
    return measure(settings, named, model=adapter, budget=budget, precision=precision)


def load_suite(path: str | os.PathLike[str]) -> Suite:
    """The suite in a YAML file, or in a folder with ``suite.yaml``. Raises
    :class:`~audiotest.declare.problems.SuiteError` with every problem, each with its file, line and column.

    >>> import audiotest
    >>> audiotest.load_suite("nowhere.yaml")
    Traceback (most recent call last):
    ...
    audiotest.api.BadArgument: there is no suite at nowhere.yaml
    """
    try:
        file = find_one(path)
    except NotOneSuite as error:
        raise BadArgument(str(error)) from None
    return load(file, shown=str(file))


def _adapter(model: Any) -> Adapter:
    lacking = missing_attributes(model)
    if lacking:
        raise BadArgument(
            f"`model` is the name of a model or an adapter; this {type(model).__name__} lacks {', '.join(lacking)} "
            "(see audiotest.models.protocol.Adapter)"
        )
    return model  # type: ignore[no-any-return]


def _loaded(suites: Suites) -> Iterable[Suite]:
    if isinstance(suites, str | os.PathLike | Suite):
        suites = [suites]
    for one in suites:
        if isinstance(one, Suite):
            yield one if one.path else checked(one)
            continue
        if not isinstance(one, str | os.PathLike):
            raise BadArgument(f"`suites` are paths or suites, not {type(one).__name__}")
        files = find(one)
        if not files or not files[0].exists():
            raise BadArgument(f"there is no suite at {os.fspath(one)}")
        yield from (load(file, shown=str(file)) for file in files)


def _under(suite: Suite, names: Sequence[str]) -> Suite:
    if isinstance(names, str):
        raise BadArgument(f"`conditions` is a list of conditions, such as [{names!r}], not a text")
    declared = {condition.name: expectation for condition, expectation in suite.conditions}
    usual: Callable[[str], Expectation] = lambda name: "correct" if name == "original" else "recorded"  # noqa: E731
    chosen = [(c, declared.get(c.name, usual(c.name))) for text in names for c in parse(text)]
    return replace(suite, conditions=tuple(chosen))


def _with_bar(session: Session) -> Run:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    # The time that has passed moves on while a model works on its first batch.
    columns = (TextColumn("trials"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("", total=None)
        return session.run(lambda done, total: bar.update(task, completed=done, total=total))
