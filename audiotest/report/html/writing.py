"""From a run to its HTML file: the data that the page needs, with what models wrote made harmless."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from audiotest.analyse.profile import DEFINITION
from audiotest.analyse.trials import verdict_of
from audiotest.report.official import official_tables, suites_with_tables
from audiotest.words import Record, Waveform

_MOST_CLASSES = 20


def page(records: Sequence[Record], summary: Mapping[str, Any], audio: Mapping[str, list[str]] | None = None) -> str:
    """The whole page. ``audio`` maps :func:`sound_key` to the sources of players."""
    model = str(summary.get("model", ""))
    tables = [t for suite in suites_with_tables(records) for t in official_tables(suite, records, model)]
    data = {
        "model": model,
        "spec": str(summary.get("model_spec") or model),
        "when": str(summary.get("finished") or ""),
        "summary": {"suites": summary.get("suites", {})},
        "definition": " ".join(DEFINITION),
        "published": msgspec.to_builtins(tables),
        "confusion": _confusions(records),
        "trials": _columns(records),
        "audio": dict(audio or {}),
    }
    here = files("audiotest.report.html")
    made = (here / "page.html").read_text(encoding="utf-8")
    for name, text in (
        ("css", (here / "page.css").read_text(encoding="utf-8")),
        ("js", (here / "page.js").read_text(encoding="utf-8")),
        ("data", harmless(json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str))),
    ):
        before, _, after = made.partition(f"{{{{ {name} }}}}")
        made = before + text + after
    return made


def write(
    records: Sequence[Record], summary: Mapping[str, Any], target: Path, *, root: Path, megabytes: float = 20
) -> str:
    """Write the page to ``target``, and the sounds that are not embedded into a folder beside it. ``root`` is what the
    node ids are relative to. Returns a line that tells what was written; raises OSError."""
    from audiotest.report.html.hearing import hearing

    target.parent.mkdir(parents=True, exist_ok=True)
    heard = hearing(int(summary.get("seed") or 0), root)
    audio = sounds_of(records, heard, target, embed_megabytes=megabytes)
    target.write_text(page(records, summary, audio), encoding="utf-8")
    return f"{target}: {len(records)} trials, {len(audio)} sounds, {target.stat().st_size / 1e6:,.1f} MB"


def harmless(data: str) -> str:
    """JSON that can stand in a script element, whatever its strings hold: no sign can end the element."""
    signs = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    return "".join(signs.get(sign, sign) for sign in data) if any(sign in data for sign in signs) else data


def sound_key(record: Record) -> str:
    """What the players of a trial go by: trials with the same sound share it."""
    return record.hashes.get("sound") or ""


def _columns(records: Iterable[Record]) -> dict[str, list[Any]]:
    """The trials by column, which takes a third of the space of a list of objects."""
    columns: dict[str, list[Any]] = {
        name: []
        for name in ("suite", "case", "condition", "nodeid", "outcome", "question", "choices", "answer", "answer_index",
                     "choice", "reply", "reason", "tags", "sound")
    }  # fmt: skip
    for record in records:
        verdict = verdict_of(record)
        row = {
            "suite": record.suite,
            "case": record.case,
            "condition": record.condition,
            "nodeid": record.nodeid,
            "outcome": record.outcome,
            "question": record.question,
            "choices": list(record.choices),
            "answer": record.answer,
            "answer_index": record.answer_index,
            "choice": verdict.choice if verdict is not None else None,
            "reply": record.reply.text if record.reply is not None else None,
            "reason": record.reason,
            "tags": [f"{tag}: {value}" for tag, values in record.tags.items() for value in values],
            "sound": sound_key(record),
        }
        for name, column in columns.items():
            column.append(row[name])
    return columns


def _confusions(records: Iterable[Record]) -> dict[str, Any]:
    """For suites whose questions all have the same options: how often each was chosen for each."""
    by_suite: dict[str, list[Record]] = {}
    for record in records:
        if record.condition == "original" and record.choices:
            by_suite.setdefault(record.suite, []).append(record)
    found = {}
    for suite, rows in by_suite.items():
        labels = sorted(rows[0].choices)
        if not 2 < len(labels) <= _MOST_CLASSES or any(sorted(r.choices) != labels for r in rows):
            continue
        counts = [[0] * len(labels) for _ in labels]
        for record in rows:
            verdict = verdict_of(record)
            if record.answer in labels and verdict is not None and verdict.choice is not None:
                counts[labels.index(record.answer)][labels.index(record.choices[verdict.choice])] += 1
        found[suite] = {"labels": labels, "counts": counts}
    return found


def sounds_of(records: Iterable[Record], heard: Any, target: Path, *, embed_megabytes: float) -> dict[str, list[str]]:
    """Sources for the players by :func:`sound_key`: data URLs until ``embed_megabytes`` are used, then files beside
    the page. ``heard(record)`` gives the waveforms of a trial, and may raise what decoding raises: such a clip is
    left out."""
    found: dict[str, list[str]] = {}
    used = 0.0
    folder = target.with_name(f"{target.stem}-audio")
    for record in records:
        key = sound_key(record)
        if not key or key in found:
            continue
        try:
            clips = [_flac(sound) for sound in heard(record)]
        except (OSError, ValueError, LookupError, RuntimeError):
            continue
        found[key] = []
        for i, data in enumerate(clips):
            used += len(data) * 4 / 3 / 1e6
            if used <= embed_megabytes:
                found[key].append(f"data:audio/flac;base64,{base64.b64encode(data).decode()}")
            else:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{key}-{i}.flac").write_bytes(data)
                found[key].append(f"{folder.name}/{key}-{i}.flac")
    return found


def _flac(sound: Waveform) -> bytes:
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, sound.samples.clip(-1, 1), sound.rate, format="FLAC", subtype="PCM_16")
    return out.getvalue()
