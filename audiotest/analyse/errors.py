"""In which way a reply is wrong.

==========================  ========================================================================================
``refusal``                 it declines to answer
``format failure``          options are named, but none is chosen (or the official rule could not parse the reply)
``wrong language``          no option, and most letters are of a script that the question does not use
``caption``                 no option, but eight words or more: a description instead of an answer
``outside the options``     no option, a short answer of its own: a language hallucination
``auditory hallucination``  a distractor without ground in the audio (kinds ``incorrect_...``, MuChoMusic)
``beside the question``     a distractor that is true of the clip (kind ``correct_but_unrelated``)
``wrong option``            another option, of no known kind
==========================  ========================================================================================

After the error taxonomies of MuChoMusic (arXiv 2408.01337) and MMAR (arXiv 2505.13032).
"""

from __future__ import annotations

import unicodedata
from collections import Counter

from audiotest.analyse.trials import verdict_of
from audiotest.types import Record

_CAPTION_WORDS = 8
_KINDS = {
    "incorrect_but_related": "auditory hallucination",
    "incorrect_and_unrelated": "auditory hallucination",
    "correct_but_unrelated": "beside the question",
}


def category(record: Record) -> str | None:
    """The category of a wrong reply; None for a right one, or one that nobody judged."""
    verdict = verdict_of(record)
    if verdict is None or verdict.correct is None or verdict.correct:
        return None
    if verdict.status == "refused":
        return "refusal"
    if verdict.choice is not None and verdict.choice in record.right_places:
        return "format failure"  # only a benchmark's own rule could not read it
    if verdict.choice is not None:
        kind = record.distractor_types[verdict.choice] if verdict.choice < len(record.distractor_types) else None
        return _KINDS.get(kind or "", "wrong option")
    if verdict.status in ("ambiguous", "unparsed"):
        return "format failure"
    text = record.reply.text if record.reply is not None else ""
    if not text.strip():
        return "format failure"
    asked = f"{record.question} {' '.join(record.choices)}"
    if _script(text) not in (None, _script(asked)) and _script(text) not in _scripts(asked):
        return "wrong language"
    return "caption" if len(text.split()) >= _CAPTION_WORDS else "outside the options"


def _scripts(text: str) -> Counter[str]:
    return Counter(unicodedata.name(sign, "?").split()[0] for sign in text[:2000] if sign.isalpha())


def _script(text: str) -> str | None:
    counts = _scripts(text)
    return counts.most_common(1)[0][0] if counts else None
