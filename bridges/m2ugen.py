"""M2UGen behind audiotest's ``process`` adapter. Untested here: no weights are at hand.

Repository: https://github.com/shansongliu/M2UGen, commit 2c702a4, folder M2UGen; written against inference.py.
Environment: Python 3.9, requirements.txt (torch and torchaudio 2.1.0, transformers 4.35.2, peft 0.3.0, diffusers
0.21.4, numpy 1.24.3, sentencepiece 0.1.99); a GPU, without which its code does not generate.

Options: ``repo`` the clone; ``checkpoint`` its checkpoint.pth; ``llama`` the folder with LLaMA 2's tokenizer and
params.json in the folder ``llama_type`` (7B); ``mert`` (m-a-p/MERT-v1-330M), ``vit``
(google/vit-base-patch16-224-in21k), ``vivit`` (google/vivit-b-16x2-kinetics400); ``music_decoder`` (musicgen or
audioldm2, as the checkpoint has it) and ``music_decoder_path`` (facebook/musicgen-medium).

    pytest suites/ --model m2ugen --model-option python=ENV/bin/python --model-option repo=PATH \\
        --model-option checkpoint=FILE --model-option llama=FOLDER

It hears the first 60 s of one clip at 24 kHz: of a longer one, the code takes the first minute only. Prompt and reply
have 1024 tokens together; what does not fit is unsupported. Its decoding ends a reply at the first line break. Music
that it wants to make is not made. Greedy unless the request has a temperature.
"""

import os
from argparse import Namespace

from audiotest_bridge import Unsupported, official, one_clip, serve, settings

CONTEXT = 1024


def start(options):
    """The model with its three encoders, and the checkpoint, whose keys may have been saved by data parallel."""
    needed = {
        "repo": "a clone of https://github.com/shansongliu/M2UGen",
        "checkpoint": "checkpoint.pth",
        "llama": "the folder with LLaMA 2's tokenizer, and with params.json in its folder 7B",
    }
    given = settings(
        options,
        needed,
        llama_type="7B",
        mert="m-a-p/MERT-v1-330M",
        vit="google/vit-base-patch16-224-in21k",
        vivit="google/vivit-b-16x2-kinetics400",
        music_decoder="musicgen",
        music_decoder_path="facebook/musicgen-medium",
    )
    official(given["repo"], "M2UGen")
    import torch
    from llama.m2ugen import M2UGen

    paths = Namespace(
        mert_path=given["mert"],
        vit_path=given["vit"],
        vivit_path=given["vivit"],
        music_decoder=options.get("music_decoder", "musicgen"),
        music_decoder_path=given["music_decoder_path"],
    )
    folder = os.path.join(given["llama"], options.get("llama_type", "7B"))
    model = M2UGen(folder, given["llama"], paths, knn=False, stage=3, load_llama=False)
    weights = torch.load(given["checkpoint"], map_location="cpu")["model"]
    model.load_state_dict({k.replace("module.", ""): v for k, v in weights.items()}, strict=True)
    model.generate_music = lambda *_: None
    return model.eval().to("cuda")


def answer(model, request):
    """``model.generate`` over one clip or none; its words, without the marks for music."""
    import llama
    import torch
    import torchaudio

    clip, asked = one_clip(request), request["generation"]
    prompt = model.tokenizer(llama.format_prompt(request["prompt"])).input_ids
    if len(prompt) + asked["max_new_tokens"] > CONTEXT:
        total = len(prompt) + asked["max_new_tokens"]
        raise Unsupported("{} tokens are more than the {} of its context".format(total, CONTEXT))
    wave = None
    if clip is not None:
        wave, rate = torchaudio.load(clip)
        wave = (wave if rate == 24000 else torchaudio.functional.resample(wave, rate, 24000)).mean(0)
    torch.manual_seed(request["seed"])
    said = model.generate([prompt], wave, None, None, asked["max_new_tokens"], asked["temperature"], asked["top_p"])
    text = said[0]
    for i in range(len(model.audio_tokens)):
        text = text.replace("[AUD{}]".format(i), "")
    return {"text": text.strip(), "details": {"wants_to_make_music": len(said) > 1}}


if __name__ == "__main__":
    serve(start, answer, name="m2ugen")
