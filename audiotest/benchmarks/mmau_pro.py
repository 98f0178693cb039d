"""MMAU-Pro: 5,305 questions over long, several, spatial and mixed clips (arXiv 2508.13992).

Source: ``test.parquet`` of the hub's ``gamma-lab-umd/MMAU-Pro`` (rules by github.com/sonalkum/MMAUPro, commit 960e93a)
with ``id``, ``audio_path`` (a list of ``data/ID.wav``), ``question``, ``answer``, ``choices`` (a list, empty or null
for open questions), ``category``, ``sub-cat``, ``length_type``, ``perceptual_skills``, ``reasoning_skills``,
``transcription``, ``task_classification``, ``task_identifier`` and ``kwargs`` (null but for instruction following).
JSON lines with the same keys are read as well. Audio: the folder that holds ``data/``. Licence: CC BY-NC 4.0.

Three kinds of question, told apart by ``category`` as the official script does: ``open`` (a judge compares with the
answer), ``instruction following`` (27 rules check the form), all others closed (the nearest option is chosen).

Tags: ``category``, ``sub-cat``, ``length_type``, ``task_classification``, ``perceptual_skills`` and
``reasoning_skills`` (several values). Cases are split by category. All else goes to ``facts``.

Found in the release, kept and reported: answers that are null (instruction following has none), closed questions
without choices or with one (the official script leaves them out), answers that are none of the choices.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audiotest.benchmarks import tables
from audiotest.benchmarks._released import Release, known_faults
from audiotest.benchmarks.download import Hub
from audiotest.benchmarks.importing import ImportFailed, rest
from audiotest.score.if_arguments import if_kwargs
from audiotest.types import Case, Record

TAGS = ("category", "sub-cat", "length_type", "task_classification", "perceptual_skills", "reasoning_skills")
OPEN, FOLLOWING = "open", "instruction following"
RELEASE = Release(
    benchmark="mmau_pro",
    files=("test.parquet", "test.jsonl"),
    needed=("id", "audio_path", "question", "answer", "choices", "category"),
    group=("category",),
    sounds="data",
)
HUB = Hub("gamma-lab-umd/MMAU-Pro", ("test.parquet",), ("data.zip",))


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``mmau_pro`` into ``target``. Raises :class:`ImportFailed` naming the row at fault."""
    _, rows, lines = RELEASE.write(_case, source, target, audio)
    return lines + _known_faults(rows)


def _case(row: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(row["choices"], list | None):
        raise ImportFailed(f"`choices` holds {str(row['choices'])[:60]!r}; a list was expected")
    clips = row["audio_path"] if isinstance(row["audio_path"], list) else [row["audio_path"]]
    clips = [str(clip).removeprefix("./") for clip in clips if clip]
    case: dict[str, Any] = {"id": str(row["id"])}
    if clips:
        case["audio"] = clips[0] if len(clips) == 1 else clips
    case["question"] = row["question"]
    if row["choices"]:
        case["choices"] = [str(choice) for choice in row["choices"]]
    if row["answer"] is not None:
        case["answer"] = str(row["answer"])
    case["tags"] = {key: _tag(row[key]) for key in TAGS if row.get(key)}
    facts = rest(row, {*RELEASE.needed, *TAGS})
    if isinstance(facts.get("kwargs"), str):
        facts["kwargs"] = if_kwargs(facts["kwargs"])
    if isinstance(facts.get("kwargs"), dict):  # parquet fills a struct's other keys with nulls
        facts["kwargs"] = {key: value for key, value in facts["kwargs"].items() if value is not None}
    return {**case, "facts": facts} if facts else case


def _tag(value: Any) -> str | list[str]:
    return [str(one) for one in value] if isinstance(value, list) else str(value)


def _known_faults(rows: list[dict[str, Any]]) -> list[str]:
    closed = [row for row in rows if row["category"] not in (OPEN, FOLLOWING)]
    return known_faults({
        "rows have no answer": sum(row["answer"] is None for row in rows),
        "closed questions have fewer than two choices (the official script leaves them out)": sum(
            len(row["choices"] or ()) < 2 for row in closed
        ),
        "closed questions have an answer that is none of their choices": sum(
            len(row["choices"] or ()) > 1 and row["answer"] not in row["choices"] for row in closed
        ),
    })  # fmt: skip


_COLUMNS = {
    "Sound": "sound", "Music": "music", "Speech": "speech", "Sound-Music": "sound_music",
    "Speech-Music": "music_speech", "Speech-Sound": "sound_speech", "Sound-Music-Speech": "sound_music_speech",
    "Spatial": "spatial_audio", "Voice": "voice_chat", "Multi-Audio": "multi", "Open-ended": OPEN, "IF": FOLLOWING,
}  # fmt: skip


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """Scores in percent by category, and their mean weighted by the number of replies that each has a score of: the
    overall score over 5 of open questions, the success rate of instructions, the accuracy of closed questions. Without
    a score in some category, as of closed questions without an embedding model, there is no mean."""
    columns: dict[str, float | None] = {}
    total = weight = 0.0
    categories = tables.by_tag(pairs, "category")
    for column, category in _COLUMNS.items():
        scores = [v.score for _, v in categories.get(category, ()) if v.counted and v.score is not None]
        columns[column] = 100 * sum(scores) / len(scores) if scores else None
        total, weight = total + 100 * sum(scores), weight + len(scores)
    whole = tables.mean_of_all(list(columns.values()), "categories")
    return tables.there({"Avg.": whole if isinstance(whole, str) or not weight else total / weight, **columns})


EXPORT = "MMAU-Pro_predictions.parquet"


def exported(case: Case, record: Record) -> dict[str, Any]:
    """The release's row with ``model_output``, the column that the script reads by default."""
    assert record.reply is not None
    lists = {"perceptual_skills", "reasoning_skills"}
    return {
        "id": case.id,
        "audio_path": [clip.file for clip in case.audio],
        "question": case.question,
        "answer": case.answer,
        "choices": list(case.choices),
        **{tag: list(values) if tag in lists else values[0] for tag, values in case.tags.items()},
        **case.metadata,
        "model_output": record.reply.text,
    }
