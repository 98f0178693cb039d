"""NExT-GPT behind audiotest's ``process`` adapter. No published weights were run.

Repository: https://github.com/NExT-GPT/NExT-GPT, commit 60d618b, folder NExT-GPT-Lagacy/code; written against its
inference.py and demo_app.py: the newer predict.py at the root takes no sound. Environment: Python 3.8,
NExT-GPT-Lagacy/requirements.txt (torch and torchaudio 1.13.1, transformers 4.29.2, peft 0.3.0, deepspeed 0.9.3,
diffusers 0.17.0, pytorchvideo 0.1.5, numpy 1.24.3); a GPU, without which its code does not load.

Options: ``repo`` the clone; ``checkpoint`` the folder with pytorch_model.pt, by default
NExT-GPT-Lagacy/ckpt/delta_ckpt/nextgpt/7b_tiva_v0; ``pretrained`` the folder with imagebind_ckpt/huge and
vicuna_ckpt/7b_v0, by default NExT-GPT-Lagacy/ckpt/pretrained_ckpt.

    pytest suites/ --model nextgpt --model-option python=ENV/bin/python --model-option repo=PATH

ImageBind hears three windows of 2 s, spread over one clip at 16 kHz: up to 6 s whole, and gaps beyond. Its code cuts
the prompt apart at " <" and "> " and loses these characters: such prompts are unsupported. It always samples, at
temperature 0 with the 0.4 of its inference.py; the seed is the request's. Pictures, videos and sounds that it wants
to make are not made.
"""

import os
import re

from audiotest_bridge import Unsupported, official, one_clip, serve, settings

SIGNALS = re.compile(r"\[(IMG|VID|AUD)\d+\]")


def start(options):
    """The model of stage 3, and the delta over it."""
    needed = {"repo": "a clone of https://github.com/NExT-GPT/NExT-GPT"}
    given = settings(options, needed, checkpoint="", pretrained="")
    weights = os.path.join(given["repo"], "NExT-GPT-Lagacy", "ckpt")
    checkpoint = given["checkpoint"] or os.path.join(weights, "delta_ckpt", "nextgpt", "7b_tiva_v0")
    official(given["repo"], "NExT-GPT-Lagacy/code")
    import torch
    from config import load_config
    from model.anyToImageVideoAudio import NextGPTModel

    known = {"model": "nextgpt", "nextgpt_ckpt_path": checkpoint, "stage": 3, "mode": "validate"}
    known.update(load_config(known))
    known["pretrained_ckpt_path"] = given["pretrained"] or os.path.join(weights, "pretrained_ckpt")
    model = NextGPTModel(**known)
    delta = torch.load(os.path.join(checkpoint, "pytorch_model.pt"), map_location="cpu")
    model.load_state_dict(delta, strict=False)

    def words(ids, *_, **__):
        return model.llama_tokenizer.batch_decode(ids, skip_special_tokens=True)

    model.generate_images = model.generate_videos = model.generate_audios = words
    return model.eval().half().cuda()


def answer(model, request):
    """``model.generate`` with the clip in the prompt, as the demo writes it: the other ways in are ignored."""
    import torch

    clip, asked = one_clip(request), request["generation"]
    prompt = " " + request["prompt"]
    if " <" in prompt or "> " in prompt:
        raise Unsupported('its code would lose " <" and "> " from the prompt')
    if clip is not None:
        prompt = " <Audio>{}</Audio> {}".format(clip, prompt)
    torch.manual_seed(request["seed"])
    with torch.no_grad():
        said = model.generate(
            {
                "prompt": "### Human:" + prompt,
                "max_tgt_len": max(2, asked["max_new_tokens"]),
                "top_p": asked["top_p"],
                "temperature": asked["temperature"] or 0.4,
                "stops_id": [[835]],
                "max_num_imgs": 1,
                "max_num_vids": 1,
                "max_num_auds": 1,
                "guidance_scale_for_img": None,
                "num_inference_steps_for_img": None,
                "guidance_scale_for_vid": None,
                "num_inference_steps_for_vid": None,
                "height": None,
                "width": None,
                "num_frames": None,
                "guidance_scale_for_aud": None,
                "num_inference_steps_for_aud": None,
                "audio_length_in_s": None,
            }
        )
    wanted = [kind for part in said if isinstance(part, dict) for kind in part]
    text = said[0][wanted[0]][0] if wanted else said[0]
    return {"text": SIGNALS.sub("", text).split("###")[0].strip(), "details": {"wants_to_make": wanted}}


if __name__ == "__main__":
    serve(start, answer, name="nextgpt")
