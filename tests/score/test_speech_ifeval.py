"""Speech-IFEval: every rule on a reply that follows it and one that does not, and the official verdicts on real replies."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.analyse.metrics import if_rate
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.score.official.ifeval import RULES, followed
from audiotest.score.speech_ifeval import asks, score
from audiotest.types import Question, Record, Verdict

RULED: list[tuple[str, dict[str, Any], str, str]] = [
    ("keywords:existence", {"keywords": ["rain", "wind"]}, "Rain and WIND", "rain"),
    ("keywords:frequency", {"keyword": "a", "frequency": 2, "relation": "at least"}, "a cat", "no"),
    ("keywords:forbidden_words", {"forbidden_words": ["rain"]}, "a train", "Rain."),
    ("keywords:letter_frequency", {"letter": "A", "let_frequency": 2, "let_relation": "less than"}, "a", "Aa"),
    ("length_constraints:number_sentences", {"num_sentences": 2, "relation": "less than"}, "One.", "One. Two."),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "one\n***\ntwo", "one\n\n\ntwo\nthree"),
    ("length_constraints:number_words", {"num_words": 3, "relation": "at least"}, "it's me", "me"),
    ("length_constraints:nth_paragraph_first_word",
     {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "so"}, "one\n\n'So, two", "one\n\nwell so"),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "[a] [b]", "[a b]"),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "x\np. s. y", "ps y"),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "P.P.S. y", "P.S. y"),
    ("detectable_format:number_bullet_lists", {"num_bullets": 3}, "* a\n- b\n1. c", "** a\n- b\n- c"),
    ("detectable_format:constrained_response", {}, "My answer is no.", "my answer is no."),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 1}, "a *b* c", "a ** ** c"),
    ("detectable_format:multiple_sections", {"section_spliter": "Section", "num_sections": 2},
     "Section 1 a Section 2 b", "Section 1 a"),
    ("detectable_format:json_format", {}, '```json\n{"a": 1}\n```', "a: 1"),
    ("detectable_format:title", {}, "<<A title>> text", "<< >>"),
    ("combination:two_responses", {}, "a ****** b", "a ****** a"),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Say hello."}, '"say HELLO. Hello', "Hello. Say hello."),
    ("startend:end_checker", {"end_phrase": "The end."}, 'x the END."', "the end. x"),
    ("startend:quotation", {}, ' "a" ', '"'),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "at least"}, "A NASA", "Nasa"),
    ("change_case:english_capital", {}, "ÜBER 3", "Über"),
    ("change_case:english_lowercase", {}, "a 3", "A"),
    ("punctuation:no_comma", {}, "a; b", "a, b"),
]  # fmt: skip


@pytest.mark.parametrize(("identifier", "kwargs", "good", "bad"), RULED)
def test_a_rule(identifier: str, kwargs: dict[str, Any], good: str, bad: str) -> None:
    assert followed(identifier, good, kwargs)
    assert not followed(identifier, bad, kwargs)
    assert not followed(identifier, " \n", kwargs)


def test_every_rule_has_an_example() -> None:
    assert {row[0] for row in RULED} == set(RULES)


def asked(ids: Any, kwargs: Any, **more: Any) -> Question:
    return Question("Say it.", metadata={"instruction_id_list": ids, "kwargs": kwargs, **more})


def test_all_have_to_be_followed_and_what_stops_the_script_counts_as_not_followed() -> None:
    both = ["punctuation:no_comma", "startend:quotation"]
    assert score(asked(both, [{}, {}]), '"a"').correct
    verdict = score(asked(both, json.dumps([{}, None])), '"a, b"')
    assert (verdict.correct, verdict.details["followed"]) == (False, dict(zip(both, (False, True), strict=True)))
    for ids, kwargs in ((["no:rule"], [{}]), (["startend:end_checker"], [{}]), (both, [{}]), ("{", [])):
        verdict = score(asked(ids, kwargs), "a")
        assert (verdict.correct, verdict.counted) == (False, True)
        assert verdict.details["official_error"]
    assert not score(asked([], []), "a").counted


@pytest.mark.parametrize(
    ("line", "correct"), [("Result: YES", True), ("So.\nresult: No", False), ("Result:YES", False), ("yes", False)]
)
def test_a_chain_of_thought_is_judged(line: str, correct: bool) -> None:
    question = asked(None, None, metric="cot")
    (ask,) = asks(question, "First, ...")
    assert "User: Say it.\nReply: First, ..." in ask.prompt
    verdict = score(question, "First, ...", judged={"judgement": line})
    assert (verdict.correct, verdict.counted) == (correct, True)
    assert not score(question, "First, ...").counted
    assert asks(asked(["punctuation:no_comma"], [{}]), "x") == ()


@given(st.text(max_size=40))
def test_no_rule_raises_on_a_reply(reply: str) -> None:
    for identifier, kwargs, _, _ in RULED:
        followed(identifier, reply, kwargs)


def test_the_mean_of_the_parts() -> None:
    def record(part: str, i: int, right: bool) -> Record:
        return Record("s", f"{part}{i}", "original", "", "correct", "missed", "q", tags={"part": (part,)},
                      verdicts={"speech_ifeval": Verdict(right)})  # fmt: skip

    rights = {"closed-ended": [1, 1, 1, 0], "creative writing": [1, 0], "chain of thought": [1]}
    records = [record(part, i, bool(right)) for part, row in rights.items() for i, right in enumerate(row)]
    assert if_rate.measure(Trials(records)).value == pytest.approx((0.75 + 0.5 + 1) / 3)
    with pytest.raises(NotMeasured, match="chain of thought"):
        if_rate.measure(Trials(records[:-1]))


REAL = os.environ.get("AUDIOTEST_REAL_DATA")


@pytest.mark.skipif(not REAL, reason="AUDIOTEST_REAL_DATA does not point to the released replies")
@pytest.mark.parametrize(
    ("part", "rate"), [("closed_ended_questions", 83.71), ("creative_writing", 91.75)], ids=["closed", "creative"]
)
def test_the_official_verdicts_on_the_replies_of_desta2(part: str, rate: float) -> None:
    path = Path(REAL or "") / "speech-ifeval/desta2" / f"rule_eval-{part}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    differing, right = [], 0
    for row in rows:
        verdict = score(Question(row["instruction"], metadata=row), row["response"])
        right += bool(verdict.correct)
        own = [*verdict.details["followed"].values()], verdict.correct
        if own != (row["follow_instruction_list"], row["follow_all_instructions"]):
            differing.append((row["id"], own))
    assert (len(rows) > 300, differing) == (True, [])
    assert round(100 * right / len(rows), 2) == rate
