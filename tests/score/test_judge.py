"""``judge``: a template, a scale or labels, and a reading rule of the suite's own; and its agreement with people."""

import csv
import json
import re

import pytest
from click.testing import CliRunner

import audiotest
from audiotest.commands.judge_agreement import command
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load
from audiotest.score import judge
from audiotest.types import Needs, Question, Reply

ASKED = Question("What is heard?", reference=("A bell rings.",), metadata={"mood": "calm"})
TEMPLATE = "{{ question }} {{ reference[0] }} ({{ facts.mood }}) Reply: {{ reply }}"


@pytest.mark.parametrize(
    ("line", "options", "rating"),
    [
        ("8", {"scale": [1, 10]}, 8),
        ("I rate it 7.5 out of 10", {"scale": [1, 10]}, 10),
        ("Score: 7.5 of 10", {"scale": [1, 10], "pattern": r"Score: ([\d.]+)"}, 7.5),
        ("I rate it 12", {"scale": [1, 10]}, None),
        ("-1", {"scale": [-2, 2]}, -1),
        ("Judgement: Incorrect.", {"labels": {"correct": 1, "incorrect": 0}}, "incorrect"),
        ("It is not incorrect, so: correct", {"labels": {"correct": 1, "incorrect": 0}}, "correct"),
        ("nothing", {"labels": {"correct": 1, "incorrect": 0}}, None),
        ("B2", {"scale": [1, 10]}, None),
        ("", {"scale": [1, 10]}, None),
    ],
)
def test_a_line_is_read_by_the_rule(line, options, rating):
    assert judge.readable(ASKED, line, template=TEMPLATE, **options) == (rating is not None)
    verdict = judge.score(ASKED, "ding", template=TEMPLATE, judged={"rating 1": line}, **options)
    assert verdict.details["ratings"] == ([] if rating is None else [rating])
    assert verdict.counted == (rating is not None)


def test_several_ratings_are_a_mean_and_a_threshold_decides():
    asks = judge.asks(ASKED, "ding", template=TEMPLATE, ratings=3, temperature=0.5, scale=[1, 5])
    assert [ask.name for ask in asks] == ["rating 1", "rating 2", "rating 3"]
    assert {ask.prompt for ask in asks} == {"What is heard? A bell rings. (calm) Reply: ding"}
    assert {ask.generation.temperature for ask in asks} == {0.5}
    lines = {"rating 1": "5", "rating 2": "4", "rating 3": "??"}
    verdict = judge.score(ASKED, "ding", scale=[1, 5], threshold=0.8, judged=lines)
    assert (verdict.score, verdict.correct, verdict.details["unread"]) == (0.875, True, 1)
    assert judge.score(ASKED, "ding", scale=[1, 5], judged=lines).correct is None
    assert judge.asks(ASKED, "  ", template=TEMPLATE) == ()
    assert judge.score(ASKED, " ", scale=[1, 5], threshold=0.5).correct is False
    assert judge.score(ASKED, "ding", scale=[1, 5]).counted is False


SUITE = """\
suite: open
policy: gates
prompt: question
scorers:
  - judge: {{template: "{{{{ question }}}} Reply: {{{{ reply }}}}", {options}}}
cases:
"""
CASE = "  - {{id: c{i}, question: What is heard in {i}?, reference: a bell}}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("scale: [10, 1]", "[lowest, highest]"),
        ("scale: [1, 10], labels: {a: 1}", "`scale`, such as"),
        ("labels: {a: 3}", "scores lie in [0, 1]"),
        ("scale: [1, 10], pattern: x", "needs a group"),
        ("scale: [1, 10], treshold: 0.5", "did you mean 'threshold'"),
        ("scale: [1, 10], model: 'process:x'", "a card's name"),
        ("scale: [1, 10], ratings: 0", "count from 1"),
    ],
)
def test_options_that_make_no_sense_are_errors_of_the_suite(tmp_path, options, message):
    (tmp_path / "s.yaml").write_text(SUITE.format(options=options) + CASE.format(i=0))
    with pytest.raises(SuiteError, match=re.escape(message)):
        load(tmp_path / "s.yaml")


def test_a_template_without_the_reply_is_an_error():
    with pytest.raises(ValueError, match="never shows the reply"):
        judge.check(template="{{ question }}", scale=[1, 2])
    with pytest.raises(ValueError, match="cannot be rendered"):
        judge.check(template="{{ reply }} {{ qestion }}", scale=[1, 2])


class Talker:
    name, identity, needs, batch_size = "talker", "", Needs(audio=False), 8

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        return [Reply(f"reply to {r.case}") for r in requests]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Twenty replies, rated 1 to 5 by a judge that is one too high for every third."""
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    lines = [
        {"id": f"c{i}", "condition": "judge.rating 1", "output": f"Rating: {min(5, 1 + i % 5 + (i % 3 == 0))}"}
        for i in range(20)
    ]
    (tmp_path / "judged.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "s.yaml").write_text(
        SUITE.format(options="scale: [1, 5], threshold: 0.6") + "".join(CASE.format(i=i) for i in range(20))
    )
    out = tmp_path / "out"
    return audiotest.run(
        tmp_path / "s.yaml", model=Talker(), judge=f"replay:{tmp_path / 'judged.jsonl'}", cache=False, results=out
    ), out


def test_a_suite_is_graded_by_its_own_judge(run):
    metrics = run[0].summary.suites["open"].conditions["original"].metrics
    assert metrics["mean_score"].value == pytest.approx(
        sum((min(5, 1 + i % 5 + (i % 3 == 0)) - 1) / 4 for i in range(20)) / 20
    )
    assert metrics["accuracy"].n == 20


def human(folder, rows):
    with (folder / "human.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(folder / "human.csv")


def test_agreement_with_people_in_numbers_and_in_labels(run, tmp_path):
    out = str(run[1])
    rows = [
        {"id": f"c{i}", "rating": 1 + i % 5 + shift, "rater": rater}
        for i in range(20)
        for rater, shift in (("ann", 0), ("bob", 1))
    ]
    rows.append({"id": "c99", "rating": 3, "rater": "ann"})
    result = CliRunner().invoke(command, [out, "--human", human(tmp_path, rows), "--format", "json"])
    assert result.exit_code == 0, result.output
    judged, people = json.loads(result.stdout)
    assert (judged["one"], judged["other"], judged["n"]) == ("judge", "people", 20)
    assert 0.8 < judged["measures"]["spearman"]["value"] < 1
    assert (people["one"], people["other"]) == ("ann", "bob")
    assert people["measures"]["kendall"]["value"] == pytest.approx(1)
    labels = [{"id": f"c{i}", "rating": "right" if 1 + i % 5 >= 3.4 else "wrong"} for i in range(20)]
    result = CliRunner().invoke(command, [out, "--human", human(tmp_path, labels)])
    assert re.search(
        r"judge and people: n = 20; kappa 0\.\d\d \(95% CI -?\d\.\d\d to \d\.\d\d\); exact", result.output
    ), result.output


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"id": "c1", "score": 3}], "there is no `rating`; the columns are id, score"),
        ([{"id": "x", "rating": 3}], "no rating is of a reply in this run"),
        ([{"id": "", "rating": 3}], "there is no `id`"),
    ],
)
def test_ratings_that_cannot_be_used_say_why(run, tmp_path, rows, message):
    result = CliRunner().invoke(command, [str(run[1]), "--human", human(tmp_path, rows)])
    assert result.exit_code == 1
    assert message in result.output
