"""``comet:CHECKPOINT``: a COMET model, which scores translations, as the judge of the scorer ``comet``.

COMET encodes source, translation and reference with XLM-RoBERTa, pools each to a vector, and a small network makes a
score of the three (Rei et al. 2020, arXiv 2009.09025). CHECKPOINT is a folder as Unbabel publishes them
(``hparams.yaml`` and ``checkpoints/model.ckpt``), or its name on the hub, such as ``Unbabel/wmt22-comet-da``.

The package ``unbabel-comet`` (2.2.7) cannot be installed beside this one: it holds transformers below 5, numpy below 2
and huggingface-hub below 1. So its checkpoints are read here, with the encoder of transformers; scores are equal to
the package's on tiny random checkpoints (``tools/comet_golden.py``). Two kinds can be read: ``regression_metric``
(source, translation and reference: wmt20-comet-da, wmt22-comet-da) and ``referenceless_regression_metric`` (without the
reference: wmt20-comet-qe-da). Others (``unified_metric``, ``xcomet_metric``, ``ranking_metric``) are refused.

A request is an object in JSON with the texts ``src``, ``mt`` and ``ref``, the reply is the score in the model's own
unit.

Options
    ``encoder``     folder or hub id of the encoder's configuration and tokenizer (default: what the checkpoint names)
    ``batch_size``, ``device``, ``revision``
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from audiotest.models._device import device_of
from audiotest.models._files import state_of
from audiotest.models._local import require_local
from audiotest.models._options import read
from audiotest.models.protocol import Unsupported
from audiotest.registry import unknown
from audiotest.types import Needs, Reply, Request

VERSION = 1
_KINDS = {"regression_metric": ("src", "mt", "ref"), "referenceless_regression_metric": ("src", "mt")}
_ENCODERS = ("XLM-RoBERTa", "XLM-RoBERTa-XL")
_POOLINGS = ("avg", "cls", "max", "default")
_KEPT_FREE = 4
"""Positions of the encoder that the package leaves unused: texts are cut at ``max_position_embeddings`` less these."""
_FILES = ("hparams.yaml", "checkpoints/model.ckpt")
_USUAL = {"layer_norm": True, "layer_transformation": "softmax", "final_activation": None}
"""The package's defaults, of what older checkpoints may lack."""


class Settings(Struct, frozen=True):
    """See the module's text."""

    encoder: str = ""
    batch_size: int = 16
    device: str = "auto"
    revision: str = ""


class Comet:
    """A COMET model; its replies are scores."""

    needs = Needs(audio=False)
    config_file = _FILES[0]
    """The file of a checkpoint by which `audiotest doctor` sees that it is here."""

    def __init__(self, checkpoint: str, given: Settings) -> None:
        self.checkpoint, self.settings, self.batch_size = checkpoint, given, given.batch_size
        self.name = f"comet:{checkpoint}"
        files = state_of(checkpoint, str(Path(checkpoint, "checkpoints")), given.encoder)
        self.identity = f"comet {VERSION} {checkpoint} {given.revision} {given.encoder}{files}"
        self.texts: tuple[str, ...] = ()
        self._hparams: dict[str, Any] = {}
        self._parts: dict[str, Any] = {}

    def load(self) -> None:
        """Read the weights. Raises ValueError for a checkpoint of a kind that cannot be read here."""
        _refuse_a_missing_folder(self.checkpoint)
        require_local()
        from transformers import AutoConfig, AutoModel, AutoTokenizer

        weights, hparams = _checkpoint(_folder(self.checkpoint, self.settings.revision))
        self._hparams, self.texts = hparams, _KINDS[hparams["class_identifier"]]
        named = self.settings.encoder or str(hparams["pretrained_model"])
        encoder = AutoModel.from_config(AutoConfig.from_pretrained(named), add_pooling_layer=False)
        # The numbers of the positions were among the weights in older versions of transformers.
        own = {key: value for key, value in _below(weights, "encoder.model.").items() if "position_ids" not in key}
        encoder.load_state_dict(own)
        parts = {"encoder": encoder, "estimator": _network(_below(weights, "estimator.ff."), hparams)}
        device = device_of(self.settings.device)
        self._parts = {name: part.float().to(device).eval() for name, part in parts.items()}
        if hparams["layer"] == "mix":
            self._parts["shares"] = _shares(weights, hparams).to(device)
        self._parts["tokenizer"] = AutoTokenizer.from_pretrained(named)
        self._parts["tokenizer"].padding_side = "right"

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """The score of each translation, as text; :class:`Unsupported` for what is no translation."""
        rows = [self._row(request) for request in requests]
        scores = iter(self.scores([row for row in rows if isinstance(row, list)]))
        return [Reply(f"{next(scores):.6f}") if isinstance(row, list) else row for row in rows]

    def scores(self, rows: Sequence[Sequence[str]]) -> list[float]:
        """A score a row of texts, which are in the order of ``texts``, in the model's own unit."""
        import torch

        if not rows:
            return []
        with torch.inference_mode():
            source, reply, *reference = (self._embedded(list(column)) for column in zip(*rows, strict=True))
            others = [*reference, source]
            compared = [part for other in others for part in (reply * other, (reply - other).abs())]
            return [float(x) for x in self._parts["estimator"](torch.cat([reply, others[0], *compared], 1)).view(-1)]

    def close(self) -> None:
        """Let go of the weights."""
        self._parts = {}

    def _row(self, request: Request) -> list[str] | Exception:
        try:
            given = json.loads(request.prompt)
            return [str(given[name]) for name in self.texts]
        except (ValueError, TypeError):
            return Unsupported(f"{self.name} scores translations and answers nothing: it is for the scorer `comet`")
        except KeyError as error:
            return Unsupported(f"{self.name} needs the text {error} of a translation")

    def _embedded(self, texts: list[str]) -> Any:
        """A vector a text: the layers mixed, or one of them, pooled over the text's tokens."""
        encoder, tokenizer, pool = self._parts["encoder"], self._parts["tokenizer"], self._hparams["pool"]
        longest = encoder.config.max_position_embeddings - _KEPT_FREE
        inputs = tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=longest)
        ids, mask = (inputs[name].to(encoder.device) for name in ("input_ids", "attention_mask"))
        layers = encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        if pool == "default":
            return layers[-1][:, 0]
        if "shares" in self._parts:
            parts = [_normalised(layer, mask) for layer in layers] if self._hparams["layer_norm"] else layers
            states = sum(share * part for share, part in zip(self._parts["shares"], parts, strict=True))
        else:
            states = layers[self._hparams["layer"]]
        if pool == "cls":
            return states[:, 0]
        padding = ids.eq(tokenizer.pad_token_id).unsqueeze(-1)
        if pool == "max":
            return states.masked_fill(padding, float("-inf")).max(dim=1)[0]
        return states.masked_fill(padding, 0.0).sum(1) / mask.sum(1, keepdim=True)


