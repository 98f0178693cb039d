"""Where a run may be besides in a folder: in a commit of the repository, or in a zip such as a CI artifact. So are
named the baseline of a run, and the runs of ``audiotest report`` and ``audiotest compare``.

===================  ================================================================================================
``DIR``              a folder that ``--results`` wrote
``git:REF:PATH``     the same folder as it is in a commit: ``git:main:baselines/small``; ``./PATH`` starts from here
``FILE.zip``         an archive with one run in it, at any depth; of several ``FILE.zip:PATH`` names one
===================  ================================================================================================

Only a run's two files are taken out, into a temporary folder; nothing of an archive or a commit is executed.
"""

from __future__ import annotations

import os
import posixpath
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audiotest.benchmarks.archives import read_members, zip_members
from audiotest.benchmarks.importing import ImportFailed
from audiotest.run_folder import SUMMARY, TRIALS, RunError

GIT = "git:"
_LFS = b"version https://git-lfs.github.com/spec/"
_SECONDS = 120
_MOST_NAMED = 5


@contextmanager
def baseline_folder(given: str) -> Iterator[Path]:
    """The folder of the run that ``given`` names, which is temporary for what is no folder. Raises
    :class:`~audiotest.runs.RunError` with a sentence for what is not there, or no run."""
    archive, inner = _archive(given)
    if not given.startswith(GIT) and archive is None:
        yield Path(given)
        return
    with tempfile.TemporaryDirectory(prefix="audiotest-baseline-") as folder:
        if archive is not None:
            _from_zip(archive, inner, Path(folder))
        else:
            _from_git(given, Path(folder))
        yield Path(folder)


def _archive(given: str) -> tuple[Path | None, str]:
    """The archive that ``given`` names and the place in it; None where it names none."""
    if given.startswith(GIT) or Path(given).is_dir():
        return None, ""
    path, zipped, inner = given.partition(".zip:")
    if zipped:
        return Path(f"{path}.zip"), inner.strip("/")
    return (Path(given) if given.endswith(".zip") else None), ""


def _from_git(given: str, folder: Path) -> None:
    ref, colon, path = given.removeprefix(GIT).partition(":")
    path = path.rstrip("/")
    if not colon or not ref or not path or ref.startswith("-"):
        raise RunError(f"{given}: a run in a commit is named git:REF:PATH, such as git:main:baselines/small")
    commit = _git(given, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if commit is None:
        raise RunError(
            f"{given}: this repository has no commit {ref!r}; in CI, where a checkout may have but one, "
            f"fetch it first: `git fetch --depth 1 origin {ref}`, and name it git:FETCH_HEAD:{path}"
        )
    for name in (TRIALS, SUMMARY):
        data = _git(given, "cat-file", "blob", f"{commit.decode().strip()}:{path}/{name}")
        if data is None:
            raise RunError(f"{given}: {ref} has no {name} at {path}, so that is no run's folder")
        if data.startswith(_LFS):
            raise RunError(f"{given}: {name} is kept by Git LFS; check it out and give the folder")
        (folder / name).write_bytes(data)


def _git(given: str, *arguments: str) -> bytes | None:
    """What git prints; None where it says no."""
    english = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env=english,
        )
    except FileNotFoundError:
        raise RunError(f"{given}: git is not installed") from None
    except (OSError, subprocess.SubprocessError) as error:
        raise RunError(f"{given}: git does not answer ({error})") from None
    if b"not a git repository" in done.stderr:
        raise RunError(f"{given}: the current folder is in no git repository")
    if b"dubious ownership" in done.stderr:  # in CI, a container whose user is another than the checkout's
        raise RunError(f"{given}: git does not read it: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout if done.returncode == 0 else None


def _from_zip(archive: Path, inner: str, folder: Path) -> None:
    try:
        names = set(zip_members(archive))
        places = sorted(name.removesuffix(TRIALS) for name in names if f"/{name}".endswith(f"/{TRIALS}"))
        places = [place for place in places if f"{place}{SUMMARY}" in names]
        if inner:
            places = [place for place in places if posixpath.normpath(place) == posixpath.normpath(inner)]
        if len(places) != 1:
            raise RunError(_not_one(archive, inner, places))
        read_members(archive, {f"{places[0]}{name}": folder / name for name in (TRIALS, SUMMARY)})
    except ImportFailed as error:
        raise RunError(f"cannot read the run: {error}") from None
    except OSError as error:
        raise RunError(f"cannot read the run {archive}: {error.strerror or error}") from None


def _not_one(archive: Path, inner: str, places: list[str]) -> str:
    if not places:
        where = f" at {inner!r}" if inner else ""
        return f"{archive} holds no run{where}: no folder in it has {TRIALS} and {SUMMARY}"
    some = ", ".join(f"{archive}:{place.rstrip('/') or '.'}" for place in places[:_MOST_NAMED])
    return f"{archive} holds {len(places)} runs: name one, such as {some}"
