"""The adapter ``hf`` as a stream: replies in slots that are filled again as they end, and inputs made ahead."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

from audiotest.models._ahead import Ahead
from audiotest.models._hf.asking import on_device
from audiotest.models._hf.decoding import Row, Rows, prefilled, sampling
from audiotest.models._hf.in_flight import Groups, InFlight, Kept, across, in_slots
from audiotest.models._hf.sharing import Shared
from audiotest.models._slots import Group, refill_of
from audiotest.models.streaming import in_batches
from audiotest.types import Reply, Request

_TOKENS_A_SECOND = 50
"""Of sound, at the most: as many as Whisper's encoder makes before anything is pooled."""


def stream(adapter: Any, requests: Iterator[Request], at_once: int) -> Iterator[tuple[Request, Reply | Exception]]:
    """Each request with its reply when it is there; batch by batch for a model whose rows cannot come and go."""
    if adapter.why_batches():
        for chunk in in_batches(adapter, requests, at_once):
            yield from chunk
        return
    refill = min(at_once, adapter.settings.refill or refill_of(at_once))

    def make(window: list[Request], before: Request | None) -> Groups:
        return groups(adapter, window, refill, before)

    ahead = Ahead(requests, at_once, make, adapter.preparing_threads)
    yield from in_slots(adapter, Decoding(adapter), ahead, at_once)


def groups(adapter: Any, window: list[Request], refill: int, before: Request | None = None) -> Groups:
    """Requests in groups that can be prefilled at once, with their inputs: all questions about a clip that share its
    prefix, and of others at most ``refill``. Those that are ranked are asked as batches, after these.

    ``before``: the request before these. What was read of a clip is kept where its questions go on in the next window,
    and a single one there is a group of its own."""
    adapter.own_processor()
    slotted = [r for r in window if not (r.likelihoods or adapter.cannot_hear(r))]
    ids = set(map(id, slotted))
    whole = [r for r in window if id(r) not in ids]
    result: Groups = []
    head, tail = across(window, slotted, before) if adapter.settings.shared else ([], [])
    if head:
        result.append(_group(adapter, head, prefix=True))
    for places in sorted(adapter._batches(slotted, in_slots=True)):
        batch = [slotted[i] for i in places]
        one_sound = adapter._one_sound(batch)
        if one_sound and (shared := _group(adapter, batch)).divisible:
            result.append(shared)
            continue
        parts = [_group(adapter, batch[i : i + refill]) for i in range(0, len(batch), refill)]
        for part in parts:
            part.alone = one_sound  # what is encoded once for them is lost among other sounds
        result += parts
    if tail:
        result.append(_group(adapter, tail, prefix=True))
    if result:
        result[-1].goes_on = result[-1].divisible and result[-1].items[-1] is window[-1]
    if whole:
        adapter.prepare(whole)
        result.append(Group(whole, whole=True))
    return result


def _group(adapter: Any, requests: list[Request], *, prefix: bool = False) -> Group[Request]:
    """One group; of a single question with the ``prefix`` that others share, if it can be. What cannot be built is left
    to the prefill, where it can be reported: it is read by itself, and counted with what its replies may hold, since
    nobody knows how long its prompts are."""
    new = max(request.generation.max_new_tokens for request in requests)
    try:
        inputs = adapter._inputs(requests, prefix=prefix)
    except Exception:
        return Group(requests, _unknown(requests) + new, alone=True)
    if inputs.how:
        return Group(requests, inputs.how.tokens, inputs, divisible=True)
    return Group(requests, inputs.inputs["input_ids"].shape[1] + new, inputs)


def _unknown(requests: list[Request]) -> int:
    """How many tokens the longest prompt has at the most, where its inputs could not be built: one for each byte of its
    text, and :data:`_TOKENS_A_SECOND` of its sound."""
    return max(
        len(r.prompt.encode()) + math.ceil(_TOKENS_A_SECOND * float(sum(clip.seconds for clip in r.audio)))
        for r in requests
    )


