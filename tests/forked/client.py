"""Stands in for the interpreter: has ``server.py`` fork. Arguments or settings that a fork cannot have go to the real one.

REAL and SOCKET are put in by ``forking`` of the tests' conftest.py, as is a first line with the interpreter. Named as a
command of the real interpreter's folder, such as pytest, it runs that one. It is started hundreds of times, so it takes the
modules behind ``socket``, ``signal`` and ``json``, which take as long to import as all the rest of it.
"""

import _signal
import _socket
import array
import marshal
import os
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
    task = {
        "arguments": rest, "unbuffered": "-u" in flags or "PYTHONUNBUFFERED" in os.environ, "no_bytecode": "-B" in flags,
        "folder": os.getcwd(), "environment": dict(os.environ), "group": os.getpgrp(), "client": os.path.join(folder, "python"),
    }  # fmt: skip
    data = marshal.dumps(task)
    server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    server.connect(SOCKET)
    streams = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))
    server.sendmsg([b"%d\n" % len(data)], [streams])
    server.sendall(data)
    answers = os.fdopen(server.detach())
    pid = int(answers.readline())

    def forward(number, _frame):
        try:  # noqa: SIM105
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGUSR1):
        _signal.signal(number, forward)
    status = int(answers.readline() or -_signal.SIGKILL)
    if status < 0:
        if -status not in (_signal.SIGKILL, _signal.SIGSTOP):
            _signal.signal(-status, _signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


main()
