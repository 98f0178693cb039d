"""Suites: what a YAML file declares, as records; and how one is loaded.

A suite is a file of its own, or ``suite.yaml`` in a folder whose ``cases/*.yaml`` hold the cases. What is
wrong with the suite as a whole raises :class:`SuiteError` with every problem found, those of its cases included. What
is wrong within one case costs that case alone: it ends in ``Suite.invalid`` with its problems, and the others run. What
a person may have meant is in ``Suite.warnings``.

Loading is cached by content: the parsed suite of the same bytes (and the same audiotest) is read back
from a file in :func:`audiotest.resources.cache_dir`. Where sounds may come from, and whether they are there, is looked
up each time.
"""

from __future__ import annotations

import gc
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field
from msgspec.structs import force_setattr, replace

from audiotest import __version__, foreign_code
from audiotest.declare import schema, variables
from audiotest.declare.assembling import assemble
from audiotest.declare.audio_roots import Reach, allowed_roots
from audiotest.declare.check_paths import placed_cases, placed_checks
from audiotest.declare.condition import Condition
from audiotest.declare.condition import parse as parse_condition
from audiotest.declare.data.sources import data_stamp, may_fetch
from audiotest.declare.document import placed
from audiotest.declare.document import read_document as read_document
from audiotest.declare.extending import base_files, in_chain
from audiotest.declare.finding import SUITE_LINE, may_be_suite
from audiotest.declare.lost_cases import without
from audiotest.declare.problems import Invalid as Invalid
from audiotest.declare.problems import Problem, SuiteError
from audiotest.declare.sound_files import sounds_checked
from audiotest.errors import AudiotestError
from audiotest.private import make_folder, write_whole
from audiotest.registry import CONDITIONS, METRICS, SCORERS
from audiotest.resources import cache_dir
from audiotest.sharing import Sharing
from audiotest.types import Case, Check, Gate, Generation, Message, check_of

Expectation = Literal["correct", "stays_correct", "same", "abstains", "recorded"]


class Sample(Struct, frozen=True):
    """``n`` cases of a suite in the place of all, drawn by ``seed``; ``by``: the tag whose values keep their shares."""

    n: int
    by: str = ""
    seed: int = 0


class Suite(Struct, frozen=True):
    """One benchmark or regression suite, ready to be asked. ``path`` is its file, ``digest`` its content.

    ``whole``: how many cases there are where ``cases`` is a sample of them; 0: these are all. ``data`` is what its file
    says of the table that its cases are rows of, ``data_stamp`` changes when that table does, and ``tables`` are the
    files of cases that are such rows. ``files`` are the places, from the suite's folder, of files of cases that are
    neither the suite's own nor in its ``cases/``. ``known_faults`` are those that its cases may have.
    """

    name: str
    title: str = ""
    policy: Literal["cases", "gates"] = "cases"
    prompt: str = "choices_lettered"
    generation: Generation = Generation()
    messages: tuple[Message, ...] = ()
    scorers: tuple[Check, ...] = (Check("choice"),)
    conditions: tuple[tuple[Condition, Expectation], ...] = ((Condition("original"), "correct"),)
    gates: tuple[Gate, ...] = ()
    by: tuple[str, ...] = ()
    sample: Sample | None = None
    audio_root: str = ""
    require_audio: bool = True
    join_clips: float | None = None
    repeats: int = 1
    import_command: str = ""
    cases: tuple[Case, ...] = ()
    invalid: tuple[Invalid, ...] = ()
    about: dict[str, str] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    path: str = ""
    digest: str = ""
    prompts: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] | None = None
    data_stamp: str = ""
    tables: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    whole: int = 0
    known_faults: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many cases the suite has, those that cannot be used and those outside its sample included."""
        return self.whole or len(self.cases) + len(self.invalid)

    def __post_init__(self) -> None:
        """Take what a person writes in Python for what it stands for: conditions as YAML has them (``"text_only"``,
        ``{"noise(snr_db=10)": "stays_correct"}``), scorers by name, gates and a sample as mappings, lists for
        tuples.

        Raises :class:`~audiotest.declare.condition.ConditionError` for a condition that does not parse.
        """
        if not isinstance(self.cases, tuple):
            force_setattr(self, "cases", tuple(self.cases))
        if not isinstance(self.conditions, tuple) or any(not isinstance(c, tuple) for c in self.conditions):
            force_setattr(self, "conditions", tuple(_conditions(self.conditions)))
        if not isinstance(self.scorers, tuple) or any(not isinstance(check, Check) for check in self.scorers):
            force_setattr(self, "scorers", tuple(map(check_of, self.scorers)))
        if not isinstance(self.gates, tuple) or any(not isinstance(gate, Gate) for gate in self.gates):
            gates = (gate if isinstance(gate, Gate) else Gate(**gate) for gate in self.gates)
            force_setattr(self, "gates", tuple(gates))
        if not isinstance(self.by, tuple):
            force_setattr(self, "by", (self.by,) if isinstance(self.by, str) else tuple(self.by))
        if isinstance(self.sample, dict):
            force_setattr(self, "sample", Sample(**{"by": next(iter(self.by), ""), **self.sample}))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the suite as a YAML file. Raises :class:`SuiteError` for a suite that would not load again, and
        OSError.

        >>> import audiotest, tempfile, pathlib
        >>> case = audiotest.Case(id="a", question="Is it loud?", choices=["yes", "no"], answer="yes")
        >>> path = pathlib.Path(tempfile.mkdtemp(), "loud.yaml")
        >>> audiotest.load_suite(audiotest.Suite(name="loud", cases=[case]).save(path)).cases[0].answer
        'yes'
        """
        from audiotest.declare.dump import suite_text

        target = Path(path)
        text = suite_text(self)
        checked(self, text)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    @property
    def folder(self) -> Path:
        """Where the audio paths of its cases start from."""
        return Path(self.path).parent / self.audio_root

    def file_of(self, case: Case) -> Path:
        """The file that a case of this suite stands in: the suite's own, one of its files of cases, or a table."""
        return self.file_named(case.file)

    def file_named(self, file: str) -> Path:
        """The file that messages call ``file``."""
        home = Path(self.path)
        if file in self.files:
            return home.parent / self.files[file]
        return home if Path(file).name == home.name else home.parent / "cases" / Path(file).name

    def problems(self) -> Iterator[Problem]:
        """Everything wrong with single cases."""
        for invalid in self.invalid:
            yield from invalid.problems


