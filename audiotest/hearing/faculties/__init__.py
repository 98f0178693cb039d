"""Faculties: one module each, with a function ``stimulus`` and what it says of itself
(:class:`audiotest.registry.Faculty`).

Levels rise or fall from ``HARDEST`` to ``EASIEST``. The truth of an answer is that of the numbers in the scene,
exactly."""
