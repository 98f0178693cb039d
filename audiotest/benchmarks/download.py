"""Getting a release from the hub: a revision, its files, its archives unpacked; what is there already is kept.

``huggingface_hub`` does the transfer: it resumes what was cut off, checks sizes and hashes and shows progress. A branch
name is resolved to its commit first, and the commit is written into the case files, so a run says which data it had.
"""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from pathlib import Path

from msgspec import Struct

from audiotest.benchmarks.importing import ImportFailed
from audiotest.resources import cache_dir


class Hub(Struct, frozen=True):
    """A release on the hub: the dataset's ``repo``, the ``files`` that an import reads and the ``audio`` (patterns).

    Archives among the audio are unpacked beside the files.
    """

    repo: str
    files: tuple[str, ...]
    audio: tuple[str, ...] = ()


def download(
    hub: Hub, *, revision: str | None = None, audio: bool = True, into: Path | None = None
) -> tuple[Path, str]:
    """(folder, commit) of the release, fetched if it is not there whole.

    Raises :class:`ImportFailed` in words: offline, no such revision, access not granted, an archive that is damaged.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    patterns = [*hub.files, *(hub.audio if audio else ())]
    try:
        commit = HfApi().dataset_info(hub.repo, revision=revision).sha or str(revision)
        folder = cache_dir() / "downloads" / hub.repo.replace("/", "--") / commit
        snapshot_download(hub.repo, repo_type="dataset", revision=commit, allow_patterns=patterns, local_dir=folder)
    except GatedRepoError:
        raise ImportFailed(
            f"{hub.repo} asks for its terms to be accepted: do so on https://huggingface.co/datasets/{hub.repo}, then "
            "set HF_TOKEN (or run `hf auth login`)"
        ) from None
    except RevisionNotFoundError:
        raise ImportFailed(f"{hub.repo} has no revision {revision!r}") from None
    except RepositoryNotFoundError:
        raise ImportFailed(f"there is no dataset {hub.repo} on the hub, or it is private (then set HF_TOKEN)") from None
    except Exception as error:  # which ones come depends on the HTTP library that this huggingface_hub uses
        reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0][:200]}"
        raise ImportFailed(
            f"cannot fetch {hub.repo} from the hub ({reason}); offline? Import from a local copy instead: audiotest "
            "import BENCHMARK FOLDER. What was fetched is kept."
        ) from None
    for pattern in hub.audio if audio else ():
        for path in sorted(folder.glob(pattern)):
            unpack(path, folder)
    return folder, commit


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a ``.zip`` or ``.tar`` (``.gz``, ...) into ``folder`` once; other files are left alone.

    Members that would land outside ``folder``, links out of it and device files are refused. Raises
    :class:`ImportFailed` for those and for an archive that is damaged.
    """
    done = archive.with_name(f"{archive.name}.unpacked")
    if not archive.is_file() or done.exists() or not (zipfile.is_zipfile(archive) or archive.name.count(".tar")):
        return
    part = folder / f".{archive.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as zipped:
                for member in zipped.namelist():
                    if not (part / member).resolve().is_relative_to(part.resolve()):
                        raise ImportFailed(f"{archive}: the member {member!r} would land outside; not unpacked")
                zipped.extractall(part)  # noqa: S202 - every member was checked
        else:
            with tarfile.open(archive) as tarred:
                tarred.extractall(part, filter="data")
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise ImportFailed(f"{archive} cannot be unpacked ({error}); delete it and download again") from None
    for entry in part.iterdir():
        _move(entry, folder / entry.name)
    shutil.rmtree(part)
    done.touch()


def _move(entry: Path, target: Path) -> None:
    """Move a file or a folder to its place; a folder that is there already takes in what is new."""
    if entry.is_dir() and target.is_dir():
        for inner in entry.iterdir():
            _move(inner, target / inner.name)
    else:
        entry.replace(target)
