"""SpeechGPT behind audiotest's ``process`` adapter. Untested here: no weights are at hand.

Repository: https://github.com/0nutation/SpeechGPT, commit b290011; written against speechgpt/src/infer/cli_infer.py.
Environment: Python 3.8, speechgpt/requirements.txt (torch and torchaudio 1.13.1, fairseq 0.12.2, transformers 4.33.1,
peft 0.3.0, numpy 1.22.4); a GPU, without which its code does not load. With torch 2 it fails on a missing import.

Options: ``repo`` the clone; ``checkpoint`` SpeechGPT-7B-cm; ``lora`` SpeechGPT-7B-com; ``speech2unit`` the folder with
mHuBERT and its k-means, and ``vocoder`` the one with vocoder.pt and config.json, by default those of the clone.

    pytest suites/ --model speechgpt --model-option python=ENV/bin/python --model-option repo=PATH \\
        --model-option checkpoint=FOLDER --model-option lora=FOLDER

It hears one clip at 16 kHz as units of speech. Its code samples up to 2048 tokens whatever is asked for; the seed is
the request's. Where it answers in text and in speech, the reply is the text; where it answers in speech alone, the
units of it.
"""

import os
import tempfile

from audiotest_bridge import Unsupported, official, one_clip, serve, settings

MARK = "is input:"


def start(options):
    """Their inference class, which keeps what it said: it returns the spoken answer only."""
    needed = {
        "repo": "a clone of https://github.com/0nutation/SpeechGPT",
        "checkpoint": "SpeechGPT-7B-cm",
        "lora": "SpeechGPT-7B-com",
    }
    given = settings(options, needed, speech2unit="", vocoder="")
    official(given["repo"])
    from speechgpt.src.infer.cli_infer import SpeechGPTInference

    class Kept(SpeechGPTInference):
        def postprocess(self, response):
            self.said = super().postprocess(response)
            return self.said

    return Kept(
        given["checkpoint"],
        given["lora"],
        given["speech2unit"] or "speechgpt/utils/speech2unit/",
        given["vocoder"] or "speechgpt/utils/vocoder/",
        tempfile.mkdtemp(prefix="speechgpt-"),
    )


def answer(model, request):
    """The prompt with the clip behind the words by which the model knows its input."""
    import torch

    clip, prompt = one_clip(request), request["prompt"]
    if MARK in prompt:
        raise Unsupported("the prompt holds {!r}, which marks an input".format(MARK))
    if clip is not None:
        prompt = "{} This {} {}".format(prompt, MARK, os.path.abspath(clip))
    torch.manual_seed(request["seed"])
    model([prompt])
    text = model.said["textAnswer"] or model.said["answer"]
    return {"text": text.strip(), "details": {"transcript": model.said["textQuestion"].strip()}}


if __name__ == "__main__":
    serve(start, answer, name="speechgpt")
