"""Unpacking the archives of a release: what is odd about one is said before anything of it is in place.

An archive is read as if somebody meant harm: members that would land outside its folder, or on the archive itself, are
refused, and so is one that unpacks to more than the disk holds, or than sound does: :data:`MOST_TIMES` its own size.
"""

from __future__ import annotations

import lzma
import shutil
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from audiotest.benchmarks.importing import ImportFailed

T = TypeVar("T")

MOST_TIMES, SMALL = 100, 100_000_000
"""Wav files of speech shrink to a tenth, of silence to a hundredth; what unpacks to 100 MB is let through."""
MOST_MEMBERS = 1_000_000
_DAMAGE = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
           ValueError, RuntimeError, NotImplementedError)  # fmt: skip
"""What the libraries raise for archives that are damaged, or of a kind that they do not know."""


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a ``.zip`` or ``.tar`` (``.gz``, ...) into ``folder`` once; other files are left alone.

    Members that would land outside ``folder``, links out of it and device files are refused. Raises
    :class:`ImportFailed` for those, for an archive that is encrypted, damaged, or far larger than it looks.
    """
    done = archive.with_name(f"{archive.name}.unpacked")
    if not archive.is_file() or done.exists() or not (zipfile.is_zipfile(archive) or archive.name.count(".tar")):
        return
    part = folder / f".{archive.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    own = {archive.name, done.name, part.name}
    try:
        part.mkdir()
        if zipfile.is_zipfile(archive):
            _unzip(archive, part, own)
        else:
            _untar(archive, part, own)
        for entry in part.iterdir():
            _move(entry, folder / entry.name)
        done.touch()
    except _DAMAGE as error:
        raise ImportFailed(f"{archive} cannot be unpacked ({error}); delete it and download again") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def zip_members(archive: Path) -> list[str]:
    """The names of a zip's files, once all of them are found to be harmless. Raises :class:`ImportFailed`, and OSError
    for one that is not there."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = list(_plain(archive, zipped, archive.absolute().parent, set()))
        return [member.filename for member in members if not member.is_dir()]
    except FileNotFoundError:
        raise
    except _DAMAGE as error:
        raise ImportFailed(f"{archive} cannot be unpacked ({error})") from None


def read_members(archive: Path, targets: Mapping[str, Path]) -> None:
    """Write the files of a zip that are named to their ``targets``, and nothing else of it. Raises
    :class:`ImportFailed`."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            for name, target in targets.items():
                with zipped.open(name) as inner, target.open("wb") as file:
                    shutil.copyfileobj(inner, file)
    except _DAMAGE as error:
        raise ImportFailed(f"{archive} cannot be unpacked ({error})") from None


def _plain(archive: Path, zipped: zipfile.ZipFile, part: Path, own: set[str]) -> Iterator[zipfile.ZipInfo]:
    """The members of a zip, each looked at (:func:`_checked`)."""
    for member in _checked(archive, part, own, ((m, m.filename, m.file_size) for m in zipped.infolist())):
        if member.flag_bits & 1:
            raise ImportFailed(
                f"{archive} is encrypted (its member {member.filename!r} asks for a password); unpack it by hand and "
                "name that folder"
            )
        yield member


def _unzip(archive: Path, part: Path, own: set[str]) -> None:
    with zipfile.ZipFile(archive) as zipped:
        for _ in _plain(archive, zipped, part, own):
            pass
        zipped.extractall(part)  # noqa: S202 - every member was checked


def _untar(archive: Path, part: Path, own: set[str]) -> None:
    with tarfile.open(archive) as tarred:
        members = list(_checked(archive, part, own, ((m, m.name, m.size) for m in tarred)))
        if hasattr(tarfile, "data_filter"):
            tarred.extractall(part, filter="data")
            return
        # Python before 3.11.4 cannot tell a link that stays inside from one that does not.
        odd = next((member for member in members if not (member.isreg() or member.isdir())), None)
        if odd is not None:
            raise tarfile.ExtractError(f"its member {odd.name!r} is a link or a device")
        tarred.extractall(part)  # noqa: S202 - every member was checked


def _checked(archive: Path, part: Path, own: set[str], members: Iterable[tuple[T, str, int]]) -> Iterator[T]:
    """The members, each looked at before the next one is read. Raises :class:`ImportFailed`."""
    size, here, free = archive.stat().st_size, part.resolve(), shutil.disk_usage(part).free
    most = max(SMALL, MOST_TIMES * size)
    total = 0
    for count, (member, name, length) in enumerate(members, 1):
        place = (part / name).resolve()
        if not place.is_relative_to(here):
            raise ImportFailed(f"{archive} cannot be unpacked: its member {name!r} would land outside")
        if place.relative_to(here).parts[:1] and place.relative_to(here).parts[0] in own:
            raise ImportFailed(f"{archive} cannot be unpacked: its member {name!r} would take the archive's place")
        total += length
        if total > most or count > MOST_MEMBERS:
            raise ImportFailed(
                f"{archive} has {size:,} bytes and unpacks to more than {min(total, most):,} in {count:,} files, which "
                "no release of sounds does; not unpacked. If it is what it should be, unpack it by hand"
            )
        if total > free:
            raise ImportFailed(f"{archive} unpacks to more than the {free:,} bytes that are free in {part.parent}")
        yield member


def _move(entry: Path, target: Path) -> None:
    """Move a file or a folder to its place; a folder that is there already takes in what is new."""
    if entry.is_dir() and target.is_dir():
        for inner in entry.iterdir():
            _move(inner, target / inner.name)
    else:
        entry.replace(target)
