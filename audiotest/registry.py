"""How a name becomes a member: a scorer, a condition, a metric, an adapter, a benchmark, a command.

A member is a module with one function and, beside it, plain attributes for what else it offers. The dataclasses below
are the protocols: each field says which attribute of the module it comes from. The module ``choice.py`` in ``score/``
is the scorer ``choice``; a new one is a new file, and no other file changes.

Packages outside audiotest add theirs through an entry point in the group of the folder's name (``audiotest.score``,
``audiotest.audio.conditions``, ``audiotest.analyse.metrics``, ``audiotest.models``...). It names a module
(``pkg.module``), whose attributes count as above, or a function in one (``pkg.module:function``), which carries the
others as attributes of its own; those of the module count for the function that the module is named for (``score``,
``apply``...), and where the module has one entry point. A name that exists already is refused, with both places named.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar

from audiotest.errors import AudiotestError

if TYPE_CHECKING:
    import click

    from audiotest.types import Verdict

_SHOWN = 40
"""Names that are listed where none is near: a suite may have 20,000 cases."""


class UnknownName(AudiotestError, LookupError):
    """A name that no module and no entry point of a room goes by; the message says what is near."""


class NameTaken(AudiotestError, LookupError):
    """Two members of one name; the message names both places."""


def unknown(word: str, name: str, known: Sequence[str]) -> str:
    """``unknown scorer 'choise': did you mean 'choice'?`` or the list of what there is."""
    near = difflib.get_close_matches(name, known, n=2, cutoff=0.6)
    some = ", ".join(known[:_SHOWN]) + (f" and {len(known) - _SHOWN:,} more" if len(known) > _SHOWN else "")
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known: {some}"
    return f"unknown {word} {name!r}: {hint}"


class Attributes:
    """What a member's module, or the function that an entry point names, offers by name."""

    def __init__(self, name: str, group: str, function: Callable[..., Any], module: Any, shared: bool) -> None:
        self.name, self.group, self.function, self.module, self._shared = name, group, function, module, shared

    def get(self, attribute: str, default: Any = None) -> Any:
        """The attribute of the function, or of its module where that speaks for this function alone."""
        if hasattr(self.function, attribute):
            return getattr(self.function, attribute)
        return default if self._shared else getattr(self.module, attribute, default)

    @property
    def doc(self) -> str:
        """The text that documents the member: the module's, or the function's where the module holds several."""
        return inspect.getdoc(self.function if self._shared else self.module) or inspect.getdoc(self.function) or ""


@dataclass(frozen=True, kw_only=True)
class Member:
    """What all members have: a name, the version of what it computes (``VERSION``), its documentation, and the BibTeX
    entry of the work that it follows (``CITATION``; audiotest's own stand in ``report/citations.yaml``)."""

    function_name = ""
    name: str
    version: int
    doc: str
    citation: str = ""

    @classmethod
    def build(cls, given: Attributes) -> Self:
        """The member that a module or function offers."""
        version = int(given.get("VERSION", 1))
        citation = str(given.get("CITATION", ""))
        return cls(name=given.name, version=version, doc=given.doc, citation=citation, **cls._fields(given))

    @classmethod
    def _fields(cls, given: Attributes) -> dict[str, Any]:
        """The fields of its own: the function, in the field of its name, unless a kind has more."""
        return {cls.function_name: given.function}


