"""A cascade of Whisper and SmolLM2 that is stopped in any of its stages goes on where it was: its replies are those of a
run that was not stopped, and nothing that was answered is asked again."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from prompts import PROMPTS, suite

PROBE = '''
"""Writes to $STAGES what the cascade does: a line for each request that a stage is given, or has answered."""
import os
from audiotest.models import asr, hf


def note(stage, times=1):
    with open(os.environ["STAGES"], "a") as file:
        file.write(f"{stage}\\n" * times)


def noting(kind, method, stage):
    whole = getattr(kind, method)

    def call(self, *arguments):
        times = len(arguments[0]) if arguments else 1
        note(stage, times)
        result = whole(self, *arguments)
        note(f"{stage}-done", times)
        return result

    setattr(kind, method, call)


def stream(self, requests, *arguments, whole=hf.HF.stream):
    def given():
        for request in requests:
            note("answering")
            yield request

    for answered in whole(self, given(), *arguments):
        note("answered")
        yield answered


noting(asr.Recogniser, "load", "loading")
noting(asr.Recogniser, "answer", "listening")
hf.HF.stream = stream
'''
COMMAND = ["--model", "cascade", "--model-option", "listener=whisper-tiny.en", "--model-option", "llm=smollm2",
           "--model-option", "ask=Write down what is said.", "--model-option", "listener.batch_size=2"]  # fmt: skip


class Runs:
    """Runs of one suite over one cache, each in a process of its own."""

    def __init__(self, folder, sounds):
        folder.mkdir()
        self.folder, self.stages = folder, folder / "stages"
        suite(folder, sounds, generation={"max_new_tokens": 12})
        (folder / "conftest.py").write_text(PROBE)

    def start(self, results):
        self.stages.write_text("")
        environment = {**os.environ, "AUDIOTEST_CACHE_DIR": str(self.folder / "cache"), "STAGES": str(self.stages)}
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "suite.yaml", "-p", "no:cacheprovider", *COMMAND, "--results", results],
            cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def begun(self, stage):
        return self.stages.read_text().split().count(stage)

    def replies(self, results):
        """{case: (reply, transcripts)} of a run, as its records have them."""
        lines = (self.folder / results / "trials.jsonl").read_text().splitlines()
        records = [json.loads(line) for line in lines if '"case"' in line]
        return {r["case"]: (r["reply"]["text"], r["reply"]["details"]["intermediate"]) for r in records}


@pytest.fixture(scope="module")
def uninterrupted(weights, sounds, tmp_path_factory):
    weights("whisper-tiny.en", "smollm2")
    runs = Runs(tmp_path_factory.mktemp("whole") / "run", sounds)
    assert runs.start("out").wait() == 0
    assert runs.begun("answering") == runs.begun("answered") == len(PROMPTS)
    replies = runs.replies("out")
    assert replies.keys() == PROMPTS.keys()
    assert all(text not in heard for text, heard in replies.values())
    return replies


@pytest.mark.usefixtures("own_interpreter")  # the process that was started is the one that is stopped
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize(("stage", "times"), [("loading", 1), ("listening", 4), ("answered", 2)])
def test_a_stopped_cascade_goes_on_where_it_was(stage, times, number, uninterrupted, sounds, tmp_path):
    runs = Runs(tmp_path / "run", sounds)
    process = runs.start("first")
    deadline = time.monotonic() + 120
    while runs.begun(stage) < times and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert runs.begun(stage) >= times
    time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(60) != 0
    answered, heard = runs.begun("answered"), runs.begun("listening-done")
    assert answered < len(PROMPTS)
    assert runs.start("second").wait() == 0
    assert runs.replies("second") == uninterrupted
    # What the first run had been answered is not asked again: all but the one reply that was on its way to the cache.
    kept = max(0, answered - 1)
    assert runs.begun("answering") <= len(PROMPTS) - kept
    # Nor is a clip listened to again, but for the batch of two that was under way.
    assert heard + runs.begun("listening") <= len(PROMPTS) + 2
