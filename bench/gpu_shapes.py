"""Models with random weights in the shape of published ones, opened as audiotest opens those; for ``python -m
bench.gpu``. Speed does not depend on the values. Each has a tokenizer of bytes, and with ``tiny`` the size of a toy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from audiotest.models.loading import open_model

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "models"))


def qwen2_audio(tiny: bool) -> tuple[Any, Any]:
    """(config, processor) of Qwen2-Audio-7B; its processor has a tokenizer of bytes."""
    import tiny as toys
    import transformers

    ears = {"num_mel_bins": 16, "d_model": 32, "encoder_layers": 1, "encoder_attention_heads": 4, "encoder_ffn_dim": 48}
    text = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 4, "vocab_size": 300}  # fmt: skip
    if not tiny:
        ears = {"num_mel_bins": 128, "d_model": 1280, "encoder_layers": 32, "encoder_attention_heads": 20,
                "encoder_ffn_dim": 5120}  # fmt: skip
        text = {"hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32,
                "num_key_value_heads": 32, "vocab_size": 156032}  # fmt: skip
    tok = toys.tokenizer(["<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>"])
    template = toys.TEMPLATE.replace("AUDIO", "Audio 1: <|audio_bos|><|AUDIO|><|audio_eos|>\n")
    seconds = 10 if tiny else 30
    extractor = transformers.WhisperFeatureExtractor(feature_size=ears["num_mel_bins"], chunk_length=seconds)
    config = transformers.Qwen2AudioConfig(
        audio_config={"max_source_positions": 50 * seconds, **ears},
        text_config={"max_position_embeddings": 8192, **text},
        audio_token_index=tok.convert_tokens_to_ids("<|AUDIO|>"),
    )
    return config, transformers.Qwen2AudioProcessor(extractor, tok, chat_template=template)


def audio_flamingo_3(tiny: bool) -> tuple[Any, Any]:
    """(config, processor) of Audio Flamingo 3: Whisper's large encoder, and Qwen2.5-7B."""
    import tiny as toys
    import transformers

    ears = {"num_mel_bins": 16, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4,
            "intermediate_size": 48}  # fmt: skip
    text = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2, "vocab_size": 300}  # fmt: skip
    if not tiny:
        ears = {"num_mel_bins": 128, "hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 20,
                "intermediate_size": 5120}  # fmt: skip
        text = {"hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28,
                "num_key_value_heads": 4, "vocab_size": 152064}  # fmt: skip
    tok = toys.tokenizer(["<sound>"])
    seconds = 10 if tiny else 30
    extractor = transformers.WhisperFeatureExtractor(feature_size=ears["num_mel_bins"], chunk_length=seconds)
    config = transformers.AudioFlamingo3Config(
        audio_config={"model_type": "audioflamingo3_encoder", "max_source_positions": 50 * seconds, **ears},
        text_config={"model_type": "qwen2", "max_position_embeddings": 8192, **text},
        audio_token_id=tok.convert_tokens_to_ids("<sound>"),
    )
    return config, transformers.AudioFlamingo3Processor(
        extractor, tok, chat_template=toys.TEMPLATE.replace("AUDIO", "<sound>")
    )


def of_transformers(shape: Callable[[bool], tuple[Any, Any]], folder: Path, *, tiny: bool, device: str) -> Any:
    """The adapter ``hf`` with random weights of a shape."""
    import torch
    import transformers

    config, processor = shape(tiny)
    config.save_pretrained(folder)
    processor.save_pretrained(folder)
    adapter: Any = open_model(f"hf:{folder}", {"device": device})
    architecture = getattr(transformers, type(config).__name__.replace("Config", "ForConditionalGeneration"))
    with torch.device(device):
        model = _of(torch.float32 if tiny else torch.bfloat16, lambda: architecture(config))
    processor.tokenizer.padding_side = "left"
    model.generation_config.pad_token_id = processor.tokenizer.pad_token_id
    adapter.adopt(model.eval(), processor)
    return adapter


