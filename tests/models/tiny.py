"""Tiny random checkpoints of real architectures, saved as the published ones are; for tests of the adapter ``hf``."""

import base64
import json

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from transformers import PreTrainedTokenizerFast, WhisperFeatureExtractor

WINDOW = 6
"""Seconds that an encoder of Whisper's kind hears at a time: the published ones hear 30, and attend to nine times as much."""
POSITIONS = WINDOW * 50

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for p in m['content'] %}{% if p['type'] == 'audio' %}AUDIO{% elif p['type'] == 'text' %}{{ p['text'] }}"
    "{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer(special, **more):
    """A byte-level tokenizer: 256 byte tokens and the special ones."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bare = Tokenizer(models.BPE(vocab={sign: i for i, sign in enumerate(alphabet)}, merges=[]))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = ByteLevelDecoder()
    made = PreTrainedTokenizerFast(tokenizer_object=bare, eos_token="<|im_end|>", pad_token="<|endoftext|>", **more)
    made.add_special_tokens({"additional_special_tokens": ["<|im_start|>", *special]})
    return made


def text_config(size, **more):
    return {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 4, "vocab_size": size, "max_position_embeddings": 8192, "initializer_range": 0.2,
            **more}  # fmt: skip


def whisperish(**more):
    return {"d_model": 32, "encoder_layers": 1, "encoder_attention_heads": 4, "encoder_ffn_dim": 48, "num_mel_bins": 16,
            "max_source_positions": POSITIONS, "init_std": 0.2, **more}  # fmt: skip


def qwen2_audio(folder, **text):
    tok = tokenizer(["<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>"])
    template = TEMPLATE.replace("AUDIO", "Audio 1: <|audio_bos|><|AUDIO|><|audio_eos|>\n")
    processor = transformers.Qwen2AudioProcessor(
        WhisperFeatureExtractor(feature_size=16, chunk_length=WINDOW), tok, chat_template=template
    )
    config = transformers.Qwen2AudioConfig(
        audio_config=whisperish(), text_config=text_config(len(tok), **text),
        audio_token_index=tok.convert_tokens_to_ids("<|AUDIO|>"),
    )  # fmt: skip
    return save(transformers.Qwen2AudioForConditionalGeneration(config), processor, folder)


def audioflamingo3(folder):
    tok = tokenizer(["<sound>"])
    processor = transformers.AudioFlamingo3Processor(
        WhisperFeatureExtractor(feature_size=16, chunk_length=WINDOW),
        tok,
        chat_template=TEMPLATE.replace("AUDIO", "<sound>"),
    )
    config = transformers.AudioFlamingo3Config(
        audio_config=ENCODER, text_config={"model_type": "qwen2", **text_config(len(tok))},
        audio_token_id=tok.convert_tokens_to_ids("<sound>"),
    )  # fmt: skip
    return save(transformers.AudioFlamingo3ForConditionalGeneration(config), processor, folder)


ENCODER = {"model_type": "audioflamingo3_encoder", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1,
           "num_attention_heads": 4, "num_mel_bins": 16, "max_source_positions": POSITIONS}  # fmt: skip


def musicflamingo(folder):
    tok = tokenizer(["<sound>", "<|sound_bos|>", "<|sound_eos|>"])
    template = TEMPLATE.replace("AUDIO", "<sound>")
    processor = transformers.MusicFlamingoProcessor(
        WhisperFeatureExtractor(feature_size=16, chunk_length=WINDOW), tok, chat_template=template
    )
    config = transformers.MusicFlamingoConfig(
        audio_config=ENCODER, text_config={"model_type": "qwen2", **text_config(len(tok))},
        audio_token_id=tok.convert_tokens_to_ids("<sound>"), rope_parameters={"rope_theta": 1200, "rope_type": "default"},
        audio_bos_token_id=tok.convert_tokens_to_ids("<|sound_bos|>"),
        audio_eos_token_id=tok.convert_tokens_to_ids("<|sound_eos|>"),
    )  # fmt: skip
    return save(transformers.MusicFlamingoForConditionalGeneration(config), processor, folder, std=0.4)


def glmasr(folder):
    tok = tokenizer(["<|pad|>"])
    template = TEMPLATE.replace("AUDIO", "<|pad|>")
    hears = WhisperFeatureExtractor(feature_size=16, chunk_length=WINDOW)  # 300 frames of 32, read as 200 of 48
    processor = transformers.GlmAsrProcessor(hears, tok, chat_template=template)
    encoder = {k: v for k, v in ENCODER.items() if k not in ("model_type", "max_source_positions")}
    config = transformers.GlmAsrConfig(
        audio_config={"model_type": "glmasr_encoder", **encoder, "num_key_value_heads": 4},
        text_config={"model_type": "llama", **text_config(len(tok)), "eos_token_id": None},
        audio_token_id=tok.convert_tokens_to_ids("<|pad|>"),
    )  # fmt: skip
    return save(transformers.GlmAsrForConditionalGeneration(config), processor, folder, std=0.4)


def qwen3_asr(folder):
    from transformers.models.qwen3_asr.feature_extraction_qwen3_asr import Qwen3ASRFeatureExtractor

    names = {"audio_token": "<|audio_pad|>", "audio_bos_token": "<|audio_start|>", "audio_eos_token": "<|audio_end|>"}
    tok = tokenizer(list(names.values()), extra_special_tokens=names)
    template = TEMPLATE.replace("AUDIO", "<|audio_start|><|audio_pad|><|audio_end|>")
    processor = transformers.Qwen3ASRProcessor(Qwen3ASRFeatureExtractor(feature_size=16), tok, chat_template=template)
    config = transformers.Qwen3ASRConfig(
        audio_config={"model_type": "qwen3_asr_encoder", **OMNI_EARS, "downsample_hidden_size": 16},
        text_config={"model_type": "qwen3", **text_config(len(tok)), "head_dim": 8},
        audio_token_id=tok.convert_tokens_to_ids("<|audio_pad|>"), pad_token_id=tok.pad_token_id,
        eos_token_id=tok.eos_token_id, timestamp_token_id=1,
    )  # fmt: skip
    return save(transformers.Qwen3ASRForConditionalGeneration(config), processor, folder)


OMNI_EARS = {"num_mel_bins": 16, "encoder_layers": 1, "encoder_attention_heads": 4, "encoder_ffn_dim": 48, "d_model": 32,
             "output_dim": 32}  # fmt: skip


def voxtral(folder):
    """Its tokenizer is mistral-common's: 256 bytes after 40 special tokens."""
    from transformers.tokenization_mistral_common import MistralCommonBackend

    named = {0: "<unk>", 1: "<s>", 2: "</s>", 3: "[INST]", 4: "[/INST]", 5: "[AVAILABLE_TOOLS]", 6: "[/AVAILABLE_TOOLS]",
             7: "[TOOL_RESULTS]", 8: "[/TOOL_RESULTS]", 9: "[TOOL_CALLS]", 10: "[IMG]", 11: "<pad>", 12: "[IMG_BREAK]",
             13: "[IMG_END]", 14: "[PREFIX]", 15: "[MIDDLE]", 16: "[SUFFIX]", 17: "[SYSTEM_PROMPT]",
             18: "[/SYSTEM_PROMPT]", 19: "[TOOL_CONTENT]", 20: "[ARGS]", 21: "[CALL_ID]", 24: "[AUDIO]",
             25: "[BEGIN_AUDIO]", 34: "[TRANSCRIBE]"}  # fmt: skip
    special, size = 40, 296
    tekken = {
        "config": {"pattern": r"\s+|\S", "num_vocab_tokens": 256, "default_vocab_size": size,
                   "default_num_special_tokens": special, "version": "v7"},
        "vocab": [{"rank": i, "token_bytes": base64.b64encode(bytes([i])).decode(), "token_str": None} for i in range(256)],
        "special_tokens": [{"rank": i, "token_str": named.get(i, f"<SPECIAL_{i}>"), "is_control": True}
                           for i in range(special)],
        "audio": {"sampling_rate": 16000, "frame_rate": 12.5, "chunk_length_s": float(WINDOW),
                  "audio_encoding_config": {"num_mel_bins": 16, "hop_length": 160, "window_size": 400}},
    }  # fmt: skip
    (folder / "tekken.json").write_text(json.dumps(tekken))
    tok = MistralCommonBackend.from_pretrained(folder)
    processor = transformers.VoxtralProcessor(WhisperFeatureExtractor(feature_size=16, chunk_length=WINDOW), tok)
    cut = {"pad_to_multiple_of": WINDOW * 16000, "max_source_positions": WINDOW * 100}
    transformers.VoxtralProcessor.audio_kwargs.update(cut)  # of the class: a checkpoint cannot say otherwise
    config = transformers.VoxtralConfig(
        audio_config={**ENCODER, "model_type": "voxtral_encoder", "intermediate_size": 128},
        text_config={"model_type": "llama", **text_config(size), "head_dim": 8}, audio_token_id=24,
    )  # fmt: skip
    return save(transformers.VoxtralForConditionalGeneration(config), processor, folder, std=0.6)


