"""Runs that are killed at a random moment, taken up again, and held against one that nobody disturbed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bench.faults.models import IN_FLIGHT, MODELS, SERVER, environment, read_log, write

SIGNALS = {"KILL": signal.SIGKILL, "TERM": signal.SIGTERM, "INT": signal.SIGINT}
TARGETS = ("single", "controller", "worker", "group")
CASES = 24
_PATIENCE_S = 90
_GONE_S = 15
"""What a process that was killed has left behind must be gone by then."""


@dataclass
class Tally:
    """``lost``: answers that were given and asked for again, beyond those that were on their way when the signal came.
    ``twice``: all that were asked again, those included."""

    tried: int = 0
    survived: int = 0
    lost: int = 0
    twice: int = 0
    answers: int = 0
    left_behind: int = 0
    torn_lines: int = 0
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        names = self.__dataclass_fields__
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in names})


def suite(folder: Path) -> None:
    """A suite of :data:`CASES` questions about sounds of their own."""
    tones = ((i, f"{{synth: {{tone: {{hz: {200 + 20 * i}, seconds: 0.1}}}}}}") for i in range(CASES))
    cases = "".join(
        f"  - {{id: case-{i}, question: Is case-{i} heard?, choices: ['yes', 'no'], answer: 'yes', audio: {tone}}}\n"
        for i, tone in tones
    )
    head = (
        "suite: faults\npolicy: gates\nprompt: choices_lettered\nscorers: [choice]\nconditions: [original: correct]\n"
    )
    (folder / "suite.yaml").write_text(f"{head}gates: [{{metric: accuracy, min: 0.5}}]\ncases:\n{cases}")
    (folder / "pytest.ini").write_text("[pytest]\n")


@contextmanager
def server(folder: Path, *command: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A chat endpoint in a process of its own, which outlives the runs: the one of the tests, or what Python makes of
    ``command``. It prints its port."""
    program = [sys.executable, *(command or ("-c", SERVER))]
    process = subprocess.Popen(program, env=environment(folder), stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def start(folder: Path, options: list[str], **variables: str) -> subprocess.Popen[bytes]:
    """A run in a process group of its own; ``variables`` are added to its environment."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest",
               "suite.yaml", "--results", "out", *options]  # fmt: skip
    out = (folder / "shown").open("wb")
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**environment(folder), **variables},
        stdout=out,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def records(folder: Path) -> dict[str, Any]:
    """What a run recorded, without what may differ: times, and whether a reply came from the cache."""
    found = {}
    for line in (folder / "out" / "trials.jsonl").read_bytes().splitlines():
        row = msgspec.json.decode(line)
        for name in ("cached", "at"):
            row.pop(name, None)
        for name in ("seconds", "waited"):
            row["reply"].pop(name, None)
        row["reply"].get("details", {}).pop("cost", None)
        found[row["nodeid"]] = row
    return found


def kills(count: int, folder: Path, seed: int = 0, models: tuple[str, ...] = MODELS) -> dict[tuple[str, str], Tally]:
    """``count`` runs, each killed once: a tally for each (model, signal)."""
    rng = random.Random(seed)
    tallies: dict[tuple[str, str], Tally] = {}
    kinds = [(model, target, name) for target in TARGETS for name in SIGNALS for model in models]
    rng.shuffle(kinds)
    for number in range(count):
        model, target, name = kinds[number % len(kinds)]
        tally = one(folder / str(number), model, target, name, rng)
        tallies[model, name] = tallies.get((model, name), Tally()) + tally
    return tallies


def one(folder: Path, model: str, target: str, name: str, rng: random.Random) -> Tally:
    """One run that is killed and taken up again, beside one that is not."""
    folder.mkdir(parents=True)
    what = f"{model}, SIG{name} to {target}"
    with server(folder) as (_, port):
        suite(folder)
        workers = [] if target == "single" else ["-n", "2"]
        options = [*write(folder, model, port), *workers]
        began = time.monotonic()
        status = start(folder, options).wait(_PATIENCE_S)
        whole, asking = records(folder), time.monotonic() - began
        for made in ("out", "cache"):
            shutil.rmtree(folder / made)
        (folder / "log").unlink()

        running = start(folder, options)
        moment = _wait_for(folder / "log", running, asking, rng)
        _send(running, target, SIGNALS[name], rng)
        tally = Tally(tried=1, left_behind=_ended(running, alone=target != "worker"))
        time.sleep(0.1)  # the server's last answers
        before = read_log(folder / "log")
        tally.torn_lines = _torn(folder / "out" / "trials.jsonl")

        again = start(folder, options).wait(_PATIENCE_S)
        after = read_log(folder / "log")["asked"] - before["asked"]
        twice = sum(times for key, times in after.items() if before["gave"][key])
        once_more = sum(times - 1 for times in before["asked"].values())  # by the worker that replaced a dead one
        tally.twice = twice + once_more
        tally.lost = max(0, tally.twice - IN_FLIGHT * (2 if workers else 1))
        tally.answers = sum(before["gave"].values())
        if (records(folder), again) == (whole, status):
            tally.survived = 1
        else:
            tally.failures.append(f"{what} {moment}: {(folder / 'shown').read_text()[-2000:]}")
        if tally.lost:
            tally.failures.append(f"{what} {moment}: {tally.lost} answers lost")
    shutil.rmtree(folder)
    return tally


def _wait_for(log: Path, running: subprocess.Popen[bytes], asking: float, rng: random.Random) -> str:
    """Wait until a random moment: mostly while answers come, now and then before."""
    if rng.random() < 0.15:
        pause = rng.uniform(0.1, 0.5) * asking
        time.sleep(pause)
        return f"{pause:.2f} s after its start"
    wanted, deadline = rng.randrange(1, 2 * CASES), time.monotonic() + _PATIENCE_S
    while running.poll() is None and time.monotonic() < deadline:
        if log.exists() and len(log.read_bytes().splitlines()) >= wanted:
            break
        time.sleep(0.002)
    time.sleep(rng.uniform(0, 0.03))
    return f"after line {wanted} of its log"


def _send(running: subprocess.Popen[bytes], target: str, number: int, rng: random.Random) -> None:
    """Send the signal; a process that has ended by itself has been too fast for it."""
    with suppress(ProcessLookupError):
        if target == "group":
            os.killpg(running.pid, number)
        elif target == "worker":
            workers = _children(running.pid)
            os.kill(rng.choice(workers) if workers else running.pid, number)
        else:
            os.kill(running.pid, number)


def _children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def _ended(running: subprocess.Popen[bytes], *, alone: bool) -> int:
    """Wait for the end of the run and of all that it has started; 1 if something had to be stopped by force."""
    with suppress(subprocess.TimeoutExpired):
        running.wait(_GONE_S if alone else _PATIENCE_S)
    deadline = time.monotonic() + _GONE_S
    while _group_lives(running.pid):
        if time.monotonic() > deadline:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            return 1
        running.poll()
        time.sleep(0.02)
    running.wait()
    return 0


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _torn(path: Path) -> int:
    """Lines of a record that were not written to their end."""
    torn = 0
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else ():
        try:
            msgspec.json.decode(line)
        except msgspec.DecodeError:
            torn += 1
    return torn
