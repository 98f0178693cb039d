"""Whether the sound files that a suite names are there, and within its reach; looked up each time a suite is loaded.

A folder is looked into once, however many of its files are named. What concerns one sound costs its cases alone. A
folder that a link of the suite's brings in from elsewhere is one fault of the suite, however many cases it has.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from audiotest.declare.audio_roots import Reach
from audiotest.declare.document import placed
from audiotest.declare.lost_cases import Faults, files_of, without
from audiotest.declare.messages import examples

if TYPE_CHECKING:
    from audiotest.declare.suite import Suite


def sounds_checked(suite: Suite, reach: Reach) -> tuple[Suite, Faults]:
    """``suite`` with the cases whose sounds are not there, or out of ``reach``, in ``invalid``; and what is wrong with
    the suite as a whole. With ``require_audio: false`` files may be missing."""
    folders = _Folders(suite, reach)
    faults: Faults = []
    for clip in examples(suite.messages):
        if clip.file is not None and (message := folders.fault(clip.file, required=True)):
            faults.append((("messages",), message))
    lost: dict[str, Faults] = {}
    for case in suite.cases:
        for path, file in files_of(case):
            if message := folders.fault(file, required=suite.require_audio):
                lost.setdefault(case.id, []).append((path, message))
    suite = _with_more(suite, folders)
    faults += [(("audio_root",) if suite.audio_root else ("suite",), refusal) for refusal in folders.refusals]
    return without(suite, lost), faults


class _Folders:
    """The folders of a suite's sounds, each looked into once."""

    def __init__(self, suite: Suite, reach: Reach) -> None:
        self._root, self._below, self._reach = str(Path(reach.folder, suite.audio_root)), suite.folder, reach
        self._names: dict[str, dict[str, bool] | None] = {}
        self.refusals: dict[str, None] = {}
        """Of whole folders."""

    def fault(self, file: str, *, required: bool) -> str:
        """What is wrong with a sound file, "" for nothing: it is out of reach, or ``required`` and not there."""
        head, tail = os.path.split(os.path.join(self._root, file))
        if head not in self._names:
            self._names[head] = self._look_into(head)
        names = self._names[head]
        if names is None:  # one fault of the suite for all
            return ""
        if tail in names:
            return self._reach.refusal(self._written(head, tail)) if names[tail] else ""
        if not required:
            return ""
        hint = "; fix the path, or set `require_audio: false` if the audio comes later"
        return f"there is no file {os.path.join(self._below, file)}{hint}"

    def _look_into(self, head: str) -> dict[str, bool] | None:
        """The names in a folder, and whether each is a link that is not to be trusted; None for one out of reach."""
        if refusal := self._reach.refusal(self._written(head)):
            self.refusals[refusal] = None
            return None
        try:
            own = self._reach.is_home(os.path.realpath(head))
            with os.scandir(head) as entries:
                return {entry.name: own and entry.is_symlink() for entry in entries}
        except OSError:
            return {}

    def _written(self, head: str, tail: str = "") -> str:
        """A path from the suite's folder, as messages show it."""
        folder = self._reach.folder + os.sep
        whole = os.path.join(head, tail) if tail else head
        return whole.removeprefix(folder)


def _with_more(suite: Suite, folders: _Folders) -> Suite:
    """``suite`` with what is wrong with the sounds of its invalid cases among the problems of these."""
    more: dict[str, Faults] = {}
    owners: dict[str, list[int]] = {}
    for i, invalid in enumerate(suite.invalid):
        for where, file in invalid.sounds:
            if message := folders.fault(file, required=suite.require_audio):
                more.setdefault(invalid.problems[0].file, []).append((where, message))
                owners.setdefault(invalid.problems[0].file, []).append(i)
    rows = list(suite.invalid)
    for shown, faults in more.items():
        path = suite.file_named(shown)
        problems = placed(faults, shown, path.read_bytes()) if path.is_file() else []
        for i, problem in zip(owners[shown], problems, strict=False):
            every = sorted((*rows[i].problems, problem), key=lambda p: (p.line, p.column))
            rows[i] = replace(rows[i], problems=tuple(every))
    return replace(suite, invalid=tuple(rows)) if more else suite
