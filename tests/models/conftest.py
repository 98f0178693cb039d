"""One thread a worker: several that wait for each other on few cores take many times as long. Failed checks of
hf_checks.py are told as those of tests are."""

import os

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
pytest.register_assert_rewrite("hf_checks")
