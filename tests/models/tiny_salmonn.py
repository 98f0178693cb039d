"""A tiny SALMONN with random weights, in the five files and by the names that the published one has.

Every tensor is drawn from its own name, so the same model is made by any version of any library.
"""

import json
import zlib

import numpy as np
import torch
import transformers

WIDTH, HEADS, MELS, QFORMER, LLM, LAYERS = 32, 4, 16, 48, 32, 2
BEATS = {
    "encoder_layers": 2, "encoder_embed_dim": 24, "encoder_ffn_embed_dim": 40, "encoder_attention_heads": 4,
    "input_patch_size": 16, "embed_dim": 16, "conv_bias": False, "conv_pos": 128, "conv_pos_groups": 4,
    "deep_norm": True, "layer_norm_first": False, "relative_position_embedding": True, "num_buckets": 320,
    "max_distance": 800, "gru_rel_pos": True, "finetuned_model": True, "predictor_class": 7, "activation_fn": "gelu",
}  # fmt: skip
SAFE = {"safe_serialization": True} if transformers.__version__ < "5" else {}
TEXTS = ["USER: <Speech></Speech> What is heard in this clip?\nASSISTANT: a dog barks, and rain falls on a tin roof",
         "Answer with the letter of the right option. (A) speech (B) music (C) a kettle whistling"]  # fmt: skip

QUESTIONS = [*TEXTS, "What is heard?", "rain falls on a tin roof", "How many voices are there?", "Describe it.",
             "a kettle whistling, (B) music", "Is it (A) or (C)? Answer with the letter"]  # fmt: skip


def drawn(name, *shape):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    values = rng.standard_normal(shape)
    if len(shape) < 2:
        values = (1.0 if "norm" in name.lower() or "ln_" in name else 0.0) * name.endswith("weight") + 0.1 * values
    else:
        values *= 1.5 / np.sqrt(np.prod(shape[1:]))
    return torch.tensor(values, dtype=torch.float32)


def ending():
    """A row for ``</s>`` in the language model's output, so large that some replies end."""
    return drawn("ending.weight", 1, LLM)[0] * 2.2


def fill(model):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(drawn(name, *parameter.shape))
    return model


def linear(weights, name, out, into, bias=True):
    weights[f"{name}.weight"] = drawn(f"{name}.weight", out, into)
    if bias:
        weights[f"{name}.bias"] = drawn(f"{name}.bias", out)


def norm(weights, name, size):
    for part in ("weight", "bias"):
        weights[f"{name}.{part}"] = drawn(f"{name}.norm.{part}", size)


