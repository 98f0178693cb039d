"""What the verdicts of ``wer`` and ``cer`` hold, as counts: edits, units of the reference, units recognised."""

from __future__ import annotations

import numpy as np

from audiotest.analyse.clusters import Floats
from audiotest.types import Verdict


def edits(verdict: Verdict) -> tuple[float, float] | None:
    """(substitutions + insertions + deletions, units of the reference); None for a verdict without a reference."""
    length = verdict.details.get("reference_length")
    if not length:
        return None
    counts = (verdict.details.get(name, 0) for name in ("substitutions", "insertions", "deletions"))
    return float(sum(counts)), float(length)


def rate(sums: Floats) -> Floats:
    """Edits over units, from sums of shape (..., 2); NaN where there are no units."""
    nothing = np.full(sums.shape[:-1], np.nan)
    return np.asarray(np.divide(sums[..., 0], sums[..., 1], out=nothing, where=sums[..., 1] > 0))


def recognised(verdict: Verdict) -> float:
    """The share of a trial that is right: of a transcript the units of the reference that it has, else 1 or 0."""
    length, hits = verdict.details.get("reference_length"), verdict.details.get("hits")
    if isinstance(length, int) and isinstance(hits, int) and length:
        return hits / length
    return float(bool(verdict.correct))


def units(verdict: Verdict) -> float:
    """What a trial weighs beside others: the units of its reference, 1 for what is not a transcript."""
    length = verdict.details.get("reference_length")
    return float(length) if isinstance(length, int) and length and "hits" in verdict.details else 1.0
