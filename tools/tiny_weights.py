"""Makes tiny random weights in the layout that a model's official code loads, so that its bridge can be run.

It is run with the interpreter of the model's own environment, and uses the official code to make them:

    git clone https://github.com/cwang621/blsp official && git -C official checkout f7bf52f
    ENV/bin/python tools/tiny_weights.py blsp official FOLDER
    pytest a-suite/ --model blsp --model-option python=ENV/bin/python --model-option repo=official \\
        --model-option checkpoint=FOLDER

What such a run shows is that bridge, official code and adapter fit together; what the model says is noise.
"""

import io
import os
import random
import sys
from pathlib import Path

import sentencepiece
import torch

WORDS = "###[Human]: ###[Assistant]: which one is heard? A B C D the sound of a bell, two notes and a voice. yes no\n"
LLAMA = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}


def tokenizer(folder, pieces=360):
    """A LLaMA tokenizer of the bytes and a hundred pieces, or as many as are asked for."""
    from transformers import LlamaTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    model = io.BytesIO()
    letters = random.Random(0)
    made_up = [
        " ".join("".join(letters.choices("aeioubdgklmnprst", k=4)) for _ in range(9)) for _ in range(pieces - 360)
    ]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([WORDS] * 50 + made_up), model_writer=model, model_type="bpe", vocab_size=pieces,
        byte_fallback=True, pad_id=-1, hard_vocab_limit=False, minloglevel=2,
    )  # fmt: skip
    (folder / "spm.model").write_bytes(model.getvalue())
    made = LlamaTokenizer(str(folder / "spm.model"))
    made.save_pretrained(str(folder))
    (folder / "spm.model").unlink()
    return made


def spread(model):
    """Weights far enough apart that replies differ from prompt to prompt and from sound to sound."""
    torch.manual_seed(0)
    for weight in model.parameters():
        if weight.dim() > 1:
            weight.data.normal_(0, weight.shape[-1] ** -0.5)
    return model


def blsp(repo, folder):
    sys.path.insert(0, str(repo / "blsp"))
    from src.configuration_blsp import BlspConfig
    from src.modeling_blsp import BlspModel
    from transformers import WhisperFeatureExtractor

    words = tokenizer(folder)
    whisper = {"d_model": 32, "encoder_layers": 2, "encoder_attention_heads": 2, "encoder_ffn_dim": 64}
    config = BlspConfig(whisper, {**LLAMA, "vocab_size": len(words)}, adapter_inner_dim=16)
    spread(BlspModel(config)).save_pretrained(str(folder))
    WhisperFeatureExtractor().save_pretrained(str(folder))


def lora(model, file):
    """The checkpoint over ``model``: LoRA and the projection of the sound, as LTU's training saves them."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=8, lora_alpha=16, lora_dropout=0.0, target_modules=["q_proj", "v_proj"], bias="none", task_type="CAUSAL_LM"
    )
    whole = spread(get_peft_model(model, config)).state_dict()
    torch.save({k: v for k, v in whole.items() if "lora_" in k or "audio_proj" in k}, str(file))


def ltu(repo, folder):
    """FOLDER/pretrained_mdls as src/ltu/inference.sh leaves it; the audio encoder has its real size."""
    from transformers import LlamaConfig, LlamaForCausalLM

    llm = folder / "pretrained_mdls" / "vicuna_ltu"
    config = LlamaConfig(vocab_size=len(tokenizer(llm)), **LLAMA)
    model = spread(LlamaForCausalLM(config))
    model.save_pretrained(str(llm))
    lora(model, folder / "pretrained_mdls" / "ltu_ori_paper.bin")


def ltu_as(repo, folder):
    """FOLDER/pretrained_mdls as src/ltu_as/inference.sh leaves it, with an audio encoder and a first Whisper of their
    real size, and FOLDER/whisper: run with XDG_CACHE_HOME=FOLDER and the bridge's transcriber=tiny."""
    import whisper_at.model
    from transformers import LlamaConfig, LlamaForCausalLM
    from whisper.model import ModelDimensions, Whisper

    weights = folder / "pretrained_mdls"
    llm = weights / "vicuna_ltuas"
    model = spread(LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer(llm)), **LLAMA)))
    model.save_pretrained(str(llm))
    lora(model, weights / "ltuas_long_noqa_a6.bin")
    dims = {"n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": 1280, "n_audio_head": 20, "n_audio_layer": 32}
    dims.update(n_vocab=51865, n_text_ctx=448, n_text_state=1280, n_text_head=20, n_text_layer=32)
    first = spread(Whisper(ModelDimensions(**dims))).half().state_dict()
    torch.save({"dims": dims, "model_state_dict": first}, str(weights / "large-v1.pt"))
    dims.update(n_audio_state=48, n_audio_head=6, n_audio_layer=2, n_text_state=48, n_text_head=6, n_text_layer=4)
    second = spread(whisper_at.model.Whisper(whisper_at.model.ModelDimensions(**dims))).state_dict()
    cache = folder / "whisper"
    cache.mkdir(exist_ok=True)
    torch.save({"dims": dims, "model_state_dict": second}, str(cache / "tiny.pt"))
    torch.save({}, str(cache / "tiny_ori.pth"))


