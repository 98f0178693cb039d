"""An extension of griffe, by which mkdocstrings reads the docstrings: roles such as ``:class:`~audiotest.Run``` become names in code,
``literals`` keep their backticks, examples (``>>>``) become blocks of code, and the fields of a struct stand below its text."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from griffe import Class, Extension, Object

_ROLE = re.compile(r":(?:py:)?(?:class|func|meth|mod|data|attr|exc):`(~?)([\w.]+)`")
_EXAMPLE = re.compile(r"^>>> .*(?:\n(?!\s*$).*)*(?:\n\n(?=>>> ).*(?:\n(?!\s*$).*)*)*", re.MULTILINE)


def as_markdown(text: str) -> str:
    """A docstring in the Markdown of the site.

    >>> as_markdown("See :class:`~audiotest.runs.RunError` and :func:`run`.")
    'See `RunError` and `run`.'
    """
    text = _ROLE.sub(lambda role: f"`{role[2].rpartition('.')[2] if role[1] else role[2]}`", text)
    return _EXAMPLE.sub(lambda example: f"```pycon\n{example[0]}\n```", text)


def fields(one: Class) -> str:
    """The fields of a struct or a protocol as a block of code, a line each with type and default; empty where it has none."""
    lines = [
        f"{name}: {attribute.annotation}" + ("" if attribute.value is None else f" = {attribute.value}")
        for name, attribute in one.attributes.items()
        if attribute.annotation is not None and "property" not in attribute.labels and not name.startswith("_")
    ]
    return "\n\n```python\n" + "\n".join(lines) + "\n```" if lines else ""


class Markup(Extension):
    """Rewrites every docstring when it has been read."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Take the docstring of a module, a class, a function or an attribute."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(textwrap.dedent(obj.docstring.value))

    def on_class(self, *, cls: Class, **_: Any) -> None:
        """Add the fields of a class whose instances are made of them."""
        if cls.docstring is not None and any(str(base) in ("Struct", "Protocol") for base in cls.bases):
            cls.docstring.value += fields(cls)
