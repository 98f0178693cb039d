"""The root of everything that audiotest raises on purpose.

``except audiotest.AudiotestError`` catches what a person can do something about: a suite that does not load, a model
that cannot be opened, a run that cannot be read. Each message says what was found, where, and what to do. Errors that
are a bad value or a missing file as well are also subclasses of the built-in exception.
"""

from __future__ import annotations


class AudiotestError(Exception):
    """An error that audiotest raises; the message is a sentence that says what to do."""