OMNI = {"image_token": "<|IMAGE|>", "audio_token": "<|AUDIO|>", "video_token": "<|VIDEO|>",
        "vision_bos_token": "<|vision_bos|>", "vision_eos_token": "<|vision_eos|>", "audio_bos_token": "<|audio_bos|>",
        "audio_eos_token": "<|audio_eos|>"}  # fmt: skip


def omni_processor(kind, **more):
    """Needs torchvision, which the processors' image and video parts import."""
    tok = tokenizer(list(OMNI.values()), extra_special_tokens=OMNI)
    made = kind(
        transformers.Qwen2VLImageProcessor(), transformers.Qwen2VLVideoProcessor(),
        WhisperFeatureExtractor(feature_size=16, **more), tok,
        chat_template=TEMPLATE.replace("AUDIO", "<|audio_bos|><|AUDIO|><|audio_eos|>"),
    )  # fmt: skip
    return made, {name: tok.convert_tokens_to_ids(token) for name, token in OMNI.items()}


VISION = {"depth": 1, "hidden_size": 32, "intermediate_size": 48, "num_heads": 4, "out_hidden_size": 32}
ROPE = {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [1, 1, 2]}}


def qwen2_5_omni(folder):
    processor, ids = omni_processor(transformers.Qwen2_5OmniProcessor, chunk_length=300)
    config = transformers.Qwen2_5OmniThinkerConfig(
        audio_config={**OMNI_EARS, "n_window": 100, "max_source_positions": POSITIONS}, vision_config=VISION,
        text_config={**text_config(len(processor.tokenizer)), **ROPE}, audio_token_index=ids["audio_token"],
        image_token_index=ids["image_token"], video_token_index=ids["video_token"],
        audio_start_token_id=ids["audio_bos_token"], audio_end_token_id=ids["audio_eos_token"],
        vision_start_token_id=ids["vision_bos_token"], vision_end_token_id=ids["vision_eos_token"],
    )  # fmt: skip
    return save(transformers.Qwen2_5OmniThinkerForConditionalGeneration(config), processor, folder)


