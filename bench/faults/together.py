"""Two runs at once: into one folder, and into folders of their own with one cache."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.faults.kills import CASES, records, server, start, suite
from bench.faults.models import read_log, write

_PATIENCE_S = 120


@dataclass
class Together:
    """``refused``: pairs of which one run was refused, with the other's process named; ``whole``: pairs of which what
    was recorded is whole; ``twice``: answers that two runs with one cache both asked for."""

    tried: int = 0
    refused: int = 0
    whole: int = 0
    twice: int = 0


def together(count: int, folder: Path) -> Together:
    """``count`` pairs of runs that begin at the same moment."""
    found = Together()
    for number in range(count):
        place = folder / f"together-{number}"
        place.mkdir(parents=True)
        with server(place) as (_, port):
            suite(place)
            options = write(place, "openai", port)
            _one_folder(place, options, found)
            (place / "log").unlink(missing_ok=True)
            _one_cache(place, options, found)
        found.tried += 1
    return found


def _one_folder(place: Path, options: list[str], found: Together) -> None:
    shown = [place / "first", place / "second"]
    both = []
    for path in shown:
        both.append(start(place, options))
        (place / "shown").rename(path)
    statuses = [run.wait(_PATIENCE_S) for run in both]
    refusals = [text for path in shown if "is writing to" in (text := path.read_text())]
    pids = [run.pid for run, status in zip(both, statuses, strict=True) if status == 0]
    found.refused += len(refusals) == 1 and len(pids) == 1 and f"process {pids[0]}:" in refusals[0]
    found.whole += len(records(place)) == CASES


def _one_cache(place: Path, options: list[str], found: Together) -> None:
    (place / "cache" / "replies.sqlite").unlink(missing_ok=True)
    both: list[subprocess.Popen[bytes]] = [start(place, [*options, "--results", name]) for name in ("a", "b")]
    assert [run.wait(_PATIENCE_S) for run in both] == [0, 0]
    found.twice += sum(read_log(place / "log")["asked"].values()) - CASES
