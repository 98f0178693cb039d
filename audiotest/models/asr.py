"""``asr:CHECKPOINT``: a speech recogniser of transformers (Whisper, wav2vec 2.0 and their like): it writes down words.

It answers every request with what is said in its clip, whatever is asked: the first half of a cascade. Clips of any
length are taken: Whisper's own long-form decoding goes on after 30 s (Radford et al. 2022, section 3.8).

Options
    ``language``, ``task``  for Whisper: such as ``en``, and ``transcribe`` (default) or ``translate``
    ``num_beams``           beams (1: greedy). transformers' pipeline would take 5 of up to 256 tokens, for which a CPU
                            takes 20 times as long
    ``batch_size``          clips a batch (8)
    ``revision``, ``dtype``, ``device``
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from audiotest.models._device import device_of, dtype_of
from audiotest.models._files import state_of
from audiotest.models._local import require_local
from audiotest.models._options import read
from audiotest.models.protocol import Unsupported
from audiotest.models.weights.sources import require
from audiotest.types import Needs, Reply, Request

VERSION = 3
"""Up to version 2, recognisers that generate did so with five beams."""
_WINDOW_S = 30.0


class Settings(Struct, frozen=True):
    """See the module's text."""

    language: str = ""
    task: str = "transcribe"
    num_beams: int = 1
    batch_size: int = 8
    revision: str = ""
    dtype: str = "auto"
    device: str = "auto"


class Recogniser:
    """A recogniser behind the adapter protocol."""

    needs = Needs(sample_rate=16000, channels=1, clips=1)

    def __init__(self, checkpoint: str, given: Settings) -> None:
        self.checkpoint, self.settings = checkpoint, given
        self.name, self.batch_size = f"asr:{checkpoint}", given.batch_size
        deciding = msgspec.structs.replace(given, device="", batch_size=1)
        self.identity = f"asr {VERSION} {checkpoint} {msgspec.json.encode(deciding).decode()}{state_of(checkpoint)}"
        self._pipeline: Any = None

    def load(self) -> None:
        """Read the weights; raises what transformers raises, and ValueError for another sample rate than 16 kHz."""
        require_local()
        from transformers import pipeline

        device = device_of(self.settings.device)
        self._pipeline = pipeline(
            "automatic-speech-recognition",
            model=require(self.checkpoint),
            revision=self.settings.revision or None,
            device=device,
            dtype=dtype_of(self.settings.dtype, device, "float16"),
        )
        rate = self._pipeline.feature_extractor.sampling_rate
        if rate != self.needs.sample_rate:
            raise ValueError(f"{self.name} wants {rate} Hz; only recognisers of 16 kHz can be used")

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """What is said in each clip. A request without one is :class:`Unsupported`."""
        replies: dict[int, Reply | Exception] = {}
        for batch in self._batches(requests):
            clips = [requests[i].audio[0] for i in batch]
            given = [{"raw": clip.samples[:, 0], "sampling_rate": clip.rate} for clip in clips]
            transcripts = self._pipeline(given, batch_size=len(given), **self._how())
            replies |= {i: Reply(str(one["text"]).strip()) for i, one in zip(batch, transcripts, strict=True)}
        silent = Unsupported("there is nothing to write down without sound")
        return [replies.get(i, silent) for i in range(len(requests))]

    def _batches(self, requests: Sequence[Request]) -> list[list[int]]:
        """Clips up to 30 s together, longer ones alone: transformers' pipeline cannot put those into one batch. Whisper
        pads every clip to 30 s anyhow; others would write down their padding, so a batch has clips of one length."""
        batches: dict[tuple[int, ...], list[int]] = {}
        for i, request in enumerate(requests):
            for clip in request.audio:
                length = 0 if self._is_whisper() else len(clip.samples)
                batches.setdefault((length,) if clip.seconds <= _WINDOW_S else (length, i), []).append(i)
        return list(batches.values())

    def _is_whisper(self) -> bool:
        return bool(self._pipeline.model.config.model_type == "whisper")

    def _how(self) -> dict[str, Any]:
        if not self._pipeline.model.can_generate():
            return {}
        asked: dict[str, Any] = {"num_beams": max(1, self.settings.num_beams)}
        if not self._is_whisper():
            return {"generate_kwargs": asked}
        if getattr(self._pipeline.model.generation_config, "is_multilingual", False):
            asked |= {"task": self.settings.task}
            asked |= {"language": self.settings.language} if self.settings.language else {}
        # Timestamps are what its long-form decoding goes by.
        return {"return_timestamps": True, "generate_kwargs": asked}

    def close(self) -> None:
        """Let go of the weights."""
        self._pipeline = None


def open_model(argument: str | None, options: Mapping[str, Any]) -> Recogniser:
    """``asr:FOLDER`` or ``asr:ORG/NAME``; raises ValueError for options that it does not take."""
    if not argument:
        raise ValueError("asr needs a checkpoint: --model asr:openai/whisper-large-v3")
    return Recogniser(argument, read(Settings, "asr", options))
