"""MMAU's own verdict on a reply: string match.

Goal
    Give the figure that the benchmark's script gives, so that it can be compared with the published ones.

Rule
    :mod:`audiotest.score.official.string_match`: every word of the answer occurs in the reply, and no word
    that only other options have. MMAR took the rule over unchanged.

Source
    ``evaluation.py`` of Sakshi113/MMAU, commit 110127f (Sakshi et al., arXiv 2410.19168). The script reads
    the key ``model_output`` (its README says ``model_prediction``).

Denominator
    Records without the key are skipped and leave the denominator. A verdict exists only where there is a
    reply, so every verdict is ``counted``. An empty reply is wrong and counts.

Verdict
    ``correct`` is the script's ``match``. ``choice`` is None (the rule reads none), ``status`` is
    ``unparsed`` for a reply without words, else ``read``. ``details["missing"]`` and ``details["foreign"]``
    list the words that decided. A question without an answer is not judged: ``correct`` is None and
    ``counted`` False.

Known defects
    On test-mini (1,000 items, 27 of them with an option given twice) a bare letter is credited in 2 items
    when right and in 3 when wrong, a wrong option given verbatim in 9; "The correct answer is (B) ..." loses
    121 right answers, and "It is not ..." is credited for 977. :mod:`~audiotest.score.choice` reads the same
    replies carefully.
"""

from __future__ import annotations

from audiotest.score.official import string_match
from audiotest.types import Question, Verdict

ONE_ANSWER = True


def score(question: Question, output: str) -> Verdict:
    """What MMAU's script says of ``output``; takes no options and never raises."""
    return string_match.verdict(question, output)
