"""How old a run's replies are, and which revisions of the model gave them.

A reply from the cache was given by the model that stood behind its name then. For weights on disk that is the same
model; behind a URL it may be another one by now, so every summary says how many replies are from the cache and from
when, and which revisions the server named (``details["model"]`` and ``details["system_fingerprint"]`` of a reply).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from audiotest.types import Record


class CachedReplies(Struct):
    """``replies`` of ``of`` came from the cache; ``oldest`` and ``newest`` in seconds since 1970, None: not noted."""

    replies: int
    of: int
    oldest: float | None = None
    newest: float | None = None


def cached_replies(records: Iterable[Record]) -> CachedReplies | None:
    """Those of a run; None where every reply was asked for in it."""
    answered = [record for record in records if record.reply is not None]
    cached = [record for record in answered if record.cached]
    if not cached:
        return None
    times = [record.at for record in cached if record.at is not None]
    return CachedReplies(len(cached), len(answered), min(times, default=None), max(times, default=None))


def served_by(records: Iterable[Record]) -> dict[str, int]:
    """How many replies each revision gave that a server named, the most first; empty where none was named."""
    counts: Counter[str] = Counter()
    for record in records:
        details = record.reply.details if record.reply is not None else {}
        named = [str(details[key]) for key in ("model", "system_fingerprint") if details.get(key)]
        if named:
            counts[" ".join(named)] += 1
    return dict(counts.most_common())


def age(seconds: float) -> str:
    """A length of time in words: ``40 seconds``, ``3 hours``, ``12 days``."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}{'s' if count > 1 else ''}"
    return f"{max(0, int(seconds))} seconds"
