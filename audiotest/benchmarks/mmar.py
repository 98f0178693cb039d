"""MMAR: 1,000 questions over speech, sound, music and their mixtures (arXiv 2505.13032).

Source: ``MMAR-meta.jsonl`` of github.com/ddlBoJack/MMAR at commit 3bce090: a JSON object a line, with ``id``,
``audio_path`` (``./audio/ID.wav``), ``question``, ``choices`` (without letters), ``answer`` (one of them, verbatim),
``modality``, ``category``, ``sub-category``, ``language``, ``source``, ``url``, ``timestamp``, ``thinking``, ``cue``
and
``rubric``. The older ``MMAR-meta.json`` (an array without the last three) is read as well. Audio: the folder that holds
``audio/``, from the hub's ``BoJack/MMAR``. Licence of the data: CC BY-NC 4.0.

Tags: ``modality``, ``category``, ``sub-category``, ``language``, ``source``, by the release's own names. All else
goes to
``facts``. Cases are split by modality.

Met in the release: 4 options are padded with spaces (kept, since the official rule sees them); a language is
missing in 320 rows (no tag); in MMAR-meta.jsonl no answer is missing from its choices.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from audiotest.benchmarks.importing import ImportFailed, need, read_jsonl, write_suite

TAGS = ("modality", "category", "sub-category", "language", "source")
FACTS = ("url", "timestamp", "thinking", "cue", "rubric")
_NEEDED = ("id", "audio_path", "question", "choices", "answer", "modality", "category", "sub-category")


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``mmar`` into ``target``. Raises :class:`ImportFailed` naming the line at fault."""
    rows = _rows(source)
    groups: dict[str, list[dict[str, Any]]] = {}
    seen: dict[str, str] = {}
    for place, row in rows:
        need(row, _NEEDED, place)
        if row["id"] in seen:
            raise ImportFailed(f"{place}: the id {row['id']!r} stands at {seen[row['id']]} as well")
        seen[row["id"]] = place
        groups.setdefault(str(row["modality"]), []).append(_case(row))
    suite = write_suite("mmar", target, groups, _audio_folder(audio))
    lines = [f"{suite.name}: {len(suite.cases)} cases in {len(groups)} files under {target / 'cases'}"]
    if audio is None:
        lines.append("no --audio given: models that listen need it, replayed predictions do not")
    return lines


def _rows(source: Path) -> list[tuple[str, dict[str, Any]]]:
    if source.is_dir():
        found = [source / name for name in ("MMAR-meta.jsonl", "MMAR-meta.json") if (source / name).is_file()]
        if not found:
            raise ImportFailed(f"no MMAR-meta.jsonl in {source}")
        source = found[0]
    if source.suffix != ".json":
        return [(f"{source}:{number}", row) for number, row in read_jsonl(source)]
    try:
        rows = json.loads(source.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ImportFailed(f"cannot read {source}: {error}") from None
    return [(f"{source}[{i}]", row) for i, row in enumerate(rows)]


def _audio_folder(audio: Path | None) -> Path | None:
    """The folder of wav files: ``audio`` itself, or the ``audio`` within it."""
    inner = audio / "audio" if audio is not None else None
    return inner if inner is not None and inner.is_dir() else audio


def _case(row: dict[str, Any]) -> dict[str, Any]:
    case: dict[str, Any] = {
        "id": row["id"],
        "audio": str(row["audio_path"]).removeprefix("./"),
        "question": row["question"],
        "choices": row["choices"],
        "answer": row["answer"],
        "tags": {key: row[key] for key in TAGS if row.get(key) is not None},
    }
    facts = {
        key: row[key] for key in (*FACTS, *sorted(set(row) - {*_NEEDED, *TAGS, *FACTS})) if row.get(key) is not None
    }
    return {**case, "facts": facts} if facts else case
