"""One thread a worker: several that wait for each other on few cores take many times as long. Failed checks of
hf_checks.py are told as those of tests are. A chat endpoint that tests can ask."""

import os
import threading

import pytest

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
