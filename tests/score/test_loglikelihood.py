"""The scorer ``loglikelihood``: the most probable option, per token, per character, or as it is."""

import math

import pytest

from audiotest.registry import SCORERS
from audiotest.types import Question

CHOICES = ("a flute", "the whistle of a kettle", "rain")


def option(logprob, tokens, characters):
    return {"logprob": logprob, "tokens": tokens, "characters": characters}


TEXT = [option(-6.0, 2, 7), option(-9.0, 6, 23), option(-4.0, 1, 4)]
LABEL = [option(-1.0, 1, 1), option(-2.0, 1, 1), option(-3.0, 1, 1)]
score = SCORERS.get("loglikelihood").score


def question(**more):
    facts = {"likelihoods": {"text": TEXT, "label": LABEL}}
    return Question("What?", CHOICES, "the whistle of a kettle", 1, (), {**facts, **more})


@pytest.mark.parametrize(
    ("options", "choice"),
    [({}, 1), ({"normalise": "character"}, 1), ({"normalise": "none"}, 2), ({"of": "label"}, 0)],
)
def test_what_counts_decides_the_choice(options, choice):
    verdict = score(question(), "anything", **options)
    assert verdict.choice == choice
    assert verdict.correct is (choice == 1)
    assert verdict.counted


def test_the_score_is_the_share_of_the_right_option():
    weights = [math.exp(v) for v in (-6.0, -9.0, -4.0)]
    assert score(question(), "", normalise="none").score == pytest.approx(weights[1] / sum(weights))


def test_all_values_are_told():
    details = score(question(), "").details
    assert details["text"] == {"choice": 2, "values": [-6.0, -9.0, -4.0]}
    assert details["text per token"]["values"] == [-3.0, -1.5, -4.0]
    assert details["label"]["choice"] == 0


def test_without_likelihoods_nothing_is_counted():
    verdict = score(Question("What?", CHOICES, CHOICES[0], 0), "a flute")
    assert (verdict.correct, verdict.counted, verdict.status) == (None, False, "none")


def test_not_a_number_is_not_counted():
    broken = {"likelihoods": {"text": [option(math.nan, 1, 1), *TEXT[1:]], "label": LABEL}}
    assert not score(question(**broken), "").counted


def test_a_double_of_the_right_option_is_right():
    twice = Question("What?", ("rain", "rain"), "rain", 0, (), {"likelihoods": {"text": TEXT[1:], "label": LABEL[1:]}})
    assert score(twice, "").correct


@pytest.mark.parametrize("options", [{"of": "letter"}, {"normalise": "byte"}])
def test_unknown_ways_are_refused(options):
    with pytest.raises(ValueError, match="unknown way"):
        score(question(), "", **options)
