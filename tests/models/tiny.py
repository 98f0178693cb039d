"""Tiny random checkpoints of real architectures, saved as the published ones are; for tests of the adapter ``hf``."""

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from transformers import PreTrainedTokenizerFast, WhisperFeatureExtractor

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
            "max_source_positions": 1500, "init_std": 0.2, **more}  # fmt: skip


def qwen2_audio(folder):
    tok = tokenizer(["<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>"])
    template = TEMPLATE.replace("AUDIO", "Audio 1: <|audio_bos|><|AUDIO|><|audio_eos|>\n")
    processor = transformers.Qwen2AudioProcessor(WhisperFeatureExtractor(feature_size=16), tok, chat_template=template)
    config = transformers.Qwen2AudioConfig(
        audio_config=whisperish(), text_config=text_config(len(tok)),
        audio_token_index=tok.convert_tokens_to_ids("<|AUDIO|>"),
    )  # fmt: skip
    return save(transformers.Qwen2AudioForConditionalGeneration(config), processor, folder)


def audioflamingo3(folder):
    tok = tokenizer(["<sound>"])
    processor = transformers.AudioFlamingo3Processor(
        WhisperFeatureExtractor(feature_size=16), tok, chat_template=TEMPLATE.replace("AUDIO", "<sound>")
    )
    config = transformers.AudioFlamingo3Config(
        audio_config=ENCODER, text_config={"model_type": "qwen2", **text_config(len(tok))},
        audio_token_id=tok.convert_tokens_to_ids("<sound>"),
    )  # fmt: skip
    return save(transformers.AudioFlamingo3ForConditionalGeneration(config), processor, folder)


ENCODER = {"model_type": "audioflamingo3_encoder", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1,
           "num_attention_heads": 4, "num_mel_bins": 16, "max_source_positions": 1500}  # fmt: skip


def musicflamingo(folder):
    tok = tokenizer(["<sound>", "<|sound_bos|>", "<|sound_eos|>"])
    template = TEMPLATE.replace("AUDIO", "<sound>")
    processor = transformers.MusicFlamingoProcessor(
        WhisperFeatureExtractor(feature_size=16), tok, chat_template=template
    )
    config = transformers.MusicFlamingoConfig(
        audio_config=ENCODER, text_config={"model_type": "qwen2", **text_config(len(tok))},
        audio_token_id=tok.convert_tokens_to_ids("<sound>"), rope_parameters={"rope_theta": 1200, "rope_type": "default"},
        audio_bos_token_id=tok.convert_tokens_to_ids("<|sound_bos|>"),
        audio_eos_token_id=tok.convert_tokens_to_ids("<|sound_eos|>"),
    )  # fmt: skip
    return save(transformers.MusicFlamingoForConditionalGeneration(config), processor, folder)


def save(model, processor, folder):
    torch.manual_seed(0)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.2)
    model.generation_config.eos_token_id = processor.tokenizer.eos_token_id
    model.generation_config.pad_token_id = processor.tokenizer.pad_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


BUILDERS = {"qwen2_audio": qwen2_audio, "audioflamingo3": audioflamingo3, "musicflamingo": musicflamingo}
