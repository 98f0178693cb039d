"""Numbers of things in a sentence: ``1 trial``, ``1,200 trials``. Texts of pages have forms of their own
(``report/texts``)."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """``number`` with the word that goes with it; ``many`` where an ``s`` at the end of ``one`` does not make it.

    >>> counted(1, "trial"), counted(1200, "trial"), counted(0, "reply is", "replies are")
    ('1 trial', '1,200 trials', '0 replies are')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def outcome_count(outcome: str, number: int) -> str:
    """``12 failed``, ``1 error``, ``12 errors``."""
    return counted(number, "error") if outcome == "error" else f"{number:,} {outcome}"
