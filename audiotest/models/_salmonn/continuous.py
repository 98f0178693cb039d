"""SALMONN as a stream: replies in slots that are filled again as they end, one reading of a clip for its questions."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
import torch

from audiotest.models._ahead import Ahead
from audiotest.models._hf.decoding import Row, Rows, prefilled, sampling
from audiotest.models._hf.in_flight import Groups, InFlight, Kept, across, in_slots
from audiotest.models._salmonn.asking import halves, heard, together, tokens, truncated, words
from audiotest.models._slots import Group, refill_of
from audiotest.models._sounds import sound_name, sounds_of
from audiotest.models.streaming import in_batches
from audiotest.types import Reply, Request

_FRAMES = 1500
"""Of Whisper's encoder, for a clip of any length."""


def stream(adapter: Any, requests: Iterator[Request], at_once: int) -> Iterator[tuple[Request, Reply | Exception]]:
    """Each request with its reply when it is there; batch by batch where beams are searched."""
    if adapter.why_batches():
        for chunk in in_batches(adapter, requests, at_once):
            yield from chunk
        return
    refill = min(at_once, adapter.settings.refill or refill_of(at_once))
    ahead = Ahead(requests, at_once, lambda window, before: groups(adapter, window, refill, before))
    yield from in_slots(adapter, Decoding(adapter, at_once), ahead, at_once)


def groups(adapter: Any, window: list[Request], refill: int, before: Request | None = None) -> Groups:
    """Requests in groups that can be prefilled at once: all questions about a clip, and of others at most ``refill``.
    Those that are ranked, or have several clips, are left to ``answer``. ``before``: the request before these."""
    slotted = [request for request in window if not request.likelihoods and len(request.audio) < 2]
    ids = set(map(id, slotted))
    head, tail = across(window, slotted, before) if adapter.settings.shared else ([], [])
    sounds = sounds_of(slotted)

    def kind(i: int) -> str:
        generation = msgspec.structs.replace(slotted[i].generation, max_new_tokens=0, stop=())
        sound = sounds[i] if adapter.settings.shared and sounds.count(sounds[i]) > 1 else ""
        return f"{msgspec.json.encode(generation).decode()} {sound}"

    result: Groups = [Group(head, _length(adapter, head), divisible=True)] if head else []
    kinds = [(name, list(places)) for name, places in groupby(sorted(range(len(slotted)), key=kind), key=kind)]
    for name, places in sorted(kinds, key=itemgetter(1)):
        batch = [slotted[i] for i in places]
        if len(batch) > 1 and not name.endswith(" "):
            result.append(Group(batch, _length(adapter, batch), divisible=True))
        else:
            parts = [batch[i : i + refill] for i in range(0, len(batch), refill)]
            result += [Group(part, _length(adapter, part)) for part in parts]
    if tail:
        result.append(Group(tail, _length(adapter, tail), divisible=True))
    if result:
        result[-1].goes_on = result[-1].divisible and result[-1].items[-1] is window[-1]
    whole = [request for request in window if id(request) not in ids]
    return [*result, Group(whole, whole=True)] if whole else result


def _length(adapter: Any, requests: list[Request]) -> int:
    """How many tokens the longest row has at its end."""
    parts, settings = adapter._parts, adapter.settings

    def prompt(request: Request) -> int:
        text = sum(len(tokens(parts, half)) for half in words(request, settings))
        return 1 + text + (_FRAMES // settings.window if request.audio else 0)

    return max(prompt(request) + request.generation.max_new_tokens for request in requests)


class Decoding(InFlight):
    """The engine of :class:`audiotest.models._slots.Slots` for the loaded SALMONN of ``adapter``. What the last
    ``remembered`` clips were heard as is kept, since their questions may come in several groups."""

    def __init__(self, adapter: Any, remembered: int) -> None:
        super().__init__(adapter, adapter._parts.llm, adapter._parts.tokenizer, "")
        self._parts, self._remembered = adapter._parts, remembered
        self._heard: dict[str, torch.Tensor] = {}

    def read(self, group: Group[Request], rows: int) -> tuple[Rows, list[Row]]:
        """Prompts up to their first token; questions about one clip over one reading of it."""
        requests = group.items[:rows]
        with torch.inference_mode():
            prompts = self._prompts(requests)
            embeddings, mask = together(prompts, between=group.divisible)
            batch = {"inputs_embeds": embeddings, "attention_mask": mask}
            if group.divisible:
                batch["past_key_values"] = self._prefix(group, prompts[0][0], rows)
        return prefilled(self._model, self._tokenizer, requests, batch, pad=self._tokenizer.eos_token_id)

    def _prefix(self, group: Group[Request], first: torch.Tensor, rows: int) -> Any:
        """Keys and values of what all questions of ``group`` begin with, for so many ``rows``."""
        wanted = Kept({"embeddings": first}, group.inputs, len(first))
        cache, again = self.prefix(
            group, rows, wanted, lambda: self._model(inputs_embeds=first[None], use_cache=True).past_key_values
        )
        group.inputs = cache if rows < len(group.items) else None
        cache = copy.deepcopy(cache) if again else cache
        cache.batch_repeat_interleave(rows)
        return cache

    def _prompts(self, requests: list[Request]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """The two halves of each prompt; clips that were not heard lately are heard now, at once."""
        names = [sound_name(request.audio[0]) if request.audio else "" for request in requests]
        clips = {name: request.audio[0] for name, request in zip(names, requests, strict=True) if name}
        known = {name: self._heard.pop(name) for name in clips if name in self._heard}
        if new := {name: clip for name, clip in clips.items() if name not in known}:
            known |= zip(new, heard(self._parts, list(new.values())), strict=True)
        self._heard |= known  # the latest stand last
        for name in list(self._heard)[: -self._remembered]:
            del self._heard[name]
        settings = self._adapter.settings
        return [
            halves(self._parts, request, known.get(name), settings)
            for name, request in zip(names, requests, strict=True)
        ]

    def together(self, first: Group[Request], second: Group[Request]) -> Group[Request] | None:
        """One group of both, where they are sampled alike."""
        if sampling(first.items[0].generation) != sampling(second.items[0].generation):
            return None
        return Group([*first.items, *second.items], max(first.tokens, second.tokens))

    def kept_of(self, request: Request) -> dict[str, Any]:
        """Whether less was heard than there is."""
        return {"truncated": True} if truncated(request) else {}

    def drop(self) -> None:
        """Let go of all rows, and of what was heard."""
        self._heard.clear()
        super().drop()
