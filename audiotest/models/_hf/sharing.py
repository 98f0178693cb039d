"""One prefill for all questions about a clip: the sound is encoded and read once, the questions follow it.

Where a chat template puts the sound before the question, prompts about one clip are the same up to the end of the
sound. That prefix (800 tokens for 30 s in Qwen2-Audio) is computed once; its keys and values are repeated for the
batch, and only the questions are added, padded between prefix and question and masked there. The replies are those
of the plain path.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from audiotest.models._generating import TOKENIZER
from audiotest.models._hf.asking import cast, conversation, template
from audiotest.models._hf.settings import Settings
from audiotest.types import Request

_PER_TOKEN = ("input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids")


class Shared(NamedTuple):
    """How questions about one sound follow one prefix: ``length`` tokens of the first prompt, then these of each."""

    length: int
    tails: list[list[int]]
    new: int

    @property
    def tokens(self) -> int:
        """What a row is long at the most, with what is generated."""
        return self.length + max(map(len, self.tails)) + self.new


def shared(processor: Any, requests: Sequence[Request], first: Any, settings: Settings, config: Any) -> Shared | None:
    """How ``requests``, all about one sound, share a prefix; ``first`` holds the inputs of the first of them.

    None where the prompts do not begin alike, the processor does not say where the sound ends, or a window is narrow.
    """
    token = getattr(processor, "audio_token", None)
    if token is None:
        return None
    with TOKENIZER:
        ids = first["input_ids"][0].tolist()
        sound = processor.tokenizer.convert_tokens_to_ids(token)
        texts = [
            str(processor.apply_chat_template(conversation(r, settings), tokenize=False, **template(r)))
            for r in requests
        ]
        if sound not in ids or len({text.rpartition(token)[0] for text in texts}) != 1:
            return None
        tails = [_ids(processor, text.rpartition(token)[2]) for text in texts]
    length = len(ids) - len(tails[0])
    # A tokenizer that joins across the border would have other tails; a processor may put marks after the sound.
    if sound in ids[length:] or tails[0] != ids[length:]:
        return None
    plan = Shared(length, tails, max(request.generation.max_new_tokens for request in requests))
    return None if len(set(map(len, tails))) > 1 and plan.tokens > _window(config) else plan


class Prefix(NamedTuple):
    """What a model has read: keys and values of ``length`` tokens, and the ``shift`` of what follows, for models that
    count positions in three dimensions (the Omnis)."""

    cache: Any
    length: int
    shift: int | None


def common(first: Any, length: int) -> dict[str, Any]:
    """What prompts that begin alike have in common of the inputs of the ``first``: those of ``length`` tokens."""
    return {name: value[:, :length] if name in _PER_TOKEN else value for name, value in first.items()}


def prefilled(model: Any, first: Any, length: int) -> Prefix:
    """The first ``length`` tokens, sound included, of the inputs of one prompt."""
    import torch

    given = common(first, length)
    cast(given, model)
    with torch.inference_mode():
        return Prefix(model(use_cache=True, **given).past_key_values, length, shift_of(model))


def shift_of(model: Any) -> int | None:
    """By how much the positions of what follows differ from its places, for what ``model`` read last."""
    deltas = getattr(getattr(model, "model", model), "rope_deltas", None)
    return None if deltas is None else int(deltas.reshape(-1)[0])


def put_shift(model: Any, prefix: Prefix) -> None:
    """What ``model`` reads next follows ``prefix``, whatever it has read meanwhile."""
    import torch

    if prefix.shift is not None:
        owner = getattr(model, "model", model)
        owner.rope_deltas = torch.full_like(owner.rope_deltas[:1], prefix.shift)


def shared_inputs(model: Any, processor: Any, first: Any, how: Shared, cache: Any) -> dict[str, Any]:
    """Model inputs after a prefix, whose ``cache`` is used up."""
    import torch

    length, tails, rows = how.length, how.tails, len(how.tails)
    cache.batch_repeat_interleave(rows)
    longest = max(map(len, tails))
    pad = processor.tokenizer.pad_token_id
    padded = [[pad] * (longest - len(tail)) + tail for tail in tails]
    mask = [[1] * length + [0] * (longest - len(tail)) + [1] * len(tail) for tail in tails]
    prefix = first["input_ids"][0, :length].expand(rows, -1)
    return {
        "input_ids": torch.cat([prefix, torch.tensor(padded, device=model.device)], dim=1),
        "attention_mask": torch.tensor(mask, device=model.device),
        "past_key_values": cache,
    }


def _window(config: Any) -> float:
    """How many tokens back the narrowest layer looks. What is padded between prefix and question takes places of it, so
    beyond it a shorter question would see less of the sound than on the plain path."""
    text = config.get_text_config()
    narrow = "sliding_attention" in (getattr(text, "layer_types", None) or ())
    return float(text.sliding_window) if narrow and text.sliding_window else math.inf


def _ids(processor: Any, text: str) -> list[int]:
    ids: list[int] = processor.tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
