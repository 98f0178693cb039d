"""What a model answered, apart from what it thought before."""

from __future__ import annotations


def apart(raw: str, end: str) -> tuple[str, str]:
    """(the answer, the thoughts) of a reply whose thoughts close with the tag ``end``; without one all is the answer.

    Thoughts that were opened and never closed are no answer, however much they say of the options: the reply was cut.
    """
    opening = end.replace("</", "<", 1)
    thought, closed, text = raw.rpartition(end) if end else ("", "", raw)
    if not closed and end and raw.lstrip().startswith(opening):
        thought, text = raw, ""
    return text.strip(), thought.rpartition(opening)[2].strip() if opening else thought.strip()