def gama(repo, folder):
    """FOLDER/llm and FOLDER/checkpoint.bin. Their code fetches bert-base-uncased by name: a tiny one is put into the
    clone, where it is found first. The width of 4096 is written into their code."""
    from transformers import BertConfig, BertLMHeadModel, LlamaConfig, LlamaForCausalLM

    bert = repo / "bert-base-uncased"
    config = BertConfig(vocab_size=8, num_hidden_layers=2, intermediate_size=64, is_decoder=True)
    BertLMHeadModel(config).save_pretrained(str(bert))
    (bert / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n")
    os.chdir(str(repo))
    llm = folder / "llm"
    sizes = {"hidden_size": 4096, "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 96}
    sizes.update(num_key_value_heads=4, pretraining_tp=1, rope_scaling=None, max_position_embeddings=4096)
    model = spread(LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer(llm)), **sizes)))
    model.save_pretrained(str(llm))
    lora(model, folder / "checkpoint.bin")


def mert(folder, **sizes):
    """In the place of MERT: the HuBERT that it is made of, without its constant-Q transform, whose code is on the hub
    alone. It hears 24 kHz as MERT does."""
    from transformers import HubertConfig, HubertModel, Wav2Vec2FeatureExtractor

    tiny = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
    tiny.update(conv_dim=[16] * 7, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4)
    model = HubertModel(HubertConfig(**dict(tiny, **sizes)))
    spread(model).save_pretrained(str(folder))
    Wav2Vec2FeatureExtractor(sampling_rate=24000, return_attention_mask=True).save_pretrained(str(folder))
    return model.config.hidden_size


def vicuna(folder, pieces=360):
    """A language model with its tokenizer; returns its width."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(vocab_size=len(tokenizer(folder, pieces)), **LLAMA)
    spread(LlamaForCausalLM(config)).save_pretrained(str(folder))
    return config.hidden_size


def linear(name, heard, width):
    """The weights of a projection."""
    layer = spread(torch.nn.Linear(heard, width))
    return {f"{name}.{key}": value for key, value in layer.state_dict().items()}


def musilingo(repo, folder):
    """FOLDER/llm, FOLDER/mert and FOLDER/checkpoint.pth, which holds the projection of the sound."""
    heard, width = mert(folder / "mert"), vicuna(folder / "llm")
    torch.save({"model": linear("llama_proj", heard, width)}, str(folder / "checkpoint.pth"))


def mu_llama(repo, folder):
    """FOLDER/mert, FOLDER/llama (run with llama_type=tiny) and FOLDER/checkpoint.pth. Their code wants MERT's 25 states
    of 1024, a width of 4096 and the sound in the last 20 layers, so 8 GB of memory are needed; the weights of LLaMA and
    of most of the adapter are left out, and so are what their code makes them at random. The projection of the sound is
    centred on what the stand-in for MERT makes of a few sounds and drawn large: at random, all sounds are nearly one
    vector to it, and every reply is the same."""
    import json

    mert(folder / "mert", hidden_size=1024, num_hidden_layers=24, num_attention_heads=16)
    tokenizer(folder / "llama")
    sizes = {"dim": 4096, "n_layers": 20, "n_heads": 32, "multiple_of": 64, "ffn_dim_multiplier": 0.01}
    (folder / "llama" / "tiny").mkdir(exist_ok=True)
    (folder / "llama" / "tiny" / "params.json").write_text(json.dumps(dict(sizes, norm_eps=1e-5)))
    learnt = {"prefix_query.weight": spread(torch.nn.Embedding(20, 4096)).weight.data}
    # Gates of zero would let none of the sound through.
    learnt.update({f"llama.layers.{i}.attention.gate": torch.ones(1, 32, 1, 1) for i in range(20)})
    learnt.update({f"mu_mert_agg.{key}": value for key, value in mean_of_states().items()})
    learnt.update({f"mu_mert_proj.{key}": value for key, value in centred(folder / "mert").items()})
    torch.save({"model": learnt}, str(folder / "checkpoint.pth"))


def mean_of_states():
    """The weights by which MERT's 25 states become one: their mean."""
    return {"weight": torch.full((1, 25, 1), 1 / 25), "bias": torch.zeros(1)}


