"""``--baseline``: what an earlier run says of its trials and gates, and what that makes of a new run's records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from audiotest.analyse.change import key, met
from audiotest.registry import SCORERS
from audiotest.runs import read_records, read_summary
from audiotest.types import Record, TrialKey


class Baseline(Struct, frozen=True):
    """``trials``: of every judged trial whether it showed what was expected; ``gates``: (suite, gate) that failed;
    ``doubts``: why they may not be what this audiotest would say of the same replies."""

    trials: dict[TrialKey, bool] = {}
    gates: frozenset[tuple[str, str]] = frozenset()
    doubts: tuple[str, ...] = ()

    def against(self, record: Record) -> Record:
        """The record held against the baseline: a known miss is expected, a regression fails whatever the policy is.

        Only a wrong answer can be a known miss: a model that breaks is an error as ever.
        """
        before = self.trials.get(key(record))
        if before is None or record.outcome not in ("failed", "missed"):
            return record
        if not before:
            return replace(record, outcome="missed", reason=f"{record.reason} (as in the baseline)")
        return replace(record, outcome="failed", reason=f"{record.reason} (right in the baseline)")

    def improved(self, record: Record) -> bool:
        """Whether the record passes and was a miss in the baseline."""
        return record.outcome == "passed" and self.trials.get(key(record)) is False


def read_baseline(folder: str | None) -> Baseline:
    """The baseline in ``folder``; raises :class:`~audiotest.runs.RunError`."""
    if not folder:
        return Baseline()
    records, summary = read_records(folder), read_summary(folder)
    return Baseline(
        {key(record): shown for record in records if (shown := met(record)) is not None},
        frozenset((s, g.name) for s, suite in summary.suites.items() for g in suite.gates if g.passed is False),
        tuple(_other_scorers(folder, summary.scorers)),
    )


def _other_scorers(folder: str, judged: Mapping[str, int]) -> Iterator[str]:
    """What got worse by a scorer of another version may be the reading, and not the model."""
    for name in sorted(judged):
        if name in SCORERS and judged[name] != (now := SCORERS.get(name).version):
            yield (
                f"the baseline was judged by version {judged[name]} of the scorer {name!r}, and this is version {now}: "
                f"`audiotest rescore {folder} --scorer {name} --into DIR` judges it again"
            )
