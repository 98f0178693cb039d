"""A folder is a registry: the module ``choice.py`` in ``score/`` is the scorer ``choice``.

So a new scorer, condition or adapter is a new file and no other file changes. Packages outside
audiotest add theirs through an entry point group of the same name as the room.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from audiotest.errors import AudiotestError

_SOME = 40
"""Names that are told where none is near: a suite may have 20,000 cases."""


class UnknownName(AudiotestError, LookupError):
    """A name that no module and no entry point of a room goes by; the message says what is near."""


class Room:
    """The members of one package by name: ``Room("audiotest.score", "score", "scorer")``.

    A member is the attribute ``attribute`` of the module of that name, or of what the entry point
    in the group ``package`` loads. Modules whose names start with an underscore, and those
    that lack the attribute, are not members.
    """

    def __init__(self, package: str, attribute: str, word: str, *, helpers: tuple[str, ...] = ()) -> None:
        self.package, self.attribute, self.word, self.helpers = package, attribute, word, helpers
        self.get = cache(self._get)
        self.names = cache(self._names)
        self._outside = cache(self._entries)  # every look goes through all that is installed

    def _names(self) -> list[str]:
        """All names, sorted, without importing the modules."""
        path = importlib.import_module(self.package).__path__
        own = {m.name for m in pkgutil.iter_modules(path) if not m.name.startswith("_")}
        return sorted(own - set(self.helpers) | set(self._outside()))

    def _entries(self) -> dict[str, EntryPoint]:
        return {entry.name: entry for entry in entry_points(group=self.package)}

    def _get(self, name: str) -> Any:
        """The member called ``name``; raises :class:`UnknownName` with the nearest names."""
        if name not in self.names():
            raise UnknownName(unknown(self.word, name, self.names()))
        outside = self._outside()
        if name in outside:
            return outside[name].load()
        module = importlib.import_module(f"{self.package}.{name}")
        if not hasattr(module, self.attribute):
            raise UnknownName(f"the {self.word} {name!r} has no `{self.attribute}`")
        return getattr(module, self.attribute)


def version_of(member: Any) -> int:
    """The ``VERSION`` of the module that the function ``member`` is from, 1 where it has none."""
    return int(getattr(member, "__globals__", {}).get("VERSION", 1))


def unknown(word: str, name: str, known: list[str]) -> str:
    """``unknown scorer 'choise': did you mean 'choice'?`` or the list of what there is."""
    near = difflib.get_close_matches(name, known, n=2, cutoff=0.6)
    some = ", ".join(known[:_SOME]) + (f" and {len(known) - _SOME:,} more" if len(known) > _SOME else "")
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known: {some}"
    return f"unknown {word} {name!r}: {hint}"


SCORERS = Room("audiotest.score", "score", "scorer", helpers=("answer_extraction", "lines", "metrics"))
METRICS = Room("audiotest.analyse.metrics", "measure", "metric")
TEXT_CONDITIONS = Room("audiotest.declare.conditions", "apply", "condition", helpers=("view",))
SOUND_CONDITIONS = Room("audiotest.audio.conditions", "apply", "condition")
ADAPTERS = Room("audiotest.models", "open_model", "adapter", helpers=("cards", "loading", "protocol"))
_BENCHMARK_HELPERS = ("importing", "writing", "download", "tables", "exporting")
BENCHMARKS = Room("audiotest.benchmarks", "import_release", "benchmark", helpers=_BENCHMARK_HELPERS)
TABLES = Room("audiotest.benchmarks", "official_row", "benchmark", helpers=_BENCHMARK_HELPERS)
EXPORTS = Room("audiotest.benchmarks", "exported", "benchmark", helpers=_BENCHMARK_HELPERS)
COMMANDS = Room("audiotest.commands", "command", "command")
