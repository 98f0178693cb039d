"""The BEATs audio encoder: patches of a spectrogram through a transformer with gated relative positions.

Source: BEATs: Audio Pre-Training with Acoustic Tokenizers (Chen et al., 2022, arXiv:2212.09058), and the layout of the
checkpoints published with microsoft/unilm (``{"cfg": ..., "model": ...}``). Written for inference with the published
checkpoints: layer norm after each block (DeepNorm where the file says so), GELU, no dropout. Parameter names are those
of the files, but the weight-normed convolution, which is folded at load.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from audiotest.models._salmonn.fbank import BANDS, fbank


class BEATs(nn.Module):
    """Sound to features: (clips, samples) at 16 kHz to (clips, frames, d), 8 frames for every 160 ms."""

    def __init__(self, cfg: Mapping[str, Any]) -> None:
        super().__init__()
        width, patch = cfg["encoder_embed_dim"], cfg["input_patch_size"]
        self.width = int(width)
        self.patch_embedding = nn.Conv2d(1, cfg["embed_dim"], patch, stride=patch, bias=cfg.get("conv_bias", False))
        self.layer_norm = nn.LayerNorm(cfg["embed_dim"])
        same = cfg["embed_dim"] == width
        self.post_extract_proj = nn.Identity() if same else nn.Linear(cfg["embed_dim"], width)
        self.encoder = _Encoder(cfg)

    def forward(self, wave: torch.Tensor) -> torch.Tensor:
        """All clips must have the same length: padding is heard."""
        spectrogram = fbank(wave).to(self.patch_embedding.weight.dtype)
        patches = self.patch_embedding(spectrogram[:, None]).flatten(2).transpose(1, 2)
        features: torch.Tensor = self.encoder(self.post_extract_proj(self.layer_norm(patches)))
        return features


class _Encoder(nn.Module):
    def __init__(self, cfg: Mapping[str, Any]) -> None:
        super().__init__()
        width, kernel = cfg["encoder_embed_dim"], cfg["conv_pos"]
        self.pos_conv = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=cfg["conv_pos_groups"])
        self.layer_norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(_Layer(cfg) for _ in range(cfg["encoder_layers"]))
        self.relative = bool(cfg.get("relative_position_embedding"))
        heads, self.buckets, self.farthest = cfg["encoder_attention_heads"], cfg["num_buckets"], cfg["max_distance"]
        # One table for all layers; the files repeat it in each.
        self.relative_attention_bias = nn.Embedding(self.buckets, heads) if self.relative else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        positions = self.pos_conv(x.transpose(1, 2))[..., : x.shape[1]]
        x = self.layer_norm(x + F.gelu(positions).transpose(1, 2))
        bias = self._bias(x.shape[1], x.device)
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def _bias(self, length: int, device: torch.device) -> torch.Tensor | None:
        """(heads, length, length): what the distance between two frames adds to their attention."""
        if self.relative_attention_bias is None:
            return None
        distances = torch.arange(1 - length, length, device=device)
        by_distance = self.relative_attention_bias(bucket(distances, self.buckets, self.farthest)).T
        # Window i begins at the distance of the first frame from frame length - 1 - i.
        bias: torch.Tensor = by_distance.unfold(1, length, 1).flip(1)
        return bias


def bucket(distance: torch.Tensor, buckets: int, farthest: int) -> torch.Tensor:
    """The bucket of each distance, as in T5: half of them for each direction, small distances one by one, larger
    ones by their logarithm up to ``farthest``."""
    half = buckets // 2
    exact = half // 2
    size = distance.abs()
    large = exact + (torch.log(size.float() / exact) / math.log(farthest / exact) * (half - exact)).long()
    return (distance > 0).long() * half + torch.where(size < exact, size, large.clamp_max(half - 1))


class _Layer(nn.Module):
    def __init__(self, cfg: Mapping[str, Any]) -> None:
        super().__init__()
        width = cfg["encoder_embed_dim"]
        self.self_attn = _Attention(width, cfg["encoder_attention_heads"], bool(cfg.get("gru_rel_pos")))
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, cfg["encoder_ffn_embed_dim"])
        self.fc2 = nn.Linear(cfg["encoder_ffn_embed_dim"], width)
        self.final_layer_norm = nn.LayerNorm(width)
        self.kept = (2 * cfg["encoder_layers"]) ** 0.25 if cfg.get("deep_norm") else 1.0

    def forward(self, x: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        x = self.self_attn_layer_norm(x * self.kept + self.self_attn(x, bias))
        normed: torch.Tensor = self.final_layer_norm(x * self.kept + self.fc2(F.gelu(self.fc1(x))))
        return normed


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, gated: bool) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.gated = gated
        if gated:
            self.grep_linear = nn.Linear(width // heads, 8)
            self.grep_a = nn.Parameter(torch.ones(1, heads, 1, 1))

    def forward(self, x: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        query, key, value = (
            projection(x).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for projection in (self.q_proj, self.k_proj, self.v_proj)
        )
        if bias is not None:
            bias = self._gate(query) * bias if self.gated else bias.expand(len(x), -1, -1, -1)
        heard = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        mixed: torch.Tensor = self.out_proj(heard.transpose(1, 2).flatten(2))
        return mixed

    def _gate(self, query: torch.Tensor) -> torch.Tensor:
        """(clips, heads, frames, 1): how much position counts for each frame, from what is heard there."""
        update, reset = self.grep_linear(query).unflatten(3, (2, 4)).sum(4).sigmoid().chunk(2, dim=3)
        gate: torch.Tensor = update * (reset * self.grep_a - 1.0) + 2.0
        return gate


def read(file: Mapping[str, Any]) -> BEATs:
    """The encoder of a published checkpoint. Raises ValueError for one of a kind that this is not written for, and for
    weights that are missing or left over."""
    cfg = {"conv_pos": 128, "conv_pos_groups": 16, "num_buckets": 320, "max_distance": 1280, **file["cfg"]}
    if cfg.get("layer_norm_first") or cfg.get("activation_fn", "gelu") != "gelu" or int(cfg["input_patch_size"]) < 1:
        raise ValueError("only BEATs encoders with layer norm after each block and GELU can be read")
    if BANDS % int(cfg["input_patch_size"]):
        raise ValueError(f"patches of {cfg['input_patch_size']} do not divide the {BANDS} bands")
    model = BEATs(cfg)
    model.load_state_dict(_names(file["model"]))
    return model


def _names(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The file's weights by our names: the classifier of fine-tuned checkpoints is not needed, the table of relative
    positions is stored once, and the weight norm of the convolution (over all but its last axis) is multiplied out."""
    table = ".self_attn.relative_attention_bias.weight"
    kept = {name: weight for name, weight in weights.items() if not name.startswith("predictor.") and table not in name}
    if f"encoder.layers.0{table}" in weights:
        kept["encoder.relative_attention_bias.weight"] = weights[f"encoder.layers.0{table}"]
    if "encoder.pos_conv.0.weight_g" in kept:
        size, direction = kept.pop("encoder.pos_conv.0.weight_g"), kept.pop("encoder.pos_conv.0.weight_v")
        kept["encoder.pos_conv.weight"] = direction * (size / direction.norm(dim=(0, 1), keepdim=True))
        kept["encoder.pos_conv.bias"] = kept.pop("encoder.pos_conv.0.bias")
    return kept
