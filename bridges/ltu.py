"""LTU (Listen, Think, and Understand) behind audiotest's ``process`` adapter.

Run with the official code and tiny random weights (tools/tiny_weights.py), on a CPU: the replies are those of the
official inference_batch.py. Not run with the published weights: none are at hand.

Repository: https://github.com/YuanGongND/ltu, commit 2002aad, folder src/ltu; written against inference_batch.py.
Environment: Python 3.10, src/ltu/requirements.txt (torch and torchaudio 1.13.1, numpy 1.23.5), then the repository's
own transformers (4.28.0.dev0) and peft: ``pip install -e hf-dev/transformers-main -e peft-main``. The environment of
LTU-AS is another one.

Options: ``repo`` the clone; ``llm`` and ``checkpoint`` as src/ltu/inference.sh downloads them, by default
REPO/pretrained_mdls/vicuna_ltu and REPO/pretrained_mdls/ltu_ori_paper.bin.

    pytest suites/ --model ltu --model-option python=ENV/bin/python --model-option repo=PATH

It hears 10.24 s of one clip at 16 kHz. Greedy unless the request has a temperature, with the repetition penalty
(and else the top_k) of the official script.
"""

import os
from unittest import mock

from audiotest_bridge import official, one_clip, serve, settings


def start(options):
    """Vicuna with the audio branch of their transformers, LoRA of their peft, and the checkpoint over both."""
    given = settings(options, {"repo": "a clone of https://github.com/YuanGongND/ltu"}, llm="", checkpoint="")
    weights = os.path.join(given["repo"], "pretrained_mdls")
    official(given["repo"], "src/ltu")
    import torch

    torch.cuda.is_available()  # before the script names other GPUs in CUDA_VISIBLE_DEVICES
    with mock.patch.dict(os.environ):
        import inference_batch
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM, LlamaTokenizer
    from utils.prompter import Prompter

    llm = given["llm"] or os.path.join(weights, "vicuna_ltu")
    dtype = torch.float16 if torch.cuda.is_available() else torch.float32
    model = LlamaForCausalLM.from_pretrained(llm, device_map="auto", torch_dtype=dtype)
    lora = LoraConfig(
        r=8, lora_alpha=16, lora_dropout=0.0, target_modules=["q_proj", "v_proj"], bias="none", task_type="CAUSAL_LM"
    )
    model = get_peft_model(model, lora)
    checkpoint = given["checkpoint"] or os.path.join(weights, "ltu_ori_paper.bin")
    model.load_state_dict(torch.load(checkpoint, map_location="cpu"), strict=False)
    return model.eval(), LlamaTokenizer.from_pretrained(llm), Prompter("alpaca_short"), inference_batch.load_audio


def answer(loaded, request):
    """One greedy (or seeded) reply; only what comes after the prompt."""
    import torch
    from transformers import GenerationConfig

    model, tokenizer, prompter, load_audio = loaded
    clip, asked = one_clip(request), request["generation"]
    weight = next(model.parameters())
    ids = tokenizer(prompter.generate_prompt(request["prompt"], None), return_tensors="pt").input_ids.to(weight.device)
    sound = None if clip is None else load_audio(clip).unsqueeze(0).to(weight)
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
    torch.manual_seed(request["seed"])
    with torch.no_grad():
        made = model.generate(input_ids=ids, audio_input=sound, generation_config=config)
    return tokenizer.decode(made[0][ids.shape[1] :], skip_special_tokens=True).strip()


if __name__ == "__main__":
    serve(start, answer, name="ltu")
