"""``answer: [x, y]``: a question of which several options are right, from the file to the figures and the reports."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import audiotest
from audiotest.declare.condition import parse_one
from audiotest.declare.conditions.view import NONE
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import Suite, load
from audiotest.declare.trial import Trial, present
from audiotest.types import Case, Needs, NotApplicable, Reply

CHOICES = ("a bell", "a dog", "a chime", "rain", "a drum")
CASE = Case(id="c", question="What rings?", choices=CHOICES, answer=["a bell", "a chime"])
SUITE = """\
suite: several
scorers: [choice]
conditions: [original, shuffled, "fewer(k=2)", answer_removed, "answer_removed(offer_none=no)"]
cases:
  - {id: a, question: What rings?, choices: [a bell, a dog, a chime, rain, a drum], answer: [a bell, a chime]}
  - {id: b, question: What barks?, choices: [a bell, a dog, a chime, rain, a drum], answer: a dog}
"""


class Says:
    name, identity, needs, batch_size = "says", "", Needs(audio=False), 8

    def __init__(self, reply):
        self.reply = reply

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        return [Reply(self.reply) for _ in requests]


def shown(condition, case=CASE, seed=0):
    return present(Trial(Suite("s", cases=(case,)), case, parse_one(condition), "recorded"), seed)


def faults(tmp_path, case, head=""):
    path = tmp_path / "s.yaml"
    path.write_text(f"suite: s\n{head}cases:\n  - {case}\n")
    return [problem.message for problem in load(path).problems()]


def test_any_of_the_right_ones_is_right_and_chance_is_k_of_n(tmp_path):
    (tmp_path / "s.yaml").write_text(SUITE)
    for reply, right in (("a chime", 1), ("(A) a bell", 1), ("a dog", 1), ("a drum", 0), ("a bell or a chime", 0)):
        run = audiotest.run(tmp_path / "s.yaml", Says(reply), cache=False)
        row = run.summary.suites["several"].conditions["original"].metrics
        assert row["accuracy"].value == right / 2
        assert row["chance"].value == pytest.approx((2 / 5 + 1 / 5) / 2)
    record = next(r for r in run.records if (r.case, r.condition) == ("a", "original"))
    assert (record.answer, record.answers, record.right_places) == ("a bell", ("a bell", "a chime"), (0, 2))
    run.save(tmp_path / "out")
    again = audiotest.Run.load(tmp_path / "out")
    assert [r.answers for r in again.records] == [r.answers for r in run.records]
    assert set(run.to_frame().query("case == 'a' and condition == 'original'").answer) == {"a bell / a chime"}


def test_a_suite_from_python_is_written_and_read_again(tmp_path):
    suite = Suite(name="s", cases=[CASE])
    assert load(suite.save(tmp_path / "s.yaml")).cases[0].answers == ("a bell", "a chime")
    one = Case(id="c", question="?", choices=CHOICES, answer=["a dog"])
    assert (one.answer, one.answers) == ("a dog", ())


def test_what_is_wrong_with_a_list_of_answers_is_said(tmp_path):
    row = "{{id: a, question: Q?, choices: [yes, no, maybe], answer: {}}}"
    [message] = faults(tmp_path, row.format("[yes, mabye]"))
    assert "'mabye'" in message
    assert "did you mean 'maybe'" in message
    assert "every choice is right" in faults(tmp_path, row.format("[yes, no, maybe]"))[0]
    assert "the answer 'no' is duplicated" in faults(tmp_path, row.format("[no, no]"))[0]
    assert "at least 1 entry" in faults(tmp_path, row.format("[]"))[0]
    assert faults(tmp_path, row.format("[yes, no]")) == []


@pytest.mark.parametrize("scorer", ["muchomusic", "mmau", "mmar", "mmsu", "sakura", "air_bench"])
def test_a_rule_with_one_right_answer_refuses_several(tmp_path, scorer):
    row = "{id: a, question: Q?, choices: [yes, no, maybe], answer: [yes, no]}"
    [message] = faults(tmp_path, row, f"scorers: [choice, {scorer}]\n")
    assert f"`{scorer}` has a single right answer by its rule, and this case has 2" in message
    own = "{id: a, question: Q?, choices: [yes, no, maybe], answer: [yes, no], expect: [" + scorer + "]}"
    assert len(faults(tmp_path, own)) == 1


@given(seed=st.integers(0, 50), rights=st.sets(st.sampled_from(CHOICES), min_size=1, max_size=4))
def test_conditions_keep_what_is_right_right(seed, rights):
    case = Case(id="c", question="?", choices=CHOICES, answer=sorted(rights))
    for condition in (
        "shuffled",
        "rotated(k=1)",
        "none_added",
        "fewer(k=2)",
        "without_distractor(k=1)",
        "relabelled(style=numbers)",
    ):
        try:
            view = shown(condition, case, seed)
        except NotApplicable:
            continue
        assert {view.choices[i] for i in view.rights} == rights & set(view.choices)
        assert view.choices[view.answer_index] == view.answer
        assert set(view.answers) == (rights if len(rights) > 1 and len(view.rights) > 1 else set())
    try:
        fewer = shown("fewer(k=2)", case, seed)
    except NotApplicable:
        assert len(rights) > 4
    else:
        assert len(fewer.rights) == 1
    removed = shown("answer_removed", case, seed)
    assert not rights & set(removed.choices)
    assert (removed.answer, removed.answers, removed.choices[removed.answer_index]) == (NONE, (), NONE)
    assert len(removed.choices) == len(CHOICES) - len(rights) + 1


def test_a_vote_for_any_right_option_is_a_right_vote(tmp_path):
    text = SUITE.replace("shuffled,", '"without_distractor(k=[1, 2, 3])+shuffled",')
    (tmp_path / "s.yaml").write_text(text)
    run = audiotest.run(tmp_path / "s.yaml", Says("a chime"), cache=False)
    assert run.summary.suites["several"].conditions["original"].metrics["leave_one_out_accuracy"].value == 0.5


def test_likelihoods_of_all_right_options_add_up():
    options = [{"logprob": v, "tokens": 1, "characters": 1} for v in (-1.0, -0.5, -2.0)]
    verdict = audiotest.score("loglikelihood", choices=["a", "b", "c"], answer=["a", "c"], output="",
                              likelihoods={"text": options, "label": options})  # fmt: skip
    weights = [math.exp(v) for v in (-1.0, -0.5, -2.0)]
    assert not verdict.correct
    assert verdict.score == pytest.approx((weights[0] + weights[2]) / sum(weights))


def test_open_questions_with_several_answers():
    for scorer, reply, options in (("exact", "Maybe.", {}), ("contains", "I say maybe so", {}),
                                   ("regex", "so: maybe", {"pattern": r"so: (\w+)"})):  # fmt: skip
        assert audiotest.score(scorer, answer=["perhaps", "maybe"], output=reply, options=options).correct
        assert not audiotest.score(scorer, answer=["perhaps", "maybe"], output="so: no", options=options).correct
    assert audiotest.score("number", answer=["60", "120"], output="120 bpm").correct
    labels = {"of": ["rock", "jazz", "folk"], "several": True}
    assert not audiotest.score("labels", answer=["rock", "jazz"], output="rock", options=labels).correct
    assert audiotest.score("labels", answer=["rock", "jazz"], output="jazz and rock", options=labels).correct


def test_a_table_may_have_several_answers_in_a_cell(tmp_path):
    rows = [
        {"id": "a", "q": "Which ring?", "options": ["bell", "dog", "chime"], "answer": ["A", "C"]},
        {"id": "b", "q": "Which bark?", "options": ["bell", "dog", "chime"], "answer": "B"},
        {"id": "c", "q": "Which?", "options": ["bell", "dog", "chime"], "answer": ["A", "Z"]},
    ]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    head = "suite: s\ndata:\n  source: t.jsonl\n  fields: {id: id, question: q, choices: options, answer: %s}\n"
    (tmp_path / "s.yaml").write_text(head % "answer")
    suite = load(tmp_path / "s.yaml")
    assert [(case.answer, case.answers) for case in suite.cases] == [("bell", ("bell", "chime")), ("dog", ())]
    assert "'Z'" in suite.invalid[0].problems[0].message
    rows[2]["answer"] = ["dog", '["bell"]']
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "s.yaml").write_text(head % "{column: answer, as: text}")
    assert '["bell"]' in load(tmp_path / "s.yaml").invalid[-1].problems[0].message
    (tmp_path / "t.csv").write_text('id,q,options,answer\na,Which?,"[""bell"", ""dog"", ""chime""]",bell|chime\n')
    text = head.replace("t.jsonl", "t.csv") % "{column: answer, as: text, split: '|'}"
    (tmp_path / "s.yaml").write_text(text)
    assert load(tmp_path / "s.yaml").cases[0].answers == ("bell", "chime")


def test_reports_name_all_right_options(tmp_path):
    (tmp_path / "s.yaml").write_text(SUITE)
    run = audiotest.run(tmp_path / "s.yaml", Says("rain"), cache=False)
    for name in ("out.html", "out.md"):
        run.report(tmp_path / name)
    assert '"rights":[[0,2]' in (tmp_path / "out.html").read_text().replace(" ", "")
    record = next(r for r in run.records if r.case == "a")
    from audiotest.report.failure import failure_text
    from audiotest.report.junit import properties

    trial = Trial(load(tmp_path / "s.yaml"), load(tmp_path / "s.yaml").cases[0], parse_one("original"), "correct")
    assert failure_text(record, trial).count("<- expected") == 2
    assert dict(properties(record, trial))["expected"] == "(A) a bell | (C) a chime"


def test_a_case_with_several_answers_is_appended(tmp_path):
    from click.testing import CliRunner

    from audiotest.cli import main

    (tmp_path / "s.yaml").write_text(SUITE)
    call = ["new", "case", str(tmp_path / "s.yaml"), "--id", "n", "--question", "Q?",
            "--choice", "x", "--choice", "y", "--choice", "z", "--answer", "x", "--answer", "y"]  # fmt: skip
    result = CliRunner().invoke(main, call)
    assert result.exit_code == 0, result.output
    assert load(tmp_path / "s.yaml").cases[-1].answers == ("x", "y")


def test_a_whole_list_of_problems_is_raised_for_a_python_suite():
    with pytest.raises(SuiteError, match="every choice is right"):
        audiotest.run(
            Suite(name="s", cases=[Case(id="c", question="?", choices=["x", "y"], answer=["x", "y"])]), Says("x")
        )
