"""What is wrong with a file that someone wrote, so that it can be fixed.

A :class:`Problem` names ``file:line:column``, the path of the key and a sentence. All problems of
a file are gathered before any is raised, so that one look at the output is enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from audiotest.errors import AudiotestError

Path = tuple[str | int, ...]
"""Where a value is in a document: ``("cases", 3, "choices")``."""

_SHOWN = 100


class Problem(Struct, frozen=True):
    """One thing that is wrong; ``line`` and ``column`` count from 1."""

    file: str
    line: int
    column: int
    path: Path
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: "
        return printable(where + (f"{key_path(self.path)}: " if self.path else "") + self.message)


class Invalid(Struct, frozen=True):
    """A case (or a file of cases) that cannot be used: ``name`` is its id, or ``line-12`` without a valid one.
    ``sounds``: the files that it names all the same, with the paths of their keys."""

    name: str
    line: int
    problems: tuple[Problem, ...]
    sounds: tuple[tuple[Path, str], ...] = ()


class SuiteError(AudiotestError):
    """A suite (or card) that cannot be used; ``problems`` says all of why, the message the first hundred of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = list(map(str, problems[:_SHOWN]))
        if len(problems) > _SHOWN:
            lines.append(f"and {len(problems) - _SHOWN:,} more: `audiotest validate {problems[0].file}` lists them")
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


def printable(text: str) -> str:
    """``text`` in one line, with nothing in it that a terminal would act on: controls are shown as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def key_path(path: Path) -> str:
    """``("cases", 3, "audio", 0)`` as ``cases[3].audio[0]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
