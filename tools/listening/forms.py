"""How questions become cases: dealt in blocks, so that nothing but the sound tells the answer.

A *form* is one kind of question with its options. A *block* asks it once for every option as the right one, with
one phrasing and one difficulty; within a block each position is used once for the answer, and over as many
blocks as there are options every option stands at every position equally often. So positions, texts, phrasings
and difficulties are balanced by construction.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Scene = dict[str, Any]


class Draw:
    """Random choices of one case, from its name alone; the same under every version of Python."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(name).random

    def pick(self, items: Sequence[Any]) -> Any:
        """One of ``items``."""
        return items[int(self._random() * len(items))]

    def number(self, low: float, high: float, digits: int = 2) -> float:
        """A number from ``low`` to ``high``, rounded."""
        return round(low + (high - low) * self._random(), digits)

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._random() * (high - low + 1))

    def sign(self) -> int:
        """1 or -1."""
        return 1 if self._random() < 0.5 else -1


@dataclass(frozen=True)
class Task:
    """What a form has to make a scene for: the ``role`` of the right option, what the phrasing ``asks``, and how
    hard it is to be."""

    role: int
    asks: str
    level: str
    draw: Draw
    block: int


@dataclass(frozen=True)
class Phrase:
    """A question, its options in canonical order (empty: the scene brings them), and what it asks for."""

    question: str
    options: tuple[str, ...] = ()
    asks: str = ""


@dataclass(frozen=True)
class Form:
    """A kind of question; ``make`` returns a scene, or options and a scene."""

    name: str
    phrases: tuple[Phrase, ...]
    levels: tuple[str, ...]
    make: Callable[[Task], Any]
    count: int = 0

    def cases(self, skill: str) -> list[dict[str, Any]]:
        """All cases, in the order of their blocks."""
        found: list[dict[str, Any]] = []
        for block, level in enumerate(self.levels):
            phrase = self.phrases[block % len(self.phrases)]
            count = self.count or len(phrase.options)
            for role in range(count):
                name = f"{self.name}-{len(found) + 1:02d}"
                task = Task(role, phrase.asks, level, Draw(f"{skill}/{name}"), block)
                made = self.make(task)
                options, scene = made if isinstance(made, tuple) else (phrase.options, made)
                found.append(
                    {
                        "id": name,
                        "audio": {"synth": scene},
                        "question": phrase.question,
                        "choices": _placed(options, role, (block + role) % count, block),
                        "answer": options[role],
                        "tags": {"skill": skill, "difficulty": level},
                    }
                )
        return found


def _placed(options: Sequence[str], role: int, place: int, block: int) -> list[str]:
    """``options`` with the right one at ``place``; the others turn with the blocks."""
    others = [o for i, o in enumerate(options) if i != role]
    turn = block % len(others)
    others = others[turn:] + others[:turn]
    return [*others[:place], options[role], *others[place:]]


@dataclass(frozen=True)
class Skill:
    """One suite file: what it trains the ear on, its forms, and conditions that make no sense for it."""

    name: str
    title: str
    forms: tuple[Form, ...]
    left_out: tuple[tuple[str, str], ...] = ()


VOICES: tuple[Scene, ...] = (
    {},
    {"wave": "triangle"},
    {"wave": "saw"},
    {"wave": "square"},
    {"harmonics": [1, 0.5, 0.3, 0.15]},
)


def tone(hz: float, seconds: float, **more: Any) -> Scene:
    """A tone, its frequency to a hundredth of a hertz."""
    return {"tone": {"hz": round(hz, 2), "seconds": seconds, **more}}


def in_turn(*parts: Scene) -> Scene:
    """Scenes one after the other."""
    return {"sequence": list(parts)}


def pause(seconds: float) -> Scene:
    """Silence."""
    return {"silence": seconds}