def qwen3_omni(folder):
    processor, ids = omni_processor(transformers.Qwen3OmniMoeProcessor)
    experts = {"head_dim": 8, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 24}
    config = transformers.Qwen3OmniMoeThinkerConfig(
        audio_config={**OMNI_EARS, "downsample_hidden_size": 16, "max_source_positions": POSITIONS},
        vision_config={**VISION, "deepstack_visual_indexes": [0]},
        text_config={**text_config(len(processor.tokenizer)), **ROPE, **experts}, audio_token_id=ids["audio_token"],
        image_token_id=ids["image_token"], video_token_id=ids["video_token"],
        audio_start_token_id=ids["audio_bos_token"], audio_end_token_id=ids["audio_eos_token"],
        vision_start_token_id=ids["vision_bos_token"], vision_end_token_id=ids["vision_eos_token"],
    )  # fmt: skip
    return save(transformers.Qwen3OmniMoeThinkerForConditionalGeneration(config), processor, folder)


def granite_speech(folder):
    """Needs torchaudio, whose mels its processor takes."""
    from transformers.models.granite_speech.feature_extraction_granite_speech import GraniteSpeechFeatureExtractor

    tok = tokenizer(["<|audio|>"], extra_special_tokens={"audio_token": "<|audio|>"})
    processor = transformers.GraniteSpeechProcessor(
        GraniteSpeechFeatureExtractor(), tok, chat_template=TEMPLATE.replace("AUDIO", "<|audio|>")
    )
    config = transformers.GraniteSpeechConfig(
        encoder_config={"num_layers": 2, "hidden_dim": 32, "num_heads": 4, "output_dim": 8, "context_size": 50,
                        "max_pos_emb": 64},
        projector_config={"model_type": "blip_2_qformer", "hidden_size": 32, "num_hidden_layers": 1,
                          "num_attention_heads": 4, "intermediate_size": 48, "encoder_hidden_size": 32,
                          "cross_attention_frequency": 1},
        text_config={"model_type": "granite", **text_config(len(tok))},
        audio_token_index=tok.convert_tokens_to_ids("<|audio|>"), has_lora_adapter=False,
    )  # fmt: skip
    return save(transformers.GraniteSpeechForConditionalGeneration(config), processor, folder)


