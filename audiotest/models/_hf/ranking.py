"""How probable a model of transformers finds each of some texts as its reply: one prefill, one batch of the texts."""

from __future__ import annotations

import copy
from typing import Any

from audiotest.models._hf.asking import cast, inputs
from audiotest.models._hf.settings import Settings
from audiotest.models._hf.sharing import Prefix, shift_of
from audiotest.models._likelihoods import padded, summed
from audiotest.types import Request


def measure(model: Any, processor: Any, request: Request, texts: list[str], settings: Settings) -> list[float]:
    """log p(text | prompt, sound) of each text."""
    import torch

    first = inputs(processor, [request], settings).to(model.device)
    cast(first, model)
    ids, mask = padded([tokens(processor, text) for text in texts], model.device)
    with torch.inference_mode():
        if not settings.shared:
            return [_alone(model, first, ids[i : i + 1], mask[i : i + 1]) for i in range(len(texts))]
        read = model(**first, use_cache=True)
        return _after(model, read, first["attention_mask"], shift_of(model), ids, mask)


def measure_after(model: Any, processor: Any, prefix: Prefix, tail: list[int], texts: list[str]) -> list[float]:
    """The same for a prompt that goes on with ``tail`` after a ``prefix``, which stays as it is."""
    import torch

    rest = torch.tensor([tail], device=model.device)
    seen = rest.new_ones(1, prefix.length + len(tail))
    ids, mask = padded([tokens(processor, text) for text in texts], model.device)
    with torch.inference_mode():
        where = _positions(prefix.shift, prefix.length, rest)
        cache = copy.deepcopy(prefix.cache)
        read = model(input_ids=rest, attention_mask=seen, past_key_values=cache, use_cache=True, **where)
        return _after(model, read, seen, prefix.shift, ids, mask)


def _after(model: Any, read: Any, seen: Any, shift: int | None, ids: Any, mask: Any) -> list[float]:
    """After a prompt that was ``read``, of which ``seen`` is the mask."""
    import torch

    cache, last = read.past_key_values, read.logits[0, -1]
    cache.batch_repeat_interleave(len(ids))
    whole = torch.cat([seen.expand(len(ids), -1), mask], dim=1)
    where = _positions(shift, seen.shape[1], ids)
    logits = model(input_ids=ids, attention_mask=whole, past_key_values=cache, **where).logits
    return summed(last, logits, ids, mask)


def _positions(shift: int | None, length: int, ids: Any) -> dict[str, Any]:
    """The positions of tokens after ``length`` others, for models that would count the prompt's again; the others find
    it out by themselves."""
    import torch

    if shift is None:
        return {}
    places = torch.arange(length, length + ids.shape[1], device=ids.device) + shift
    return {"position_ids": places.expand(3, len(ids), -1)}


def _alone(model: Any, first: Any, ids: Any, mask: Any) -> float:
    """The same, by reading prompt and text together."""
    import torch

    length = first["input_ids"].shape[1]
    whole = {
        **first,
        "input_ids": torch.cat([first["input_ids"], ids], dim=1),
        "attention_mask": torch.cat([first["attention_mask"], mask], dim=1),
    }
    logits = model(**whole).logits[0]
    return summed(logits[length - 1], logits[None, length:], ids, mask)[0]


def tokens(processor: Any, text: str) -> list[int]:
    """The ids of ``text`` as part of a reply: no special tokens."""
    tokenizer = getattr(processor, "tokenizer", processor)
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids
