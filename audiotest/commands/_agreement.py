"""How commands print agreement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from audiotest import inert

if TYPE_CHECKING:
    from audiotest.analyse.agreement import Agreement
    from audiotest.types import Estimate


def figure(estimate: Estimate) -> str:
    """``0.80 (95% CI 0.52 to 1.00)``."""
    ends = "" if estimate.low is None else f" (95% CI {estimate.low:.2f} to {estimate.high:.2f})"
    return f"{estimate.value:.2f}{ends}"


def pair_lines(rows: Iterable[tuple[str, str, Agreement]]) -> Iterator[str]:
    """A line for each (one side, the other side, their agreement)."""
    for one, other, figures in rows:
        shown = "; ".join(f"{name} {figure(estimate)}" for name, estimate in figures.measures.items())
        shown = "; ".join(filter(None, (shown, figures.why)))
        yield f"{inert.line(one)} and {inert.line(other)}: n = {figures.n}; {shown}"
