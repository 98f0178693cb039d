"""One batch: requests to model inputs, generation, and what came out to replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audiotest.models._hf.settings import Settings
from audiotest.words import Generation, Reply, Request


class NoNumbers(Exception):
    """The model computed NaN: nothing that it says can be believed."""


def conversation(request: Request) -> list[dict[str, Any]]:
    """The chat turns of a request: the system prompt if there is one, then the sounds, then the text."""
    sounds = [{"type": "audio", "audio": _mono(clip)} for clip in request.audio]
    turns = [{"role": "user", "content": [*sounds, {"type": "text", "text": request.prompt}]}]
    system = request.generation.system
    return [{"role": "system", "content": [{"type": "text", "text": system}]}, *turns] if system else turns


def _mono(clip: Any) -> Any:
    return clip.samples[:, 0] if clip.channels == 1 else clip.samples.T


def inputs(processor: Any, requests: Sequence[Request], settings: Settings) -> Any:
    """Model inputs for ``requests``, padded on the left."""
    # Padding is the tokenizer's affair alone: given to all, it would reach the mel extractor, which some break on.
    kwargs: dict[str, Any] = {"text_kwargs": {"padding": True, "padding_side": "left"}}
    lengths = [clip.samples.shape[0] for request in requests for clip in request.audio]
    if settings.audio_max_length == "longest" and lengths:
        kwargs["audio_kwargs"] = {"max_length": max(lengths)}
    thinking = requests[0].generation.thinking
    template = {} if thinking is None else {"enable_thinking": thinking}
    return processor.apply_chat_template(
        [conversation(request) for request in requests],
        tokenize=True,
        return_dict=True,
        add_generation_prompt=True,
        return_tensors="pt",
        processor_kwargs=kwargs,
        **template,
    )


def generate(
    model: Any, processor: Any, requests: Sequence[Request], settings: Settings, batch: Any = None
) -> list[Reply | Exception]:
    """The replies to ``requests``, which share their generation settings. Greedy unless they say otherwise.

    ``batch`` holds model inputs that were made before; without it they are made here.
    """
    import torch
    from transformers import LogitsProcessorList

    generation = requests[0].generation
    shared = batch is not None
    batch = batch if shared else inputs(processor, requests, settings).to(model.device)
    for name, value in batch.items():
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            batch[name] = value.to(model.dtype)
    watch = _watch()
    if generation.temperature > 0:
        torch.manual_seed(requests[0].seed)
    with torch.inference_mode():
        out = model.generate(**batch, **_how(generation, processor), logits_processor=LogitsProcessorList([watch]))
    tokens = out[:, batch["input_ids"].shape[1] :]
    details = {"dtype": str(model.dtype).removeprefix("torch."), "batch": len(requests)}
    if shared:
        details["shared"] = True
    return [
        NoNumbers(f"{type(model).__name__} computed NaN for {request.case}")
        if watch.broken[i]
        else reply(processor, tokens[i], generation, settings, details)
        for i, request in enumerate(requests)
    ]


def _how(generation: Generation, processor: Any) -> dict[str, Any]:
    tokenizer = getattr(processor, "tokenizer", processor)
    how: dict[str, Any] = {"max_new_tokens": generation.max_new_tokens, "do_sample": generation.temperature > 0}
    if generation.temperature > 0:
        how |= {"temperature": generation.temperature, "top_p": generation.top_p}
    if generation.stop:
        how |= {"stop_strings": list(generation.stop), "tokenizer": tokenizer}
    pad = getattr(tokenizer, "pad_token_id", None)
    return how if pad is None else {**how, "pad_token_id": pad}


def _watch() -> Any:
    from transformers import LogitsProcessor

    class Watch(LogitsProcessor):  # type: ignore[misc]
        """Remembers which rows had NaN among their logits."""

        broken: Any = None

        def __call__(self, input_ids: Any, scores: Any) -> Any:
            now = scores.isnan().any(dim=-1)
            self.broken = now if self.broken is None else self.broken | now
            return scores

    return Watch()


def reply(processor: Any, tokens: Any, generation: Generation, settings: Settings, details: dict[str, Any]) -> Reply:
    """The reply that generated ``tokens`` stand for: the text after the thinking part, and why it ended."""
    tokenizer = getattr(processor, "tokenizer", processor)
    ids = tokens.tolist()
    pad, ends = getattr(tokenizer, "pad_token_id", None), getattr(tokenizer, "eos_token_id", None)
    while ids and ids[-1] in (pad, ends):
        ids.pop()
    raw = str(tokenizer.decode(ids, skip_special_tokens=True)).strip()
    for stop in generation.stop:
        raw = raw.split(stop)[0]
    thought, end, text = raw.rpartition(settings.thinking_end) if settings.thinking_end else ("", "", raw)
    more = dict(details)
    if end:
        more["thinking"] = thought.split(">", 1)[-1].strip() if thought.lstrip().startswith("<") else thought.strip()
    if not text.strip():
        more["empty"] = True
    finish = "length" if len(ids) >= generation.max_new_tokens else "stop"
    return Reply(text.strip(), raw=raw if end else None, finish=finish, details=more)
