"""BLSP behind audiotest's ``process`` adapter.

Run with the official code and tiny random weights (tools/tiny_weights.py), on a CPU: the replies are those of the
official generate.py. Not run with the published weights: none are at hand.

Repository: https://github.com/cwang621/blsp, commit f7bf52f; written against blsp/generate.py.
Environment: Python 3.8, torch and torchaudio 1.13, transformers 4.31.0, sentencepiece 0.1.99, soundfile 0.12.1,
datasets 2.12.0, fire 0.5.0, tqdm.

Options: ``repo`` the clone; ``checkpoint`` the folder of damo/blsp_lslm_7b (config.json, weights, tokenizer.model,
preprocessor_config.json).

    pytest suites/ --model blsp --model-option python=ENV/bin/python --model-option repo=PATH \\
        --model-option checkpoint=FOLDER

It hears 30 s of one clip at 16 kHz. Greedy unless the request has a temperature.
"""

from audiotest_bridge import official, one_clip, serve, settings


def start(options):
    """Tokenizer, Whisper's feature extractor and the model, all from one folder."""
    needed = {
        "repo": "a clone of https://github.com/cwang621/blsp",
        "checkpoint": "the folder of damo/blsp_lslm_7b from ModelScope",
    }
    given = settings(options, needed)
    official(given["repo"], "blsp")
    import torch
    from src.modeling_blsp import BlspModel
    from transformers import LlamaTokenizer, WhisperFeatureExtractor

    tokenizer = LlamaTokenizer.from_pretrained(given["checkpoint"])
    extractor = WhisperFeatureExtractor.from_pretrained(given["checkpoint"])
    model = BlspModel.from_pretrained(given["checkpoint"])
    return tokenizer, extractor, model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def answer(loaded, request):
    """Instruction, sound, and the beginning of the assistant's turn, in the order of the official script."""
    import torch
    from src.speech_text_paired_dataset import get_waveform
    from transformers import GenerationConfig

    tokenizer, extractor, model = loaded
    clip, asked = one_clip(request), request["generation"]
    values = mask = None
    if clip is not None:
        rate = extractor.sampling_rate
        wave = get_waveform(clip, output_sample_rate=rate)
        heard = extractor(wave, sampling_rate=rate, return_attention_mask=True, return_tensors="pt")
        values, mask = heard.input_features.to(model.device), heard.attention_mask.to(model.device)
    before = tokenizer("###[Human]:" + request["prompt"], return_tensors="pt").input_ids
    after = tokenizer("\n\n\n###[Assistant]:", return_tensors="pt").input_ids[:, 1:]
    config = GenerationConfig(
        max_new_tokens=asked["max_new_tokens"],
        min_new_tokens=1,
        do_sample=asked["temperature"] > 0,
        temperature=asked["temperature"] or 1.0,
        top_p=asked["top_p"],
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    torch.manual_seed(request["seed"])
    made = model.generate(
        input_ids=before.to(model.device),
        suffix_input_ids=after.to(model.device),
        speech_values=values,
        speech_attention_mask=mask,
        generation_config=config,
    )
    return tokenizer.decode(made[0], skip_special_tokens=True).strip()


if __name__ == "__main__":
    serve(start, answer, name="blsp")
