"""A report as a person uses it: ``python -m bench.looking [--trials 20000]``: until it is seen, a filter, a step from
item to item, and an item with its sound decoded and drawn, in Chromium. Medians, with the slowest in brackets."""

from __future__ import annotations

import argparse
import base64
import io
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from msgspec.structs import replace

from audiotest.analyse.summary import Provenance, summarise
from audiotest.report.html.players import Player
from audiotest.report.html.render import page
from audiotest.report.html.spectrogram import png
from audiotest.runs import Run
from audiotest.types import Hashes, Record, Waveform
from bench.measure import machine
from bench.serving import CHROMIUM, records

TIMES = 25
SOUNDS = 6  # of each form: about the 20 MB that a report holds by default
# A change that a person makes, until the browser has drawn what comes of it.
AFTER_FRAME = """async (does) => {
  const started = performance.now();
  await eval(does);
  await new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)));
  return performance.now() - started;
}"""
# An item, until its sound stands there as waveform and spectrogram.
OPENED = """async (k) => {
  const started = performance.now();
  select(k);
  const drawn = () => document.querySelectorAll("#item canvas.spectrogram").length > 0;
  while (!drawn()) await new Promise((soon) => setTimeout(soon, 1));
  await new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)));
  return performance.now() - started;
}"""
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def sound(seconds: float, rate: int, seed: int) -> Player:
    """A clip of noise as the page holds it: FLAC, and its picture."""
    samples = 0.1 * np.random.default_rng(seed).standard_normal((int(seconds * rate), 1)).astype(np.float32)
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format="FLAC", subtype="PCM_16")
    addresses = [
        f"data:{kind};base64,{base64.b64encode(data).decode()}"
        for kind, data in (("audio/flac", out.getvalue()), ("image/png", png(Waveform(samples, rate))))
    ]
    return Player(*addresses, seconds, rate / 2000)


def heard(rows: list[Record], forms: list[tuple[float, int]]) -> tuple[list[Record], dict[str, list[Player]]]:
    """The first trials with a sound each, of each form (seconds, rate) as many as are opened."""
    players, rows = {}, list(rows)
    for k, (seconds, rate) in enumerate(forms):
        for i in range(SOUNDS):
            place = k * SOUNDS + i
            rows[place] = replace(rows[place], hashes=Hashes(sound=f"s{place}"))
            players[f"s{place}"] = [sound(seconds, rate, place)]
    return rows, players


def shown(times: list[float]) -> str:
    """A line's figure."""
    return f"{statistics.median(times):,.0f} ms ({max(times):,.0f})"


def measured(tab: Any, forms: list[tuple[float, int]], trials: int) -> dict[str, str]:
    """The figures of a report that is open in a tab."""

    def frames(*changes: str) -> list[float]:
        return [tab.evaluate(AFTER_FRAME, changes[i % len(changes)]) for i in range(TIMES)]

    tab.evaluate("document.getElementById('tab-items').click()")
    tab.evaluate("(field) => { field.value = 'suite'; }", tab.query_selector("#f-order"))
    field = "$('f-{0}').value = '{1}'; $('f-{0}').dispatchEvent(new Event('{2}'))"
    filters = [field.format("condition", name, "change") for name in ("text_only", "")]
    searches = [field.format("text", words, "input") for words in ("in 12", "in 123", "in", "")]
    figures = {
        "first contentful paint": shown([tab.evaluate(PAINTED)]),
        "the verdict and the overview stand there": shown([tab.evaluate(READY)]),
        "the list of items": shown([tab.evaluate(AFTER_FRAME, "$('tab-overview').click(); $('tab-items').click()")]),
        "a filter by condition": shown(frames(*filters)),
        "a word in the search field": shown(frames(*searches)),
    }
    for reset in (filters[-1], searches[-1]):
        tab.evaluate(AFTER_FRAME, reset)
    figures |= {
        "the next item": shown(frames("step(1)")),
        "the next wrong item": shown(frames("step(1, true)")),
        "from the first item to the last": shown(frames(f"select({trials - 1})", "select(0)")),
    }
    for k, (seconds, rate) in enumerate(forms):
        opened = [tab.evaluate(OPENED, k * SOUNDS + i) for i in range(SOUNDS)]
        figures[f"an item with {seconds:g} s of sound at {rate / 1000:g} kHz, decoded and drawn"] = shown(opened)
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.looking", description=__doc__)
    parser.add_argument("--trials", type=int, default=20_000)
    options = parser.parse_args()
    if CHROMIUM is None:
        raise SystemExit("this bench needs Chromium")
    from playwright.sync_api import sync_playwright

    forms = [(10.0, 16_000), (30.0, 44_100)]
    rows, players = heard(records(options.trials // 2, options.trials // 3), forms)
    run = Run(rows, summarise(rows, {}, Provenance(model="m")))
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        path = Path(scratch) / "report.html"
        path.write_text(page(run, players), encoding="utf-8")
        tab = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]).new_page()
        tab.goto(path.as_uri())
        size = path.stat().st_size / 1e6
        print(f"{machine()}; {options.trials:,} trials, a file of {size:.0f} MB\n")
        print("| what | time (slowest) |\n| --- | ---: |")
        for what, figure in measured(tab, forms, options.trials).items():
            print(f"| {what} | {figure} |", flush=True)


if __name__ == "__main__":
    main()
