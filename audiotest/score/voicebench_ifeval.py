"""VoiceBench's own verdict on the form of a reply, by IFEval's original rules, strictly and loosely.

Goal
    The four figures of the script, of which ``ifeval_final`` is the mean: the share of replies that keep to every form
    that is asked for, and that of the forms that are kept to, each strictly and loosely.

Rule
    1. A mark of a speaker before the reply (``<1>``) and ``<|user|>`` behind it are taken away.
    2. Strictly: every rule of ``instruction_id_list`` with its ``kwargs``
       (:data:`audiotest.score.official.ifeval.ORIGINAL`), of which those that are null, 0 or empty are left out. An
       empty reply follows none.
    3. Loosely: a rule is followed if it is by the reply, or by what is left of it without its first line, its last one,
       both, or without asterisks.

Source
    ``src/evaluator/ifeval.py`` of MatthewCYM/VoiceBench, commit 5338154, after Zhou et al., arXiv 2311.07911.

Differences
    Where a reply has to be English and all in capital (or lower-case) letters the script asks a detector of languages,
    which draws random numbers; here any language will do. It has a rule ``language:response_language``, which is made
    of that detector alone: such an item is not counted.

Verdict
    ``correct`` and ``format_kept``: all are followed strictly. ``details`` has ``strict`` and ``loose``, each in
    the order of ``rules``, the ids.
"""

from __future__ import annotations

import re

from audiotest.score.official import ifeval, voicebench
from audiotest.score.official.unjudged import crashed
from audiotest.types import Question, Verdict


def score(question: Question, output: str) -> Verdict:
    """What VoiceBench's script says of ``output``; takes no options and never raises."""
    ids, given = (question.metadata.get(name) or [] for name in ("instruction_id_list", "kwargs"))
    if not ids or "language:response_language" in ids:
        evidence = "voicebench_ifeval needs an `instruction_id_list` of rules on the form"
        return Verdict(None, status="none", counted=False, evidence=evidence)
    reply = _plain(output) if isinstance(output, str) else ""
    try:
        rules = [(one, {k: v for k, v in (given[i] or {}).items() if v}) for i, one in enumerate(ids)]
        strict, loose = ([_kept(form, rules) for form in forms] for forms in ((reply,), _forms(reply)))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, re.error) as error:
        return crashed(f"{type(error).__name__}: {error}")
    strictly, loosely = strict[0], [any(kept) for kept in zip(*loose, strict=True)]
    broken = ", ".join(one for one, kept in zip(ids, strictly, strict=True) if not kept)
    return Verdict(
        not broken,
        score=float(not broken),
        format_kept=not broken,
        evidence=f"not followed: {broken}" if broken else "all followed",
        details={"strict": strictly, "loose": loosely, "rules": list(ids)},
    )


def _kept(reply: str, rules: list[tuple[str, dict[str, object]]]) -> list[bool]:
    return [ifeval.followed(one, reply, kwargs, ifeval.ORIGINAL) for one, kwargs in rules]


def _plain(reply: str) -> str:
    reply = voicebench.unmarked(reply)
    return reply[:-8].strip() if reply.endswith("<|user|>") else reply


def _forms(reply: str) -> list[str]:
    """The reply, and what is left of it without lines at its ends, each also without asterisks."""
    lines = reply.split("\n")
    cut = ["\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1])]
    return [form for text in (reply, *cut) for form in (text, text.replace("*", ""))]
