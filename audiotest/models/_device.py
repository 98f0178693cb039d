"""Where a model's numbers are kept, and in which format."""

from __future__ import annotations

from typing import Any


def device_of(wanted: str) -> str:
    """``auto``: the GPU that this process sees, if any (an xdist worker sees its own alone), else the CPU."""
    import torch

    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def dtype_of(wanted: str, device: str, half: str) -> Any:
    """The torch dtype called ``wanted``; for ``auto`` float32 on the CPU, and elsewhere ``half``."""
    import torch

    automatic = "float32" if device == "cpu" else half
    return getattr(torch, automatic if wanted == "auto" else wanted)
