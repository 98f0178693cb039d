"""`audiotest watch`: with each save the problems of a suite, and the trials that have changed."""

import re
import signal
import subprocess
import time
import wave
from pathlib import Path

import pytest
from click.testing import CliRunner

from audiotest.cli import main
from audiotest.commands.watch import _lines
from audiotest.session import Settings
from audiotest.watching import Watcher

CASE = "  - {{id: {0}, question: Which is {0}?, choices: [x, y], answer: {1}, audio: {0}.wav}}\n"


def tone(name, value):
    with wave.open(name, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes([0, value]) * 800)


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    head = "suite: s\npolicy: gates\nconditions: [original, text_only]\ngates: [{metric: accuracy, min: 0.5}]\ncases:\n"

    class Suite:
        path = Path("s.yaml")
        text = head + CASE.format("a", "x") + CASE.format("b", "y")

        def edit(self, old="", new=""):
            assert old in self.text
            self.text = self.text.replace(old, new, 1)
            self.path.write_text(self.text)

    for i, name in enumerate("ab"):
        tone(f"{name}.wav", 10 + i)
    one = Suite()
    one.edit()
    return one


@pytest.fixture
def watcher(suite):
    one = Watcher(suite.path, Settings(model="first"))
    yield one
    one.close()


def asked(look):
    return {(change.now.case, change.now.condition) for change in look.changes}


def test_only_what_changed_is_asked(suite, watcher):
    look = watcher.look()
    assert look.first
    assert asked(look) == {(case, condition) for case in "ab" for condition in ("original", "text_only")}
    assert look.gates[0].passed
    assert watcher.look() is None  # nothing was saved
    suite.edit("suite: s\n", "suite: s\n# a comment\n")
    look = watcher.look()
    assert (asked(look), len(look.records)) == (set(), 4)
    suite.edit("Which is b?", "Which one is b?")
    assert asked(watcher.look()) == {("b", "original"), ("b", "text_only")}
    suite.edit("answer: y", "answer: x")  # the same prompt, another verdict
    look = watcher.look()
    assert asked(look) == {("b", "original"), ("b", "text_only")}
    assert [(c.before.outcome, c.now.outcome) for c in look.changes if c.now.condition == "original"] == [
        ("missed", "passed")
    ]
    tone("a.wav", 99)  # this model does not listen; the next test has one that does
    assert asked(watcher.look()) == set()
    suite.edit("[original, text_only]", "[original, text_only, shuffled]")
    assert asked(watcher.look()) == {("a", "shuffled"), ("b", "shuffled")}
    suite.edit("policy: gates\n", "policy: gates\nprompt: '{{ question }} {{ choices | join(\" or \") }}?'\n")
    assert len(asked(watcher.look())) == 6
    suite.edit(
        CASE.format("b", "x").replace("Which is", "Which one is"), CASE.format("a", "x").replace("id: a", "id: c")
    )
    look = watcher.look()
    assert asked(look) == {("c", "original"), ("c", "text_only"), ("c", "shuffled")}
    assert (look.removed, len(look.records)) == (3, 6)


def test_problems_have_places_and_cost_nothing_that_was_known(suite, watcher):
    watcher.look()
    suite.edit("policy: gates", "policy: gate")
    assert watcher.look().problems == ("s.yaml:2:1: policy: unknown value 'gate': did you mean 'gates'?",)
    suite.edit("policy: gate\n", "policy: gates\n")
    assert asked(watcher.look()) == set()
    suite.edit(
        "id: b, question: Which is b?, choices: [x, y], answer: y",
        "id: b, question: Which is b?, choices: [x, y], answer: z",
    )
    look = watcher.look()  # of a case alone: the others go on
    assert re.match(r"s\.yaml:7:\d+: ", look.problems[0])
    assert {record.case for record in look.records} == {"a"}
    suite.path.unlink()
    assert "s.yaml" in watcher.look().problems[0]


def test_what_broke_is_asked_again_with_the_next_save(suite, watcher):
    data = Path("b.wav").read_bytes()
    Path("b.wav").write_bytes(b"RIFF no sound")
    listener = Watcher(suite.path, Settings(model="listener"))
    look = listener.look()
    assert [(c.now.case, c.now.outcome) for c in look.changes if c.now.condition == "original"][1] == ("b", "error")
    suite.edit("suite: s\n", "suite: s\n# a comment\n")
    assert asked(listener.look()) == {("b", "original")}
    Path("b.wav").write_bytes(data)
    [change] = listener.look().changes
    assert (change.before.outcome, change.now.outcome) != ("error", "error")
    tone("a.wav", 99)  # a sound is edited as well
    assert asked(listener.look()) == {("a", "original")}
    listener.close()


def test_a_model_that_is_not_there_is_a_sentence_and_the_watch_goes_on(suite):
    out = CliRunner().invoke(main, ["watch", "s.yaml", "--model", "nobody"])
    assert out.exit_code == 1
    assert "nobody" in out.output
    out = CliRunner().invoke(main, ["watch", "s.yaml", "--model-option", "batch_size"])
    assert out.exit_code == 2
    assert "--model-option takes K=V, such as batch_size=4; found 'batch_size'" in out.output
    down = Watcher(suite.path, Settings(model="openai:m@http://127.0.0.1:9/v1", reply_cache="off"))
    look = down.look()
    assert "127.0.0.1:9" in look.error
    assert list(_lines(look))
    suite.edit("suite: s\n", "suite: s\n# a comment\n")
    assert down.look().error
    down.close()


def test_the_table_shows_what_is_new_and_ctrl_c_ends_it(suite, forked):
    process = subprocess.Popen([forked / "audiotest", "watch", "s.yaml", "--model", "first", "--every", "0.05"],
                               text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip

    def until(pattern):
        lines = []
        while not lines or not re.search(pattern, lines[-1]):
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        return lines

    started = time.monotonic()
    lines = until("accuracy-min")
    assert lines[0] == "watching s.yaml with first; Ctrl-C ends it\n"
    assert "4 trials asked: " in "".join(lines)
    suite.edit("answer: y", "answer: x")
    lines = until("accuracy-min")
    row = next(line.split() for line in lines if line.startswith("b "))
    assert row == ["b", "original", "missed", "passed", "(A)"]
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=20)[0]
    assert rest.endswith("ended\n")
    assert process.returncode == 0
    assert time.monotonic() - started < 30