def gemma_tokens(**named):
    """Tokens that the processors look for by these names."""
    names = {"image_token": "<image_soft_token>", "boi_token": "<start_of_image>", "eoi_token": "<end_of_image>",
             "audio_token": "<audio_soft_token>", "boa_token": "<start_of_audio>", "eoa_token": "<end_of_audio>", **named}  # fmt: skip
    tok = tokenizer(list(names.values()), extra_special_tokens=names)
    return tok, {f"{name}_id": tok.convert_tokens_to_ids(token) for name, token in names.items()}


PER_LAYER = {"vocab_size_per_layer_input": 256, "hidden_size_per_layer_input": 8, "head_dim": 8, "sliding_window": 512}


def gemma3n(folder):
    """Needs torchvision, and timm for its eyes."""
    tok, ids = gemma_tokens()
    processor = transformers.Gemma3nProcessor(
        transformers.Gemma3nAudioFeatureExtractor(feature_size=16), transformers.SiglipImageProcessor(), tok,
        chat_template=TEMPLATE.replace("AUDIO", "<audio_soft_token>"),
    )  # fmt: skip
    config = transformers.Gemma3nConfig(
        text_config={**text_config(len(tok)), **PER_LAYER, "num_hidden_layers": 3, "num_kv_shared_layers": 1,
                     "layer_types": ["sliding_attention", "full_attention", "sliding_attention"], "laurel_rank": 8,
                     "altup_num_inputs": 2},
        audio_config={"hidden_size": 32, "input_feat_size": 16, "conf_num_attention_heads": 4,
                      "conf_num_hidden_layers": 1, "sscp_conv_channel_size": (8, 4), "vocab_size": 8,
                      "vocab_offset": ids["audio_token_id"]},
        vision_config={"architecture": "resnet10t", "hidden_size": 32, "vocab_size": 3,
                       "vocab_offset": ids["image_token_id"]}, **ids,
    )  # fmt: skip
    return save(transformers.Gemma3nForConditionalGeneration(config), processor, folder)


def gemma4(folder):
    """Needs torchvision."""
    tok, ids = gemma_tokens(video_token="<|video|>")
    processor = transformers.Gemma4Processor(
        transformers.Gemma4AudioFeatureExtractor(feature_size=16), transformers.Gemma4ImageProcessor(), tok,
        transformers.Gemma4VideoProcessor(), chat_template=TEMPLATE.replace("AUDIO", "<audio_soft_token>"),
    )  # fmt: skip
    ids["eoa_token_index"] = ids.pop("eoa_token_id")
    config = transformers.Gemma4Config(
        text_config={**text_config(len(tok)), **PER_LAYER, "global_head_dim": 16, "vocab_size_per_layer_input": len(tok),
                     "layer_types": ["sliding_attention", "full_attention"]},
        audio_config={"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "output_proj_dims": 32,
                      "subsampling_conv_channels": [16, 4]},
        vision_config={"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "num_attention_heads": 4,
                       "num_key_value_heads": 4, "head_dim": 8}, **ids,
    )  # fmt: skip
    return save(transformers.Gemma4ForConditionalGeneration(config), processor, folder, std=0.1)


def phi4_multimodal(folder):
    """Needs torchvision."""
    names = {"image_token": "<|image|>", "audio_token": "<|audio|>"}
    tok = tokenizer(list(names.values()), extra_special_tokens=names)
    ids = {name: tok.convert_tokens_to_ids(token) for name, token in names.items()}
    processor = transformers.Phi4MultimodalProcessor(
        transformers.Phi4MultimodalImageProcessor(), transformers.Phi4MultimodalFeatureExtractor(), tok,
        chat_template=TEMPLATE.replace("AUDIO", "<|audio|>"),
    )  # fmt: skip
    config = transformers.Phi4MultimodalConfig(
        **text_config(len(tok)), pad_token_id=tok.pad_token_id, eos_token_id=tok.eos_token_id, bos_token_id=None,
        audio_config={"hidden_size": 32, "intermediate_size": 48, "num_blocks": 2, "num_attention_heads": 4,
                      "ext_pw_out_channel": 32, "depthwise_separable_out_channel": 32, "nemo_conv_channels": 16,
                      "audio_token_id": ids["audio_token"]},
        vision_config={"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
                       "image_size": 28, "crop_size": 28, "image_token_id": ids["image_token"]},
    )  # fmt: skip
    # It is given the sound with every token, and breaks where it says a sound's token itself: a trained one doesn't.
    return save(transformers.Phi4MultimodalForCausalLM(config), processor, folder, unsaid=ids["audio_token"])


