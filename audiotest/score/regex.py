r"""``regex``: what a pattern finds in the reply is the answer.

Options
    ``pattern``      a regular expression of Python, searched in the answer's part of the reply (after any thinking)
    ``group``        the number or name of the group that holds the answer (default: the first group, or the whole match
                     of a pattern without groups)
    ``which``        ``last`` (default) or ``first`` of several matches
    ``ignore_case``  whether case matters neither in the pattern nor in the comparison (default true)

Verdict
    ``correct``: what was found equals the case's answer or one of its references, compared as ``exact`` does. For a
    case that has neither: whether anything was found. ``status`` is ``unparsed`` where the pattern does not match.
    ``choice`` is the option of that text, if the case has options.

    >>> import audiotest
    >>> audiotest.score("regex", answer="440", output="So f = 440 Hz.", options={"pattern": r"(\d+) ?Hz"}).correct
    True
"""

from __future__ import annotations

import re

from audiotest.score.answer_extraction.answer_span import LONGEST, after_thinking
from audiotest.score.exact import form
from audiotest.types import Question, Verdict


def check(*, pattern: str = "", group: int | str | None = None, which: str = "last", ignore_case: bool = True) -> None:
    """Raise ValueError for a pattern that does not compile or has no such group, and for other values that make no
    sense."""
    if not isinstance(pattern, str) or not pattern:
        raise ValueError("`regex` needs a `pattern`, such as '(\\d+) Hz'")
    if not isinstance(ignore_case, bool):
        raise ValueError(f"`ignore_case` is {ignore_case!r}: expected true or false")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern {pattern!r} does not compile: {error}") from None
    known = [*range(compiled.groups + 1), *compiled.groupindex]
    if group is not None and (isinstance(group, bool) or group not in known):
        raise ValueError(f"the pattern {pattern!r} has no group {group!r}; it has {', '.join(map(str, known))}")
    if which not in ("first", "last"):
        raise ValueError(f"`which` is {which!r}: expected `first` or `last`")


def score(
    question: Question,
    output: str,
    *,
    pattern: str = "",
    group: int | str | None = None,
    which: str = "last",
    ignore_case: bool = True,
) -> Verdict:
    """Whether what ``pattern`` finds is the answer. Raises ValueError for options that make no sense."""
    check(pattern=pattern, group=group, which=which, ignore_case=ignore_case)
    compiled = re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    reply, only_a_thought = after_thinking(output)
    matches = [] if only_a_thought else list(compiled.finditer(reply[-LONGEST:]))
    wanted = (*question.right_answers, *question.reference)
    if not matches:
        return Verdict(False, status="unparsed", score=0.0, format_kept=False, evidence=f"nothing matches {pattern}")
    match = matches[-1 if which == "last" else 0]
    text = match.group(group if group is not None else min(compiled.groups, 1)) or ""
    case = not ignore_case
    same = [option for option in (*wanted, *question.choices) if form(option, case) == form(text, case)]
    correct = any(option in wanted for option in same) if wanted else True
    index = next((i for i, option in enumerate(question.choices) if option in same), None)
    return Verdict(correct, choice=index, score=float(correct), format_kept=True, evidence=text[:200])
