"""Which requests of a batch are about the same sound: those can share what a model computes of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from audiotest.types import Request, Waveform


def sounds_of(requests: Sequence[Request]) -> list[str]:
    """A name for each request that those about the same sound, after the same system prompt, have in common; "" for one
    without sound. Samples are read only where sounds are of one length, and each array once."""
    forms = [_form(request) for request in requests]
    count, known = Counter(forms), dict[int, str]()
    return [
        form if not form or count[form] == 1 else f"{form} {[_digest(clip.samples, known) for clip in request.audio]}"
        for form, request in zip(forms, requests, strict=True)
    ]


def _form(request: Request) -> str:
    # The same samples may be cut into other clips, and follow another system prompt.
    clips = [(clip.rate, clip.samples.shape) for clip in request.audio]
    return f"{request.generation.system or ''} {clips}" if clips else ""


def _digest(samples: Any, known: dict[int, str]) -> str:
    if id(samples) not in known:
        known[id(samples)] = hashlib.sha256(samples.tobytes()).hexdigest()
    return known[id(samples)]


def sound_name(clip: Waveform) -> str:
    """A name that clips of the same samples and rate have in common."""
    return f"{clip.rate} {clip.samples.shape} {hashlib.sha256(clip.samples.tobytes()).hexdigest()}"
