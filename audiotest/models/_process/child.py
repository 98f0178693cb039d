"""One child process: started, spoken to in lines of JSON, listened to with a timeout, and ended."""

from __future__ import annotations

import json
import queue
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from audiotest.errors import AudiotestError

PROTOCOL = 1
_TOLD = 4000


class ChildGone(AudiotestError):
    """The process ended or closed its output; says with what status, and the end of what it wrote to stderr."""


class ChildSilent(AudiotestError):
    """Nothing came within the time that was given."""


class Child:
    """A running process. Its stdout carries the protocol and nothing else; its stderr is kept for failure texts."""

    def __init__(self, command: Sequence[str], *, start_timeout: float, options: Mapping[str, str]) -> None:
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own command
                list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
            )
        except OSError as error:
            raise ChildGone(f"{command[0]} cannot be started: {error}") from None
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self._greet(command[0], start_timeout, options)
        except BaseException:  # an interruption too: nobody else knows of the process yet
            self.kill()
            self._errors.close()
            raise

    def _greet(self, program: str, timeout: float, options: Mapping[str, str]) -> None:
        self.send({"audiotest": PROTOCOL, "options": dict(options)})
        hello = self.receive(timeout)
        if hello.get("audiotest") != PROTOCOL:
            raise ChildGone(f"{program} speaks version {hello.get('audiotest')!r} of the protocol, not {PROTOCOL}")

    def send(self, message: Mapping[str, Any]) -> None:
        """Write one line. Raises :class:`ChildGone`."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            raise ChildGone(self._last_words()) from None

    def receive(self, timeout: float) -> dict[str, Any]:
        """The next message. Raises :class:`ChildGone` or :class:`ChildSilent`."""
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise ChildSilent(f"nothing came for {timeout:g} s{self._told()}") from None
        if not line:
            raise ChildGone(self._last_words())
        try:
            message = json.loads(line)
        except ValueError:
            raise ChildGone(
                f"a line that is no JSON came: {line[:200]!r}; only the bridge may write to stdout"
            ) from None
        if not isinstance(message, dict):
            raise ChildGone(f"expected an object, {line[:200]!r} came")
        return message

    def end(self, patience: float = 5.0) -> None:
        """Ask it to end, and end it if it does not."""
        try:
            self.send({"bye": True})
            self._process.wait(patience)
        except (ChildGone, subprocess.TimeoutExpired):
            self.kill()
        self._errors.close()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def _last_words(self) -> str:
        try:
            status = self._process.wait(2)
        except subprocess.TimeoutExpired:
            return f"the process closed its output{self._told()}"
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return f"the process {how}{self._told()}"

    def _told(self) -> str:
        try:
            self._errors.seek(0, 2)
            self._errors.seek(max(0, self._errors.tell() - _TOLD))
            text = self._errors.read().decode(errors="replace").strip()
        except ValueError:
            return ""
        return f"; its last words:\n{text}" if text else ""


def write_sounds(folder: Path, number: int, sounds: Sequence[bytes]) -> list[str]:
    """WAV files of a request, in ``folder``; their paths."""
    paths = []
    for i, data in enumerate(sounds):
        path = folder / f"{number}-{i}.wav"
        path.write_bytes(data)
        paths.append(str(path))
    return paths
