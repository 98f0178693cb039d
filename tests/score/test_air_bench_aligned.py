"""``air_bench_aligned``: the official rule, and a judge's letter for replies that it cannot read, with the script's own words."""

import json

import audiotest
from audiotest.registry import SCORERS
from audiotest.types import Question

SCORER = SCORERS.get("air_bench_aligned")
FOUR = Question("What is heard?", ("rain", "a dog", "a bell", "a car"), "a bell", 2)
TWO = Question("Is it loud?", ("yes", "no"), "no", 1)


def test_a_reply_that_the_rule_reads_is_its_own():
    assert SCORER.asks(FOUR, "C. a bell") == ()
    verdict = SCORER.score(FOUR, "C. a bell", judged={"alignment": "A"})
    assert (verdict.correct, verdict.details["read_by"], verdict.format_kept) == (True, "rule", True)


def test_the_judge_is_asked_in_the_scripts_words():
    [ask] = SCORER.asks(FOUR, "It is a bell, I think")
    assert ask.prompt == (
        'There is a question "What is heard?", and one response is "It is a bell, I think". Among the following choices, '
        "which option best matches this response? You may only response with the letter of the option. If the letter of an "
        "option has already appeared in the Answer, then simply return that letter. If there are no matching options, then "
        "choose one at random. The following lines are the options.\nA. rain\nB. a dog\nC. a bell\nD. a car\nTo reiterate, "
        "the response you provide to me must be a single letter, either A, B, C, or D."
    )
    [ask] = SCORER.asks(TWO, "I hear a QUESTION")
    assert 'one response is "I hear a Is it loud?"' in ask.prompt
    assert ask.prompt.splitlines()[1:3] == ["A. yes", "B. no"]
    assert SCORER.asks(Question("?", ("x", "y", "z"), "x", 0), "why")[0].prompt.count("\n") == 3


def test_the_judges_line_is_read_by_the_same_rule_and_counted_apart():
    verdict = SCORER.score(FOUR, "It is a bell, I think", judged={"alignment": "C"})
    assert (verdict.correct, verdict.choice, verdict.counted, verdict.format_kept) == (True, 2, True, False)
    assert (verdict.details["read_by"], verdict.details["line"]) == ("judge", "C")
    lost = SCORER.score(FOUR, "It is a bell, I think", judged={"alignment": "none of them"})
    assert (lost.counted, lost.status) == (False, "unparsed")
    alone = audiotest.score("air_bench_aligned", choices=FOUR.choices, answer="a bell", output="It is a bell, I think")
    assert (alone.correct, alone.counted) == (None, False)


def test_a_run_shows_both_figures(tmp_path):
    case = "  - {{id: c{0}, question: What?, choices: [rain, a dog, a bell, a car], answer: a bell}}\n"
    (tmp_path / "s.yaml").write_text(
        "suite: s\npolicy: gates\nscorers: [air_bench, air_bench_aligned]\ncases:\n"
        + "".join(map(case.format, range(4)))
    )
    from audiotest.types import Needs, Reply

    class Says:
        identity, needs, batch_size = "", Needs(audio=False), 8

        def __init__(self, name, say):
            self.name, self.say = name, say

        def load(self): ...

        def close(self): ...

        def answer(self, requests):
            return [Reply(self.say(r)) for r in requests]

    model = Says("m", lambda r: {"c0": "C", "c1": "A"}.get(r.case, "the sound of metal"))
    lines = [{"case": f"c{i}", "condition": "air_bench_aligned.alignment", "reply": "CB"[i - 2]} for i in (2, 3)]
    (tmp_path / "judge.json").write_text(json.dumps(lines))
    run = audiotest.run(tmp_path / "s.yaml", model, judge=f"replay:{tmp_path / 'judge.json'}", cache=False)
    figures = run.summary.suites["s"].conditions["original"].metrics
    assert (figures["accuracy"].value, figures["accuracy"].n) == (0.5, 2)
    assert (figures["accuracy:air_bench_aligned"].value, figures["accuracy:air_bench_aligned"].n) == (0.5, 4)
