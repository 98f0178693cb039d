"""Stands in for the interpreter: has ``server.py`` fork. Arguments or settings that a fork cannot have go to the real one.

REAL and SOCKET are put in by the fixture ``forked``, as is a first line with the interpreter. Named as a command of the
real interpreter's folder, such as pytest, it runs that one.
"""

import contextlib
import os
import signal
import socket
import sys

REAL, SOCKET = "@REAL@", "@SOCKET@"


def main():
    folder, name = os.path.split(sys.argv[0])
    rest, flags = sys.argv[1:], set()
    if name != "python":  # a command of the real interpreter's folder
        rest.insert(0, os.path.join(os.path.dirname(REAL), name))
    while rest and rest[0] in ("-u", "-B"):
        flags.add(rest.pop(0))
    if rest and rest[0].startswith("-m") and len(rest[0]) > 2:
        rest[:1] = ["-m", rest[0][2:]]
    settings = {name for name in os.environ if name.startswith("PYTHON")}
    known = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHON_COLORS"}
    if not rest or (rest[0].startswith("-") and rest[0] not in ("-m", "-c")) or settings - known:
        os.execv(REAL, [REAL, *(rest if name != "python" else sys.argv[1:])])
    import json

    task = {
        "arguments": rest, "unbuffered": "-u" in flags or "PYTHONUNBUFFERED" in os.environ, "no_bytecode": "-B" in flags,
        "folder": os.getcwd(), "environment": dict(os.environ), "group": os.getpgrp(), "client": os.path.join(folder, "python"),
    }  # fmt: skip
    data = json.dumps(task).encode()
    server = socket.socket(socket.AF_UNIX)
    server.connect(SOCKET)
    socket.send_fds(server, [b"%d\n" % len(data)], [0, 1, 2])
    server.sendall(data)
    answers = server.makefile()
    pid = int(answers.readline())

    def forward(number, _frame):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, forward)
    status = int(answers.readline() or -signal.SIGKILL)
    if status < 0:
        signal.signal(-status, signal.SIG_DFL) if -status not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -status)
    os._exit(status)


main()
