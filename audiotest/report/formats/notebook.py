"""What a notebook shows of a run, a summary or a record: small tables, and players for what was heard."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from audiotest.analyse.summary import Summary
from audiotest.counting import counted
from audiotest.runs import Run
from audiotest.types import Estimate, Record, Waveform


def write(run: Run, target: Path) -> str:
    """Write what a notebook shows of ``run``. Returns a line that says what was written; raises OSError."""
    target.write_text(shows(run), encoding="utf-8")
    return f"{target}: {counted(len(run.records), 'trial')}"


def shows(thing: Run | Summary | Record, records: Iterable[Record] | None = None) -> str:
    """``thing`` as HTML. With ``records``, these records of a run, each with a player for its sound."""
    if isinstance(thing, Record):
        return _record(thing, _clips(Run([thing], Summary(model="")), thing))
    if isinstance(thing, Summary):
        return _summary(thing)
    if records is not None:
        return "".join(_record(record, _clips(thing, record)) for record in records) or "<p>No trials.</p>"
    wrong = len(thing.failures)
    stopped = f", stopped early: {_text(thing.summary.stopped)}" if thing.partial else ""
    return (
        _summary(thing.summary)
        + f"<p>{counted(len(thing.records), 'trial')}, {wrong} of them failed or broke{stopped}.</p>"
    )


def _summary(summary: Summary) -> str:
    rows = [
        (name, condition, *_figure(row.metrics.get("accuracy")), _share(row.metrics.get("listening_gap")))
        for name, suite in summary.suites.items()
        for condition, row in suite.conditions.items()
    ]
    heads = ("suite", "condition", "n", "accuracy", "95% CI", "listening gap")
    gates = [
        (name, gate.name, {True: "passed", False: "failed", None: "not judged"}[gate.passed], gate.reason)
        for name, suite in summary.suites.items()
        for gate in suite.gates
    ]
    title = f"<p><b>{_text(summary.model)}</b></p>" if summary.model else ""
    return title + _table(heads, rows) + (_table(("suite", "gate", "", "why"), gates) if gates else "")


def _record(record: Record, clips: Sequence[Waveform]) -> str:
    verdict = next(iter(record.verdicts.values()), None)
    chosen = verdict.choice if verdict is not None else None
    marks = dict.fromkeys(record.right_places, "expected")
    if chosen is not None:
        marks[chosen] = "expected and chosen" if chosen in marks else "chosen"
    choices = "".join(
        f"<li>{_text(choice)}{f' <i>({marks[i]})</i>' if i in marks else ''}</li>"
        for i, choice in enumerate(map(record.option, range(len(record.choices))))
    )
    reply = _text(record.reply.text) if record.reply is not None else "<i>none</i>"
    reason = f" ({_text(record.reason)})" if record.reason else ""
    return (
        f"<div><p><b>{_text(record.case)}</b>, {_text(record.condition)}: {_text(record.outcome)}{reason}</p>"
        f"{''.join(map(_player, clips))}<p>{_text(record.question)}</p><ol type='A'>{choices}</ol>"
        f"<p>Reply: {reply}</p></div>"
    )


def _clips(run: Run, record: Record) -> Sequence[Waveform]:
    from audiotest.report.html.playback import Hearing

    try:
        return Hearing.of(run)(record)
    except (LookupError, OSError, ValueError, RuntimeError):  # moved, or made elsewhere: the text is there all the same
        return ()


def _player(sound: Waveform) -> str:
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, sound.samples.clip(-1, 1), sound.rate, format="WAV", subtype="PCM_16")
    data = base64.b64encode(out.getvalue()).decode()
    return f"<audio controls preload='none' src='data:audio/wav;base64,{data}'></audio>"


def _figure(estimate: Estimate | None) -> Iterator[str]:
    if estimate is None or estimate.value is None:
        yield from ("0", "-", "-")
        return
    yield str(estimate.n)
    yield f"{100 * estimate.value:.1f}%"
    ends = (estimate.low, estimate.high)
    yield "-" if None in ends else " to ".join(f"{100 * (end or 0):.1f}" for end in ends)


def _share(estimate: Estimate | None) -> str:
    return "" if estimate is None or estimate.value is None else f"{100 * estimate.value:+.1f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f"<th>{_text(one)}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(text: object) -> str:
    return html.escape(str(text))
