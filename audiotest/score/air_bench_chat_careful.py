"""AIR-Bench chat with the judge's lines read as a person would; what is unreadable is left out, not guessed.

Asks the same as :mod:`audiotest.score.air_bench_chat`, whose answers it shares; see there for the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping

from audiotest.score import air_bench_chat
from audiotest.score.official import air_bench_judge
from audiotest.types import Question, Verdict

ONE_ANSWER = True

asks = air_bench_chat.asks


def score(question: Question, output: str, *, judged: Mapping[str, str] | None = None) -> Verdict:
    """The careful reading of the judge's two lines."""
    return air_bench_chat.verdict(judged, air_bench_judge.careful, "air_bench_chat_careful")
