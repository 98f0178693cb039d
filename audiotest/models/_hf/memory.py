"""How many requests fit into memory at once: a batch is sized by what its tokens take, not by a count alone."""

from __future__ import annotations

import os
from collections import Counter
from itertools import islice
from typing import Any

from audiotest.models._generating import TooLarge

_SHARE = {"cuda": 0.8, "cpu": 0.5}
"""How much of what is free is counted on. The rest is for what is not counted here: the sound's encoder, logits,
fragments; and on a CPU for the other processes."""


class Budget:
    """``allowed`` bytes for a batch, and what a token of it takes."""

    def __init__(self, allowed: float, per_token: int) -> None:
        self.allowed, self.per_token = allowed, per_token

    def rows(self, tokens: int) -> int:
        """How many prompts of so many tokens, those to be generated included, fit; at least one."""
        return max(1, int(self.allowed // (self.per_token * max(1, tokens))))

    def check(self, requests: int, tokens: int, beams: int = 1) -> None:
        """Raises :class:`TooLarge` if so many requests, each of so many tokens in each of its beams, do not fit."""
        fit = max(1, self.rows(tokens) // beams)
        if fit < requests:
            raise TooLarge(fit)


UNLIMITED = Budget(1e18, 1)


def budget(model: Any, gigabytes: float) -> Budget:
    """The budget of a loaded model: ``gigabytes``, or with 0 a share of what is free on its devices now.

    Layers that are spread over several GPUs (``device_map``) keep their own keys and values, so a GPU with less memory,
    or with more of the layers, fills up first: as many tokens fit as there do.
    """
    of_token = per_token(model.config, model.dtype.itemsize)
    layers = _layers_by_device(model)
    shares = [_free(device) * _SHARE.get(device.type, 0.5) * layers.total() / count for device, count in layers.items()]
    return Budget(gigabytes * 1e9 or min(shares), of_token)


def _layers_by_device(model: Any) -> Counter[Any]:
    """How many layers of the language model each device computes; those whose weights are offloaded (they are on none)
    the model's own."""
    owner = model.get_decoder() if hasattr(model, "get_decoder") else None
    layers = getattr(owner, "layers", None) or []
    weights = (parameter.device for layer in layers for parameter in islice(layer.parameters(), 1))
    devices = Counter(model.device if device.type == "meta" else device for device in weights)
    return devices if len(devices) > 1 else Counter([model.device])


def per_token(config: Any, itemsize: int) -> int:
    """Bytes that a token takes: its keys and values in all layers, and what one layer computes on the way."""
    text = config.get_text_config()
    kept = 2 * sum(_width(layer) for layer in _layers(text))
    widest = getattr(text, "intermediate_size", None) or 4 * text.hidden_size
    passing = 4 * (text.hidden_size + (max(widest) if isinstance(widest, list | tuple) else widest))
    return int((kept + passing) * itemsize)


def _layers(text: Any) -> list[Any]:
    """The config of each layer: one for all, but for models whose layers differ (Gemma 4's heads)."""
    return list(text.per_layer_config) if getattr(text, "is_heterogeneous", False) else [text] * text.num_hidden_layers


def _width(layer: Any) -> int:
    """The numbers in a token's keys, or values, of one layer."""
    heads = getattr(layer, "num_key_value_heads", None) or layer.num_attention_heads
    size = getattr(layer, "head_dim", None) or layer.hidden_size // layer.num_attention_heads
    return int(heads * size)


def _free(device: Any) -> float:
    """Bytes that can be had on ``device``."""
    import torch

    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return float(free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device))
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError, AttributeError):
        return 4e9  # a system that does not report it
