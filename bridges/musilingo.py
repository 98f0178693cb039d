"""MusiLingo behind audiotest's ``process`` adapter. No published weights were run.

Repository: https://github.com/zihaod/MusiLingo, commit a1984dc; written against demo.py and its class Chat.
Environment: Python 3.10, requirements.txt (transformers 4.28.0, torchaudio 2.0.2, peft 0.4.0, accelerate 0.16.0,
omegaconf 2.3.0); a GPU, since its weights are float16.

Options: ``repo`` the clone; ``llm`` Vicuna 7B v0's folder; ``checkpoint`` one of the three files that its README
names (short, long, musicqa); ``mert`` (m-a-p/MERT-v1-330M).

    pytest suites/ --model musilingo --model-option python=ENV/bin/python --model-option repo=PATH \\
        --model-option llm=FOLDER --model-option checkpoint=FILE

It hears one clip, at 24 kHz. The official code always samples; the seed is the request's, and at temperature 0 the
temperature is the 0.1 and top_p the 0.5 of its evaluation (qa.py). Beyond 2000 tokens it would drop the beginning of
the prompt; such requests are unsupported.
"""

from audiotest_bridge import Unsupported, official, one_clip, serve, settings

CONTEXT = 2000


def start(options):
    """The model as the demo makes it, and a Chat over it."""
    needed = {
        "repo": "a clone of https://github.com/zihaod/MusiLingo",
        "llm": "Vicuna 7B v0",
        "checkpoint": "one of the checkpoints that its README names",
    }
    given = settings(options, needed, mert="m-a-p/MERT-v1-330M")
    official(given["repo"])
    import torch
    from musilingo.conversation.conversation import Chat
    from musilingo.models.muvi_model import MusiLingo

    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    model = MusiLingo.from_config(
        {
            "mert_model": given["mert"],
            "llama_model": given["llm"],
            "ckpt": given["checkpoint"],
            "prompt_template": "###Human: {} ###Assistant: ",
            "end_sym": "###",
        }
    )
    return Chat(model.to(device).eval(), model.processor, device=device)


def answer(chat, request):
    """One conversation of one turn: upload, ask, answer."""
    import torch
    import torchaudio
    from musilingo.conversation.conversation import CONV_MUSIC

    clip, asked = one_clip(request, none=False), request["generation"]
    wave, rate = torchaudio.load(clip)
    talk, sounds = CONV_MUSIC.copy(), []
    torch.manual_seed(request["seed"])
    with torch.no_grad():
        chat.upload_audio((rate, wave.T.numpy()), talk, sounds)
        chat.ask(request["prompt"], talk)
        length = chat.get_context_emb(talk, sounds).shape[1] + 8 + asked["max_new_tokens"]
        if length > CONTEXT:
            raise Unsupported("{} tokens are more than the {} of its context".format(length, CONTEXT))
        text, _ = chat.answer(
            talk,
            sounds,
            max_new_tokens=asked["max_new_tokens"],
            temperature=asked["temperature"] or 0.1,
            top_p=asked["top_p"] if asked["temperature"] > 0 else 0.5,
            max_length=CONTEXT,
        )
    return text


if __name__ == "__main__":
    serve(start, answer, name="musilingo")
