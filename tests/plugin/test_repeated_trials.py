"""``--repeats`` and ``repeats``: each trial several times, the same question with another seed, as repeats in every figure."""

import json

import pytest

import audiotest
from audiotest.analyse.repeats import over_repeats, within
from audiotest.types import Needs, Reply

SUITE = """\
suite: s
policy: gates
conditions: [original, shuffled]
gates:
  - {metric: self_consistency, min: 0.5}
cases:
"""
CASE = "  - {{id: c{i}, question: What is it in {i}?, choices: [a bell, a dog, a cat], answer: a bell}}\n"


class Sampler:
    """Right two times in three, by the seed that it is given."""

    name, needs, batch_size = "sampler", Needs(audio=False), 8

    def __init__(self, identity=""):
        self.identity, self.asked = identity, []

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        self.asked += requests
        return [Reply(r.choices[(r.choices.index("a bell") + (r.seed % 3 == 0)) % 3]) for r in requests]


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "s.yaml"
    path.write_text(SUITE + "".join(CASE.format(i=i) for i in range(30)))
    return path


def test_repeats_show_the_same_with_other_seeds_and_are_no_further_trials(suite):
    model = Sampler()
    run = audiotest.run(suite, model=model, repeats=4, cache=False)
    assert len(run.records) == 30 * 2 * 4
    shown = {}
    for request in model.asked:
        shown.setdefault((request.case.partition("~")[0], request.condition), []).append(request)
    assert all(len({(r.prompt, r.choices) for r in rows}) == 1 for rows in shown.values())
    assert all(len({r.seed for r in rows}) == 4 for rows in shown.values())
    assert {r.case for r in run.records if r.case.startswith("c7~") or r.case == "c7"} == {"c7", "c7~2", "c7~3", "c7~4"}
    figures = run.summary.suites["s"].conditions["original"].metrics
    expected = over_repeats(within(r for r in run.records if r.condition == "original"))
    assert figures["majority_vote"] == expected.majority
    assert figures["pass_at_k"] == expected.pass_at[4]
    assert figures["self_consistency"] == expected.consistency
    assert figures["accuracy"].value == pytest.approx(expected.accuracy.value)
    once = audiotest.run(suite, model=Sampler(), cache=False).summary.suites["s"].conditions["original"].metrics
    assert not {"pass_at_k", "majority_vote", "self_consistency"} & once.keys()
    width = figures["accuracy"].high - figures["accuracy"].low
    assert width > 0.5 * (once["accuracy"].high - once["accuracy"].low), "120 answers passed for 120 questions"
    assert run.gates["s"][0].passed


def test_repeats_are_kept_apart_in_the_cache(suite):
    first, again = Sampler("sampler 1"), Sampler("sampler 1")
    before = audiotest.run(suite, model=first, repeats=3)
    after = audiotest.run(suite, model=again, repeats=3)
    assert (len(first.asked), len(again.asked)) == (180, 0)
    assert [r.reply.text for r in before.records] == [r.reply.text for r in after.records]
    more = Sampler("sampler 1")
    audiotest.run(suite, model=more, repeats=4)
    assert {r.case.partition("~")[2] for r in more.asked} == {"4"}


def test_a_suite_can_ask_for_them_and_a_limit_is_of_cases(suite):
    suite.write_text("repeats: 2\n" + suite.read_text())
    run = audiotest.run(suite, model=Sampler(), limit=5, cache=False)
    assert len({r.case for r in run.records}) == 10
    assert len({r.case.partition("~")[0] for r in run.records}) == 5
    [gate] = run.gates["s"]
    assert "--limit 5 left out" in gate.reason
    assert len(audiotest.run(suite, model=Sampler(), repeats=1, cache=False).records) == 60


def test_from_the_command_line_to_the_table(pytester, suite, monkeypatch):
    from click.testing import CliRunner

    from audiotest.commands.repeats import command

    pytester.makeini("[pytest]\n")
    (pytester.path / "s.yaml").write_text(suite.read_text())
    out = pytester.runpytest_inprocess(
        "s.yaml", "--model", "random", "--repeats", "3", "--results", "out", "-p", "no:hypothesispytest"
    )
    records = [json.loads(line) for line in (pytester.path / "out" / "trials.jsonl").read_text().splitlines()]
    assert len(records) == 180
    assert {r["nodeid"] for r in records} >= {"s.yaml::shuffled::c3~2", "s.yaml::shuffled::c3"}
    assert len({r["reply"]["text"] for r in records if r["case"].startswith("c1~") or r["case"] == "c1"}) > 1
    out = pytester.runpytest_inprocess(
        "s.yaml::original::c3~2", "--model", "random", "--repeats", "3", "-p", "no:hypothesispytest"
    )
    counts = out.parseoutcomes()
    assert counts.get("passed", 0) + counts.get("missed", 0) == 1
    result = CliRunner().invoke(command, ["out", "--format", "json"])
    assert result.exit_code == 0, result.output
    [original, _] = json.loads(result.output)
    assert (original["trials"], original["repeats"], original["incomplete"]) == (30, 3, 0)
    refused = pytester.runpytest_inprocess("s.yaml", "--repeats", "none")
    refused.stderr.fnmatch_lines(["*--repeats takes a whole number above 0*"])


def test_a_run_with_repeats_is_rescored_compared_and_replayed(pytester, suite):
    run = audiotest.run(suite, model=Sampler(), repeats=3, results=str(pytester.path / "out"), cache=False)
    again = audiotest.run(suite, model=f"replay:{pytester.path / 'out' / 'trials.jsonl'}", repeats=3, cache=False)
    assert [r.reply.text for r in again.records] == [r.reply.text for r in run.records]
    diff = audiotest.compare(run, again).suites["s"].conditions["original"].metrics["accuracy"]
    assert (diff.difference, diff.p) == (0, 1)
    from audiotest.grade.rescoring import rescore

    rescored = rescore(run.records, ["choice"], find=lambda file: audiotest.load_suite(suite))
    assert [r.outcome for r in rescored] == [r.outcome for r in run.records]
