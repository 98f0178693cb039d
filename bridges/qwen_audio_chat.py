"""Qwen-Audio-Chat behind audiotest's ``process`` adapter. No published weights were run.

Repository: https://github.com/QwenLM/Qwen-Audio, commit b50fb95, which holds the code that the hub has beside the
weights (modeling_qwen.py, audio.py, tokenization_qwen.py). Environment: requirements.txt (transformers 4.32.0,
tiktoken, transformers_stream_generator 0.0.4, einops, accelerate, scipy, matplotlib) and ffmpeg.

Options: ``checkpoint`` Qwen/Qwen-Audio-Chat (default) or a folder with its files.

    pytest suites/ --model qwen-audio-chat --model-option python=ENV/bin/python --model-option checkpoint=FOLDER

Any number of clips, of 30 s at the most: of a longer one, the code takes the first 30 s only. One request at a time: a
batch is known to answer otherwise than single requests (QwenLM/Qwen-Audio issue 43). Greedy unless the request has a
temperature; the official chat samples with top_p 0.5, its evaluation scripts are greedy.
"""

from audiotest_bridge import Unsupported, serve, settings


def start(options):
    """Tokenizer and model, by the official entry point."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    checkpoint = settings(options, {}, checkpoint="Qwen/Qwen-Audio-Chat")["checkpoint"]
    tokenizer = AutoTokenizer.from_pretrained(checkpoint, trust_remote_code=True)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, device_map="auto", trust_remote_code=True).eval()
    return tokenizer, model


def answer(loaded, request):
    """``model.chat`` over the clips and the prompt."""
    import torch

    tokenizer, model = loaded
    prompt, asked = request["prompt"], request["generation"]
    if tokenizer.audio_start_tag in prompt:
        raise Unsupported("the prompt holds {!r}, which marks a file".format(tokenizer.audio_start_tag))
    parts = [{"audio": path} for path in request["audio"]] + [{"text": prompt}]
    how = {"do_sample": False}
    if asked["temperature"] > 0:
        how = {"do_sample": True, "temperature": asked["temperature"], "top_p": asked["top_p"]}
    torch.manual_seed(request["seed"])
    query = tokenizer.from_list_format(parts)
    text, _ = model.chat(tokenizer, query=query, history=None, max_new_tokens=asked["max_new_tokens"], **how)
    return text


if __name__ == "__main__":
    serve(start, answer, name="qwen-audio-chat")
