"""The text of a failed trial: all that a person needs to see what was wrong, without opening a file."""

from __future__ import annotations

import textwrap

from audiotest import inert
from audiotest.declare.prompt import named
from audiotest.declare.trial import Trial
from audiotest.errors import AudiotestError
from audiotest.grade.assistants import AssistantFailed
from audiotest.types import Record

_WIDTH = 100
_REPLY_LIMIT = 2000


def error_text(raised: BaseException, failed: Exception | None, trial: Trial) -> str:
    """The sentence of an error that stands in the place of a trial's reply (``failed``) or of its verdict, with the
    case's place: a sound that cannot be read, a server that refuses. A traceback would show nothing but audiotest. ""
    for any other error."""
    if not isinstance(raised, AudiotestError) or not (raised is failed or isinstance(raised, AssistantFailed)):
        return ""
    return "\n".join([str(raised), *_field("case", f"{trial.case.file}:{trial.case.line}")])


def failure_text(record: Record, trial: Trial) -> str:
    """Reason, question, choices with the expected and the chosen one marked, reply, sound and condition."""
    verdict = next(iter(record.verdicts.values()), None)
    chosen = verdict.choice if verdict is not None else None
    lines = [f"{record.condition}: {record.reason}", *_field("question", record.question)]
    for i, choice in enumerate(map(record.option, range(len(record.choices)))):
        notes = [note for note, here in (("expected", record.right_places), ("chosen", (chosen,))) if i in here]
        mark = f"   <- {' and '.join(notes)}" if notes else ""
        label = named(record.choices, i, record.labels)
        lines.append(f"    {choice if label == record.choices[i] else f'{label} {choice}'}{mark}")
    if not record.choices and record.answer is not None:
        lines += _field("expected", " or ".join(record.expected))
    for reference in trial.case.reference[:3]:
        lines += _field("reference", reference)
    reply_text = record.reply.text if record.reply is not None else ""
    shown = (
        reply_text
        if len(reply_text) <= _REPLY_LIMIT
        else f"{reply_text[:_REPLY_LIMIT]}... ({len(reply_text):,} characters in all)"
    )
    lines += _field("reply", shown or "(empty)")
    for name, one in record.verdicts.items():
        word = {True: "right", False: "wrong", None: "-"}[one.correct]
        basis = f", from {one.evidence[:200]!r}" if one.evidence else ""
        basis += f", by the rule {one.details['rule']!r}" if one.details.get("rule") else ""
        lines += _field(name, f"{word} ({one.status}){basis}")
    lines += _field("sound", sound_of(trial))
    lines += _field("case", f"{trial.case.file}:{trial.case.line}")
    return inert.text("\n".join(lines))


def sound_of(trial: Trial) -> str:
    """The sounds of the case and its options in a line: files, or that they are synthesised."""
    named = []
    for clip in trial.case.clips:
        cut = f" [{clip.start or 0:g} s to {f'{clip.end:g} s' if clip.end is not None else 'its end'}]"
        text = str(trial.suite.folder / clip.file) if clip.file else str(clip.embedded or "synthesised")
        named.append(text + (cut if clip.start is not None or clip.end is not None else ""))
    return ", ".join(named) or "none"


def _field(name: str, text: str) -> list[str]:
    head = f"  {name:<10}"
    body = [piece for line in text.splitlines() for piece in textwrap.wrap(line, _WIDTH - len(head)) or [""]] or [""]
    return [head + body[0], *(" " * len(head) + line for line in body[1:])]


def make_inert(shown: object) -> None:
    """Make the texts of a traceback of pytest's only texts: an error may quote what a server or a file said."""
    for traceback, crash, _ in getattr(shown, "chain", ()):
        for entry in traceback.reprentries:
            entry.lines = [inert.text(line) for line in entry.lines]
        if crash is not None:
            crash.message = inert.line(crash.message)