def centred(folder):
    """The weights of a linear layer from 1024 to 4096 that gives numbers of the size of 1 to what differs between four
    sounds of 2 s: two tones, noise and silence."""
    from transformers import HubertModel, Wav2Vec2FeatureExtractor

    model = HubertModel.from_pretrained(str(folder)).eval()
    extractor = Wav2Vec2FeatureExtractor.from_pretrained(str(folder))
    torch.manual_seed(0)
    seconds = torch.arange(48000) / 24000
    waves = [torch.sin(2 * torch.pi * pitch * seconds) / 4 for pitch in (220, 1760)]
    waves += [torch.randn(48000) / 8, torch.zeros(48000)]
    heard = []
    for wave in waves:
        inputs = extractor(wave.numpy(), sampling_rate=24000, return_tensors="pt")
        with torch.no_grad():
            states = torch.stack(model(**inputs, output_hidden_states=True).hidden_states).squeeze()
        heard.append(torch.nn.functional.normalize(states.mean(-2).mean(0), dim=-1))
    heard = torch.stack(heard)
    apart = (heard - heard.mean(0)).norm(dim=-1).mean()
    weight = torch.randn(4096, 1024) / apart
    return {"weight": weight, "bias": -weight @ heard.mean(0)}


def imagebind(model, file):
    """ImageBind in its real size (4.8 GB), which is written into its code; ``model`` is the repository's module."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(0)
        made = model.imagebind_huge(pretrained=False)  # in some copies of it with its width
        torch.save((made[0] if isinstance(made, tuple) else made).state_dict(), str(file))


def pandagpt(repo, folder):
    """FOLDER/imagebind/imagebind_huge.pth, FOLDER/llm and FOLDER/pytorch_model.pt, the delta."""
    os.chdir(str(repo / "code"))
    sys.path.insert(0, str(repo / "code"))
    from model.ImageBind.models import imagebind_model

    imagebind(imagebind_model, folder / "imagebind" / "imagebind_huge.pth")
    width = vicuna(folder / "llm")
    torch.save(linear("llama_proj", 1024, width), str(folder / "pytorch_model.pt"))


def nextgpt(repo, folder):
    """FOLDER/pretrained, with ImageBind and the language model, and FOLDER/delta."""
    code = repo / "NExT-GPT-Lagacy" / "code"
    os.chdir(str(code))
    sys.path.insert(0, str(code))
    from model.ImageBind.models import imagebind_model

    imagebind(imagebind_model, folder / "pretrained" / "imagebind_ckpt" / "huge" / "imagebind_huge.pth")
    width = vicuna(folder / "pretrained" / "vicuna_ckpt" / "7b_v0")
    (folder / "delta").mkdir(exist_ok=True)
    torch.save(linear("llama_proj", 1024, width), str(folder / "delta" / "pytorch_model.pt"))


def modaverse(repo, folder):
    """The folder .checkpoints of the clone, where its configuration looks; FOLDER is not used. Its submodule ImageBind
    has to be importable."""
    from imagebind.models import imagebind_model

    place = repo / ".checkpoints"
    imagebind(imagebind_model, place / "imagebind_huge.pth")
    width = vicuna(place / "7b_v0", pieces=900)  # it ends at token 835
    (place / "ModaVerse-7b").mkdir(exist_ok=True)
    torch.save(linear("linear_proj", 1024, width), str(place / "ModaVerse-7b" / "pytorch_model.pt"))


def qwen_audio_chat(repo, folder):
    """FOLDER as the hub has it: the repository's code and tokenizer, a language model and an audio encoder."""
    import json
    import shutil

    from transformers import AutoConfig, AutoModelForCausalLM

    folder.mkdir(parents=True, exist_ok=True)
    code = ("audio", "configuration_qwen", "modeling_qwen", "qwen_generation_utils", "tokenization_qwen")
    for name in (*(f"{module}.py" for module in code), "qwen.tiktoken", "mel_filters.npz", "tokenizer_config.json"):
        shutil.copy(str(repo / name), str(folder / name))
    # On the hub; read for a cache in 8 bits alone, but asked for where code comes from a folder.
    (folder / "cpp_kernels.py").write_text("")
    config = json.loads((repo / "config.json").read_text())
    config.update(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, kv_channels=16)
    config["audio"].update(n_state=32, n_head=2, n_layer=2, output_dim=64)
    (folder / "config.json").write_text(json.dumps(dict(config, fp32=True)))
    made = AutoConfig.from_pretrained(str(folder), trust_remote_code=True)
    spread(AutoModelForCausalLM.from_config(made, trust_remote_code=True)).save_pretrained(str(folder))
    shutil.copy(str(repo / "chat_generation_config.json"), str(folder / "generation_config.json"))


