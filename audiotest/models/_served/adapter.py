"""A model in a server that is started for the run: the adapter, over that of OpenAI's protocol."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from audiotest.models._files import state_of
from audiotest.models._openai.settings import Settings as Endpoint
from audiotest.models._served.server import Server
from audiotest.models.openai import OpenAI
from audiotest.models.openai import open_model as open_endpoint
from audiotest.models.protocol import Unavailable
from audiotest.models.streaming import in_order
from audiotest.models.weights.sources import local, require
from audiotest.types import Reply, Request

VERSION = 1
_IN_FLIGHT = 64
_TIMEOUT_S = 600
_OWN = ("program", "start_timeout")
_NEVER = ("url", "key_env", "per_minute", "input_price", "output_price")
"""Options of an endpoint that is somebody else's."""


class Kind(Struct, frozen=True):
    """A kind of server. ``command``: what is run, where PROGRAM, MODEL, NAME and PORT stand for theirs; ``program``:
    the default of the first. ``flags``: always given. ``audio``: how it takes sound. ``versions``: paths at which it
    says its version. ``install``: how it is installed. ``module``: what has to be importable for ``program``, where
    that is Python."""

    name: str
    program: str
    command: tuple[str, ...]
    audio: str
    versions: tuple[str, ...]
    install: str
    module: str = ""


class Served:
    """A model that a server of the user's runs, started by :meth:`load` and ended by :meth:`close`."""

    def __init__(self, kind: Kind, model: str, options: Mapping[str, Any]) -> None:
        self.kind, self.model, self.checkpoint = kind, model, local(model)
        self.name = f"{kind.name}:{model}"
        self.program = str(options.get("program") or kind.program)
        self._start_timeout = _seconds(options.get("start_timeout", 1800))
        names = set(Endpoint.__struct_fields__)
        refused = [option for option in options if option in _NEVER]
        if refused:
            raise ValueError(f"{kind.name} has no option {refused[0]!r}: it starts a server of its own")
        self._spoken = {"audio": kind.audio, "in_flight": _IN_FLIGHT, "timeout": _TIMEOUT_S} | {
            option: value for option, value in options.items() if option in names
        }
        self.passed = {k: str(v) for k, v in options.items() if k not in names and k not in _OWN}
        self._endpoint = self._open("http://127.0.0.1:9")  # for its settings; nobody is asked there
        self.needs, self.batch_size = self._endpoint.needs, self._endpoint.batch_size
        self._server: Server | None = None
        self._version = ""

    @property
    def identity(self) -> str:
        """The model, what the server is given, and once it runs its version."""
        deciding = self._endpoint.identity.replace(self._endpoint.settings.url, "")
        return (
            f"{self.kind.name} {VERSION} {self._version} {self.model} {sorted(self.passed.items())} "
            f"{deciding}{state_of(self.model)}"
        )

    def command(self, port: int) -> list[str]:
        """What is run: the user's options as the server's own, ``max_model_len=4096`` as ``--max-model-len 4096``, true
        as an option without a value."""
        places = {"PROGRAM": self.program, "MODEL": self.checkpoint, "NAME": self.model, "PORT": str(port)}
        words = [places.get(word, word) for word in self.kind.command]
        for option, value in self.passed.items():
            words += [f"--{option.replace('_', '-')}", *([] if value.lower() == "true" else [value])]
        return words

    def missing(self) -> list[str]:
        """What is not there for it, for `audiotest doctor`."""
        if shutil.which(self.program) is None:
            return [
                f"{self.kind.name}: {self.program} is not a program here; install it with `{self.kind.install}`, in an "
                "environment of its own if need be, and name it with --model-option program=/path/to/it"
            ]
        if self.kind.module and not _imports(self.program, self.kind.module):
            return [
                f"{self.kind.name}: {self.program} has no module {self.kind.module}; `{self.kind.install}`, or name "
                "another Python with --model-option program=/path/to/python"
            ]
        return []

    def load(self) -> None:
        """Start the server and wait until it can answer. Raises :class:`Unavailable`."""
        if self._server is not None:
            return
        absent = self.missing()
        if absent:
            raise Unavailable(absent[0].partition(": ")[2])
        require(self.model)
        self._server = Server(self.kind.name, self.command, self._start_timeout)
        self._version = self._server.version(self.kind.versions)
        self._endpoint = self._open(self._server.url)

    def stream(self, requests: Iterator[Request]) -> Iterator[tuple[Request, Reply | Exception]]:
        """Each request with its reply as it comes; of a server that has ended, its last lines in their place."""
        self.load()
        for request, outcome in self._endpoint.stream(requests):
            yield request, self._explained(outcome)

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """Replies in order; an error costs its own request only."""
        return in_order(self.stream(iter(requests)), requests)

    def close(self) -> None:
        """Give up what is under way, and end the server."""
        self._endpoint.close()
        server, self._server = self._server, None
        if server is not None:
            server.end(keep_log=not server.alive)

    def _explained(self, outcome: Reply | Exception) -> Reply | Exception:
        if isinstance(outcome, Exception) and self._server is not None and self._server.has_ended():
            return Unavailable(self._server.last_words())
        return outcome

    def _open(self, url: str) -> OpenAI:
        return open_endpoint(f"{self.model}@{url}/v1", self._spoken)


def open_served(kind: Kind, argument: str | None, options: Mapping[str, Any]) -> Served:
    """The adapter of ``kind``; raises ValueError without a model, and for options with values unfit for them."""
    if not argument:
        raise ValueError(f"{kind.name} needs a model: --model {kind.name}:ORG/NAME or a folder")
    return Served(kind, argument, options)


def _seconds(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"`start_timeout` takes seconds, not {value!r}") from None


def _imports(python: str, module: str) -> bool:
    """Whether this interpreter has ``module``, which is looked for and not imported."""
    import subprocess

    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    program = Path(shutil.which(python) or python)
    try:
        return subprocess.run([program, "-c", code], capture_output=True, timeout=60, check=False).returncode == 0  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
