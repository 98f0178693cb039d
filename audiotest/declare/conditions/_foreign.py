"""Which other case of a suite asks something that has nothing to do with this one."""

from __future__ import annotations

from collections.abc import Iterator

from audiotest.declare.conditions.view import NotApplicable
from audiotest.types import Case


def unlike(case: Case, others: Iterator[Case], by: str | None, condition: str) -> Iterator[Case]:
    """Those of ``others`` with another question and no choice in common with ``case``; with ``by``, another value of
    that tag as well.

    Raises :class:`NotApplicable` for a case without the tag.
    """
    own = case.tags.get(by, ()) if by is not None else ()
    if by is not None and not own:
        raise NotApplicable(f"{condition} distinguishes questions by the tag {by}, which this case does not have")
    choices = {_plain(choice) for choice in case.choices}
    for other in others:
        if by is not None and (not other.tags.get(by) or set(own) & set(other.tags[by])):
            continue
        if _plain(other.question) != _plain(case.question) and not choices & {_plain(c) for c in other.choices}:
            yield other


def none_left(condition: str, by: str | None) -> NotApplicable:
    """What to say when there is no such case."""
    tagged = f", and another {by}" if by is not None else ""
    return NotApplicable(f"{condition} needs another case, with another question, wholly other choices{tagged}")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(" .?!")
