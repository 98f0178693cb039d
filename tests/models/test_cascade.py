"""The adapter ``cascade``: what the listener wrote reaches the language model, and the record."""

import json

import numpy as np
import pytest
from msgspec.structs import replace

from audiotest.models.cascade import ASK, Cascade, Settings
from audiotest.models.loading import ModelError, open_model
from audiotest.models.protocol import Unavailable
from audiotest.types import Generation, Needs, Reply, Request, Waveform


class Part:
    def __init__(self, name, answer, needs=None):
        self.name, self.identity, self.one, self.asked = name, f"{name} 1", answer, []
        self.needs, self.batch_size = needs or Needs(sample_rate=8000, channels=1, clips=1, max_seconds=30), 4

    def load(self):
        self.loaded = True

    def close(self):
        self.loaded = False

    def answer(self, requests):
        self.asked += requests
        return [self.one(r) for r in requests]


def request(case, seconds):
    clips = tuple(Waveform(np.zeros((round(8000 * s), 1), np.float32), 8000) for s in seconds)
    return Request(suite="s", case=case, condition="original", prompt="Which?", question="Which?", choices=("x", "y"),
                   audio=clips)  # fmt: skip


def test_each_clip_is_described_and_the_descriptions_are_asked_about():
    def describe(r):
        if r.audio[0].seconds > 2:
            return RuntimeError("too loud")
        return Reply(f"a sound of {r.audio[0].seconds:g} s")

    ears, head = Part("ears", describe), Part("head", lambda r: Reply(f"B, because: {r.prompt}"))
    model = Cascade(ears, head, Settings())
    model.load()
    one, two, none, broken = model.answer(
        [request("one", [1]), request("two", [0.5, 1.5]), request("none", []), request("broken", [1, 3])]
    )
    assert "described as follows.\na sound of 1 s\n\nWhich?" in one.text
    assert "Recording 1: a sound of 0.5 s\nRecording 2: a sound of 1.5 s" in two.text
    assert two.details["intermediate"] == ["a sound of 0.5 s", "a sound of 1.5 s"]
    assert none.text == "B, because: Which?"
    assert "ears: too loud" in str(broken)
    assert all(r.prompt == ASK and len(r.audio) == 1 for r in ears.asked)
    assert all(not r.audio for r in head.asked)
    assert model.needs.clips is None
    assert model.needs.max_seconds == 30
    model.close()
    assert not ears.loaded


def test_the_likelihoods_of_options_are_asked_of_the_language_model_alone():
    ears, head = Part("ears", lambda r: Reply("a bell")), Part("head", lambda r: Reply("B"))
    Cascade(ears, head, Settings()).answer([replace(request("one", [1]), labels=("1", "2"), likelihoods=True)])
    assert [(r.choices, r.labels, r.likelihoods) for r in ears.asked] == [((), (), False)]
    assert [(r.choices, r.labels, r.likelihoods) for r in head.asked] == [(("x", "y"), ("1", "2"), True)]


def test_a_clip_is_described_once_and_in_full_whatever_length_the_suite_gives_answers():
    ears, head = Part("ears", lambda r: Reply("a bell")), Part("head", lambda r: Reply("B"))
    short = Generation(max_new_tokens=5, stop=("\n",), system="Answer with a letter.")
    asked = [replace(request(f"c{i}", [1]), generation=short) for i in range(3)]
    said = Cascade(ears, head, Settings(words=300)).answer(asked)
    assert [r.generation for r in ears.asked] == [Generation(max_new_tokens=300)]
    assert [r.generation for r in head.asked] == [short] * 3
    assert [r.details["intermediate"] for r in said] == [["a bell"]] * 3


def test_identity_is_of_both():
    a, b = Part("a", None), Part("b", None)
    assert Cascade(a, b, Settings()).identity != Cascade(a, b, Settings(ask="Listen.")).identity
    b.identity = ""
    assert Cascade(a, b, Settings()).identity == ""


