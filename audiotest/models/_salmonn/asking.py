"""SALMONN's prompts, as the embeddings that its language model is given, and what it generates from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import LogitsProcessorList

from audiotest.models._generating import how, replies, watch
from audiotest.models._likelihoods import padded, summed
from audiotest.models._salmonn.encoders import LONGEST, RATE
from audiotest.models._salmonn.loading import Parts
from audiotest.models._salmonn.settings import Settings
from audiotest.types import Reply, Request, Waveform

PLACE = "<SpeechHere>"


def heard(parts: Parts, clips: Sequence[Waveform]) -> torch.Tensor:
    """(clips, tokens, width): the tokens that stand for each clip, as its first channel has it."""
    return parts.encoders([clip.samples[:, 0] for clip in clips]).to(parts.llm.dtype)


def halves(parts: Parts, request: Request, sound: torch.Tensor | None, settings: Settings) -> tuple[Any, Any]:
    """(tokens, width) of the prompt up to the end of the sound, and of the rest.

    Each piece of text is tokenised by itself, without special tokens, after one that begins the sequence. Without
    sound the part from ``<Speech>`` to ``</Speech>`` is left out.
    """
    before, _, after = settings.template.partition(PLACE)
    embed = parts.llm.get_input_embeddings()

    def text(words: str) -> torch.Tensor:
        ids = parts.tokenizer(words, add_special_tokens=False)["input_ids"]
        return embed(torch.tensor(ids, dtype=torch.long, device=parts.llm.device))

    start = embed(torch.tensor([parts.tokenizer.bos_token_id], device=parts.llm.device))
    if sound is None:
        whole = f"{before.removesuffix('<Speech>')}{after.removeprefix('</Speech>').lstrip()}"
        return start, text(whole.replace("{prompt}", request.prompt.strip()))
    return torch.cat([start, text(before), sound]), text(after.replace("{prompt}", request.prompt.strip()))


def generate(
    parts: Parts, requests: Sequence[Request], rows: Sequence[tuple[Any, Any]], settings: Settings, shared: bool
) -> list[Reply | Exception]:
    """Replies to ``requests``, whose prompts are ``rows`` of two halves. ``shared``: the first halves are the same, and
    read once."""
    generation = requests[0].generation
    watched = watch()
    asked: dict[str, Any] = {"num_beams": 1 if generation.temperature > 0 else settings.num_beams}
    if generation.temperature > 0:
        torch.manual_seed(requests[0].seed)
    if shared:
        cache = parts.llm(inputs_embeds=rows[0][0][None], use_cache=True).past_key_values
        cache.batch_repeat_interleave(len(rows) * asked["num_beams"])
        asked["past_key_values"] = cache
    embeddings, mask = _padded(rows, between=shared)
    tokens = parts.llm.generate(
        inputs_embeds=embeddings, attention_mask=mask, logits_processor=LogitsProcessorList([watched]), **asked,
        **{**how(generation, parts.tokenizer), "pad_token_id": parts.tokenizer.eos_token_id},
    )  # fmt: skip
    alike = {"dtype": str(parts.llm.dtype).removeprefix("torch."), "batch": len(requests)}
    alike |= {"shared": True} if shared else {}
    details = [{**alike, **({"truncated": True} if truncated(request) else {})} for request in requests]
    return replies(requests, tokens, watched.broken, parts.llm, parts.tokenizer, "", details)


def measure(parts: Parts, row: tuple[Any, Any], texts: list[str]) -> list[float]:
    """log p(text | prompt, sound) of each text: one reading of the prompt, one batch of the texts."""
    out = parts.llm(inputs_embeds=torch.cat(row)[None], use_cache=True)
    cache = out.past_key_values
    cache.batch_repeat_interleave(len(texts))
    ids, mask = padded([tokens(parts, text) for text in texts], parts.llm.device)
    seen = torch.cat([mask.new_ones(len(texts), sum(map(len, row))), mask], dim=1)
    logits = parts.llm(input_ids=ids, attention_mask=seen, past_key_values=cache).logits
    return summed(out.logits[0, -1], logits, ids, mask)


def tokens(parts: Parts, text: str) -> list[int]:
    """The ids of ``text`` as part of a reply: no special tokens."""
    ids: list[int] = parts.tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def truncated(request: Request) -> bool:
    """Whether the model hears less than there is: the first 30 s, as in the official code."""
    return any(len(clip.samples) > LONGEST * RATE for clip in request.audio)


def _padded(rows: Sequence[tuple[Any, Any]], between: bool) -> tuple[torch.Tensor, torch.Tensor]:
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
