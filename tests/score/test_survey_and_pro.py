"""The music survey's reading of labels, and MMAU-Pro's three kinds of question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.score import mmau_pro, mmau_pro_closed, mmau_pro_open, mmau_pro_open_careful, music_survey
from audiotest.types import Question

GENRES = ("Blues", "Classical", "Hip-Hop", "Popular", "Rock")


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        ("Hip-Hop", 2),
        ("hiphop", 2),
        ("It is hip hop music.", 2),
        ("HIP_HOP", 2),
        ("pop", 3),
        ("The genre is Popular.", 3),
        ("popcorn", None),
        ("Jazz", None),
        ("", None),
        ("rock or blues", None),
        ("Rock, clearly rock", 4),
    ],
)
def test_labels_in_their_spellings(reply, choice):
    verdict = music_survey.score(Question("?", GENRES, "Hip-Hop", 2), reply)
    assert verdict.choice == choice
    assert verdict.correct is (choice == 2)
    if choice is None:
        assert "outside the label set" in verdict.evidence
        assert verdict.counted


def test_a_caption_is_graded():
    verdict = music_survey.score(Question("?", reference=("a slow song",)), "a slow sad song")
    assert verdict.correct is None
    assert verdict.details["rouge1"]["recall"] == 1.0
    assert verdict.score == pytest.approx(6 / 7)


def question(category, **more):
    return Question("?", more.pop("choices", ("rain", "wind")), more.pop("answer", "rain"), 0, metadata={
        "tags": {"category": (category,)}, **more})  # fmt: skip


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=6))
def test_the_nearest_option_is_chosen(cosines):
    choices = tuple(f"option {i}" for i in range(len(cosines)))
    asked = Question("?", choices, "option 0", 0)
    verdict = mmau_pro_closed.score(asked, "", similarities=cosines)
    assert cosines[verdict.choice] == max(cosines)
    assert verdict.choice == cosines.index(max(cosines))
    assert verdict.correct is (verdict.choice == 0)


def test_the_category_says_which_rule_scores():
    assert mmau_pro.compares(question("sound"), "x") == ("x", ("rain", "wind"))
    assert mmau_pro.asks(question("sound"), "x") == ()
    assert mmau_pro.score(question("sound"), "x", similarities=(0.9, 0.1)).correct is True
    assert mmau_pro.score(question("sound"), "x").counted is False
    assert "--embedder" in mmau_pro.score(question("sound"), "x").evidence
    assert mmau_pro.score(question("sound", choices=("rain",)), "x", similarities=(1.0,)).counted is False
    following = question("instruction following", answer=None, task_identifier="No Commas", kwargs={})
    assert mmau_pro.compares(following, "x") is None
    assert mmau_pro.score(following, "no comma").correct is True
    assert mmau_pro.score(following, "a, b").correct is False
    (ask,) = mmau_pro.asks(question("open"), "It rained.")
    assert "Reference Answer: rain" in ask.prompt
    assert "Model Response: It rained." in ask.prompt
    assert mmau_pro.compares(question("open"), "x") is None
    assert mmau_pro.score(question("open"), "x").counted is False


def test_an_unreadable_judge_gives_60_percent_officially_and_nothing_with_care():
    asked = question("open")
    official = mmau_pro_open.score(asked, "x", judged={"judge": "I like it."})
    careful = mmau_pro_open_careful.score(asked, "x", judged={"judge": "I like it."})
    assert (official.score, official.counted, official.status) == (0.6, True, "unparsed")
    assert (careful.score, careful.counted, careful.status) == (None, False, "unparsed")
    lines = "CORRECTNESS: 5\nRELEVANCE: 4\nCOMPLETENESS: 4\nCLARITY: 5\nOVERALL: 4.5"
    assert mmau_pro_open.score(asked, "x", judged={"judge": lines}).score == 0.9
    assert mmau_pro_open_careful.score(asked, "x", judged={"judge": lines}).score == 0.9
