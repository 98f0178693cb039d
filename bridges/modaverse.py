"""ModaVerse behind audiotest's ``process`` adapter. No published weights were run.

Repository: https://github.com/xinke-wang/ModaVerse, commit 9838da4; written against modaverse/api.py.
Environment: Python 3.9, requirements.txt (torch and torchaudio 1.13.1, deepspeed 0.9.3, pjtools, pytorchvideo), then
``pip install -e .`` in the clone and in its submodule ImageBind, as its README says; a GPU.

Options: ``repo`` the clone, with 7b_v0 (Vicuna) and imagebind_huge.pth in its folder .checkpoints, where its
configuration looks for them; ``checkpoint`` the folder with pytorch_model.pt, by default .checkpoints/ModaVerse-7b.

    pytest suites/ --model modaverse --model-option python=ENV/bin/python --model-option repo=PATH

ImageBind hears three windows of 2 s, spread over one clip at 16 kHz: up to 6 s whole, and gaps beyond. It samples with
the top_p 0.01 of its configuration; the seed is the request's. It answers with a modality and a prompt for it: the
reply is the prompt, and nothing is synthesised from it.
"""

import re

from audiotest_bridge import official, one_clip, serve, settings


def start(options):
    """The API without its diffusion models."""
    needed = {"repo": "a clone of https://github.com/xinke-wang/ModaVerse"}
    given = settings(options, needed, checkpoint=".checkpoints/ModaVerse-7b")
    official(given["repo"])
    from modaverse.api import ModaVerseAPI

    return ModaVerseAPI(model_path=given["checkpoint"], meta_response_only=True)


def answer(api, request):
    """``model.generate``, and their parser for what it says; a reply in no form that it knows is taken whole."""
    import torch

    clip = one_clip(request)
    api.model.modaverse_cfgs.max_new_tokens = request["generation"]["max_new_tokens"]
    torch.manual_seed(request["seed"])
    with torch.no_grad():
        whole = api.model.generate(request["prompt"], [clip] if clip else [])
    modalities, prompts = [], [whole]
    if re.search(r"\bPrompt:\s*\S", whole):
        modalities, prompts = api.parser.parse(whole)
    text = prompts[0].split(api.model.stopping_flag)[0].strip()
    return {"text": text, "details": {"modalities": list(modalities), "whole": whole}}


if __name__ == "__main__":
    serve(start, answer, name="modaverse")
