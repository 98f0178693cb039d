"""Recorded predictions that say in which order their options were shown, as MuChoMusic's files do.

A row of such a file has ``answers`` (the options in the order shown), ``answer_orders`` (for each of them its place
among correct answer and distractors; 0: correct), the ``prompt`` and ``model_output``; ``prepare_prompts.py`` of
github.com/mulab-mir/muchomusic, commit d3c9a42, draws the orders without a seed. Its ``id`` is the track's, which
several questions share. So a row is found by its question and its options, whatever their order, and by its id where
that is the case's; the letter in a reply stands for the option that was shown at its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from audiotest.errors import AudiotestError
from audiotest.models.protocol import Unsupported
from audiotest.types import Reply, Request

Key = tuple[str, tuple[str, ...]]
"""A question, and its options sorted."""


class Ambiguous(AudiotestError):
    """Several rows have the request's question and options, and none its id; ``count`` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class ShownOptions:
    """The rows of one file that say how their options were shown."""

    def __init__(self) -> None:
        self._rows: dict[Key, dict[str, list[Reply | Unsupported | None]]] = {}

    @staticmethod
    def has(row: Mapping[str, Any]) -> bool:
        """Whether ``row`` is one of them."""
        answers, order = row.get("answers"), row.get("answer_orders")
        return isinstance(answers, list) and isinstance(order, list) and len(answers) == len(order) > 0

    def add(self, row: Mapping[str, Any], name: str, reply: Reply | Unsupported | None) -> None:
        """Keep the reply of ``row``, whose id is ``name``, with the options as they were shown."""
        answers, prompt = [str(option) for option in row["answers"]], str(row.get("prompt") or "")
        if isinstance(reply, Reply):
            shown = {"choices": answers, "answer_order": list(row["answer_orders"])}
            reply = replace(reply, details={**reply.details, **shown, **({"prompt": prompt} if prompt else {})})
        key = _question(prompt), tuple(sorted(map(_plain, answers)))
        self._rows.setdefault(key, {}).setdefault(name, []).append(reply)

    def find(self, request: Request) -> tuple[bool, Reply | Unsupported | None]:
        """(whether there is a row for the request, its reply). Raises :class:`Ambiguous`."""
        options = tuple(sorted(map(_plain, request.choices)))
        named = self._rows.get((_plain(request.question), options)) or self._rows.get(("", options)) or {}
        replies = named.get(request.case) or [reply for rows in named.values() for reply in rows]
        if len(replies) > 1:
            raise Ambiguous(len(replies))
        return (True, replies[0]) if replies else (False, None)


def _question(prompt: str) -> str:
    """The question of a prompt, the last where examples stand before it; "" where it has none."""
    return _plain(prompt.rpartition("Question:")[2].partition("\n Options:")[0]) if "Question:" in prompt else ""


def _plain(text: str) -> str:
    return " ".join(text.split())
