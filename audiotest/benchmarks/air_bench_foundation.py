"""AIR-Bench, foundation part: 19 tasks over speech, sound and music (arXiv 2402.07729, ACL 2024).

Source: ``Foundation/Foundation_meta.json`` of the hub's ``qyang1021/AIR-Bench-Dataset`` (rules by
github.com/OFA-Sys/AIR-Bench, commit 9832476): a JSON array of objects with ``path``, ``question``, ``choice_a`` to
``choice_d`` (the last two may be missing), ``answer_gt`` (the option's text), ``task_name``, ``dataset_name``,
``uniq_id``. Licence: CC BY-NC 4.0 on the hub; each corpus has its own.

Audio: ``Foundation/TASK_DATASET/PATH``; in Audio_Grounding the last three characters of the path are replaced by
``flac``. ``--audio`` names the folder ``Foundation`` (or its parent). Folder names keep the release's typos
(``Recontion``, ``Classfication``).

Tags: ``task_name``, ``dataset_name``, and ``group`` (speech, sound, music: the paper's columns). Cases are split by
task and dataset. An id is the row's ``uniq_id``, behind its task and dataset where that is not unique.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from audiotest.benchmarks import tables
from audiotest.benchmarks._released import Release, Row
from audiotest.benchmarks.download import Hub
from audiotest.benchmarks.importing import read_rows, rest
from audiotest.counting import counted
from audiotest.declare.suite import Suite
from audiotest.types import Case, Record

_CHOICES = ("choice_a", "choice_b", "choice_c", "choice_d")
_SOUND = ("acoustic_scene", "audio_grounding", "sound_", "vocal_sound")
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
RELEASE = Release(
    benchmark="air_bench_foundation",
    files=("Foundation_meta.json", "Foundation/Foundation_meta.json"),
    needed=("path", "question", "choice_a", "choice_b", "answer_gt", "task_name", "dataset_name", "uniq_id"),
    group=("task_name", "dataset_name"),
    sounds="Foundation",
)
HUB = Hub("qyang1021/AIR-Bench-Dataset", ("Foundation/Foundation_meta.json",), ("Foundation/**",))


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``air_bench_foundation`` into ``target``; raises :class:`ImportFailed` naming the row."""
    suite, rows = write_part(RELEASE, _case, source, target, audio)
    odd = sum(c.answer not in c.choices for c in suite.cases)
    lines = [
        f"{suite.name}: {counted(len(suite.cases), 'case')} of {counted(len(rows), 'row')} under {target / 'cases'}"
    ]
    return lines + (
        [f"known fault: {counted(odd, 'row has', 'rows have')} an answer that is none of the choices"] if odd else []
    )


def write_part(
    release: Release, make: Callable[..., Row], source: Path, target: Path, audio: Path | None
) -> tuple[Suite, list[Row]]:
    """Write one of the two parts, ``Foundation`` or ``Chat``: the suite, and the rows that it was made of."""
    ids: Counter[str] = Counter()

    def read(path: Path) -> list[tuple[str, Row]]:
        rows = read_rows(path)
        ids.update(str(row.get("uniq_id")) for _, row in rows if isinstance(row, dict))
        return rows

    suite, rows, _ = release.write(
        lambda row: make(row, unique=ids[str(row["uniq_id"])] == 1), source, target, audio, read
    )
    return suite, rows


def group(task: str) -> str:
    """The paper's column of a task: speech, sound or music."""
    name = task.lower()
    if name.startswith("music"):
        return "music"
    return "sound" if name.startswith(_SOUND) else "speech"


def case_id(row: dict[str, Any], *, unique: bool) -> str:
    """The row's ``uniq_id``, behind its task and dataset where that is not unique, in characters that ids may have."""
    id_ = str(row["uniq_id"])
    return _UNFIT.sub("-", id_ if unique else f"{row['task_name']}_{row['dataset_name']}_{id_}")


