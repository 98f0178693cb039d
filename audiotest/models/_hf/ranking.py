"""How probable a model of transformers finds each of some texts as its reply: one prefill, one batch of the texts."""

from __future__ import annotations

from typing import Any

from audiotest.models._hf.asking import inputs
from audiotest.models._hf.settings import Settings
from audiotest.models._likelihoods import padded, summed
from audiotest.words import Request


def measure(model: Any, processor: Any, request: Request, texts: list[str], settings: Settings) -> list[float]:
    """log p(text | prompt, sound) of each text."""
    import torch

    first = inputs(processor, [request], settings).to(model.device)
    for name, value in first.items():
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            first[name] = value.to(model.dtype)
    ids, mask = padded([tokens(processor, text) for text in texts], model.device)
    with torch.inference_mode():
        if not settings.shared:
            return [_alone(model, first, ids[i : i + 1], mask[i : i + 1]) for i in range(len(texts))]
        out = model(**first, use_cache=True)
        cache = out.past_key_values
        cache.batch_repeat_interleave(len(texts))
        seen = torch.cat([first["attention_mask"].expand(len(texts), -1), mask], dim=1)
        where = _positions(model, first["input_ids"].shape[1], ids)
        logits = model(input_ids=ids, attention_mask=seen, past_key_values=cache, **where).logits
    return summed(out.logits[0, -1], logits, ids, mask)


def _positions(model: Any, length: int, ids: Any) -> dict[str, Any]:
    """Where the texts stand, for models that count positions in three dimensions (the Omnis) and would count the
    prompt's anew; the others find it out by themselves."""
    import torch

    deltas = getattr(getattr(model, "model", model), "rope_deltas", None)
    if deltas is None:
        return {}
    places = torch.arange(length, length + ids.shape[1], device=ids.device) + int(deltas.reshape(-1)[0])
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
    """The ids of ``text`` as it stands in a reply: no special tokens."""
    tokenizer = getattr(processor, "tokenizer", processor)
    found: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return found
