"""Metrics: each module is one, with ``measure(trials, *, condition, versus, scorer, tags) -> Estimate``.

A metric that the records cannot give raises :class:`~audiotest.analyse.trials.NotMeasured` with the reason.
"""
