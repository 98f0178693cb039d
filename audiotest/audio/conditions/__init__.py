"""Conditions on sound: each module is one, with ``apply(sound, rng, *, ...) -> Waveform`` and a ``VERSION``.

``apply`` is pure: it draws from ``rng`` alone, leaves its input as it is, and keeps length, rate and channels
unless its definition says otherwise. ``VERSION`` goes into the names of cached replies and is bumped whenever
the same input would give other samples. A module that needs other cases' sound takes ``others`` and says how
many in ``NEEDS_OTHERS``.
"""
