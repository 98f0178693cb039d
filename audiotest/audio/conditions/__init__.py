"""Conditions on sound: each module is one, with ``apply(sound, rng, *, ...) -> Waveform`` and a ``VERSION``.

``apply`` is pure: it draws from ``rng`` alone, leaves its input as it is, and keeps length, rate and channels
unless its definition says otherwise. ``VERSION`` goes into the names of cached replies and is bumped whenever
the same input would give other samples. A module that needs other cases' sound takes ``others`` and says how
many in ``NEEDS_OTHERS``: a number, or the parameter that says so (a number, the id of a case, or ``other`` for the
next one). ``check`` with the same parameters, where a module has it, refuses values (ValueError) as soon as the suite
is read. A clip that cannot be put under the condition raises :class:`~audiotest.types.NotApplicable`: its trial is
skipped with the reason.
"""
