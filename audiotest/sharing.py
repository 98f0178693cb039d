"""Equal parts of many records and cases, held once.

Of a million trials the texts of the questions differ, and nearly all else repeats: tags, options, verdicts, names. A
record that was read from a file has each of them as an object of its own, 3 kB in all; here it shares them with those
before it. What is shared must not be changed, which holds of records and cases as a whole.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeVar

import msgspec
from msgspec.structs import force_setattr

from audiotest.types import Case, Record

T = TypeVar("T")
_MOST = 65_536
_LONGEST = 200
"""Of the texts that are looked for, in characters: a longer one is hardly ever there twice."""
_EMPTY: dict[Any, Any] = {}
_encode = msgspec.msgpack.encode


class Sharing:
    """Remembers the parts that it was given last; it lets go of all of them once they are many."""

    def __init__(self) -> None:
        self._parts: dict[Hashable, Any] = {}

    def case(self, case: Case) -> Case:
        """``case`` itself, whose parts are now those of cases before it where they are equal."""
        force_setattr(case, "choices", self._texts(case.choices))
        force_setattr(case, "tags", self._tags(case.tags))
        if case.answer is not None:
            force_setattr(case, "answer", next((c for c in case.choices if c == case.answer), case.answer))
        if not case.metadata:
            force_setattr(case, "metadata", _EMPTY)
        if case.file:
            force_setattr(case, "file", self._text(case.file))
        return case

    def record(self, record: Record, *, read: bool) -> Record:
        """``record`` itself, whose parts are now those of records before it where they are equal. ``read``: it comes
        from a file, so that nothing of it is shared with its suite."""
        if record.verdicts:
            force_setattr(record, "verdicts", self._part(_encode(record.verdicts), record.verdicts))
        if record.reply is not None:
            force_setattr(record.reply, "text", self._text(record.reply.text))
            if not record.reply.details:
                force_setattr(record.reply, "details", _EMPTY)
        for name in ("sound", "source"):
            if text := record.hashes.get(name):
                force_setattr(record.hashes, name, self._text(text))
        force_setattr(record, "order", self._part(record.order, record.order))
        force_setattr(record, "reason", self._text(record.reason))
        if record.choices:  # a condition that moves them makes new ones for each trial
            force_setattr(record, "choices", self._texts(record.choices))
        if not read:
            return record
        for name in ("suite", "condition", "expectation", "outcome", "clip", "known_issue"):
            force_setattr(record, name, self._text(getattr(record, name)))
        for name in ("answers", "labels", "reference", "choice_sounds"):
            if texts := getattr(record, name):
                force_setattr(record, name, self._texts(texts))
        if record.answer is not None:
            force_setattr(record, "answer", next((c for c in record.choices if c == record.answer), record.answer))
        if record.distractor_types:
            force_setattr(record, "distractor_types", self._part(record.distractor_types, record.distractor_types))
        force_setattr(record, "tags", self._tags(record.tags))
        if record.reply is not None and record.reply.finish is not None:
            force_setattr(record.reply, "finish", self._text(record.reply.finish))
        return record

    def _part(self, name: Hashable, part: T) -> T:
        if len(self._parts) >= _MOST:
            self._parts.clear()
        kept: T = self._parts.setdefault(name, part)
        return kept

    def _text(self, text: str) -> str:
        return self._part(text, text) if 1 < len(text) <= _LONGEST else text

    def _texts(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        if not texts:
            return texts
        known = self._parts.get(texts)
        return known if known is not None else self._part(texts, tuple(map(self._text, texts)))

    def _tags(self, tags: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if not tags:
            return _EMPTY
        name = ("tags", *tags.items())
        known: dict[str, tuple[str, ...]] | None = self._parts.get(name)
        if known is not None:
            return known
        shared = {self._text(tag): self._texts(values) for tag, values in tags.items()}
        return self._part(("tags", *shared.items()), shared)
