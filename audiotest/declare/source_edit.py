"""Changing a few values of a YAML file and not a character more.

ruamel.yaml composes the file into nodes that know where they begin and end; a change replaces the text between. So
comments, blank lines, quotes and the width of indentation stay as their author left them.
"""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from audiotest.declare.problems import Path as KeyPath
from audiotest.errors import AudiotestError

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ .()-]*[A-Za-z0-9)]|[A-Za-z]")
_OTHER_THAN_TEXT = frozenset({"null", "true", "false"})


class EditError(AudiotestError):
    """A file that cannot be changed in place; says why."""


class Source:
    """The text of a YAML file, and the changes to apply to it."""

    def __init__(self, text: str) -> None:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        self.text = text
        self._changes: dict[tuple[int, int], str] = {}
        try:
            self.root: Any = YAML().compose(io.StringIO(text, newline=""))
        except (YAMLError, RecursionError, ValueError) as error:
            raise EditError(f"it cannot be read as YAML: {error}") from None

    def key(self, path: KeyPath) -> Any:
        """The node of the last key of ``path``; None if the file has no such place."""
        return self._entry(path)[0]

    def value(self, path: KeyPath) -> Any:
        """The node of the value at ``path``; None if the file has no such place."""
        return self._entry(path)[1]

    def _entry(self, path: KeyPath) -> tuple[Any, Any]:
        key, node = None, self.root
        for part in path:
            rows = getattr(node, "value", None)
            if isinstance(part, int) and isinstance(rows, list) and part < len(rows) and node.id == "sequence":
                key, node = None, rows[part]
            elif node is not None and node.id == "mapping":
                key, node = next(((k, v) for k, v in rows or () if k.value == part), (None, None))
            else:
                return None, None
        return key, node

    def written(self, node: Any) -> str:
        """The text of a node, as it is in the file."""
        return self.text[node.start_mark.index : node.end_mark.index]

    def pending(self, node: Any) -> str:
        """The text of a node with the changes that are to be applied to it."""
        return self._changes.get((node.start_mark.index, node.end_mark.index), self.written(node))

    def replace(self, node: Any, text: str) -> None:
        """Write ``text`` in the place of ``node``."""
        self._changes[node.start_mark.index, node.end_mark.index] = text

    def insert(self, at: int, text: str) -> None:
        """Write ``text`` before the character ``at``."""
        self._changes[at, at] = text

    def edited(self) -> str:
        """The text with all changes applied."""
        pieces, position = [], 0
        for (start, end), text in sorted(self._changes.items()):
            if start < position:
                continue  # within something that is replaced as a whole
            pieces += [self.text[position:start], text]
            position = end
        return "".join([*pieces, self.text[position:]])

    @property
    def line_break(self) -> str:
        """How lines of this file end."""
        return "\r\n" if "\r\n" in self.text else "\n"


def as_flow(value: Any) -> str:
    """A value in one line of YAML; text in quotes wherever it could be read as something else."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_flow(k)}: {as_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _OTHER_THAN_TEXT:
        return value
    return json.dumps(value, ensure_ascii=False)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file with its line breaks and, if it has one, its byte order mark.

    Raises :class:`EditError` for other bytes, :class:`OSError` if it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise EditError(f"it is not UTF-8 text (byte {error.start}); save it as UTF-8 first") from None


def write_text(path: Path, text: str) -> None:
    """Put ``text`` into the place of a file, whole or not at all; its permissions and a link to it stay."""
    real = Path(os.path.realpath(path))
    handle, part = tempfile.mkstemp(prefix=f".{real.name}.", suffix=".part", dir=real.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        if real.exists():
            os.chmod(part, real.stat().st_mode & 0o7777)
        os.replace(part, real)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
