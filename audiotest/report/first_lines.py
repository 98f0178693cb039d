"""What a reader has to know before any figure of a run: the first lines of its summary."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from audiotest.analyse.freshness import age
from audiotest.analyse.summary import marks
from audiotest.analyse.unanswered import faults
from audiotest.registry import SCORERS
from audiotest.runs import Run
from audiotest.types import Record

_FAULTS = {"cut": "truncated at max_new_tokens", "empty": "empty", "filtered": "removed by a content filter"}
_MARKS = {
    "cut_at_max_tokens": "were truncated at max_new_tokens (under `generation` in the suite)",
    "read_though_cut": "of these had concluded before the cut: their verdicts rest on that part",
    "empty": "are empty",
    "looped": "repeat a phrase over and over, which the reference does not",
    "sound_cut": "were given to a sound that is longer than the model hears",
    "script_stopped": "get no credit since the benchmark's own script would stop there with an error",
    "sound_silent": "were given to a sound that is silent",
    "sound_short": "were given to a sound of less than 0.1 s",
    "sound_clipped": "were given to a sound that is clipped",
    "sound_over_full_scale": "were given to a sound far over full scale (integers stored as floats?)",
    "sound_cancelled_in_mix": "were given to a sound whose channels cancel each other out when they are mixed",
    "sound_quieter_in_mix": "were given to a sound that is more than 12 dB quieter once its channels are mixed",
    "sound_channel_lost": "were given to a sound of which a channel is nearly lost when they are mixed",
    "sound_lost_in_resampling": "were given to a sound that is mostly above the band that the model hears",
}
_MOST = 3
"""Revisions of a model that are named."""


def first_lines(run: Run, now: float | None = None) -> Iterator[str]:
    """That no reply is whole, how many are from the cache and how old, and which revisions of the model gave them,
    where there are several; nothing where all is well. ``now`` in seconds since 1970."""
    yield from _lost(run)
    yield from _cached(run, time.time() if now is None else now)
    served = run.summary.served_by or {}
    if len(served) > 1:
        some = ", ".join(f"{name} ({count})" for name, count in list(served.items())[:_MOST])
        yield f"the replies are of {len(served)} revisions of the model: {some}{', ...' if len(served) > _MOST else ''}"


def marked(run: Run) -> Iterator[str]:
    """How many replies were cut, and how many verdicts rest on these, are empty, and what else is known of replies; and
    why some have no verdict."""
    yield from (f"{count} replies {_MARKS[mark]}" for mark, count in marks(run.records).items())
    yield from (f"{count} replies are not judged: {why}" for why, count in _unjudged(run.records).items())


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


def _lost(run: Run) -> Iterator[str]:
    """The run, or those of its suites, of which every reply was cut, empty or filtered."""
    suites: dict[str, list[Record]] = {}
    for record in run.records:
        suites.setdefault(record.suite, []).append(record)
    whole = _all_lost(run.records)
    lost = {"": whole} if whole else {f"{name}: ": _all_lost(records) for name, records in suites.items()}
    yield from (f"{name}{text}" for name, text in lost.items() if text)


def _all_lost(records: Sequence[Record]) -> str:
    counts, read, asked = faults(records)
    if not asked or counts.total() < asked:
        return ""
    each = ", ".join(f"{count} {_FAULTS[name]}" for name, count in counts.items())
    answers = f"; {read} of them had answered before the cut" if read else ""
    return f"none of {asked} replies is whole: {each}{answers}. The figures below say little of the model"


def _cached(run: Run, now: float) -> Iterator[str]:
    cached = run.summary.cached
    if not cached:
        return
    old = ""
    if cached.oldest is not None and cached.newest is not None:
        oldest, newest = age(now - cached.oldest), age(now - cached.newest)
        old = f", {oldest} old" if oldest == newest else f", {newest} to {oldest} old"
    yield f"{cached.replies} of {cached.of} replies came from the cache{old} (--refresh asks again)"
