"""A checkpoint of full size on one GPU: the plain loop of official scripts, batches, shared prefixes, continuous
batching.

``python -m bench.gpu`` needs this repository with its extra ``local``. Weights are random, of 16 bits and in the shape
of Qwen2-Audio-7B (``--shape audio_flamingo_3``: of that one), since speed does not depend on their values. Clips have
30 s; a reply ends after as many tokens as was drawn for its question, whichever way it is asked.

``--tiny`` is the same on a CPU, with shapes of toys: that it runs to its end is tested on every commit. ``--model
SPEC`` takes a checkpoint in the place of random weights, and asks it without sound if it only reads.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from audiotest.models._generating import Halving
from audiotest.models.loading import open_model
from audiotest.models.streaming import in_batches
from audiotest.types import Generation, Reply, Request, Waveform
from bench.measure import peak_mb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "models"))

MOST = 512
"""The longest reply that may be drawn, in tokens."""
REPLIES = ("1", "32", "log-normal 64")


class Size(Struct, frozen=True):
    """What is asked: seconds of a clip, requests of a measurement (fewer in the plain loop), at most in flight."""

    seconds: float
    requests: int
    plain: int
    at_once: int
    shrink: int = 1


FULL = Size(30.0, 64, 6, 32)
TINY = Size(1.0, 8, 2, 4, shrink=8)


def qwen2_audio(tiny: bool) -> tuple[Any, Any]:
    """(config, processor) of Qwen2-Audio-7B; its processor has a tokenizer of bytes."""
    import tiny as toys
    import transformers

    ears = {"num_mel_bins": 16, "d_model": 32, "encoder_layers": 1, "encoder_attention_heads": 4, "encoder_ffn_dim": 48}
    text = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 4, "vocab_size": 300}  # fmt: skip
    if not tiny:
        ears = {"num_mel_bins": 128, "d_model": 1280, "encoder_layers": 32, "encoder_attention_heads": 20,
                "encoder_ffn_dim": 5120}  # fmt: skip
        text = {"hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32,
                "num_key_value_heads": 32, "vocab_size": 156032}  # fmt: skip
    tok = toys.tokenizer(["<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>"])
    template = toys.TEMPLATE.replace("AUDIO", "Audio 1: <|audio_bos|><|AUDIO|><|audio_eos|>\n")
    seconds = 10 if tiny else 30
    extractor = transformers.WhisperFeatureExtractor(feature_size=ears["num_mel_bins"], chunk_length=seconds)
    config = transformers.Qwen2AudioConfig(
        audio_config={"max_source_positions": 50 * seconds, **ears},
        text_config={"max_position_embeddings": 8192, **text},
        audio_token_index=tok.convert_tokens_to_ids("<|AUDIO|>"),
    )
    return config, transformers.Qwen2AudioProcessor(extractor, tok, chat_template=template)


def audio_flamingo_3(tiny: bool) -> tuple[Any, Any]:
    """(config, processor) of Audio Flamingo 3: Whisper's large encoder, and Qwen2.5-7B."""
    import tiny as toys
    import transformers

    ears = {"num_mel_bins": 16, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4,
            "intermediate_size": 48}  # fmt: skip
    text = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2, "vocab_size": 300}  # fmt: skip
    if not tiny:
        ears = {"num_mel_bins": 128, "hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 20,
                "intermediate_size": 5120}  # fmt: skip
        text = {"hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28,
                "num_key_value_heads": 4, "vocab_size": 152064}  # fmt: skip
    tok = toys.tokenizer(["<sound>"])
    seconds = 10 if tiny else 30
    extractor = transformers.WhisperFeatureExtractor(feature_size=ears["num_mel_bins"], chunk_length=seconds)
    config = transformers.AudioFlamingo3Config(
        audio_config={"model_type": "audioflamingo3_encoder", "max_source_positions": 50 * seconds, **ears},
        text_config={"model_type": "qwen2", "max_position_embeddings": 8192, **text},
        audio_token_id=tok.convert_tokens_to_ids("<sound>"),
    )
    return config, transformers.AudioFlamingo3Processor(
        extractor, tok, chat_template=toys.TEMPLATE.replace("AUDIO", "<sound>")
    )


SHAPES: dict[str, Callable[[bool], tuple[Any, Any]]] = {
    "qwen2_audio": qwen2_audio,
    "audio_flamingo_3": audio_flamingo_3,
}


def opened(shape: str, folder: Path, *, tiny: bool, device: str) -> Any:
    """The adapter ``hf`` with random weights of a shape."""
    import torch
    import transformers

    config, processor = SHAPES[shape](tiny)
    config.save_pretrained(folder)
    processor.save_pretrained(folder)
    adapter: Any = open_model(f"hf:{folder}", {"device": device})
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32 if tiny else torch.bfloat16)
    try:
        with torch.device(device):
            model = getattr(transformers, type(config).__name__.replace("Config", "ForConditionalGeneration"))(config)
    finally:
        torch.set_default_dtype(default)
    processor.tokenizer.padding_side = "left"
    model.generation_config.pad_token_id = processor.tokenizer.pad_token_id
    adapter.adopt(model.eval(), processor)
    return adapter


