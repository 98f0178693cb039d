"""Judges and embedding models in a run: asked in batches, kept, replayed, and never paid for twice."""

import json

import pytest

SUITE = """\
suite: {suite}
policy: gates
prompt: question
scorers: [{scorers}]
conditions: [{conditions}]
cases:
"""
CHAT = """\
  - id: {id}
    question: How does the speaker of {id} feel?
    reference: She is amused.
    tags: {{group: speech}}
    facts: {{description: A woman laughs.}}
"""
PLUGIN = """\
import pytest
from audiotest.types import Needs, Reply

class Model:
    name, identity, needs, batch_size = "talker", "", Needs(audio=False), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [Reply(f"reply to {r.case}") for r in requests]

@pytest.fixture(scope="session")
def model():
    return Model()
"""
JUDGE = """\
import os
from audiotest.types import Needs, Reply

class Judge:
    name, identity, needs, batch_size = "judge", "judge 1", Needs(audio=False), 4
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        with open("asked.txt", "a") as file:
            file.write(f"{len(requests)} {' '.join(r.case + '/' + r.condition for r in requests)}\\n")
        if os.environ.get("JUDGE_DOWN"):
            raise ConnectionError("nobody is there")
        return [Reply(self.line(r)) for r in requests]
    def line(self, r):
        assert r.audio == () and "A woman laughs." in r.prompt
        order = "forward" if r.prompt.index("amused") < r.prompt.index("reply to") else "swapped"
        if "mute" in r.case:
            return "I cannot rate that."
        return "8 6" if order == "forward" else "7 9"

def open_model(argument, options):
    return Judge()
"""


def results(path, suite="chat"):
    records = [json.loads(line) for line in (path / "trials.jsonl").read_text().splitlines()]
    summary = json.loads((path / "summary.json").read_text())
    return {(r["case"], r["condition"]): r for r in records}, summary["suites"][suite]["conditions"]


@pytest.fixture
def chat(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    (pytester.path / "conftest.py").write_text(PLUGIN)
    package = pytester.path / "our_judge.py"
    package.write_text(JUDGE)
    info = pytester.path / "our_judge-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-judge\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[audiotest.models]\nourjudge = our_judge:open_model\n")
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))

    def write(*ids, scorers="air_bench_chat, air_bench_chat_careful", conditions="original: recorded"):
        cases = "".join(CHAT.format(id=id_) for id_ in ids)
        head = SUITE.format(suite="chat", scorers=scorers, conditions=conditions)
        (pytester.path / "chat.yaml").write_text(head + cases)

    write.run = lambda *more: pytester.runpytest_subprocess("chat.yaml", "--results", "out", *more)
    write.asked = lambda: (pytester.path / "asked.txt").read_text().splitlines()
    write.path = pytester.path
    return write


def test_both_orders_are_asked_in_batches_and_averaged(chat):
    chat("a", "b", "mute")
    chat.run("--judge", "ourjudge").assert_outcomes(passed=3)
    records, conditions = results(chat.path / "out")
    verdict = records["a", "original"]["verdicts"]["air_bench_chat"]
    assert (verdict["details"]["forward"], verdict["details"]["swapped"]) == (6, 7)
    assert verdict["score"] == pytest.approx(0.65)
    assert [verdict["details"][f"win_{order}"] for order in ("forward", "swapped")] == [False, False]
    assert records["mute", "original"]["verdicts"]["air_bench_chat"]["status"] == "unparsed"
    assert records["mute", "original"]["verdicts"]["air_bench_chat"]["details"]["unreadable"] == 2
    assert conditions["original"]["metrics"]["mean_score"]["value"] == pytest.approx(0.65)
    assert conditions["original"]["metrics"]["mean_score"]["n"] == 2
    # Six asks of three replies for two scorers that ask the same: once each, four at a time.
    assert sorted(len(line.split()) - 1 for line in chat.asked()) == [2, 4]


def test_without_a_judge_nothing_is_counted_and_the_reply_is_kept(chat):
    chat("a", conditions="original: correct")
    chat.run().assert_outcomes(skipped=1)
    records, conditions = results(chat.path / "out")
    assert "--judge SPEC" in records["a", "original"]["reason"]
    assert records["a", "original"]["reply"]["text"] == "reply to a"
    assert "mean_score" not in conditions["original"]["metrics"]


