"""Writing a suite as a person would: one suite file, a file of cases for each group, a link to the audio."""

from __future__ import annotations

import os
import re
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audiotest.benchmarks.importing import ImportFailed
from audiotest.declare.audio_roots import allowing, note_link
from audiotest.declare.dump import cases_text
from audiotest.declare.editor import with_schemas
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import Suite, load
from audiotest.declare.yaml import parse
from audiotest.resources import folder


def write_suite(
    benchmark: str,
    target: Path,
    groups: Mapping[str, list[dict[str, Any]]],
    audio: Path | None,
    *,
    link: str = "audio",
    release: Mapping[str, Any] | None = None,
    keep: bool = False,
) -> Suite:
    """Write the benchmark's suite with ``groups`` of cases (one file each, by name) into ``target``.

    The suite file is the one that audiotest ships. ``audio`` is linked to as ``target/LINK``, so that the suite
    stays whole where it is. ``release`` says what was imported and heads every file. ``keep``: files of other
    groups stay, for a suite that is brought together by several imports. Raises :class:`ImportFailed` if what was
    written does not load, and before anything is written where ``target`` holds something else than such an import.
    """
    target.mkdir(parents=True, exist_ok=True)
    suite = target / "suite.yaml"
    _require_own(benchmark, target, [f"{slug(name)}.yaml" for name in groups] if keep else None)
    shipped = folder("suites") / benchmark / "suite.yaml"
    if not suite.exists():
        suite.write_text(with_schemas(shipped.read_text(encoding="utf-8"), target), encoding="utf-8")
    cases = target / "cases"
    if cases.is_dir() and not keep:
        shutil.rmtree(cases)
    cases.mkdir(exist_ok=True)
    files: dict[str, list[dict[str, Any]]] = {}
    for name, rows in groups.items():
        files.setdefault(slug(name), []).extend(rows)  # of names in other letters than a-z there is little left
    for name, rows in files.items():
        (cases / f"{name}.yaml").write_text(cases_text(rows, release), encoding="utf-8")
    if audio is not None:
        link_audio(audio, target / link)
    try:
        with allowing([audio] if audio is not None else []):
            loaded = load(suite)
    except SuiteError as error:
        raise ImportFailed(f"what was written does not load:\n{error}") from None
    if loaded.invalid:
        raise ImportFailed("some cases do not load:\n" + "\n".join(map(str, loaded.problems())))
    return loaded


def _require_own(benchmark: str, target: Path, written: list[str] | None) -> None:
    """Raise :class:`ImportFailed` for a folder with the suite of another benchmark, whose settings would hold for these
    cases, and for one with cases that no import wrote, of which those in ``written`` (None: all) would be lost."""
    suite = target / "suite.yaml"
    data = parse(suite.read_bytes(), str(suite)).data if suite.is_file() else None
    name = data.get("suite") if isinstance(data, dict) else None
    if name != benchmark and isinstance(name, str) and (folder("suites") / name).is_dir():
        raise ImportFailed(f"{suite} is the suite {name!r}; import {benchmark} into a folder of its own")
    for file in sorted((target / "cases").rglob("[!.]*")):
        lost = file.is_file() and (written is None or file.name in written)
        if lost and not file.read_bytes().startswith(b"release:"):
            raise ImportFailed(
                f"{file} was not written by an import and would be lost; move it away, or import elsewhere"
            )


def link_audio(audio: Path, link: Path) -> None:
    """Make ``link`` point to ``audio``, a folder or a file, and note that it may be followed there; an older link is
    replaced, a real folder is not. Raises :class:`ImportFailed` where the link would lie within the folder: whoever
    follows it would come by it again, without end."""
    if audio.is_dir() and link.parent.resolve().is_relative_to(audio.resolve()):
        raise ImportFailed(
            f"{link.parent} lies within {audio.absolute()}, which the suite would link to: put what it links to into a "
            "folder of its own, or the suite elsewhere"
        )
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        if link.resolve() == audio.resolve():
            return
        raise ImportFailed(f"{link} is there already and is no link; move it away, or import without --audio")
    link.symlink_to(os.path.relpath(audio.resolve(), link.parent.resolve()), target_is_directory=audio.is_dir())
    try:
        note_link(link)
    except (OSError, UnicodeEncodeError) as error:
        warnings.warn(
            f"that {link} may be followed cannot be noted ({error}): run the suite with --audio-root {audio.resolve()}",
            stacklevel=2,
        )


def slug(name: str) -> str:
    """A file name for a group: lower case, with dashes, no longer than file systems take."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:100] or "cases"