def beats():
    w, size, ffn, heads = (
        {},
        BEATS["encoder_embed_dim"],
        BEATS["encoder_ffn_embed_dim"],
        BEATS["encoder_attention_heads"],
    )
    w["patch_embedding.weight"] = drawn("patch_embedding.weight", BEATS["embed_dim"], 1, 16, 16)
    linear(w, "post_extract_proj", size, BEATS["embed_dim"])
    norm(w, "layer_norm", BEATS["embed_dim"])
    norm(w, "encoder.layer_norm", size)
    w["encoder.pos_conv.0.bias"] = drawn("encoder.pos_conv.0.bias", size)
    w["encoder.pos_conv.0.weight_g"] = drawn("encoder.pos_conv.0.weight_g", 1, 1, 128).abs() * 6
    w["encoder.pos_conv.0.weight_v"] = drawn("encoder.pos_conv.0.weight_v", size, size // 4, 128)
    table = drawn("table", BEATS["num_buckets"], heads) * 2
    for i in range(BEATS["encoder_layers"]):
        at = f"encoder.layers.{i}"
        for part in "qkv":
            linear(w, f"{at}.self_attn.{part}_proj", size, size)
        linear(w, f"{at}.self_attn.out_proj", size, size)
        linear(w, f"{at}.self_attn.grep_linear", 8, size // heads)
        w[f"{at}.self_attn.grep_a"] = drawn(f"{at}.grep_a", 1, heads, 1, 1) + 1
        w[f"{at}.self_attn.relative_attention_bias.weight"] = table
        norm(w, f"{at}.self_attn_layer_norm", size)
        linear(w, f"{at}.fc1", ffn, size)
        linear(w, f"{at}.fc2", size, ffn)
        norm(w, f"{at}.final_layer_norm", size)
    linear(w, "predictor", 7, size)
    return {"cfg": BEATS, "model": w}


def own(default=".default"):
    w, joined, ffn = {}, WIDTH + BEATS["encoder_embed_dim"], 40
    w["speech_query_tokens"] = drawn("speech_query_tokens", 1, 1, QFORMER)
    w["speech_Qformer.bert.embeddings.position_ids"] = torch.arange(512)[None]
    norm(w, "ln_speech", WIDTH)
    norm(w, "ln_audio", BEATS["encoder_embed_dim"])
    linear(w, "speech_llama_proj", LLM, QFORMER)
    norm(w, "speech_Qformer.bert.embeddings.LayerNorm", QFORMER)
    for i in range(2):
        at = f"speech_Qformer.bert.encoder.layer.{i}"
        for kind, into in (("attention", QFORMER), ("crossattention", joined)):
            linear(w, f"{at}.{kind}.self.query", QFORMER, QFORMER)
            linear(w, f"{at}.{kind}.self.key", QFORMER, into)
            linear(w, f"{at}.{kind}.self.value", QFORMER, into)
            linear(w, f"{at}.{kind}.output.dense", QFORMER, QFORMER)
            norm(w, f"{at}.{kind}.output.LayerNorm", QFORMER)
        linear(w, f"{at}.intermediate_query.dense", ffn, QFORMER)
        linear(w, f"{at}.output_query.dense", QFORMER, ffn)
        norm(w, f"{at}.output_query.LayerNorm", QFORMER)
    for i in range(LAYERS):
        for part in "qv":
            at = f"llama_model.base_model.model.model.layers.{i}.self_attn.{part}_proj"
            w[f"{at}.lora_A{default}.weight"] = drawn(f"{at}.lora_A.weight", 8, LLM)
            w[f"{at}.lora_B{default}.weight"] = drawn(f"{at}.lora_B.weight", LLM, 8) * 0.3
    return w


def save(folder, default=".default"):
    """The five files under ``folder``; returns the options that name them."""
    import sentencepiece

    whisper = transformers.WhisperConfig(
        d_model=WIDTH, encoder_layers=2, decoder_layers=1, encoder_attention_heads=HEADS, decoder_attention_heads=HEADS,
        encoder_ffn_dim=48, decoder_ffn_dim=48, num_mel_bins=MELS, vocab_size=64, max_source_positions=1500,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1, suppress_tokens=None,
        begin_suppress_tokens=None,
    )  # fmt: skip
    fill(transformers.WhisperForConditionalGeneration(whisper)).save_pretrained(folder / "whisper", **SAFE)
    transformers.WhisperFeatureExtractor(feature_size=MELS).save_pretrained(folder / "whisper")
    llama = folder / "vicuna"
    llama.mkdir(parents=True)
    (folder / "text").write_text("\n".join(TEXTS * 20))
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "text"), model_prefix=str(llama / "tokenizer"), vocab_size=300, model_type="bpe",
        byte_fallback=True, character_coverage=1.0, hard_vocab_limit=False, minloglevel=2,
        normalization_rule_name="identity", remove_extra_whitespaces=False, unk_id=0, bos_id=1, eos_id=2, pad_id=-1,
    )  # fmt: skip
    size = sentencepiece.SentencePieceProcessor(model_file=str(llama / "tokenizer.model")).get_piece_size()
    (llama / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False, "legacy": True,
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}))  # fmt: skip
    config = transformers.LlamaConfig(
        hidden_size=LLM, intermediate_size=48, num_hidden_layers=LAYERS, num_attention_heads=HEADS, vocab_size=size,
        max_position_embeddings=2048, bos_token_id=1, eos_token_id=2, pad_token_id=None, tie_word_embeddings=False,
        rms_norm_eps=1e-5,
    )  # fmt: skip
    fill(transformers.LlamaForCausalLM(config)).save_pretrained(llama, **SAFE)
    torch.save(beats(), folder / "beats.pt")
    torch.save({"model": own(default), "config": {"model": {"lora_alpha": 32}}, "epoch": 0}, folder / "salmonn_v1.pth")
    return {"llm": str(llama), "whisper": str(folder / "whisper"), "beats": str(folder / "beats.pt")}


def sounds():
    """Mono clips at 16 kHz: (name, samples)."""
    made = []
    for i, seconds in enumerate((0.4, 1.0, 2.37, 7.3, 31.0)):
        rng = np.random.default_rng(i)
        t = np.arange(round(seconds * 16000)) / 16000
        made.append(
            (0.3 * np.sin(2 * np.pi * (150 + 130 * i) * t) + 0.1 * rng.standard_normal(len(t))).astype(np.float32)
        )
    return made
