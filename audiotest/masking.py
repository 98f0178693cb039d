"""Keys and passwords, as values that cannot be shown by mistake.

A :class:`Secret` is stars wherever it is printed: in a ``repr``, a format string, a traceback with local variables, or
a record. :func:`hidden` takes secrets out of a text from elsewhere (a server may echo what it was sent), and
:func:`masked` takes the ``user:password@`` out of a URL in a model's SPEC.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

STARS = "*****"
_SHORTEST = 8
"""Characters. A shorter one, such as the ``EMPTY`` that local servers are given, could be a word of an answer; it is
taken out only where it follows ``Bearer`` or ``Basic``."""


class Secret:
    """A text that is stars to everyone but :meth:`reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself; never keep it in a variable, since a traceback with local variables would show it."""
        return self._value

    @property
    def fits_a_header(self) -> bool:
        """Whether an HTTP header can hold it: visible ASCII only."""
        return self._value.isascii() and self._value.isprintable()

    def basic(self) -> Secret:
        """What HTTP's basic authentication makes of ``user:password``."""
        return Secret(base64.b64encode(self._value.encode()).decode())

    def forms(self) -> set[str]:
        """How it may be written: as it is, as JSON may escape it, and as a URL quotes it."""
        return {self._value, self._value.replace("/", "\\/"), quote(self._value, safe="")} - {""}

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return STARS if self._value else "''"

    __str__ = __repr__


def hidden(text: str, secrets: Iterable[Secret]) -> str:
    """``text`` with ``[key]`` in the place of every secret."""
    for secret in secrets:
        for form in sorted(secret.forms(), key=len, reverse=True):
            if len(form) >= _SHORTEST:
                text = text.replace(form, "[key]")
            else:
                text = re.sub(rf"\b(Bearer|Basic)\s+{re.escape(form)}(?!\w)", r"\1 [key]", text)
    return text


def masked(spec: str) -> str:
    """A SPEC, a URL or an option's value without the ``user:password`` of the URLs in it, also of one whose slashes
    are not quoted as they have to be."""
    return re.sub(r"(?<=://)(?:[^/\s?#]*@|[^/\s:?#@]+:(?!\d+/)[^\s?#]*@)", f"{STARS}@", spec)
