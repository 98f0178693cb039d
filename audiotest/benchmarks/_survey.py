"""What the five sets of the music-understanding survey share: one suite, drawn items, labels with their spellings.

"A Survey of Foundation Models for Music Understanding" asks 100 items drawn at random from each of four
classification sets and 147 clips of MusicCaps. Its draw, its prompts and its label lists are not published, so the
draw made here has a seed that is written into the case files, and the questions are ours.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audiotest.benchmarks import tables
from audiotest.benchmarks.importing import ImportFailed, release_of
from audiotest.benchmarks.writing import write_suite
from audiotest.counting import counted
from audiotest.types import Case, Record

ITEMS, CAPTIONS = 100, 147
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
SOUNDS = {".wav", ".mp3", ".flac", ".au", ".ogg", ".opus", ".aiff", ".aif"}


def sound_files(source: Path) -> list[Path]:
    """Every sound file in a folder, at any depth, sorted; without hidden ones, such as the ``._x.wav`` that macOS puts
    beside each ``x.wav``."""
    return [p for p in sorted(source.rglob("*")) if p.suffix.lower() in SOUNDS and not p.name.startswith(".")]


def class_folders(source: Path, labels: Mapping[str, str]) -> list[tuple[Path, str]]:
    """(sound file, label) of every file in a folder, at any depth, that is called as one of ``labels`` is spelt.

    ``labels`` maps the folder's name in lower case to the label. Raises :class:`ImportFailed` if a class is empty.
    """
    if not source.is_dir():
        raise ImportFailed(f"{source} is no folder; give the one that holds {', '.join(labels)}")
    files = [
        (path, labels[path.parent.name.lower()]) for path in sound_files(source) if path.parent.name.lower() in labels
    ]
    missing = sorted({*labels.values()} - {label for _, label in files})
    if missing:
        raise ImportFailed(f"{source} has no sound files in folders for {', '.join(missing)}; is this the whole set?")
    return files


def labelled_case(id_: str, audio: str, question: str, label: str, labels: Sequence[str]) -> dict[str, Any]:
    """A classification item: the labels are its choices."""
    return {"id": _UNFIT.sub("-", id_), "audio": audio, "question": question, "choices": list(labels), "answer": label}


def write_set(
    benchmark: str,
    cases: Sequence[dict[str, Any]],
    source: Path,
    target: Path,
    audio: Path | None,
    *,
    sample: int | None,
    seed: int,
) -> list[str]:
    """Draw ``sample`` of ``cases`` (None: all) and write them as the file ``BENCHMARK.yaml`` of ``music_survey``."""
    drawn = list(cases)
    if sample is not None and sample < len(cases):
        drawn = random.Random(f"{benchmark} {seed}").sample(sorted(cases, key=lambda case: case["id"]), sample)  # noqa: S311
        drawn.sort(key=lambda case: case["id"])
    for case in drawn:
        case["tags"] = {"set": benchmark, **({"label": case["answer"]} if "answer" in case else {})}
    release = release_of(source, drawn=len(drawn), of=len(cases), seed=seed)
    suite = write_suite("music_survey", target, {benchmark: drawn}, audio, link=benchmark, release=release, keep=True)
    part = f"{len(drawn)} of {len(cases)} items, drawn with the seed {seed}" if len(drawn) < len(cases) else "all items"
    whole = counted(len(suite.cases), "case")
    return [f"{suite.name}: {part}, in {target / 'cases' / benchmark}.yaml; {whole} in the suite"]


_COLUMNS = {"GTZAN": "gtzan", "FMA": "fma", "MC": "music_classification", "MMME": "mirex_mood"}
_ROUGE = {"R1": "rouge1", "RL": "rougeL"}
_MEASURES = {"P": "precision", "R": "recall", "F": "fmeasure"}


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """The survey's four accuracies in percent and its six ROUGE figures, averaged over the captions."""
    sets = tables.by_tag(pairs, "set")
    columns = {column: tables.accuracy(sets.get(name, ())) for column, name in _COLUMNS.items()}
    captions = [verdict.details for _, verdict in sets.get("musiccaps", ())]
    for short, kind in _ROUGE.items():
        for letter, measure in _MEASURES.items():
            columns[f"{short} {letter}"] = tables.mean(d[kind][measure] for d in captions if kind in d)
    return tables.there(columns)


def exported(case: Case, record: Record) -> dict[str, Any]:
    """A row of a set: the survey published no format, so ours is plain."""
    assert record.reply is not None
    row: dict[str, Any] = {"id": case.id, "audio": case.audio[0].file if case.audio else None}
    row |= {"label": case.answer} if case.answer is not None else {"caption": case.reference[0]}
    return {**row, "prediction": record.reply.text}
