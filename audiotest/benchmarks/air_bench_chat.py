"""AIR-Bench, chat part: open questions over speech, sound, music and mixtures (arXiv 2402.07729, ACL 2024).

Source: ``Chat/Chat_meta.json`` of the hub's ``qyang1021/AIR-Bench-Dataset`` (rules by github.com/OFA-Sys/AIR-Bench,
commit 9832476): a JSON array of objects with ``meta_info`` (a description of the audio, for the judge), ``question``,
``answer_gt`` (the reference answer, by GPT-4), ``path``, ``task_name``, ``dataset_name``, ``uniq_id``. Licence: CC
BY-NC 4.0 on the hub; each corpus has its own.

Audio: ``Chat/TASK_DATASET/PATH``. ``--audio`` names the folder ``Chat`` (or its parent).

Tags: ``task_name``, ``dataset_name``, and ``group`` (speech, sound, music, speech_and_sound, speech_and_music). Cases
are split by task and dataset. An id is the row's ``uniq_id``, behind its task and dataset where that is not unique.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audiotest.benchmarks import tables
from audiotest.benchmarks._released import Release
from audiotest.benchmarks.air_bench_foundation import case_id, released_place, write_part
from audiotest.benchmarks.download import Hub
from audiotest.benchmarks.importing import rest
from audiotest.counting import counted
from audiotest.score.official.air_bench_judge import GROUPS
from audiotest.types import Case, Record

RELEASE = Release(
    benchmark="air_bench_chat",
    files=("Chat_meta.json", "Chat/Chat_meta.json"),
    needed=("meta_info", "question", "answer_gt", "path", "task_name", "dataset_name", "uniq_id"),
    group=("task_name", "dataset_name"),
    sounds="Chat",
)
HUB = Hub("qyang1021/AIR-Bench-Dataset", ("Chat/Chat_meta.json",), ("Chat/**",))


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``air_bench_chat`` into ``target``; raises :class:`ImportFailed` naming the row."""
    suite, rows = write_part(RELEASE, _case, source, target, audio)
    lines = [
        f"{suite.name}: {counted(len(suite.cases), 'case')} of {counted(len(rows), 'row')} under {target / 'cases'}"
    ]
    unknown = sorted({str(row["task_name"]) for row in rows} - set(GROUPS))
    if unknown:
        lines.append(f"unknown tasks, in no group of the official table: {', '.join(unknown)}")
    return lines


def _case(row: dict[str, Any], *, unique: bool) -> dict[str, Any]:
    task, dataset = str(row["task_name"]), str(row["dataset_name"])
    tags = {"task_name": task, "dataset_name": dataset}
    if task in GROUPS:
        tags["group"] = GROUPS[task]
    return {
        "id": case_id(row, unique=unique),
        "audio": f"Chat/{task}_{dataset}/{row['path']}",
        "question": row["question"],
        "reference": row["answer_gt"],
        "tags": tags,
        "facts": {"description": row["meta_info"], **_changed(row, unique), **rest(row, set(RELEASE.needed))},
    }


def _changed(row: dict[str, Any], unique: bool) -> dict[str, Any]:
    """The release's ``uniq_id`` where the case's id is another text."""
    return {} if str(row["uniq_id"]) == case_id(row, unique=unique) else {"uniq_id": row["uniq_id"]}


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """The model's score, 1 to 10, by group: the mean of its averages in the two orders, each over the lines that could
    be read. Mixed audio is the mean of the two mixed groups, the average that of the four columns."""
    groups = {name: _both_orders(rows) for name, rows in tables.by_tag(pairs, "group").items()}
    mixed = [groups.get("speech_and_sound"), groups.get("speech_and_music")]
    columns: dict[str, float | str | None] = {
        "Speech": groups.get("speech"),
        "Sound": groups.get("sound"),
        "Music": groups.get("music"),
        "Mixed Audio": tables.mean_of_all(mixed, "groups"),
    }
    return tables.there({**columns, "Average": tables.mean_of_all(list(columns.values()), "columns")})


def _both_orders(rows: tables.Pairs) -> float | None:
    return tables.mean(tables.mean(v.details.get(order) for _, v in rows) for order in ("forward", "swapped"))


def win_rate(pairs: tables.Pairs) -> float | None:
    """The share of read lines, of both orders, in which the model is strictly above the reference, in percent."""
    wins = [v.details.get(f"win_{order}") for _, v in pairs for order in ("forward", "swapped")]
    share = tables.mean(None if win is None else float(win) for win in wins)
    return None if share is None else 100 * share


EXPORT = "Chat_result_modelx.jsonl"


def exported(case: Case, record: Record) -> dict[str, Any]:
    """A line as ``score_chat.py`` reads it."""
    assert record.reply is not None
    return {
        "meta_info": case.metadata.get("description"),
        "question": case.question,
        "answer_gt": case.reference[0],
        **released_place(case),
        "response": record.reply.text,
    }
