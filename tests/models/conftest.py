"""One thread a worker: several that wait for each other on few cores take many times as long. Failed checks of
hf_checks.py are reported as those of tests are. A chat endpoint that tests can ask, and inputs that are never late."""

import os
import threading

import pytest

from audiotest.models._ahead import Ahead

os.environ.setdefault("OMP_NUM_THREADS", "1")
pytest.register_assert_rewrite("hf_checks")


@pytest.fixture
def server(monkeypatch):
    """A chat endpoint, and its key in the environment; see endpoint.py."""
    import endpoint

    monkeypatch.setenv("OPENAI_API_KEY", endpoint.KEY)
    monkeypatch.delenv("CI", raising=False)  # where endpoints are asked again
    running = endpoint.Server()
    threading.Thread(target=running.serve_forever, args=(0.005,), daemon=True).start()
    yield running
    running.gate.set()
    running.shutdown()
    running.server_close()


@pytest.fixture
def in_time(monkeypatch):
    """Inputs are there when they are wanted, so that which requests are beside which does not depend on threads."""
    take = Ahead.take
    monkeypatch.setattr(Ahead, "take", lambda ahead, **_: take(ahead, wait=True))
