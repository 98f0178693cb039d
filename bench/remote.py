"""A remote endpoint: requests kept in flight beside batches that wait for their slowest, and the cost of a request.

``python -m bench.remote`` asks a server in a process of its own, whose answers take log-normal times (median 1.5 s)
with 3% of 15 s, scaled down. *Ideal* is the work divided by the slots, or the longest request where that is longer. A
client that does not know which request will be slow cannot always reach it, so the best that is possible in this order
stands beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import json
import multiprocessing
import re
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

import numpy as np

from audiotest.models.loading import open_model
from audiotest.models.protocol import Adapter
from audiotest.types import Reply, Request, Waveform
from bench.measure import machine

Asked = Sequence[Request]
MEDIAN_S, SPREAD, SLOW_S, SLOW_SHARE = 1.5, 0.5, 15.0, 0.03
BARRIER = 64
_ANSWER = json.dumps({
    "model": "bench", "choices": [{"message": {"role": "assistant", "content": "a bell"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 120, "completion_tokens": 3},
}).encode()  # fmt: skip


def latencies(n: int, scale: float, seed: int = 0) -> list[float]:
    """How long the server takes for each request, in seconds."""
    rng = np.random.default_rng(seed)
    usual = rng.lognormal(np.log(MEDIAN_S), SPREAD, n)
    return [float(each) for each in scale * np.where(rng.random(n) < SLOW_SHARE, SLOW_S, usual)]


def serve(pipe: Connection, delays: Sequence[float]) -> None:
    """A server that answers request ``#i`` after ``delays[i]`` seconds; sends its port."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1])  # type: ignore[index]
                left, end = length, b""
                while left:
                    data = await reader.read(min(left, 1 << 20))
                    left, end = left - len(data), (end + data)[-200:]
                await asyncio.sleep(delays[int(re.findall(rb"#(\d+)", end)[-1])])
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(_ANSWER), _ANSWER))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(one, "127.0.0.1", 0, backlog=1024, limit=1 << 20)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def requests(n: int, questions: int, seconds: float) -> list[Request]:
    """``n`` requests; with ``seconds`` of sound each, ``questions`` of them about a clip."""
    rng = np.random.default_rng(1)
    sounds: list[Waveform] = []
    if seconds:
        size = round(seconds * 16000), 1
        sounds = [Waveform(rng.normal(0, 0.1, size).astype(np.float32), 16000) for _ in range(-(-n // questions))]
    return [
        Request(suite="bench", case=f"c{i}", condition="original", prompt=f"What is heard? #{i}", question="",
                audio=(sounds[i // questions],) if sounds else ())
        for i in range(n)
    ]  # fmt: skip


def timed(ask: Callable[[], Sequence[Reply | Exception]]) -> tuple[float, float]:
    """(wall seconds, CPU seconds of this process) of asking; stops the bench if a request was not answered."""
    wall, cpu = time.perf_counter(), time.process_time()
    answers = ask()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    failed = [answer for answer in answers if not isinstance(answer, Reply)]
    if failed:
        sys.exit(f"{len(failed)} of {len(answers)} requests failed: {failed[0]}")
    return wall, cpu


def greedy(delays: Sequence[float], slots: int) -> float:
    """Seconds until all are answered if a slot takes the next request as soon as it is free, and nothing else costs
    time: what a client that does not know the delays beforehand cannot beat."""
    free = [0.0] * slots
    for delay in delays:
        heapq.heapreplace(free, free[0] + delay)
    return max(free)


def row(what: str, how: str, slots: int, best: tuple[float, float], model: Adapter, groups: Sequence[Asked]) -> None:
    """Print a line of the table: ``groups`` of requests, each asked when the one before has been answered."""
    wall, cpu = timed(lambda: [answer for group in groups for answer in model.answer(group)])
    ideal, in_order = best
    figures = f"{wall:.2f} | {wall / ideal:.2f} | {wall / in_order:.2f} | {1000 * cpu / sum(map(len, groups)):.2f}"
    print(f"| {what} | {slots} | {how} | {figures} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.remote", description=__doc__)
    parser.add_argument("--requests", type=int, default=512)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--scale", type=float, default=0.1, help="of the server's times; 1: as in the docstring")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of a clip")
    parser.add_argument("--questions", type=int, default=8, help="questions a clip")
    options = parser.parse_args()
    delays = latencies(options.requests, options.scale)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there, delays), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}/v1"
    print(f"{machine()}; {options.requests} requests, median {MEDIAN_S * options.scale:g} s\n")
    print(
        "| requests | in flight | how | seconds | times the ideal | times the best in this order | CPU ms a request |"
    )
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: |", flush=True)
    sound = f"a clip of {options.seconds:g} s, {options.questions} questions each"
    for slots in options.in_flight:
        best = max(sum(delays) / slots, max(delays)), greedy(delays, slots)
        model = open_model(f"openai:bench@{url}", {"in_flight": str(slots)})
        for what, seconds in (("text", 0.0), (sound, options.seconds)):
            asked = requests(options.requests, options.questions, seconds)
            groups = [asked[i : i + BARRIER] for i in range(0, len(asked), BARRIER)]
            row(what, "a stream", slots, best, model, [asked])
            row(what, f"batches of {BARRIER}", slots, best, model, groups)
    server.terminate()
    server.join()


if __name__ == "__main__":
    main()
