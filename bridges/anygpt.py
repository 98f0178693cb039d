"""AnyGPT (chat) behind audiotest's ``process`` adapter. No published weights were run.

Repository: https://github.com/OpenMOSS/AnyGPT, commit 282b58f; written against
anygpt/src/infer/cli_infer_chat_model.py. Environment: Python 3.9, requirements.txt (torch and torchaudio 2.1.0,
transformers 4.34.1, speechtokenizer 0.1.2, diffusers 0.20.2, nemo_text_processing, clean-text).

Options: ``repo`` the clone; ``checkpoint`` fnlp/AnyGPT-chat; ``speech_tokenizer``, ``speech_tokenizer_config`` and
``soundstorm`` the three files of fnlp/AnyGPT-speech-modules; ``hears``: ``speech`` (default) or ``music``, which of
its two tokenizers the clips go through. Pictures are left out.

    pytest suites/ --model anygpt --model-option python=ENV/bin/python --model-option repo=PATH \\
        --model-option checkpoint=FOLDER --model-option speech_tokenizer=FILE \\
        --model-option speech_tokenizer_config=FILE --model-option soundstorm=FILE

As speech, clips are heard whole and the model is told to answer a voice command, question and all. As music, its code
takes 5 s at a random place: longer clips are unsupported. Decoding is that of its config/generate_config.json (5
beams, sampled) but for the most new tokens; the seed is the request's. What it would say, play or draw is not made.
"""

import json
import os
import re
import sys
import tempfile

from audiotest_bridge import Unsupported, official, serve, settings

MEDIA = re.compile("<so(sp|im|mu|au)>.*?(<eo(sp|im|mu|au)>|$)", re.DOTALL)


def start(options):
    """Their inference class without pictures, in a folder with a copy of its configuration."""
    needed = {
        "repo": "a clone of https://github.com/OpenMOSS/AnyGPT",
        "checkpoint": "AnyGPT-chat",
        "speech_tokenizer": "SpeechTokenizer's ckpt.dev",
        "speech_tokenizer_config": "SpeechTokenizer's config.json",
        "soundstorm": "speechtokenizer_soundstorm_mls.pt",
    }
    given = settings(options, needed, hears="speech")
    hears = options.get("hears", "speech")
    if hears not in ("speech", "music"):
        sys.exit("hears is speech or music, not {!r}".format(hears))
    official(given["repo"], "", "anygpt/src", "anygpt/src/infer")
    with open("config/generate_config.json") as file:
        config = json.load(file)
    from cli_infer_chat_model import AnyGPTChatInference

    place = tempfile.mkdtemp(prefix="anygpt-")
    model = AnyGPTChatInference(
        given["checkpoint"],
        "",
        place,
        given["speech_tokenizer"],
        given["speech_tokenizer_config"],
        given["soundstorm"],
    )
    model.postprocess = lambda *_, **__: None
    os.makedirs(os.path.join(place, "config"))
    os.chdir(place)
    return model, config, hears


def answer(loaded, request):
    """A conversation of one turn. The whole reply is read from the file that their code keeps it in."""
    import torch
    import torchaudio

    model, config, hears = loaded
    if hears == "music":
        for path in request["audio"]:
            seen = torchaudio.info(path)
            if seen.num_frames > model.music_segment_duration * seen.sample_rate:
                raise Unsupported("as music it hears {} s of a clip".format(model.music_segment_duration))
    with open("config/generate_config.json", "w") as file:
        json.dump(dict(config, max_new_tokens=request["generation"]["max_new_tokens"]), file)
    with open("response.txt", "w"):
        pass
    model("|clear")
    torch.manual_seed(request["seed"])
    sounds = {"image_files": [], "speech_files": [], "music_files": [], hears + "_files": request["audio"]}
    try:
        model.response("interleaved", request["prompt"], "text", **sounds)
    except AttributeError:  # a reply without an end mark, cut at the most tokens: their code has no words for it
        if os.path.getsize("response.txt") == 0:
            raise
    with open("response.txt", encoding="utf-8") as file:
        whole = file.read().rpartition("[MMGPT]")[2].lstrip(":").strip()
    text = MEDIA.sub("", whole.rpartition("<-Res->")[2]).split("<eo")[0]
    return {"text": text.strip(), "details": {"whole": whole}}


if __name__ == "__main__":
    serve(start, answer, name="anygpt")
