"""Which part of a reply is the answer.

Thinking is cut away (``<think>...</think>`` and the like, and one that is never closed), a tagged answer is taken out of
its tag (``<answer>B</answer>``, ``\\boxed{B}``, ``[[B]]``, ``{"answer": "B"}``), and of a very long reply only the end is
read: that is where answers stand.
"""

from __future__ import annotations

import re

from audiotest.score.answer_extraction.normalise import clean

LONGEST = 20_000
"""Characters that are read; of a longer reply, its end."""

_THINKING = re.compile(r"</(?:think|thinking|thought|reasoning|analysis|seg:think|scratchpad)>", re.IGNORECASE)
_OPENING = re.compile(r"<(?:think|thinking|thought|reasoning|analysis|scratchpad)>", re.IGNORECASE)
_TAGGED = (
    re.compile(r"<(?:final_?answer|answer|response|choice|option|ans)>\s*(.*?)\s*(?:</|$)", re.IGNORECASE | re.DOTALL),
    re.compile(r"\\boxed\{\s*(?:\\text(?:bf|rm)?\{)?\s*([^{}]*?)\s*\}"),
    re.compile(r"\[\[\s*([^\[\]]+?)\s*\]\]"),
    re.compile(r"""["'](?:final[_ ])?(?:answer|choice|option|prediction|response|selected_?option|label)["']\s*:\s*
                   (?:"([^"]*)"|'([^']*)'|(\w+))""", re.IGNORECASE | re.VERBOSE),
    re.compile(r"<\|?(?:begin_of_)?answer\|?>\s*(.*?)\s*(?:<\||$)", re.IGNORECASE | re.DOTALL),
)  # fmt: skip
_MARKUP = re.compile(r"</?[a-zA-Z_|]{2,20}\|?>")
_SHORT_MARKUP = re.compile(r"</?[biupBIUP]>")


def answer_region(output: str) -> tuple[str, bool]:
    """(the text to read, whether it came out of an answer tag); the text is cleaned, see :func:`fold.clean`."""
    output = output[-4 * LONGEST :]
    after = _THINKING.split(output)[-1]
    if after.strip():
        output = after
    before, *unclosed = _OPENING.split(output)
    if unclosed and before.strip():
        output = before  # the answer came first, and a thought follows that is never closed
    for pattern in _TAGGED:
        found = [next((g for g in m.groups() if g is not None), "") for m in pattern.finditer(output)]
        found = [text for text in found if text.strip()]
        if found:
            return _plain(found[-1]), True
    if unclosed and not before.strip() and not _THINKING.search(output):
        return "", False  # cut while it was thinking: whatever that weighs is no answer yet
    return _plain(output), False


def _plain(text: str) -> str:
    """Without markup; ``<b>`` is a tag where one is closed, and an option's letter elsewhere."""
    if "</" in text:
        text = _SHORT_MARKUP.sub(" ", text)
    return clean(_MARKUP.sub(" ", text))[-LONGEST:]
