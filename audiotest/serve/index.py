"""All runs below a folder, a row each; a row is read again only when its files have changed."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from audiotest.analyse.summary import ORIGINAL, SuiteSummary, Summary
from audiotest.counting import counted
from audiotest.registry import METRICS
from audiotest.report.leading import is_share
from audiotest.run_folder import SUMMARY, TRIALS, RunError, progress
from audiotest.runs import read_summary
from audiotest.types import Estimate

State = Literal["finished", "stopped", "going on", "unreadable"]
_Stamp = tuple[tuple[int, int, int], ...]
_BLOCK = 1 << 20


class SuiteRow(Struct, frozen=True):
    """A suite in a run: its leading figure under ``original``, the accuracy of guessing, the listening gap, and how
    many gates ``passed``, ``failed`` or are ``open`` (not judged)."""

    name: str
    trials: int
    metric: str = ""
    share: bool = True
    figure: Estimate | None = None
    chance: float | None = None
    gap: Estimate | None = None
    passed: int = 0
    failed: int = 0
    open: int = 0


class Row(Struct, frozen=True):
    """A run of the list. ``message`` says what is the matter with one that is not ``finished``; ``when`` is an ISO date
    in UTC; ``commit`` is what was checked out where it was made."""

    id: str
    path: str
    state: State
    message: str = ""
    model: str = ""
    when: str = ""
    commit: str = ""
    suites: tuple[SuiteRow, ...] = ()


class Index:
    """The runs below ``folder``: folders that hold a ``trials.jsonl`` or a ``summary.json``. Links are not followed,
    and folders whose name begins with a dot are left out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._rows: dict[Path, tuple[_Stamp, Row]] = {}
        self._places: dict[str, Path] = {}

    def rows(self) -> list[Row]:
        """All runs, the newest first."""
        with self._lock:
            rows: dict[Path, tuple[_Stamp, Row]] = {}
            for place in _places(self.folder):
                stamp, (before, row) = stamp_of(place), self._rows.get(place, ((), None))
                if row is None or stamp != before or row.state == "going on":
                    row = self._row(place)
                rows[place] = stamp, row
            self._rows = rows
            self._places = {row.id: place for place, (_, row) in rows.items()}
        return sorted((row for _, row in rows.values()), key=lambda row: (row.when, row.path), reverse=True)

    def find(self, name: str) -> tuple[Path, Row]:
        """The folder and the row of a run by its id, as it is now. Raises LookupError."""
        place = self._places.get(name)
        if place is None:
            self.rows()
            place = self._places.get(name)
        if place is None or not place.is_dir():
            raise LookupError("there is no such run: it may have been moved or deleted since the list was made")
        return place, self._row(place)

    def _row(self, place: Path) -> Row:
        path = place.relative_to(self.folder).as_posix()
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
        shown = path.encode(errors="replace").decode() if path != "." else place.name
        row = Row(name, shown, "unreadable", when=_changed(place))
        if any(_is_odd(place / name) for name in (TRIALS, SUMMARY)):
            return replace(row, message="its files are links to elsewhere, or no files: they are not read")
        going = progress(place)
        if going is not None:
            plan = going.plan
            done = _lines(place / TRIALS)
            trials = f"{done:,} of {counted(plan.trials, 'trial')}" if plan else counted(done, "trial")
            state: State = "going on" if going.writing else "stopped"
            message = trials if going.writing else f"{trials}: it has no summary, for its process ended before it did"
            return replace(row, state=state, message=message, model=plan.model if plan else "")
        try:
            return _finished(read_summary(place), row)
        except RunError as error:
            return replace(row, message=str(error))


def stamp_of(place: Path) -> _Stamp:
    """What changes when a file of a run does: times, sizes and inodes."""
    stamps = []
    for name in (SUMMARY, TRIALS):
        try:
            about = os.stat(place / name)
            stamps.append((about.st_mtime_ns, about.st_size, about.st_ino))
        except OSError:
            stamps.append((0, 0, 0))
    return tuple(stamps)


def _is_odd(path: Path) -> bool:
    """Whether something else than a file is there: a link, or a pipe that nobody writes to."""
    return path.is_symlink() or (path.exists() and not path.is_file())


def _places(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if TRIALS in files or SUMMARY in files:
            yield Path(here)


def _finished(summary: Summary, row: Row) -> Row:
    return replace(
        row,
        state="stopped" if summary.stopped else "finished",
        message=str(summary.stopped or ""),
        model=summary.model,
        when=summary.finished or row.when,
        commit=(summary.git.commit[:10] + (" and changes" if summary.git.changed else "")) if summary.git else "",
        suites=tuple(_suite(name, suite) for name, suite in summary.suites.items()),
    )


def _suite(name: str, suite: SuiteSummary) -> SuiteRow:
    metrics = suite.conditions[ORIGINAL].metrics if ORIGINAL in suite.conditions else {}
    figures = {key: value for key, value in metrics.items() if value.value is not None}
    metric = "accuracy" if "accuracy" in figures else next((m for m in figures if _is_figure(m)), "")
    chance = metrics.get("chance")
    return SuiteRow(
        name,
        suite.trials,
        metric=metric,
        share=is_share(metric),
        figure=figures.get(metric),
        chance=chance.value if chance is not None and metric == "accuracy" else None,
        gap=figures.get("listening_gap"),
        passed=sum(gate.passed is True for gate in suite.gates),
        failed=sum(gate.passed is False for gate in suite.gates),
        open=sum(gate.passed is None for gate in suite.gates),
    )


def _is_figure(metric: str) -> bool:
    """Whether a metric can stand for an open task's suite: what scorers pool their verdicts into, or a mean score."""
    return metric in ("wer", "cer", "bleu", "chrf", "mean_score", "macro_f1") and metric in METRICS


def _lines(path: Path) -> int:
    """How many whole lines a file has."""
    count = 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                count += block.count(b"\n")
    except OSError:
        pass
    return count


def _changed(place: Path) -> str:
    """When a run's files were last written, as an ISO date."""
    newest = max(stamp[0] for stamp in stamp_of(place))
    return datetime.fromtimestamp(newest / 1e9, UTC).isoformat(timespec="seconds") if newest else ""
