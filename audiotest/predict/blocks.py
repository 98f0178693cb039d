"""Blocks: the trials that are asked together.

All trials of the cases that share a sound stand in one block, whatever their condition: the sound is
decoded once, and what looks back to ``original`` finds it answered. A block is closed when it holds enough
trials to fill a batch. The plan depends on the trials alone, so every process that has them makes the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

T = TypeVar("T")

BLOCK_TRIALS = 64
"""A block is closed once it holds this many trials (or a batch, if that is more)."""


def plan(keys: Iterable[tuple[Hashable, T]], size: int = BLOCK_TRIALS) -> list[list[T]]:
    """Blocks of the trials in ``keys``, given as (sound, trial) pairs: at least ``size`` trials each, but the
    last, and all of one sound in one block. Sounds keep the order in which they first appear."""
    groups: dict[Hashable, list[T]] = {}
    for sound, trial in keys:
        groups.setdefault(sound, []).append(trial)
    blocks: list[list[T]] = []
    block: list[T] = []
    for group in groups.values():
        block.extend(group)
        if len(block) >= size:
            blocks.append(block)
            block = []
    if block:
        blocks.append(block)
    return blocks
