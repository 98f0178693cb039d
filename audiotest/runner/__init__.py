"""pytest's side of audiotest: collectors, items, the block scheduler and the state of a session.

Only this package, ``plugin.py`` and ``report/`` know pytest; everything below them runs without it.
"""

from typing import Any

import pytest

STATE: pytest.StashKey[Any] = pytest.StashKey()
"""Where a process keeps its state, from the moment at which a suite is met, or an option of audiotest's is given."""
