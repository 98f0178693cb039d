"""A simulated GPU: how well its slots are used by batches that wait for their longest reply, and by slots that are
refilled.

``python -m bench.slots`` drives the real predictor and the real scheduler (audiotest/models/_slots.py) with an engine
that computes nothing and keeps a clock of its own. A prefill and a step cost what a model of 8 billion parameters in 16
bits would take on a card with 3 TB/s and 400 TFLOP/s, with a step bound below by launches from Python.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audiotest.audio.decode import conform, read
from audiotest.declare.suite import Suite, checked
from audiotest.declare.trial import trials
from audiotest.models._slots import Ended, Group, Slots, refill_of
from audiotest.predict.blocks import Block
from audiotest.predict.predictor import Predictor
from audiotest.types import Case, Needs, Reply, Request

PREFILL_S, PREFILL_TOKEN_S = 0.030, 40e-6
STEP_S, CACHED_TOKEN_S = 0.025, 0.35e-6
"""Seconds of a prefill and of each of its tokens; of a step and of each token in the padded cache, which is read, and
copied once as it grows."""
PROMPT, QUESTION, REPLY = 800, 60, 512
"""Tokens of a prompt with a clip of 30 s, of them those of the question, and the most of a reply."""

AHEAD = 8
"""Groups that are prepared ahead at the most."""


@dataclass
class Card:
    """A clock, and what happened on it."""

    slots: int
    now: float = 0.0
    steps: int = 0
    busy: int = 0
    prefills: int = 0
    tokens: int = 0
    peak: int = 0
    filled_until: float = 0.0
    reading: float = 0.0

    def read(self, tokens: int) -> None:
        """A prefill of so many tokens in all."""
        self.prefills += 1
        self.tokens += tokens
        cost = PREFILL_S + tokens * PREFILL_TOKEN_S
        self.now += cost
        self.reading += cost

    def step(self, rows: int, longest: int, useful: int | None = None) -> None:
        """A token for ``rows`` rows, of which ``useful`` still want one."""
        self.steps += 1
        self.busy += rows if useful is None else useful
        self.peak = max(self.peak, rows * longest)
        self.now += STEP_S + rows * longest * CACHED_TOKEN_S
        if 2 * (rows if useful is None else useful) >= self.slots:
            self.filled_until = self.now

    @property
    def use(self) -> float:
        """The share of slots that had a token to compute, over all steps."""
        return self.busy / (self.steps * self.slots) if self.steps else 1.0


@dataclass
class _Row:
    request: Request
    length: int
    left: int


@dataclass
class Simulated:
    """The engine of the real scheduler on a :class:`Card`; ``lengths`` gives the tokens of each case's reply."""

    card: Card
    lengths: dict[str, int]
    out_of_memory: tuple[type[BaseException], ...] = (MemoryError,)
    held: int = 0
    rows: list[_Row] = field(default_factory=list)

    def prefill(self, group: Group[Request], rows: int) -> tuple[list[_Row], Ended[Request]]:
        """Read some prompts; a prefix that they share once."""
        prefix = 0
        if group.divisible:
            prefix = 0 if group.inputs == "read" else PROMPT - QUESTION
            group.inputs = "read"
        self.card.read(prefix + rows * (QUESTION if group.divisible else PROMPT))
        read = [_Row(r, PROMPT + 1, self.lengths[r.case] - 1) for r in group.items[:rows]]
        return [row for row in read if row.left], [(row.request, _reply(row)) for row in read if not row.left]

    def join(self, prefilled: list[_Row]) -> None:
        """Beside those in flight."""
        self.rows += prefilled

    def step(self) -> Ended[Request]:
        """A token each."""
        self.card.step(len(self.rows), max(row.length for row in self.rows))
        for row in self.rows:
            row.length, row.left = row.length + 1, row.left - 1
        over = [row for row in self.rows if not row.left]
        self.rows = [row for row in self.rows if row.left]
        return [(row.request, _reply(row)) for row in over]

    def drop(self) -> None:
        """All rows."""
        self.rows.clear()

    def together(self, first: Group[Request], second: Group[Request]) -> Group[Request]:
        """Any two groups."""
        return Group([*first.items, *second.items], max(first.tokens, second.tokens))

    def whole(self, items: list[Request]) -> Ended[Request]:
        """None is asked."""
        raise AssertionError(items)


def _reply(row: _Row) -> Reply:
    return Reply(row.request.case, seconds=0.0)


