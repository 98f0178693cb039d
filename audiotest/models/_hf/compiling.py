"""The decoding step as ``torch.compile`` makes it: the same numbers in fewer, larger kernels.

Only the step of slots is compiled, in which every row reads one token: it has one shape but for the number of rows and
their length, which are left open (``dynamic=True``). Prompts are read as ever: no two of them are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LONGEST = 300


def compiled(model: Any) -> Callable[..., Any]:
    """What reads a token of each row in the place of ``model``; it is compiled when it is first called."""
    import torch

    step: Callable[..., Any] = torch.compile(model.forward, dynamic=True)
    return step


def refuse(name: str, why: str) -> None:
    """Raise ValueError where ``why``, the reason for which the model ``name`` answers in batches, is one."""
    reason = " ".join(why.partition("\n\n")[0].split())[:_LONGEST]  # torch adds a page of advice
    if reason:
        raise ValueError(
            f"compile=true needs a model that answers in slots; {name} answers in batches: {reason}; leave compile off"
        )
