"""A reply that is no answer is not a wrong one: refusals, empty replies, replies that were cut or filtered."""

import pytest
from msgspec.structs import replace

from audiotest.analyse.summary import marks
from audiotest.analyse.trials import Trials
from audiotest.declare.condition import parse_one
from audiotest.declare.suite import Suite
from audiotest.declare.trial import Trial, present
from audiotest.grade.grader import Grader
from audiotest.models.streaming import NoReply
from audiotest.predict.requests import Answer
from audiotest.registry import METRICS
from audiotest.report.failure import failure_text
from audiotest.report.first_lines import first_lines
from audiotest.runs import Run
from audiotest.types import Case, Check, ClipSpec, Reply

SOUND = (ClipSpec(file="a.wav"),)
CASE = Case("a", "What is heard?", audio=SOUND, choices=("a bell", "a dog", "rain", "Sorry"), answer="a bell")
REFUSAL = Reply("Option B, but I must not say it.", details={"refusal": True})
EMPTY, BROKE_OFF = Reply(""), Reply("Let me listen carefully. The first option A", finish="length")


class _Run:
    seed = 0


def graded(reply, expectation="correct", condition="original", scorers=("choice",), case="a"):
    suite = Suite("s", scorers=tuple(map(Check, scorers)))
    trial = Trial(suite, replace(CASE, id=case), parse_one(condition), expectation)
    answer = Answer(view=present(trial, 0), **{"error" if isinstance(reply, Exception) else "reply": reply})
    return Grader(0).grade(trial, answer, _Run(), f"s.yaml::{condition}::{case}")


@pytest.mark.parametrize("scorers", [("choice",), ("muchomusic", "choice"), ("mmar", "choice")])
def test_a_refusal_field_is_refused_whatever_it_says(scorers):
    record = graded(REFUSAL, scorers=scorers)
    assert {name: (v.status, v.choice) for name, v in record.verdicts.items()} == dict.fromkeys(
        scorers, ("refused", None)
    )
    assert record.outcome == "failed"
    declined = graded(REFUSAL, "abstains", "text_only", scorers)
    assert (declined.outcome, declined.reason) == ("passed", "")


def test_without_the_field_the_same_words_are_read():
    assert graded(Reply(REFUSAL.text)).verdicts["choice"].choice == 1


@pytest.mark.parametrize(("reply", "word"), [(EMPTY, "empty"), (BROKE_OFF, "cut")])
def test_what_is_no_answer_is_no_hallucination_where_it_should_decline(reply, word):
    record = graded(reply, "abstains", "text_only")
    assert record.outcome == "failed"
    assert record.reason == f"the reply is {word}: it neither answers nor declines"


def test_the_hallucination_rate_counts_answers_alone():
    replies = [EMPTY, BROKE_OFF, REFUSAL, Reply("B"), Reply("I cannot hear anything.")]
    records = [graded(r, "abstains", "text_only", case=f"c{i}") for i, r in enumerate(replies)]
    records.append(graded(NoReply("a content filter left nothing"), "abstains", "text_only", case="c9"))
    assert records[-1].outcome == "error"
    found = METRICS.get("hallucination_rate").measure(Trials(records), condition="text_only")
    assert (found.value, found.n) == (pytest.approx(1 / 5), 5)


def test_verdicts_that_rest_on_cut_replies_are_counted():
    replies = [Reply("The answer is (A) a bell. Because the", finish="length"), BROKE_OFF, Reply("A", finish="stop")]
    records = [graded(reply, case=f"c{i}") for i, reply in enumerate(replies)]
    assert [r.verdicts["choice"].status for r in records] == ["read", "none", "read"]
    assert marks(records) == {"cut_at_max_tokens": 2, "read_though_cut": 1}
    assert list(first_lines(Run.from_records(records))) == []


def test_a_run_without_a_whole_reply_says_so_first():
    answers = [
        EMPTY,
        BROKE_OFF,
        Reply("The answer is (A) a bell. It", finish="max_tokens"),
        NoReply("a content filter left nothing"),
    ]
    records = [graded(reply, case=f"c{i}") for i, reply in enumerate(answers)]
    [line] = first_lines(Run.from_records(records))
    assert line.startswith("none of 4 replies is whole: ")
    for part in ("1 empty", "2 truncated at max_new_tokens", "1 removed by a content filter", "1 of them had answered"):
        assert part in line
    assert list(first_lines(Run.from_records([*records, graded(Reply("A"), case="well")]))) == []


def test_the_rule_that_decided_stands_in_the_failure_text():
    record = graded(Reply("The answer is (B) a dog."))
    trial = Trial(Suite("s"), CASE, parse_one("original"), "correct")
    rule = record.verdicts["choice"].details["rule"]
    assert f"by the rule {rule!r}" in " ".join(failure_text(record, trial).split())
