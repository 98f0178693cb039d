"""A run that goes on, read as its file grows: how fast it is, how long it will take, and what it has failed so far."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import msgspec

from audiotest.analyse.change import key
from audiotest.analyse.summary import Provenance, Summary
from audiotest.counting import counted
from audiotest.report.html.playback import Hearing
from audiotest.report.html.players import sound_key
from audiotest.report.progress import pace, so_far
from audiotest.run_folder import TRIALS, Plan, progress
from audiotest.runs import Run
from audiotest.serve.opened import players
from audiotest.types import Record, TrialKey

_WRONG = ("failed", "missed", "error")
_MOST = 20
"""Failures that are shown while a run goes on."""


class Live:
    """The trials of a run so far. :meth:`step` reads what has been added since it was last called."""

    def __init__(self, place: Path, root: Path) -> None:
        self.place, self._root = place, root
        self.records: dict[TrialKey, Record] = {}
        self.failures: list[Record] = []
        self.unreadable = 0
        going = progress(place)
        self._begin(going.plan if going is not None else None)

    def _begin(self, plan: Plan | None) -> None:
        """Watch the run of this plan, from the start of its file."""
        self.plan = plan
        self._offset, self._inode = 0, -1
        self._first = time.time()
        self._at_first: int | None = None
        about = Summary(**{**_provenance(plan), "seed": plan.seed if plan is not None else 0})
        self.heard = Hearing.of(Run([], about, root=self._root), confined=True)

    def step(self) -> bool:
        """Read the lines that are new; returns whether the run is over. A file that was put in order, or is another
        run's, is read from its start."""
        going = progress(self.place)
        if going is not None and going.plan not in (None, self.plan):
            self._begin(going.plan)
        self._read()
        return going is None or not going.writing

    def _read(self) -> None:
        try:
            with (self.place / TRIALS).open("rb") as file:
                about = os.fstat(file.fileno())
                if about.st_ino != self._inode or about.st_size < self._offset:
                    self.records, self.failures, self._offset, self._inode = {}, [], 0, about.st_ino
                    self.unreadable = 0
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        decoder = msgspec.json.Decoder(Record)
        for line in whole.splitlines():
            try:
                record = decoder.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                self.unreadable += 1
                continue
            self.records[key(record)] = record
            if record.outcome in _WRONG and len(self.failures) < _MOST:
                self.failures.append(self.heard.named(record))
        if self._at_first is None:
            self._at_first = len(self.records)

    def sound(self, name: str) -> Record:
        """The failure whose sound goes by this key. Raises LookupError."""
        for record in self.failures:
            if sound_key(record) == name:
                return record
        raise LookupError("no trial of this run has that sound")

    def state(self) -> dict[str, Any]:
        """What the page shows: texts and numbers, the first failures, and whether the run is over."""
        over = self.step()
        return {
            "over": over,
            "done": len(self.records),
            "total": self.plan.trials if self.plan is not None else None,
            "pace": self._pace(),
            "figures": so_far(self.records.values()),
            "failures": [self._shown(record) for record in self.failures],
            "unreadable": self.unreadable,
        }

    def _pace(self) -> str:
        done = len(self.records)
        if self.plan is not None:
            return pace(done, max(self.plan.trials, done), time.time() - self.plan.began)
        new, seconds = done - (self._at_first or 0), time.time() - self._first
        speed = f", {new / seconds:.1f}/s since this page was opened" if new and seconds else ""
        return f"{counted(done, 'trial')}{speed}; how many there will be is not noted"

    def _shown(self, record: Record) -> dict[str, Any]:
        return {
            "id": record.nodeid,
            "condition": record.condition,
            "outcome": record.outcome,
            "question": record.question,
            "choices": list(record.choices),
            "answer": record.answer,
            "reply": record.reply.text[:2000] if record.reply is not None else None,
            "reason": record.reason[:2000],
            "sounds": msgspec.to_builtins(players(self.heard, record, "")) if sound_key(record) else [],
        }


def _provenance(plan: Plan | None) -> dict[str, Any]:
    return msgspec.structs.asdict(Provenance(model=plan.model if plan is not None else ""))
