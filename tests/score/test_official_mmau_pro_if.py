"""MMAU-Pro's 27 rules on form: both outcomes of each, their defects, and what kwargs can do to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.score.mmau_pro_if import score
from audiotest.score.official import if_counts, if_rules, sentences
from audiotest.types import Question, Verdict


def say(rule: Any, kwargs: Any, reply: Any, prompt: str = "Describe the sound") -> Verdict:
    return score(Question(prompt, metadata={"task_identifier": rule, "kwargs": kwargs}), reply)


CASES: list[tuple[str, Any, str, str]] = [
    ("Include Keywords", {"keywords": "piano, rain"}, "Rain on a PIANO", "rain"),
    ("Keyword Frequency", {"keyword": "Rain", "N": 2}, "rain, rain; rainy", "rain"),
    ("Forbidden Words", {"forbidden_words": "piano, rain"}, "a dog", "a rainy day"),
    ("Number Paragraphs", {"N": 2}, "one *** two ***", "one\n\ntwo"),
    ("Number Words (at least)", {"N": 2}, "two words", "one"),
    ("Number Words (at most)", {"N": 2}, "two words", "three words here"),
    ("Number Words (range)", {"N1": 2, "N2": 3}, "three words here", "one"),
    ("Number Sentences (at least)", {"N": 2}, "It rains. Then it stops.", "It rains."),
    ("Number Sentences (at most)", {"N": 1}, "It rains.", "It rains. Then it stops."),
    ("Number Sentences (range)", {"N1": 1, "N2": 2}, "It rains! Why?", "One. Two. Three."),
    ("Postscript", {"postscript_marker": "P.S."}, "Bye. PS: rain", "Bye."),
    ("Number Placeholder", {"N": 2}, "[name] at [ ]", "[name] at []"),
    ("Number Bullets", {"N": 2}, "* one\n  * two", "- one\n- two"),
    ("Title", {}, "<<Rain>> falls", "<Rain> falls"),
    ("Minimum Number Highlighted Section", {"N": 2}, "*a* b *c*", "*a* b"),
    ("Multiple Sections", {"N": 2, "section_splitter": "---"}, "a --- b", "a - b"),
    ("Repeat Prompt", {}, " describe the SOUND: rain", "rain"),
    ("Two Responses", {}, "rain ****** wind", "rain ****** Rain "),
    ("All Uppercase", {}, "RAIN 1", "Rain"),
    ("All Lowercase", {}, "rain 1", "Rain"),
    ("All-capital Words (at least)", {"N": 2}, "NASA and MP3", "NASA and Bbc"),
    ("All-capital Words (at most)", {"N": 1}, "NASA only", "NASA AND MORE"),
    ("All-capital Words (range)", {"N1": 1, "N2": 2}, "I hear it", "nothing"),
    ("Start Checker", {"start_phrase": "In summary,"}, "In summary it rains", "Well, in summary"),
    ("End Checker", {"end_phrase": "Thank you!"}, "It rains. Thank you", "Thank you all"),
    ("Quotation", {}, ' "rain" ', "“rain”"),
    ("No Commas", {}, "rain", "rain, wind"),
]


@pytest.mark.parametrize(("rule", "kwargs", "keeps", "breaks"), CASES, ids=[case[0] for case in CASES])
def test_rule(rule: str, kwargs: Any, keeps: str, breaks: str) -> None:
    kept, broken = say(rule, kwargs, keeps), say(rule, kwargs, breaks)
    assert (kept.correct, kept.format_kept, kept.score, kept.status) == (True, True, 1.0, "read")
    assert (broken.correct, broken.format_kept, broken.score, broken.status) == (False, False, 0.0, "read")


def test_there_are_27_rules_and_each_has_a_case() -> None:
    assert len(if_rules.RULES) == 27
    assert {case[0] for case in CASES} == set(if_rules.RULES)


@pytest.mark.parametrize(
    ("rule", "kwargs", "reply", "kept"),
    [
        ("Postscript", {"postscript_marker": "P.S."}, "These steps", True),
        ("Postscript", {"postscript_marker": "123"}, "", True),
        ("Include Keywords", {"keywords": "drum"}, "a conundrum", True),
        ("Include Keywords", {"keywords": "a,b"}, "a b", False),
        ("Include Keywords", {}, "", True),
        ("Forbidden Words", {"forbidden_words": ""}, "anything", False),
        ("Forbidden Words", None, "anything", False),
        ("Keyword Frequency", {"keyword": "", "N": 4}, "two words", True),
        ("Keyword Frequency", {"keyword": "c++", "N": 1}, "c++ code", False),
        ("Number Bullets", {"N": 1}, "*one", False),
        ("Number Bullets", {"N": 1}, "text\n \n\t* one", True),
        ("Minimum Number Highlighted Section", {"N": 1}, "a*b\nc*d", True),
        ("Minimum Number Highlighted Section", {"N": 1}, "**bold**", True),
        ("Number Words (at most)", {"N": 1}, "这是一段音乐 ", True),
        ("Multiple Sections", {"N": 2, "section_splitter": "."}, "a.b", True),
        ("Multiple Sections", {"N": 2, "section_splitter": ""}, "ab", True),
        ("Two Responses", {}, "a ****** b ****** c", False),
        ("Two Responses", {}, "****** b", True),
        ("Quotation", {}, '"', True),
        ("All Uppercase", {}, "123", False),
        ("All-capital Words (at least)", {"N": 1}, "A", True),
        ("Start Checker", {"start_phrase": "I"}, " I", False),
        ("Start Checker", {"start_phrase": "I"}, "\nI", True),
        ("Start Checker", {"start_phrase": "5 p.m."}, " pm", True),
        ("End Checker", {"end_phrase": "é"}, "anything", True),
        ("No Commas", {}, "雨，风", True),
        ("Repeat Prompt", {}, "describe the sound", True),
    ],
)
def test_known_defects_and_edges(rule: str, kwargs: Any, reply: str, kept: bool) -> None:
    assert say(rule, kwargs, reply).correct is kept


def test_an_empty_prompt_is_always_repeated() -> None:
    assert say("Repeat Prompt", {}, "x", prompt="").correct


@pytest.mark.parametrize("rule", ["Unknown", "title", "", None, 3.0, ["Title"]])
def test_an_identifier_without_a_rule_is_not_followed(rule: Any) -> None:
    verdict = say(rule, {}, "<<t>>")
    assert (verdict.correct, verdict.status, verdict.counted, verdict.score) == (False, "unparsed", True, 0.0)


def test_no_facts_at_all() -> None:
    assert score(Question("?"), "x").status == "unparsed"


@pytest.mark.parametrize(
    ("rule", "kwargs", "error"),
    [
        ("Number Words (at least)", {"N": "2"}, "TypeError"),
        ("Number Words (at most)", {"N": None}, "TypeError"),
        ("Number Words (range)", {"N1": 0, "N2": "9"}, "TypeError"),
        ("Number Sentences (range)", {"N1": "0", "N2": 9}, "TypeError"),
        ("Include Keywords", {"keywords": None}, "AttributeError"),
        ("Forbidden Words", {"forbidden_words": ["rain"]}, "AttributeError"),
        ("Keyword Frequency", {"keyword": None, "N": 1}, "AttributeError"),
        ("Postscript", {"postscript_marker": None}, "TypeError"),
        ("Start Checker", {"start_phrase": 5}, "TypeError"),
        ("Multiple Sections", {"N": 1, "section_splitter": None}, "TypeError"),
        ("Number Bullets", "N = 1", "AttributeError"),
        ("Number Bullets", float("nan"), "AttributeError"),
        ("Number Bullets", [1], "AttributeError"),
    ],
)
def test_kwargs_on_which_the_script_stops(rule: str, kwargs: Any, error: str) -> None:
    verdict = say(rule, kwargs, "two words")
    assert (verdict.correct, verdict.status, verdict.counted) == (False, "unparsed", True)
    assert verdict.details["official_error"].startswith(error)


@pytest.mark.parametrize(
    ("rule", "kwargs", "kept"),
    [
        ("Number Bullets", {"N": "1"}, False),
        ("Number Bullets", {"N": None}, False),
        ("Number Bullets", {"N": 1.0}, True),
        ("Number Bullets", {"N": float("nan")}, False),
        ("Number Bullets", [], False),
        ("Number Words (range)", {"N1": 9, "N2": "9"}, False),
        ("Number Words (at least)", None, True),
        ("Number Words (at most)", {}, False),
        ("No Commas", float("nan"), True),
        ("No Commas", "{}", True),
        ("Number Bullets", '{"N": 1}', True),
        ("Number Bullets", '{"N": 2}', False),
        ("Number Bullets", "null", False),
    ],
)
def test_kwargs_that_the_script_takes(rule: str, kwargs: Any, kept: bool) -> None:
    verdict = say(rule, kwargs, "* one")
    assert (verdict.correct, verdict.status) == (kept, "read")


def test_missing_replies_are_judged_as_their_text() -> None:
    assert say("All Lowercase", {}, float("nan")).correct
    assert not say("All Lowercase", {}, None).correct
    assert say("Number Words (at most)", {"N": 1}, None).details["found"] == 1


def test_what_was_found_is_told() -> None:
    assert say("Number Words (at least)", {"N": 5}, "one two three").details["found"] == 3
    assert say("Include Keywords", {"keywords": "rain, wind"}, "rain").details["found"] == ["rain"]
    assert "Number Bullets not kept: found 0" in say("Number Bullets", {"N": 1}, "none").evidence


def test_paragraphs_are_not_lines() -> None:
    assert if_counts.paragraphs("one\n\ntwo") == 1
    assert if_counts.paragraphs("") == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("no full stop", 1),
        ("One. Two! Three?", 3),
        ("Dr. Lee plays at 5 p.m. in the hall. It is calm.", 2),
        ("Mr. Lee hears e.g. rain.", 2),
        ("It starts at 5 p.m. The rain stops.", 2),
        ("It lasts 3. Then it ends.", 2),
        ("There are 3. 5 remain.", 2),
        ("Wait... it goes on.", 1),
        ("音乐很平静。鼓声响起。", 1),
        ("J. S. Bach wrote it. It is calm.", 2),
    ],
)
def test_sentences_are_counted_alike_with_and_without_the_model(text: str, number: int) -> None:
    assert len(sentences._builtin()(text)) == number
    assert sentences.count(text)[0] == number


def test_the_way_of_splitting_is_told() -> None:
    way = say("Number Sentences (at least)", {"N": 1}, "One.").details["sentences"]
    assert way in ("punkt_tab", "builtin")
    assert "sentences" not in say("Title", {}, "One.").details


def test_own_abbreviations_are_known_to_the_released_model() -> None:
    punkt = pytest.importorskip("nltk.tokenize.punkt")
    try:
        known = punkt.PunktTokenizer("english")._params
    except LookupError:
        pytest.skip("punkt_tab is not installed")
    assert known.abbrev_types >= sentences.ABBREVIATIONS
    assert known.sent_starters >= sentences.STARTERS


@given(
    st.sampled_from([*if_rules.RULES, "Unknown"]),
    st.text(),
    st.fixed_dictionaries(
        {},
        optional={
            name: st.one_of(st.none(), st.integers(0, 5), st.text(max_size=5), st.floats())
            for name in ("N", "N1", "N2", "keyword", "keywords", "section_splitter", "start_phrase")
        },
    ),
)
def test_any_text_and_kwargs_have_a_verdict(rule: str, reply: str, kwargs: dict[str, Any]) -> None:
    verdict = say(rule, kwargs, reply)
    assert verdict.correct in (True, False)
    assert verdict.counted
