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
"""Writes to $STAGES when a stage of the cascade begins: a line for each request that it is given."""
import os
from audiotest.models import asr, hf


def noting(kind, method, stage):
    whole = getattr(kind, method)

    def call(self, *arguments):
        with open(os.environ["STAGES"], "a") as file:
            file.write(f"{stage}\\n" * (len(arguments[0]) if arguments else 1))
        return whole(self, *arguments)

    setattr(kind, method, call)


noting(asr.Recogniser, "load", "loading")
noting(asr.Recogniser, "answer", "listening")
noting(hf.HF, "answer", "answering")
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
    assert runs.begun("answering") == len(PROMPTS)
    replies = runs.replies("out")
    assert replies.keys() == PROMPTS.keys()
    assert all(text not in heard for text, heard in replies.values())
    return replies


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize(("stage", "times"), [("loading", 1), ("listening", 4), ("answering", 4)])
def test_a_stopped_cascade_goes_on_where_it_was(stage, times, number, uninterrupted, sounds, tmp_path):
    runs = Runs(tmp_path / "run", sounds)
    process = runs.start("first")
    deadline = time.monotonic() + 120
    while runs.begun(stage) < times and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert runs.begun(stage) == times
    time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(60) != 0
    answering, listening = runs.begun("answering"), runs.begun("listening")
    assert answering < len(PROMPTS)
    assert runs.start("second").wait() == 0
    assert runs.replies("second") == uninterrupted
    # What the first run had been answered is not asked again: all but the one request that was under way.
    kept = max(0, answering - 1)
    assert runs.begun("answering") <= len(PROMPTS) - kept
    # Nor is a clip listened to again, but for the batch of two that was under way.
    assert listening + runs.begun("listening") <= len(PROMPTS) + 2
