"""Conversations in which the model's own reply is a turn: asked turn by turn, kept turn by turn, the last one scored."""

import json
import sys
from pathlib import Path

import pytest

import audiotest
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load
from audiotest.declare.trial import trials
from audiotest.predict.predictor import Predictor
from audiotest.types import Needs, Reply, Turn

SUITE = """\
suite: talk
prompt: question
conditions: [original, text_only]
messages:
  - system: Be brief.
  - user: "Describe it ({{ tags.skill }})."
  - assistant: "{{ reply }}"
  - user: "You said {{ reply }}. More?"
  - assistant: "Well: {{ reply }}"
  - user: ["{{ prompt }}", "after {{ replies | length }}"]
cases:
"""
CASE = "  - {{id: {0}, audio: {{synth: {{tone: {{hz: 440, seconds: 0.1}}}}}}, question: Is it {0}?, choices: [yes, no], answer: yes, tags: {{skill: {0}}}}}\n"


class Batches:
    """Says what its last turn was, shortened; ``stop_at``: before which of its replies somebody presses Ctrl-C."""

    identity, batch_size = "talker 1", 3
    needs = Needs(sample_rate=8000, channels=1, turns=True)

    def __init__(self, stop_at=None, fails=""):
        self.name, self.asked, self.left, self.fails = "talker", [], stop_at, fails

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise KeyboardInterrupt
        self.asked += requests
        return [self._one(request) for request in requests]

    def _one(self, request):
        if self.fails and self.fails in request.turns[-1].parts[-1]:
            return ValueError("out of words")
        return Reply("yes" if "after 2" in request.turns[-1].parts else f"r{len(request.turns)}{request.case}")


class Streams(Batches):
    def answer(self, requests):
        raise AssertionError("the stream is asked")

    def stream(self, requests):
        waiting = []
        for request in requests:
            waiting.append(request)
            if len(waiting) > 2:
                yield waiting[0], Batches.answer(self, [waiting.pop(0)])[0]
        for request in waiting:
            yield request, Batches.answer(self, [request])[0]


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "s.yaml"
    path.write_text(SUITE + "".join(CASE.format(name) for name in ("a", "b", "c", "d")))
    return path


@pytest.mark.parametrize("kind", [Batches, Streams])
def test_each_turn_is_asked_with_what_was_said_before_and_the_last_is_scored(suite, kind):
    model = kind()
    run = audiotest.run(suite, model, cache=False)
    assert {r.outcome for r in run.records if r.condition == "original"} == {"passed"}
    own = [r for r in model.asked if (r.case, r.condition) == ("a", "original")]
    assert [request.turns for request in own] == [
        (Turn("system", ("Be brief.",)), Turn("user", (0, "Describe it (a)."))),
        (*own[0].turns, Turn("assistant", ("r2a",)), Turn("user", ("You said r2a. More?",))),
        (*own[1].turns, Turn("assistant", ("Well: r4a",)), Turn("user", ("Is it a?", "after 2"))),
    ]
    assert [len(request.audio) for request in own] == [1, 1, 1]
    assert len(model.asked) == 4 * 2 * 3
    record = next(r for r in run.records if (r.case, r.condition) == ("a", "original"))
    assert record.reply.details["replies"] == ["r2a", "r4a"]
    assert "[assistant] r2a\n[user] You said r2a. More?" in record.prompt
    deaf = [r for r in model.asked if (r.case, r.condition) == ("a", "text_only")]
    assert [r.audio for r in deaf] == [(), (), ()]


@pytest.mark.parametrize("kind", [Batches, Streams])
def test_turns_outlive_an_interruption(suite, kind):
    whole = audiotest.run(suite, kind(), cache=False)
    asked = 0
    for stop_at in (1, 2, 3):
        model = kind(stop_at)
        assert audiotest.run(suite, model).partial
        asked += len(model.asked)
    last = kind()
    run = audiotest.run(suite, last)
    assert not run.partial
    asked += len(last.asked)
    assert asked <= 24 + (3 if kind is Streams else 0)  # of a stream what was in flight when it was stopped comes again
    assert [(r.case, r.condition, r.reply.text, r.reply.details["replies"], r.prompt) for r in run.records] == [
        (r.case, r.condition, r.reply.text, r.reply.details["replies"], r.prompt) for r in whole.records
    ]
    again = kind()
    assert {r.cached for r in audiotest.run(suite, again).records} == {True}
    assert again.asked == []


def test_another_last_turn_asks_the_earlier_ones_no_more(suite):
    audiotest.run(suite, Batches())
    suite.write_text(suite.read_text().replace("after {{", "and after {{"))
    model = Batches()
    audiotest.run(suite, model)
    assert {len(request.turns) for request in model.asked} == {6}


