"""``process:COMMAND``: a model in a process and an environment of its own, spoken to in lines of JSON.

For models that cannot share an environment with transformers 5: Qwen-Audio-Chat, LTU, MU-LLaMA and others. The
other side is a small script on top of ``bridges/audiotest_bridge.py``, one file without dependencies;
docs/bridges.md has the protocol. Sounds go as WAV files (32-bit float), or as base64 with ``audio=base64``.

A request that the model cannot answer costs itself only. A process that dies is started again: what it had answered
is kept, the rest is asked again, and a request with which it dies twice is an error.

Options
    ``start_timeout``  seconds until the process has said hello (600)
    ``timeout``        seconds between two replies (600)
    ``audio``          ``path`` (default) or ``base64``
    ``batch_size``     requests that the process is given at once (8)
    ``sample_rate``, ``channels``, ``clips``, ``max_seconds``  what the model takes
    ``turns``          whether it takes conversations: ``turns`` of a request, each with a role and parts, texts and the
                       places of sounds in ``audio`` (false)
    ``python``         runs the command in the place of its first word: a card's script in your environment
    any other option   is handed to the process in its first line
"""

from __future__ import annotations

import base64
import shlex
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from audiotest.audio.decode import wav_bytes
from audiotest.models._exchange import Stoppable
from audiotest.models._files import state_of
from audiotest.models._options import read
from audiotest.models._process.child import Child, NotStarted, write_sounds
from audiotest.models._process.streaming import stream
from audiotest.models.streaming import in_order
from audiotest.types import Needs, Reply, Request

VERSION = 1


class Settings(Struct, frozen=True):
    """See the module's text."""

    start_timeout: float = 600.0
    timeout: float = 600.0
    audio: str = "path"
    batch_size: int = 8
    sample_rate: int = 16000
    channels: int = 1
    clips: int = 0
    max_seconds: float = 0.0
    python: str = ""
    turns: bool = False


class Process:
    """A child process behind the adapter protocol."""

    def __init__(self, command: str, own: Settings, handed: Mapping[str, str]) -> None:
        self.command, self.own, self.handed = shlex.split(command), own, handed
        if own.python:
            self.command[0] = own.python
        self.name = f"process:{command}"
        state = state_of(*(word for word in self.command if Path(word).is_file()))
        self.identity = f"process {VERSION} {command} {sorted(handed.items())}{state}"
        self.batch_size = own.batch_size
        self.needs = Needs(
            sample_rate=own.sample_rate,
            channels=own.channels,
            clips=own.clips or None,
            max_seconds=own.max_seconds or None,
            turns=own.turns,
        )
        self._child: Child | None = None
        self._going_on: set[Stoppable] = set()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def missing(self) -> list[str]:
        """What is not there for it, for `audiotest doctor`: the program, or a script that it is given. The process is
        not started, for that may load a model."""
        program, *words = self.command
        lines = [] if shutil.which(program) else [f"{program}: not a program here"]
        return lines + [f"{word}: no such file" for word in words if word.endswith(".py") and not Path(word).is_file()]

    def load(self) -> None:
        """Start the process and wait until it says hello. Raises
        :class:`audiotest.models._process.child.NotStarted`, which is a
        :class:`audiotest.models.protocol.Unavailable`, with the end of what it wrote to stderr."""
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="audiotest-")
        self.child(lambda: True)

    def stream(self, requests: Iterator[Request]) -> Iterator[tuple[Request, Reply | Exception]]:
        """Each request with its reply, or with its own error, as it comes; the process has ``batch_size`` at once.

        Closing the iterator, or Ctrl-C in it, ends the process if it is at work; the next request starts it again.
        Raises :class:`audiotest.models.protocol.Unavailable` if it cannot be started again after it died.
        """
        return stream(requests, self, self.batch_size, self.own.timeout, self._going_on)

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """Replies in order; an error costs its own request only."""
        return in_order(self.stream(iter(requests)), requests)

    def close(self) -> None:
        """Let the process end, and the streams that are going on."""
        for work in list(self._going_on):
            work.stop()
        child, self._child = self._child, None
        if child is not None:
            child.end()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def child(self, running: Callable[[], bool]) -> Child:
        """The process, started if there is none that lives; see :class:`audiotest.models._process.streaming.Host`."""
        if self._child is not None and self._child.alive:
            return self._child
        self.drop()
        child = self._child = Child(self.command)
        try:
            if not running():
                raise NotStarted("nothing waits for the process any more")
            child.greet(self.own.start_timeout, self.handed)
        except BaseException:
            self.drop()
            raise
        return child

    def drop(self) -> None:
        """End the process, also one that is just starting."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def message(self, request: Request, index: int) -> tuple[dict[str, Any], list[Path]]:
        """``request`` as a message, and the files that its sounds were written to. Raises OSError."""
        sounds = [wav_bytes(clip) for clip in request.audio]
        files: list[Path] = []
        if self.own.audio == "base64":
            audio = [base64.b64encode(data).decode() for data in sounds]
        else:
            self._folder = self._folder or tempfile.TemporaryDirectory(prefix="audiotest-")
            files = write_sounds(Path(self._folder.name), index, sounds)
            audio = [str(path) for path in files]
        return {
            "index": index,
            "case": request.case,
            "prompt": request.prompt,
            "audio": audio,
            "seed": request.seed,
            "generation": msgspec.to_builtins(request.generation),
            **({"turns": msgspec.to_builtins(request.turns)} if request.turns else {}),
        }, files


def open_model(argument: str | None, options: Mapping[str, Any]) -> Process:
    """``process:COMMAND``; raises ValueError for options with values unfit for them."""
    if not argument or not argument.strip():
        raise ValueError('process needs a command: --model "process:python bridges/my_model.py"')
    names = set(Settings.__struct_fields__)
    own = read(Settings, "process", {k: v for k, v in options.items() if k in names})
    if own.audio not in ("path", "base64"):
        raise ValueError(f"`audio` is path or base64, not {own.audio!r}")
    return Process(argument, own, {k: str(v) for k, v in options.items() if k not in names})
