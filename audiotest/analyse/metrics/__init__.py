"""Metrics: each module is one, with ``measure(trials, *, condition, versus, scorer, tags) -> Estimate``.

Beside it may stand ``RANGE``, the (lowest, highest) that the figure can be, either end None where there is none: a gate
with a bound outside is a mistake. ``COMPARED_WITH`` names the condition that a metric over two conditions takes without
``versus``.

A metric that the records cannot give raises :class:`~audiotest.analyse.trials.NotMeasured` with the reason.
"""