@dataclass(frozen=True, kw_only=True)
class Scorer(Member):
    """``score(question, output, **options) -> Verdict``: pure, no files, no clock, no randomness.

    ``check(**options)`` raises ValueError for options that make no sense. ``asks(question, output)`` gives what a
    judge has to be asked first, whose texts ``score`` takes as ``judged``; ``readable(question, text)`` says whether
    a text of the judge can be read. Both are given the scorer's options where they take options. ``compares(question,
    output)`` gives a text and others whose cosine similarities ``score`` takes as ``similarities``. ``asker`` names
    whose asks these are: two scorers that read one judge's lines share them. ``wants_likelihoods``: it ranks the
    options by their probability (the module's ``wants_likelihoods = True``). ``check_case(question, **options)``
    raises ValueError for a case that it could not judge, whatever the reply. ``pooled_by`` (the module's
    ``POOLED_BY``) names the metrics that are taken over its verdicts together, such as a word error rate: the first
    of them is the suite's figure in the place of a mean of scores. ``paths`` (``PATHS``) names the options that may
    be a path: one that begins with a dot starts from the suite's folder. ``program(**options)`` names what it would run
    of other people's, "" for nothing: that needs :mod:`audiotest.foreign_code`'s permission. ``one_answer``
    (``ONE_ANSWER``): by its rule one answer is right, so a case with several is refused; without it the scorer asks
    ``question.is_right`` or compares with ``question.right_answers``.
    """

    function_name = "score"
    score: Callable[..., Verdict]
    options: tuple[str, ...] | None
    check: Callable[..., None] | None = None
    check_case: Callable[..., None] | None = None
    asks: Callable[..., Any] | None = None
    asks_by_options: bool = False
    readable: Callable[..., bool] | None = None
    compares: Callable[..., Any] | None = None
    asker: str = ""
    wants_likelihoods: bool = False
    open_questions: bool = True
    pooled_by: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    program: Callable[..., str] | None = None
    one_answer: bool = False

    @property
    def needs_assistance(self) -> bool:
        """Whether it asks a judge or compares by embeddings."""
        return self.asks is not None or self.compares is not None

    @classmethod
    def _fields(cls, given: Attributes) -> dict[str, Any]:
        asks = given.get("asks")
        parameters = list(inspect.signature(given.function).parameters.values())[2:]
        takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
        named = tuple(p.name for p in parameters if p.name not in ("judged", "similarities"))
        elsewhere = asks is not None and asks.__module__.startswith(f"{given.group}.")
        return {
            "score": given.function,
            "options": None if takes_any else named,
            "check": given.get("check"),
            "check_case": given.get("check_case"),
            "asks": asks,
            "asks_by_options": asks is not None and _takes_options(asks),
            "readable": given.get("readable"),
            "compares": given.get("compares"),
            "asker": asks.__module__.rpartition(".")[2] if elsewhere else given.name,
            "wants_likelihoods": bool(given.get("wants_likelihoods", False)),
            "open_questions": bool(given.get("OPEN_QUESTIONS", True)),
            "pooled_by": tuple(given.get("POOLED_BY", ())),
            "paths": tuple(given.get("PATHS", ())),
            "program": given.get("program"),
            "one_answer": bool(given.get("ONE_ANSWER", False)),
        }


def _takes_options(function: Callable[..., Any]) -> bool:
    named = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    return any(p.kind in named for p in inspect.signature(function).parameters.values())


@dataclass(frozen=True, kw_only=True)
class Condition(Member):
    """``apply(view, rng, **parameters)`` on the text of a case, or ``apply(sound, rng, **parameters)`` on its sound.

    Keyword-only parameters are what YAML can set; ``others`` among them is given other cases of the suite (or their
    sounds: ``NEEDS_OTHERS`` of them). ``check(**parameters)`` raises ValueError for values that make no sense. Traits,
    each an attribute of the module: ``soundless`` (nothing of the case can be heard), ``unanswerable`` (no answer to
    the question is right), ``reorders`` (the options are in another order), ``rewords`` (the same question in other
    words or labels), ``foreign_sound`` (another clip in the place of the case's), ``changes_length`` (the sound gets
    another length). ``PROMPT``: the parameter that names a template. ``EXAMPLES``: how it is written in a suite,
    for tests and the reference.
    """

    function_name = "apply"
    apply: Callable[..., Any]
    acts_on: Literal["text", "sound"]
    parameters: Mapping[str, inspect.Parameter]
    borrows: bool
    needs_others: int = 0
    check: Callable[..., None] | None = None
    soundless: bool = False
    unanswerable: bool = False
    reorders: bool = False
    rewords: bool = False
    foreign_sound: bool = False
    changes_length: bool = False
    prompt: str = ""
    examples: tuple[str, ...] = ()

    @classmethod
    def _fields(cls, given: Attributes) -> dict[str, Any]:
        parameters = inspect.signature(given.function).parameters
        traits = ("soundless", "unanswerable", "reorders", "rewords", "foreign_sound", "changes_length")
        return {
            "apply": given.function,
            "acts_on": "sound" if given.group == _SOUND else "text",
            "parameters": {
                name.rstrip("_"): p for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY and name != "others"
            },
            "borrows": "others" in parameters,
            "needs_others": int(given.get("NEEDS_OTHERS", 0)),
            "check": given.get("check"),
            "prompt": str(given.get("PROMPT", "")),
            "examples": tuple(given.get("EXAMPLES", (given.name,))),
            **{trait: bool(given.get(trait, False)) for trait in traits},
        }


