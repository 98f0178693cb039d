"""GAMA behind audiotest's ``process`` adapter.

Run with the official code and tiny random weights (tools/tiny_weights.py), on a CPU: the replies are those of the
official gama_inf.py. Not run with the published weights: none are at hand.

Repository: https://github.com/Sreyan88/GAMA, commit 041c3a6; written against gama_inf.py.
Environment: Python 3.10, requirements.txt (torch and torchaudio 1.13.1, numpy 1.23.5), then the repository's own
transformers (4.28.0.dev0) and peft: ``pip install -e hf-dev-train/transformers-main -e peft-main``; also
torchlibrosa, which no list names. Its code fetches bert-base-uncased from the hub, or takes a folder of that name in
the clone.

Options: ``repo`` the clone; ``llm`` the folder Llama-2-7b-chat-hf-qformer; ``checkpoint`` the file pytorch_model.bin
of stage 4 (GAMA) or stage 5 (GAMA-IT), both from the drive that its README names.

    pytest suites/ --model gama --model-option python=ENV/bin/python --model-option repo=PATH \\
        --model-option llm=FOLDER --model-option checkpoint=FILE

It hears 10.24 s of one clip at 16 kHz. Greedy unless the request has a temperature, with the repetition penalty
(and else the top_k) of the official script.
"""

import os
from unittest import mock

from audiotest_bridge import official, one_clip, serve, settings


def start(options):
    """Llama 2 with the Q-Former of their transformers, LoRA of their peft, and the checkpoint over both."""
    needed = {
        "repo": "a clone of https://github.com/Sreyan88/GAMA",
        "llm": "the folder Llama-2-7b-chat-hf-qformer",
        "checkpoint": "pytorch_model.bin of stage 4 or 5",
    }
    given = settings(options, needed)
    official(given["repo"])
    import torch

    torch.cuda.is_available()  # before the script names other GPUs in CUDA_VISIBLE_DEVICES
    with mock.patch.dict(os.environ):
        import gama_inf
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM, LlamaTokenizer
    from utils.prompter import Prompter

    model = LlamaForCausalLM.from_pretrained(given["llm"], device_map="auto", torch_dtype=torch.float32)
    lora = LoraConfig(
        r=8, lora_alpha=16, lora_dropout=0.0, target_modules=["q_proj", "v_proj"], bias="none", task_type="CAUSAL_LM"
    )
    model = get_peft_model(model, lora)
    model.load_state_dict(torch.load(given["checkpoint"], map_location="cpu"), strict=False)
    return model.eval(), LlamaTokenizer.from_pretrained(given["llm"]), Prompter("alpaca_short"), gama_inf.load_audio


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
    serve(start, answer, name="gama")
