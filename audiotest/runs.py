"""A run: its records, its figures, and the folder that holds both (``trials.jsonl``, a line a trial; ``summary.json``).

:mod:`audiotest.run_folder` writes it: lines as trials finish, so a run that is stopped keeps what it has. At the end
the file is put into the order of the suites, so that the same run reads the same however many workers did it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import force_setattr, replace

from audiotest.analyse.summary import Provenance, Summary, summarise
from audiotest.analyse.trials import verdict_of
from audiotest.counting import counted
from audiotest.registry import PLOTS, REPORTS, UnknownName, unknown
from audiotest.run_folder import SUMMARY, TRIALS, RunError, RunWriter, write_run
from audiotest.sharing import Sharing
from audiotest.types import SCHEMA_VERSION, GateResult, Record

if TYPE_CHECKING:
    import pandas

    from audiotest.declare.suite import Suite

__all__ = [
    "SUMMARY",
    "TRIALS",
    "Run",
    "RunError",
    "RunWriter",
    "iterate_records",
    "part_of",
    "read_records",
    "read_summary",
    "write_run",
]
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises for what is no JSON, or not of the kind that is expected."""
_WRONG = ("failed", "missed", "error")
_FEW = 5
"""Names of files, or folders of runs, that a message lists."""


class Run:
    """All trials of one invocation and what they show. What ``audiotest.run`` returns and ``--results`` writes.

    ``records`` has a :class:`~audiotest.types.Record` a trial, ``summary`` the figures. ``root`` is the folder that the
    suites' paths start from, by which reports find the sounds; ``suites`` holds the suites that are at hand, by name.

    >>> import audiotest
    >>> run = audiotest.Run.from_records([])
    >>> run.records, run.partial
    ([], False)
    """

    def __init__(
        self,
        records: Sequence[Record],
        summary: Summary,
        *,
        root: Path | None = None,
        suites: Mapping[str, Suite] | None = None,
    ) -> None:
        self.records, self.summary = list(records), summary
        self.root, self.suites = root or Path(), dict(suites or {})

    @classmethod
    def load(cls, folder: str | os.PathLike[str], root: str | os.PathLike[str] = ".", *, prompts: bool = True) -> Run:
        """The run in ``folder``, which ``--results`` or :meth:`save` wrote; its records without their ``prompts`` take
        half of the memory. Raises :class:`RunError`."""
        summary = read_summary(folder)  # first: it says whether this version can read the run
        return cls(read_records(folder, prompts=prompts), summary, root=Path(root))

    @classmethod
    def from_records(cls, records: Iterable[Record], model: str = "") -> Run:
        """A run of records from anywhere; its figures are computed, gates are not judged."""
        records = list(records)
        return cls(records, summarise(records, {}, Provenance(model=model)))

    @property
    def partial(self) -> bool:
        """Whether the run was stopped before its last trial."""
        return bool(self.summary.stopped)

    @property
    def failures(self) -> list[Record]:
        """The trials that did not show what was expected, or broke."""
        return [record for record in self.records if record.outcome in _WRONG]

    @property
    def gates(self) -> dict[str, list[GateResult]]:
        """What became of the gates, by suite."""
        return {name: suite.gates for name, suite in self.summary.suites.items() if suite.gates}

    def of_suite(self, name: str | None) -> Run:
        """The part of the run that is of one suite; None: the whole."""
        if name is None:
            return self
        suites = {key: suite for key, suite in self.summary.suites.items() if key == name}
        records = [record for record in self.records if record.suite == name]
        return Run(records, msgspec.structs.replace(self.summary, suites=suites), root=self.root, suites=self.suites)

    def to_frame(self) -> pandas.DataFrame:
        """A pandas data frame with a row a trial: suite, case, condition, outcome, expectation, correct, choice (its
        text), status, score, answer, reply, seconds, cached, reason, and ``tag.KEY`` for every tag.

        Raises ImportError without pandas (``pip install 'audiotest[frames]'``).
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError("data frames need pandas, which is an extra: pip install 'audiotest[frames]'") from error

        return pandas.DataFrame([row_of(record) for record in self.records])

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the run into ``folder``, which is made; an earlier run there is replaced. Raises :class:`RunError`."""
        return write_run(folder, self.records, self.summary)

    def report(self, target: str | os.PathLike[str], **options: Any) -> str:
        """Write a report to ``target``, in the format that its ending names (``.html``, ``.md``, ``.csv``,
        ``.json``, ``.parquet``).

        Returns a line that says what was written. Raises :class:`~audiotest.registry.UnknownName` for another ending.
        """
        path = Path(target)
        formats = {ending: name for name in REPORTS.names() for ending in REPORTS.get(name).endings}
        if path.suffix not in formats:
            raise UnknownName(unknown("ending of a report:", path.suffix or path.name, sorted(formats)))
        return REPORTS.get(formats[path.suffix]).write(self, path, **options)

    def plot(self, kind: str, target: str | os.PathLike[str] | None = None, **options: Any) -> Any:
        """Draw a figure of one kind (``snr``, ``gap``, ``profile``, ``tags``, ``positions``); the matplotlib figure is
        returned, and written to ``target`` if that is given (``.svg``, ``.png``, ``.pdf``). ``options`` are those of
        the kind: ``suite`` for all, ``tag`` and ``condition`` for ``tags``, ``versus`` for ``gap``.

        Raises :class:`~audiotest.registry.UnknownName` for another kind, :class:`RunError` where there is nothing to
        draw, and ImportError without matplotlib (``pip install 'audiotest[plot]'``).
        """
        figure = PLOTS.get(kind).draw(self, **options)
        if target is not None:
            figure.savefig(target)
        return figure

    def listen(self, record: Record | None = None) -> Any:
        """Players for the sounds of one trial (default: of those that failed), shown by a notebook."""
        shows = REPORTS.get("notebook").shows
        assert shows is not None
        return _Shown(shows(self, [record] if record is not None else self.failures[:20]))

    def __repr__(self) -> str:
        part = ", stopped early" if self.partial else ""
        return f"<Run of {self.summary.model or 'no model'}: {counted(len(self.records), 'trial')}{part}>"

    def _repr_html_(self) -> str:
        shows = REPORTS.get("notebook").shows
        assert shows is not None
        return shows(self)