Where = Literal["original", "others", "soundless"]


@dataclass(frozen=True, kw_only=True)
class Metric(Member):
    """``measure(trials, *, condition, versus, scorer, tags) -> Estimate``.

    The records of ``trials`` have "" as ``prompt`` where that is in a results folder alone (``pytest --results``).
    ``shown_under`` says in which rows of a summary it is shown: ``original`` (the default), ``others`` (every other
    condition), ``soundless`` (those in which nothing can be heard). ``COMPARED_WITH`` names the condition that it is
    held against where no ``versus`` is given (a gate on it needs that, too), ``RANGE`` the ends of what it can be.
    ``per_scorer``: it is shown for every other scorer as well, as ``METRIC:SCORER``; ``by_tag``: by the values of
    tags, too; ``shown_if(trials, condition, scorer)``: only where it says so. ``lower_is_better`` (the module's
    ``LOWER_IS_BETTER``): a fall is a gain, as of an error rate. ``is_share``: it is written in per cent; all that have
    a ``RANGE`` are, unless the module says ``IS_SHARE = False``. ``pooled``: it is a figure of sums over trials
    (:class:`audiotest.analyse.pooled.Pooled`), by which two runs can be compared. ``on_screen``: it has a row of its
    own below the accuracy at the end of a run.
    """

    function_name = "measure"
    measure: Callable[..., Any]
    shown_under: tuple[Where, ...] = ("original",)
    range: tuple[float | None, float | None] = (None, None)
    compared_with: str = ""
    per_scorer: bool = False
    shown_if: Callable[..., bool] | None = None
    by_tag: bool = False
    lower_is_better: bool = False
    is_share: bool = False
    pooled: Any = None
    on_screen: bool = False

    @classmethod
    def _fields(cls, given: Attributes) -> dict[str, Any]:
        return {
            "measure": given.function,
            "shown_under": tuple(given.get("shown_under", ("original",))),
            "range": tuple(given.get("RANGE", (None, None))),
            "compared_with": str(given.get("COMPARED_WITH", "")),
            "shown_if": given.get("shown_if"),
            "per_scorer": bool(given.get("per_scorer", False)),
            "by_tag": bool(given.get("by_tag", False)),
            "lower_is_better": bool(given.get("LOWER_IS_BETTER", False)),
            "is_share": bool(given.get("IS_SHARE", tuple(given.get("RANGE", (None, None))) != (None, None))),
            "pooled": given.get("pooled"),
            "on_screen": bool(given.get("on_screen", False)),
        }


@dataclass(frozen=True, kw_only=True)
class AdapterKind(Member):
    """``open_model(argument, options)`` returns an adapter that is not yet loaded
    (:class:`audiotest.models.protocol.Adapter`); it raises ValueError for what it cannot take."""

    function_name = "open_model"
    open_model: Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Benchmark(Member):
    """``import_release(...)`` writes a suite from a benchmark's released files.

    ``official_row(records)`` gives this run's row of the published table, ``exported(...)`` its predictions in the
    benchmark's own form (into ``EXPORT``), ``HUB`` says where the release is downloaded from. Each may be missing.
    """

    function_name = "import_release"
    import_release: Callable[..., Any] | None
    official_row: Callable[..., Any] | None = None
    exported: Callable[..., Any] | None = None
    export_file: str = ""
    hub: Any = None

    @classmethod
    def _fields(cls, given: Attributes) -> dict[str, Any]:
        return {
            "import_release": given.get("import_release"),
            "official_row": given.get("official_row"),
            "exported": given.get("exported"),
            "export_file": str(given.get("EXPORT", f"{given.name}_predictions.jsonl")),
            "hub": given.get("HUB"),
        }


@dataclass(frozen=True, kw_only=True)
class Command(Member):
    """``command``: a click command of ``audiotest``."""

    function_name = "command"
    command: click.Command


