"""Conditions on the text of a case: each module is one, with ``apply(view, rng, *, ...) -> View``.

One that shows something of other cases takes ``others``, an iterator over them in a fixed order. ``check`` with the
same parameters, where a module has it, refuses values as soon as the suite is read.
"""
