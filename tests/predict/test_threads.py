"""What is decoded in several threads at once, as in a Ray actor, is decoded: a type that two threads are the first to
decode crashes the interpreter (msgspec 0.22), so each has its decoder before there are threads."""

import subprocess
import sys

import pytest

from audiotest.declare.suite import load

SUITE = "suite: s\nconditions: [original, shuffled]\ncases:\n  - {id: a, question: Q?, choices: [x, y], answer: x}\n"
TOGETHER = """
import os, sys, threading
import audiotest.score.choice
from audiotest.predict.ray_engine import _PLACES
from audiotest.predict.engine import trial_at

sys.setswitchinterval(1e-6)
block = b'[{"path": "%s", "case": "a", "condition": "shuffled"}]' % sys.argv[1].encode()

def ask():
    ready.wait()
    seen.extend(trial_at(where).case.id for where in _PLACES.decode(block))

for _ in range(8):  # each of them has decoded nothing
    if child := os.fork():
        assert os.waitpid(child, 0)[1] == 0
        continue
    ready, seen = threading.Barrier(8), []
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert seen == ["a"] * 8, seen
    break
"""


@pytest.mark.usefixtures("own_interpreter")  # the types are new to it
def test_trials_are_looked_up_in_many_threads_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "s.yaml"
    path.write_text(SUITE)
    load(path)  # what the threads decode is the suite as it was parsed here
    done = subprocess.run([sys.executable, "-c", TOGETHER, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
