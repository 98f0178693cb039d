"""Makes tests/models/data/salmonn.npz: what the official code of SALMONN computes with the tiny weights of the tests, and
beside it salmonn_beams.npz: the ids of its replies with 4 beams where many end in </s> before the most tokens.

Needs an environment of its own with the official pins (transformers 4.28.0, peft 0.3.0, numpy below 2, sentencepiece,
soundfile) and a torch that they work with; torchaudio is needed for ``torchaudio.compliance.kaldi`` alone.

    git clone -b salmonn https://github.com/bytedance/SALMONN official && git -C official checkout a58bba7
    python tools/salmonn_golden.py official tests/models/data/salmonn.npz

What is changed in the official code, from here: ``BertConfig.from_pretrained`` gives a tiny configuration instead of
bert-base-uncased's, float16 is float32, and ``.cuda()`` does nothing.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

official, target = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
sys.path[:0] = [str(official), str(Path(__file__).parent.parent / "tests" / "models")]

import soundfile  # noqa: E402
import tiny_salmonn as tiny  # noqa: E402
import torch  # noqa: E402
from models import salmonn  # noqa: E402
from transformers import WhisperFeatureExtractor  # noqa: E402
from utils import prepare_one_sample  # noqa: E402

TOKENS, SHORT, END = 12, 8, 2
load = torch.load
torch.load = lambda *a, **k: load(*a, **{**k, "weights_only": False})
torch.Tensor.cuda = lambda self, *a, **k: self
torch.float16 = torch.float32
salmonn.BertConfig.from_pretrained = classmethod(
    lambda cls, name: cls(hidden_size=tiny.QFORMER, num_attention_heads=12, intermediate_size=40, vocab_size=100)
)


def build(folder):
    files = tiny.save(folder)
    paths = {f"{'llama' if part == 'llm' else part}_path": path for part, path in files.items()}
    model = salmonn.SALMONN.from_config({**paths, "ckpt": str(folder / "salmonn_v1.pth"), "lora": True}).eval()
    return model, WhisperFeatureExtractor.from_pretrained(files["whisper"])


def stages(model, sample, prompt):
    beats, _ = model.beats.extract_features(sample["raw_wav"], sample["padding_mask"], feature_only=True)
    tokens, mask = model.encode_speech(sample["spectrogram"], sample["raw_wav"], sample["padding_mask"])
    wrapped, mask = model.prompt_wrap(tokens, mask, [prompt], multi_prompt=True)
    start = model.llama_model.model.model.embed_tokens(torch.tensor([[1]]))
    whole, mask = torch.cat([start, wrapped], 1), torch.cat([mask[:, :1], mask], 1)
    logits = model.llama_model(inputs_embeds=whole, attention_mask=mask).logits
    return beats[0], tokens[0], logits[0]


def generated(model, sample, prompt, beams, tokens=TOKENS):
    """The ids of the reply; the method gives text, so they are caught where they are decoded."""
    caught = []
    decode = model.llama_tokenizer.batch_decode
    model.llama_tokenizer.batch_decode = lambda ids, **more: caught.append(ids) or decode(ids)
    model.generate(sample, {"max_new_tokens": tokens, "num_beams": beams}, prompts=[prompt])
    model.llama_tokenizer.batch_decode = decode
    return caught[0][0][1:].numpy()


def prepared(folder, wave, extractor):
    path = folder / "clip.wav"
    soundfile.write(path, wave, 16000, subtype="FLOAT")
    return prepare_one_sample(str(path), extractor, cuda_enabled=False)


def wrapped(text):
    return f"USER: <Speech><SpeechHere></Speech> {text.strip()}\nASSISTANT:"


def main():
    found, ends = {}, {}
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        model, extractor = build(Path(folder))
        samples = [prepared(Path(folder), wave, extractor) for wave in tiny.sounds()]
        for i, sample in enumerate(samples):
            prompt = wrapped(tiny.TEXTS[i % 2])
            beats, tokens, logits = stages(model, sample, prompt)
            # Every 16th frame, every 4th token and the last logits are enough to tell, and small enough to keep. The
            # official code adds a [PAD] to the vocabulary, whose row is random: it is left out.
            found |= {
                f"beats{i}": beats[::16].numpy(),
                f"tokens{i}": tokens[::4].numpy(),
                f"logits{i}": logits[-1, :-1],
            }
            found |= {f"ids{i}": generated(model, sample, prompt, 1), f"beam{i}": generated(model, sample, prompt, 4)}
        head = next(m for name, m in model.llama_model.named_modules() if name.endswith("lm_head"))
        head.weight[END] = tiny.ending()
        for i, sample in enumerate(samples[:2]):
            for j, text in enumerate(tiny.QUESTIONS):
                ends[f"{i}-{j}"] = generated(model, sample, wrapped(text), 4, SHORT)
    np.savez_compressed(target, **found)
    np.savez_compressed(target.with_name("salmonn_beams.npz"), **ends)


if __name__ == "__main__":
    main()