def wav2vec2(folder, seed=0):
    """A recogniser that is given no mask, as the smaller published ones are, and so hears what a clip is padded with."""
    signs = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'"]
    (folder / "vocab.json").write_text(json.dumps({sign: i for i, sign in enumerate(signs)}))
    processor = transformers.Wav2Vec2Processor(
        transformers.Wav2Vec2FeatureExtractor(return_attention_mask=False),
        transformers.Wav2Vec2CTCTokenizer(str(folder / "vocab.json")),
    )
    config = transformers.Wav2Vec2Config(
        vocab_size=len(signs), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
        conv_dim=(32,) * 7, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, initializer_range=1.0,
    )  # fmt: skip
    torch.manual_seed(seed)
    transformers.Wav2Vec2ForCTC(config).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def whisper(folder):
    """A recogniser with two languages and timestamps."""
    special = ["<|startoftranscript|>", "<|en|>", "<|de|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
               "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>", *(f"<|{i * 0.02:.2f}|>" for i in range(1501))]  # fmt: skip
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tok = transformers.WhisperTokenizer(
        vocab={sign: i for i, sign in enumerate(alphabet)}, merges=[], pad_token="<|endoftext|>"
    )
    tok.add_special_tokens({"additional_special_tokens": special})
    ids, end = dict(zip(special, tok.convert_tokens_to_ids(special), strict=True)), tok.eos_token_id
    config = transformers.WhisperConfig(
        d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=1, decoder_attention_heads=1,
        encoder_ffn_dim=48, decoder_ffn_dim=48, num_mel_bins=16, vocab_size=len(tok), max_source_positions=1500,
        max_target_positions=64, pad_token_id=end, bos_token_id=end, eos_token_id=end,
        decoder_start_token_id=ids["<|startoftranscript|>"], suppress_tokens=None, begin_suppress_tokens=None,
    )  # fmt: skip
    model = transformers.WhisperForConditionalGeneration(config)
    how = model.generation_config
    how._from_model_config, how.max_length, how.is_multilingual = False, 24, True
    how.no_timestamps_token_id, how.prev_sot_token_id = ids["<|notimestamps|>"], ids["<|startofprev|>"]
    how.lang_to_id = {"<|en|>": ids["<|en|>"], "<|de|>": ids["<|de|>"]}
    how.task_to_id = {"transcribe": ids["<|transcribe|>"], "translate": ids["<|translate|>"]}
    how.max_initial_timestamp_index = 50
    return save(
        model,
        transformers.WhisperProcessor(WhisperFeatureExtractor(feature_size=16, chunk_length=30), tok),
        folder,
        std=0.4,
    )


READS = (
    "{% for m in messages %}<|im_start|>{{ m['role'] + '\\n' + m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def qwen2(folder):
    """A language model that only reads; its template wants strings, as most do."""
    tok = tokenizer([])
    tok.chat_template = READS
    model = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**text_config(len(tok))))
    fill(model)
    model.generation_config.eos_token_id, model.generation_config.pad_token_id = tok.eos_token_id, tok.pad_token_id
    model.save_pretrained(folder)
    tok.save_pretrained(folder)
    return folder


def fill(model, std=0.2):
    torch.manual_seed(0)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=std)


def save(model, processor, folder, std=0.2, unsaid=None):
    fill(model, std)
    if unsaid is not None:
        model.lm_head.weight.data[unsaid] = 0
    model.generation_config.eos_token_id = processor.tokenizer.eos_token_id
    model.generation_config.pad_token_id = processor.tokenizer.pad_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


BUILDERS = {
    "qwen2_audio": qwen2_audio, "audioflamingo3": audioflamingo3, "musicflamingo": musicflamingo, "glmasr": glmasr,
    "qwen3_asr": qwen3_asr, "voxtral": voxtral,
}  # fmt: skip
BESIDE_PROCESSORS = {
    "qwen2_5_omni": qwen2_5_omni, "qwen3_omni": qwen3_omni, "granite_speech": granite_speech, "gemma3n": gemma3n,
    "gemma4": gemma4, "phi4_multimodal": phi4_multimodal,
}  # fmt: skip
