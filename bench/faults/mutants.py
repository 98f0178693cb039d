"""Files broken at random, through the doors by which they are read: each is refused in a sentence or read, no more."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from audiotest.benchmarks.importing import read_csv, read_rows
from audiotest.declare.suite import load
from audiotest.errors import AudiotestError
from audiotest.models.loading import load_model, open_model, read_card
from audiotest.report.markdown import lines
from audiotest.report.terminal import tables
from audiotest.runs import Run
from bench.simulate import record

ODD = ["", "null", "[]", "{}", "-1", "1e999", ".nan", "9" * 26, "true", '"', "'", "[", "{", ":", "\t", "\x00",
       "\x1b[31m", "../../x", "\ud7ff", "!t", "&a", "*a", "a" * 5000, "[" * 200, "::error::x", "\u2028"]  # fmt: skip
SUITE = """\
suite: mutants
prompt: choices_lettered
generation: {max_new_tokens: 64, stop: [x]}
scorers: [choice, {exact: {case: true}}]
conditions: [original: correct, {"noise(snr_db=[10, 0])": stays_correct}, text_only]
gates: [{metric: accuracy, min: 0.5, tags: {skill: pitch}}]
cases:
  - {id: a, audio: {synth: {tone: {hz: 440, seconds: 1}}}, question: What is it?, choices: [one, two], answer: one}
  - {id: b, question: Describe., reference: [rain], tags: {skill: pitch}}
"""
CARD = """\
model: mutant
adapter: hf
checkpoint: nobody/nothing
revision: 0123abc
status: untested
batch_size: 4
options: {sample_rate: 16000}
licence: MIT
"""
ROWS = '{"id": "a", "prediction": "one", "condition": "original"}\n{"id": "b", "prediction": "(B) two"}\n'
CSV = "id,question,answer\na,What?,one\nb,Which?,two\n"


@dataclass
class Mutants:
    """How many files were tried, refused in a sentence and read; ``failures``: what else came of them."""

    tried: int = 0
    refused: int = 0
    read: int = 0
    failures: list[str] = field(default_factory=list)


def mutated(text: str, rng: random.Random) -> bytes:
    """``text`` with one to three changes: pieces taken out, doubled, replaced by something odd; now and then a byte."""
    for _ in range(rng.randint(1, 3)):
        first = rng.randrange(len(text) + 1)
        last = min(len(text), first + rng.choice((0, 1, 5, 20)))
        piece = rng.choice((rng.choice(ODD), text[first:last] * 2, ""))
        text = text[:first] + piece + text[last:]
    data = bytearray(text.encode("utf-8", "surrogatepass"))
    if data and rng.random() < 0.2:
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _run(path: Path) -> None:
    run = Run.load(path.parent)
    list(lines(run))
    list(tables(run, 1))
    run.report(path.parent / "page.html", embed=0, link=0)


def _replay(path: Path) -> None:
    load_model(open_model(f"replay:{path}"), "replay", "replay")


def _doors(folder: Path) -> dict[str, tuple[str, str, Callable[[Path], object]]]:
    """The name of each kind of file: the file's name, its text, and what reads it."""
    (folder / "run").mkdir(parents=True)
    Run.from_records([record(i, "original", 0, i % 2) for i in range(4)], "m").save(folder / "run")
    rows, summary = ((folder / "run" / name).read_text() for name in ("trials.jsonl", "summary.json"))
    return {
        "suite": ("suite.yaml", SUITE, lambda path: load(path)),
        "card": ("card.yaml", CARD, read_card),
        "trials.jsonl": ("run/trials.jsonl", rows, _run),
        "summary.json": ("run/summary.json", summary, _run),
        "replay": ("replies.jsonl", ROWS, _replay),
        "import (JSON lines)": ("rows.jsonl", ROWS, read_rows),
        "import (JSON)": ("rows.json", f"[{ROWS.strip().replace(chr(10), ',')}]", read_rows),
        "import (CSV)": ("rows.csv", CSV, read_csv),
    }


def mutants(count: int, folder: Path, seed: int = 0) -> dict[str, Mutants]:
    """``count`` mutants of each kind of file."""
    rng = random.Random(seed)
    found: dict[str, Mutants] = {}
    for kind, (name, text, read) in _doors(folder).items():
        tally = found[kind] = Mutants()
        path = folder / name
        path.write_text(text)
        read(path)  # without a change it is what it should be
        for _ in range(count):
            content = mutated(text, rng)
            path.write_bytes(content)
            tally.tried += 1
            try:
                read(path)
                tally.read += 1
            except AudiotestError as error:
                tally.refused += bool(str(error))
            except Exception as error:
                tally.failures.append(f"{kind}: {type(error).__name__}: {error!s:.200} of {content[:600]!r}")
        path.write_text(text)
    return found
