"""One batch: requests to model inputs, generation, and what came out to replies."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import nullcontext
from io import BytesIO
from typing import Any

from audiotest.models._generating import TOKENIZER, how, replies, watch
from audiotest.models._hf.settings import Settings
from audiotest.types import Reply, Request, Turn, Waveform


def conversation(request: Request, settings: Settings) -> list[dict[str, Any]]:
    """The chat turns of a request: the system prompt if there is one, then the sounds, then the text."""
    part = _wav if settings.audio_as == "base64" else _array
    sounds = [{"type": "audio", **part(clip)} for clip in request.audio]
    turns = request.turns or (Turn("user", (*range(len(sounds)), request.prompt)),)
    if request.generation.system and turns[0].role != "system":
        turns = (Turn("system", (request.generation.system,)), *turns)
    return [
        {
            "role": turn.role,
            "content": [sounds[p] if isinstance(p, int) else {"type": "text", "text": p} for p in turn.parts],
        }
        for turn in turns
    ]


def template(request: Request) -> dict[str, Any]:
    """What a chat template is given in addition to the turns."""
    thinking = request.generation.thinking
    return {"add_generation_prompt": True} | ({} if thinking is None else {"enable_thinking": thinking})


def _spoken(request: Request) -> list[dict[str, str]]:
    turns = request.turns or (Turn("user", (request.prompt,)),)
    if request.generation.system and turns[0].role != "system":
        turns = (Turn("system", (request.generation.system,)), *turns)
    return [{"role": turn.role, "content": "\n".join(map(str, turn.parts))} for turn in turns]


def _array(clip: Waveform) -> dict[str, Any]:
    return {"audio": clip.samples[:, 0] if clip.channels == 1 else clip.samples.T}


def _wav(clip: Waveform) -> dict[str, Any]:
    """The samples as they are, as a file: 32-bit floating point."""
    import soundfile

    file = BytesIO()
    soundfile.write(file, clip.samples, clip.rate, format="WAV", subtype="FLOAT")
    return {"base64": base64.b64encode(file.getvalue()).decode()}


def inputs(processor: Any, requests: Sequence[Request], settings: Settings, *, own: bool = False) -> Any:
    """Model inputs for ``requests``, padded on the left. One thread at a time (:data:`TOKENIZER`), unless ``processor``
    is the thread's ``own``."""
    with nullcontext() if own else TOKENIZER:
        return _inputs(processor, requests, settings)


def pinned(batch: Any) -> Any:
    """``batch`` in memory from which a GPU copies while the processor goes on (page-locked)."""
    import torch

    for name, value in batch.items():
        if isinstance(value, torch.Tensor):
            batch[name] = value.pin_memory()
    return batch


def on_device(batch: Any, device: Any) -> Any:
    """A copy of ``batch`` on ``device``; from pinned memory to a GPU nobody waits for it."""
    import torch

    moved = {
        name: value.to(device, non_blocking=True) if isinstance(value, torch.Tensor) else value
        for name, value in batch.items()
    }
    return type(batch)(moved)


def _inputs(processor: Any, requests: Sequence[Request], settings: Settings) -> Any:
    common = {"tokenize": True, "return_dict": True, "return_tensors": "pt", **template(requests[0])}
    if not hasattr(processor, "tokenizer"):  # a language model that reads only: its templates take strings
        return processor.apply_chat_template([_spoken(r) for r in requests], padding=True, **common)
    # Padding is the tokenizer's affair alone: given to all, it would reach the mel extractor, which some break on.
    kwargs: dict[str, Any] = {"text_kwargs": {"padding": True, "padding_side": "left"}}
    lengths = [clip.samples.shape[0] for request in requests for clip in request.audio]
    if settings.audio_max_length == "longest" and lengths:
        kwargs["audio_kwargs"] = {"max_length": max(lengths)}
    return processor.apply_chat_template(
        [conversation(request, settings) for request in requests],
        processor_kwargs=kwargs,
        **common,
    )


def cast(batch: Any, model: Any) -> None:
    """Give the sound among the inputs in ``batch`` the dtype of ``model``."""
    import torch

    for name, value in batch.items():
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            batch[name] = value.to(model.dtype)


def generate(
    model: Any, processor: Any, requests: Sequence[Request], settings: Settings, batch: Any
) -> list[Reply | Exception]:
    """The replies to ``requests``, which share their generation settings. Greedy unless they say otherwise.

    ``batch`` holds their model inputs: :func:`inputs`, or those of :mod:`audiotest.models._hf.sharing`.
    """
    import torch
    from transformers import LogitsProcessorList

    generation = requests[0].generation
    cast(batch, model)
    watched = watch()
    if generation.temperature > 0:
        torch.manual_seed(requests[0].seed)
    tokenizer = getattr(processor, "tokenizer", processor)
    with torch.inference_mode():
        out = model.generate(**batch, **how(generation, tokenizer), logits_processor=LogitsProcessorList([watched]))
    tokens = out[:, batch["input_ids"].shape[1] :]
    details = {"dtype": str(model.dtype).removeprefix("torch."), "batch": len(requests)}
    if "past_key_values" in batch:
        details["shared"] = True
    return replies(requests, tokens, watched.broken, model, tokenizer, settings.thinking_end, [details] * len(requests))
