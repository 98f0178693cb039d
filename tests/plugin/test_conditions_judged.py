"""A small suite under every condition that there is, asked through the plugin: nothing breaks, nothing passes unseen."""

import json
import re
import shutil

import pytest

from audiotest.declare.condition import names

# The conditions by the expectation that fits them; together they name every one.
CONDITIONS = """\
  - original: recorded
  - answer_removed: abstains
  - answer_removed(offer_none=no): abstains
  - babble(snr_db=[10, 0], talkers=2): stays_correct
  - clipping(share=0.1): recorded
  - codec(format=[mp3, vorbis], kbps=32): recorded
  - codec(format=opus, kbps=24): recorded
  - codec(format=flac): same
  - cropped(seconds=0.1, where=random): recorded
  - fewer(k=2, kind=near): recorded
  - foreign_choices: abstains
  - foreign_question(by=skill): abstains
  - gain(db=-20): recorded
  - highpass(hz=300)+lowpass(hz=3400): recorded
  - mixed(with=last, snr_db=5, offset=0.1): recorded
  - mixed(snr_db=0): recorded
  - noise(snr_db=10): recorded
  - noise_only: recorded
  - none_added: recorded
  - other_audio: recorded
  - prompt(question): recorded
  - relabelled(style=[numbers, lower, none]): same
  - rephrased: same
  - reverb(rt60=0.5): recorded
  - rotated(k=[1, 2]): same
  - shuffled+noise(snr_db=5): recorded
  - silence: abstains
  - speed(factor=1.1): recorded
  - text_only: abstains
  - without_distractor(k=1): recorded
"""
HEAD = "suite: every\npolicy: gates\nprompt: choices_lettered\nconditions:\n" + CONDITIONS + "cases:\n"
CASES = """\
  - id: pitch
    question: Is the tone high or low?
    paraphrases: [How high is the tone?]
    audio: {synth: {tone: {hz: 440, seconds: 0.2}}}
    choices: [high, {text: low, kind: near}, {text: neither, kind: far}]
    answer: high
    tags: {skill: pitch}
  - id: kind
    question: What is it?
    audio: {synth: {noise: {seconds: 0.2, seed: 1}}}
    choices: [a hiss, a tone]
    answer: a tone
    tags: {skill: kind}
  - id: open
    question: Describe the sound.
    audio: {synth: {tone: {hz: 220, seconds: 0.2}}}
    expect: [{mentions: {all: [tone]}}]
    tags: {skill: words}
  - id: mute
    question: How many legs has a spider?
    choices: [six, eight]
    answer: eight
    tags: {skill: text}
  - id: last
    question: Which letter?
    audio: {synth: {tone: {hz: 880, seconds: 0.05}}}
    choices: [d, e, f, g]
    answer: d
    tags: {skill: letters}
"""
# Hears everything, so that every sound condition is rendered, and answers with the first option as it is labelled.
LISTENS = """\
import pytest
from audiotest.declare.prompt import named
from audiotest.types import Needs, Reply

class Listens:
    name, identity, needs, batch_size = "listens", "", Needs(sample_rate=16000, channels=1), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        assert all(clip.samples.shape[1] == 1 for r in requests for clip in r.audio)
        return [Reply(named(r.choices, 0, r.labels) if r.choices else "a tone") for r in requests]

@pytest.fixture(scope="session")
def model():
    return Listens()
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where the first model's run is kept once the first test has made it."""
    return tmp_path_factory.mktemp("kept") / "out"


@pytest.fixture
def of_the_first(every, pytester, records, kept):
    """The records of the model ``first``, which stand in ``out``."""
    if kept.exists():
        shutil.copytree(kept, pytester.path / "out")
    else:
        assert every("--model", "first")[0].ret == 0
        shutil.copytree(pytester.path / "out", kept)
    return {(r["condition"], r["case"]): r for r in records(pytester.path / "out")}


@pytest.fixture
def every(pytester, records):
    (pytester.path / "suite.yaml").write_text(HEAD + CASES)

    def run(*arguments, out="out"):
        result = pytester.runpytest_inprocess("suite.yaml", "--results", out, *arguments)
        return result, {(r["condition"], r["case"]): r for r in records(pytester.path / out)}

    return run


def test_the_suite_names_every_condition():
    assert set(re.findall(r"[a-z_]+(?=[(:+])", CONDITIONS)) >= set(names())


def outcomes(records):
    return {key: record["outcome"] for key, record in records.items()}


