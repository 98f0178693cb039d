"""MMAR: 1,000 questions over speech, sound, music and their mixtures (arXiv 2505.13032).

Source: ``MMAR-meta.jsonl`` of github.com/ddlBoJack/MMAR at commit 3bce090: a JSON object a line, with ``id``,
``audio_path`` (``./audio/ID.wav``), ``question``, ``choices`` (without letters), ``answer`` (one of them, verbatim),
``modality``, ``category``, ``sub-category``, ``language``, ``source``, ``url``, ``timestamp``, ``thinking``, ``cue``
and ``rubric``. The older ``MMAR-meta.json`` (an array without the last three) is read as well. Audio: the folder that
holds ``audio/``, from the hub's ``BoJack/MMAR``. Licence of the data: CC BY-NC 4.0.

Tags: ``modality``, ``category``, ``sub-category``, ``language``, ``source``, by the release's own names. All else
goes to ``facts``. Cases are split by modality.

Met in the release: 4 options are padded with spaces (kept, since the official rule sees them); a language is
missing in 320 rows (no tag); in MMAR-meta.jsonl no answer is missing from its choices.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audiotest.benchmarks import tables
from audiotest.benchmarks._released import Release, as_it_stands
from audiotest.benchmarks.download import Hub
from audiotest.types import Case, Record

TAGS = ("modality", "category", "sub-category", "language", "source")
RELEASE = Release(
    benchmark="mmar",
    files=("MMAR-meta.jsonl", "MMAR-meta.json"),
    needed=("id", "audio_path", "question", "choices", "answer", "modality", "category", "sub-category"),
    group=("modality",),
)
HUB = Hub("BoJack/MMAR", ("MMAR-meta.json",), ("mmar-audio.tar.gz",))


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``mmar`` into ``target``. Raises :class:`ImportFailed` naming the row at fault."""
    _, _, lines = RELEASE.write(lambda row: as_it_stands(row, "audio_path", TAGS), source, target, audio)
    if audio is None:
        lines.append("no --audio given: models that listen need it, replayed predictions do not")
    return lines


_COLUMNS = {
    "Sound": "sound", "Music": "music", "Speech": "speech", "Sound-Music": "mix-sound-music",
    "Sound-Speech": "mix-sound-speech", "Music-Speech": "mix-music-speech",
    "Sound-Music-Speech": "mix-sound-music-speech",
}  # fmt: skip


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """Accuracy in percent over all items and by modality, as ``evaluation.py`` prints it."""
    modality = tables.by_tag(pairs, "modality")
    columns = {column: tables.accuracy(modality.get(name, ())) for column, name in _COLUMNS.items()}
    return tables.there({"Avg": tables.accuracy(pairs), **columns})


EXPORT = "MMAR_predictions.jsonl"


def exported(case: Case, record: Record) -> dict[str, Any]:
    """The release's row with ``answer_prediction``, as ``evaluation.py`` reads it."""
    assert record.reply is not None
    thinking = record.reply.details.get("thinking")
    return {
        "id": case.id,
        "audio_path": f"./{case.audio[0].file}" if case.audio else None,
        "question": case.question,
        "choices": list(case.choices),
        "answer": case.answer,
        **{tag: values[0] for tag, values in case.tags.items()},
        **case.metadata,
        **({"thinking_prediction": thinking} if thinking is not None else {}),
        "answer_prediction": record.reply.text,
    }