def _refuse_a_missing_folder(checkpoint: str) -> None:
    """Before torch is imported, which takes seconds."""
    on_hub = checkpoint.count("/") == 1 and not checkpoint.startswith((".", "/", "~"))
    if not on_hub and not Path(checkpoint).is_dir():
        raise ValueError(f"there is no folder {checkpoint}; on the hub a name is such as Unbabel/wmt22-comet-da")


def _folder(checkpoint: str, revision: str) -> Path:
    if Path(checkpoint).is_dir():
        return Path(checkpoint)
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(checkpoint, revision=revision or None, allow_patterns=list(_FILES)))


def _checkpoint(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """(weights, hyperparameters). The package takes them from the checkpoint, but for the kind of model, and where
    ``hparams.yaml`` says ``sparsemax_patch``, which stands for softmax."""
    import torch
    import yaml

    for name in _FILES:
        if not (folder / name).is_file():
            raise ValueError(f"{folder} holds no {name}: a COMET checkpoint has {' and '.join(_FILES)}")
    written = yaml.safe_load((folder / _FILES[0]).read_bytes())
    if not isinstance(written, dict):
        raise ValueError(f"{folder / _FILES[0]} holds no hyperparameters")
    try:
        read = torch.load(folder / _FILES[1], map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(f"{folder / _FILES[1]} is no file of weights alone, or damaged ({error})") from None
    hparams = {**_USUAL, **dict(read["hyper_parameters"]), "class_identifier": written.get("class_identifier")}
    if written.get("layer_transformation") == "sparsemax_patch":
        hparams["layer_transformation"] = "softmax"
    for key, known in (("class_identifier", _KINDS), ("encoder_model", _ENCODERS), ("pool", _POOLINGS)):
        value = str(hparams.get(key))
        if value not in known:
            raise ValueError(f"{folder}: {unknown(f'`{key}` that can be read here', value, list(known))}")
    return read["state_dict"], hparams


def _below(weights: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}


def _network(weights: dict[str, Any], hparams: Mapping[str, Any]) -> Any:
    """The regressor: linear layers with an activation and (in training) dropout behind each but the last."""
    from torch import nn

    def activation(name: str) -> Any:
        return getattr(nn, name.title())()

    shapes = [weights[key].shape for key in sorted(weights, key=lambda key: int(key.split(".")[0])) if "weight" in key]
    layers: list[Any] = []
    for outputs, inputs in shapes:
        layers += [nn.Linear(inputs, outputs), activation(hparams["activations"]), nn.Dropout(0.0)]
    final = hparams["final_activation"]
    network = nn.Sequential(*layers[:-2], *([activation(final)] if final else []))
    network.load_state_dict(weights)
    return network


def _shares(weights: Mapping[str, Any], hparams: Mapping[str, Any]) -> Any:
    """The weight of each layer in the mixture, times its scale: shape (layers,)."""
    import torch

    scalars = _below(weights, "layerwise_attention.scalar_parameters.")
    logits = torch.cat([scalars[str(layer)] for layer in range(len(scalars))]).float()
    mixing = sparsemax if hparams["layer_transformation"] == "sparsemax" else lambda values: values.softmax(0)
    return mixing(logits) * weights["layerwise_attention.gamma"].float()


def sparsemax(values: Any) -> Any:
    """The nearest point to ``values``, shape (n,), on the simplex (Martins and Astudillo 2016, arXiv 1602.02068)."""
    import torch

    ordered = values.sort(descending=True).values
    above = ordered.cumsum(0) - 1
    ranks = torch.arange(1, len(values) + 1, dtype=values.dtype)
    kept = int((ordered * ranks > above).sum())
    return (values - above[kept - 1] / kept).clamp(min=0)


def _normalised(states: Any, mask: Any) -> Any:
    """A layer with mean 0 and variance 1 over all numbers of a text."""
    there = mask.unsqueeze(-1).to(states.dtype)
    count = mask.sum(1).view(-1, 1, 1) * states.shape[-1]
    mean = (states * there).sum((1, 2), keepdim=True) / count
    variance = (((states - mean) * there) ** 2).sum((1, 2), keepdim=True) / count
    return (states - mean) / (variance + 1e-12).sqrt()


def open_model(argument: str | None, options: Mapping[str, Any]) -> Comet:
    """``comet:CHECKPOINT``, a folder or a hub id; raises ValueError for options that it does not take."""
    if not argument:
        raise ValueError("comet needs a checkpoint: comet:FOLDER or comet:Unbabel/wmt22-comet-da")
    return Comet(argument, read(Settings, "comet", options))
