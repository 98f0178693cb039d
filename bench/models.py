"""A model of transformers behind the adapter: batches, one prefill for several questions, what is not the model's time.

``python -m bench.models`` makes random checkpoints in the shape of Qwen2-Audio (two sizes) with a byte-level tokenizer,
and asks them through the same code as a published one.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from audiotest.models.loading import open_model
from audiotest.types import Generation, Reply, Request, Waveform
from bench.measure import machine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "models"))

TINY = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
MIDDLE = {"hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 12, "num_attention_heads": 8}


def checkpoint(folder: Path, text: dict[str, int], ears: dict[str, int]) -> int:
    """A random Qwen2-Audio; returns its number of parameters."""
    import tiny
    import transformers

    tok = tiny.tokenizer(["<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>"])
    template = tiny.TEMPLATE.replace("AUDIO", "Audio 1: <|audio_bos|><|AUDIO|><|audio_eos|>\n")
    extractor = transformers.WhisperFeatureExtractor(feature_size=ears["num_mel_bins"])
    config = transformers.Qwen2AudioConfig(
        audio_config={"max_source_positions": 1500, **ears},
        text_config={"vocab_size": len(tok), "max_position_embeddings": 8192, **text},
        audio_token_index=tok.convert_tokens_to_ids("<|AUDIO|>"),
    )
    model = transformers.Qwen2AudioForConditionalGeneration(config)
    tiny.save(model, transformers.Qwen2AudioProcessor(extractor, tok, chat_template=template), folder, std=0.02)
    return sum(parameter.numel() for parameter in model.parameters())


def requests(clips: int, questions: int, seconds: float, tokens: int, seed: int = 0) -> list[Request]:
    """Several questions about each of several clips."""
    rng = np.random.default_rng(seed)
    sounds = [Waveform(rng.normal(0, 0.1, (round(seconds * 16000), 1)).astype(np.float32), 16000) for _ in range(clips)]
    return [
        Request(
            suite="bench", case=f"c{c}-{q}", condition="original", prompt=f"Question number {q}: what is heard here?",
            question="", audio=(sounds[c],), generation=Generation(max_new_tokens=tokens),
        )
        for c in range(clips) for q in range(questions)
    ]  # fmt: skip


def timed(call: Callable[[], object], times: int) -> float:
    """The median of several runs after one that is not counted, in seconds."""
    found = []
    for turn in range(times + 1):
        started = time.perf_counter()
        call()
        if turn:
            found.append(time.perf_counter() - started)
    return statistics.median(found)


def outside(adapter: object, call: Callable[[], object]) -> tuple[float, float]:
    """(seconds in all, seconds in the model's own forward passes) of ``call``."""
    model = adapter._model  # type: ignore[attr-defined]
    spent, began = [0.0], [0.0]

    def before(*_: object) -> None:
        began[0] = time.perf_counter()

    def after(*_: object) -> None:
        spent[0] += time.perf_counter() - began[0]

    hooks = [model.register_forward_pre_hook(before), model.register_forward_hook(after)]
    started = time.perf_counter()
    call()
    whole = time.perf_counter() - started
    for hook in hooks:
        hook.remove()
    return whole, spent[0]


def through(adapter: object, folder: Path, clips: int, questions: int) -> None:
    """The same questions as a suite: files are decoded and features made while the model works on the batch before."""
    import soundfile

    from audiotest.declare.suite import load
    from audiotest.declare.trial import trials
    from audiotest.predict.blocks import Block
    from audiotest.predict.predictor import Predictor

    lines = ["suite: bench", "generation: {max_new_tokens: 8}", "cases:"]
    for asked in requests(clips, questions, 30.0, 8):
        clip = f"{asked.case.partition('-')[0]}.flac"
        if not (folder / clip).exists():
            soundfile.write(folder / clip, asked.audio[0].samples * 0.5, 16000)
        lines.append(f"  - {{id: {asked.case}, question: '{asked.prompt}', choices: [x, y], answer: x, audio: {clip}}}")
    (folder / "bench.yaml").write_text("\n".join(lines))
    everything = list(trials(load(folder / "bench.yaml")))

    def answered() -> None:
        predictor = Predictor(adapter, batch_size=questions)  # type: ignore[arg-type]
        predictor.plan(Block(i, tuple(everything[i : i + questions])) for i in range(0, len(everything), questions))
        for _ in predictor.answers():
            pass

    whole, own = outside(adapter, answered)
    each = 1000 * whole / len(everything)
    print(
        f"\nas a suite of {clips} clips an item takes {each:.0f} ms, {100 * (1 - own / whole):.1f}% outside of forward"
    )


def batches(folder: Path, times: int) -> None:
    """Replies a second of a tiny model, by the size of the batch, and what is not the model's time."""
    ears = {"d_model": 32, "encoder_layers": 1, "encoder_attention_heads": 4, "encoder_ffn_dim": 48, "num_mel_bins": 16}
    size = checkpoint(folder, {**TINY, "num_key_value_heads": 4}, ears)
    adapter = open_model(f"hf:{folder}")
    adapter.load()
    asked = requests(32, 1, 5.0, 16)
    print(f"\nA tiny Qwen2-Audio ({size / 1e6:.2f} M), 32 clips of 5 s, 16 new tokens\n")
    print("| batch | replies a second | of the time, outside of the model's forward passes |")
    print("| ---: | ---: | ---: |")
    for batch in (1, 8, 32):
        groups = [asked[i : i + batch] for i in range(0, len(asked), batch)]
        seconds = timed(lambda groups=groups: [adapter.answer(g) for g in groups], times)  # type: ignore[misc]
        spent = [outside(adapter, lambda group=group: adapter.answer(group)) for group in groups]
        share = 1 - sum(own for _, own in spent) / sum(whole for whole, _ in spent)
        print(f"| {batch} | {len(asked) / seconds:.1f} | {100 * share:.1f}% |", flush=True)
    adapter.close()


def sharing(folder: Path, times: int) -> None:
    """Eight questions about one clip of 30 s: one by one, as a batch, and over one prefill of the clip; and where the
    template puts them before the clip, so that only its encoding can be shared."""
    ears = {
        "d_model": 384,
        "encoder_layers": 6,
        "encoder_attention_heads": 6,
        "encoder_ffn_dim": 1536,
        "num_mel_bins": 128,
    }
    size = checkpoint(folder, {**MIDDLE, "num_key_value_heads": 8}, ears)
    shared = open_model(f"hf:{folder}")
    shared.load()
    given = (folder / "chat_template.jinja").read_text()
    first = {"chat_template": given.replace("in m['content'] %}", "in m['content'][::-1] %}")}
    for where, options, how in (("after", {}, "one prefill"), ("before", first, "encoded once")):
        print(f"\nA Qwen2-Audio of {size / 1e6:.0f} M, 8 questions {where} one clip of 30 s, 8 new tokens\n")
        beside(folder, options, how, times)
    ranking(shared, times)
    through(shared, folder, 6, 8)


def ranking(shared: object, times: int) -> None:
    """The same questions, each with four options to rank, after a prefill of their own or a shared one."""
    choices = ("a dog that barks", "a kettle that whistles", "rain on a roof", "a violin")

    def asked(seed: int) -> list[Request]:
        return [replace(r, choices=choices, likelihoods=True) for r in requests(1, 8, 30.0, 8, seed)]

    answer = shared.answer  # type: ignore[attr-defined]
    seeds = iter(range(100, 1000))
    alone = timed(lambda: [answer([one]) for one in asked(next(seeds))], times)
    together = timed(lambda: answer(asked(next(seeds))), times)
    print(
        f"\nwith 4 options ranked: one by one {alone:.2f} s, over one prefill {together:.2f} s, "
        f"{alone / together:.2f} times as fast"
    )


def beside(folder: Path, options: dict[str, str], how: str, times: int) -> None:
    """A table of the ways to ask eight questions about one clip."""
    shared = open_model(f"hf:{folder}", options)
    plain = open_model(f"hf:{folder}", {**options, "shared": "false"})
    shared.load()
    plain.load()
    ways: dict[str, Callable[[list[Request]], list[Reply | Exception]]] = {
        "one by one": lambda asked: [r for one in asked for r in plain.answer([one])],
        "a batch of 8": plain.answer,
        how: shared.answer,
    }
    said = {name: [reply.text for reply in ask(requests(1, 8, 30.0, 8))] for name, ask in ways.items()}  # type: ignore[union-attr]
    print("| how | seconds | one by one is so many times slower | same replies |")
    print("| --- | ---: | ---: | --- |")
    floor = 0.0
    for name, ask in ways.items():
        sounds = iter([requests(1, 8, 30.0, 8, seed) for seed in range(1, times + 2)])  # a new clip every time
        seconds = timed(lambda ask=ask, sounds=sounds: ask(next(sounds)), times)  # type: ignore[misc]
        floor = floor or seconds
        alike = "yes" if said[name] == said["one by one"] else "NO"
        print(f"| {name} | {seconds:.2f} | {floor / seconds:.2f} | {alike} |", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.models", description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="counted runs")
    options = parser.parse_args()
    import torch
    import transformers

    print(f"{machine()}, torch {torch.__version__}, transformers {transformers.__version__}; median of {options.times}")
    with tempfile.TemporaryDirectory() as scratch:
        for name, measure in (("tiny", batches), ("middle", sharing)):
            folder = Path(scratch) / name
            folder.mkdir()
            measure(folder, options.times)


if __name__ == "__main__":
    main()
