"""Tiny COMET checkpoints in the form of published ones, whose weights are the same with every version of torch."""

import itertools
import json
from pathlib import Path

import torch
import yaml

ROWS = [
    {"src": "Der Hund schläft", "mt": "The dog sleeps", "ref": "A dog is asleep"},
    {"src": "Es regnet heute", "mt": "It rains", "ref": "It is raining today and it rains"},
    {"src": "Es regnet heute", "mt": "The dog sleeps", "ref": "It rains"},
    {"src": "Der Hund", "mt": " ".join(["a dog"] * 60), "ref": "A dog"},
    {"src": "Der Hund schläft", "mt": "", "ref": "A dog is asleep"},
]
COMMON = {
    "encoder_model": "XLM-RoBERTa", "hidden_sizes": [12, 6], "activations": "Tanh", "final_activation": None,
    "pool": "avg", "layer": "mix", "layer_transformation": "sparsemax", "layer_norm": False, "dropout": 0.1,
    "nr_frozen_epochs": 0.3, "batch_size": 4, "class_identifier": "regression_metric",
}  # fmt: skip
KINDS = {
    "da": {},
    "softmax": {"layer_transformation": "softmax", "layer_norm": True},
    "patch": {"layer_transformation": "sparsemax_patch", "pool": "cls"},
    "layer": {"layer": 2, "pool": "max", "final_activation": "Sigmoid"},
    "default": {"layer_transformation": "softmax", "pool": "default"},
    "qe": {"class_identifier": "referenceless_regression_metric"},
}
LAYERS, WIDTH = 2, 16


def save_encoder(folder: Path) -> Path:
    """The configuration and the tokenizer of an encoder: a token a character."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

    folder.mkdir(parents=True, exist_ok=True)
    characters = sorted({character for row in ROWS for text in row.values() for character in text})
    vocabulary = {token: i for i, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *characters, "<mask>"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "cls_token": "<s>",
             "sep_token": "</s>", "mask_token": "<mask>"}  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **names}))
    config = {
        "model_type": "xlm-roberta", "architectures": ["XLMRobertaModel"], "vocab_size": len(vocabulary),
        "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 2, "intermediate_size": 24,
        "max_position_embeddings": 64, "type_vocab_size": 1, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def save(folder: Path, kind: str, encoder: Path) -> Path:
    """The checkpoint ``folder/KIND``, whose encoder's configuration and tokenizer are in ``encoder``."""
    from transformers import AutoConfig, AutoModel

    hparams = {**COMMON, **KINDS[kind], "pretrained_model": str(encoder)}
    model = AutoModel.from_config(AutoConfig.from_pretrained(encoder), add_pooling_layer=False)
    weights = {f"encoder.model.{name}": value for name, value in model.state_dict().items()}
    if hparams["layer"] == "mix":
        weights |= {f"layerwise_attention.scalar_parameters.{i}": torch.empty(1) for i in range(LAYERS + 1)}
        weights |= {f"layerwise_attention.dropout_{name}": torch.empty(LAYERS + 1) for name in ("mask", "fill")}
        weights["layerwise_attention.gamma"] = torch.empty(1)
    sizes = [WIDTH * (4 if kind == "qe" else 6), *hparams["hidden_sizes"], 1]
    for i, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        weights |= {f"estimator.ff.{3 * i}.weight": torch.empty(outputs, inputs),
                    f"estimator.ff.{3 * i}.bias": torch.empty(outputs)}  # fmt: skip
    filled = {}
    for place, (name, value) in enumerate(sorted(weights.items())):
        waves = torch.sin(torch.arange(value.numel(), dtype=torch.float64) * 1.7 + place)
        scale, offset = (0.1, 1.0) if "LayerNorm.weight" in name or name.endswith("gamma") else (0.3, 0.0)
        filled[name] = value if "position_ids" in name else (scale * waves + offset).float().reshape(value.shape)
    target = folder / kind
    (target / "checkpoints").mkdir(parents=True, exist_ok=True)
    (target / "hparams.yaml").write_text(yaml.safe_dump(hparams))
    kept = {name: value for name, value in hparams.items() if name != "class_identifier"}
    checkpoint = {"state_dict": filled, "hyper_parameters": kept, "pytorch-lightning_version": "2.6.6", "epoch": 0,
                  "global_step": 0, "loops": {}}  # fmt: skip
    torch.save(checkpoint, target / "checkpoints" / "model.ckpt")
    return target
