"""BibTeX entries for what a run stands on: its suites, scorers, metrics and conditions, and audiotest itself.

The works stand in ``citations.yaml``, with what uses them. A scorer, metric or condition of another package brings its
own entries in an attribute ``CITATION`` (:class:`audiotest.registry.Member`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from audiotest.registry import CONDITIONS, METRICS, SCORERS, Room
from audiotest.runs import Run

_FILE = Path(__file__).with_suffix(".yaml")
_ROOMS: dict[str, Room[Any]] = {"scorers": SCORERS, "metrics": METRICS, "conditions": CONDITIONS}
_SOFTWARE = "audiotest"


class _Data(msgspec.Struct):
    works: dict[str, dict[str, str | int]]
    used_by: dict[str, dict[str, list[str]]]


class Cited(msgspec.Struct, frozen=True):
    """``entries``: BibTeX entries, each with what uses it; ``unknown``: what no reference is known for."""

    entries: tuple[tuple[str, tuple[str, ...]], ...]
    unknown: tuple[str, ...]


def cited(runs: Sequence[Run]) -> Cited:
    """The works that ``runs`` stand on; of several runs, those on comparing them too."""
    uses: dict[str, list[str]] = {_entry(_SOFTWARE): ["the run"]}
    unknown = []
    for kind, names in _used(runs).items():
        for name in names:
            word = f"{kind[:-1]} {name}"
            entries = _entries(kind, name)
            if entries is None:
                unknown += [word] if kind != "conditions" else []  # most are plain signal processing
                continue
            for entry in entries:
                uses.setdefault(entry, []).append(word)
    return Cited(tuple((entry, tuple(words)) for entry, words in uses.items()), tuple(unknown))


def bibtex(cited: Cited) -> Iterator[str]:
    """The lines of a ``.bib`` file. What is unknown stands at its end, in comments."""
    for entry, words in cited.entries:
        yield f"% used by {', '.join(map(_inert, words))}"
        yield entry
        yield ""
    for word in cited.unknown:
        yield f"% No reference is known for the {_inert(word)}."


def _used(runs: Sequence[Run]) -> dict[str, list[str]]:
    """The names of what the runs used, by kind."""
    suites = [(name, suite) for run in runs for name, suite in run.summary.suites.items()]
    rows = [(condition, row) for _, suite in suites for condition, row in suite.conditions.items()]
    gates = (gate.metric for _, suite in suites for gate in suite.gates)
    return {
        "suites": _distinct(name for name, _ in suites),
        "scorers": _distinct(name for run in runs for record in run.records for name in record.verdicts),
        "metrics": _distinct(
            name.partition(":")[0] for names in (*(row.metrics for _, row in rows), tuple(gates)) for name in names
        ),
        "conditions": _distinct(part.partition("(")[0] for condition, _ in rows for part in condition.split("+")),
        "comparisons": ["accuracy"] if len(runs) > 1 else [],
    }


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _entries(kind: str, name: str) -> list[str] | None:
    """The entries for one name; None where it is not known."""
    room = _ROOMS.get(kind)
    if room is not None and name in room and (own := room.get(name).citation):
        return [own.strip()]
    known = _data().used_by[kind]
    match = name if name in known else next((pattern for pattern in known if fnmatchcase(name, pattern)), None)
    return None if match is None else [_entry(work) for work in known[match]]


@cache
def _entry(work: str) -> str:
    if work == _SOFTWARE:
        from audiotest import __version__

        title = "audiotest: declare what an audio-language model should hear"
        fields: dict[str, str | int] = {"author": "{The audiotest developers}", "title": title, "version": __version__}
        return _written("software", work, fields)
    fields = dict(_data().works[work])
    kind = str(fields.pop("type"))
    if "eprint" in fields:
        fields["archiveprefix"] = "arXiv"
    return _written(kind, work, fields)


def _written(kind: str, work: str, fields: dict[str, str | int]) -> str:
    lines = [
        f"  {name} = {{{{{text}}}}}," if name == "title" else f"  {name} = {{{text}}}," for name, text in fields.items()
    ]
    return "\n".join([f"@{kind}{{{work},", *lines, "}"])


@cache
def _data() -> _Data:
    return msgspec.yaml.decode(_FILE.read_bytes(), type=_Data)


def _inert(text: str) -> str:
    """A name in a comment of BibTeX, for which an at sign would start an entry."""
    return " ".join(text.split()).replace("@", "(at)")