def test_a_turn_that_fails_costs_its_own_trial(suite):
    run = audiotest.run(suite, Batches(fails="You said r2b"), cache=False)
    errors = {(r.case, r.condition): r.reason for r in run.records if r.outcome == "error"}
    assert errors == dict.fromkeys([("b", "original"), ("b", "text_only")], "out of words")
    assert len(run.records) == 8


def test_a_trial_that_is_asked_again_is_asked_all_turns(suite):
    model = Batches()
    predictor = Predictor(model)
    trial = next(trials(load(suite)))
    assert predictor.answer(trial).reply.text == "yes"
    assert predictor.answer(trial, again=True).reply.text == "yes"
    assert [len(request.turns) for request in model.asked] == [2, 4, 6] * 2
    predictor.close()


def test_an_engine_and_a_recording_answer_whole_conversations(suite, tmp_path):
    inner = Predictor(Batches())

    class Engine:
        def send(self, items):
            for item in items:
                yield [(item, inner.answer(item.trial).reply)]

    outer = Predictor(Batches(), engine=Engine())
    trial = next(trials(load(suite)))
    answer = outer.answer(trial)
    assert (answer.reply.text, answer.reply.details["replies"]) == ("yes", ["r2a", "r4a"])
    assert "[assistant] Well: r4a" in answer.prompt
    run = audiotest.run(suite, Batches(), cache=False)
    run.save(tmp_path / "out")
    replayed = audiotest.run(suite, f"replay:{tmp_path / 'out'}", cache=False)
    asked = [(r.reply.text, r.prompt.replace("<sound 1>\n", "")) for r in run.records]
    assert [(r.reply.text, r.prompt) for r in replayed.records] == asked


BRIDGE = """\
import sys
sys.path.insert(0, {bridges!r})
from audiotest_bridge import serve
def answer(model, request):
    return "/".join(turn["role"][0] + ":" + str(turn["parts"][-1]) for turn in request["turns"])
serve(lambda options: None, answer)
"""


def test_a_program_is_given_its_own_replies(suite, tmp_path):
    (tmp_path / "bridge.py").write_text(BRIDGE.format(bridges=str(Path(__file__).parents[2] / "bridges")))
    short = SUITE.split('  - user: "You said')[0] + '  - user: "{{ prompt }}"\ncases:\n'
    suite.write_text(short.replace("  - system: Be brief.\n", "") + CASE.format("a"))
    run = audiotest.run(suite, f"process:{sys.executable} {tmp_path / 'bridge.py'}", options={"turns": "true"},
                        cache=False, conditions=["original"])  # fmt: skip
    [record] = run.records
    assert record.reply.text == "u:Describe it (a)./a:u:Describe it (a)./u:Is it a?"


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ('[{user: "{{ reply }} {{ prompt }}"}]', "no turn before this one asks the model"),
        ('[{assistant: "{{ reply }}"}, {user: "{{ prompt }}"}]', "the user has to speak first"),
        ('[{user: hi}, {assistant: "{{ reply }}"}, {assistant: "{{ reply }}"}, {user: "{{ prompt }}"}]', "speak first"),
        ('[{user: hi}, {assistant: "{{ reply }}"}]', "the last turn is the user's"),
        ('[{user: hi}, {assistant: "{{ repyl }}"}, {user: "{{ prompt }}"}]', "repyl"),
    ],
)
def test_what_is_wrong_with_a_reply_of_its_own_is_said(suite, messages, message):
    suite.write_text(f"suite: s\nmessages: {messages}\ncases:\n{CASE.format('a')}")
    with pytest.raises(SuiteError) as raised:
        load(suite)
    assert message in str(raised.value)
    case = CASE.format("a").replace("question:", f"messages: {messages}, question:")
    suite.write_text(f"suite: s\ncases:\n{case}")
    assert message in str([p.message for p in load(suite).problems()])


def test_a_question_in_an_earlier_turn_is_asked(suite):
    text = 'messages: [{user: "{{ prompt }}"}, {assistant: "{{ reply }}"}, {user: Are you sure?}]\n'
    suite.write_text(f"suite: s\n{text}cases:\n{CASE.format('a')}")
    assert load(suite).warnings == ()


def test_a_judge_sees_what_was_said_before(suite, tmp_path):
    run = audiotest.run(suite, Batches(), cache=False, conditions=["original"])
    from audiotest.grade.question import question_of

    assert question_of(run.records[0]).metadata["replies"] == ["r2a", "r4a"]
    assert json.loads(
        (run.save(tmp_path / "o") or tmp_path / "o").joinpath("trials.jsonl").read_text().splitlines()[0]
    )["reply"]["details"]["replies"]