@dataclass(frozen=True, kw_only=True)
class ReportFormat(Member):
    """``write(run, target, **options) -> str`` writes a :class:`audiotest.runs.Run` in a format of its own and returns
    a line that says what was written. ``endings`` are the endings of file names that ask for it (``(".html",)``);
    ``shows`` gives an object of a run as HTML for a notebook, ``tabulates(tables)`` the text of some tables
    (:class:`audiotest.report.tables.Table`), ``summarises(run)`` the lines of one whole run."""

    function_name = "write"
    write: Callable[..., str]
    endings: tuple[str, ...] = ()
    shows: Callable[..., str] | None = None
    tabulates: Callable[..., str] | None = None
    summarises: Callable[..., Iterable[str]] | None = None

    @classmethod
    def _fields(cls, given: Attributes) -> dict[str, Any]:
        return {
            "write": given.function,
            "endings": tuple(given.get("endings", ())),
            "shows": given.get("shows"),
            "tabulates": given.get("tabulates"),
            "summarises": given.get("summarises"),
        }


@dataclass(frozen=True, kw_only=True)
class Exporter(Member):
    """``send(run, project=, name=, into=) -> str`` sends a :class:`audiotest.runs.Run` elsewhere and returns a line
    that says where it is. ``needs``: the extra that brings what it imports (``"audiotest[wandb]"``)."""

    function_name = "send"
    send: Callable[..., str]
    needs: str = ""

    @classmethod
    def _fields(cls, given: Attributes) -> dict[str, Any]:
        return {"send": given.function, "needs": given.get("needs", "")}


@dataclass(frozen=True, kw_only=True)
class Plot(Member):
    """``draw(run, **options)`` gives a matplotlib figure of a :class:`audiotest.runs.Run`."""

    function_name = "draw"
    draw: Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Faculty(Member):
    """``stimulus(level, answer, rng, variant) -> Stimulus``: a sound of which it is known what is heard in it.

    ``level`` is in ``UNIT``, from ``HARDEST`` to ``EASIEST``, on a ``SCALE`` that is ``log`` or ``db``; ``LEVELS``
    lists them where only some exist. ``answer`` is the place of the right option among those of the ``WORDINGS``
    (:class:`audiotest.hearing.question.Wording`). ``VARIANTS`` are measured apart (frequencies in Hz, tempi...), in
    ``VARIANT_UNIT``. ``CHANNELS`` 2: only for models that hear stereo. ``highest_hz(variant)``: what the model's
    sample rate has to carry. ``seconds(level)``: how long the sound is, where it can be longer than models take.
    ``missing()``: a sentence on what is not installed. ``DEFAULT`` False: measured only where it is asked for."""

    function_name = "stimulus"
    stimulus: Callable[..., Any]
    title: str
    unit: str
    scale: Literal["log", "db"]
    hardest: float
    easiest: float
    wordings: tuple[Any, ...]
    levels: tuple[float, ...] = ()
    variants: tuple[float, ...] = ()
    variant_unit: str = ""
    channels: int = 1
    default: bool = True
    highest_hz: Callable[[float], float] | None = None
    seconds: Callable[[float], float] | None = None
    missing: Callable[[], str] | None = None

    @classmethod
    def _fields(cls, given: Attributes) -> dict[str, Any]:
        return {
            "stimulus": given.function,
            "title": str(given.get("TITLE", given.name)),
            "unit": str(given.get("UNIT", "")),
            "scale": given.get("SCALE", "log"),
            "hardest": float(given.get("HARDEST")),
            "easiest": float(given.get("EASIEST")),
            "wordings": tuple(given.get("WORDINGS")),
            "levels": tuple(given.get("LEVELS", ())),
            "variants": tuple(given.get("VARIANTS", ())),
            "variant_unit": str(given.get("VARIANT_UNIT", "")),
            "channels": int(given.get("CHANNELS", 1)),
            "default": bool(given.get("DEFAULT", True)),
            "highest_hz": given.get("highest_hz"),
            "seconds": given.get("seconds"),
            "missing": given.get("missing"),
        }


M = TypeVar("M", bound=Member)


@dataclass(frozen=True)
class _Place:
    """Where a member is defined: a module of a folder, or an entry point."""

    group: str
    module: str
    attribute: str = ""
    package: str = ""

    def __str__(self) -> str:
        if not self.package:
            return f"audiotest's own ({self.module})"
        return f"that of the package {self.package} ({self.module}{f':{self.attribute}' if self.attribute else ''})"


