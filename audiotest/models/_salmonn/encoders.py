"""What SALMONN hears with: Whisper for speech and BEATs for everything else, joined and summarised by a Q-Former.

Source: SALMONN: Towards Generic Hearing Abilities for Large Language Models (Tang et al., 2024, arXiv:2310.13289) and
``models/salmonn.py`` of bytedance/SALMONN, branch ``salmonn``, commit a58bba7. Batches answer like single clips: BEATs
hears clips of one length at a time, since it would hear padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

RATE = 16000
SHORTEST, LONGEST = 1.0, 30.0


class Encoders(nn.Module):
    """Clips to tokens of the language model: 88 a clip."""

    def __init__(
        self, whisper: Any, extractor: Any, beats: Any, qformer: Any, queries: int, width: int, window: int
    ) -> None:
        super().__init__()
        self.whisper, self.beats, self.qformer = whisper, beats, qformer
        self.extractor, self.window = extractor, window
        self.ln_speech, self.ln_audio = nn.LayerNorm(whisper.config.d_model), nn.LayerNorm(beats.width)
        self.query_tokens = nn.Parameter(torch.zeros(1, queries, qformer.config.hidden_size))
        self.projection = nn.Linear(qformer.config.hidden_size, width)

    def forward(self, waves: Sequence[np.ndarray[Any, Any]]) -> torch.Tensor:
        """Mono clips at 16 kHz, of any lengths, to (clips, tokens, the language model's width).

        A clip is padded to 1 s and cut at 30 s.
        """
        waves = [_bounded(wave) for wave in waves]
        return self.pool(self.speech(waves), self.audio(waves))

    def speech(self, waves: Sequence[np.ndarray[Any, Any]]) -> torch.Tensor:
        """(clips, 1500, d) of Whisper's encoder."""
        mel = self.extractor(list(waves), sampling_rate=RATE, return_tensors="pt")["input_features"]
        weight = self.whisper.conv1.weight
        heard: torch.Tensor = self.whisper(mel.to(weight.device, weight.dtype)).last_hidden_state
        return heard.float()

    def audio(self, waves: Sequence[np.ndarray[Any, Any]]) -> list[torch.Tensor]:
        """(frames, d) of BEATs for each clip: about 50 frames a second."""
        features: dict[int, torch.Tensor] = {}
        for length in {len(wave) for wave in waves}:
            places = [i for i, wave in enumerate(waves) if len(wave) == length]
            batch = torch.from_numpy(np.stack([waves[i] for i in places])).to(self.query_tokens.device)
            features |= dict(zip(places, self.beats(batch), strict=True))
        return [features[i] for i in range(len(waves))]

    def pool(self, speech: torch.Tensor, audio: Sequence[torch.Tensor]) -> torch.Tensor:
        """Both, side by side along time (the shorter one filled up with zeros after its layer norm), in windows of 17
        frames, a third of a second: one token for each. What does not fill a window at the end is dropped."""
        normed = [self.ln_audio(clip) for clip in audio]
        frames = max(speech.shape[1], *(len(clip) for clip in normed))
        heard = F.pad(self.ln_speech(speech), (0, 0, 0, frames - speech.shape[1]))
        rest = torch.stack([F.pad(clip, (0, 0, 0, frames - len(clip))) for clip in normed])
        joined = torch.cat([heard, rest], dim=2)[:, : frames // self.window * self.window]
        windows = joined.unflatten(1, (-1, self.window)).flatten(0, 1)
        queries = self.query_tokens.expand(len(windows), -1, -1)
        pooled = self.qformer(query_embeds=queries, encoder_hidden_states=windows).last_hidden_state
        tokens: torch.Tensor = self.projection(pooled)
        return tokens.reshape(len(speech), -1, tokens.shape[2])


def _bounded(wave: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    short = round(SHORTEST * RATE) - len(wave)
    return np.pad(wave, (0, max(0, short)))[: round(LONGEST * RATE)]