def test_a_judge_that_is_down_costs_nothing_that_was_judged(chat, monkeypatch):
    chat("a", "b")
    chat.run("--judge", "ourjudge").assert_outcomes(passed=2)
    before = len(chat.asked())
    chat("a", "b", "c")
    monkeypatch.setenv("JUDGE_DOWN", "1")
    result = chat.run("--judge", "ourjudge")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*the judge judge: nobody is there*"])
    records, _ = results(chat.path / "out")
    assert records["c", "original"]["outcome"] == "error"
    assert records["c", "original"]["reply"]["text"] == "reply to c"
    assert all("c/" in line for line in chat.asked()[before:])
    monkeypatch.delenv("JUDGE_DOWN")
    chat.run("--judge", "ourjudge").assert_outcomes(passed=3)
    assert chat.asked()[-1].split()[1:] == ["c/air_bench_chat.forward", "c/air_bench_chat.swapped"]


def test_judgements_are_replayed_from_a_file(chat):
    chat("a", conditions="original: recorded, text_only: recorded".replace(": recorded", ""))
    rows = [{"id": "a", "condition": f"air_bench_chat.{order}{at}", "output": line}
            for at in ("", "@text_only")
            for order, line in (("forward", "5, 5"), ("swapped", "9 2"))]  # fmt: skip
    (chat.path / "judged.jsonl").write_text("\n".join(map(json.dumps, rows)))
    chat.run("--judge", "replay:judged.jsonl")
    records, _ = results(chat.path / "out")
    official = records["a", "original"]["verdicts"]["air_bench_chat"]
    careful = records["a", "original"]["verdicts"]["air_bench_chat_careful"]
    assert (official["details"]["forward"], official["details"]["swapped"]) == (None, 9)
    assert (careful["details"]["forward"], careful["details"]["swapped"]) == (5, 9)


def test_an_embedder_that_only_answers_is_refused(chat):
    chat("a")
    result = chat.run("--embedder", "ourjudge")
    result.stderr.fnmatch_lines(["*gives no embeddings; name an embedding model*"])
    result = chat.run("--judge-option", "nonsense", "--judge", "ourjudge")
    result.stderr.fnmatch_lines(["*--judge-option takes KEY=VALUE, not 'nonsense'*"])


RUBRIC = """\
suite: chat
policy: gates
prompt: choices_listed
scorers: [mmar, mmar_rubric]
conditions: [original]
cases:
  - id: a
    question: What is heard?
    choices: [rain, wind]
    answer: rain
    facts:
      thinking: Drops fall.
      rubric:
        - {name: P1, scoring_point: one, note: n, choices: [0, 1]}
        - {name: P2, scoring_point: two, note: n, choices: [0, 1]}
"""


def test_rubric_ratings_are_asked_again_and_trimmed(chat):
    (chat.path / "chat.yaml").write_text(RUBRIC)
    (chat.path / "p.json").write_text(
        json.dumps([{"id": "a", "answer_prediction": "rain", "thinking_prediction": "A woman laughs."}])
    )
    (chat.path / "our_judge.py").write_text(
        JUDGE.replace("def line(self, r):", '''def line(self, r):
        assert "A woman laughs. The answer is rain." in r.prompt, r.prompt
        self.count = getattr(self, "count", 0) + 1
        if self.count < 4:
            return f"no list, attempt {self.count}"
        both = 0 if r.condition.endswith("rating5") else 1
        return f'[{{"name": "P1", "score": {both}}}, {{"name": "P2", "score": 1}}]'
''').replace('        assert r.audio == () and "A woman laughs." in r.prompt\n', "")
    )  # fmt: skip
    chat.run("--model", "replay:p.json", "--judge", "ourjudge", "-p", "no:cacheprovider", "--noconftest")
    records, _ = results(chat.path / "out")
    verdict = records["a", "original"]["verdicts"]["mmar_rubric"]
    assert verdict["details"]["ratings"] == [1.0, 1.0, 1.0, 1.0, 0.5]
    assert verdict["score"] == 1.0
    assert verdict["correct"] is True


