"""Broken sounds: every one is heard, or refused with a sentence, and costs neither memory, time nor the process.

``python -m bench.sounds --count 1000`` breaks sounds of many formats in many ways, reads each one in a process whose
peak memory is measured, and prints one line of JSON: how many were heard, refused, raised anything else or ended the
process, the peak in MB (of all, with the interpreter and the libraries) and the longest read in seconds.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bench.measure import peak_mb

RATE = 16_000
_WITH_LIBSNDFILE = (
    ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("WAV", "MS_ADPCM"),
    ("WAV", "GSM610"), ("WAVEX", "PCM_16"), ("RF64", "PCM_16"), ("W64", "PCM_16"), ("AIFF", "PCM_16"), ("AU", "PCM_16"),
    ("AU", "G721_32"),
    ("CAF", "PCM_16"), ("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("VOC", "PCM_16"),
    ("NIST", "PCM_16"), ("MAT5", "FLOAT"), ("SVX", "PCM_16"), ("IRCAM", "PCM_16"), ("AVR", "PCM_16"), ("PAF", "PCM_16"),
)  # fmt: skip
_WITH_FFMPEG = (
    ("mp3", "libmp3lame"), ("adts", "aac"), ("ipod", "aac"), ("mov", "alac"), ("ac3", "ac3"), ("eac3", "eac3"),
    ("asf", "wmav2"), ("wv", "wavpack"), ("tta", "tta"), ("matroska", "libmp3lame"), ("webm", "libopus"),
    ("ogg", "libopus"), ("avi", "libmp3lame"), ("mpegts", "aac"), ("wav", "libmp3lame"), ("mp2", "mp2"),
)  # fmt: skip
_SIZES = (0, 1, 0x7F, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def sounds(seconds: float = 2.0) -> Iterator[tuple[str, bytes]]:
    """(format, file) of a rising tone over noise in every format that the two libraries write."""
    time_axis = np.arange(round(seconds * RATE)) / RATE
    tone = 0.4 * np.sin(2 * np.pi * (300 + 100 * time_axis) * time_axis)
    tone += np.random.default_rng(0).normal(0, 0.02, tone.shape)
    for container, codec in _WITH_LIBSNDFILE:
        out = io.BytesIO()
        soundfile.write(out, tone, RATE, format=container, subtype=codec)
        yield f"{container}-{codec}", out.getvalue()
    for container, codec in _WITH_FFMPEG:
        yield f"{container}-{codec}", _encoded(tone, container, codec)


def _encoded(tone: np.ndarray, container: str, codec: str) -> bytes:
    import av

    rate = 48_000 if codec in ("libopus", "ac3", "eac3") else 44_100
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono", bit_rate=64_000)
        values = np.interp(np.arange(round(len(tone) * rate / RATE)) * RATE / rate, np.arange(len(tone)), tone)
        frame = av.AudioFrame.from_ndarray((values * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = rate
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def _place(chance: random.Random, data: bytearray) -> int:
    """Somewhere in ``data``, half of the time in its header."""
    return chance.randrange(min(len(data), 128) if chance.random() < 0.5 else len(data))


def _cut(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(len(data)) :]


def _headless(chance: random.Random, data: bytearray) -> None:
    del data[: chance.randrange(1, len(data))]


def _flipped(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.choice((1, 4, 32))):
        data[_place(chance, data)] ^= 1 << chance.randrange(8)


def _sized(chance: random.Random, data: bytearray) -> None:
    place = _place(chance, data)
    data[place : place + 4] = chance.choice(_SIZES).to_bytes(4, chance.choice(("little", "big")))


def _erased(chance: random.Random, data: bytearray) -> None:
    place, length = _place(chance, data), chance.choice((4, 64, 1024, 8192))
    data[place : place + length] = bytes(length) if chance.random() < 0.5 else chance.randbytes(length)


def _doubled(chance: random.Random, data: bytearray) -> None:
    place = _place(chance, data)
    data[place:place] = data[chance.randrange(len(data)) :]


def _noise(chance: random.Random, data: bytearray) -> None:
    data[chance.choice((4, 16, 64)) :] = chance.randbytes(len(data))


WAYS: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _cut, _headless, _flipped, _sized, _erased, _doubled, _noise,
)  # fmt: skip


def broken(data: bytes, chance: random.Random) -> bytes:
    """``data`` broken in one to three ways."""
    content = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if content:
            chance.choice(WAYS)(chance, content)
    return bytes(content)


def _listen(count: int, seed: int, report: multiprocessing.connection.Connection) -> None:  # type: ignore[name-defined]
    from audiotest.audio.decode import AudioError, read

    seeds = list(sounds())
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            name, data = seeds[number % len(seeds)]
            path = Path(folder) / f"{number}.{name.split('-')[0].lower()}"
            path.write_bytes(broken(data, random.Random(f"{seed} {number}")))
            report.send(("begins", f"{number} {name}", 0.0, 0.0))
            begun = time.perf_counter()
            try:
                read(path)
                outcome = "heard"
            except AudioError:
                outcome = "refused"
            except Exception as error:
                outcome = f"{type(error).__name__} in {name} ({number})"
            report.send((outcome, f"{number} {name}", time.perf_counter() - begun, peak_mb()))
            path.unlink()
    report.close()


def run(count: int, seed: int = 0) -> dict[str, Any]:
    """Read ``count`` broken sounds in a process of its own; the figures by name."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    worker = context.Process(target=_listen, args=(count, seed, send))
    worker.start()
    send.close()
    outcomes: Counter[str] = Counter()
    slowest, peak, last = (0.0, ""), 0.0, ""
    try:
        while True:
            outcome, last, took, now = receive.recv()
            if outcome != "begins":
                outcomes[outcome] += 1
                slowest, peak, last = max(slowest, (took, last)), max(peak, now), ""
    except EOFError:
        worker.join()
    if worker.exitcode and not last:
        raise RuntimeError("the process that reads the sounds could not begin")
    if last:
        outcomes[f"ended the process: {last}"] += 1
    heard, refused = outcomes.pop("heard", 0), outcomes.pop("refused", 0)
    return {
        "tried": count,
        "heard": heard,
        "refused": refused,
        "other": dict(outcomes),
        "peak_mb": round(peak, 1),
        "slowest_seconds": round(slowest[0], 3),
        "slowest": slowest[1],
    }


def main() -> None:
    """Print the figures; exit status 1 where a sound raised anything but an ``AudioError``, or ended the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    figures = run(options.count, options.seed)
    print(json.dumps(figures))
    sys.exit(bool(figures["other"]))


if __name__ == "__main__":
    main()
