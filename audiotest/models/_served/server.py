"""A server of the user's on this machine: started on a free port, waited for, looked at, and ended."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from audiotest.models._served import keeper
from audiotest.models.protocol import Unavailable

_LAST = 240
"""Characters of the log that an error shows; the whole of it stays in its file."""
_POLL_S = 0.1
_END_S = 2.0
_PATIENCE_S = keeper.PATIENCE_S + 5

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past any proxy that the environment names: the server is on this machine."""


class Server:
    """A process that serves at ``url``. ``command(port)`` starts it. Raises :class:`Unavailable` if it cannot be
    started, ends, or is not healthy within ``timeout`` seconds; what it wrote is then kept in a file that the error
    names."""

    def __init__(self, name: str, command: Callable[[int], Sequence[str]], timeout: float) -> None:
        self.name, self.port = name, _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._doubted = False
        with tempfile.NamedTemporaryFile(prefix=f"audiotest-{name}-", suffix=".log", delete=False) as log:
            self.log = Path(log.name)
            self._process = subprocess.Popen(  # noqa: S603 - the user's own program
                [sys.executable, "-I", keeper.__file__, *command(self.port)],
                stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        try:
            self._wait(timeout)
        except BaseException as error:  # an interruption too
            self.end(keep_log=isinstance(error, Unavailable))
            raise

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def has_ended(self) -> bool:
        """Whether it runs no more, asked after it has failed a request: a connection breaks a moment before the
        process is gone, so that the first time this waits for as long as an end takes."""
        if self.alive and not self._doubted:
            self._doubted = True
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_S)
        return not self.alive

    def last_words(self) -> str:
        """With what status it ended, and the last lines that it wrote."""
        status = self._process.poll()
        how = "is not healthy" if status is None else f"ended with status {status}"
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        end = " / ".join(line.strip() for line in lines if line.strip())[-_LAST:]
        return f"{self.name} {how}; its last lines: {end or 'none'} (all of them: {self.log})"

    def get(self, path: str) -> bytes | None:
        """What it answers at ``path``; None where that is nothing, not HTTP, or that there is no such thing."""
        try:
            with _DIRECT.open(f"{self.url}{path}", timeout=5) as answer:
                content: bytes = answer.read()
                return content
        except (OSError, http.client.HTTPException):
            return None

    def version(self, paths: Sequence[str]) -> str:
        """The ``version`` that one of these paths gives; "" if none does."""
        for path in paths:
            with contextlib.suppress(ValueError):
                about = json.loads(self.get(path) or b"null")
                if isinstance(about, dict) and about.get("version"):
                    return str(about["version"])
        return ""

    def end(self, *, keep_log: bool = False) -> None:
        """End it, and all that it has started."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if not keep_log:
            self.log.unlink(missing_ok=True)

    def _wait(self, timeout: float) -> None:
        until = time.monotonic() + timeout
        while self.get("/health") is None:
            if not self.alive:
                raise Unavailable(self.last_words())
            if time.monotonic() > until:
                raise Unavailable(f"after {timeout:g} s {self.last_words()}")
            time.sleep(_POLL_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
