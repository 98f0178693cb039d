"""Where the sounds of a suite may come from: its own folder, and the folders that the person who runs it names.

A suite can come from elsewhere. What it names as its ``audio_root`` is read and, by a model behind an endpoint, sent
away; so a suite alone cannot name ``/etc`` or ``../..``. Folders outside are allowed with ``--audio-root DIR``, or by
the environment variable ``AUDIOTEST_AUDIO_ROOT`` (several, separated as in ``PATH``). A link *within* the suite's
folder is followed wherever it leads: that is how ``audiotest import --audio DIR`` brings sounds without copying them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "AUDIOTEST_AUDIO_ROOT"


def allowed_roots() -> tuple[Path, ...]:
    """The folders that ``$AUDIOTEST_AUDIO_ROOT`` names, as absolute paths without links."""
    return tuple(
        Path(folder).expanduser().resolve() for folder in os.environ.get(VARIABLE, "").split(os.pathsep) if folder
    )


def refusal(folder: Path, audio_root: str) -> str:
    """Why a suite in ``folder`` may not take its sounds from ``audio_root``; "" if it may."""
    if not audio_root:
        return ""
    home = os.path.abspath(folder)
    wanted = os.path.normpath(os.path.join(home, audio_root))
    inside = wanted == home or wanted.startswith(home.rstrip(os.sep) + os.sep)
    if inside and ".." not in Path(audio_root).parts:
        return ""
    real = Path(os.path.join(home, audio_root)).resolve()
    if any(real.is_relative_to(root) for root in (Path(home).resolve(), *allowed_roots())):
        return ""
    return (
        f"{audio_root!r} leads out of the suite's folder, to {real}; if its sounds may be read, run with "
        f"--audio-root {real}, or set {VARIABLE}"
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
