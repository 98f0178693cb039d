"""Attributes that are made when they are first asked for, for objects of which there are a million."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar


class OnDemand:
    """``makers`` has, for the name of each slot that may be empty, what makes its value for an object."""

    __slots__ = ()
    makers: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}

    def __getattr__(self, name: str) -> Any:
        """Make what is not there."""
        if name not in self.makers:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        value = self.makers[name](self)
        setattr(self, name, value)
        return value

    def let_go(self, names: Iterable[str]) -> None:
        """Forget the values of ``names``, those that are there."""
        for name in names:
            try:  # noqa: SIM105  (suppress takes four times as long, for each name of each object)
                delattr(self, name)
            except AttributeError:
                pass
