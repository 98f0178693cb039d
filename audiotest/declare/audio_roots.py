"""What a suite may read: its own folder, and the folders that the person who runs it names.

A suite can come from elsewhere. What it names is read and, by a model behind an endpoint, sent away; so a suite alone
can name neither ``/etc`` nor ``../..``, and a link in its folder does not lead there either. One rule holds for
everything that it names (``audio_root``, sounds, tables, files of cases, the suite that it extends), by where the file
really is. Allowed are

- the suite's folder, and the suites that come with audiotest;
- the folders of ``--audio-root DIR``, or of the environment variable ``AUDIOTEST_AUDIO_ROOT`` (several, separated as in
  ``PATH``). Links that lie there are their owner's and are followed wherever they lead;
- the links that ``audiotest import --audio DIR`` makes, as long as they lead where they led then. They are noted in
  ``links.json`` in the user's configuration folder.

A hard link cannot be told from a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from audiotest.private import make_folder, write_whole
from audiotest.resources import config_dir
from audiotest.resources import folder as shipped_folder

VARIABLE = "AUDIOTEST_AUDIO_ROOT"
_MOST_HOPS = 40
"""Links after links, as Linux has it."""


class Reach:
    """What a suite in ``folder`` may read, as this process and the disk are at the moment."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = os.path.abspath(folder)
        self.home = os.path.realpath(folder)
        self._roots = [os.path.realpath(shipped_folder("suites")), *map(str, allowed_roots())]
        self._links: dict[str, str] | None = None

    def refusal(self, written: str | os.PathLike[str], shown: str = "") -> str:
        """Why the suite may not read ``written``, a path from its folder, whether anything is there or not; "" if it
        may. Messages name it as it is ``shown``."""
        place, linked = self._beyond(os.path.join(self.folder, written))
        if not place:
            return ""
        root = place if os.path.isdir(place) else os.path.dirname(place)
        again = "; if `audiotest import` made the link, import again, and it is noted" if linked else ""
        return (
            f"{(shown or os.fspath(written))!r} leads out of the suite's folder, to {place}; if what is there may be "
            f"read, run with --audio-root {root}, or set {VARIABLE}{again}"
        )

    def is_home(self, place: str) -> bool:
        """Whether ``place``, without links, is in the suite's own folder, whose links are not to be trusted."""
        return _within(place, [self.home])

    def _beyond(self, path: str) -> tuple[str, bool]:
        """(where ``path`` leads to, if that is out of reach, else ""; whether a link of the suite's leads there)."""
        own = path == self.folder or path.startswith(self.folder + os.sep)
        at, rest = (self.home, path[len(self.folder) :].split(os.sep)) if own else (os.sep, path.split(os.sep))
        roots, hops, linked = list(self._roots), 0, False
        while rest:
            part = rest.pop(0)
            here = os.path.dirname(at) if part == ".." else os.path.join(at, part) if part not in ("", ".") else at
            if part in ("", ".", "..") or not os.path.islink(here):
                at = here
                continue
            hops += 1
            if hops > _MOST_HOPS:
                return here, True
            target = os.path.realpath(here)
            if not self.is_home(here):
                if _within(here, roots) and ".." not in rest:
                    return "", False
                at = target
            elif self._noted().get(here) == target:
                roots.append(target)
                at = target
            else:
                linked, text = True, os.readlink(here)
                at, rest = os.sep if os.path.isabs(text) else at, [*text.split(os.sep), *rest]
        return ("", False) if _within(at, [self.home, *roots]) else (at, linked)

    def _noted(self) -> dict[str, str]:
        if self._links is None:
            self._links = noted_links()
        return self._links


def _within(place: str, folders: Iterable[str]) -> bool:
    return any(place == folder or place.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def allowed_roots() -> tuple[Path, ...]:
    """The folders that ``$AUDIOTEST_AUDIO_ROOT`` names, as absolute paths without links."""
    return tuple(
        Path(folder).expanduser().resolve() for folder in os.environ.get(VARIABLE, "").split(os.pathsep) if folder
    )


def allow(folders: Iterable[Path]) -> None:
    """From here on, and in the processes that are started from here on, ``folders`` are allowed as well."""
    given = [str(Path(folder).expanduser().absolute()) for folder in folders]
    if given:
        before = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = os.pathsep.join([*given, *([before] if before else [])])


@contextmanager
def allowing(folders: Iterable[Path]) -> Iterator[None]:
    """Within this context ``folders`` are allowed as well."""
    before = os.environ.get(VARIABLE)
    allow(folders)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before


def _links_file() -> Path:
    return config_dir() / "links.json"


def noted_links() -> dict[str, str]:
    """The links that imports of this user have made, and where each led then, both as absolute paths without links."""
    try:
        return msgspec.json.decode(_links_file().read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def note_link(link: Path) -> None:
    """Note that ``link`` may be followed where it leads now; links that are no longer there are forgotten. Raises
    OSError where nothing can be written, and UnicodeEncodeError for a path that is not UTF-8."""
    import filelock

    name, file = os.path.join(os.path.realpath(link.parent), link.name), _links_file()
    make_folder(file.parent)
    with filelock.FileLock(file.with_name(f".{file.name}.lock"), mode=0o600):  # other imports may run
        kept = {one: target for one, target in noted_links().items() if os.path.islink(one)}
        write_whole(file, msgspec.json.encode({**kept, name: os.path.realpath(link)}))
