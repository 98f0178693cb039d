"""``text_only``: the prompt without any audio part, to see what question and options give away.

The standard blind baseline of multimodal evaluation. A model that scores here as it does with the sound
did not need to listen. The case keeps its order and wording, so the two can be compared item by item.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from audiotest.declare.conditions.view import View
from audiotest.types import NotApplicable

soundless = True


def apply(view: View, rng: np.random.Generator) -> View:
    """Drop the audio; raises :class:`NotApplicable` for a case that has none."""
    if not view.audio:
        raise NotApplicable("text_only needs a case with audio; this one has none")
    return replace(view, audio=False)
