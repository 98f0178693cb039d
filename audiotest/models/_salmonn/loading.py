"""From the published files to the parts: every weight of ``salmonn_v1.pth`` is used or reported."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
import transformers
from msgspec import Struct

from audiotest.models._device import device_of, dtype_of
from audiotest.models._salmonn import beats
from audiotest.models._salmonn.encoders import Encoders
from audiotest.models._salmonn.settings import PUBLISHED, Settings

# Tables that old versions of transformers saved with the weights; they are computed, not learned.
_COMPUTED = re.compile(r"\.(rotary_emb\.inv_freq|position_ids)$")
_LORA = re.compile(r"^llama_model\.(?:base_model\.model\.)?(?P<module>.+)\.lora_(?P<side>[AB])(?:\.default)?\.weight$")


class Parts(Struct):
    """A SALMONN: what hears, what answers, and its tokenizer."""

    encoders: Encoders
    llm: Any
    tokenizer: Any


def load(checkpoint: str, settings: Settings) -> Parts:
    """Read all five files. Raises ValueError saying which weights do not fit, OSError for what cannot be read."""
    device = device_of(settings.device)
    dtype = dtype_of(settings.dtype, device, "float16")
    path = _file(checkpoint, settings)
    own = dict(torch.load(path, map_location="cpu", weights_only=True, mmap=True)["model"])
    own = {name: weight for name, weight in own.items() if not _COMPUTED.search(name)}
    llm = _part("llm", settings.llm, lambda: transformers.LlamaForCausalLM.from_pretrained(settings.llm, dtype=dtype))
    merge_lora(llm, own, settings.lora_alpha)
    encoders = _encoders(own, settings, llm.config.hidden_size, dtype)
    if own:
        raise ValueError(f"{path} holds weights that belong nowhere: {_some(own)}")
    tokenizer = _part("llm", settings.llm, lambda: transformers.AutoTokenizer.from_pretrained(settings.llm))
    return Parts(encoders.to(device).eval(), llm.to(device).eval(), tokenizer)


def _file(checkpoint: str, settings: Settings) -> str:
    path = Path(checkpoint)
    if path.is_dir():
        return str(path / settings.file)
    if path.is_file():
        return checkpoint
    from huggingface_hub import hf_hub_download

    return str(
        _part(
            "file", checkpoint, lambda: hf_hub_download(checkpoint, settings.file, revision=settings.revision or None)
        )
    )


def _part(option: str, named: str, read: Any) -> Any:
    try:
        return read()
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise OSError(f"{option}={named} cannot be read ({reason}). {PUBLISHED[option]}") from error


def merge_lora(llm: Any, own: dict[str, Any], alpha: float) -> None:
    """Add the low-rank updates in ``own`` to the weights they belong to (alpha / rank · B·A, Hu et al. 2021), taking
    them out of ``own``. Raises ValueError for one without its other half or its module."""
    sides: dict[str, dict[str, Any]] = {}
    for name in list(own):
        match = _LORA.match(name)
        if match:
            sides.setdefault(match["module"], {})[match["side"]] = own.pop(name)
    for module, halves in sides.items():
        if set(halves) != {"A", "B"}:
            raise ValueError(f"the LoRA of {module} has {' and '.join(sorted(halves))} alone")
        try:
            weight = llm.get_submodule(module).weight
        except AttributeError:
            raise ValueError(f"the language model has no {module}, which a LoRA is for; is it another model?") from None
        update = halves["B"].float() @ halves["A"].float() * (alpha / len(halves["A"]))
        if update.shape != weight.shape:
            wanted, given = tuple(weight.shape), tuple(update.shape)
            raise ValueError(
                f"the LoRA of {module} is for {given} weights, not {wanted}; is it another language model?"
            )
        weight.data = (weight.data.float() + update).to(weight.dtype)


def _encoders(own: dict[str, Any], settings: Settings, width: int, dtype: Any) -> Encoders:
    """The part that hears, from the Whisper and BEATs files and from ``own``, out of which its weights are taken."""
    named = settings.whisper
    whisper = _part("whisper", named, lambda: transformers.WhisperModel.from_pretrained(named, dtype=dtype).encoder)
    extractor = _part("whisper", named, lambda: transformers.WhisperFeatureExtractor.from_pretrained(named))
    hears = _part("beats", settings.beats, lambda: torch.load(settings.beats, map_location="cpu", weights_only=True))
    heard = beats.read(hears)
    weights = {_name(name): own.pop(name) for name in list(own) if not name.startswith("llama_model.")}
    needed = {"query_tokens", "projection.weight", "qformer.encoder.layer.0.intermediate_query.dense.weight"}
    if needed - set(weights):
        raise ValueError(f"the file of SALMONN lacks {_some(needed - set(weights))}; is it another kind of checkpoint?")
    _, queries, hidden = weights["query_tokens"].shape
    config = transformers.Blip2QFormerConfig(
        hidden_size=hidden,
        num_hidden_layers=1 + max(int(n.split(".")[3]) for n in weights if n.startswith("qformer.encoder.layer.")),
        num_attention_heads=settings.qformer_heads,
        intermediate_size=len(weights["qformer.encoder.layer.0.intermediate_query.dense.weight"]),
        encoder_hidden_size=whisper.config.d_model + heard.width,
        cross_attention_frequency=1,
        use_qformer_text_input=False,
    )
    encoders = Encoders(
        whisper, extractor, heard, transformers.Blip2QFormerModel(config), queries, width, settings.window
    )
    absent, left = encoders.load_state_dict(weights, strict=False)
    absent = [name for name in absent if not name.startswith(("whisper.", "beats."))]
    if absent or left:
        raise ValueError(f"the file of SALMONN lacks {_some(absent)}, and has no use here for {_some(left)}")
    return encoders


def _name(published: str) -> str:
    """A name of the published file as one of ours."""
    name = re.sub(
        r"^speech_Qformer\.bert\.(embeddings\.LayerNorm\.)?",
        lambda m: "qformer." + ("layernorm." if m[1] else ""),
        published,
    )
    name = re.sub(r"(attention)\.self\.", r"\1.attention.", name)
    return re.sub(r"^speech_llama_proj\.", "projection.", name.replace("speech_query_tokens", "query_tokens"))


def _some(names: Any) -> str:
    names = sorted(names)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") if names else "nothing"
