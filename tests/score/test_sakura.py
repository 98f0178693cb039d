"""SAKURA: what the judge is asked, how its text is read, and multi-hop accuracy where the single hop is right."""

from __future__ import annotations

import pytest

from audiotest.analyse.metrics import multi_hop_given_single
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.score.sakura import asks, judgement, score
from audiotest.types import Question, Record, Verdict

QUESTION = Question("Who is heard?", ("a dog", "a hen"), "a hen", 1)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("Explanation: it does.\nJudgement: correct", "correct"),
        ("Explanation: it\ndoes.\nJudgement:  Correct \n", "correct"),
        ("Explanation: no.\nJudgement: incorrect\n\nMore.", "incorrect"),
        ("Explanation: no.\nJudgement: correct.", "correct."),
        ("Explanation: no.\nJudgement: correct\nthough", "correct\nthough"),
        ("Explanation: no.\n\nJudgement: correct", "correct"),
        ("Judgement: correct", None),
        ("Explanation: yes. Judgement: correct", None),
        ("correct", None),
        ("", None),
    ],
)
def test_how_a_judgement_is_read(line: str, word: str | None) -> None:
    assert judgement(line) == word
    verdict = score(QUESTION, "the hen", judged={"judgement": line})
    assert (verdict.correct, verdict.counted) == (word == "correct", True)
    assert (verdict.status == "read") == (word in ("correct", "incorrect"))


def test_what_the_judge_is_asked() -> None:
    (ask,) = asks(QUESTION, "A hen, I think.")
    assert (
        "Question: Who is heard? (a) a dog (b) a hen\nRight answer: (b) a hen\nReply: A hen, I think.\n" in ask.prompt
    )
    assert (ask.generation.top_p, ask.generation.temperature) == (0.9, 0.0)
    assert asks(Question("Who?", ("a dog",)), "x") == ()
    assert not score(QUESTION, "x").counted
    assert not score(Question("Who?", ("a dog",)), "x", judged={"judgement": ""}).counted


def record(name: str, hop: str, right: bool) -> Record:
    return Record("s", f"{name}-{hop}", "original", "", "correct", "missed", "q", tags={"hop": (hop,)}, clip=name,
                  verdicts={"choice": Verdict(right)})  # fmt: skip


def test_multi_hop_accuracy_where_the_single_hop_is_right() -> None:
    pairs = {"a": (True, True), "b": (True, False), "c": (False, True), "d": (True, True), "e": (False, False)}
    records = [
        record(name, hop, right)
        for name, rights in pairs.items()
        for hop, right in zip(("single", "multi"), rights, strict=True)
    ]
    records.append(record("alone", "single", True))
    estimate = multi_hop_given_single.measure(Trials(records))
    assert (estimate.value, estimate.n) == (2 / 3, 3)
    assert multi_hop_given_single.shown_if(Trials(records), "original", None)
    with pytest.raises(NotMeasured, match="no single-hop question is right"):
        multi_hop_given_single.measure(Trials([record("a", "single", False), record("a", "multi", True)]))
    with pytest.raises(NotMeasured, match="no clip has"):
        multi_hop_given_single.measure(Trials([record("a", "single", True)]))
