"""Whole commands, timed from outside: wall seconds and peak memory of the command and its children."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """Several runs of one command: median and range of wall seconds, the median of CPU seconds, children's among them,
    and the largest peak memory in MB."""

    seconds: float
    least: float
    most: float
    megabytes: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s ({self.least:.2f} to {self.most:.2f})"


def run(command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> tuple[float, float, float]:
    """(wall seconds, peak MB, CPU seconds) of one run; stops the bench if the command fails."""
    # The peak of children never goes down, so each command is measured in a process that has no other child.
    script = (
        "import resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)\n"
        "seconds = time.perf_counter() - start\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(done.returncode, seconds, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)\n"
        "sys.stdout.flush()\n"
        "if done.returncode not in (0, 1): sys.stderr.write(done.stdout.decode()[-3000:])\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", script, *command],
        cwd=folder,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        code, seconds, peak, cpu = out.stdout.split()
    except ValueError:
        sys.exit(f"{' '.join(command)} could not be run:\n{out.stdout}{out.stderr}")
    if code not in ("0", "1"):
        sys.exit(f"{' '.join(command)} ended with {code}:\n{out.stderr}")
    return float(seconds), float(peak), float(cpu)


def repeat(
    commands: Mapping[str, tuple[Sequence[str], Path]], times: int, env: Mapping[str, str] | None = None
) -> dict[str, Figure]:
    """Figures of several commands, run in turn (A B A B ...) so that drift of the machine meets all alike; one
    run of each first is not counted."""
    measured: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for turn in range(times + 1):
        for name, (command, folder) in commands.items():
            result = run(command, folder, env)
            if turn:
                measured[name].append(result)
    return {name: _figure(results) for name, results in measured.items()}


def _figure(results: Sequence[tuple[float, float, float]]) -> Figure:
    seconds, megabytes, cpu = zip(*results, strict=True)
    return Figure(statistics.median(seconds), min(seconds), max(seconds), max(megabytes), statistics.median(cpu))


def peak_mb() -> float:
    """This program's own peak. What getrusage gives is at least that of the process that started it, so it stands in
    only where there is no /proc."""
    import resource

    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def machine() -> str:
    """The machine and the versions, in a line."""
    import platform
    from importlib.metadata import version

    packages = ", ".join(f"{name} {version(name)}" for name in ("audiotest", "pytest", "pytest-xdist"))
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}"
