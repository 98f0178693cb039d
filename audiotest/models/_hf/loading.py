"""From a checkpoint to a model and its processor: the class, the number format, the device."""

from __future__ import annotations

from typing import Any

from audiotest.models._device import device_of, dtype_of
from audiotest.models._hf.quantization import quantized
from audiotest.models._hf.settings import Settings
from audiotest.models._local import require_local

# The order matters: some models are in several of these, and some (the Audio Flamingos) in the second only.
_AUTO = ("AutoModelForMultimodalLM", "AutoModelForSeq2SeqLM", "AutoModelForSpeechSeq2Seq", "AutoModelForCausalLM")


def load(checkpoint: str, settings: Settings) -> tuple[Any, Any]:
    """(model, processor), the model in evaluation mode on its device.

    Raises what transformers raises for a checkpoint that is not there or not whole.
    """
    import transformers

    given: dict[str, Any] = {"trust_remote_code": settings.trust_remote_code}
    if settings.revision:
        given["revision"] = settings.revision
    config = transformers.AutoConfig.from_pretrained(checkpoint, **given)
    processor = transformers.AutoProcessor.from_pretrained(checkpoint, **given)
    tokenizer = getattr(processor, "tokenizer", processor)
    tokenizer.padding_side = "left"
    if getattr(tokenizer, "pad_token_id", 0) is None:
        tokenizer.pad_token = tokenizer.eos_token
    if settings.chat_template:
        processor.chat_template = settings.chat_template
    elif getattr(processor, "chat_template", None) is None:  # Phi-4's processor leaves it with the tokenizer
        processor.chat_template = getattr(tokenizer, "chat_template", None)
    device = device_of(settings.device)
    dtype = dtype_of(settings.dtype, device, "bfloat16")
    given |= quantized(settings.quantization, dtype)
    placed = settings.device_map or ("" if not settings.quantization else {"": device})
    if placed:
        require_local("accelerate")
        given["device_map"] = placed
    if settings.attention != "auto":
        given["attn_implementation"] = settings.attention
    if settings.part:
        given["config"] = getattr(config, settings.part)
    architecture = model_class(config, settings)
    model = architecture.from_pretrained(checkpoint, dtype=dtype, **given)
    return (model if placed else model.to(device)).eval(), processor


def model_class(config: Any, settings: Settings) -> Any:
    """The class that answers: the one that is named, else the first auto class that has one for this config."""
    import transformers

    if settings.class_:
        return getattr(transformers, settings.class_)
    for name in _AUTO:
        auto = getattr(transformers, name, None)
        if auto is not None and type(config) in auto._model_mapping:
            return auto
    named = (getattr(config, "architectures", None) or [""])[0]
    if hasattr(transformers, named):
        return getattr(transformers, named)
    if settings.trust_remote_code:
        return transformers.AutoModelForCausalLM
    raise ValueError(
        f"transformers {transformers.__version__} knows no class for {type(config).__name__}; name one with the option "
        "`class`, or allow the checkpoint's own code with trust_remote_code=true"
    )
