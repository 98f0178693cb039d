"""``--budget``: what a run may take, in time or money; a run that has spent it stops in order.

``20m``, ``90s``, ``1.5h`` and ``1h30m`` are time since the session began; ``5USD`` (any three letters stand for a
currency, that of the model's ``input_price`` and ``output_price``) is what the model's replies cost. Both may be given:
``20m,5USD``. What is under way when the budget is spent is still taken in and paid for; replies from the cache and what
a judge says cost nothing here.
"""

from __future__ import annotations

import re
import time

from msgspec import Struct

from audiotest.types import Record

_TIME = re.compile(
    r"(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<m>\d+(?:\.\d+)?)m(?:in)?)?(?:(?P<s>\d+(?:\.\d+)?)s)?", re.IGNORECASE
)
_MONEY = re.compile(r"(?P<amount>\d+(?:\.\d+)?)\s*(?P<currency>[A-Za-z]{3})")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


class Budget(Struct, frozen=True):
    """At most ``seconds`` and ``cost`` in ``currency``; None: no limit. ``text`` is how it was given."""

    seconds: float | None = None
    cost: float | None = None
    currency: str = ""
    text: str = ""


def parse_budget(text: str) -> Budget:
    """``20m``, ``5USD`` or ``20m,5USD`` as a budget; raises ValueError that says what it may be."""
    seconds = cost = None
    currency = ""
    for part in map(str.strip, text.split(",")):
        if part and (time_ := _TIME.fullmatch(part)) and seconds is None:
            seconds = sum(_SECONDS[unit] * float(number) for unit, number in time_.groupdict().items() if number)
        elif (money := _MONEY.fullmatch(part)) and cost is None:
            cost, currency = float(money["amount"]), money["currency"].upper()
        else:
            raise ValueError(
                f"{text!r} is no budget: it is a time such as 20m or 1h30m, a cost such as 5USD, or 20m,5USD"
            )
    if seconds == 0 or cost == 0:
        raise ValueError(f"{text!r} is no budget: with nothing to spend, nothing would be asked")
    return Budget(seconds, cost, currency, text)


class Spending:
    """What a run has spent of its budget; time runs from when this is made."""

    def __init__(self, budget: Budget) -> None:
        self.budget, self.cost = budget, 0.0
        self._began = time.monotonic()

    def note(self, record: Record) -> None:
        """Take a trial's cost into account."""
        self.cost += cost_of(record)

    @property
    def spent(self) -> str:
        """Why nothing more is asked; "" while something is left."""
        budget = self.budget
        if budget.seconds is not None and time.monotonic() - self._began >= budget.seconds:
            return f"the time of --budget {budget.text} is over"
        if budget.cost is not None and self.cost >= budget.cost:
            return f"--budget {budget.text} is spent: the replies cost {self.cost:.2f} {budget.currency}"
        return ""


def cost_of(record: Record) -> float:
    """What a trial's reply cost, in the currency of the model's prices; 0 where that is not known, and for one from the
    cache."""
    cost = record.reply.details.get("cost") if record.reply is not None and not record.cached else None
    return float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) else 0.0
