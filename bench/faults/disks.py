"""Runs whose disk is full at a random moment, and the same command once more when there is room again.

A limit on the size of files stands for the disk: what writes gets an error at a place that nobody foresees, be it the
record, the cache, JUnit's file or a temporary one.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from audiotest.runs import read_records
from bench.faults.kills import CASES, records, start, suite
from bench.faults.models import read_log, write

_PATIENCE_S = 90
_SMALLEST = 200
"""Bytes of the smallest disk."""
_LARGEST = 2
"""How many times the size of the record the largest one is: the cache takes more than the record."""
_LIMITED = """
import os, resource

if room := int(os.environ.get("FAULTS_ROOM", "0")):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
"""


@dataclass
class Disks:
    """``partial``: runs that said that their record is partial, and ended with status 1; ``kept``: trials in the
    records of those. ``whole``: runs that came out, once there was room, as one that had it all along; ``twice``:
    answers that these asked for again, since the cache had no room either."""

    tried: int = 0
    partial: int = 0
    kept: int = 0
    whole: int = 0
    twice: int = 0
    failures: list[str] = field(default_factory=list)


def disks(count: int, folder: Path, seed: int = 0) -> Disks:
    """``count`` runs, each on a disk of another size."""
    rng = random.Random(seed)
    tally = Disks()
    if not count:
        return tally
    folder.mkdir(parents=True)
    suite(folder)
    write(folder, "stream", 0)
    conftest = folder / "conftest.py"
    conftest.write_text(_LIMITED + conftest.read_text())
    status = start(folder, []).wait(_PATIENCE_S)
    whole, size = records(folder), (folder / "out" / "trials.jsonl").stat().st_size
    for _ in range(count):
        for name in ("out", "cache"):
            shutil.rmtree(folder / name, ignore_errors=True)
        (folder / "log").unlink()
        room = rng.randrange(_SMALLEST, _LARGEST * size)
        _on_full_disk(tally, folder, room)
        asked = sum(read_log(folder / "log")["asked"].values())
        again = start(folder, []).wait(_PATIENCE_S)
        tally.twice += sum(read_log(folder / "log")["asked"].values()) - asked
        if (records(folder), again) == (whole, status):
            tally.whole += 1
        else:
            tally.failures.append(f"after a disk of {room} bytes: {(folder / 'shown').read_text()[-2000:]}")
        tally.tried += 1
    return tally


def _on_full_disk(tally: Disks, folder: Path, room: int) -> None:
    status = start(folder, [], FAULTS_ROOM=str(room)).wait(_PATIENCE_S)
    shown = (folder / "shown").read_text(errors="replace")
    asked = sum(read_log(folder / "log")["asked"].values())
    notices = shown.count("is partial")
    what = f"a disk of {room} bytes: status {status}, {asked} asked, {notices} times reported as partial"
    try:
        kept = [record.case for record in read_records(folder / "out")]
    except Exception as error:
        tally.failures.append(f"{what}, {error}: {shown[-2000:]}")
        return
    missing = int(len(kept) < CASES)
    tally.partial += missing
    tally.kept += len(kept) * missing
    if (status, notices, asked) != (missing, missing, CASES) or len(set(kept)) < len(kept) or "INTERNAL" in shown:
        tally.failures.append(f"{what}, {len(kept)} kept: {shown[-2000:]}")
