"""Runs a server for as long as standard input is open: ``python keeper.py COMMAND...``. Standard library alone.

Whoever started this may be killed at any moment, and then nothing of it is left to end a server that has processes of
its own and holds a GPU. The kernel closes the pipe, though, which is read here. The server is a group of processes of
its own, so Ctrl-C in a terminal does not reach it before audiotest has read the last replies, and all of it ends.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading

PATIENCE_S = 10


def main() -> int:
    """Start the server; end all of it once standard input ends. The status is the server's."""
    server = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: _end(server.pid, signal.SIGTERM))

    def watch() -> None:
        while os.read(0, 4096):
            pass
        _end(server.pid, signal.SIGTERM)
        try:
            server.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            _end(server.pid, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    status = server.wait()
    _end(server.pid, signal.SIGKILL)  # what it has left behind
    return status if status >= 0 else 128 - status


def _end(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(main())
