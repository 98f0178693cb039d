"""Rows that are decoded together and come and go: their keys and values, their tokens, and what ends each.

A prompt is prefilled by ``generate`` itself, up to its first token, so that inputs, positions and logits processors are
what transformers makes of them for each family. From there a row is keys and values of its own tokens, without padding;
rows are padded on the left to the longest of them, and masked there. The cache is transformers' dynamic one.

A sampled row draws from a generator of its own, seeded by its request as ``generate`` would be for that request alone:
the same numbers are drawn in the same order, whatever is beside it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from audiotest.models._generating import how
from audiotest.models._hf.asking import cast
from audiotest.types import Generation, Request


class CannotJoin(Exception):
    """What a row needs is not in its own tokens: why its model, or the request, is answered in batches."""


_GREEDY = Generation()
Sampling = tuple[float, float]
"""Temperature and top_p, which processors are made of; (0, 1) for greedy rows."""


def sampling(generation: Generation) -> Sampling:
    """How ``generation`` has tokens chosen; rows for which it is the same have the same processors."""
    return (generation.temperature, generation.top_p) if generation.temperature > 0 else (0.0, 1.0)


class Row(Struct, eq=False):
    """A request in flight: the ids that were generated for it, what stops it beside its model's end, where it is
    sampled what it draws from, and the seconds that were its share."""

    request: Request
    ids: list[int]
    stop: Any = None
    generator: Any = None
    broken: bool = False
    seconds: float = 0.0
    beside: int = 1
    shared: bool = False


class Rows:
    """``rows`` with a ``cache`` of T tokens each, and ``mask`` and ``ids`` of shape (rows, T + 1): the last token was
    chosen and is still to be read. Of prompts that are embeddings there are no ids: the first that is chosen stands for
    all of them. ``positions`` of shape (..., rows, 1) are those of the token before it, in as many dimensions as the
    model counts them. ``rules``: those of the rows that were read with them; of any others, by how they are sampled.
    ``forward``: what reads the tokens; the model, or its compiled step."""

    def __init__(self, model: Any, cache: Any, mask: Any, ids: Any, positions: Any, rules: Rules) -> None:
        self.model, self.cache, self.mask, self.ids, self.positions = model, cache, mask, ids, positions
        self.rules: dict[Sampling, Rules] = {rules.sampling: rules}
        self.rows: list[Row] = []
        self.forward: Any = model
        self.logits: Any = None
        self._look()

    def _look(self) -> None:
        """Whether anything is masked: without, models compute faster, and what ``generate`` has them compute."""
        self.padded = not bool(self.mask.all())

    def step(self) -> list[Row]:
        """Read the last token of every row and choose the next; the rows that end with it."""
        mask = self.mask if self.padded else None
        self.positions = self.positions + 1
        given = self.model.prepare_inputs_for_generation(
            self.ids, next_sequence_length=1, past_key_values=self.cache, attention_mask=mask,
            position_ids=self.positions, use_cache=True,
        )  # fmt: skip
        self.logits = self.forward(**given, return_dict=True).logits[:, -1]
        self.choose(self.logits)
        return self.ended()

    def choose(self, logits: Any) -> None:
        """The next token of each row: the likeliest, or one that the row draws."""
        import torch

        scores = self._processed(logits.to(dtype=torch.float32, copy=True))
        broken = scores.isnan().any(dim=-1)
        chosen = scores.argmax(dim=-1)
        drawing = [i for i, row in enumerate(self.rows) if row.generator is not None]
        if drawing:
            # Nothing can be drawn where there are no numbers; such a row ends.
            shares = scores.masked_fill(broken[:, None], 0.0).softmax(dim=-1)
            drawn = [torch.multinomial(shares[i : i + 1], 1, generator=self.rows[i].generator)[0] for i in drawing]
            chosen[drawing] = torch.cat(drawn)
        self.ids = torch.cat([self.ids, chosen[:, None]], dim=1)
        self.mask = torch.cat([self.mask, self.mask.new_ones(len(self.rows), 1)], dim=1)
        self.ids = _filled(self.ids, self.mask.shape[1] - self.ids.shape[1])
        for row, token, bad in zip(self.rows, chosen.tolist(), broken.tolist(), strict=True):
            row.ids.append(token)
            row.broken = bad

    def _processed(self, scores: Any) -> Any:
        """Scores after the processors of each row."""
        kinds = [sampling(row.request.generation) for row in self.rows]
        if len(set(kinds)) == 1:
            return self.rules[kinds[0]].processors(self.ids, scores)
        for kind in set(kinds):
            places = [i for i, other in enumerate(kinds) if other == kind]
            scores[places] = self.rules[kind].processors(self.ids[places], scores[places])
        return scores

    def ended(self) -> list[Row]:
        """Rows that have come to an end, which are taken out."""
        over = next(iter(self.rules.values())).ends(self.ids)  # what ends a reply is the same for all
        for i, row in enumerate(self.rows):
            full = len(row.ids) >= row.request.generation.max_new_tokens
            over[i] = over[i] or row.broken or full
            if row.stop is not None and not over[i]:
                over[i] = bool(row.stop(self.ids[i : i + 1], None)[0])
        ended = [row for row, end in zip(self.rows, over, strict=True) if end]
        if ended:
            self._keep([i for i, end in enumerate(over) if not end])
        return ended

    def cache_of(self, places: Any) -> Any:
        """The keys and values of these rows, which may be named several times, as a cache of their own."""
        cache = copy.copy(self.cache)
        cache.layers = [copy.copy(layer) for layer in self.cache.layers]
        for layer in cache.layers:
            layer.keys, layer.values = layer.keys[places], layer.values[places]
        return cache

    def _keep(self, places: list[int]) -> None:
        import torch

        self.rows = [self.rows[i] for i in places]
        if not places:
            self.cache = None
            return
        kept = torch.tensor(places, device=self.ids.device)
        self.ids, self.mask, self.positions = self.ids[kept], self.mask[kept], self.positions.index_select(-2, kept)
        unused = self.mask.shape[1] - int(self.mask.sum(dim=1).max())
        self.ids, self.mask = self.ids[:, unused:], self.mask[:, unused:]
        for layer in self.cache.layers:
            layer.keys, layer.values = layer.keys[kept, :, unused:], layer.values[kept, :, unused:]
        self._look()

    def join(self, other: Rows) -> None:
        """Put the rows of ``other`` below these; ``other`` is used up."""
        import torch

        if not other.rows:
            return
        self.rules |= other.rules
        if not self.rows:
            self.rows, self.cache, self.positions = other.rows, other.cache, other.positions
            self.mask, self.ids = other.mask, other.ids
            self._look()
            return
        length = max(self.mask.shape[1], other.mask.shape[1])
        mine, its = length - self.mask.shape[1], length - other.mask.shape[1]
        for layer, more in zip(self.cache.layers, other.cache.layers, strict=True):
            layer.keys = torch.cat([_padded(layer.keys, mine), _padded(more.keys, its)])
            layer.values = torch.cat([_padded(layer.values, mine), _padded(more.values, its)])
            more.keys = more.values = None
        pad = torch.nn.functional.pad
        self.mask = torch.cat([pad(self.mask, (mine, 0)), pad(other.mask, (its, 0))])
        self.ids = torch.cat([_filled(self.ids, mine), _filled(other.ids, its)])
        self.positions = torch.cat([self.positions, other.positions], dim=-2)
        self.rows = self.rows + other.rows
        self._look()


_OF_A_ROW = (
    "RepetitionPenaltyLogitsProcessor", "SuppressTokensLogitsProcessor", "TemperatureLogitsWarper", "TopKLogitsWarper",
    "TopPLogitsWarper", "MinPLogitsWarper", "TypicalLogitsWarper", "EpsilonLogitsWarper", "EtaLogitsWarper",
    "LogitNormalization",
)  # fmt: skip
"""Processors that look at a row's own scores and the set of its tokens, so what a row is padded with is a token of
it."""


class Rules:
    """What transformers makes of a model's generation settings, for rows that are to be independent of each other."""

    def __init__(self, processors: Any, criteria: Any, sampling: Sampling) -> None:
        from transformers import generation
        from transformers.generation import EosTokenCriteria, MaxLengthCriteria

        self.sampling = sampling
        alone = tuple(getattr(generation, name) for name in _OF_A_ROW if hasattr(generation, name))
        other = [type(p).__name__ for p in processors if not isinstance(p, alone)]
        other += [type(c).__name__ for c in criteria if not isinstance(c, EosTokenCriteria | MaxLengthCriteria)]
        other += [type(p).__name__ for p in processors if getattr(p, "prompt_ignore_length", None)]
        if other:
            raise CannotJoin(f"its generation settings count tokens of the whole batch ({', '.join(sorted(other))})")
        self.processors = processors
        self._ends = [c for c in criteria if isinstance(c, EosTokenCriteria)]

    def ends(self, ids: Any) -> list[bool]:
        """Whether each row's last token ends it."""
        over = [False] * len(ids)
        for criterion in self._ends:
            over = [a or b for a, b in zip(over, criterion(ids, None).tolist(), strict=True)]
        return over