def test_first_and_its_replay_agree(every, of_the_first):
    first = of_the_first
    result, again = every("--model", "replay:out", out="again")
    assert result.ret == 0
    assert outcomes(again) == outcomes(first)
    assert [r["verdicts"] for r in again.values()] == [r["verdicts"] for r in first.values()]
    assert "error" not in outcomes(first).values()


def test_what_does_not_apply_is_skipped_with_a_reason(every, pytester):
    pytester.makeconftest(LISTENS)
    result, records = every()
    assert result.ret == 0
    assert "error" not in outcomes(records).values()
    skipped = {key: r["reason"] for key, r in records.items() if r["outcome"] == "skipped"}
    assert all(len(reason) > 20 for reason in skipped.values())
    # A case without sound takes no condition on sound, an open one none on choices.
    assert "has none" in skipped["gain(db=-20)", "mute"]
    assert "has none" in skipped["reverb(rt60=0.5)", "mute"]
    assert "open" in skipped["rotated(k=1)", "open"]
    assert "this case has 0" in skipped["rephrased", "kind"]
    assert "stand as before" in skipped["rotated(k=2)", "kind"]
    assert "cannot be cropped" in skipped["cropped(seconds=0.1,where=random)", "last"]
    assert "needs the case 'last' to have a clip of its own" in skipped["mixed(snr_db=5,offset=0.1,with=last)", "last"]
    assert "single one would be left" in skipped["answer_removed(offer_none=no)", "kind"]
    assert ("gain(db=-20)", "pitch") not in skipped
    # What was skipped for its samples was never asked, which is no fault of a replay, and is not counted against it.
    pytester.makeconftest("")
    result, again = every("--model", "replay:out", out="again")
    assert result.ret == 0
    assert "cannot be cropped" in again["cropped(seconds=0.1,where=random)", "last"]["reason"]
    assert "error" not in outcomes(again).values()
    assert {k for k, o in outcomes(again).items() if o in ("skipped", "unsupported")} == set(skipped)


def test_expectations_are_met_and_missed(of_the_first):
    records = of_the_first
    assert records["relabelled(style=numbers)", "pitch"]["reply"]["text"] == "(1)"
    assert records["relabelled(style=numbers)", "pitch"]["labels"] == ["1", "2", "3"]
    assert records["relabelled(style=none)", "pitch"]["reply"]["text"] == "high"
    assert records["relabelled(style=none)", "pitch"]["outcome"] == "passed"
    assert records["rephrased", "pitch"]["question"] == "How high is the tone?"
    assert records["rotated(k=1)", "pitch"]["outcome"] == "missed"
    # The first option is right in `pitch`, so it is now "none of the above", and the first of all.
    assert records["answer_removed", "pitch"]["outcome"] == "passed"
    assert records["answer_removed", "kind"]["outcome"] == "missed"
    assert records["foreign_choices", "pitch"]["outcome"] == "missed"
    assert records["fewer(k=2,kind=near)", "pitch"]["choices"] == ["high", "low"]


def test_two_workers_show_the_same(every, of_the_first):
    alone = of_the_first
    _, together = every("--model", "first", "-n", "2", out="two")
    strip = ("reply", "cached")
    assert {k: json.dumps({f: v for f, v in r.items() if f not in strip}) for k, r in alone.items()} == {
        k: json.dumps({f: v for f, v in r.items() if f not in strip}) for k, r in together.items()
    }


def test_a_name_that_is_no_case_is_an_error_with_what_is_near(every, pytester):
    pytester.makeconftest(LISTENS)
    text = (HEAD + CASES).replace("with=last", "with=lst")
    (pytester.path / "suite.yaml").write_text(text)
    _, records = every("-k", "mixed")
    error = records["mixed(snr_db=5,offset=0.1,with=lst)", "pitch"]
    assert error["outcome"] == "error"
    assert "did you mean 'last'" in error["reason"]


def test_an_option_that_a_release_holds_twice_is_one_option(pytester, monkeypatch, tmp_path):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path))
    head = "suite: twice\nknown_faults: [equal_choices]\nconditions: [answer_removed: abstains, rotated(k=1): same]\n"
    case = "cases:\n  - {id: a, question: How many?, choices: [fourteen, nine, fourteen], answer: fourteen}\n"
    (pytester.path / "suite.yaml").write_text(head + case)
    result = pytester.runpytest_inprocess("suite.yaml", "--model", "first", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*the right option stands there twice*"])