def drawn(replies: str, n: int, size: Size) -> list[int]:
    """How many tokens each reply has."""
    if replies != REPLIES[2]:
        return [int(replies)] * n
    lengths = np.random.default_rng(0).lognormal(np.log(64) - 0.5, 1.0, n) / size.shrink
    return [int(length) for length in lengths.round().clip(1, MOST // size.shrink)]


def asked(size: Size, questions: int, lengths: Sequence[int], seed: int, *, sound: bool) -> list[Request]:
    """Questions in groups about clips of noise, each with the length of its reply as its number of tokens."""
    rng = np.random.default_rng(seed)
    requests = []
    for i, length in enumerate(lengths):
        if sound and not i % questions:
            clip = Waveform(rng.normal(0, 0.1, (round(size.seconds * 16000), 1)).astype(np.float32), 16000)
        requests.append(
            Request(
                suite="bench", case=f"q{i}", condition="original", question="",
                prompt=f"Question number {i}: what is heard here, and which of the options fits it best?",
                audio=(clip,) if sound else (), generation=Generation(max_new_tokens=length),
            )
        )  # fmt: skip
    return requests


class Bench:
    """The ways to ask one model. In batches a reply ends at its own length by a criterion of its own."""

    def __init__(self, adapter: Any, size: Size) -> None:
        self.adapter, self.size = adapter, size
        self.model = adapter._model
        self.model.generation_config.eos_token_id = None
        self.sound = adapter.listens
        self._limits: list[int] = []
        self._generate = self.model.generate
        self.model.generate = self._ended
        adapter._ask = Halving(self._noted)
        adapter.batch_size = size.at_once
        self.ways: dict[str, Callable[[list[Request]], list[Reply | Exception]]] = {
            "plain loop": self.loop, "batches": self.batches, "shared prefixes": self.prefixes,
            "continuous": self.continuous,
        }  # fmt: skip

    def _noted(self, requests: list[Request]) -> list[Reply | Exception]:
        self._limits = [request.seed for request in requests]
        replies: list[Reply | Exception] = self.adapter._generate(requests)
        return replies

    def _ended(self, **given: Any) -> Any:
        """``generate``, in which each row ends at its own length."""
        from transformers import StoppingCriteriaList

        if "custom_generate" in given:
            return self._generate(**given)
        start = given["input_ids"].shape[1]
        limits = given["input_ids"].new_tensor(self._limits)

        def full(ids: Any, scores: Any, **_: Any) -> Any:
            return ids.shape[1] - start >= limits

        return self._generate(**given, stopping_criteria=StoppingCriteriaList([full]))

    def _alike(self, requests: list[Request]) -> list[Request]:
        """With settings in common, so that they can be in one batch, and their own length as the seed."""
        most = max(request.generation.max_new_tokens for request in requests)
        return [
            replace(r, seed=r.generation.max_new_tokens, generation=Generation(max_new_tokens=most)) for r in requests
        ]

    def loop(self, requests: list[Request]) -> list[Reply | Exception]:
        """As official scripts do it: processor, generate, the next."""
        with self._sharing(False):
            return [self.adapter.answer(self._alike([request]))[0] for request in requests]

    def batches(self, requests: list[Request]) -> list[Reply | Exception]:
        """Batches, each prompt with a clip of its own; what comes next is prepared ahead."""
        with self._sharing(False):
            return self._in_batches(requests)

    def prefixes(self, requests: list[Request]) -> list[Reply | Exception]:
        """Batches, where questions about a clip are asked over one prefill of it."""
        return self._in_batches(requests)

    def continuous(self, requests: list[Request]) -> list[Reply | Exception]:
        """Slots that are refilled, over shared prefixes."""
        return [reply for _, reply in self.adapter.stream(iter(requests), self.size.at_once)]

    def _in_batches(self, requests: list[Request]) -> list[Reply | Exception]:
        chunks = in_batches(self.adapter, iter(self._alike(requests)), self.size.at_once)
        return [reply for chunk in chunks for _, reply in chunk]

    @contextmanager
    def _sharing(self, on: bool) -> Iterator[None]:
        before, encoding = self.adapter.settings, self.adapter._encoding
        self.adapter.settings = replace(before, shared=on)
        self.adapter._encoding = encoding if on else None
        try:
            yield
        finally:
            self.adapter.settings, self.adapter._encoding = before, encoding


class Cell(Struct):
    """What was measured: items a second, CPU seconds an item, the share of slots in use, peak gigabytes, the share of
    the time that is outside the model."""

    rate: float
    cpu: float
    use: float | None
    peak: float
    outside: float


def measured(bench: Bench, way: str, requests: list[Request]) -> Cell:
    """One way, once."""
    import torch

    cuda = bench.model.device.type == "cuda"
    steps, own, began = [0], [0.0], [0.0]

    def now() -> float:
        if cuda:
            torch.cuda.synchronize()
        return time.perf_counter()

    def before(module: Any, args: Any, given: dict[str, Any]) -> None:
        began[0] = now()
        ids = given.get("input_ids")
        steps[0] += ids is not None and ids.shape[1] == 1

    def after(*_: Any) -> None:
        own[0] += now() - began[0]

    hooks = [
        bench.model.register_forward_pre_hook(before, with_kwargs=True),
        bench.model.register_forward_hook(after),
    ]
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    started, worked = now(), time.process_time()
    replies = bench.ways[way](requests)
    seconds, worked = now() - started, time.process_time() - worked
    for hook in hooks:
        hook.remove()
    wrong = next((reply for reply in replies if isinstance(reply, Exception)), None)
    if wrong is not None or len(replies) != len(requests):
        sys.exit(f"{way}: {len(replies)} replies to {len(requests)} requests; {wrong!r}")
    useful = sum(request.generation.max_new_tokens - 1 for request in requests)
    slots = 1 if way == "plain loop" else bench.size.at_once
    peak = torch.cuda.max_memory_allocated() / 1e9 if cuda else peak_mb() / 1e3
    use = useful / (steps[0] * slots) if steps[0] else None
    return Cell(len(requests) / seconds, worked / len(requests), use, peak, 1 - own[0] / seconds)


def table(bench: Bench, questions: Sequence[int], replies: Sequence[str]) -> None:
    """All ways, for every number of questions and every kind of reply."""
    size = bench.size
    print(
        "| questions a clip | tokens | how | items/s | times the loop | CPU s an item | slot use | peak GB | outside |"
    )
    print("| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    seed = 0
    for many in questions if bench.sound else (1,):
        for kind in replies:
            floor = 0.0
            for way in bench.ways:
                if way == "shared prefixes" and not bench.sound:
                    continue
                n = size.plain if way == "plain loop" else size.requests
                lengths = drawn(kind, size.requests, size)
                if way == "plain loop":  # a few, as long as all are on average
                    lengths = [round(sum(lengths) / len(lengths))] * n
                seed += 1
                cell = measured(bench, way, asked(size, many, lengths, seed, sound=bench.sound))
                floor = floor or cell.rate
                use = "" if cell.use is None else f"{100 * cell.use:.0f}%"
                print(
                    f"| {many} | {kind} | {way} | {cell.rate:.2f} | {cell.rate / floor:.2f} | {cell.cpu:.3f} | {use} | "
                    f"{cell.peak:.1f} | {100 * cell.outside:.1f}% |",
                    flush=True,
                )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.gpu", description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="qwen2_audio")
    parser.add_argument("--model", help="a checkpoint in the place of random weights, such as hf:weights:smollm2")
    parser.add_argument("--tiny", action="store_true", help="toys, on a CPU")
    parser.add_argument("--requests", type=int, help=f"requests of a measurement ({FULL.requests})")
    parser.add_argument("--at-once", type=int, help=f"rows at once ({FULL.at_once})")
    parser.add_argument("--shrink", type=int, help="by what drawn lengths are divided, for a slow machine (1)")
    parser.add_argument("--questions", type=int, nargs="+", default=[1, 8, 32], help="questions about a clip")
    parser.add_argument("--replies", nargs="+", choices=REPLIES, default=REPLIES, help="tokens of a reply")
    options = parser.parse_args(arguments)
    import torch
    import transformers

    device = "cuda" if torch.cuda.is_available() and not options.tiny else "cpu"
    if device == "cpu" and not (options.tiny or options.model):
        sys.exit("there is no GPU here; --tiny runs the same with toys on a CPU")
    size = TINY if options.tiny else FULL
    given = {"requests": options.requests, "at_once": options.at_once, "shrink": options.shrink}
    size = replace(size, **{name: value for name, value in given.items() if value})
    with tempfile.TemporaryDirectory() as scratch:
        if options.model:
            adapter: Any = open_model(options.model)
            adapter.load()
        else:
            adapter = opened(options.shape, Path(scratch), tiny=options.tiny, device=device)
        where = torch.cuda.get_device_name() if device == "cuda" else "CPU"
        count = sum(parameter.numel() for parameter in adapter._model.parameters())
        versions = f"torch {torch.__version__}, transformers {transformers.__version__}"
        print(f"{where}; Python {platform.python_version()}, {versions}")
        print(f"{options.model or options.shape}, {count / 1e9:.2f} billion parameters, {adapter._model.dtype}")
        why = adapter.why_batches()
        print(f"in batches: {why}\n" if why else f"{size.requests} requests, {size.at_once} at once\n", flush=True)
        bench = Bench(adapter, size)
        for way in bench.ways:  # what is made at the first use is nobody's
            measured(bench, way, asked(size, 2, [2, 3], 999, sound=bench.sound))
        table(bench, options.questions, options.replies)
        adapter.close()


if __name__ == "__main__":
    main()