def _conditions(written: Iterable[Any]) -> Iterator[tuple[Condition, Expectation]]:
    for one in written:
        if isinstance(one, tuple):
            yield one
            continue
        text, expectation = (one, None) if isinstance(one, str) else next(iter(dict(one).items()))
        for condition in parse_condition(text):
            yield condition, expectation or ("correct" if condition.name == "original" else "recorded")


def checked(suite: Suite, text: str = "") -> Suite:
    """A suite that was built in Python, if the loader accepts it as its YAML; raises :class:`SuiteError` with every
    problem. ``text`` is that YAML, if it is at hand."""
    from audiotest.declare.dump import suite_text

    shown = f"<the suite {suite.name}>"
    fields, problems = assemble([(shown, (text or suite_text(suite)).encode())])
    problems += [problem for invalid in fields["invalid"] for problem in invalid.problems]
    if problems:
        raise SuiteError(problems)
    return suite


def find(path: str | os.PathLike[str]) -> list[Path]:
    """The files of the suites at ``path``: itself, the ``suite.yaml`` of a folder suite, or every suite below a
    folder."""
    place = Path(path)
    if not place.is_dir():
        return [place]
    own = [place / name for name in ("suite.yaml", "suite.yml") if (place / name).is_file()]
    files = (file for file in sorted(place.rglob("*.y*ml")) if may_be_suite(file))
    return own or [file for file in files if SUITE_LINE.search(file.read_bytes())]


class NotOneSuite(AudiotestError):
    """A path where there is no suite, or several of them, and one is wanted."""


def find_one(path: str | os.PathLike[str]) -> Path:
    """The file of the only suite at ``path``. Raises :class:`NotOneSuite`."""
    files = find(path)
    if len(files) > 1:
        raise NotOneSuite(f"{path} holds {len(files)} suites: name one of them")
    if not files or not files[0].is_file():
        raise NotOneSuite(f"there is no suite at {path}")
    return files[0]


def case_files(path: Path) -> list[Path]:
    """The files of cases that belong to the suite file ``path``, sorted by name."""
    if path.name not in ("suite.yaml", "suite.yml"):
        return []
    return sorted(p for p in (path.parent / "cases").glob("*.y*ml") if p.suffix in (".yaml", ".yml"))


def load(path: str | os.PathLike[str], *, shown: str | None = None) -> Suite:
    """Load the suite at ``path``; problems name the file as ``shown`` (default: ``path`` as given).

    Raises :class:`SuiteError` with all problems of the suite as a whole, :class:`OSError` if unreadable.
    """
    path = Path(path)
    shown = shown if shown is not None else str(path)
    reach = Reach(path.parent)
    inner = case_files(path)
    beyond = _beyond(inner, reach)
    sources = [(path, shown), *((p, str(Path(shown).parent / "cases" / p.name)) for p in inner if not beyond)]
    contents = [(name, p.read_bytes()) for p, name in sources]
    digest = _digest([*contents, *_besides(path, contents)])
    stored = cache_dir() / "suites" / f"{digest}.msgpack"
    with _gc_paused():
        problems: list[Problem] = []
        sharing = Sharing()
        suite = _read(stored, path.parent, sharing)
        if suite is None:
            fields, problems = assemble(contents, path.parent, _load_base)
            suite = Suite(digest=digest, **fields)
            if not suite.invalid and not problems:
                _write(stored, suite)
            for case in suite.cases:
                sharing.case(case)
        suite = replace(suite, path=str(path))
        scorers, missing = placed_checks(suite.scorers, path.parent)
        suite = replace(suite, scorers=scorers)
        problems += placed([(("scorers", i), message) for i, message in missing], *contents[0])
        cases, lost = placed_cases(suite.cases, path.parent)
        suite = without(replace(suite, cases=cases), lost)
        problems += placed([(("suite",), refusal) for refusal in beyond], *contents[0])
        refusal = reach.refusal(suite.audio_root)
        if refusal:
            problems += placed([(("audio_root",), refusal)], *contents[0])
        else:
            suite, faults = sounds_checked(suite, reach)
            problems += placed(faults, *contents[0])
    if problems:
        every = dict.fromkeys((*problems, *suite.problems()))
        raise SuiteError(sorted(every, key=lambda p: (p.file != shown, p.file, p.line, p.column)))
    return suite


