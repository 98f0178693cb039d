"""Where a suite's table is: a file, a folder, a glob, several of these, or a data set on the Hugging Face hub.

``hf://ORG/NAME@REVISION`` is a data set's repository (``hf://ORG/NAME@REVISION/data/*.parquet``: these files of it).
Its files come through ``huggingface_hub`` and stay in its cache, so the hub is asked once for each revision. Which
files are a split's is what the data set's card says (``configs``), else what their names say; where there is no table
among them, it is the hub's own conversion to Parquet.

The suites that come with audiotest, and all others with a key ``import``, ask the hub only on request, by
``audiotest import NAME --download`` or ``AUDIOTEST_FETCH=1``: until then they have no cases.

Files come from below the suite's folder, or from where ``--audio-root`` allows, as sounds do
(:mod:`audiotest.declare.audio_roots`).
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from glob import has_magic
from pathlib import Path
from typing import Any

from msgspec import Struct

from audiotest.declare.audio_roots import Reach
from audiotest.declare.data.tables import FOLDER_TABLES, NotHere, Table, TableError
from audiotest.registry import unknown

_HUB = re.compile(r"^hf://(?:datasets/)?([\w.-]+/[\w.-]+)(?:@([\w./-]*?[\w-]))?(?:/([^@]+))?$")
_FORMATS = (".parquet", ".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".tsv", ".json")
_CONVERTED = "refs/convert/parquet"
_SAMPLED = 1 << 20


class Sources(Struct):
    """The tables of a suite, in order; for one of the hub with the commit that they are of."""

    tables: list[Table]
    revision: str = ""
    pinned: bool = True

    def stamp(self) -> str:
        """What changes when a table does, the same on every machine."""
        digest = hashlib.sha256()
        for table in self.tables:
            digest.update(f"{Path(table.shown).name}\0{_stamp(table.path)}\0".encode())
        return digest.hexdigest()


FETCH = "AUDIOTEST_FETCH"


def may_fetch(import_command: str) -> bool:
    """Whether a suite may ask the hub for its tables: not where a command brings them, unless the person who runs it
    says so."""
    return not import_command or os.environ.get(FETCH, "") not in ("", "0")


def find(data: Mapping[str, Any], folder: Path, *, fetch: bool = True) -> Sources:
    """The tables that ``data`` of a suite in ``folder`` names. Without ``fetch`` the hub is not asked: what its cache
    holds is what there is.

    Raises :class:`TableError`, and :class:`NotHere` for what is not on this machine.
    """
    written = data.get("source") or []
    every = [written] if isinstance(written, str) else [one for one in written if one is not None]
    sources = Sources([])
    for one in every:
        if one.startswith("hf://"):
            from_hub = _of_hub(one, str(data.get("config") or ""), str(data.get("split") or ""), fetch)
            sources.tables += from_hub.tables
            sources.revision, sources.pinned = from_hub.revision, sources.pinned and from_hub.pinned
        else:
            sources.tables += _local(one, folder, str(data.get("split") or ""))
    return sources


def data_stamp(data: Mapping[str, Any], folder: Path, *, fetch: bool = True) -> str:
    """What changes when the tables that ``data`` names do; "" where they cannot be found."""
    try:
        return find(data, folder, fetch=fetch).stamp()
    except TableError:
        return ""


def _local(written: str, folder: Path, split: str) -> list[Table]:
    reach = Reach(folder)
    # Before anything is looked for; a wildcard can still match a link, or have `..` behind it.
    literal = os.path.dirname(re.split(r"[*?[]", written, maxsplit=1)[0]) if has_magic(written) else written
    _require(reach, literal)
    tables = _tables(written, folder, split)
    for table in tables:
        _require(reach, table.shown)
        for name in FOLDER_TABLES if table.format == "folder" else ():
            _require(reach, f"{table.shown}/{name}")
    return tables


def _require(reach: Reach, written: str) -> None:
    """Raise :class:`TableError` for a path out of reach."""
    if refusal := reach.refusal(written):
        raise TableError(refusal)


def _tables(written: str, folder: Path, split: str) -> list[Table]:
    path = Path(written)
    if has_magic(written):
        base = Path(path.anchor) if path.is_absolute() else folder
        matches = sorted(base.glob(str(path.relative_to(base)) if path.is_absolute() else written))
        if not matches:
            raise NotHere(f"no file matches {written!r} in {folder}")
        # Named as they are written: from the suite's folder, or in full.
        return [Table(match, str(match if path.is_absolute() else match.relative_to(base))) for match in matches]
    place = folder / path
    if not place.exists():
        near = sorted(p.name for p in place.parent.glob("*")) if place.parent.is_dir() else []
        raise NotHere(unknown("file", written, near) if near else f"there is no {place}")
    if place.is_dir():
        inner = sorted(p for p in place.rglob("*") if p.name.endswith((".parquet",)) and p.is_file())
        if inner:
            names = of_split([p.relative_to(place).as_posix() for p in inner], split)
            return [Table(place / name, f"{written.rstrip('/')}/{name}") for name in names]
    return [Table(place, written)]


def of_split(names: Sequence[str], split: str) -> list[str]:
    """Those of files that are of a split by their names (``data/test-00000-of-00002.parquet``, ``test/0.parquet``); all
    where ``split`` is "". Raises :class:`TableError` for a split that none is of."""
    if not split:
        return list(names)
    mark = re.compile(rf"(?:^|[/_.-]){re.escape(split)}(?:[/_.-]|$)")
    matching = [name for name in names if mark.search(name)]
    if not matching:
        raise TableError(f"no file is of the split {split!r} by its name: {', '.join(names[:10])}")
    return matching


@lru_cache(maxsize=4096)
def _content(path: str, size: int, time_ns: int) -> str:
    """SHA-256 of a file, of a large one of its size, its first and its last MiB."""
    digest = hashlib.sha256(str(size).encode())
    with open(path, "rb") as file:
        if size <= 64 * _SAMPLED:
            digest.update(file.read())
        else:
            digest.update(file.read(_SAMPLED))
            file.seek(-_SAMPLED, os.SEEK_END)
            digest.update(file.read())
    return digest.hexdigest()


def _stamp(path: Path) -> str:
    try:
        if path.is_dir():
            entries = sorted(p for p in path.rglob("*") if p.is_file())
            names = "\0".join(f"{p.relative_to(path).as_posix()} {p.stat().st_size}" for p in entries)
            return hashlib.sha256(names.encode()).hexdigest()
        about = path.stat()
        return _content(str(path), about.st_size, about.st_mtime_ns)
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error}") from None


# -- the hub ---------------------------------------------------------------------------------------------------


def _of_hub(written: str, config: str, split: str, fetch: bool) -> Sources:
    match = _HUB.match(written)
    if match is None:
        raise TableError(f"{written!r} is no data set on the hub: write `hf://ORG/NAME@REVISION`")
    name, revision, inner = match.groups()
    try:
        if not fetch:
            return _kept(name, revision or None, inner or "", config, split)
        return _fetched(name, revision or None, inner or "", config, split)
    except TableError as error:
        raise type(error)(f"{written}: {error}") from None


def _kept(name: str, revision: str | None, inner: str, config: str, split: str) -> Sources:
    """What the hub's cache holds: of a revision that is not pinned the commit that was fetched last. Raises
    :class:`NotHere`."""
    commit = revision if _is_commit(revision) else _fetched_commit(name, revision or "main")
    for one in (commit, _fetched_commit(name, _CONVERTED)):
        tables = _from_cache(name, one, inner, config, split)
        if tables is not None:
            return Sources(tables, commit or str(one), pinned=True)
    raise NotHere("it is not in the cache of the hub")


def _fetched(name: str, revision: str | None, inner: str, config: str, split: str) -> Sources:
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    command = f"hf download --repo-type dataset {name}" + (f" --revision {revision}" if revision else "")
    try:
        return _from_repository(name, revision, inner, config, split)
    except TableError:
        raise
    except HFValidationError as error:
        raise TableError(str(error)) from None
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", None)
        if status in (401, 403):
            raise TableError("it is private or gated: accept its terms, and log in with `hf auth login`") from None
        if status == 404:
            raise TableError("there is no such data set or revision on the hub") from None
        raise TableError(f"the hub answers {status}: {error}") from None
    except Exception as error:  # no network shows as an error of whatever library asked
        raise NotHere(f"the hub cannot be reached ({type(error).__name__}), and it is not in the cache; where there "
                      f"is a network: {command}") from None  # fmt: skip


def _from_repository(name: str, revision: str | None, inner: str, config: str, split: str) -> Sources:
    kept = _from_cache(name, revision, inner, config, split)
    if kept is not None:
        return Sources(kept, str(revision))
    from huggingface_hub import HfApi, hf_hub_download

    about = HfApi().dataset_info(name, revision=revision)
    files = [str(one.rfilename) for one in about.siblings or ()]
    card = (
        _card(hf_hub_download(name, "README.md", repo_type="dataset", revision=about.sha))
        if "README.md" in files
        else {}
    )
    chosen = chosen_files(files, card, inner, config, split)
    commit, branch = about.sha, revision or "main"
    if not chosen and not inner:
        converted = HfApi().dataset_info(name, revision=_CONVERTED)
        chosen = chosen_files([str(one.rfilename) for one in converted.siblings or ()], {}, "", config, split)
        commit, branch = converted.sha, _CONVERTED
    if not chosen:
        raise TableError(f"no table among its files; name them: `hf://{name}/PATH` ({', '.join(files[:10])})")
    paths = [hf_hub_download(name, file, repo_type="dataset", revision=commit) for file in chosen]
    tables = [Table(Path(path), f"hf://{name}/{file}") for path, file in zip(paths, chosen, strict=True)]
    _note_commit(name, branch, commit or "")
    return Sources(tables, about.sha or "", pinned=_is_commit(revision))


def _of_cache(name: str, *inner: str) -> Path:
    """A path in the hub's cache of a data set."""
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE, f"datasets--{name.replace('/', '--')}", *inner)


