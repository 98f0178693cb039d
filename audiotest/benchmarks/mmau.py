"""MMAU: questions over music, sound and speech (arXiv 2410.19168), test-mini of version v05.15.25.

Source: ``mmau-test-mini.json`` of github.com/Sakshi113/MMAU at commit 110127f: a JSON array of objects with ``id``,
``audio_id`` (``./test-mini-audios/ID.wav``), ``question``, ``choices`` (without letters), ``answer`` (one of them,
verbatim), ``dataset``, ``task``, ``split``, ``category``, ``sub-category`` and ``difficulty``. ``mmau-test.json``
(answers withheld) is read as well: its cases have no answer, so a run only records replies. Audio: the folder that
holds ``test-mini-audios/``. Licence of the data: Apache-2.0; the audio's rights stay with its sources.

Tags: ``task``, ``dataset``, ``split``, ``category``, ``sub-category``, ``difficulty``, by the release's own names.
Cases are split by task.

Known faults, kept and reported: 13 rows hold their category as a list (its values are the tag's), 27 rows hold an
option twice, one row has eight options, one of which holds text of the question.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audiotest.benchmarks import tables
from audiotest.benchmarks._released import Release, as_it_stands, known_faults
from audiotest.types import Case, Record

TAGS = ("task", "dataset", "split", "category", "sub-category", "difficulty")
RELEASE = Release(
    benchmark="mmau",
    files=("mmau-test-mini.json", "mmau-test.json"),
    needed=("id", "audio_id", "question", "choices", "task"),
    group=("task",),
    sounds="test-mini-audios",
)
_USUAL_MOST = 5


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``mmau`` into ``target``. Raises :class:`ImportFailed` naming the row at fault."""
    _, rows, lines = RELEASE.write(lambda row: as_it_stands(row, "audio_id", TAGS), source, target, audio)
    return lines + known_faults({
        "rows hold their category as a list": sum(isinstance(r.get("category"), list) for r in rows),
        "rows hold an option twice": sum(len(set(r["choices"])) < len(r["choices"]) for r in rows),
        "rows have more options than any question should": sum(len(r["choices"]) > _USUAL_MOST for r in rows),
        "rows have no answer: replies to them are only recorded": sum(r.get("answer") is None for r in rows),
    })  # fmt: skip


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """Accuracy in percent over all items and by task, as ``evaluation.py`` prints it."""
    task = tables.by_tag(pairs, "task")
    columns = {name.capitalize(): tables.accuracy(task.get(name, ())) for name in ("sound", "music", "speech")}
    return tables.there({"Avg": tables.accuracy(pairs), **columns})


EXPORT = "MMAU_predictions.json"


def exported(case: Case, record: Record) -> dict[str, Any]:
    """The release's row with the reply under ``model_output``, which the script reads, and ``model_prediction``,
    which its README names."""
    assert record.reply is not None
    return {
        "id": case.id,
        "audio_id": f"./{case.audio[0].file}" if case.audio else None,
        "question": case.question,
        "choices": list(case.choices),
        "answer": case.answer,
        **{tag: values[0] for tag, values in case.tags.items()},
        **case.metadata,
        "model_output": record.reply.text,
        "model_prediction": record.reply.text,
    }
