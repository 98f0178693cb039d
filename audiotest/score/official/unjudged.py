"""Verdicts for what an official script cannot judge: questions without an answer, input on which it stops."""

from __future__ import annotations

from audiotest.types import Verdict


def without_answer(rule: str) -> Verdict:
    """The verdict where the question has no right option: neither right nor wrong, and not counted."""
    return Verdict(
        correct=None,
        status="none",
        counted=False,
        evidence=f"{rule} needs the text of the right option, and this question has none.",
    )


def crashed(error: str, *, counted: bool = True, choice: int | None = None) -> Verdict:
    """The verdict where the script would have ended with ``error`` and so given no figure at all.

    The reply gets no credit; ``details["official_error"]`` names what the script dies of. ``choice`` is what
    had been read before.
    """
    return Verdict(
        correct=False,
        choice=choice,
        status="unparsed" if choice is None else "read",
        format_kept=None if choice is None else True,
        counted=counted,
        evidence=f"the official script stops here: {error}",
        details={"official_error": error},
    )
