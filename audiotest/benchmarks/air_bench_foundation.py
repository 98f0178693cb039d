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
from pathlib import Path
from typing import Any

from audiotest.benchmarks.importing import audio_folder, grouped, need, read_rows, rest, write_suite

_CHOICES = ("choice_a", "choice_b", "choice_c", "choice_d")
_NEEDED = ("path", "question", "choice_a", "choice_b", "answer_gt", "task_name", "dataset_name", "uniq_id")
_SOUND = ("acoustic_scene", "audio_grounding", "sound_", "vocal_sound")
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``air_bench_foundation`` into ``target``; raises :class:`ImportFailed` naming the row."""
    rows = read_rows(source, "Foundation_meta.json", "Foundation/Foundation_meta.json")
    for place, row in rows:
        need(row, _NEEDED, place)
    ids = Counter(str(row["uniq_id"]) for _, row in rows)

    def case(row: dict[str, Any]) -> dict[str, Any]:
        return _case(row, unique=ids[str(row["uniq_id"])] == 1)

    groups = grouped(rows, lambda row: f"{row['task_name']}_{row['dataset_name']}", case)
    suite = write_suite("air_bench_foundation", target, groups, audio_folder(audio, "Foundation"), link="Foundation")
    lines = [f"{suite.name}: {len(suite.cases)} cases in {len(groups)} files under {target / 'cases'}"]
    odd = sum(c.answer not in c.choices for c in suite.cases)
    return lines + ([f"known fault: the answers of {odd} rows are none of their choices"] if odd else [])


def group(task: str) -> str:
    """The paper's column of a task: speech, sound or music."""
    name = task.lower()
    if name.startswith("music"):
        return "music"
    return "sound" if name.startswith(_SOUND) else "speech"


def _case(row: dict[str, Any], *, unique: bool) -> dict[str, Any]:
    task, dataset, path = str(row["task_name"]), str(row["dataset_name"]), str(row["path"])
    if task == "Audio_Grounding":
        path = path[:-3] + "flac"
    id_ = str(row["uniq_id"]) if unique else f"{task}_{dataset}_{row['uniq_id']}"
    case = {
        "id": _UNFIT.sub("-", id_),
        "audio": f"Foundation/{task}_{dataset}/{path}",
        "question": row["question"],
        "choices": [str(row[key]) for key in _CHOICES if row.get(key) not in (None, "")],
        "answer": row["answer_gt"],
        "tags": {"task_name": task, "dataset_name": dataset, "group": group(task)},
    }
    facts = rest(row, {*_NEEDED, *_CHOICES})
    return {**case, "facts": facts} if facts else case
