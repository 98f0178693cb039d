"""A run against the server that misbehaves (:mod:`bench.faults.server`), held against the server's own log."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from audiotest.runs import Run
from audiotest.types import Record
from bench.faults.kills import server, start
from bench.faults.ways import KEY, word

CLIPS = 7
"""Small sounds that the questions share; a prime, so that each meets every way."""
IN_FLIGHT, RETRIES, TIMEOUT_S = 16, 6, 3
_REQUESTS_A_QUESTION = 1.5
_LARGEST_HEAD, _BOUND_MB = 1000, 500
_SECONDS_A_REQUEST, _PATIENCE_S = 0.5, 120.0
_PEAK = """
from pathlib import Path
from bench.measure import peak_mb

def pytest_unconfigure():
    Path("peak").write_text(str(peak_mb()))
"""


@dataclass
class Asked:
    """One request in the server's log, with ``head`` bytes of headers, ``at`` so many seconds from the server's start;
    ``sent``: its answer went out to the last byte."""

    number: int
    way: str
    becomes: str
    text: str
    sounds: list[str]
    head: int
    at: float
    sent: bool = False


@dataclass
class Tally:
    """``questions`` that were asked in ``requests``, some of them ``again``; ``good`` replies, and ``errors`` by kind.
    ``lost``: answers that were sent whole and are not in the record; ``twice``: questions that were asked once more
    after one; ``mixed_up``: replies, or sounds, that are another question's. ``peak_mb`` is the run's, ``seconds`` its
    time."""

    questions: int = 0
    requests: int = 0
    again: int = 0
    good: int = 0
    lost: int = 0
    twice: int = 0
    mixed_up: int = 0
    keys: int = 0
    peak_mb: float = 0.0
    seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def _suite(folder: Path, count: int) -> None:
    """A suite of ``count`` open questions about :data:`CLIPS` small sounds, in files of the form that is sent."""
    for i in range(CLIPS):
        tone = 0.3 * np.sin(2 * np.pi * (200 + 100 * i) * np.arange(1600) / 16_000)
        soundfile.write(folder / f"{i}.wav", tone, 16_000, subtype="PCM_16")
    names = [f"q{i:05}" for i in range(count)]
    cases = "".join(
        f"  - {{id: {name}, audio: {i % CLIPS}.wav, question: What is {name}?, answer: {word(name)}}}\n"
        for i, name in enumerate(names)
    )
    head = "suite: requests\npolicy: gates\nscorers: [exact]\nconditions: [original: correct]\n"
    (folder / "suite.yaml").write_text(f"{head}gates: [{{metric: accuracy, min: 0.5}}]\ncases:\n{cases}")
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "conftest.py").write_text(_PEAK)


def requests(count: int, folder: Path, seed: int = 0) -> Tally:
    """A run of about ``count`` requests, and the same command once more, which asks for nothing but what failed."""
    folder.mkdir(parents=True)
    _suite(folder, questions := max(1, round(count / _REQUESTS_A_QUESTION)))
    tally = Tally(questions=questions)
    with server(folder, "-m", "bench.faults.server", str(seed), str(folder / "log")) as (_, port):
        patience = _PATIENCE_S + _SECONDS_A_REQUEST * count
        options = [
            "--model", f"openai:m@http://127.0.0.1:{port}/v1", "--junitxml", "junit.xml",
            f"--model-option=in_flight={IN_FLIGHT}", f"--model-option=retries={RETRIES}", "--model-option=wait=0.01",
            f"--model-option=timeout={TIMEOUT_S}", "--model-option=key_env=FAULTS_KEY",
        ]  # fmt: skip
        begun = time.monotonic()
        status = _run(folder, options, patience)
        tally.seconds = time.monotonic() - begun
        records, asked = Run.load(folder / "out").records, read_log(folder / "log")
        tally.peak_mb = float((folder / "peak").read_text())
        _judge(tally, folder, records, asked)
        _judge_run(tally, folder, status, records)
        (folder / "shown").rename(folder / "shown first")
        _run(folder, options, patience)
        _judge_again(tally, folder, records, asked)
    _find_keys(tally, folder)
    return tally


def _run(folder: Path, options: list[str], patience: float) -> int:
    running = start(folder, options, FAULTS_KEY=KEY)
    try:
        return running.wait(patience)
    finally:
        running.kill()
        running.wait()


def read_log(path: Path) -> dict[str, list[Asked]]:
    """What the server was asked, by question, in order."""
    by_number: dict[int, Asked] = {}
    questions: dict[str, list[Asked]] = {}
    for line in path.read_text().splitlines():
        row = json.loads(line)
        if "sent" in row:
            by_number[row["number"]].sent = True
            continue
        asked = Asked(row["number"], row["way"], row["becomes"], row["text"], row["sounds"], row["head"], row["at"])
        by_number[asked.number] = asked
        questions.setdefault(row["asked"], []).append(asked)
    return questions


def _judge(tally: Tally, folder: Path, records: list[Record], asked: dict[str, list[Asked]]) -> None:
    """Each record against what the server did with its question."""
    sounds = [_hash(folder / f"{i}.wav") for i in range(CLIPS)]
    times = Counter(record.case for record in records)
    for i in range(tally.questions):
        name = f"q{i:05}"
        if times[name] != 1:
            tally.failures.append(f"{name} has {times[name]} records")
    for record in records:
        attempts = asked.get(record.case, [])
        way = " > ".join(f"{each.way} ({each.at} s{'' if each.sent else ', unsent'})" for each in attempts)
        for problem in _problems(tally, record, attempts):
            tally.failures.append(f"{record.case}: {problem}; {way}; {record.reply} {record.reason[:300]}")
        if any(each.sounds != [sounds[int(record.case[1:]) % CLIPS]] for each in attempts):
            tally.mixed_up += 1
            tally.failures.append(f"{record.case} was asked with another question's sound")
        if any(each.head > _LARGEST_HEAD for each in attempts):  # such as the cookies of all other answers
            tally.failures.append(
                f"{record.case} was asked with {max(each.head for each in attempts)} bytes of headers"
            )
        tally.requests += len(attempts)
        tally.again += max(0, len(attempts) - 1)


def _hash(path: Path) -> str:
    return hashlib.sha256(base64.b64encode(path.read_bytes())).hexdigest()


def _problems(tally: Tally, record: Record, attempts: list[Asked]) -> Iterator[str]:
    answered = [each for each in attempts if each.sent and each.becomes != "again"]
    if not attempts:
        yield "it was never asked"
        return
    if answered and answered[0] is not attempts[-1]:
        tally.twice += 1
        yield f"it was asked again after {answered[0].way!r}"
    last = attempts[-1]
    if record.outcome == "error":
        tally.errors[last.way] += 1
        if answered and answered[0].becomes == "reply":
            tally.lost += 1
            yield f"the answer {answered[0].way!r} is lost"
        if last.becomes == "again" and len(attempts) <= RETRIES - 2:
            yield f"it was given up after {len(attempts)} attempts"
        if record.verdicts:
            yield "an error is scored"
        return
    if record.reply is None:
        yield f"the outcome is {record.outcome}, without a reply"
        return
    if last.becomes != "reply":
        yield f"{last.way!r} is scored as an answer"
    elif record.reply.text != last.text:
        tally.mixed_up += 1
        yield f"the reply is not what the server answered, {last.text!r}"
    else:
        tally.good += 1
    right = record.reply.text.startswith(word(record.case))
    if any(verdict.correct and not right for verdict in record.verdicts.values()):
        yield "it is taken for right"


def _judge_run(tally: Tally, folder: Path, status: int, records: list[Record]) -> None:
    """The run as a whole: it ended as it should, within its memory."""
    shown = (folder / "shown").read_text()
    broken = sum(record.outcome == "error" for record in records)
    judged = f"not judged: {broken} of {tally.questions} trials" if broken else "gates: 1 of 1 passed"
    expected = int(broken > 0)
    if status != expected or "INTERNALERROR" in shown or judged not in shown:
        tally.failures.append(f"status {status}, not {expected}: {shown[-3000:]}")
    if tally.peak_mb > _BOUND_MB:
        tally.failures.append(f"the run took {tally.peak_mb:.0f} MB")


def _judge_again(tally: Tally, folder: Path, before: list[Record], asked: dict[str, list[Asked]]) -> None:
    """The same command once more: what was answered comes from the cache, and nothing but what failed is asked."""
    after = {record.case: record for record in Run.load(folder / "out").records}
    times = read_log(folder / "log")
    for record in before:
        if record.outcome == "error":
            continue
        if len(times[record.case]) != len(asked[record.case]):
            tally.twice += 1
            tally.failures.append(f"{record.case} is asked again by the next run")
        reply, now = record.reply, after[record.case].reply
        if reply is None or now is None or reply.text != now.text:
            tally.failures.append(f"{record.case} is {now} in the next run, not {reply}")


def _find_keys(tally: Tally, folder: Path) -> None:
    """Look for the key in all that was written, and in the replies of the cache as they are read."""
    forms = [KEY.encode(), base64.b64encode(KEY.encode())]
    for path in folder.rglob("*"):
        if path.is_file() and any(form in path.read_bytes() for form in forms):
            tally.keys += 1
            tally.failures.append(f"{path.name} holds the key")