def prefilled(
    model: Any, tokenizer: Any, requests: Sequence[Request], batch: Any, *, pad: int | None = None,
    step: Any = None,
) -> tuple[Rows, list[Row]]:  # fmt: skip
    """(Rows after the first token of each request, those that ended with it.) ``batch`` holds their model inputs, on
    the model's device; how they are sampled is the same for all. ``pad``: the token that pads, where the tokenizer's
    does not. ``step``: what reads later tokens in the place of ``model``. Raises :class:`CannotJoin`."""
    import torch
    from transformers.generation import StopStringCriteria

    shared = "past_key_values" in batch
    with torch.inference_mode():
        rows = prompts_read(model, tokenizer, batch, requests[0].generation, pad=pad)
        rows.forward = step or model
        stops: dict[tuple[str, ...], Any] = {(): None}
        for request in requests:
            stop = request.generation.stop
            if stop not in stops:
                stops[stop] = StopStringCriteria(tokenizer, list(stop))
            drawn = torch.Generator(rows.ids.device) if request.generation.temperature > 0 else None
            if drawn is not None:
                drawn.manual_seed(request.seed)
            rows.rows.append(Row(request, [], stops[stop], drawn, shared=shared))
        rows.choose(rows.logits)
        return rows, rows.ended()


def prompts_read(
    model: Any, tokenizer: Any, batch: Any, generation: Generation = _GREEDY, *, pad: int | None = None
) -> Rows:
    """Rows that read their prompts and have chosen no token yet. Raises :class:`CannotJoin`."""
    cast(batch, model)
    given = how(generation, tokenizer)
    for name in ("stop_strings", "tokenizer"):  # a stop is looked for in each row
        given.pop(name, None)
    if pad is not None:
        given["pad_token_id"] = pad
    rows: Rows = model.generate(**batch, **given, custom_generate=_first)
    return rows


