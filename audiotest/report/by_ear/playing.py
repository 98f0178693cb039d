"""Playing a sound from a terminal, by whichever player is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_PLAYERS = (
    ("play", "-q"),  # SoX
    ("aplay", "-q"),  # ALSA
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("afplay",),  # macOS
)


def player() -> tuple[str, ...]:
    """The command of the first player that is installed, without the file; () where there is none."""
    return next(((program, *words[1:]) for words in _PLAYERS if (program := shutil.which(words[0]))), ())


def play(command: tuple[str, ...], path: Path) -> str:
    """Play a file to its end, or until Ctrl-C; returns why it could not be played, "" if it was."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with a file of ours
            [*command, str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except KeyboardInterrupt:
        return ""
    except OSError as error:
        return f"{command[0]} does not start: {error.strerror or error}"
    if not done.returncode:
        return ""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return f"{Path(command[0]).name} cannot play it: {lines[-1] if lines else f'status {done.returncode}'}"
