"""From a run to its HTML file: the data that the page needs, with what models wrote made harmless."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec

from audiotest.analyse.profile import LABELS, labels
from audiotest.analyse.trials import Trials, verdict_of, without_sound
from audiotest.analyse.unanswered import fault
from audiotest.baseline import regressed
from audiotest.benchmarks.tables import Table
from audiotest.counting import counted
from audiotest.registry import METRICS
from audiotest.report.first_lines import first_lines, marked
from audiotest.report.headline import headline, title_of
from audiotest.report.html.confusion import confusions
from audiotest.report.html.players import Player, players_of, sound_key
from audiotest.report.html.provenance import again, made_by
from audiotest.report.leading import is_share, leading_metrics
from audiotest.report.official import cases_of, differing, official_and_careful, official_tables, suites_with_tables
from audiotest.report.texts import ENGLISH, languages, shown_texts, texts, translated
from audiotest.runs import Run
from audiotest.types import Record

_SCRIPTS = (
    "texts.js", "player.js", "picture.js", "page.js", "charts.js", "overview.js", "items.js", "item.js", "notes.js",
    "listening.js", "address.js",
)  # fmt: skip
"""In the order in which they are read: each uses what stands in those before it, the last one starts the page."""


def page(
    run: Run, audio: Mapping[str, list[Player]] | None = None, title: str = "", notes: Sequence[str] = (),
    language: str = ENGLISH, home: str = "",
) -> str:  # fmt: skip
    """The whole page. ``audio`` maps :func:`sound_key` to the players of a trial's clips; ``title`` heads it, ``notes``
    are sentences about the run as a whole; ``language`` is the one that it is first shown in, ``home`` the address of a
    list of runs."""
    records, summary, model = run.records, run.summary, run.summary.model
    tables = [
        t
        for suite in suites_with_tables(records)
        for t in official_tables(suite, records, model, cases=cases_of(run, suite))
    ]
    data = {
        "title": title or title_of(run),
        "home": home,
        "verdict": {name: msgspec.to_builtins(headline(run, name)) for name in languages()},
        "when": (summary.finished or "").replace("T", " ").replace("+00:00", " UTC"),
        "made": made_by(summary),
        "rerun": shlex.join(again(summary)),
        "summary": {"suites": msgspec.to_builtins(summary.suites)},
        "notes": {
            name: [*(translated(name, note) for note in notes), *first_lines(run, language=name), *marked(run, name)]
            for name in languages()
        },
        "chance": _chance(records),
        "soundless": sorted({r.condition for r in records if without_sound(r.condition)}),
        "labels": LABELS,
        "published": [_published(table) for table in tables],
        "confusion": confusions(records),
        "deciding": {record.suite: next(iter(record.verdicts)) for record in reversed(records) if record.verdicts},
        "differing": _differing(records),
        "leading": leading_metrics(records),
        "figures": {name: is_share(name) for name in METRICS.names() if METRICS.get(name).on_screen},
        "trials": _columns(records),
        "audio": msgspec.to_builtins(dict(audio or {})),
    }
    here = files("audiotest.report.html")
    return filled(here / "page.html", [here / name for name in _SCRIPTS], data, language)


def filled(
    template: Traversable, scripts: Iterable[Traversable], data: Mapping[str, Any], language: str = ENGLISH
) -> str:
    """The page of ``template`` with the reports' style, their texts, its ``scripts`` one after the other, and its
    ``data``; first shown in ``language``. Raises :class:`~audiotest.registry.UnknownName` for one without texts."""
    texts(language)
    style = files("audiotest.report.html") / "page.css"
    text = template.read_text(encoding="utf-8")
    for name, filling in (
        ("lang", language),
        ("css", style.read_text(encoding="utf-8")),
        ("texts", as_data(shown_texts(*languages()))),
        ("js", "".join(script.read_text(encoding="utf-8") for script in scripts)),
        ("data", as_data(data)),
    ):
        before, _, after = text.partition(f"{{{{ {name} }}}}")
        text = before + filling + after
    return text


def write(
    run: Run, target: Path, *, embed: float = 20, link: float = 500, title: str = "", language: str = ENGLISH
) -> str:
    """Write the page to ``target``, with ``embed`` megabytes of sound in it and up to ``link`` more in a folder beside
    it; ``title`` heads it in the place of the model and the suites. Returns a line that says what was written; raises
    OSError, and :class:`~audiotest.registry.UnknownName` for a ``language`` without texts."""
    from audiotest.report.html.playback import Hearing

    texts(language)
    target.parent.mkdir(parents=True, exist_ok=True)
    heard = Hearing.of(run)
    named = Run([heard.named(record) for record in run.records], run.summary, root=run.root, suites=run.suites)
    players, left = players_of(named.records, heard, target, embed=embed, link=link)
    target.write_text(page(named, players, title, language=language), encoding="utf-8")
    size = f"{target.stat().st_size / 1e6:,.1f} MB"
    line = (
        f"{target}: {counted(len(run.records), 'trial')}, {counted(sum(map(bool, players.values())), 'sound')}, {size}"
    )
    if left:
        line += f"; {counted(left, 'sound was', 'sounds were')} left out, those of trials that went right first "
        line += "(--audio-mb, --linked-mb)"
    return line + heard.lost_sounds()


def as_data(value: object) -> str:
    """``value`` as JSON for a script element."""
    return harmless(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))


def harmless(data: str) -> str:
    """JSON that can stand in a script element, whatever its strings hold: no character can end the element."""
    escapes = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    return data.translate({ord(character): text for character, text in escapes.items()})


def _published(table: Table) -> dict[str, Any]:
    """A table with what the page shows of each row besides its figures: whether it is of the whole, and of how many."""
    rows = [{**msgspec.to_builtins(row), "whole": row.whole, "count": row.count} for row in table.rows]
    return {**msgspec.to_builtins(table), "rows": rows}


def _columns(records: Sequence[Record]) -> dict[str, list[Any]]:
    """The trials by column, which takes a third of the space of a list of objects."""
    columns: dict[str, list[Any]] = {
        name: []
        for name in ("suite", "case", "condition", "nodeid", "outcome", "question", "choices", "answer",
                     "answer_index", "rights", "choice", "correct", "basis", "aligned", "reference", "labels", "reply",
                     "reason", "verdicts", "tags", "sound", "sounds", "label", "regressed", "incomplete", "issue")
    }  # fmt: skip
    label_of = _labels(records)
    for record in records:
        verdict = verdict_of(record)
        row = {
            "suite": record.suite,
            "case": record.case,
            "condition": record.condition,
            "nodeid": record.nodeid,
            "outcome": record.outcome,
            "question": record.question,
            "choices": list(map(record.option, range(len(record.choices)))),
            "answer": " / ".join(record.expected) or None,
            "answer_index": record.answer_index,
            "rights": list(record.right_places),
            "choice": verdict.choice if verdict is not None else None,
            "correct": verdict.correct if verdict is not None else None,
            "basis": _basis(record),
            "aligned": _aligned(record),
            "reference": list(record.reference),
            "labels": list(record.labels),
            "reply": record.reply.text if record.reply is not None else None,
            "reason": record.reason,
            "verdicts": _verdicts(record),
            "tags": [f"{tag}: {value}" for tag, values in record.tags.items() for value in values],
            "sound": sound_key(record),
            "sounds": [record.option(i) for i, name in enumerate(record.choice_sounds) if name],
            "label": label_of.get((record.suite, record.case), ""),
            "regressed": regressed(record),
            "incomplete": bool(fault(record)),
            "issue": record.known_issue,
        }
        for name, column in columns.items():
            column.append(row[name])
    return columns


def _labels(records: Iterable[Record]) -> dict[tuple[str, str], str]:
    """The label of the listening profile of every item that has one, by suite and case."""
    suites: dict[str, list[Record]] = {}
    for record in records:
        suites.setdefault(record.suite, []).append(record)
    return {(name, case): label for name, rows in suites.items() for case, label in labels(Trials(rows)).items()}


def _chance(records: Iterable[Record]) -> dict[str, dict[str, float]]:
    """The accuracy of blind guessing by suite and condition: the mean of k/n over the trials with k right ones of n
    options."""
    shares: dict[str, dict[str, list[float]]] = {}
    for record in records:
        if record.choices:
            shares.setdefault(record.suite, {}).setdefault(record.condition, []).append(record.chance)
    return {name: {c: sum(s) / len(s) for c, s in conditions.items()} for name, conditions in shares.items()}


def _basis(record: Record) -> str:
    """By which rule of the robust parser the choice was read, and from which words; "" where no rule is named."""
    for verdict in record.verdicts.values():
        if rule := verdict.details.get("rule"):
            return f"rule: {rule}" + (f", from “{verdict.evidence[:200]}”" if verdict.evidence else "")
    return ""


def _aligned(record: Record) -> list[list[str]]:
    """A transcript beside its reference, as the first scorer that aligns has it: [type, words of the reference, words
    of the reply] of each piece; empty for what is no transcript."""
    for verdict in record.verdicts.values():
        chunks, texts = verdict.details.get("alignment"), [verdict.details.get(k) for k in ("reference", "hypothesis")]
        if isinstance(chunks, list) and all(isinstance(text, str) for text in texts) and verdict.details.get("unit"):
            space = " " if verdict.details["unit"] == "word" else ""
            spoken, heard = ([*text] if not space else text.split() for text in map(str, texts))
            return [[str(kind), space.join(spoken[a:b]), space.join(heard[c:d])] for kind, a, b, c, d in chunks]
    return []


def _verdicts(record: Record) -> dict[str, Any]:
    """What each scorer says, where there are several to tell apart."""
    if len(record.verdicts) < 2:
        return {}
    return {n: {"correct": v.correct, "status": v.status, "score": v.score} for n, v in record.verdicts.items()}


def _differing(records: Sequence[Record]) -> dict[str, dict[str, int]]:
    """By suite: on how many replies a benchmark's own rule and the parser `choice` differ, and who is right alone."""
    counts_of: dict[str, dict[str, int]] = {}
    for record in records:
        if official_and_careful(record) is not None:
            counts_of.setdefault(record.suite, {"n": 0, "official": 0, "careful": 0})
    for one in differing(records):
        counts = counts_of[one.record.suite]
        counts["n"] += 1
        counts["official" if one.official.correct else "careful"] += 1
    return counts_of
