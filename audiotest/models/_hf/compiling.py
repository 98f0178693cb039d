"""The decoding step as ``torch.compile`` makes it: the same numbers in fewer, larger kernels.

Only the step of slots is compiled, in which every row reads one token: it has one shape but for the number of rows and
their length, which are left open (``dynamic=True``). Prompts are read as ever: no two of them are alike.

Two of torch's modes record CUDA graphs. What such a graph returns lies in memory that its next run writes to, so logits
and cache are copied before they are kept; and a graph holds for one shape alone, so one is recorded for every number of
rows and every length that occurs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MODES = ("default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs")
"""torch.compile's names."""
_WITH_GRAPHS = ("reduce-overhead", "max-autotune")
_LONGEST = 300


def mode_of(given: Any) -> str:
    """The mode that the option ``compile`` names; "" for none. Raises ValueError for what is neither one of
    :data:`MODES` nor true or false."""
    text = str(given).lower()
    if text in ("", "false", "no", "0"):
        return ""
    if text in ("true", "yes", "1"):
        return MODES[0]
    if text not in MODES:
        raise ValueError(f"`compile` takes true, false or one of {', '.join(MODES)}, not {given!r}")
    return text


def compiled(model: Any, mode: str) -> Callable[..., Any]:
    """What reads a token of each row in the place of ``model``; it is compiled when it is first called.

    Raises ValueError for a mode that is nothing but CUDA graphs where ``model`` is on another kind of device.
    """
    import torch

    if mode == "reduce-overhead" and model.device.type != "cuda":
        raise ValueError(
            f"compile={mode} is CUDA graphs, and the model is on the device {model.device.type}; take compile=true"
        )
    step: Callable[..., Any] = torch.compile(model.forward, dynamic=True, mode=mode)
    return _kept(step) if mode in _WITH_GRAPHS else step


def _kept(step: Callable[..., Any]) -> Callable[..., Any]:
    """``step``, of whose outputs nothing lies in the memory of a CUDA graph."""
    import torch

    def copied(**given: Any) -> Any:
        torch.compiler.cudagraph_mark_step_begin()
        out = step(**given)
        out.logits = out.logits.clone()
        for layer in given["past_key_values"].layers:
            layer.keys, layer.values = layer.keys.clone(), layer.values.clone()
        return out

    return copied


def refuse(name: str, mode: str, why: str) -> None:
    """Raise ValueError where ``why``, the reason for which the model ``name`` answers in batches, is one."""
    reason = " ".join(why.partition("\n\n")[0].split())[:_LONGEST]  # torch adds a page of advice
    if reason:
        asked = "true" if mode == MODES[0] else mode
        raise ValueError(
            f"compile={asked} needs a model that answers in slots; {name} answers in batches: {reason}; leave compile "
            "off"
        )
