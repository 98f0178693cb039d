"""Speech-IFEval: 933 closed-ended questions, 400 pieces of creative writing, 200 chains of thought (arXiv 2505.19037).

The suite is a mapping of ``data/eval_data`` of github.com/kehanlu/Speech-IFEval, commit e2e9c14. Here is its table
alone, with the columns of the repository's leaderboard; its forgetting rate needs the run of a text model beside.
"""

from __future__ import annotations

from audiotest.benchmarks import tables

_COLUMNS = {
    "Closed-ended": "closed-ended",
    "Creative Writing": "creative writing",
    "CoT": "chain of thought",
}


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """Following rates in percent, and their mean."""
    parts = tables.by_tag(pairs, "part")
    row = {column: tables.accuracy(parts.get(part, ())) for column, part in _COLUMNS.items()}
    return tables.there({**row, "IFrate": tables.mean_of_all(list(row.values()), "parts")})
