"""SALMONN's prompts, as the embeddings that its language model is given, and what it generates from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import LogitsProcessorList, StopStringCriteria

from audiotest.models._generating import TOKENIZER, how, replies, watch
from audiotest.models._hf.ranking import measure_all
from audiotest.models._salmonn.beams import search
from audiotest.models._salmonn.encoders import LONGEST, RATE
from audiotest.models._salmonn.loading import Parts
from audiotest.models._salmonn.settings import Settings
from audiotest.types import Generation, Reply, Request, Waveform

PLACE = "<SpeechHere>"


def heard(parts: Parts, clips: Sequence[Waveform]) -> torch.Tensor:
    """(clips, tokens, width): the tokens that stand for each clip, as its first channel has it."""
    return parts.encoders([clip.samples[:, 0] for clip in clips]).to(parts.llm.dtype)


def halves(parts: Parts, request: Request, sound: torch.Tensor | None, settings: Settings) -> tuple[Any, Any]:
    """(tokens, width) of the prompt up to the end of the sound, and of the rest.

    Each piece of text is tokenised by itself, without special tokens, after one that begins the sequence. Without
    sound the part from ``<Speech>`` to ``</Speech>`` is left out.
    """
    embed = parts.llm.get_input_embeddings()

    def text(half: str) -> torch.Tensor:
        return embed(torch.tensor(tokens(parts, half), dtype=torch.long, device=parts.llm.device))

    start = embed(torch.tensor([parts.tokenizer.bos_token_id], device=parts.llm.device))
    before, after = words(request, settings)
    if sound is None:
        return start, text(after)
    return torch.cat([start, text(before), sound]), text(after)


def words(request: Request, settings: Settings) -> tuple[str, str]:
    """The text before and after the sound of ``request``; of one without sound all of it is after."""
    before, _, after = settings.template.partition(PLACE)
    if not request.audio:
        before, after = "", f"{before.removesuffix('<Speech>')}{after.removeprefix('</Speech>').lstrip()}"
    return before, after.replace("{prompt}", request.prompt.strip())


def generate(
    parts: Parts, requests: Sequence[Request], rows: Sequence[tuple[Any, Any]], settings: Settings, shared: bool
) -> list[Reply | Exception]:
    """Replies to ``requests``, whose prompts are ``rows`` of two halves. ``shared``: the first halves are the same, and
    read once."""
    generation = requests[0].generation
    watched = watch()
    cache = None
    if shared:
        cache = parts.llm(inputs_embeds=rows[0][0][None], use_cache=True).past_key_values
        cache.batch_repeat_interleave(len(rows))
    embeddings, mask = together(rows, between=shared)
    if settings.num_beams > 1 and generation.temperature == 0:
        tokens = _by_beams(parts, embeddings, mask, cache, watched, generation, settings.num_beams)
    else:
        tokens = _one_by_one(parts, embeddings, mask, cache, watched, requests[0])
    alike = {"dtype": str(parts.llm.dtype).removeprefix("torch."), "batch": len(requests)}
    alike |= {"shared": True} if shared else {}
    details = [{**alike, **({"truncated": True} if truncated(request) else {})} for request in requests]
    return replies(requests, tokens, watched.broken, parts.llm, parts.tokenizer, "", details)


def _one_by_one(parts: Parts, embeddings: Any, mask: Any, cache: Any, watched: Any, first: Request) -> torch.Tensor:
    """(prompts, tokens): greedily, or drawn with the seed of the ``first`` request."""
    if first.generation.temperature > 0:
        torch.manual_seed(first.seed)
    asked = {**how(first.generation, parts.tokenizer), "pad_token_id": parts.tokenizer.eos_token_id}
    generated: torch.Tensor = parts.llm.generate(
        inputs_embeds=embeddings, attention_mask=mask, logits_processor=LogitsProcessorList([watched]),
        **({"past_key_values": cache} if cache is not None else {}), **asked,
    )  # fmt: skip
    return generated


def _by_beams(
    parts: Parts, embeddings: Any, mask: Any, cache: Any, watched: Any, generation: Generation, beams: int
) -> torch.Tensor:
    """(prompts, tokens): the best of ``beams`` replies, compared as in :mod:`audiotest.models._salmonn.beams`.
    A prompt is read once for all of its beams."""
    llm, end = parts.llm, parts.tokenizer.eos_token_id
    seen = cache.get_seq_length() if cache is not None else 0
    places = (mask.cumsum(dim=1) - 1).clamp_min(0)[:, seen:]
    out = llm(
        inputs_embeds=embeddings[:, seen:], attention_mask=mask, position_ids=places, past_key_values=cache,
        use_cache=True,
    )  # fmt: skip
    first, cache = out.logits[:, -1], out.past_key_values
    watched(None, first)
    cache.batch_repeat_interleave(beams)
    mask = mask.repeat_interleave(beams, dim=0)

    def step(order: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        nonlocal mask
        cache.reorder_cache(order)  # the mask stays: the beams of a prompt have the same
        mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
        places = mask.sum(dim=1, keepdim=True) - 1
        out = llm(input_ids=tokens[:, None], attention_mask=mask, position_ids=places, past_key_values=cache)
        logits: torch.Tensor = out.logits[:, -1]
        watched(None, logits.unflatten(0, (-1, beams)).flatten(1))
        return logits

    stop = StopStringCriteria(parts.tokenizer, list(generation.stop)) if generation.stop else None
    best = search(
        first, step, beams=beams, most=generation.max_new_tokens, end=end,
        stopped=(lambda ids: stop(ids, None)) if stop else None,
    )  # fmt: skip
    rows = [torch.tensor([*ids, end][: generation.max_new_tokens]) for ids in best]
    return pad_sequence(rows, batch_first=True, padding_value=end)


def likelihoods(adapter: Any, rows: Sequence[tuple[Any, Any]], texts: list[list[str]]) -> list[list[float]]:
    """log p(text | prompt, sound) of each text after each prompt of two halves: one reading of all prompts, and then
    batches of texts."""
    parts = adapter._parts
    embeddings, mask = together(rows, between=False)
    batch = {"inputs_embeds": embeddings, "attention_mask": mask}
    ids = [[tokens(parts, text) for text in several] for several in texts]
    return measure_all(adapter, parts.llm, parts.tokenizer, batch, ids, pad=parts.tokenizer.eos_token_id)


def tokens(parts: Parts, text: str) -> list[int]:
    """The ids of ``text`` as part of a reply: no special tokens."""
    with TOKENIZER:
        ids: list[int] = parts.tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def truncated(request: Request) -> bool:
    """Whether the model hears less than there is: the first 30 s, as in the official code."""
    return any(len(clip.samples) > LONGEST * RATE for clip in request.audio)


def together(rows: Sequence[tuple[Any, Any]], between: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """(rows, tokens, width) and the mask, padded on the left, or ``between`` the halves."""
    if between:
        first, rest = rows[0][0], [after for _, after in rows]
        embeddings, mask = _left(rest)
        same = first.expand(len(rows), -1, -1)
        return torch.cat([same, embeddings], dim=1), torch.cat([mask.new_ones(same.shape[:2]), mask], dim=1)
    return _left([torch.cat(row) for row in rows])


def _left(rows: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    embeddings = pad_sequence(list(rows), batch_first=True, padding_side="left")
    ones = [torch.ones(len(row), dtype=torch.long, device=row.device) for row in rows]
    return embeddings, pad_sequence(ones, batch_first=True, padding_side="left")
