"""A Python that has the libraries of a run imported already, and forks for each process that a test starts.

Starting pytest with audiotest takes 0.6 s, nearly all of it imports of other people's libraries, and the tests start
some 600 processes. ``client.py`` stands in for the interpreter: it hands its arguments, environment, folder and standard
streams to this server, whose child runs them as the interpreter would, and ends as the child ends. What a run of
audiotest comes by is imported before the fork, too; not what reads its settings from the environment while it is imported.

    python server.py FOLDER        serves at FOLDER/plain/socket; at FOLDER/torch/socket for processes that load a model of
                                   transformers, which is imported when the first of them comes; at FOLDER/workers/socket
                                   for xdist's own, which run the tests; ends with its standard input
"""

import atexit
import builtins
import contextlib
import gc
import importlib
import importlib.metadata
import inspect
import marshal
import os
import runpy
import selectors
import signal
import socket
import sys
import tempfile
import threading
import traceback
import types

from _pytest.assertion import install_importhook
from _pytest.config import get_config
from run_modules import import_run_modules, quicken_pytest

MODELS = (
    "torch", "transformers", "transformers.generation", "transformers.models.auto.modeling_auto",
    "transformers.models.qwen2.modeling_qwen2", "transformers.models.qwen2_audio.modeling_qwen2_audio",
    "transformers.models.qwen2_audio.processing_qwen2_audio", "transformers.tokenization_mistral_common",
)  # fmt: skip
KINDS = {
    "plain": (),
    "torch": MODELS,
    "workers": (
        *MODELS,
        "transformers.models.whisper.modeling_whisper",
        "matplotlib.figure",
        "music21",
        "pandas",
        "ray",
    ),
}
"""What each imports when it is first asked, of what is there; for workers, what of all that the tests import takes long."""
SETTINGS = {"torch": {"HF_HUB_OFFLINE": "1"}}  # read when it is imported


def prepare():
    config = get_config()
    config.getini = {"python_files": []}.get  # older pytests know no option before a command line is parsed
    hook = install_importhook(config)  # pytest warns of plugins that were imported without it
    hook.mark_rewrite("audiotest", "xdist", "anyio", "hypothesis", "_hypothesis_globals")
    for name in ("hypothesis", "pip._internal.commands.download", "xdist.plugin", "xdist.dsession", "xdist.remote"):
        importlib.import_module(name)
    import_run_modules()
    quicken_pytest()
    sys.meta_path.remove(hook)
    for distribution in importlib.metadata.distributions():  # pytest looks into each for plugins; finding them is kept
        distribution.entry_points  # noqa: B018
    freeze()


def freeze():
    tempfile.tempdir = None
    # It notes where every module lies, by which it then finds the source of a failure.
    inspect.getmodule(compile("", "-", "exec"))
    gc.collect()
    gc.freeze()


def listen(folder):
    """A socket that can be connected to from when its file is there."""
    listener, path = socket.socket(socket.AF_UNIX), os.path.join(folder, "socket")
    listener.bind(f"{path}.new")
    listener.listen(128)
    os.rename(f"{path}.new", path)
    return listener