def _fetched_commit(name: str, branch: str) -> str | None:
    """The commit that ``branch`` had when it was fetched last, as the hub's cache notes it."""
    try:
        return _of_cache(name, "refs", *branch.split("/")).read_text(encoding="utf-8").strip()
    except OSError:
        return None


def _note_commit(name: str, branch: str, commit: str) -> None:
    """Note, where the hub's own client does, which commit a branch had: once all of its files are here."""
    if _is_commit(branch):
        return
    note = _of_cache(name, "refs", *branch.split("/"))
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(commit, encoding="utf-8")


def _from_cache(name: str, revision: str | None, inner: str, config: str, split: str) -> list[Table] | None:
    """The tables of a commit that is in the hub's cache whole, so that no network is needed."""
    if not _is_commit(revision):
        return None
    snapshot = _of_cache(name, "snapshots", str(revision))
    files = (
        [p.relative_to(snapshot).as_posix() for p in snapshot.rglob("*") if p.is_file()] if snapshot.is_dir() else []
    )
    card = _card(str(snapshot / "README.md")) if "README.md" in files else {}
    try:
        chosen = chosen_files(files, card, inner, config, split)
    except TableError:
        return None
    # A set of parts is whole where its names say how many there are, and all of these are here.
    counts = {int(m.group(1)) for file in chosen if (m := re.search(r"-of-(\d+)", file))}
    if not chosen or (counts and counts != {len(chosen)}):
        return None
    return [Table(snapshot / file, f"hf://{name}/{file}") for file in chosen]


