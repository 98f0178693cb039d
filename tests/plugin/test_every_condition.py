"""A small suite under every condition, through pytest: what applies is answered, what does not is skipped in words."""

import json

from audiotest.registry import CONDITIONS

CASES = """\
cases:
  - {id: a, question: What rings?, choices: [a bell, a phone, an alarm], answer: a bell, paraphrases: [Which thing rings?],
     audio: {synth: {tone: {hz: 440, seconds: 0.3}}}}
  - {id: b, question: Who speaks?, choices: [a man, a woman, a child], answer: a child, paraphrases: [Whose voice is it?],
     audio: {synth: {tone: {hz: 880, seconds: 0.3}}}}
  - {id: c, question: Describe it., reference: a long tone, audio: {synth: {tone: {hz: 220, seconds: 0.3}}}}
"""
CONFTEST = """\
import pytest
from audiotest.types import Needs, Reply

class Ears:
    name, identity, needs, batch_size = "ears", "", Needs(sample_rate=16000, channels=1), 4
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        assert all(len(r.audio) == (0 if "text_only" in r.condition else 1) for r in requests)
        return [Reply(r.choices[-1] if r.choices else "a tone") for r in requests]

@pytest.fixture(scope="session")
def model():
    return Ears()
"""


def test_every_condition_runs(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    members = [CONDITIONS.get(name) for name in CONDITIONS.names()]
    written = ["original", *(text for member in members for text in member.examples)]
    abstains = {text for member in members if member.unanswerable for text in member.examples} | {"silence"}
    conditions = [f"{text}: {'abstains' if text in abstains else 'recorded'}" for text in written]
    conditions += ["shuffled + noise(snr_db=[20, 0]): recorded", "answer_removed + lowpass(hz=3000): recorded"]
    listed = "".join(f"  - {c}\n" for c in conditions)
    (pytester.path / "s.yaml").write_text(f"suite: s\npolicy: gates\nscorers: [choice]\nconditions:\n{listed}{CASES}")
    (pytester.path / "conftest.py").write_text(CONFTEST)
    result = pytester.runpytest_inprocess("s.yaml", "--results", "out")
    assert result.ret == 0
    records = [json.loads(line) for line in (pytester.path / "out" / "trials.jsonl").read_text().splitlines()]
    assert len(records) == 3 * (len(written) + 3)
    assert {r["outcome"] for r in records} <= {"passed", "recorded", "missed", "skipped"}
    answered = {(r["case"], r["condition"].split("(")[0]) for r in records if r["reply"]}
    assert {("a", text.split("(")[0]) for text in written} <= answered
    skipped = {(r["case"], r["condition"].split("(")[0]): r["reason"] for r in records if not r["reply"]}
    assert set(skipped) >= {
        ("c", n) for n in ("shuffled", "rotated", "relabelled", "fewer", "foreign_choices", "rephrased")
    }
    assert all(reason for reason in skipped.values())
    missed = {r["condition"] for r in records if r["outcome"] == "missed"}
    assert {"silence", "foreign_choices"} <= missed
    gone = next(r for r in records if (r["case"], r["condition"]) == ("a", "answer_removed"))
    assert (gone["answer"], gone["choices"][gone["answer_index"]]) == ("none of the above", "none of the above")


def test_a_condition_that_cannot_be_says_where(pytester):
    (pytester.path / "s.yaml").write_text(
        "suite: s\nconditions: [codec(format=mp3), rotate(k=1), mixed(with=no such)]\n" + CASES
    )
    result = pytester.runpytest_inprocess("s.yaml", "--model", "first")
    result.stdout.fnmatch_lines_random([
        "*s.yaml:2:*codec(mp3) takes kbps*", "*s.yaml:2:*did you mean 'rotated'*", "*takes a word, not 'no such'*",
    ])  # fmt: skip


def test_a_named_partner_that_is_not_there_is_told(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    (pytester.path / "s.yaml").write_text("suite: s\nconditions: [mixed(with=zz): recorded]\n" + CASES)
    (pytester.path / "conftest.py").write_text(CONFTEST)
    result = pytester.runpytest_inprocess("s.yaml", "-rs")
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["*unknown case 'zz'*"])
