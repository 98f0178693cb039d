"""PandaGPT behind audiotest's ``process`` adapter. No published weights were run.

Repository: https://github.com/yxuansu/PandaGPT, commit 9b77e04, folder code; written against web_demo.py.
Environment: requirements.txt (transformers 4.29.1, peft 0.3.0, torchaudio 0.13.1, torchvision 0.14.1, deepspeed
0.9.2, pytorchvideo, numpy 1.24.3) and torch 1.13.1 with CUDA, without which its code does not load.

Options: ``repo`` the clone; ``llm`` Vicuna v0's folder; ``checkpoint`` the delta's file pytorch_model.pt; ``imagebind``
the folder that holds imagebind_huge.pth, by default REPO/pretrained_ckpt/imagebind_ckpt.

    pytest suites/ --model pandagpt --model-option python=ENV/bin/python --model-option repo=PATH \\
        --model-option llm=FOLDER --model-option checkpoint=FILE

ImageBind hears three windows of 2 s, spread over one clip at 16 kHz: up to 6 s whole, and gaps beyond. The official
code always samples; the seed is the request's, and at temperature 0 top_p is the demo's 0.01.
"""

import os

from audiotest_bridge import official, one_clip, serve, settings


def start(options):
    """The model with the demo's LoRA settings, and the delta over it."""
    needed = {
        "repo": "a clone of https://github.com/yxuansu/PandaGPT",
        "llm": "Vicuna v0, the size that the delta is for",
        "checkpoint": "the delta's pytorch_model.pt",
    }
    given = settings(options, needed, imagebind="")
    official(given["repo"], "code")
    import torch
    from model.openllama import OpenLLAMAPEFTModel

    model = OpenLLAMAPEFTModel(
        model="openllama_peft",
        imagebind_ckpt_path=given["imagebind"] or os.path.join(given["repo"], "pretrained_ckpt", "imagebind_ckpt"),
        vicuna_ckpt_path=given["llm"],
        delta_ckpt_path=given["checkpoint"],
        stage=2,
        max_tgt_len=128,
        lora_r=32,
        lora_alpha=32,
        lora_dropout=0.1,
    )
    model.load_state_dict(torch.load(given["checkpoint"], map_location="cpu"), strict=False)
    return model.eval().half().cuda()


def answer(model, request):
    """``model.generate`` with the clip. It drops the last two tokens, its stop mark, so it is given two more."""
    import torch

    clip, asked = one_clip(request, none=False), request["generation"]
    torch.manual_seed(request["seed"])
    with torch.no_grad():
        text = model.generate(
            {
                "prompt": request["prompt"],
                "image_paths": [],
                "audio_paths": [clip],
                "video_paths": [],
                "thermal_paths": [],
                "top_p": asked["top_p"] if asked["temperature"] > 0 else 0.01,
                "temperature": asked["temperature"] or 1.0,
                "max_tgt_len": asked["max_new_tokens"] + 2,
                "modality_embeds": [],
            }
        )
    return text.strip()


if __name__ == "__main__":
    serve(start, answer, name="pandagpt")
