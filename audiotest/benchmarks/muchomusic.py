"""MuChoMusic: music understanding of audio-language models (arXiv 2408.01337, ISMIR 2024).

Source: ``muchomusic.csv`` of Zenodo 10.5281/zenodo.12709974 (rules by github.com/mulab-mir/muchomusic, commit
d3c9a42): a row a question, with ``question_id``, ``question``, ``correct_answer``, ``distractor_1_answer`` to
``distractor_3_answer``, ``dataset`` (``sdd`` or ``musiccaps``), ``dataset_identifier``, ``genre``,
``music_knowledge`` and ``music_reasoning`` (lists written as Python literals). Licence of the data: CC BY-SA 4.0.

The kind of a distractor is fixed by its column: 1 ``incorrect_but_related``, 2 ``correct_but_unrelated``, 3
``incorrect_and_unrelated``; the answer's is ``correct``.

The official script shows the options in an order drawn without a seed. Here each question's order is drawn from its
id, so that every import gives the same, and answers are spread over the positions.

Audio, as the official repository lays it out: ``sdd/audio/NN/ID.2min.mp3`` (NN: the last two digits of ID, as in
MTG-Jamendo) and ``musiccaps/audio/[YTID]-[START-END].wav`` with END = START + 10. ``--audio`` names the folder that
holds ``sdd`` and ``musiccaps``.

Tags: ``dataset``, ``genre``, ``music_knowledge``, ``music_reasoning`` by the release's own names, and ``aspect``
(``knowledge``, ``reasoning`` or both) for the paper's columns. Cases are split by dataset.
"""

from __future__ import annotations

import ast
import random
from pathlib import Path
from typing import Any

from audiotest.benchmarks import tables
from audiotest.benchmarks._released import Release
from audiotest.benchmarks.download import Hub
from audiotest.benchmarks.importing import ImportFailed, rest
from audiotest.types import Case, Record

KINDS = ("correct", "incorrect_but_related", "correct_but_unrelated", "incorrect_and_unrelated")
_TEXTS = ("correct_answer", "distractor_1_answer", "distractor_2_answer", "distractor_3_answer")
RELEASE = Release(
    benchmark="muchomusic",
    files=("muchomusic.csv",),
    needed=("question_id", "question", *_TEXTS, "dataset", "dataset_identifier"),
    group=("dataset",),
)
_LISTS = {"music_knowledge": "knowledge", "music_reasoning": "reasoning"}
HUB = Hub("mulab-mir/muchomusic", ("muchomusic.csv",))


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``muchomusic`` into ``target``. Raises :class:`ImportFailed` naming the row at fault."""
    return RELEASE.write(_case, source, target, audio)[2]


def _case(row: dict[str, Any]) -> dict[str, Any]:
    order = list(range(len(_TEXTS)))
    random.Random(f"muchomusic {row['question_id']}").shuffle(order)  # noqa: S311 - an order, not a secret
    lists = {key: _list(row.get(key), key) for key in _LISTS}
    tags: dict[str, Any] = {"dataset": row["dataset"]}
    if row.get("genre"):
        tags["genre"] = row["genre"]
    tags |= {key: values for key, values in lists.items() if values}
    aspects = [aspect for key, aspect in _LISTS.items() if lists[key]]
    if aspects:
        tags["aspect"] = aspects
    case = {
        "id": str(row["question_id"]),
        "audio": _audio(row),
        "question": row["question"],
        "choices": [{"text": row[_TEXTS[i]], "kind": KINDS[i]} for i in order],
        "answer": row["correct_answer"],
        "tags": tags,
    }
    facts = {k: v for k, v in rest(row, {*RELEASE.needed, "genre", *_LISTS}).items() if v != ""}
    return {**case, "facts": facts} if facts else case


def _list(text: str | None, column: str) -> list[str]:
    if not text or text.lower() == "nan":
        return []
    try:
        return [str(value) for value in ast.literal_eval(text)]
    except (ValueError, SyntaxError, TypeError):
        raise ImportFailed(f"`{column}` holds {text[:60]!r}; a list such as ['melody'] was expected") from None


def _audio(row: dict[str, Any]) -> str:
    name = str(row["dataset_identifier"]).removesuffix(".json")
    if row["dataset"] == "sdd":
        return f"audio/sdd/audio/{name[-2:].zfill(2)}/{name}.2min.mp3"
    if row["dataset"] == "musiccaps":
        video, _, start = name.rpartition("_")
        if not video or not start.isdigit():
            raise ImportFailed(f"`dataset_identifier` holds {name!r}; YTID_START was expected")
        return f"audio/musiccaps/audio/[{video}]-[{start}-{int(start) + 10}].wav"
    raise ImportFailed(f"the dataset {row['dataset']!r} is neither sdd nor musiccaps")


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """Accuracy in percent over all questions, over those with a knowledge and a reasoning label, and the instruction
    following rate: the share of replies in which an answer could be read."""
    aspect = tables.by_tag(pairs, "aspect")
    read = [v.choice is not None if v.format_kept is None else v.format_kept for _, v in pairs if v.counted]
    return tables.there({
        "All": tables.accuracy(pairs),
        "Knowledge": tables.accuracy(aspect.get("knowledge", ())),
        "Reasoning": tables.accuracy(aspect.get("reasoning", ())),
        "IFR": 100 * sum(read) / len(read) if read else None,
    })  # fmt: skip


EXPORT = "MuChoMusic_predictions.json"


def exported(case: Case, record: Record) -> dict[str, Any]:
    """A row as ``evaluate.py`` reads it: answers in the order shown, ``answer_orders`` saying which each is."""
    assert record.reply is not None
    return {
        "id": case.id,
        "prompt": record.prompt,
        "answers": list(record.choices),
        "answer_orders": [KINDS.index(str(kind)) for kind in record.distractor_types],
        "dataset": case.tags["dataset"][0],
        "genre": case.tags.get("genre", (None,))[0],
        "reasoning": list(case.tags.get("music_reasoning", ())),
        "knowledge": list(case.tags.get("music_knowledge", ())),
        "audio_path": f"data/{str(case.audio[0].file).removeprefix('audio/')}",
        "model_output": record.reply.text,
    }
