"""What a reader has to know before any figure of a run: the first lines of its summary."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from audiotest.analyse.freshness import age
from audiotest.analyse.summary import marks
from audiotest.analyse.unanswered import faults
from audiotest.registry import SCORERS
from audiotest.report.texts import ENGLISH, text, translated
from audiotest.runs import Run
from audiotest.types import Record

_MOST = 3
"""Revisions of a model that are named."""
Words = Callable[..., str]


def first_lines(run: Run, now: float | None = None, language: str = ENGLISH) -> Iterator[str]:
    """That no reply is whole, how many are from the cache and how old, and which revisions of the model gave them,
    where there are several; nothing where all is well. ``now`` in seconds since 1970; ``language``: that of the
    sentences, of those in ``report/texts``."""
    words = partial(_words, language)
    yield from _lost(run, words)
    yield from _cached(run, time.time() if now is None else now, words)
    served = run.summary.served_by or {}
    if len(served) > 1:
        some = ", ".join(f"{name} ({count})" for name, count in list(served.items())[:_MOST])
        yield words("revisions", n=len(served), some=f"{some}{', ...' if len(served) > _MOST else ''}")


def marked(run: Run, language: str = ENGLISH) -> Iterator[str]:
    """How many replies were cut, and how many verdicts rest on these, are empty, and what else is known of replies; and
    why some have no verdict."""
    words = partial(_words, language)
    yield from (words(mark, n=count) for mark, count in marks(run.records).items())
    yield from (
        words("unjudged", n=count, why=translated(language, why)) for why, count in _unjudged(run.records).items()
    )


def _words(language: str, key: str, **values: object) -> str:
    return text(language, f"note.{key}", **values)


def _unjudged(records: Sequence[Record]) -> Counter[str]:
    """Why replies lack the verdict of the judge that decides, where their condition asks for none: elsewhere the trial
    is skipped, and says so itself."""
    recorded = [record for record in records if record.outcome == "recorded" and record.reply is not None]
    deciding = filter(None, (next(iter(record.verdicts.items()), None) for record in recorded))
    return Counter(
        verdict.evidence
        for name, verdict in deciding
        if verdict.status == "none" and not verdict.counted and name in SCORERS and SCORERS.get(name).needs_assistance
    )


def _lost(run: Run, words: Words) -> Iterator[str]:
    """The run, or those of its suites, of which every reply was cut, empty or filtered."""
    suites: dict[str, list[Record]] = {}
    for record in run.records:
        suites.setdefault(record.suite, []).append(record)
    whole = _all_lost(run.records, words)
    lost = {"": whole} if whole else {f"{name}: ": _all_lost(records, words) for name, records in suites.items()}
    yield from (f"{name}{line}" for name, line in lost.items() if line)


def _all_lost(records: Sequence[Record], words: Words) -> str:
    counts, read, asked = faults(records)
    if not asked or counts.total() < asked:
        return ""
    each = ", ".join(words(f"lost_{name}", n=count) for name, count in counts.items())
    answers = words("lost_read", n=read) if read else ""
    return words("lost", asked=asked, each=each, answers=answers)


def _cached(run: Run, now: float, words: Words) -> Iterator[str]:
    cached = run.summary.cached
    if not cached:
        return
    old = ""
    if cached.oldest is not None and cached.newest is not None:
        oldest, newest = _age(now - cached.oldest, words), _age(now - cached.newest, words)
        key = "cached_age" if oldest == newest else "cached_ages"
        old = words(key, oldest=oldest, newest=newest)
    yield words("cached", n=cached.replies, all=cached.of, old=old)


def _age(seconds: float, words: Words) -> str:
    count, unit = age(seconds).split()
    return words(f"age_{unit}", n=count)
