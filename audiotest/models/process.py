"""``process:COMMAND``: a model in a process and an environment of its own, spoken to in lines of JSON.

For models that cannot share an environment with transformers 5: Qwen-Audio-Chat, LTU, MU-LLaMA and others. The
other side is a small script on top of ``bridges/audiotest_bridge.py``, one file without dependencies;
docs/bridges.md has the protocol. Sounds go as WAV files (32-bit float), or as base64 with ``audio=base64``.

A request that the model cannot answer costs itself only. A process that dies is started again: what it had answered
is kept, the rest is asked again, and a request with which it dies twice is an error that names it.

Options
    ``start_timeout``  seconds until the process has said hello (600)
    ``timeout``        seconds between two replies (600)
    ``audio``          ``path`` (default) or ``base64``
    ``batch_size``     requests that the process is given at once (8)
    ``sample_rate``, ``channels``, ``clips``, ``max_seconds``  what the model takes
    ``python``         runs the command in the place of its first word: a card's script in your environment
    any other option   is handed to the process in its first line
"""

from __future__ import annotations

import base64
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from audiotest.audio.decode import wav_bytes
from audiotest.errors import AudiotestError
from audiotest.models._files import state_of
from audiotest.models._options import read
from audiotest.models._process.child import Child, ChildGone, ChildSilent, write_sounds
from audiotest.models.protocol import Unsupported
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


class ItemFailed(AudiotestError):
    """What the other side said of one request instead of a reply."""


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
        )
        self._child: Child | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._sent = 0

    def load(self) -> None:
        """Start the process and wait until it says hello. Raises :class:`ChildGone` or :class:`ChildSilent`."""
        self._folder = tempfile.TemporaryDirectory(prefix="audiotest-")
        self._start()

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """Replies in order; each is taken as it comes."""
        found: dict[int, Reply | Exception] = {}
        suspect: int | None = None
        while len(found) < len(requests):
            waiting = [i for i in range(len(requests)) if i not in found]
            batch = [suspect] if suspect is not None else waiting
            try:
                self._ask(requests, batch, found)
                suspect = None
            except KeyboardInterrupt:
                raise
            except (ChildGone, ChildSilent) as error:
                self._drop()
                first = next((i for i in batch if i not in found), None)
                if first is not None and (first == suspect or isinstance(error, ChildSilent)):
                    found[first] = ItemFailed(f"{requests[first].case}: {error}")
                    suspect = None
                else:
                    suspect = first
        return [found[i] for i in range(len(requests))]

    def close(self) -> None:
        """Let the process end."""
        if self._child is not None:
            self._child.end()
            self._child = None
        if self._folder is not None:
            self._folder.cleanup()

    def _start(self) -> Child:
        self._child = Child(self.command, start_timeout=self.own.start_timeout, options=self.handed)
        return self._child

    def _drop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _ask(self, requests: Sequence[Request], batch: list[int], found: dict[int, Reply | Exception]) -> None:
        child = self._child or self._start()
        self._sent += 1
        child.send({"batch": self._sent, "requests": [self._message(requests[i], i) for i in batch]})
        for _ in batch:
            message = child.receive(self.own.timeout)
            index = message.get("index")
            if message.get("batch") != self._sent or index not in batch or index in found:
                raise ChildGone(f"a reply to something that was not asked came: {str(message)[:200]}")
            found[index] = _reply(message)

    def _message(self, request: Request, index: int) -> dict[str, Any]:
        sounds = [wav_bytes(clip) for clip in request.audio]
        assert self._folder is not None
        audio: list[Any] = (
            [base64.b64encode(data).decode() for data in sounds]
            if self.own.audio == "base64"
            else write_sounds(Path(self._folder.name), index, sounds)
        )
        return {
            "index": index,
            "case": request.case,
            "prompt": request.prompt,
            "audio": audio,
            "seed": request.seed,
            "generation": msgspec.to_builtins(request.generation),
        }


def _reply(message: Mapping[str, Any]) -> Reply | Exception:
    if "unsupported" in message:
        return Unsupported(str(message["unsupported"]))
    if "error" in message or not isinstance(message.get("text"), str):
        return ItemFailed(str(message.get("error", f"no `text` in {str(message)[:200]}")))
    details = message.get("details") or {}
    if not isinstance(details, dict):
        return ItemFailed(f"`details` is an object, not {str(details)[:200]}")
    return Reply(message["text"], details=details)


def open_model(argument: str | None, options: Mapping[str, Any]) -> Process:
    """``process:COMMAND``; raises ValueError for options with values unfit for them."""
    if not argument:
        raise ValueError('process needs a command: --model "process:python bridges/my_model.py"')
    names = set(Settings.__struct_fields__)
    own = read(Settings, "process", {k: v for k, v in options.items() if k in names})
    if own.audio not in ("path", "base64"):
        raise ValueError(f"`audio` is path or base64, not {own.audio!r}")
    return Process(argument, own, {k: str(v) for k, v in options.items() if k not in names})
