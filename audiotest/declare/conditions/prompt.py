"""``prompt(name=...)``: the same case under another template, to show how much the wording is worth.

``name`` is one of the named templates, or of those that the suite names itself under ``prompts``. Published scores of
one model on one benchmark differ by several percentage points with the prompt alone (public threads:
Sakshi113/MMAU 3, NVIDIA/audio-flamingo 54).
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import View

rewords = True
PROMPT = "name"
EXAMPLES = ("prompt(name=question)",)


def apply(view: View, rng: np.random.Generator, *, name: str) -> View:
    """Use the template ``name``. Which ones there are is the suite's to say: rendering raises
    :class:`~audiotest.declare.prompt.PromptError` for one that there is not."""
    return replace(view, prompt=name)
