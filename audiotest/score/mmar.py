"""MMAR's own verdict on a reply: string match.

Goal
    Give the figure that the benchmark's script gives, so that it can be compared with the published ones.

Rule
    :mod:`audiotest.score.official.string_match`: every word of the answer occurs in the reply, and no word
    that only other options have.

Source
    ``code/evaluation.py`` of ddlBoJack/MMAR, commit 3bce090 (Ma et al., arXiv 2505.13032). The script reads
    the key ``answer_prediction`` (``model_prediction`` before February 2026). The paper scores what follows
    the thinking, so thinking must have been cut away before.

Denominator
    Records without the key are skipped by the script and leave the denominator, and its "No prediction count"
    is always 0. A verdict exists only where there is a reply, so every verdict is ``counted``. An empty reply
    is wrong and counts.

Verdict
    ``correct`` is the script's ``match``. ``choice`` is None (the rule reads none), ``status`` is
    ``unparsed`` for a reply without words, else ``read``. ``details["missing"]`` and ``details["foreign"]``
    list the words that decided. A question without an answer is not judged: ``correct`` is None and
    ``counted`` False.

Known defects
    On the released questions (1,000 items, chance 29.3%) bare letters are never credited, 20 items accept a
    wrong option given verbatim (the same words in another order), "The correct answer is (B) ..." loses 103
    right answers and "It is not ..." is credited for 947. :mod:`~audiotest.score.choice` reads the same
    replies carefully.
"""

from __future__ import annotations

from audiotest.score.official import string_match
from audiotest.types import Question, Verdict

ONE_ANSWER = True


def score(question: Question, output: str) -> Verdict:
    """What MMAR's script says of ``output``; takes no options and never raises."""
    return string_match.verdict(question, output)
