"""A checkpoint of full size on one GPU: the plain loop of official scripts, batches, shared prefixes, continuous
batching.

``python -m bench.gpu`` needs this repository with its extra ``local``. Weights are random, of 16 bits and in the shape
of Qwen2-Audio-7B (``--shape audio_flamingo_3``, ``--shape salmonn``: of those), since speed does not depend on their
values. Clips have 30 s; a reply ends after as many tokens as was drawn for its question, whichever way it is asked.

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
from bench.gpu_shapes import SHAPES
from bench.measure import peak_mb

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
        parts = getattr(adapter, "_parts", None)  # SALMONN's: what hears is beside the language model
        self.model = parts.llm if parts else adapter._model
        self.modules = [parts.encoders, parts.llm] if parts else [self.model]
        self.model.generation_config.eos_token_id = None
        self.sound = getattr(adapter, "listens", True)
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
        # Of prompts that are embeddings there are no ids but those that are generated.
        start = given["input_ids"].shape[1] if "input_ids" in given else 0
        limits = given["attention_mask"].new_tensor(self._limits)

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
        before, encoding = self.adapter.settings, getattr(self.adapter, "_encoding", None)
        self.adapter.settings = replace(before, shared=on)
        if encoding is not None:
            self.adapter._encoding = encoding if on else None
        try:
            yield
        finally:
            self.adapter.settings = before
            if encoding is not None:
                self.adapter._encoding = encoding


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

    hooks = [module.register_forward_pre_hook(before, with_kwargs=True) for module in bench.modules]
    hooks += [module.register_forward_hook(after) for module in bench.modules]
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
            adapter = SHAPES[options.shape](Path(scratch), tiny=options.tiny, device=device)
        where = torch.cuda.get_device_name() if device == "cuda" else "CPU"
        why = adapter.why_batches()
        bench = Bench(adapter, size)
        count = sum(parameter.numel() for module in bench.modules for parameter in module.parameters())
        versions = f"torch {torch.__version__}, transformers {transformers.__version__}"
        print(f"{where}; Python {platform.python_version()}, {versions}")
        print(f"{options.model or options.shape}, {count / 1e9:.2f} billion parameters, {bench.model.dtype}")
        print(f"in batches: {why}\n" if why else f"{size.requests} requests, {size.at_once} at once\n", flush=True)
        for way in bench.ways:  # what is made at the first use is nobody's
            measured(bench, way, asked(size, 2, [2, 3], 999, sound=bench.sound))
        table(bench, options.questions, options.replies)
        adapter.close()


if __name__ == "__main__":
    main()
