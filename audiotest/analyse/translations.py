"""What the verdicts of ``bleu`` and ``chrf`` hold, as counts, and how they were made."""

from __future__ import annotations

import re

from audiotest.types import Verdict


def counts(verdict: Verdict) -> list[float] | None:
    """The counts of a reply; None for a verdict without a reference."""
    kept = verdict.details.get("counts")
    return [float(count) for count in kept] if isinstance(kept, list) and kept else None


def signature(verdict: Verdict) -> str:
    """sacreBLEU's signature without the number of references, which may differ from case to case."""
    return re.sub(r"nrefs:[^|]*\|?", "", str(verdict.details.get("signature", "")))
