"""Programs that a suite names, which run only where the person who runs it says so.

A suite is data, and may come from elsewhere; so may the record of a run. What it names of other people's programs (a
metric of Hugging Face's ``evaluate``, from a folder or the hub) would run with the rights of whoever runs, validates or
reports it. ``--allow-code``, ``allow_code=True`` in Python, or ``AUDIOTEST_ALLOW_CODE=1`` in the environment allows it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "AUDIOTEST_ALLOW_CODE"


def allowed() -> bool:
    """Whether programs that suites name may run in this process."""
    return os.environ.get(VARIABLE, "") not in ("", "0")


def refusal(what: str) -> str:
    """Why ``what`` does not run, and what to do."""
    return f"{what} is a program and would run with your rights; if you trust it, give --allow-code or set {VARIABLE}=1"


@contextmanager
def allowing(yes: bool) -> Iterator[None]:
    """Within this context such programs may run if ``yes``, also in processes that are started; else as before."""
    before = os.environ.get(VARIABLE)
    if yes:
        os.environ[VARIABLE] = "1"
    try:
        yield
    finally:
        if before is not None:
            os.environ[VARIABLE] = before
        elif yes:
            os.environ.pop(VARIABLE, None)