def test_a_run_says_what_was_not_judged_and_a_judge_that_is_not_there_is_one_sentence(pytester):
    pytester.makefile(
        ".yaml",
        s="""
suite: s
scorers: [{judge: {template: "Rate {{ reply }}", scale: [1, 5]}}]
conditions: [original: recorded]
cases: [{id: a, question: Q, reference: [x]}]
""",
    )
    pytester.makefile(".jsonl", replies='{"id": "a", "reply": "hello"}')
    alone = pytester.runpytest_inprocess("s.yaml", "--model", "replay:replies.jsonl")
    alone.stdout.fnmatch_lines(["*1 reply is not judged: judge needs a judge: give --judge SPEC"])
    lost = pytester.runpytest_inprocess("s.yaml", "--model", "replay:replies.jsonl", "--judge", "comet:nowhere")
    lost.stdout.fnmatch_lines(["not judged: the judge comet:nowhere: there is no folder nowhere; *"])
    assert "Traceback" not in str(lost.stdout)
    assert "fixtures.py" not in str(lost.stdout)
    lost.assert_outcomes(errors=1)


REFUSING = """\
import os
from audiotest.models.protocol import Unavailable
from audiotest.types import Needs, Reply

class Judge:
    name, identity, needs, batch_size = "judge", "judge 1", Needs(audio=False), 4
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        with open("asked.txt", "a") as file:
            file.write("asked\\n")
        return [self.one(r) for r in requests]
    def one(self, r):
        refused = os.environ.get("KEY_REFUSED", "")
        return Unavailable("401: the key is refused (OPENAI_API_KEY)") if refused and r.case >= refused else Reply("4")

def open_model(argument, options):
    return Judge()
"""
RATED = """
suite: s
scorers: [{judge: {template: "Rate {{ reply }}", scale: [1, 5]}}]
conditions: [original: recorded]
gates: [{metric: mean_score, min: 0.1}]
cases:
"""


@pytest.fixture
def rated(chat, pytester, monkeypatch):
    (pytester.path / "our_judge.py").write_text(REFUSING)
    names = [f"c{i:02}" for i in range(30)]
    rows = "".join(f"  - {{id: {name}, question: Q, reference: [x]}}\n" for name in names)
    (pytester.path / "s.yaml").write_text(RATED + rows)
    return lambda *more: pytester.runpytest_subprocess("s.yaml", "--judge", "ourjudge", "--results", "out", *more)


def test_a_judge_whose_key_is_refused_is_one_sentence_and_every_reply_is_kept(rated, chat, monkeypatch):
    monkeypatch.setenv("KEY_REFUSED", "c00")
    down = rated()
    down.assert_outcomes(errors=1, skipped=30)  # one of them the gate
    text = down.stdout.str()
    assert text.count("the key is refused") <= 3  # the error, its line in the summary
    assert chat.asked() == ["asked"]
    records, _ = results(chat.path / "out", "s")
    assert {r["outcome"] for r in records.values()} == {"error"}
    assert all(r["reply"]["text"] == f"reply to {case}" for (case, _), r in records.items())
    assert {r["reason"] for r in records.values()} == {
        "not judged: the judge judge: 401: the key is refused (OPENAI_API_KEY)"
    }
    gate = json.loads((chat.path / "out" / "summary.json").read_text())["suites"]["s"]["gates"][0]
    assert gate["passed"] is None
    assert "30 of 30 trials under original broke" in gate["reason"]
    monkeypatch.delenv("KEY_REFUSED")
    rated().assert_outcomes(passed=31)


def test_what_was_judged_before_a_key_was_refused_is_kept(rated, chat, monkeypatch):
    monkeypatch.setenv("KEY_REFUSED", "c08")
    down = rated()
    assert down.ret == 1
    records, _ = results(chat.path / "out", "s")
    judged = {case for (case, _), r in records.items() if r["outcome"] == "recorded"}
    assert judged == {f"c{i:02}" for i in range(8)}
    assert 3 <= len(chat.asked()) - 2 <= 4  # twelve failures in a row once there have been replies
