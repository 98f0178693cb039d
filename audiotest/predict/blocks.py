"""Blocks: the trials that are asked together.

All trials of the cases that share a sound stand in one block, whatever their condition: the sound is
decoded once, and what looks back to ``original`` finds it answered. A block is closed when it holds enough
trials to fill a batch, or, for several workers, so much sound that one of them has its share to do. Only a sound
with very many cases is spread over several blocks, and a case never is. The plan depends on the trials, their
sounds' lengths and the number of workers alone, so every process makes the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from msgspec import Struct

from audiotest.declare.trial import Trial
from audiotest.predict.sound import clip_id

T = TypeVar("T")


class Block(Struct, frozen=True, eq=False):
    """Trials that stand together; ``number`` is the block's own within a run."""

    number: int
    trials: tuple[Trial, ...]


BLOCK_TRIALS = 64
"""A block is closed once it holds this many trials (or a batch, if that is more)."""
_PER_WORKER = 16
_SHARE = 4


def block_sizes(trials: int, workers: int, batch: int) -> Callable[[int], int]:
    """How many trials make a block, by how many are not in one yet. Of several ``workers`` each gets many blocks, the
    smaller the nearer the end, so that they end at about the same time; but a batch at least, unless some workers
    would then have nothing to do."""
    most, least = max(BLOCK_TRIALS, batch), _least(trials, workers, batch)
    if workers < 2:
        return lambda left: most
    return lambda left: min(most, max(least, math.ceil(left / workers / _PER_WORKER)))


def block_seconds(seconds: float, trials: int, workers: int, batch: int) -> float:
    """How many of all ``seconds`` of sound fill a block as well, however few trials have them: with several ``workers``
    a quarter of what each gets, or what an average batch has."""
    if workers < 2 or not seconds:
        return math.inf
    return max(seconds / workers / _SHARE, _least(trials, workers, batch) * seconds / trials)


def _least(trials: int, workers: int, batch: int) -> int:
    return max(1, min(batch, math.ceil(trials / workers)))


def plan(
    keys: Iterable[tuple[Hashable, Hashable, float, T]], sizes: Callable[[int], int], most_seconds: float = math.inf
) -> list[list[T]]:
    """Blocks of the trials in ``keys``, given as (sound, case, seconds, trial): each of as many trials at least as
    ``sizes`` says for those that are left, or of ``most_seconds`` of sound, but the last.

    The cases of one sound are in one block, unless they have more than twice as many trials. Sounds and cases keep
    the order in which they first appear.
    """
    sounds: dict[Hashable, dict[Hashable, list[tuple[float, T]]]] = {}
    left = 0
    for sound, case, seconds, trial in keys:
        sounds.setdefault(sound, {}).setdefault(case, []).append((seconds, trial))
        left += 1
    blocks: list[list[T]] = []
    block: list[T] = []
    size, load = sizes(left), 0.0
    for cases in sounds.values():
        together = sum(map(len, cases.values())) <= 2 * size
        for group in [[t for case in cases.values() for t in case]] if together else cases.values():
            block.extend(trial for _, trial in group)
            load += sum(seconds for seconds, _ in group)
            if len(block) >= size or load >= most_seconds:
                blocks.append(block)
                left -= len(block)
                block, size, load = [], sizes(left), 0.0
    if block:
        blocks.append(block)
    return blocks


def as_asked(items: list[T], trial: Callable[[T], Trial], seconds: Callable[[Trial], float]) -> list[T]:
    """``items`` in the order in which a model that listens is asked about their trials, so that what is asked together
    is of like length and little is padded: the longest sound first, questions about one sound side by side, and last
    those without sound. Else they keep their order, and what is in this order already keeps it."""
    clips: dict[tuple[str, str], int] = {}
    sounds: dict[tuple[str, ...], int] = {}

    def place(item: T) -> tuple[float, ...]:
        asked = trial(item)
        case, changes = asked.case, asked.condition.of("sound")
        clip = clips.setdefault((asked.suite.name, clip_id(asked.suite, case) or case.id), len(clips))
        if not asked.is_heard:
            return 1, -seconds(asked), clip
        sound = sounds.setdefault((str(clip), *map(str, changes)), len(sounds))
        return 0, -seconds(asked), clip, sound

    return sorted(items, key=place)


def longest_first(blocks: list[list[T]], seconds: Callable[[T], float]) -> list[list[T]]:
    """The blocks with the most audio first, so that several workers end at about the same time and what does not fit
    into memory is met at the start. Blocks of equal length stay in their order."""
    return sorted(blocks, key=lambda block: -sum(map(seconds, block)))
