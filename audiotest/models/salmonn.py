"""``salmonn:FILE``: SALMONN (Tang et al., 2024), from its published files.

A Whisper encoder and BEATs hear, a window-level Q-Former makes 88 tokens of a clip, and Vicuna with SALMONN's LoRA
answers. Everything that transformers has is transformers'; the LoRA is merged when the model is loaded.

Options
    ``file``           the file's name in a folder or on the hub (``salmonn_v1.pth``)
    ``llm``            Vicuna: a folder or a hub id (``lmsys/vicuna-13b-v1.1``)
    ``whisper``        Whisper large-v2: a folder or a hub id (``openai/whisper-large-v2``)
    ``beats``          BEATs' file, "Fine-tuned BEATs_iter3+ (AS2M) (cpt2)"; not on the hub, so it must be named
    ``num_beams``      1; the official configuration decodes with 4, which are compared as in transformers 4.28
    ``lora_alpha``, ``qformer_heads``, ``window``, ``template``  as in the official configuration
    ``continuous``     whether a reply that ends makes room for the next request (true); not with beams
    ``refill``         how many slots are free before they are filled again; 0, by default: an eighth of them
    ``shared``         whether questions about one clip are asked over one reading of it (true)
    ``dtype``, ``device``, ``batch_size``, ``memory``, ``revision``  as for ``hf``; float16 on a GPU, as it was trained

As in the official code, the first channel counts, a clip is padded to 1 s and the first 30 s of it are heard; a reply
to a longer one is marked ``truncated``. Other than there, sound of any rate is resampled to 16 kHz, and a batch answers
as single requests do. Prompts without sound leave out the part between ``<Speech>`` and ``</Speech>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec

from audiotest.models._files import state_of
from audiotest.models._generating import Halving
from audiotest.models._hf.memory import UNLIMITED, budget
from audiotest.models._likelihoods import with_likelihoods
from audiotest.models._local import require_local
from audiotest.models._options import read
from audiotest.models._salmonn.settings import Settings, missing
from audiotest.models._sounds import sounds_of
from audiotest.models.protocol import Unsupported
from audiotest.types import Needs, Reply, Request

VERSION = 2
"""Version 1 compared beams as newer versions of transformers do: shorter replies won."""


class SALMONN:
    """The model behind the adapter protocol."""

    needs = Needs(sample_rate=16000, clips=1)

    def __init__(self, checkpoint: str, given: Settings) -> None:
        self.checkpoint, self.settings = checkpoint, given
        self.name = f"salmonn:{checkpoint}"
        self.batch_size = given.batch_size
        deciding = msgspec.to_builtins(msgspec.structs.replace(given, device="", batch_size=1, memory=0.0))
        del deciding["continuous"], deciding["refill"]
        state = state_of(checkpoint, given.llm, given.whisper, given.beats)
        self.identity = f"salmonn {VERSION} {checkpoint} {msgspec.json.encode(deciding).decode()}{state}"
        self._parts: Any = None
        self._budget = UNLIMITED
        self._ask = Halving(self._generate)
        # Of the call at work: which sound each request (by its id) is about, and the tokens of those that were heard.
        self._sounds: dict[int, str] = {}
        self._heard: dict[str, Any] = {}

    def missing(self) -> list[str]:
        """What is not here: a line a file, with where it is published."""
        return missing(self.checkpoint, self.settings)

    def load(self) -> None:
        """Read the weights. Raises OSError naming every file that is missing, ValueError for files that do not fit."""
        absent = self.missing()
        if absent:
            raise OSError("\n".join([f"{self.name} lacks files:", *absent]))
        require_local()
        from audiotest.models._salmonn.loading import load

        self.adopt(load(self.checkpoint, self.settings))

    def adopt(self, parts: Any) -> None:
        """Answer with ``parts``: encoders, language model and tokenizer that were loaded already."""
        self._parts = parts
        self._budget = budget(parts.llm, self.settings.memory)

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """Replies in order. Requests about one clip are asked together, sampled ones alone; each clip is heard once."""
        replies: dict[int, Reply | Exception] = {}
        fit = []
        for i, request in enumerate(requests):
            if len(request.audio) > 1:
                replies[i] = Unsupported("SALMONN hears one clip a prompt")
            else:
                fit.append(i)
        sounds = sounds_of(requests)

        def kind(i: int) -> str:
            sound = sounds[i] if self.settings.shared and sounds.count(sounds[i]) > 1 else ""
            alone = str(i) if requests[i].generation.temperature > 0 else ""
            return f"{msgspec.json.encode(requests[i].generation).decode()} {sound} {alone}"

        self._sounds = {id(request): sound for request, sound in zip(requests, sounds, strict=True)}
        try:
            for _, group in groupby(sorted(fit, key=kind), key=kind):
                batch = list(group)
                replies.update(zip(batch, self._ask([requests[i] for i in batch]), strict=True))
        finally:
            self._heard.clear()
        return [replies[i] for i in range(len(requests))]

    def stream(self, requests: Iterator[Request], at_once: int = 0) -> Iterator[tuple[Request, Reply | Exception]]:
        """Each request with its reply when it is there, at most ``at_once`` (default: ``batch_size``) in flight."""
        from audiotest.models._salmonn.continuous import stream

        return stream(self, requests, at_once or self.batch_size)

    def why_batches(self) -> str:
        """Why this model answers batch by batch; empty where a reply that ends makes room for the next."""
        if self.settings.num_beams > 1:
            return (
                f"a reply is {self.settings.num_beams} beams, which are decoded together (num_beams=1 decodes in slots)"
            )
        return "" if self.settings.continuous else "the option continuous is false"

    def _generate(self, requests: list[Request]) -> list[Reply | Exception]:
        import torch

        from audiotest.models._salmonn.asking import generate, halves, heard, likelihoods, tokens

        sounds = [self._sounds[id(request)] for request in requests]
        clips = {sound: request.audio[0] for sound, request in zip(sounds, requests, strict=True) if sound}
        unheard = {sound: clip for sound, clip in clips.items() if sound not in self._heard}
        with torch.inference_mode():
            if unheard:
                self._heard.update(zip(unheard, heard(self._parts, list(unheard.values())), strict=True))
            rows = [
                halves(self._parts, request, self._heard.get(sound), self.settings)
                for request, sound in zip(requests, sounds, strict=True)
            ]
            longest = max(len(first) + len(rest) for first, rest in rows) + requests[0].generation.max_new_tokens
            self._budget.check(len(requests), longest, self.settings.num_beams)
            shared = self.settings.shared and len(requests) > 1 and len(set(sounds)) == 1 and bool(clips)
            replies = generate(self._parts, requests, rows, self.settings, shared)
            places = {id(request): row for request, row in zip(requests, rows, strict=True)}
            return with_likelihoods(
                requests,
                replies,
                lambda ranked, texts: likelihoods(self, [places[id(r)] for r in ranked], texts),
                lambda text: tokens(self._parts, text),
            )

    def stages(self, request: Request) -> dict[str, Any]:
        """What each stage computes for one request with sound, as tensors, to be held against another implementation.

        ``whisper`` (1500, d), ``beats`` (frames, d), ``tokens`` (88, width of the language model) and ``logits``
        (tokens of the whole prompt, vocabulary).
        """
        import torch

        from audiotest.models._salmonn.asking import halves
        from audiotest.models._salmonn.encoders import _bounded

        parts, wave = self._parts, _bounded(request.audio[0].samples[:, 0])
        with torch.inference_mode():
            speech, audio = parts.encoders.speech([wave]), parts.encoders.audio([wave])
            tokens = parts.encoders.pool(speech, audio)[0]
            rows = torch.cat(halves(parts, request, tokens.to(parts.llm.dtype), self.settings))
            logits = parts.llm(inputs_embeds=rows[None]).logits[0]
        return {"whisper": speech[0], "beats": audio[0], "tokens": tokens, "logits": logits}

    def close(self) -> None:
        """Let go of the weights."""
        self._parts = None


def open_model(argument: str | None, options: Mapping[str, Any]) -> SALMONN:
    """``salmonn:FILE``, a folder or a hub id; raises ValueError for options that it does not take."""
    if not argument:
        raise ValueError("salmonn needs its weights: --model salmonn:FILE, or the card salmonn or salmonn-7b")
    return SALMONN(argument, read(Settings, "salmonn", options))
