"""exact, contains, mentions, does_not_mention."""

import pytest

from audiotest.grade.verdicts import verdicts
from audiotest.score import contains, does_not_mention, exact, mentions
from audiotest.types import Check, Question

OPEN = Question("Describe the sounds.", reference=("Oil sizzles in a pan.",))
FRYING = "Oil is sizzling in a hot pan, and there is no music. Somebody chops vegetables."


@pytest.mark.parametrize(
    ("output", "correct"),
    [
        ("oil sizzles in a pan", True),
        ("  OIL sizzles  in a pan! ", True),
        ("\n # Oil sizzles in a pan ", True),
        ("Oil sizzles.", False),
        ("", False),
    ],
)
def test_exact(output, correct):
    assert exact.score(OPEN, output).correct is correct


def test_exact_with_case():
    assert exact.score(OPEN, "Oil sizzles in a pan", case=True).correct
    assert not exact.score(OPEN, "oil sizzles in a pan", case=True).correct


def test_contains_the_answer_as_whole_words():
    question = Question("Which?", answer="oil")
    assert contains.score(question, "There is hot oil.").correct
    assert not contains.score(question, "The pot is boiling.").correct
    assert contains.score(question, "x", any=["x", "y"]).correct
    assert not contains.score(question, "x", all=["x", "y"]).correct


def test_signs_between_and_around_words_do_not_matter():
    assert contains.score(Question("Which?", answer="rock & pop - live."), "It is rock, pop, live music").correct
    assert mentions.score(OPEN, "Oil sizzles in a pan", all=["sizzles in a pan."]).correct
    assert not contains.score(Question("Which?", answer="C++"), "Written in C").correct


@pytest.mark.parametrize("scorer", [exact, contains])
def test_without_anything_to_compare_with_a_reply_is_not_judged(scorer):
    for question in (Question("Which?"), Question("Which?", ("a", "b"), None, None)):
        verdict = scorer.score(question, "oil")
        assert (verdict.correct, verdict.counted) == (None, False)
        assert "needs an `answer`" in verdict.evidence


def test_mentions_by_family_and_phrase():
    verdict = mentions.score(OPEN, FRYING, all=["sizzl*", "hot pan"], any=["chop*", "knife"])
    assert verdict.correct
    assert verdict.details["found"] == ["chops", "hot pan", "sizzling"]
    verdict = mentions.score(OPEN, FRYING, all=["sizzl*", "music", "rain"])
    assert not verdict.correct
    assert verdict.score == pytest.approx(1 / 3)
    assert verdict.evidence == "missing: music; rain"


def test_a_denied_word_is_not_asserted():
    assert does_not_mention.score(OPEN, FRYING, any=["music", "dog"]).correct
    verdict = does_not_mention.score(OPEN, "A dog barks over loud music.", any=["music", "dog", "guitar"])
    assert not verdict.correct
    assert verdict.details["found"] == ["dog", "music"]
    assert verdict.score == pytest.approx(1 / 3)


def test_chinese_words_need_no_spaces():
    assert mentions.score(OPEN, "可以听到钢琴声", any=["钢琴"]).correct


@pytest.mark.parametrize(
    ("scorer", "options"), [(mentions, {}), (does_not_mention, {}), (mentions, {"all": ["*"]}), (mentions, {"all": 3})]
)
def test_what_cannot_be_looked_for(scorer, options):
    with pytest.raises(ValueError, match="needs words|no word|takes a list"):
        scorer.score(OPEN, "x", **options)


def test_every_check_of_a_case_counts_however_often_one_scorer_is_named():
    expect = [Check("mentions", {"any": ["oil", "fat"]}), Check("mentions", {"any": ["pan", "wok"]})]
    found = verdicts(OPEN, "Something in a pan.", (), expect)
    assert list(found) == ["expect", "mentions", "mentions 2"]
    assert not found["expect"].correct
    assert found["expect"].evidence == "mentions: missing: any of oil, fat"
    assert verdicts(OPEN, "Oil in a pan.", (), expect)["expect"].correct