def anygpt(repo, folder):
    """FOLDER/llm, FOLDER/speech_tokenizer.pt with its .json, FOLDER/soundstorm.pt (of its real size: 12 layers of 1024
    are written into their code), and two EnCodecs in the clone, where they are found by their names on the hub."""
    import json

    from transformers import EncodecConfig, EncodecFeatureExtractor, EncodecModel, LlamaConfig, LlamaForCausalLM

    sys.path[:0] = [str(repo), str(repo / "anygpt" / "src"), str(repo / "anygpt" / "src" / "infer")]
    import voice_clone
    from m_utils.anything2token import modal_special_str
    from speechtokenizer import SpeechTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    words = tokenizer(folder / "llm")
    marks = [kind[end] for kind in modal_special_str.values() for end in ("sos",)]
    marks += [mark.replace("<so", "<eo") for mark in marks]
    speech = modal_special_str["speech"]
    words.add_tokens([*marks, *(f"<{speech['prefix']}{i}>" for i in range(speech["vocab_size"]))])
    words.save_pretrained(str(folder / "llm"))
    spread(LlamaForCausalLM(LlamaConfig(vocab_size=len(words), **LLAMA))).save_pretrained(str(folder / "llm"))

    config = {"n_filters": 4, "dimension": 16, "strides": [8, 5, 4, 2], "lstm_layers": 1, "bidirectional": True}
    config.update(dilation_base=2, residual_kernel_size=3, n_residual_layers=1, activation="ELU", sample_rate=16000)
    config.update(n_q=8, codebook_size=1024, semantic_dimension=32)
    (folder / "speech_tokenizer.json").write_text(json.dumps(config))
    heard = SpeechTokenizer(config).eval()
    codebooks(heard)
    torch.save(heard.state_dict(), str(folder / "speech_tokenizer.pt"))

    for rate, name in ((32000, "encodec_32khz"), (24000, "encodec_24khz")):
        small = EncodecConfig(sampling_rate=rate, num_filters=4, hidden_size=16, codebook_dim=16, codebook_size=2048)
        place = repo / "facebook" / name
        EncodecModel(small).save_pretrained(str(place))
        EncodecFeatureExtractor(sampling_rate=rate).save_pretrained(str(place))

    def kept(self, path):
        torch.save(self.state_dict(), str(path))

    voice_clone.SoundStorm.load = kept
    voice_clone.load_soundstorm(str(folder / "soundstorm.pt"))


def codebooks(model):
    """Codes of what the random encoder makes of noise and a tone that rises, so that they differ from sound to sound."""
    torch.manual_seed(0)
    seconds = torch.arange(192000) / 16000
    waves = torch.stack([torch.randn(192000) / 8, torch.sin(2 * torch.pi * 200 * seconds * (1 + seconds)) / 4])
    with torch.no_grad():
        frames = model.encoder(waves[:, None]).transpose(1, 2).flatten(0, 1)
    for name, buffer in model.named_buffers():
        if name.endswith(("embed", "embed_avg")):
            buffer.copy_(frames[torch.randperm(len(frames))[: len(buffer)]])
        elif name.endswith(("inited", "cluster_size")):
            buffer.fill_(1)


if __name__ == "__main__":
    makers = {
        "blsp": blsp,
        "ltu": ltu,
        "ltu_as": ltu_as,
        "gama": gama,
        "musilingo": musilingo,
        "mu_llama": mu_llama,
        "pandagpt": pandagpt,
        "nextgpt": nextgpt,
        "modaverse": modaverse,
        "qwen_audio_chat": qwen_audio_chat,
        "anygpt": anygpt,
    }
    makers[sys.argv[1]](Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve())