class _Shown:
    """HTML that a notebook shows."""

    def __init__(self, html: str) -> None:
        self._html = html

    def _repr_html_(self) -> str:
        return self._html


def row_of(record: Record) -> dict[str, Any]:
    """A trial as a row of a data frame, see :meth:`Run.to_frame`."""
    verdict, reply = verdict_of(record), record.reply
    choice = verdict.choice if verdict is not None else None
    return {
        "suite": record.suite,
        "case": record.case,
        "condition": record.condition,
        "outcome": record.outcome,
        "expectation": record.expectation,
        "correct": verdict.correct if verdict is not None else None,
        "choice": record.option(choice) if choice is not None and choice < len(record.choices) else None,
        "status": verdict.status if verdict is not None else None,
        "score": verdict.score if verdict is not None else None,
        "question": record.question,
        "answer": " / ".join(record.expected) or None,
        "reply": reply.text if reply is not None else None,
        "seconds": reply.seconds if reply is not None else None,
        "waited": reply.waited if reply is not None else None,
        "cached": record.cached,
        "reason": record.reason,
        **{f"tag.{tag}": ", ".join(values) for tag, values in record.tags.items()},
    }


def read_records(folder: str | os.PathLike[str], *, prompts: bool = True) -> list[Record]:
    """The records of a run; raises :class:`RunError` naming the line that cannot be read. Without ``prompts`` theirs
    are "": for figures, of which none needs them, in half of the memory."""
    return list(iterate_records(folder, prompts=prompts))


