"""``messages``: turns with sounds among the text, from the suite's file to what adapters are given and send."""

import json

import numpy as np
import pytest
import soundfile

import audiotest
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load
from audiotest.models._openai import wire
from audiotest.models._openai.settings import Settings
from audiotest.types import Generation, Needs, Reply, Request, Turn, Waveform

SUITE = """\
suite: few-shot
prompt: question
conditions: [original, text_only, noise(snr_db=0)]
messages:
  - system: You answer with one word.
  - user: ["Audio 1:", {audio: example.wav}, "What rings?"]
  - assistant: A bell.
  - user: ["Audio 2:", {clip: 1}, "{{ prompt }} ({{ tags.skill }})"]
cases:
  - {id: a, audio: a.wav, question: What barks?, choices: [dog, cat], answer: dog, tags: {skill: animals}}
  - {id: b, audio: [a.wav, b.wav], question: Which is louder?, choices: [first, second], answer: first, tags: {skill: level}}
"""


class Hearer:
    name, identity, batch_size = "hearer", "hearer 1", 4
    needs = Needs(sample_rate=8000, channels=1, turns=True)

    def __init__(self):
        self.asked = {}

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        self.asked |= {(r.case, r.condition): r for r in requests}
        return [Reply("dog") for _ in requests]


def tone(path, hz):
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * hz * np.arange(4000) / 8000), 8000)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    for name, hz in (("a", 300), ("b", 500), ("example", 700)):
        tone(tmp_path / f"{name}.wav", hz)
    (tmp_path / "s.yaml").write_text(SUITE)
    return tmp_path


def pitches(request):
    return [
        round(float(np.abs(np.fft.rfft(c.samples[:, 0])).argmax() * c.rate / len(c.samples))) for c in request.audio
    ]


def test_turns_have_their_sounds_in_order_and_conditions_change_the_cases_own_alone(folder):
    model = Hearer()
    run = audiotest.run(folder / "s.yaml", model=model, cache=False)
    asked = model.asked["a", "original"]
    assert asked.turns == (
        Turn("system", ("You answer with one word.",)),
        Turn("user", ("Audio 1:", 0, "What rings?")),
        Turn("assistant", ("A bell.",)),
        Turn("user", ("Audio 2:", 1, "What barks? (animals)")),
    )
    assert pitches(asked) == [700, 300]
    noisy = model.asked["a", "noise(snr_db=0)"]
    assert np.array_equal(noisy.audio[0].samples, asked.audio[0].samples)
    assert not np.array_equal(noisy.audio[1].samples, asked.audio[1].samples)
    deaf = model.asked["a", "text_only"]
    assert (deaf.audio, deaf.turns[1]) == ((), Turn("user", ("Audio 1:", "What rings?")))
    two = model.asked["b", "original"]
    assert two.turns[-1].parts == (1, "Audio 2:", 2, "Which is louder? (level)")
    assert pitches(two) == [700, 500, 300]
    [shown] = {r.prompt for r in run.records if (r.case, r.condition) == ("a", "original")}
    assert shown == (
        "[system] You answer with one word.\n[user] Audio 1:\n<sound 1>\nWhat rings?\n[assistant] A bell.\n"
        "[user] Audio 2:\n<sound 2>\nWhat barks? (animals)"
    )


def test_what_was_said_and_heard_before_is_part_of_a_replys_name(folder):
    def asked():
        model = Hearer()
        audiotest.run(folder / "s.yaml", model=model)
        return len(model.asked)

    assert (asked(), asked()) == (6, 0)
    tone(folder / "example.wav", 900)
    assert asked() == 4  # of which two heard nothing before either
    (folder / "s.yaml").write_text(SUITE.replace("A bell.", "A horn."))
    assert asked() == 6


def test_a_model_that_takes_one_prompt_is_not_asked(folder):
    class Deaf(Hearer):
        needs = Needs(sample_rate=8000, channels=1)

    run = audiotest.run(folder / "s.yaml", model=Deaf(), cache=False)
    assert {r.outcome for r in run.records} == {"unsupported"}
    assert "takes one prompt" in run.records[0].reason


def test_a_case_has_turns_of_its_own_which_outlive_the_cache_of_suites(folder):
    own = '    messages: [{user: "{{ question }} Now."}]\n'
    case = f"  - id: c\n    question: Why?\n    choices: [x, y]\n    answer: x\n{own}"
    (folder / "s.yaml").write_text(SUITE + case)
    for _ in range(2):
        model = Hearer()
        audiotest.run(folder / "s.yaml", model=model, cache=False)
        assert model.asked["c", "original"].turns == (Turn("user", ("Why? Now.",)),)


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ("[{user: hi}, {assistant: hello}]", "the last turn is the user's"),
        ('[{user: hi}, {system: be kind}, {user: "{{ prompt }}"}]', "only be the first"),
        ('[{user: "{{ promt }}"}]', "promt"),
        ('[{user: [{audio: lost.wav}, "{{ prompt }}"]}]', "there is no file"),
        ("[{usr: hi}]", "usr"),
    ],
)
def test_what_is_wrong_with_turns_is_an_error_with_its_place(folder, messages, message):
    head, _, rest = SUITE.partition("messages:")
    (folder / "s.yaml").write_text(f"{head}messages: {messages}\ncases:{rest.partition('cases:')[2]}")
    with pytest.raises(SuiteError, match=r"s\.yaml:4:") as raised:
        load(folder / "s.yaml")
    assert message in str(raised.value)


def test_turns_that_never_ask_are_warned_of_and_a_clip_that_is_not_there_costs_its_trial(folder):
    head, _, rest = SUITE.partition("messages:")
    text = f"{head}messages: [{{user: [hello, {{clip: 2}}]}}]\ncases:{rest.partition('cases:')[2]}"
    (folder / "s.yaml").write_text(text)
    assert "never shows the question" in str(load(folder / "s.yaml").warnings[0])
    run = audiotest.run(folder / "s.yaml", model=Hearer(), cache=False)
    errors = {(r.case, r.condition): r.reason for r in run.records if r.outcome == "error"}
    assert errors.keys() == {("a", "original"), ("a", "noise(snr_db=0)")}
    assert "name clip 2, and the case has 1" in errors["a", "original"]


def body(request, sounds):
    return json.loads(b"".join(wire.body("m", request, Settings(), sounds)))["messages"]


def test_over_the_wire():
    clip = Waveform(np.zeros((8, 1), np.float32), 8000)
    plain = Request(suite="s", case="c", condition="original", prompt="What?", question="What?", audio=(clip,))
    sound = {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}
    assert body(plain, [b"AA=="]) == [{"role": "user", "content": [sound, {"type": "text", "text": "What?"}]}]
    assert body(plain, []) == [{"role": "user", "content": "What?"}]
    turns = (Turn("user", ("Audio 1:", 0)), Turn("assistant", ("A bell.",)), Turn("user", (1, "And?", 0)))
    talk = Request(suite="s", case="c", condition="original", prompt="", question="", audio=(clip, clip), turns=turns,
                   generation=Generation(system="Listen."))  # fmt: skip
    other = {"type": "input_audio", "input_audio": {"data": "BB==", "format": "wav"}}
    assert body(talk, [b"AA==", b"BB=="]) == [
        {"role": "system", "content": "Listen."},
        {"role": "user", "content": [{"type": "text", "text": "Audio 1:"}, sound]},
        {"role": "assistant", "content": "A bell."},
        {"role": "user", "content": [other, {"type": "text", "text": "And?"}, sound]},
    ]
