"""Variables of a suite: ``${NAME}`` in paths, declared with a default under ``variables``.

A value comes from the command line (``--var NAME=VALUE``), else from the environment, else it is the default; a
variable that is declared without one has to be given. What is called like a secret (``..._KEY``, ``..._TOKEN``) is not
taken from the environment: a suite could name any, and paths stand in messages and reports. They stand where a suite
names files: ``audio_root``, the ``source`` of ``data``, and the sounds of cases. In other texts ``${...}`` is text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from audiotest.declare.problems import Path
from audiotest.registry import unknown

PREFIX = "AUDIOTEST_VAR_"
"""Before the name of a variable in the environment: what ``--var`` sets, here and in the processes that are started."""
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
_USE = re.compile(r"\$\{([A-Za-z_]\w*)\}")


@contextmanager
def given(assignments: Iterable[str]) -> Iterator[None]:
    """Within this context variables have these values (``NAME=VALUE``), also in processes that are started."""
    values = {PREFIX + name: value for name, _, value in (one.partition("=") for one in assignments)}
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _given(name: str) -> str | None:
    return os.environ.get(PREFIX + name, None if _SECRET.search(name) else os.environ.get(name))


def value_of(name: str, declared: Mapping[str, Any]) -> str | None:
    """The value of a declared variable; None where it has none."""
    given = _given(name)
    default = declared.get(name)
    return given if given is not None else None if default is None else str(default)


def values_in(content: bytes) -> bytes:
    """What the environment says of the variables that a file may use: a part of what a parsed suite depends on."""
    names = sorted(set(_USE.findall(content.decode("utf-8", "replace"))))
    given = ((name, _given(name)) for name in names)
    return repr([(name, value) for name, value in given if value is not None]).encode() if names else b""


def fill(data: Any, declared: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """Put values into the paths of ``data``, the content of a suite's file or of a file of its cases, in place. Returns
    what is wrong, by the path of the key."""
    faults: list[tuple[Path, str]] = []
    for holder, key, path in _places(data):
        text = holder[key]

        def value(match: re.Match[str], path: Path = path) -> str:
            name = match.group(1)
            if name not in declared:
                hint = "declare it under `variables:`" if not declared else unknown("variable", name, list(declared))
                faults.append((path, f"`${{{name}}}` is no variable of this suite: {hint}"))
                return match.group(0)
            given = value_of(name, declared)
            if given is None:
                other = "; its name is a secret's, so it is not read from the environment"
                other = other if _SECRET.search(name) else f", or set ${name}"
                faults.append((path, f"the variable {name} has no value: give --var {name}=VALUE{other}"))
            return given if given is not None else match.group(0)

        holder[key] = _USE.sub(value, text)
    return faults


def _places(data: Any) -> Iterator[tuple[Any, Any, Path]]:
    """(holder, key, path) of every text that names files."""
    if not isinstance(data, dict):
        return
    yield from _texts(data, "audio_root", ("audio_root",))
    table = data.get("data")
    if isinstance(table, dict):
        yield from _texts(table, "source", ("data", "source"))
    for i, case in enumerate(data.get("cases") or ()):
        if isinstance(case, dict):
            yield from _texts(case, "audio", ("cases", i, "audio"))
            options = case.get("choices")
            for k, option in enumerate(options if isinstance(options, list) else ()):
                if isinstance(option, dict):
                    yield from _texts(option, "audio", ("cases", i, "choices", k, "audio"))


def _texts(holder: Any, key: Any, path: Path) -> Iterator[tuple[Any, Any, Path]]:
    value = holder[key] if isinstance(holder, list) else holder.get(key)
    if isinstance(value, str):
        yield holder, key, path
    elif isinstance(value, list):
        for i in range(len(value)):
            yield from _texts(value, i, (*path, i))
    elif isinstance(value, dict):
        yield from _texts(value, "file", (*path, "file"))
