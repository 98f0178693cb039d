"""MU-LLaMA behind audiotest's ``process`` adapter. No published weights were run.

Repository: https://github.com/shansongliu/MU-LLaMA, commit c7c8db6, folder MU-LLaMA; written against inference.py.
Environment: Python 3.9, requirements.txt (transformers 4.30.2, torchaudio 2.0.2, fairscale 0.4.13, sentencepiece
0.1.99, huggingface_hub 0.15.1) and pytorchvideo; a GPU, without which its code does not generate.

Options: ``repo`` the clone; ``checkpoint`` the file checkpoint.pth; ``llama`` the folder with tokenizer.model and
LLaMA 2 in Meta's format in the folder ``llama_type`` (7B); ``mert`` (m-a-p/MERT-v1-330M); ``knn`` the folder of
knn.index.

    pytest suites/ --model mu-llama --model-option python=ENV/bin/python --model-option repo=PATH \\
        --model-option checkpoint=FILE --model-option llama=FOLDER

It hears the first 60 s of one clip at 24 kHz: of a longer one, the code takes the first minute only. Without ``knn``
nearest neighbours are left out; the official script gives them a weight of 0. Greedy unless the request has a
temperature. The prompt is the official one, which holds the text of a Python object where an input was meant.
"""

from audiotest_bridge import official, one_clip, serve, settings


def start(options):
    """``llama.load`` with MERT, LLaMA and the adapter's checkpoint."""
    needed = {
        "repo": "a clone of https://github.com/shansongliu/MU-LLaMA",
        "checkpoint": "checkpoint.pth",
        "llama": "the folder with tokenizer.model and LLaMA 2 in Meta's format",
    }
    given = settings(options, needed, llama_type="7B", mert="m-a-p/MERT-v1-330M", knn="")
    official(given["repo"], "MU-LLaMA")
    import llama

    model = llama.load(
        given["checkpoint"],
        given["llama"],
        mert_path=given["mert"],
        knn=bool(given["knn"]),
        knn_dir=given["knn"],
        llama_type=options.get("llama_type", "7B"),
    )
    return model.eval()


def answer(model, request):
    """``model.generate`` over one clip, with the weights and cache settings of the official script."""
    import llama
    import torch
    from data.utils import load_and_transform_audio_data

    clip, asked = one_clip(request, none=False), request["generation"]
    prompt = model.tokenizer.encode(llama.format_prompt(request["prompt"]), bos=True, eos=False)
    torch.manual_seed(request["seed"])
    with torch.cuda.amp.autocast():
        (text,) = model.generate(
            {"Audio": [load_and_transform_audio_data([clip]), 1]},
            [prompt],
            max_gen_len=asked["max_new_tokens"],
            temperature=asked["temperature"],
            top_p=asked["top_p"],
            cache_size=100,
            cache_t=20.0,
            cache_weight=0.0,
        )
    return text.strip()


if __name__ == "__main__":
    serve(start, answer, name="mu-llama")
