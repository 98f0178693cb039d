"""``audiotest serve`` at scale: ``python -m bench.serving [--runs 1000] [--trials 20000]``: the list, a history and a
report, as the server answers them and, where Chromium is installed, as a person sees them."""

from __future__ import annotations

import argparse
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from audiotest.analyse.summary import Provenance, summarise
from audiotest.run_folder import write_run
from audiotest.serve.app import Server
from audiotest.types import Record, Reply, Verdict
from bench.measure import machine

CHOICES = ("a bell", "a phone", "a siren", "a drum")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def records(n: int, right: int) -> list[Record]:
    """``n`` trials with the sound and without it, of which the first ``right`` are right with it."""
    return [
        Record(
            suite="s", case=f"c{i}", condition=condition, nodeid=f"s.yaml::{condition}::c{i}", expectation="recorded",
            outcome="recorded", question=f"What is heard in {i}?", choices=CHOICES, order=(0, 1, 2, 3), answer="a bell",
            answer_index=0, clip=f"clip {i}", reply=Reply("(A) a bell"),
            verdicts={"choice": Verdict(good, 0 if good else 1)},
        )
        for condition in ("original", "text_only")
        for i in range(n)
        for good in [i < (right if condition == "original" else n // 4)]
    ]  # fmt: skip


def write(folder: Path, runs: int) -> None:
    """``runs`` runs of 400 trials; one is computed, the others are its copies under other names."""
    rows = records(200, 120)
    first = write_run(folder / "r0", rows, summarise(rows, {}, Provenance(model="m0", finished="2026-01-01T00:00:00")))
    text = (first / "summary.json").read_text()
    for i in range(1, runs):
        place = folder / f"group-{i % 20}" / f"r{i}"
        place.mkdir(parents=True)
        (place / "summary.json").write_text(text.replace('"m0"', f'"m{i % 7}"'))
        shutil.copy(first / "trials.jsonl", place)


def seconds(does: Callable[[], Any]) -> float:
    """How long something takes."""
    started = time.perf_counter()
    does()
    return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.serving", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--trials", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder / "runs", options.runs)
        large = records(options.trials // 2, options.trials // 3)
        write_run(folder / "runs" / "large", large, summarise(large, {}, Provenance(model="large")))
        server, listening = Server(folder / "runs", folder), socket.create_server(("127.0.0.1", 0))
        running = uvicorn.Server(uvicorn.Config(server.app("token"), log_level="warning", lifespan="off"))
        threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True).start()
        home = f"http://127.0.0.1:{listening.getsockname()[1]}/token/"
        print(f"{machine()}\n\n| what | first time | again | in Chromium |\n| --- | ---: | ---: | ---: |")
        shown = paints(home)
        run = next(row.id for row in Server(folder / "runs", folder).index.rows() if row.path == "large")
        for what, address in (
            (f"the list of {options.runs + 1:,} runs", ""),
            ("the history of a suite over them", "history/?suite=s"),
            (f"the report of {options.trials:,} trials", f"run/{run}/"),
        ):
            first, again = (seconds(lambda to=address: httpx.get(home + to, timeout=60)) for _ in range(2))
            print(f"| {what} | {first:.2f} s | {again:.2f} s | {shown(address)} |", flush=True)
        server.desk.close()


def paints(home: str) -> Callable[[str], str]:
    """How long a page takes to be there in a browser, which is open already."""
    if CHROMIUM is None:
        return lambda _: "-"
    from playwright.sync_api import sync_playwright

    page = sync_playwright().start().chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
    page.goto("about:blank")
    return lambda address: f"{seconds(lambda: page.goto(home + address)):.2f} s"


if __name__ == "__main__":
    main()
