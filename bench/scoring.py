"""How fast each scorer reads, and how often it agrees with a careful reader.

Speed is the best of three passes, with everything compiled; below the table stand the first pass of a process, replies
to questions that were never seen, and long replies.

``python -m bench.scoring FOLDER``: FOLDER holds files of JSON lines with ``question``, ``choices``, ``answer``,
``output`` and ``intended`` (``right``, ``wrong``, ``none``, ``ambiguous``: what a careful reader says of the output).
``--embedder SPEC`` adds MMAU-Pro's rule for closed questions by that embedding model.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from audiotest.grade.similarities import Similarities
from audiotest.models.loading import open_embedder
from audiotest.registry import SCORERS
from audiotest.score import mmau_pro_closed
from audiotest.types import Question, Verdict

_PASSES = 3
FILES = {"muchomusic": "muchomusic", "mmar": "mmar", "mmau": "mmau", "airbench_foundation": "air_bench"}
_KEYS = {"question", "choices", "answer", "output"}


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def question(row: dict[str, Any]) -> Question:
    """A row as scorers see it."""
    choices = tuple(row["choices"])
    index = choices.index(row["answer"]) if row["answer"] in choices else None
    return Question(
        row["question"], choices, row["answer"], index, metadata={k: v for k, v in row.items() if k not in _KEYS}
    )


def said(verdict: Verdict, choices: tuple[str, ...], answer: str) -> str:
    """The verdict in the words of ``intended``."""
    if verdict.correct:
        return "right"
    if verdict.choice is not None and choices[verdict.choice] != answer:
        return "wrong"
    return "ambiguous" if verdict.status == "ambiguous" else "none"


def agrees(verdict: Verdict, intended: str, choices: tuple[str, ...], answer: str, *, strict: bool) -> bool:
    """Whether a verdict says what a careful reader says. A scorer that only tells right from not right is not asked for
    more (``strict`` False)."""
    if strict:
        return said(verdict, choices, answer) == intended
    return bool(verdict.correct) == (intended == "right")


def line(name: str, scorer: str, rows: list[dict[str, Any]], *, strict: bool) -> str:
    """A line of the table."""
    score = SCORERS.get(scorer).score
    asked = [(question(row), str(row["output"] or ""), row.get("intended")) for row in rows]
    verdicts = [score(q, output) for q, output, _ in asked]  # what is compiled once is compiled
    rate = len(asked) / min(_seconds(score, asked) for _ in range(_PASSES))
    judged = [(v, i, q) for v, (q, _, i) in zip(verdicts, asked, strict=True) if i in ("right", "wrong", "none")]
    same = sum(agrees(v, i, q.choices, q.answer or "", strict=strict) for v, i, q in judged)
    lost = sum(i == "right" and not v.correct for v, i, _ in judged)
    gained = sum(i != "right" and bool(v.correct) for v, i, _ in judged)
    return f"| {name} | `{scorer}` | {len(judged)} | {same / len(judged):.1%} | {lost} | {gained} | {rate:,.0f} |"


def _seconds(score: Callable[..., Verdict], asked: list[tuple[Question, str, Any]]) -> float:
    """The CPU seconds that scoring takes."""
    started = time.process_time()
    for q, output, _ in asked:
        score(q, output)
    return time.process_time() - started


def first_pass(rows: list[dict[str, Any]]) -> str:
    """The CPU seconds of a process's first replies, in which the words of each language are read and compiled."""
    asked = [(question(row), str(row["output"] or ""), None) for row in rows]
    seconds = _seconds(SCORERS.get("choice").score, asked)
    return f"the first {len(asked)} replies of a process: {seconds:.2f} CPU seconds"


def new_questions(rows: list[dict[str, Any]]) -> str:
    """The speed of ``choice`` where no set of options was seen before: one is added to each question."""
    score = SCORERS.get("choice").score
    best = 0.0
    for i in range(_PASSES):
        added = ("".join(chr(ord("a") + int(digit)) for digit in f"{i}{k:05}") for k in range(len(rows)))
        asked = [
            (question({**row, "choices": (*row["choices"], f"zq{text}")}), str(row["output"] or ""), None)
            for row, text in zip(rows, added, strict=True)
        ]
        best = max(best, len(asked) / _seconds(score, asked))
    return f"every question new: {best:,.0f} replies a CPU second"


def nearest(spec: str, rows: list[dict[str, Any]]) -> str:
    """The line of MMAU-Pro's rule for closed questions, by the embedding model ``spec``, on the replies of ``mmar``."""
    model = open_embedder(spec)
    compared = Similarities(model)
    asked = [(question(row), str(row["output"] or ""), row["intended"]) for row in rows]
    asked = [(q, output, intended) for q, output, intended in asked if intended in ("right", "wrong", "none")]
    started = time.process_time()
    pairs = [(output, q.choices) for q, output, _ in asked]
    compared.submit(pairs)
    right = [
        bool(mmau_pro_closed.score(q, output, similarities=compared.cosines(pair)).correct)
        for (q, output, _), pair in zip(asked, pairs, strict=True)
    ]
    rate = len(asked) / (time.process_time() - started)
    intended = [intended == "right" for _, _, intended in asked]
    same = sum(a == b for a, b in zip(right, intended, strict=True))
    lost = sum(b and not a for a, b in zip(right, intended, strict=True))
    gained = sum(a and not b for a, b in zip(right, intended, strict=True))
    name = f"`mmau_pro_closed` ({model.name})"
    return f"| mmar | {name} | {len(asked)} | {same / len(asked):.1%} | {lost} | {gained} | {rate:,.0f} |"


def long_replies(rows: list[dict[str, Any]]) -> str:
    """The speed of ``choice`` on replies of about 15,000 characters, in characters of reasoning that name options."""
    score = SCORERS.get("choice").score
    asked: list[tuple[Question, str, Any]] = []
    for row in rows[:40]:
        asking = question(row)
        reasoning = " ".join(
            f"It might be {option}, since the sound is of that kind and lasts for a while." for option in asking.choices
        )
        asked.append((asking, (reasoning + "\n") * (15_000 // len(reasoning)) + "So the answer is B.", None))
    seconds = min(_seconds(score, asked) for _ in range(_PASSES))
    return f"long replies: {sum(len(output) for _, output, _ in asked) / 1e6 / seconds:.2f} MB of text a CPU second"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.scoring", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--embedder", help="an embedding model, such as minilm, for MMAU-Pro's closed questions")
    given = parser.parse_args()
    folder = given.folder
    first = first_pass(read(folder / "muchomusic.jsonl"))
    print(
        "| replies of | scorer | replies | agreement | right, not credited | credited, not right "
        "| replies a CPU second |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for file, official in FILES.items():
        rows = read(folder / f"{file}.jsonl")
        print(line(file, official, rows, strict=False))
        print(line(file, "choice", rows, strict=True))
    if given.embedder:
        print(nearest(given.embedder, read(folder / "mmar.jsonl")))
    print(first)
    print(new_questions([row for file in FILES for row in read(folder / f"{file}.jsonl")]))
    print(long_replies(read(folder / "mmar.jsonl")))


if __name__ == "__main__":
    main()
