"""The suite of real recordings is imported from Debian's packages, and the model ``small`` hears what is said in it."""

from collections import Counter

import pytest
from msgspec.structs import replace
from prompts import RECORDINGS

import audiotest
from audiotest.benchmarks.asterisk import COUNTS, import_release


@pytest.fixture(scope="module")
def suite(sounds, tmp_path_factory):
    target = tmp_path_factory.mktemp("recordings")
    import_release(RECORDINGS, target)
    return audiotest.load_suite(target / "suite.yaml")


def test_debians_packages_give_every_skill_its_cases(suite):
    assert Counter(case.tags["skill"][0] for case in suite.cases) == COUNTS
    assert len(suite.cases) >= 300
    assert not suite.invalid
    for skill in COUNTS:
        cases = [case for case in suite.cases if case.tags["skill"] == (skill,) and case.choices]
        if not cases:
            continue
        places = Counter(case.choices.index(case.answer) for case in cases)
        assert max(places.values()) - min(places.values()) <= 1, skill


def test_small_chooses_what_is_said_and_guesses_without_the_sound(suite, weights):
    pytest.importorskip("rapidfuzz")
    weights("whisper-tiny.en", "minilm")
    cases = [case for case in suite.cases if case.tags["skill"] == ("content",)][:16]
    asked = replace(suite, cases=tuple(cases), conditions=suite.conditions[:2])
    run = audiotest.run(asked, "small", cache=False)
    conditions = run.summary.suites["recordings"].conditions
    assert conditions["original"].metrics["accuracy"].value >= 0.9
    assert conditions["text_only"].metrics["accuracy"].value <= 0.6
    assert all(record.reply.details["intermediate"] for record in run.records if record.condition == "original")


def test_what_whisper_says_of_silence_is_no_answer(suite, weights):
    pytest.importorskip("rapidfuzz")
    weights("whisper-tiny.en", "minilm")
    silence = [one for one in suite.conditions if "silence" in str(one)]
    asked = replace(suite, cases=suite.cases[:8], conditions=tuple(silence))
    run = audiotest.run(asked, "small", cache=False)
    # It says that it hears no words, or it makes words up, which is counted as a hallucination.
    metrics = run.summary.suites["recordings"].conditions["silence"].metrics
    abstained = sum("no words" in record.reply.text for record in run.records)
    assert metrics["abstention_rate"].value == pytest.approx(abstained / 8)
    assert metrics["hallucination_rate"].value == pytest.approx(1 - abstained / 8)
