"""VoiceBench's own verdict on a reply to Big Bench Hard: yes or no, (A) or (B), by phrases, and drawn where none fits.

Goal
    The figure that the benchmark's script gives for its set ``bbh``: sports understanding, hyperbaton, navigate and web
    of lies.

Rule
    1. The item's ``id`` (among its facts) says which of the four tasks it is.
    2. The reply in lower case, without most punctuation, is searched for the script's phrases of that task, one after
       the other; the first that is there decides (:mod:`audiotest.score.official.voicebench_bbh`).
    3. Otherwise the script draws one of the two at random, without a seed. Here it is drawn from the question and the
       reply, so that the same reply has the same verdict everywhere; the expected figure is the script's.

Source
    ``src/evaluator/bbh.py`` of MatthewCYM/VoiceBench, commit 5338154 (Chen et al., arXiv 2410.17196).

Verdict
    ``status`` is ``unparsed`` where the answer was drawn, with ``details["drawn"]``.

Known defects
    A reply in which nothing can be read is right in half of the cases. Of hyperbaton, the reply ``b`` is read as (a);
    of sports, "the sentence ... is not plausible" is a yes where another phrase did not come first; whatever begins
    with "no" or "not" is a no, such as "Now, the answer: yes".
"""

from __future__ import annotations

import hashlib

from audiotest.score.official import voicebench_bbh
from audiotest.score.official.unjudged import crashed, without_answer
from audiotest.types import Question, Verdict

OPEN_QUESTIONS = False
ONE_ANSWER = True
_SECOND = {"no": False, "(a)": False, "a": False, "yes": True, "(b)": True, "b": True}


def score(question: Question, output: str) -> Verdict:
    """What VoiceBench's script says of ``output``; takes no options and never raises."""
    wanted = _SECOND.get((question.answer or "").strip().lower())
    if wanted is None:
        return without_answer("voicebench_bbh")
    if not isinstance(output, str):
        return crashed(f"AttributeError: a reply of type {type(output).__name__} has no lower()")
    task = voicebench_bbh.task(str(question.metadata.get("id", "")))
    if task is None:
        return crashed(f"NotImplementedError: the id names none of {', '.join(voicebench_bbh.TASKS)}")
    read = voicebench_bbh.second(output, task)
    second = _drawn(question, output) if read is None else read
    names = [_SECOND.get(choice.strip().lower()) for choice in question.choices]
    return Verdict(
        second is wanted,
        choice=names.index(read) if read is not None and read in names else None,
        status="unparsed" if read is None else "read",
        score=float(second is wanted),
        format_kept=read is not None,
        evidence=f"{'no phrase fits; drawn' if read is None else 'read'} {_shown(task, second)}",
        details={"extracted": read} | ({"drawn": second} if read is None else {}),
    )


def _shown(task: str, second: bool) -> str:
    return ("(b)" if second else "(a)") if task == "hyperbaton" else "yes" if second else "no"


def _drawn(question: Question, output: str) -> bool:
    text = "\0".join((question.question, str(question.metadata.get("id", "")), output))
    return bool(hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % 2)
