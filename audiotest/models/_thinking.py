"""What a model answered, apart from what it thought before."""

from __future__ import annotations

_NAMED = {"<unused95>": "<unused94>", "<|channel|>final<|message|>": "<|channel|>analysis<|message|>"}
"""Marks of families whose two have no part in common (MedGemma; gpt-oss)."""


def apart(raw: str, end: str) -> tuple[str, str]:
    """(the answer, the thoughts) of a reply whose thoughts close with the mark ``end``; without one all is the answer.

    ``end`` is a tag of any family: ``</think>``, ``[/THINK]``, ``◁/think▷``, ``<|end_of_thought|>``. Thoughts that were
    opened and never closed are no answer, however much they say of the options: the reply was cut.
    """
    opening = opening_of(end)
    thought, closed, text = raw.rpartition(end) if end else ("", "", raw)
    if not closed and opening and raw.lstrip().startswith(opening):
        thought, text = raw, ""
    return text.strip(), thought.rpartition(opening)[2].strip() if opening else thought.strip()


def opening_of(end: str) -> str:
    """The mark that opens what ``end`` closes; empty for none."""
    if end in _NAMED:
        return _NAMED[end]
    return end.replace("/", "", 1) if "/" in end else end.replace("end_of_", "begin_of_", 1)
