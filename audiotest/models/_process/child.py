"""One child process: started, spoken to in lines of JSON, listened to, and ended."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from audiotest.errors import AudiotestError
from audiotest.models.protocol import Unavailable

PROTOCOL = 1
_STDERR_BYTES = 4000
_PATIENCE_S = 1.0


class ChildGone(AudiotestError):
    """The process ended or broke the protocol; says with what status, and the end of what it wrote to stderr."""


class ChildSilent(AudiotestError):
    """Nothing came within the time that was given."""


class NotStarted(ChildGone, Unavailable):
    """The process did not come up: it cannot be started, it ended, or it never said hello."""


class Child:
    """A running process. Its stdout carries the protocol and nothing else; its stderr is kept for failure texts.

    Writing and reading have a thread each, so neither side can keep the other waiting. Raises :class:`NotStarted`.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._program = command[0]
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's own command
                list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
            )
        except (OSError, ValueError) as error:
            self._errors.close()
            raise NotStarted(f"{command[0]} cannot be started: {error}") from None
        self.batches = True
        self._lock = threading.Lock()
        self._incoming: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._sink: Callable[[bytes], object] = self._incoming.put
        for work in (self._read, self._write):
            threading.Thread(target=work, name="audiotest-child", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def greet(self, timeout: float, options: Mapping[str, str]) -> None:
        """Wait until it says hello, and whether it answers in batches. Raises :class:`NotStarted`; the process
        is ended then."""
        try:
            self.send({"audiotest": PROTOCOL, "options": dict(options)})
            hello = self.message(self._incoming.get(timeout=timeout))
            if hello.get("audiotest") != PROTOCOL:
                version = hello.get("audiotest")
                raise ChildGone(f"{self._program} speaks version {version!r} of the protocol, not {PROTOCOL}")
        except queue.Empty:
            silent = f"nothing came for {timeout:g} s{self._stderr()}"
            self.kill()
            raise NotStarted(silent) from None
        except ChildGone as error:
            self.kill()
            raise NotStarted(str(error)) from None
        except BaseException:  # an interruption too
            self.kill()
            raise
        # An older bridge, which does not report this, may answer in batches: whole ones do it no harm.
        self.batches = bool(hello.get("batches", True))

    def listen(self, sink: Callable[[bytes], object] | None = None) -> None:
        """Hand each line, and ``b""`` at the end, to ``sink`` from now on; without one, keep them for later."""
        with self._lock:
            self._sink = sink or self._incoming.put
            while sink is not None and not self._incoming.empty():
                sink(self._incoming.get())

    def send(self, message: Mapping[str, Any]) -> None:
        """Have one line written. That the process has gone shows in what is read."""
        self._outgoing.put(json.dumps(message).encode() + b"\n")

    def message(self, line: bytes) -> dict[str, Any]:
        """The message in a line. Raises :class:`ChildGone` at the end of the output, and for a line without one."""
        if not line:
            raise ChildGone(self._last_words())
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise ChildGone(
                f"a line that is no JSON came: {line[:200]!r}; only the bridge may write to stdout"
            ) from None
        if not isinstance(message, dict):
            raise ChildGone(f"expected an object, {line[:200]!r} came")
        return message

    def silent(self, seconds: float) -> ChildSilent:
        """The error for a process from which nothing came for so long."""
        return ChildSilent(f"nothing came for {seconds:g} s{self._stderr()}")

    def end(self, patience: float = 5.0) -> None:
        """Ask it to end, and end it if it does not."""
        self.send({"bye": True})
        self._outgoing.put(None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._outgoing.put(None)
        with contextlib.suppress(subprocess.TimeoutExpired):  # one that a driver holds on to ends when that lets go
            self._process.wait(_PATIENCE_S)
        self._errors.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._hand_on(line)
        self._hand_on(b"")

    def _hand_on(self, line: bytes) -> None:
        with self._lock:
            self._sink(line)

    def _write(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError), self._process.stdin as pipe:
            while (line := self._outgoing.get()) is not None:
                pipe.write(line)
                pipe.flush()

    def _last_words(self) -> str:
        try:
            status = self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            return f"the process closed its output{self._stderr()}"
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return f"the process {how}{self._stderr()}"

    def _stderr(self) -> str:
        try:
            self._errors.seek(0, 2)
            self._errors.seek(max(0, self._errors.tell() - _STDERR_BYTES))
            text = self._errors.read().decode(errors="replace").strip()
        except ValueError:
            return ""
        return f"; its last words:\n{text}" if text else ""


def write_sounds(folder: Path, number: int, sounds: Sequence[bytes]) -> list[Path]:
    """WAV files of a request, in ``folder``."""
    paths = [folder / f"{number}-{i}.wav" for i in range(len(sounds))]
    for path, data in zip(paths, sounds, strict=True):
        path.write_bytes(data)
    return paths