def _beyond(files: list[Path], reach: Reach) -> list[str]:
    """Why some of the suite's files of cases may not be read."""
    folder = reach.refusal("cases") if files else ""
    return [folder] if folder else [refusal for p in files if (refusal := reach.refusal(f"cases/{p.name}"))]


@contextmanager
def _gc_paused() -> Iterator[None]:
    # Hundreds of thousands of small objects are made and none is garbage: the collector would take
    # more time than the parser.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@cache
def _environment() -> bytes:
    """What else a parsed suite depends on than its own bytes."""
    rooms = (SCORERS, METRICS, CONDITIONS)
    # In a checkout the rules change and the version does not.
    rules = [(path.name, path.stat().st_mtime_ns) for path in sorted(Path(__file__).parent.glob("*.py"))]
    parts = [__version__, repr(rules), *(schema.text(n) for n in schema.NAMES), *(",".join(r.names()) for r in rooms)]
    return "\0".join(parts).encode()


def _digest(contents: list[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256(_environment())
    for name, data in contents:
        digest.update(f"\0{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


_HAS_DATA = re.compile(rb"^[\"']?data[\"']?[ \t]*:", re.MULTILINE)


def _besides(path: Path, contents: list[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """What else the suite at ``path`` is made of: what is allowed to it, the values of variables, the suites that it
    extends, and where it lies if it has a table or extends one, since these are found from there."""
    yield "allowed", repr((allowed_roots(), foreign_code.allowed())).encode()
    for name, content in contents:
        if values := variables.values_in(content):
            yield f"variables of {name}", values
    bases = base_files(path, contents[0][1])
    if bases or _HAS_DATA.search(contents[0][1]):
        yield "folder", os.fsencode(path.parent.resolve())
    for base in bases:
        for file in (base, *case_files(base)):
            yield "base", file.read_bytes()
            yield "variables of the base", variables.values_in(file.read_bytes())


def _load_base(path: Path) -> Suite:
    with in_chain(path):
        return load(path)


class _Stored(Struct):
    """A parsed suite as the cache keeps it: with the stamps of all members that it names, whose code judged it. Its
    cases stand apart, so that they are decoded one after the other: what each shares with those before it is let go of
    before the next is there, or memory of three times their size would be left in pieces."""

    members: dict[str, str]
    suite: Suite
    cases: list[msgspec.Raw]


_STORED, _CASE = msgspec.msgpack.Decoder(_Stored), msgspec.msgpack.Decoder(Case)
"""Made here, since a type that two threads are the first to decode crashes the interpreter (msgspec 0.22)."""


def _members(suite: Suite) -> dict[str, str]:
    """What changes when the code of a scorer, condition or metric that ``suite`` names does."""
    checks = {check.name for check in suite.scorers} | {check.name for case in suite.cases for check in case.expect}
    conditions = {part.name for condition, _ in suite.conditions for part in condition.parts}
    metrics = {gate.metric.partition(":")[0] for gate in suite.gates}
    named = ((SCORERS, checks), (CONDITIONS, conditions), (METRICS, metrics))
    return {f"{room.word} {name}": room.stamp(name) for room, names in named for name in sorted(names)}


def _read(stored: Path, folder: Path, sharing: Sharing) -> Suite | None:
    try:
        kept = _STORED.decode(stored.read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None  # not there, or of an older shape: parse again
    rooms = {room.word: room for room in (SCORERS, CONDITIONS, METRICS)}
    for member, stamp in kept.members.items():
        word, _, name = member.partition(" ")
        if rooms[word].stamp(name) != stamp:
            return None
    if kept.suite.data is not None:
        fetch = may_fetch(kept.suite.import_command)
        if data_stamp(kept.suite.data, folder, fetch=fetch) != kept.suite.data_stamp:
            return None
    try:
        return replace(kept.suite, cases=tuple(sharing.case(_CASE.decode(case)) for case in kept.cases))
    except msgspec.MsgspecError:
        return None


def _write(stored: Path, suite: Suite) -> None:
    try:
        make_folder(stored.parent)
        cases = [msgspec.Raw(msgspec.msgpack.encode(case)) for case in suite.cases]
        write_whole(stored, msgspec.msgpack.encode(_Stored(_members(suite), replace(suite, cases=()), cases)))
    except (OSError, OverflowError):
        pass  # a cache that cannot be written, or hold a number of more than 64 bits, costs time and nothing else