def _case(row: dict[str, Any], *, unique: bool) -> dict[str, Any]:
    task, dataset, path = str(row["task_name"]), str(row["dataset_name"]), str(row["path"])
    if task == "Audio_Grounding":
        path = path[:-3] + "flac"
    case = {
        "id": case_id(row, unique=unique),
        "audio": f"Foundation/{task}_{dataset}/{path}",
        "question": row["question"],
        "choices": [str(row[key]) for key in _CHOICES if row.get(key) not in (None, "")],
        "answer": row["answer_gt"],
        "tags": {"task_name": task, "dataset_name": dataset, "group": group(task)},
    }
    facts = rest(row, {*RELEASE.needed, *_CHOICES})
    if str(row["uniq_id"]) != case["id"] or path != str(row["path"]):
        facts |= {"uniq_id": row["uniq_id"], "path": row["path"]}
    return {**case, "facts": facts} if facts else case


_COLUMNS = {
    "Speech grounding": "Speech_Grounding", "Spoken language identification": "Spoken_Language_Identification",
    "Speaker gender recognition": "Speaker_Gender_Recognition", "Emotion recognition": "Speaker_Emotion_Recontion",
    "Speaker age prediction": "Speaker_Age_Prediction", "Speech entity recognition": "Speech_Entity_Reconition",
    "Intent classification": "Speaker_Intent_Classification",
    "Speaker number verification": "Speaker_Number_Verification",
    "Synthesized voice detection": "Synthesized_Voice_Detection", "Audio grounding": "Audio_Grounding",
    "Vocal sound classification": "vocal_sound_classification",
    "Acoustic scene classification": "Acoustic_Scene_Classification", "Sound question answering": "Sound_AQA",
    "Music instruments classification": "Music_Instruments_Classfication",
    "Music genre classfication": "Music_Genre_Recognition", "Music note analysis-pitch": "Music_Midi_Pitch_Analysis",
    "Music note analysis-velocity": "Music_Midi_Velocity_Analysis", "Music question answering": "Music_AQA",
    "Music emotion detection": "Music_Mood_Recognition",
}  # fmt: skip


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """Accuracy in percent by task, the means over the tasks of speech, sound and music, and the mean of those three.

    The script prints a figure for each task and data set; a task of several data sets is their mean. Unread replies
    are in no denominator, by the official rule. A mean over tasks stands only where all of them have a figure.
    """
    task_of = tables.by_tag(pairs, "task_name")
    columns: dict[str, float | None] = {}
    for column, task in _COLUMNS.items():
        sets = tables.by_tag(task_of.get(task, ()), "dataset_name")
        columns[column] = tables.mean(tables.accuracy(rows) for rows in sets.values())
    groups = {
        name.capitalize(): tables.mean_of_all(
            [columns[c] for c, task in _COLUMNS.items() if group(task) == name], "tasks"
        )
        for name in ("speech", "sound", "music")
    }
    average = tables.mean_of_all(list(groups.values()), "groups")
    if isinstance(average, str):
        average = tables.mean_of_all(list(columns.values()), "tasks")
    return tables.there({"Average": average, **groups, **columns})


EXPORT = "Foundation_result_modelx.jsonl"


def exported(case: Case, record: Record) -> dict[str, Any]:
    """A line as ``score_foundation.py`` reads it."""
    assert record.reply is not None
    shown = dict(zip(_CHOICES, (*case.choices, None, None), strict=False))
    return {
        **released_place(case),
        "question": case.question,
        **{key: shown.get(key) for key in _CHOICES},
        "answer_gt": case.answer,
        "response": record.reply.text,
    }


def released_place(case: Case) -> dict[str, Any]:
    """``path``, ``task_name``, ``dataset_name`` and ``uniq_id`` as the release has them."""
    task, dataset = case.tags["task_name"][0], case.tags["dataset_name"][0]
    path = str(case.audio[0].file).split(f"{task}_{dataset}/", 1)[-1]
    return {
        "path": case.metadata.get("path", path),
        "task_name": task,
        "dataset_name": dataset,
        "uniq_id": case.metadata.get("uniq_id", case.id),
    }
