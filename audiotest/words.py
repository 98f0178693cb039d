"""The former name of :mod:`audiotest.types`, kept for one release."""

from audiotest.types import *  # noqa: F403
