"""Qwen-Audio-Chat behind audiotest's ``process`` adapter. Untested here: no weights are at hand.

Environment: transformers 4.32, tiktoken, transformers_stream_generator, einops, accelerate (QwenLM/Qwen-Audio's
requirements.txt). One request at a time: a batch is known to answer otherwise than single requests
(QwenLM/Qwen-Audio issue 43).

    pytest suites/ --model "process:/path/to/env/bin/python bridges/qwen_audio_chat.py" --model-option batch_size=1
"""

from audiotest_bridge import serve


def start(options):
    """Tokenizer and model, by the official entry point."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    checkpoint = options.get("checkpoint", "Qwen/Qwen-Audio-Chat")
    tokenizer = AutoTokenizer.from_pretrained(checkpoint, trust_remote_code=True)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, device_map="auto", trust_remote_code=True).eval()
    return tokenizer, model


def answer(loaded, request):
    """``model.chat`` over the clips and the prompt."""
    tokenizer, model = loaded
    parts = [{"audio": path} for path in request["audio"]] + [{"text": request["prompt"]}]
    text, _ = model.chat(tokenizer, query=tokenizer.from_list_format(parts), history=None)
    return text


if __name__ == "__main__":
    serve(start, answer, name="qwen-audio-chat")
