"""Speech-IFEval's own verdict on a reply: does it keep to every form that the instruction asks for?

Goal
    The benchmark's following rate, of closed-ended questions, creative writing and chain of thought; their mean is the
    IFrate (metric ``if_rate``). Nothing is asked about the content.

Rule
    1. Closed-ended questions and creative writing: every rule of ``instruction_id_list`` with its ``kwargs``
       (:mod:`audiotest.score.official.ifeval`, strict) has to be followed. An empty reply follows none.
    2. Chain of thought (``metric: cot``, without a list): a judge says whether the reply shows any reasoning beyond a
       bare answer. The first ``yes`` or ``no`` behind ``Result:`` and a space is read, in either case; the script
       stops where there is none, which is not followed here.

Source
    ``instruction_following_eval/evaluation_main.py`` and ``script/llm_evaluation.py`` of kehanlu/Speech-IFEval, commit
    e2e9c14 (Lu et al., arXiv 2505.19037): judged by ``gpt-4o-2024-11-20``. The criterion is the release's, the words
    of the judge's prompt are not, since it states no licence.

Facts
    ``instruction_id_list``, ``kwargs`` (a mapping for each, or the JSON text of the list) and ``metric``, as released.

Verdict
    ``correct`` and ``format_kept``: all are followed. ``details["followed"]`` says it for each id. An id without a
    rule, or arguments that it cannot be applied with, stop the script: not followed, counted, with
    ``details["official_error"]``. A reply to a question of neither kind, or without the judge that it needs, is not
    counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from audiotest.score import _judged
from audiotest.score.official import ifeval
from audiotest.score.official.unjudged import crashed
from audiotest.types import Ask, Generation, Question, Verdict

_RESULT = re.compile(r"(?<=result:\s)(yes|no)", re.IGNORECASE)
_GENERATION = Generation(max_new_tokens=512, temperature=1.0)


def asks(question: Question, output: str) -> tuple[Ask, ...]:
    """One judgement of a chain of thought, none of the other parts."""
    if question.metadata.get("metric") != "cot":
        return ()
    prompt = _judged.render("speech_ifeval.jinja", question=question.question, reply=output)
    return (Ask("judgement", prompt, _GENERATION),)


def score(question: Question, output: str, *, judged: Mapping[str, str] | None = None) -> Verdict:
    """What the benchmark's scripts say of ``output``."""
    if question.metadata.get("metric") == "cot":
        return _judged.without_judge("speech_ifeval") if not judged else _thought(judged["judgement"])
    try:
        ids, kwargs = (_listed(question.metadata.get(name)) for name in ("instruction_id_list", "kwargs"))
        if not ids:
            return Verdict(None, status="none", counted=False, evidence="speech_ifeval needs an `instruction_id_list`")
        reply = output if isinstance(output, str) else ""
        each = {one: ifeval.followed(one, reply, kwargs[i] or {}) for i, one in enumerate(ids)}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, re.error) as error:
        return crashed(f"{type(error).__name__}: {error}")
    kept = all(each.values())
    broken = ", ".join(name for name, there in each.items() if not there)
    evidence = f"not followed: {broken}" if broken else "all followed"
    return Verdict(kept, score=float(kept), format_kept=kept, evidence=evidence, details={"followed": each})


def _thought(line: str) -> Verdict:
    match = _RESULT.search(line)
    kept = match is not None and match[0].lower() == "yes"
    return Verdict(
        kept,
        status="read" if match else "unparsed",
        score=float(kept),
        format_kept=kept,
        evidence=f"the judge: {line.strip()[-100:]}",
        details={"line": line},
    )


def _listed(value: Any) -> list[Any]:
    read = json.loads(value) if isinstance(value, str) else value
    return list(read or ())