class Decoding(InFlight):
    """The engine of :class:`audiotest.models._slots.Slots` for the loaded model of ``adapter``."""

    def __init__(self, adapter: Any) -> None:
        super().__init__(adapter, adapter._model, adapter._tokenizer, adapter.settings.thinking_end)

    def read(self, group: Group[Request], rows: int) -> tuple[Rows, list[Row]]:
        """Prompts up to their first token; those that share a prefix over one prefill of it."""
        requests = group.items[:rows]
        if group.inputs is None or (rows < len(group.items) and not group.divisible):
            inputs = self._adapter._inputs(requests)
        else:
            inputs = group.inputs
        batch, prompts = on_device(inputs.inputs, self._model.device), inputs.prompts
        with self._adapter._encoding_once(prompts):
            if inputs.how:
                batch = self._after_prefix(group, inputs, batch, rows)
            return prefilled(self._model, self._tokenizer, requests, batch, step=self._adapter.compiled)

    def _after_prefix(self, group: Group[Request], inputs: Any, batch: Any, rows: int) -> Any:
        from audiotest.models._hf.sharing import common, put_shift, shared_inputs
        from audiotest.models._hf.sharing import prefilled as prefix_of

        length = inputs.how.length
        wanted = Kept(common(inputs.inputs, length), inputs.prefix, length)
        prefix, again = self.prefix(group, rows, wanted, lambda: prefix_of(self._model, batch, length))
        put_shift(self._model, prefix)
        later = rows < len(group.items)
        how = Shared(inputs.how.length, inputs.how.tails[:rows], inputs.how.new)
        cache = copy.deepcopy(prefix.cache) if again else prefix.cache
        # What is left of the group goes on after the same prefix.
        rest = Shared(how.length, inputs.how.tails[rows:], how.new)
        group.inputs = inputs._replace(how=rest, prefix=prefix) if later else None
        return shared_inputs(self._model, self._adapter._processor, batch, how, cache)

    def together(self, first: Group[Request], second: Group[Request]) -> Group[Request] | None:
        """One group of both, where their inputs can stand in one batch as they are."""
        both = _joined(first, second, self._tokenizer.pad_token_id)
        if both is None:
            return None
        return Group([*first.items, *second.items], max(first.tokens, second.tokens), both)

    def kept_of(self, request: Request) -> dict[str, Any]:
        """Nothing more than every reply's."""
        return {}


def _kind(group: Group[Request]) -> tuple[Any, ...]:
    """What all requests of a prefill have in common."""
    generation = group.items[0].generation
    return generation.thinking, sampling(generation)


def _joined(first: Group[Request], second: Group[Request], pad: int | None) -> Any:
    """Inputs of two groups as those of one: tokens are padded on the left, and whatever else there is has the same
    shape for each prompt or clip of both. None where that is not so, or the prompts of one hear one sound."""
    import torch

    one, two = first.inputs, second.inputs
    if one is None or two is None or pad is None or one.prompts > 1 or two.prompts > 1:
        return None
    if set(one.inputs) != set(two.inputs) or _kind(first) != _kind(second):
        return None
    longest = max(one.inputs["input_ids"].shape[1], two.inputs["input_ids"].shape[1])
    joined = {}
    for name, value in one.inputs.items():
        other = two.inputs[name]
        if not (isinstance(value, torch.Tensor) and isinstance(other, torch.Tensor)):
            return None
        if name in ("input_ids", "attention_mask"):
            fill = pad if name == "input_ids" else 0
            value, other = (
                torch.nn.functional.pad(part, (longest - part.shape[1], 0), value=fill) for part in (value, other)
            )
        elif value.shape[1:] != other.shape[1:]:
            return None
        joined[name] = torch.cat([value, other])
    return one._replace(inputs=type(one.inputs)(joined), prompts=0)