def salmonn(folder: Path, *, tiny: bool, device: str) -> Any:
    """The adapter ``salmonn`` in the shape of SALMONN-13B: Whisper large-v2 and BEATs_iter3+, a Q-Former of two layers
    with one query for every 17 frames, and Vicuna-13B. Greedy: the beams of the official script are not refilled."""
    import tiny as toys
    import torch
    import transformers

    from audiotest.models._salmonn.beats import BEATs
    from audiotest.models._salmonn.encoders import Encoders
    from audiotest.models._salmonn.loading import Parts

    heads, mels, pooled = 4, 16, {"hidden_size": 48, "num_attention_heads": 4, "intermediate_size": 40}
    ears = {"d_model": 32, "encoder_layers": 1, "encoder_attention_heads": heads, "encoder_ffn_dim": 48}
    rest = {"encoder_layers": 1, "encoder_embed_dim": 32, "encoder_ffn_embed_dim": 48, "encoder_attention_heads": heads,
            "embed_dim": 16, "conv_pos_groups": 4}  # fmt: skip
    text = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": heads,
            "vocab_size": 300}  # fmt: skip
    if not tiny:
        mels, pooled = 80, {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072}
        ears = {"d_model": 1280, "encoder_layers": 32, "encoder_attention_heads": 20, "encoder_ffn_dim": 5120}
        rest = {"encoder_layers": 12, "encoder_embed_dim": 768, "encoder_ffn_embed_dim": 3072,
                "encoder_attention_heads": 12, "embed_dim": 512, "conv_pos_groups": 16}  # fmt: skip
        text = {"hidden_size": 5120, "intermediate_size": 13824, "num_hidden_layers": 40, "num_attention_heads": 40,
                "vocab_size": 32000}  # fmt: skip
    hears = {**rest, "input_patch_size": 16, "conv_pos": 128, "deep_norm": True, "gru_rel_pos": True,
             "relative_position_embedding": True, "num_buckets": 320, "max_distance": 800}  # fmt: skip
    width = ears["d_model"] + rest["encoder_embed_dim"]
    qformer = transformers.Blip2QFormerConfig(
        num_hidden_layers=2, encoder_hidden_size=width, cross_attention_frequency=1, use_qformer_text_input=False,
        **pooled,
    )  # fmt: skip
    whisper = transformers.WhisperConfig(
        num_mel_bins=mels, max_source_positions=1500, decoder_layers=1, decoder_ffn_dim=48,
        decoder_attention_heads=heads, **ears,
    )  # fmt: skip
    tok = toys.tokenizer(["<s>"], bos_token="<s>")
    vicuna = transformers.LlamaConfig(
        max_position_embeddings=4096, num_key_value_heads=text["num_attention_heads"], bos_token_id=tok.bos_token_id,
        eos_token_id=tok.eos_token_id, **text,
    )  # fmt: skip
    adapter: Any = open_model(
        f"salmonn:{folder / 'salmonn_v1.pth'}", {"device": device, "num_beams": "1", "beats": str(folder / "beats.pt")}
    )
    dtype = torch.float32 if tiny else torch.bfloat16
    with torch.device(device):
        llm = _of(dtype, lambda: transformers.LlamaForCausalLM(vicuna))
        encoder = _of(dtype, lambda: transformers.WhisperModel(whisper).encoder)
        encoders = Encoders(
            encoder, transformers.WhisperFeatureExtractor(feature_size=mels), BEATs(hears),
            transformers.Blip2QFormerModel(qformer), 1, text["hidden_size"], adapter.settings.window,
        )  # fmt: skip
    adapter.adopt(Parts(encoders.eval(), llm.eval(), tok))
    return adapter


SHAPES: dict[str, Callable[..., Any]] = {
    "qwen2_audio": partial(of_transformers, qwen2_audio),
    "audio_flamingo_3": partial(of_transformers, audio_flamingo_3),
    "salmonn": salmonn,
}
"""By name, what opens an adapter: called with an empty folder, ``tiny`` and ``device``."""


def _of(dtype: Any, build: Callable[[], Any]) -> Any:
    """What ``build`` makes, with weights of ``dtype``."""
    import torch

    default = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        return build()
    finally:
        torch.set_default_dtype(default)