def iterate_records(folder: str | os.PathLike[str], *, prompts: bool = True) -> Iterator[Record]:
    """As :func:`read_records`, one by one. What is equal in them is held once."""
    path = Path(folder) / TRIALS if Path(folder).is_dir() else Path(folder)
    decoder, sharing = msgspec.json.Decoder(Record), Sharing()
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    record = sharing.record(_present(decoder.decode(line)), read=True)
                except _UNREADABLE as error:
                    raise RunError(f"{path}:{number}: not a line of a run ({error})") from None
                if not prompts:
                    force_setattr(record, "prompt", "")
                yield record
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunError(_no_run(Path(folder))) from error
    except OSError as error:
        raise RunError(f"cannot read the run at {folder}: {error}") from error


def _present(record: Record) -> Record:
    """A record as it would be written today: what was only to be recorded once counted as passed."""
    if record.expectation == "recorded" and record.outcome == "passed":
        return msgspec.structs.replace(record, outcome="recorded")
    return record


class _Version(msgspec.Struct):
    schema_version: Any = 1


def read_summary(folder: str | os.PathLike[str]) -> Summary:
    """The ``summary.json`` of a run; raises :class:`RunError`."""
    path = Path(folder) / SUMMARY
    try:
        data = path.read_bytes()
        version = msgspec.json.decode(data, type=_Version).schema_version
        if not isinstance(version, int) or version > SCHEMA_VERSION:
            raise RunError(
                f"{path} is of version {version}, and this audiotest reads up to {SCHEMA_VERSION}; update it"
            )
        return msgspec.json.decode(data, type=Summary)
    except (FileNotFoundError, NotADirectoryError) as error:
        if path.with_name(TRIALS).is_file():
            raise RunError(
                f"the run in {path.parent} has no {SUMMARY}: it goes on, or was stopped before its end; "
                "`audiotest report` and `audiotest serve` show what there is"
            ) from error
        raise RunError(_no_run(Path(folder))) from error
    except (OSError, *_UNREADABLE) as error:
        raise RunError(f"cannot read {path}: {error}") from error


def _no_run(folder: Path) -> str:
    """What is there in the place of a run, and what a run's folder is."""
    what = f"a run is a folder that `pytest SUITE --results DIR` wrote, with {SUMMARY} and {TRIALS} in it"
    if not folder.is_dir():
        return f"{folder} is {'a file' if folder.exists() else 'not there'}: {what}"
    names = sorted(f"{one.name}/" if one.is_dir() else one.name for one in folder.iterdir())
    runs = [one.parent for one in sorted(folder.glob(f"*/{SUMMARY}"))]
    if runs:
        some = ", ".join(map(str, runs[:_FEW])) + (", ..." if len(runs) > _FEW else "")
        return f"{folder} is no run; {'there is one' if len(runs) == 1 else 'there are runs'} below it: {some}"
    if not names:
        return f"{folder} is empty: {what}"
    there = ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
    return f"{folder} is no run: it holds {there}; {what}"


def part_of(folder: str | os.PathLike[str], reason: str, *, model: str = "", root: str | os.PathLike[str] = ".") -> Run:
    """What can be read of a run that has no summary, or whose lines are damaged; ``stopped`` holds the ``reason`` and
    the number of lines that cannot be read. Raises :class:`RunError` where no trial can be."""
    records, lost = _readable(Path(folder))
    if not records:
        raise RunError(f"no trial of this run can be read: {reason}")
    run = Run.from_records(records, model)
    more = f"{counted(lost, 'line')} of {TRIALS} cannot be read" if lost else ""
    summary = replace(run.summary, stopped="; ".join(filter(None, (reason, more))))
    return Run(records, summary, root=Path(root))


def _readable(place: Path) -> tuple[list[Record], int]:
    """The records that can be read, and the number of lines that cannot."""
    decoder, records, lost = msgspec.json.Decoder(Record), [], 0
    try:
        return list(iterate_records(place)), 0
    except RunError:
        pass
    try:
        with (place / TRIALS).open("rb") as lines:
            for line in lines:
                try:
                    records.append(decoder.decode(line))
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    lost += 1
    except OSError as error:
        raise RunError(f"cannot read {TRIALS}: {error}") from None
    return records, lost