@dataclass(eq=False)
class Room(Generic[M]):
    """The members of one kind by name, from the modules of ``groups`` (folders of audiotest) and the entry points of
    the same names. Modules whose names start with an underscore, and ``helpers``, are not members."""

    kind: type[M]
    word: str
    groups: tuple[str, ...]
    helpers: tuple[str, ...] = ()
    _members: dict[str, M] = field(default_factory=dict)

    def names(self) -> list[str]:
        """All names, sorted, without importing the modules."""
        return self._names

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def get(self, name: str) -> M:
        """The member called ``name``, built once.

        Raises :class:`UnknownName` with the nearest names, :class:`NameTaken` for a name of two members.
        """
        if name not in self._members:
            self._members[name] = self._build(name)
        return self._members[name]

    def stamp(self, name: str) -> str:
        """What changes when the code of ``name`` does: the time of its file, without importing it."""
        places = self._places.get(name, ())
        return " ".join(_stamp(place.module) for place in places)

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self._places)

    @cached_property
    def _places(self) -> dict[str, list[_Place]]:
        places: dict[str, list[_Place]] = {}
        for group in self.groups:
            for name in _modules(group):
                if not name.startswith("_") and name not in self.helpers:
                    places.setdefault(name, []).append(_Place(group, f"{group}.{name}"))
        for group in self.groups:
            for entry in entries(group):
                package = entry.dist.name if entry.dist is not None else "?"
                places.setdefault(entry.name, []).append(_Place(group, entry.module, entry.attr, package))
        return places

    def _build(self, name: str) -> M:
        places = list(dict.fromkeys(self._places.get(name, ())))
        if not places:
            raise UnknownName(unknown(self.word, name, self.names()))
        if len(places) > 1:
            raise NameTaken(
                f"the {self.word} {name!r} is taken: there is {' and '.join(map(str, places))}; "
                "rename the entry point, or uninstall the package"
            )
        [place] = places
        module = importlib.import_module(place.module)
        wanted = self.kind.function_name
        function = getattr(module, place.attribute or wanted, None)
        if function is None and (place.attribute or self.kind is not Benchmark):
            raise UnknownName(f"the {self.word} {name!r} has no `{place.attribute or wanted}` in {place.module}")
        # Several entry points of one module: what is defined beside the functions cannot be assigned to one of them.
        named = Counter(other.module for others in self._places.values() for other in others)
        shared = bool(place.attribute) and getattr(module, wanted, None) is not function and named[place.module] > 1
        return self.kind.build(Attributes(name, place.group, function or (lambda: None), module, shared))


@cache
def _modules(group: str) -> tuple[str, ...]:
    path = importlib.import_module(group).__path__
    return tuple(module.name for module in pkgutil.iter_modules(path))


def _stamp(module: str) -> str:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return module
    try:
        return f"{module} {Path(spec.origin).stat().st_mtime_ns}"
    except OSError:
        return module


def entries(group: str) -> Iterable[EntryPoint]:
    """The entry points of ``group``. All of them are looked up in one pass over the packages on ``sys.path``."""
    of_group: Iterable[EntryPoint] = _all_entries(tuple(sys.path)).select(group=group)
    return of_group


@cache
def _all_entries(path: tuple[str, ...]) -> Any:
    return entry_points()


_TEXT, _SOUND = "audiotest.declare.conditions", "audiotest.audio.conditions"

SCORERS = Room(
    Scorer, "scorer", ("audiotest.score",), ("answer_extraction", "if_arguments", "lines", "metrics", "official")
)
CONDITIONS = Room(Condition, "condition", (_TEXT, _SOUND), ("view",))
METRICS = Room(Metric, "metric", ("audiotest.analyse.metrics",))
ADAPTERS = Room(
    AdapterKind, "adapter", ("audiotest.models",), ("cards", "hub", "loading", "protocol", "streaming", "weights")
)
BENCHMARKS = Room(
    Benchmark,
    "benchmark",
    ("audiotest.benchmarks",),
    ("archives", "importing", "writing", "download", "tables", "exporting", "mapped", "migrating"),
)
COMMANDS = Room(Command, "command", ("audiotest.commands",))
FACULTIES = Room(Faculty, "faculty", ("audiotest.hearing.faculties",))
PLOTS = Room(Plot, "plot", ("audiotest.report.plots",))
EXPORTERS = Room(Exporter, "exporter", ("audiotest.report.exporters",))
REPORTS = Room(ReportFormat, "report format", ("audiotest.report.formats",))
