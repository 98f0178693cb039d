"""LTU-AS (Joint Audio and Speech Understanding) behind audiotest's ``process`` adapter.

Run with the official code and tiny random weights (tools/tiny_weights.py), on a CPU: transcripts and replies are those
of the official inference_gradio.py. Not run with the published weights: none are at hand.

Repository: https://github.com/YuanGongND/ltu, commit 2002aad, folder src/ltu_as; written against inference_gradio.py.
Environment: Python 3.10, src/ltu_as/requirements.txt (torch and torchaudio 1.13.1, numpy 1.23.5, whisper-at 0.5),
then the repository's own transformers (4.28.0.dev0), peft and whisper:
``pip install -e hf-dev/transformers-main -e peft-main -e whisper``; and the program ffmpeg. The environment of LTU is
another one.

Options: ``repo`` the clone; ``llm``, ``checkpoint`` and ``whisper`` as src/ltu_as/inference.sh downloads them, by
default vicuna_ltuas, ltuas_long_noqa_a6.bin and large-v1.pt in REPO/pretrained_mdls; ``transcriber`` the size by which
whisper_at loads what writes down what is said (large-v2).

    pytest suites/ --model ltu-as --model-option python=ENV/bin/python --model-option repo=PATH

It hears 10 s of one clip at 16 kHz, and reads a transcript of it beside the question. Greedy unless the request has a
temperature, with the repetition penalty (and else the top_k) of the official script; Whisper decodes as it does.
"""

import os
import re

from audiotest_bridge import official, one_clip, serve, settings


def start(options):
    """Whisper twice, for features and for the transcript; Vicuna, LoRA and the checkpoint."""
    needed = {"repo": "a clone of https://github.com/YuanGongND/ltu"}
    given = settings(options, needed, llm="", checkpoint="", whisper="", transcriber="large-v2")
    weights = os.path.join(given["repo"], "pretrained_mdls")
    official(given["repo"], "src/ltu_as")
    import torch
    import whisper_at
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM, LlamaTokenizer
    from utils.prompter import Prompter
    from whisper.model import ModelDimensions, Whisper

    device = "cuda" if torch.cuda.is_available() else "cpu"
    kept = torch.load(given["whisper"] or os.path.join(weights, "large-v1.pt"), map_location="cpu")
    whisper = Whisper(ModelDimensions(**kept["dims"]))
    whisper.load_state_dict(kept["model_state_dict"], strict=False)
    llm = given["llm"] or os.path.join(weights, "vicuna_ltuas")
    dtype = torch.float16 if device == "cuda" else torch.float32
    model = LlamaForCausalLM.from_pretrained(llm, device_map="auto", torch_dtype=dtype)
    for name, weight in model.named_parameters():
        if "audio_encoder" in name and "ln" in name:
            weight.data = weight.data.float()
    lora = LoraConfig(
        r=8, lora_alpha=16, lora_dropout=0.0, target_modules=["q_proj", "v_proj"], bias="none", task_type="CAUSAL_LM"
    )
    model = get_peft_model(model, lora)
    checkpoint = given["checkpoint"] or os.path.join(weights, "ltuas_long_noqa_a6.bin")
    model.load_state_dict(torch.load(checkpoint, map_location="cpu"), strict=False)
    return {
        "model": model.eval(),
        "tokenizer": LlamaTokenizer.from_pretrained(llm),
        "prompter": Prompter("alpaca_short"),
        "whisper": whisper.to(device).eval(),
        "transcriber": whisper_at.load_model(given["transcriber"], device=device),
        "dtype": dtype,
    }


def hear(loaded, clip):
    """Whisper's layers over 10 s, 20 frames in one; and the transcript without the thanks that Whisper makes up."""
    import numpy as np
    import torch
    from skimage.measure import block_reduce

    said = loaded["transcriber"].transcribe(clip)["text"].lstrip()
    said = re.sub(r"(?i)thank(s| you) for watching[.!]?", "", said)
    with torch.no_grad():
        _, layers = loaded["whisper"].transcribe_audio(clip)
    layers = layers[0].permute(2, 0, 1).cpu().numpy()
    return torch.tensor(block_reduce(layers, (1, 20, 1), np.mean)[1:], dtype=loaded["dtype"]), said


def answer(loaded, request):
    """One greedy (or seeded) reply; only what comes after the prompt."""
    import torch
    from transformers import GenerationConfig

    model, tokenizer = loaded["model"], loaded["tokenizer"]
    clip, asked = one_clip(request), request["generation"]
    device = next(model.parameters()).device
    torch.manual_seed(request["seed"])
    sound, said = hear(loaded, clip) if clip else (None, None)
    prompt = loaded["prompter"].generate_prompt(request["prompt"], said)
    ids = tokenizer(prompt, return_tensors="pt").input_ids.to(device)
    config = GenerationConfig(
        do_sample=True,  # the only way of decoding that their transformers hands the sound on to
        top_k=500 if asked["temperature"] > 0 else 1,
        temperature=asked["temperature"] or 1.0,
        top_p=asked["top_p"],
        repetition_penalty=1.1,
        max_new_tokens=asked["max_new_tokens"],
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    sound = None if sound is None else sound.unsqueeze(0).to(device)
    with torch.no_grad():
        made = model.generate(input_ids=ids, audio_input=sound, generation_config=config)
    text = tokenizer.decode(made[0][ids.shape[1] :], skip_special_tokens=True).strip()
    return {"text": text, "details": {"transcript": said}}


if __name__ == "__main__":
    serve(start, answer, name="ltu-as")
