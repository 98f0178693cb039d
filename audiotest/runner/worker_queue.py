"""What a worker of xdist was given and has not begun: what its model will be asked next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from audiotest.types import TrialKey


def queued(session: pytest.Session) -> Iterator[TrialKey]:
    """The keys of the trials that wait in this worker, in order; none where xdist keeps them in another way."""
    from audiotest.runner.items import TrialItem

    for plugin in session.config.pluginmanager.get_plugins():
        if type(plugin).__name__ == "WorkerInteractor":
            for index in _waiting(plugin):
                item = session.items[index]
                if isinstance(item, TrialItem):
                    yield item.trial.key


def _waiting(interactor: Any) -> list[int]:
    # The next test is out of the queue already, for the present one has to know it.
    try:
        with interactor.torun.lock() as items:
            waiting = [interactor.nextitem_index, *items]
    except AttributeError:
        return []
    return [index for index in waiting if isinstance(index, int)]
