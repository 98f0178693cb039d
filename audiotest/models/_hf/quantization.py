"""Weights of 4 or 8 bits: which libraries make them of a checkpoint's own, while it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from audiotest.models._local import require_local


def quantized(name: str, dtype: Any) -> dict[str, Any]:
    """What ``from_pretrained`` is given for the option ``quantization`` (empty: nothing); computed in ``dtype``.

    ValueError for a name that there is not, or a library that is not installed.
    """
    if not name:
        return {}
    if name not in QUANTIZATIONS:
        raise ValueError(f"`quantization` is one of {', '.join(QUANTIZATIONS)}, not {name!r}")
    library, make = QUANTIZATIONS[name]
    require_local(library, "accelerate", package=f"{library} accelerate")
    return {"quantization_config": make(dtype)}


def _eight_bits(dtype: Any) -> Any:
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(load_in_8bit=True)


def _four_bits(dtype: Any) -> Any:
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )


def _torchao(name: str) -> Callable[[Any], Any]:
    def make(dtype: Any) -> Any:
        from transformers import TorchAoConfig

        return TorchAoConfig(getattr(import_module("torchao.quantization"), name)())

    return make


QUANTIZATIONS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "bnb-8bit": ("bitsandbytes", _eight_bits),
    "bnb-4bit": ("bitsandbytes", _four_bits),
    "torchao-int8": ("torchao", _torchao("Int8WeightOnlyConfig")),
    "torchao-int4": ("torchao", _torchao("Int4WeightOnlyConfig")),
}
"""The library of each, and what makes its configuration: LLM.int8() and NF4 with double quantisation of bitsandbytes
(Dettmers et al. 2022, 2023), weight-only integers of torchao."""