def test_it_runs_a_suite(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    cases = "".join(f"  - {{id: c{i}, question: Q{i}?, choices: [x, y], answer: x}}\n" for i in range(3))
    (pytester.path / "s.yaml").write_text(f"suite: s\nconditions: [original: correct]\ncases:\n{cases}")
    result = pytester.runpytest_subprocess("s.yaml", "--model", "cascade", "--model-option", "listener=listener",
                                           "--model-option", "llm=first", "--results", "out")  # fmt: skip
    result.assert_outcomes(passed=3)
    assert json.loads((pytester.path / "out" / "summary.json").read_text())["model"].startswith("cascade of listener")


@pytest.mark.parametrize(
    ("options", "said"),
    [({}, "needs two models"), ({"listener": "first", "llm": "first", "words": "many"}, "`words` takes"), ({"listener": "first"}, "needs two models"), ({"lm": "first"}, "unknown option of cascade: 'lm'"),
     ({"listener": "first", "llm": "nosuch"}, "unknown model 'nosuch'")],
)  # fmt: skip
def test_what_cannot_be(options, said):
    with pytest.raises(ModelError, match=said):
        open_model("cascade", options)


class Store(dict):
    """Replies in memory, as a cache keeps them on disk."""

    def get(self, keys):
        return {key: self[key] for key in keys if key in self}

    def put(self, model, replies):
        self.update(replies)


def test_transcripts_are_kept_apart_so_another_language_model_does_not_listen_again():
    ears, store = Part("ears", lambda r: Reply(f"{r.audio[0].seconds:g} s")), Store()
    asked = [request("one", [1]), request("two", [1, 2])]

    def answers(given=Settings(), listener=ears):  # noqa: B008
        model = Cascade(listener, Part("head", lambda r: Reply("B")), given)
        model.keep(store)
        return [reply.details["intermediate"] for reply in model.answer(asked)]

    first = answers()
    assert first == [["1 s"], ["1 s", "2 s"]]
    assert len(ears.asked) == len(store) == 2
    assert answers() == first
    assert len(ears.asked) == 2
    # Another question, another length and another listener are other transcripts; one without identity is not kept.
    assert answers(Settings(ask="Listen.")) == answers(Settings(words=9)) == first
    assert len(ears.asked) == len(store) == 6
    deaf = Part("other", lambda r: Reply("?"))
    deaf.identity = ""
    assert answers(listener=deaf) == [["?"], ["?", "?"]]
    assert len(store) == 6


def test_a_clip_that_failed_is_listened_to_again_and_not_kept():
    replies, store = iter([RuntimeError("busy"), Reply("a bell")]), Store()
    model = Cascade(Part("ears", lambda r: next(replies)), Part("head", lambda r: Reply("B")), Settings())
    model.keep(store)
    assert isinstance(model.answer([request("one", [1])])[0], Exception)
    assert not store
    assert model.answer([request("one", [1])])[0].details["intermediate"] == ["a bell"]
    assert len(store) == 1


class Streaming(Part):
    """Works on so many requests at a time and answers the longest first, as servers do with what was asked last."""

    slots = 3

    def stream(self, requests):
        working = []
        for r in requests:
            working.append(r)
            if len(working) == self.slots:
                yield self.done(working)
        while working:
            yield self.done(working)

    def done(self, working):
        r = max(working, key=lambda r: sum(clip.seconds for clip in r.audio))
        working.remove(r)
        self.asked.append(r)
        return r, self.one(r)


def test_the_language_model_answers_what_is_described_while_the_listener_goes_on():
    events, pulled = [], []
    ears = Streaming("ears", lambda r: events.append("heard") or Reply(f"{r.audio[0].seconds:g} s"))
    head = Streaming("head", lambda r: events.append("answered") or Reply("B"))
    head.slots = 1

    def requests():
        for i in range(40):
            pulled.append(i)
            yield request(f"c{i}", [1 + i % 20 / 10])

    answers = {}
    for r, reply in Cascade(ears, head, Settings()).stream(requests()):
        answers[r.case] = reply.details["intermediate"]
        assert len(pulled) <= len(answers) + ears.slots + 20  # at most what waits for clips that were heard already
    assert answers == {f"c{i}": [f"{1 + i % 20 / 10:g} s"] for i in range(40)}
    assert len(ears.asked) == 20  # each clip once
    assert events.index("answered") == 1
    assert events.count("answered") == 40


def test_a_listener_that_goes_away_costs_what_waited_for_it_and_nothing_else():
    def hear(r):
        if len(ears.asked) > 3:
            raise Unavailable("gone")
        return Reply("a bell")

    ears, head = Streaming("ears", hear), Part("head", lambda r: Reply("B"))
    stream = Cascade(ears, head, Settings()).stream(request(f"c{i}", [1 + i / 10]) for i in range(6))
    outcomes = [outcome for _, outcome in stream]
    assert sum(isinstance(outcome, Reply) for outcome in outcomes) == 3
    assert [str(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == ["ears: gone"] * 3
    with pytest.raises(Unavailable, match="gone"):  # it answers nothing any more
        list(Cascade(ears, head, Settings()).stream(iter([request("later", [3])])))


def test_a_request_that_occurs_twice_in_a_batch_has_a_reply_for_each():
    ears, head = Part("ears", lambda r: Reply("a bell")), Part("head", lambda r: Reply("B"))
    one = request("one", [1])
    assert [reply.text for reply in Cascade(ears, head, Settings()).answer([one, one])] == ["B", "B"]
    assert len(ears.asked) == 1


def test_a_run_keeps_transcripts_in_its_cache(pytester, monkeypatch):
    import audiotest

    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    case = audiotest.Case(
        id="c",
        audio={"synth": {"sequence": [{"tone": {"hz": 440, "seconds": 0.2}}]}},
        question="Q?",
        choices=["x", "y"],
        answer="x",
    )
    suite = audiotest.Suite(name="s", cases=[case], conditions=["original"])
    ears = Part("ears", lambda r: Reply("a tone"))
    for head in ("head", "another"):
        run = audiotest.run(suite, Cascade(ears, Part(head, lambda r: Reply("x")), Settings()))
        assert run.records[0].reply.details["intermediate"] == ["a tone"]
    assert len(ears.asked) == 1


def test_the_language_model_begins_while_a_slow_listener_goes_on(monkeypatch):
    monkeypatch.setattr("audiotest.models._ahead.GATHER_S", 0.0)  # any request is slow, so each is asked as it is
    ears, head = Part("ears", lambda r: Reply("a bell")), Part("head", lambda r: Reply("B"))
    model = Cascade(ears, head, Settings())
    replies = model.stream(iter([request(f"c{i}", [1 + i]) for i in range(8)]))
    assert next(replies)[1].text == "B"
    assert len(ears.asked) == 1
    assert len(list(replies)) == 7
    assert len(ears.asked) == 8


def test_seconds_are_those_of_both_models_and_the_listeners_once():
    ears, head = Part("ears", lambda r: Reply("a bell", seconds=3.0)), Part("head", lambda r: Reply("B", seconds=0.5))
    asked = [request("one", [1]), request("same clip", [1]), request("two", [2, 4]), request("none", [])]
    replies = Cascade(ears, head, Settings()).answer(asked)
    assert [reply.seconds for reply in replies] == [3.5, 0.5, 6.5, 0.5]


def test_who_has_no_identity_is_named():
    ears = Part("ears", None)
    ears.identity = ""
    with pytest.warns(UserWarning, match="ears has no identity, so no reply of cascade of ears and head is kept"):
        Cascade(ears, Part("head", None), Settings()).load()


def test_names_carry_the_options_that_decide_replies():
    spec = {"listener": "first", "llm": "first"}
    plain = open_model("cascade", spec).name
    assert plain == "cascade of first and first"
    assert open_model("cascade", {**spec, "words": "9"}).name == f"{plain} [words=9]"
    one, other = (open_model("cascade", {**spec, "template": "{{ prompt }}" + "x" * n}).name for n in (60, 61))
    assert one != other
    assert len(one) < len(plain) + 60
    assert open_model("qwen2-audio", {"batch_size": "8", "dtype": "float16"}).name.endswith("-Instruct [dtype=float16]")