def serve(listener, more=()):
    """Fork for each client, with the modules ``more`` imported before the first; returns in a child only, with what it is
    to run."""
    woken, wakes = socket.socketpair()
    woken.setblocking(False)
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(woken, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    children = {}
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                if more:
                    for name in more:
                        with contextlib.suppress(ImportError):  # the tests that need it are skipped
                            importlib.import_module(name)
                    more = ()
                    freeze()
                client, _ = listener.accept()
                try:
                    task, streams = receive(client)
                except (OSError, ValueError):  # killed before it had asked
                    client.close()
                    continue
                pid = os.fork()
                if not pid:
                    signal.set_wakeup_fd(-1)
                    for number in (signal.SIGCHLD, signal.SIGINT):
                        signal.signal(number, signal.SIG_DFL)
                    signal.signal(signal.SIGINT, signal.default_int_handler)
                    selector.close()
                    for open_socket in (listener, woken, wakes, client, *children.values()):
                        open_socket.close()
                    return task, streams
                for stream in streams:
                    os.close(stream)
                children[pid] = client
                tell(client, pid)
                selector.register(client, selectors.EVENT_READ, pid)
            elif key.fileobj is woken:
                woken.recv(4096)
                reap(children, selector)
            elif key.fileobj is sys.stdin:
                for pid in children:
                    end(pid)
                sys.exit()
            elif key.data in children:  # the client is gone: killed, as whoever killed it meant its work
                end(key.data)
                selector.unregister(key.fileobj)


def receive(client):
    data, streams, _, _ = socket.recv_fds(client, 65536, 3)
    size, _, data = data.partition(b"\n")
    while len(data) < int(size):
        more = client.recv(65536)
        if not more:
            raise OSError("the client has ended")
        data += more
    return marshal.loads(data), streams


def reap(children, selector):
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        client = children.pop(pid, None)
        if client is not None:
            tell(client, os.waitstatus_to_exitcode(status))
            with contextlib.suppress(KeyError):
                selector.unregister(client)
            client.close()


def tell(client, number):
    with contextlib.suppress(OSError):  # it has been killed; that is noticed when its connection ends
        client.sendall(f"{number}\n".encode())


def end(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def become(task, streams):
    """Take over a client's streams, folder, environment and arguments."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    with contextlib.suppress(OSError):  # of another session
        os.setpgid(0, task["group"])
    os.chdir(task["folder"])
    os.environ.clear()
    os.environ.update(task["environment"])
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE")) or task["no_bytecode"]
    sys.stdin = sys.__stdin__ = open(0, closefd=False)  # noqa: SIM115
    raw = task["unbuffered"]
    sys.stdout = sys.__stdout__ = open(1, "w", closefd=False, buffering=1 if os.isatty(1) or raw else -1)  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", closefd=False, buffering=1, errors="backslashreplace")  # noqa: SIM115
    if raw:
        sys.stdout.reconfigure(write_through=True)
    sys.executable = task["client"]
    sys.path[:] = [*filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)), *task["base"]]


def run(arguments):
    kind, *rest = arguments
    if kind == "-m":
        sys.argv = [rest[0], *rest[1:]]
        sys.path.insert(0, os.getcwd())
        is_package = hasattr(sys.modules.get(rest[0]), "__path__")
        sys.modules.pop(f"{rest[0]}.__main__" if is_package else rest[0], None)
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = ["-c", *rest[1:]]
        sys.path.insert(0, "")
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        main.__builtins__ = builtins
        exec(compile(rest[0], "<string>", "exec"), main.__dict__)
    else:
        sys.argv = arguments
        sys.path.insert(0, os.path.dirname(os.path.abspath(kind)))
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        main.__builtins__, main.__file__ = builtins, kind
        with open(kind, encoding="utf-8") as file:
            exec(compile(file.read(), kind, "exec"), main.__dict__)


def leave(arguments):
    """Run, and end as the interpreter does but for taking its modules apart, which takes longer than most commands."""
    status, interrupted = 0, False
    try:
        run(arguments)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        if status == 1 and error.code != 1:
            print(error.code, file=sys.stderr)
    except KeyboardInterrupt:
        traceback.print_exc()
        interrupted = True
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    if interrupted:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(status & 255)


def main(folder):
    ours = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    base = [path for path in sys.path if path not in ours]
    prepare()
    listeners = {kind: listen(os.path.join(folder, kind)) for kind in KINDS}
    own = next((kind for kind in KINDS if kind != "plain" and not os.fork()), "plain")
    for kind, listener in listeners.items():
        if kind != own:
            listener.close()
    os.environ.update(SETTINGS.get(own, {}))
    task, streams = serve(listeners[own], KINDS[own])
    if own == "workers":
        task["client"] = sys.executable  # what a worker starts is its own concern
    task["base"] = base
    become(task, streams)
    leave(task["arguments"])


if __name__ == "__main__":
    sys.path.pop(0)  # this folder
    main(sys.argv[1])