@dataclass
class Model:
    """An adapter on a card, in slots."""

    card: Card
    lengths: dict[str, int]
    shared: int = 1
    refill: int = 0
    capacity: float = 1e9
    threads: int = 0
    cost: float = 0.0
    """Threads that prepare requests, each of which takes so many seconds; 0: they are there at once."""
    name: str = "simulated"
    identity: str = ""
    needs: Needs = field(default_factory=lambda: Needs(audio=False))

    @property
    def batch_size(self) -> int:
        """What is asked at once."""
        return self.card.slots

    def load(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class InSlots(Model):
    """Slots that are refilled."""

    def stream(self, requests: Iterator[Request]) -> Iterator[tuple[Request, Reply | Exception]]:
        """What the scheduler makes of them."""
        size = self.shared if self.shared > 1 else self.refill or refill_of(self.card.slots)

        ready, taken = 0.0, [0.0] * AHEAD

        def prepared(wait: bool) -> bool:
            """Whether the next group is ready by the card's clock, which goes on to then with ``wait``. It is begun
            when the one before it is ready, and the one that is so many before it was taken."""
            nonlocal ready
            done = max(ready, taken[-AHEAD]) + size * self.cost / self.threads if self.threads else 0.0
            if done > self.card.now and not wait:
                return False
            ready, self.card.now = done, max(self.card.now, done)
            taken.append(self.card.now)
            return True

        def following(wait: bool) -> Group[Request] | None:
            if not prepared(wait):
                return None
            taken = list(islice(requests, size))
            return Group(taken, PROMPT + REPLY, divisible=self.shared > 1) if taken else None

        scheduler = Slots(Simulated(self.card, self.lengths), self.card.slots, self.capacity, self.refill)
        for ended in scheduler.run(following):
            yield from ended


class InBatches(Model):
    """Batches that wait for their longest reply."""

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """A batch, cut to what memory has room for."""
        most = max(1, int(self.capacity // (PROMPT + REPLY)))
        for start in range(0, len(requests), most):
            batch = requests[start : start + most]
            if self.shared > 1:
                for first in range(0, len(batch), self.shared):
                    self._generate(batch[first : first + self.shared], PROMPT - QUESTION)
            else:
                self._generate(batch, 0)
        return [Reply(request.case, seconds=0.0) for request in requests]

    def _generate(self, batch: Sequence[Request], prefix: int) -> None:
        self.card.read(prefix + len(batch) * (PROMPT - prefix))
        lengths = np.array([self.lengths[request.case] for request in batch])
        for token in range(1, lengths.max()):
            self.card.step(len(batch), PROMPT + token, int((lengths > token).sum()))


def geometric(rng: np.random.Generator, n: int) -> Any:
    """Mean 64."""
    return rng.geometric(1 / 64, n)


def log_normal(rng: np.random.Generator, n: int) -> Any:
    """Mean 64, sigma 1."""
    return rng.lognormal(np.log(64) - 0.5, 1.0, n).round()


def letters(rng: np.random.Generator, n: int) -> Any:
    """A letter and the end."""
    return np.full(n, 2)


def sentences(rng: np.random.Generator, n: int) -> Any:
    """32, all of them."""
    return np.full(n, 32)


def thinkers(rng: np.random.Generator, n: int) -> Any:
    """Mostly eight, and one in twenty 400."""
    return np.where(rng.random(n) < 0.05, 400, 8)


REPLIES: dict[str, Callable[[np.random.Generator, int], Any]] = {
    "geometric, mean 64": geometric, "log-normal, mean 64": log_normal, "two tokens": letters,
    "32 tokens": sentences, "8 tokens, 5% of 400": thinkers,
}  # fmt: skip


def simulate(
    kind: type[Model],
    replies: str,
    n: int,
    slots: int,
    *,
    shared: int = 1,
    refill: int = 0,
    capacity: float = 1e9,
    threads: int = 0,
    cost: float = 0.0,
) -> tuple[Card, float]:
    """(what ``n`` trials took on a card, seconds of this process's CPU) through the real predictor."""
    lengths = np.clip(REPLIES[replies](np.random.default_rng(0), n), 1, REPLY).astype(int).tolist()
    cases = [Case(id=f"c{i}", question=f"What is {i}?", choices=("x", "y"), answer="x") for i in range(n)]
    planned = list(trials(checked(Suite(name="simulated", cases=tuple(cases)))))
    card = Card(slots)
    model = kind(card, {f"c{i}": length for i, length in enumerate(lengths)}, shared, refill, capacity, threads, cost)
    started = time.process_time()
    predictor = Predictor(model)  # type: ignore[arg-type]
    predictor.plan(Block(i, tuple(planned[at : at + 64])) for i, at in enumerate(range(0, n, 64)))
    answered = {trial.key for trial, answer in predictor.answers() if answer.reply.text == trial.case.id}  # type: ignore[union-attr]
    predictor.close()
    if len(answered) != n:
        sys.exit(f"{len(answered)} of {n} trials were answered by their own reply")
    return card, time.process_time() - started


def table(n: int, slots: int) -> None:
    """Batches beside slots, for replies of several kinds."""
    print(f"\n{n:,} trials, {slots} slots, prompts of {PROMPT} tokens, seconds of the simulated card\n")
    print("| replies | questions a clip | how | slot use | seconds | times as fast | prefill | tail | cache, tokens |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for shared in (1, 8):
        for replies in REPLIES:
            before = 0.0
            for name, kind in (("batches", InBatches), ("slots", InSlots)):
                card, _ = simulate(kind, replies, n, slots, shared=shared)
                before = before or card.now
                print(
                    f"| {replies} | {shared} | {name} | {100 * card.use:.1f}% | {card.now:.0f} | "
                    f"{before / card.now:.2f} | {100 * card.reading / card.now:.0f}% | "
                    f"{card.now - card.filled_until:.1f} | {card.peak:,} |",
                    flush=True,
                )


def refills(n: int, slots: int) -> None:
    """How many slots should be free before they are filled."""
    print(f"\n{n:,} trials, {slots} slots, geometric replies of mean 64: by the slots that are free before a refill\n")
    print("| free | slot use | seconds | prefills |\n| ---: | ---: | ---: | ---: |")
    for free in (1, 2, 4, 8, 16, 32):
        card, _ = simulate(InSlots, "geometric, mean 64", n, slots, refill=free)
        print(f"| {free} | {100 * card.use:.1f}% | {card.now:.0f} | {card.prefills} |", flush=True)


def memory(n: int, slots: int) -> None:
    """With room for fewer rows than slots."""
    print(f"\nthe same with a budget of tokens, of which a row takes {PROMPT + REPLY}\n")
    print("| budget | how | seconds | slots in use | cache, tokens |\n| ---: | --- | ---: | ---: | ---: |")
    for rows in (32, 16, 8):
        for name, kind in (("batches", InBatches), ("slots", InSlots)):
            card, _ = simulate(kind, "geometric, mean 64", n, slots, capacity=rows * (PROMPT + REPLY))
            print(f"| {rows * (PROMPT + REPLY):,} | {name} | {card.now:.0f} | {card.use * slots:.1f} | {card.peak:,} |")


def clip_cost() -> float:
    """Seconds of CPU that it takes here to decode a clip of 30 s (FLAC, 44.1 kHz, stereo) and to resample it to 16 kHz:
    the median of seven."""
    sound = 0.1 * np.random.default_rng(0).standard_normal((30 * 44100, 2))
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "clip.flac"
        soundfile.write(file, sound, 44100)
        taken = []
        for _ in range(7):
            started = time.process_time()
            conform(read(file), rate=16000, channels=1)
            taken.append(time.process_time() - started)
    return statistics.median(taken)


def preparing(n: int, slots: int) -> None:
    """With clips that have to be decoded first, by several threads on as many cores."""
    cost = clip_cost()
    print(f"\nwith a clip of 30 s a question, of which one takes {1000 * cost:.0f} ms to decode and resample here\n")
    print("| replies | threads | seconds | slot use |\n| --- | ---: | ---: | ---: |")
    for replies in ("two tokens", "32 tokens", "geometric, mean 64"):
        for threads in (1, 2, 4, 0):
            card, _ = simulate(InSlots, replies, n, slots, threads=threads, cost=cost)
            print(f"| {replies} | {threads or 'any number'} | {card.now:.0f} | {100 * card.use:.1f}% |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.slots", description=__doc__)
    parser.add_argument("--trials", type=int, default=4096)
    parser.add_argument("--slots", type=int, default=32)
    options = parser.parse_args()
    for show in (table, refills, memory, preparing):
        show(options.trials, options.slots)
    own = partial(simulate, replies="geometric, mean 64", n=options.trials, slots=options.slots)
    (_, batches), (_, slots) = own(InBatches), own(InSlots)
    each = 1000 / options.trials
    print(f"\nCPU of this process: {batches * each:.2f} ms a trial in batches, {slots * each:.2f} ms in slots")


if __name__ == "__main__":
    main()
