"""What several runs say of each item: can it be guessed, does nobody get it, do the scorers disagree on it?

=================  =================================================================================================
``guessable``      every run that was asked without the sound got it right
``unsolved``       no run got it right under ``original``
``solved``         every run did
``disputed``       the suite's deciding scorer and another one judge some reply to it differently
``by_position``    in some run the *place* that was chosen stayed the same under another order, where the option did not
=================  =================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from audiotest.analyse.trials import ORDERS, SOUNDLESS, is_of, own_choice, verdict_of
from audiotest.types import Record

FLAGS = ("guessable", "unsolved", "solved", "disputed", "by_position")


class Item(Struct, frozen=True):
    """One case over several runs: right / asked under ``original`` and without the sound, and its flags."""

    suite: str
    case: str
    question: str
    runs: int
    right: int
    soundless_asked: int
    soundless_right: int
    flags: tuple[str, ...]


def items(runs: Iterable[Sequence[Record]]) -> list[Item]:
    """Every case of ``runs`` (records of each), in the order of the first run that has it."""
    records_of: dict[tuple[str, str], list[list[Record]]] = {}
    for records in runs:
        own: dict[tuple[str, str], list[Record]] = {}
        for record in records:
            own.setdefault((record.suite, record.case), []).append(record)
        for key, rows in own.items():
            records_of.setdefault(key, []).append(rows)
    return [_item(suite, case, rows) for (suite, case), rows in records_of.items()]


def _item(suite: str, case: str, runs: list[list[Record]]) -> Item:
    original = [right for rows in runs for r in rows if r.condition == "original" and (right := _right(r)) is not None]
    soundless = [
        [right for r in rows if is_of(r.condition, SOUNDLESS) and (right := _right(r)) is not None] for rows in runs
    ]
    asked = [all_of for all_of in soundless if all_of]
    flags = {
        "guessable": bool(asked) and all(any(of) for of in asked),
        "unsolved": bool(original) and not any(original),
        "solved": bool(original) and all(original),
        "disputed": any(_disputed(r) for rows in runs for r in rows),
        "by_position": any(_by_position(rows) for rows in runs),
    }
    question = runs[0][0].question
    return Item(suite, case, question, len(original), sum(original), sum(map(len, asked)), sum(map(sum, asked)),
                tuple(name for name in FLAGS if flags[name]))  # fmt: skip


def _right(record: Record) -> bool | None:
    verdict = verdict_of(record)
    return None if verdict is None else verdict.correct


def _disputed(record: Record) -> bool:
    judgements = {v.correct for name, v in record.verdicts.items() if name != "expect" and v.correct is not None}
    return len(judgements) > 1


def _by_position(rows: list[Record]) -> bool:
    first = next((r for r in rows if r.condition == "original"), None)
    before = verdict_of(first) if first is not None else None
    if first is None or before is None or before.choice is None:
        return False
    for record in rows:
        now = verdict_of(record)
        if not is_of(record.condition, ORDERS) or now is None or now.choice is None:
            continue
        if now.choice == before.choice and own_choice(record, now) != own_choice(first, before):
            return True
    return False
