"""Whether sounds are made while the model works: clips of 10 s (44.1 kHz, stereo), as they are and in noise, for a
model that waits 20 ms an item, as one does whose GPU is busy."""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from bench.__main__ import PYTEST
from bench.measure import machine
from bench.workers import CONFTEST

SUITE = "suite: ahead\npolicy: gates\nconditions: [original, noise(snr_db=10)]\ncases:\n"
CASE = "  - {{id: c{i}, audio: {i}.wav, question: What is heard?, choices: [a, b, c, d], answer: a}}\n"


def write(folder: Path, clips: int, seconds: float) -> None:
    """A suite over clips of noise, and the model that waits."""
    sound = 0.1 * np.random.default_rng(0).standard_normal((441000, 2)).astype(np.float32)
    for i in range(clips):
        soundfile.write(folder / f"{i}.wav", np.roll(sound, 7 * i, axis=0), 44100)
    (folder / "suite.yaml").write_text(SUITE + "".join(CASE.format(i=i) for i in range(clips)))
    (folder / "conftest.py").write_text(
        CONFTEST.format(needs="sample_rate=16000, channels=1", work=f"time.sleep({seconds} * len(requests))")
    )
    (folder / "pytest.ini").write_text("[pytest]\n")


def run(folder: Path, workers: int, batch: int) -> tuple[float, float]:
    """(wall seconds, CPU seconds) of one run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    several = ["-n", str(workers)] if workers else []
    subprocess.run(
        [*PYTEST, "suite.yaml", "--reply-cache=off", f"--batch-size={batch}", *several],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Time it and print a line."""
    parser = argparse.ArgumentParser(prog="python -m bench.ahead", description=__doc__)
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--milliseconds", type=float, default=20.0, help="what the model waits for an item")
    parser.add_argument("--workers", type=int, default=0, help="of xdist; 0: none")
    parser.add_argument("--batch", type=int, default=8, help="items that the model is given at once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), options.clips, options.milliseconds / 1000)
        seconds, cpu = run(Path(scratch), options.workers, options.batch)
    waited = 2 * options.clips * options.milliseconds / 1000 / max(1, options.workers)
    print(f"{machine()}\n")
    told = f"the model takes {waited:.1f} s, the run {seconds:.1f} s, in which {cpu:.1f} s of CPU"
    print(f"{2 * options.clips} items: {told}")


if __name__ == "__main__":
    main()
