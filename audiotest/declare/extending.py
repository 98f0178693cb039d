"""``extends``: a suite that takes what it does not say from another one, and adds to its cases.

Every setting that the suite writes takes the place of the other's. ``prompts`` and ``data`` are joined key by key, so
that another split of the same data set is one line. Cases are added; one with the id of a case of the other's takes its
place. Sounds of inherited cases are where the other suite has them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from audiotest.registry import unknown
from audiotest.resources import folder as shipped_folder
from audiotest.types import Case, ClipSpec, Part

if TYPE_CHECKING:
    from audiotest.declare.suite import Suite

_EXTENDS = re.compile(rb"^[\"']?extends[\"']?[ \t]*:[ \t]*[\"']?([^\r\n\"'#]+?)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)
_chain: ContextVar[tuple[Path, ...]] = ContextVar("suites that are being loaded for others", default=())
_SETTINGS = (
    "title", "policy", "prompt", "generation", "scorers", "conditions", "gates", "by", "sample", "require_audio",
    "join_clips", "repeats", "messages", "known_faults",
)  # fmt: skip


def base_file(written: str, home: Path) -> Path:
    """The file of the suite that ``extends`` names: a path from the folder ``home``, or a shipped suite such as
    ``listening/pitch``. Raises LookupError with a sentence."""
    shipped = shipped_folder("suites")
    for place in (home / written, shipped / written, shipped / f"{written}.yaml"):
        if place.is_file():
            return place
        if (place / "suite.yaml").is_file():
            return place / "suite.yaml"
    near = sorted(p.relative_to(shipped).as_posix() for p in shipped.rglob("*.yaml") if p.parent.name != "cases")
    beside = sorted(p.name for p in home.glob("*.yaml"))
    raise LookupError(unknown("suite", written, [*beside, *near]))


def base_files(path: Path, content: bytes) -> list[Path]:
    """The files of the suites that the one at ``path`` with this ``content`` extends, the nearest first; those that are
    not found left out."""
    files: list[Path] = []
    while match := _EXTENDS.search(content):
        try:
            path = base_file(match.group(1).decode(), path.parent)
            content = path.read_bytes()
        except (LookupError, OSError, ValueError):
            break
        if path.resolve() in (file.resolve() for file in files):
            break
        files.append(path)
    return files


@contextmanager
def in_chain(path: Path) -> Iterator[None]:
    """While a suite is loaded since another one extends it. Raises LookupError where that leads back to itself."""
    chain = _chain.get()
    if path.resolve() in chain:
        names = " -> ".join(file.name for file in (*chain[chain.index(path.resolve()) :], path))
        raise LookupError(f"these suites extend each other in a circle: {names}")
    token = _chain.set((*chain, path.resolve()))
    try:
        yield
    finally:
        _chain.reset(token)


def inherited(base: Suite, written: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """The fields that a suite in the folder ``home`` whose file says ``written`` takes from ``base``; the cases that
    its own table replaces left out."""
    kept: dict[str, Any] = {name: getattr(base, name) for name in _SETTINGS if name not in written}
    if "import" not in written:
        kept["import_command"] = base.import_command
    kept["prompts"] = base.prompts
    if "messages" in kept:
        kept["messages"] = tuple(
            replace(message, parts=tuple(_part_moved(base, part, home) for part in message.parts))
            for message in base.messages
        )
    cases = base.cases if not written.get("data") else tuple(c for c in base.cases if c.file not in base.tables)
    return {**kept, "cases": tuple(_moved(base, case, home) for case in cases), "invalid": base.invalid}


def joined_data(base: Suite, own: Mapping[str, Any] | None, home: Path) -> dict[str, Any] | None:
    """``data`` of a suite in ``home`` that extends ``base``: key by key its own, else the other's."""
    if base.data is None:
        return dict(own) if own else None
    theirs = dict(base.data)
    sources = theirs["source"] if isinstance(theirs["source"], list) else [theirs["source"]]
    theirs["source"] = [_from(base, source, home) for source in sources]
    fields = {**theirs.get("fields", {}), **((own or {}).get("fields") or {})}
    return {**theirs, **(own or {}), "fields": fields}


def _from(base: Suite, path: str, home: Path) -> str:
    return path if path.startswith("hf://") else os.path.relpath(Path(base.path).parent / path, home)


def _moved(base: Suite, case: Case, home: Path) -> Case:
    """``case`` with the paths of its sounds from ``home``."""
    return replace(
        case,
        audio=tuple(_clip_moved(base, clip, home) for clip in case.audio),
        choice_sounds=tuple(_clip_moved(base, clip, home) for clip in case.choice_sounds),
    )


def _part_moved(base: Suite, part: Part, home: Path) -> Part:
    return replace(part, audio=_clip_moved(base, part.audio, home)) if part.audio is not None else part


def _clip_moved(base: Suite, clip: ClipSpec, home: Path) -> ClipSpec:
    return clip if clip.file is None else replace(clip, file=os.path.relpath(base.folder / clip.file, home))