def chosen_files(files: Sequence[str], card: Mapping[str, Any], inner: str, config: str, split: str) -> list[str]:
    """The tables among a repository's ``files``: those that match ``inner``, that its card gives for the configuration
    and split, or that are of them by their names. Raises :class:`TableError`."""
    tables = sorted(file for file in files if file.endswith(_FORMATS))
    if inner:
        return [file for file in tables if fnmatch.fnmatch(file, inner)]
    declared = [one for one in card.get("configs") or () if isinstance(one, dict) and one.get("data_files")]
    if declared:
        names = [str(one.get("config_name", "default")) for one in declared]
        if config and config not in names:
            raise TableError(unknown("configuration", config, names))
        if not config and len(declared) > 1 and "default" not in names:
            raise TableError(f"it has several configurations; name one as `config:` ({', '.join(names)})")
        wanted = config or ("default" if "default" in names else names[0])
        return _declared(
            tables, next(one for one in declared if str(one.get("config_name", "default")) == wanted), split
        )
    if config:
        tables = [file for file in tables if file.split("/")[0] == config]
    kinds = [kind for kind in _FORMATS if any(file.endswith(kind) for file in tables)]
    return of_split([file for file in tables if file.endswith(kinds[0])], split) if kinds else []


def _declared(tables: Iterable[str], config: Mapping[str, Any], split: str) -> list[str]:
    rows = config["data_files"]
    rows = rows if isinstance(rows, list) else [rows]
    splits = [str(row.get("split", "train")) for row in rows if isinstance(row, dict)]
    if split and splits and split not in splits:
        raise TableError(unknown("split", split, splits))
    if not split and len(set(splits)) > 1:
        raise TableError(f"it has several splits; name one as `split:` ({', '.join(splits)})")
    patterns: list[str] = []
    for row in rows:
        if isinstance(row, str):
            patterns.append(row)
        elif not split or str(row.get("split", "train")) == split:
            path = row.get("path")
            patterns += path if isinstance(path, list) else [path]
    return [file for file in tables if any(fnmatch.fnmatch(file, str(pattern)) for pattern in patterns)]


def _card(path: str) -> dict[str, Any]:
    """The settings at the head of a data set's README."""
    import yaml

    text = Path(path).read_text(encoding="utf-8", errors="replace")
    head = re.match(r"^---\n(.*?)\n---", text, re.DOTALL)
    try:
        data = yaml.safe_load(head.group(1)) if head else {}
    except yaml.YAMLError:
        data = {}
    return data if isinstance(data, dict) else {}


def _is_commit(revision: str | None) -> bool:
    return re.fullmatch(r"[0-9a-f]{40}", revision or "") is not None