def _first(
    model: Any, input_ids: Any, logits_processor: Any, stopping_criteria: Any, generation_config: Any,
    **model_kwargs: Any,
) -> Rows:  # fmt: skip
    """What ``generate`` calls once it has prepared everything: the prefill, and no token yet."""
    from transformers.cache_utils import DynamicLayer

    drawn = (generation_config.temperature, generation_config.top_p) if generation_config.do_sample else (0.0, 1.0)
    rules = Rules(logits_processor, stopping_criteria, drawn)
    outputs = model._prefill(input_ids, generation_config, model_kwargs)
    cache = outputs.past_key_values
    if any(type(layer) is not DynamicLayer for layer in getattr(cache, "layers", [None])):
        raise CannotJoin("its layers keep more, or less, than the keys and values of all tokens")
    mask, positions = model_kwargs.get("attention_mask"), model_kwargs.get("position_ids")
    if mask is None:  # it is left out where nothing is padded
        mask = input_ids.new_ones(len(input_ids), cache.get_seq_length())
    if positions is None:
        positions = mask.long().cumsum(-1) - 1
    last = positions[..., -1:]
    rows = Rows(model, cache, mask, input_ids, last.expand(*last.shape[:-2], len(input_ids), 1), rules)
    rows.logits = outputs.logits[:, -1]
    _without_gaps(rows)
    return rows


def _without_gaps(rows: Rows) -> None:
    """Every row's own tokens to the right, in their order, and on the left as little padding as there can be: one of
    its own tokens, masked."""
    mask = rows.mask
    longest = int(mask.sum(dim=1).max())
    has_ids = rows.ids.shape[1] > 0
    if bool((mask[:, 1:] >= mask[:, :-1]).all()):  # padded on the left alone
        places = None
        cut = mask.shape[1] - longest
        rows.mask, rows.ids = mask[:, cut:], rows.ids[:, cut:]
    else:
        places = mask.argsort(dim=1, stable=True)[:, -longest:]
        rows.mask, rows.ids = mask.gather(1, places), rows.ids.gather(1, places) if has_ids else rows.ids
    for layer in rows.cache.layers:
        for name in ("keys", "values"):
            value = getattr(layer, name)
            if places is None:
                value = value[:, :, cut:]
            else:
                value = value.gather(2, places[:, None, :, None].expand(-1, value.shape[1], -1, value.shape[3]))
            setattr(layer, name, value)
    if has_ids:
        rows.ids = rows.ids.where(rows.mask.bool(), rows.ids[:, -1:])
    rows._look()


def _padded(values: Any, places: int) -> Any:
    import torch

    return torch.nn.functional.pad(values, (0, 0, places, 0)) if places else values


def _filled(ids: Any, places: int) -> Any:
    import torch

    return torch.cat([ids[:, -1:].expand(-1, places), ids], dim=1) if places else ids
