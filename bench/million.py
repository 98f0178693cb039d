"""A run of many trials below pytest: ``audiotest.run`` over a suite of cases without sound, four conditions each.

``python -m bench.million 100000 200000`` prints seconds, CPU and peak memory for each size. Each is a process of its
own, which ends where it passes ``--minutes`` or ``--gigabytes``, and says how far it came.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.__main__ import CASE, CHOICES
from bench.measure import peak_mb

CONDITIONS = "[original, shuffled, rotated(1), rotated(2)]"


def write(path: Path, trials: int) -> None:
    """A suite of ``trials`` trials."""
    with path.open("w") as file:
        file.write(f"suite: instant\npolicy: gates\nconditions: {CONDITIONS}\ncases:\n")
        for i in range(trials // 4):
            file.write(CASE.format(i=i, answer=CHOICES[i % 4]))


def measure(suite: str, results: str, minutes: float, gigabytes: float) -> None:
    """Run ``suite`` in this process and print what it took."""
    import audiotest

    started, done = time.perf_counter(), 0
    before = _peak()

    def watch() -> None:
        while True:
            time.sleep(1)
            if time.perf_counter() - started > 60 * minutes or _peak() > gigabytes * 1e9:
                print(_line(done, started, "stopped"), flush=True)
                os._exit(1)

    def progress(now: int, total: int) -> None:
        nonlocal done
        done = now
        if now in (1, total):
            print(_line(now, started, "answered"), file=sys.stderr, flush=True)

    threading.Thread(target=watch, daemon=True).start()
    run = audiotest.run(suite, "first", results=results or None, cache=False, progress=progress)
    assert len(run.records) == done
    print(_line(done, started, f"finished; {before / 1e6:.0f} MB at its start"), flush=True)


def _line(trials: int, started: float, how: str) -> str:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds, cpu = time.perf_counter() - started, used.ru_utime + used.ru_stime
    return f"{trials} trials: {seconds:.1f} s, CPU {cpu:.1f} s, peak {_peak() / 1e6:.0f} MB, {how}"


def _peak() -> float:
    return peak_mb() * 2**20


def main() -> None:
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("trials", type=int, nargs="+", help="numbers of trials")
    parser.add_argument("--without-results", action="store_true", help="write no results folder")
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--gigabytes", type=float, default=6)
    given = parser.parse_args()
    for trials in given.trials:
        with tempfile.TemporaryDirectory() as scratch:
            write(Path(scratch, "suite.yaml"), trials)
            words = [str(Path(scratch, "suite.yaml")), "" if given.without_results else str(Path(scratch, "out"))]
            code = f"from bench.million import measure; measure(*{words!r}, {given.minutes}, {given.gigabytes})"
            env = {**os.environ, "AUDIOTEST_CACHE_DIR": str(Path(scratch, "cache"))}
            subprocess.run([sys.executable, "-c", code], env=env, check=False)


if __name__ == "__main__":
    main()
