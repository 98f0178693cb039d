"""Getting a release from the hub: a revision, its files, its archives unpacked; what is there already is kept.

``huggingface_hub`` does the transfer: it resumes what was cut off, checks sizes and hashes and shows progress. A branch
name is resolved to its commit first, and the commit is written into the case files, so a run says which data it had.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from audiotest.benchmarks.archives import unpack as unpack
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
