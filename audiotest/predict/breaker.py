"""The circuit breaker: a model from which nothing but one and the same failure comes ends the run.

A server that is down, a key that is refused or a driver that has crashed fails every request alike. Asking for all of
them costs hours and a report of thousands of equal tracebacks; what a person needs is the sentence, once.
"""

from __future__ import annotations

from audiotest.errors import AudiotestError
from audiotest.models.protocol import Unavailable, Unsupported
from audiotest.types import NotApplicable, Reply

UNAVAILABLE_IN_A_ROW = 3
ALIKE_IN_A_ROW = 16
"""Equal failures that end a run in which no reply has come yet."""
AFTER_REPLIES = 4
"""How many times as many it takes once there have been replies."""


class ModelDown(AudiotestError):
    """A model that fails every request alike; nothing is asked of it any more. The message says what it fails with,
    ``run`` holds the run as far as it got, where there is one."""

    run: object = None


class Breaker:
    """Counts the failures in a row that are alike; ``replied`` once any reply has come."""

    def __init__(self) -> None:
        self.replied = False
        self._count = self._failures = 0
        self._last: Exception | None = None

    def note(self, outcome: Reply | Exception) -> None:
        """Take one outcome into account. What says something of one request alone counts neither way."""
        if isinstance(outcome, Reply):
            self.replied, self._count, self._last = True, 0, None
        elif not isinstance(outcome, Unsupported | NotApplicable):
            self._failures += 1
            alike = self._last is not None and _alike(self._last, outcome)
            self._count, self._last = (self._count + 1 if alike else 1), outcome

    @property
    def suspects(self) -> bool:
        """Whether the last failure may be all that ever comes: there has been no reply, and no other failure."""
        return not self.replied and self._count > 0 and self._count == self._failures

    def reason(self, *, at_end: bool = False) -> str:
        """Why the model is taken to be down; "" while it is not. ``at_end``: nothing is left to ask for now, so one
        failure of the kind that concerns all requests is enough."""
        if self._last is None:
            return ""
        down = isinstance(self._last, Unavailable)
        if down and at_end and not self.replied:
            return as_text(self._last)
        most = (UNAVAILABLE_IN_A_ROW if down else ALIKE_IN_A_ROW) * (AFTER_REPLIES if self.replied else 1)
        return as_text(self._last) if self._count >= most else ""


def _alike(a: Exception, b: Exception) -> bool:
    return type(a) is type(b) and str(a) == str(b)


def as_text(error: Exception) -> str:
    """A failure in one line, with its type unless it is one of audiotest's own sentences."""
    text = " ".join(str(error).split())
    return text if isinstance(error, AudiotestError) else f"{type(error).__name__}: {text}".rstrip(": ")
