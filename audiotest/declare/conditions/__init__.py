"""Conditions on the text of a case: each module is one, with ``apply(view, rng, *, ...) -> View``."""
