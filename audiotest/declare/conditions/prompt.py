"""``prompt(name=...)``: the same case under another named template, to show how much the wording is worth.

Published scores of one model on one benchmark differ by several percentage points with the prompt alone (public
threads: Sakshi113/MMAU 3, NVIDIA/audio-flamingo 54).
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.declare.prompt import template_names
from audiotest.registry import UnknownName, unknown

rewords = True
EXAMPLES = ("prompt(name=question)",)


def check(*, name: str) -> None:
    """Raise :class:`UnknownName` for a template that there is not, with the near ones."""
    if name not in template_names():
        raise UnknownName(unknown("prompt", name, template_names()))


def apply(view: View, rng: np.random.Generator, *, name: str) -> View:
    """Use the template ``name``; raises :class:`UnknownName`."""
    check(name=name)
    return replace(view, prompt=name)
