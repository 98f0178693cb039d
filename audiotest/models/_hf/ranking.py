"""How probable a model of transformers finds each of some texts as its reply: one prefill of the prompts of a batch,
and their texts in batches; a prompt at a time for a model whose rows cannot come and go."""

from __future__ import annotations

import copy
from contextlib import suppress
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from audiotest.models._hf.asking import cast, inputs
from audiotest.models._hf.decoding import CannotJoin, Rows, prompts_read
from audiotest.models._hf.settings import Settings
from audiotest.models._hf.sharing import Prefix, Shared, put_shift, shared_inputs, shift_of
from audiotest.models._likelihoods import padded, summed
from audiotest.types import Request


class After(NamedTuple):
    """A ``prefix`` that was read of the ``first`` prompt, and with which ``tails`` prompts go on."""

    first: Any
    prefix: Prefix
    tails: list[list[int]]


def likelihoods(
    adapter: Any, requests: list[Request], texts: list[list[str]], after: After | None, *, one_sound: bool
) -> list[list[float]]:
    """log p(text | prompt, sound) of each text after each request's prompt, or its tail ``after`` a prefix that they
    share. ``one_sound``: all are about the same. Each prompt by itself where the model's rows cannot come and go, and
    each text as well without the option ``shared``."""
    model, processor, settings = adapter._model, adapter._processor, adapter.settings
    if settings.shared and not adapter.why_batches():
        with suppress(CannotJoin):
            return _at_once(adapter, requests, texts, after, one_sound=one_sound)
    with adapter._encoding_once(1):
        if after:
            each = zip(after.tails, texts, strict=True)
            return [measure_after(model, processor, after.prefix, tail, several) for tail, several in each]
        return [measure(model, processor, r, several, settings) for r, several in zip(requests, texts, strict=True)]


def _at_once(
    adapter: Any, requests: list[Request], texts: list[list[str]], after: After | None, *, one_sound: bool
) -> list[list[float]]:
    model, processor = adapter._model, adapter._processor
    if after:
        put_shift(model, after.prefix)
        how = Shared(after.prefix.length, after.tails, 0)
        batch = shared_inputs(model, processor, after.first, how, copy.deepcopy(after.prefix.cache))
    else:
        batch = inputs(processor, requests, adapter.settings).to(model.device)
    ids = [[tokens(processor, text) for text in several] for several in texts]
    with adapter._encoding_once(len(requests) if one_sound or len(requests) == 1 else 0):
        return measure_all(adapter, model, adapter._tokenizer, batch, ids)


def measure_all(
    adapter: Any, model: Any, tokenizer: Any, batch: Any, texts: list[list[list[int]]], *, pad: int | None = None
) -> list[list[float]]:
    """log p(text | prompt, sound) of each text, given as its ids, after each prompt of ``batch``, which holds the model
    inputs of all: read at once, and then as many texts at a time as a batch of ``adapter`` has, and its memory beside
    the prompts. Raises :class:`CannotJoin`."""
    import torch

    with torch.inference_mode():
        rows = prompts_read(model, tokenizer, batch, pad=pad)
        each = [(row, ids) for row, several in enumerate(texts) for ids in several]
        longest = rows.mask.shape[1] + max(len(ids) for _, ids in each)
        most = max(1, min(adapter.batch_size, adapter._budget.rows(longest) - len(texts)))
        values: list[float] = []
        for start in range(0, len(each), most):
            values += _of_rows(model, rows, each[start : start + most])
    ends = list(accumulate(map(len, texts), initial=0))
    return [values[a:b] for a, b in pairwise(ends)]


def _of_rows(model: Any, rows: Rows, texts: list[tuple[int, list[int]]]) -> list[float]:
    """Of texts, each with the row of its prompt; ``rows`` stay as they are."""
    import torch

    places = torch.tensor([row for row, _ in texts], device=rows.mask.device)
    ids, mask = padded([text for _, text in texts], rows.mask.device)
    cache = rows.cache_of(places)
    given = model.prepare_inputs_for_generation(
        torch.cat([rows.ids[places], ids], dim=1), next_sequence_length=ids.shape[1], past_key_values=cache,
        attention_mask=torch.cat([rows.mask[places], mask], dim=1), use_cache=True,
        position_ids=rows.positions.index_select(-2, places) + 1 + torch.arange(ids.shape[1], device=ids.device),
    )  # fmt: skip
    logits = model(**given, return_dict=True).logits
    return summed(rows.logits[places], logits[:, -ids.shape[1] :], ids, mask)


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
