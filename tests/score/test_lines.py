"""Lines of JSON in, lines with verdicts out: how a reply ended, and the rule that read it."""

import json

import pytest

from audiotest.score.lines import BadLine, score_line

ROW = {"question": "Which?", "choices": ["a piano", "a guitar"], "answer": "a guitar"}


def scored(scorer="choice", **changes):
    return json.loads(score_line(scorer, json.dumps({**ROW, **changes}).encode()))


def test_the_rule_that_read_a_reply_stands_beside_the_choice():
    row = scored(output="The answer is (B).")
    assert (row["correct"], row["choice"], row["status"], row["rule"]) == (True, 1, "read", "label")
    assert scored(output="A piano or a guitar.")["rule"] in {"several", "alternatives"}
    assert "rule" not in scored("exact", output="a guitar")


@pytest.mark.parametrize(("output", "index"), [("Let me see. The first option A", None), ("Answer: B. Because the", 1)])
def test_a_cut_reply_counts_where_it_had_concluded(output, index):
    row = scored(output=output, finish="length")
    assert (row["choice"], row["status"], row["finish"]) == (index, "read" if index else "none", "length")


def test_a_reply_that_ended_by_itself_is_read_as_before():
    assert scored(output="I hear a guitar", finish="stop")["choice"] == 1
    assert scored(output="I hear a guitar", finish=None)["choice"] == 1
    assert scored(output="I hear a guitar")["choice"] == 1


@pytest.mark.parametrize("line", [b"[" * 100_000, b'{"output":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_a_line_that_is_too_deep_is_a_bad_line_as_any_other(line):
    with pytest.raises(BadLine, match="not a line of JSON"):
        score_line("choice", line)


def test_an_official_scorer_keeps_its_verdict_whatever_ended_the_reply():
    whole, cut = scored("mmau", output="a guitar is"), scored("mmau", output="a guitar is", finish="length")
    assert whole["correct"] == cut["correct"]


def test_a_line_without_a_reply_is_refused():
    with pytest.raises(BadLine, match="missing key `output`"):
        scored()
