"""``regex``, ``number``, ``key`` and ``labels``: what is read from a reply, and how it is held against the answer."""

import mir_eval.key
import pytest
from hypothesis import given
from hypothesis import strategies as st

import audiotest
from audiotest.analyse.trials import Trials
from audiotest.registry import METRICS, SCORERS
from audiotest.types import Question, Record


def score(name, output, answer=None, reference=(), choices=(), **options):
    return audiotest.score(
        name, output=output, answer=answer, reference=reference, choices=list(choices), options=options
    )


@pytest.mark.parametrize(
    ("pattern", "options", "output", "answer", "correct"),
    [
        (r"(\d+) ?Hz", {}, "From 220 Hz it rises to 440Hz.", "440", True),
        (r"(\d+) ?Hz", {"which": "first"}, "From 220 Hz it rises to 440Hz.", "440", False),
        (r"answer is (?P<letter>[A-D])", {"group": "letter"}, "The ANSWER is b", "B", True),
        (r"answer is ([A-D])", {"ignore_case": False}, "The answer is b", "B", False),
        (r"answer is ([A-D])", {}, "<think>the answer is A</think> no, the answer is C", "C", True),
        (r"\bdog\b", {}, "a dog barks", None, True),
        (r"\bdog\b", {}, "a cat", None, False),
    ],
)
def test_a_pattern_finds_the_answer(pattern, options, output, answer, correct):
    assert score("regex", output, answer, pattern=pattern, **options).correct is correct


def test_a_pattern_that_does_not_match_is_unparsed_and_one_that_is_an_option_chooses_it():
    assert score("regex", "who knows", "B", pattern="answer: ([A-D])").status == "unparsed"
    assert score("regex", "answer: rain.", "rain", choices=["a dog", "rain"], pattern="answer: (.+)").choice == 1


@pytest.mark.parametrize(
    ("output", "answer", "options", "correct", "status"),
    [
        ("About 121 BPM.", "120", {"tolerance": 1}, True, "read"),
        ("About 122 BPM.", "120", {"tolerance": 1}, False, "read"),
        ("124.8", "120", {"relative": 0.04}, True, "read"),
        ("one hundred and twenty beats per minute", "120 bpm", {}, True, "read"),
        ("The tempo is 120 bpm in 4/4.", "120", {"unit": "bpm"}, True, "read"),
        ("Perhaps 120, perhaps 90.", "120", {}, False, "ambiguous"),
        ("Perhaps 120, perhaps 90.", "90", {"which": "last"}, True, "read"),
        ("61", "120", {"octave": True}, True, "read"),
        ("61", "120", {"relative": 0.04}, False, "read"),
        ("-3 dB", "-3", {}, True, "read"),
        ("3 dB", "-3", {}, False, "read"),
        ("1,200 Hz", "1200", {}, True, "read"),
        ("1m30s", "90", {}, True, "read"),
        (r"<think>90? 95?</think> \boxed{120}", "120", {}, True, "read"),
        ("I cannot tell.", "120", {}, False, "none"),
    ],
)
def test_a_number_is_right_within_its_tolerance(output, answer, options, correct, status):
    verdict = score("number", output, answer, **options)
    assert (verdict.correct, verdict.status) == (correct, status)


@given(st.floats(40, 240), st.sampled_from([1, 2, 3, 1 / 2, 1 / 3]), st.floats(-0.039, 0.039))
def test_octave_errors_are_forgiven_within_four_per_cent(tempo, factor, off):
    verdict = score("number", f"{tempo * factor * (1 + off):.6f} bpm", f"{tempo}", octave=True)
    assert verdict.correct


KEYS = [f"{tonic} {mode}" for tonic in ("C", "C#", "Eb", "F#", "Bb", "B") for mode in ("major", "minor")]


@given(st.sampled_from(KEYS), st.sampled_from(KEYS))
def test_a_key_has_mir_evals_weighted_score(right, named):
    verdict = score("key", f"It is in {named}.", right)
    assert verdict.score == mir_eval.key.weighted_score(right, named)
    assert verdict.correct == (right == named)


@pytest.mark.parametrize(
    ("output", "answer", "worth"),
    [
        ("The key of G", "G major", 1.0),
        ("Am", "C major", 0.3),
        ("C-flat major", "B major", 1.0),
        ("It starts in C major and ends in A minor", "C major", 0.0),
        ("no idea", "C major", 0.0),
    ],
)
def test_keys_are_read_as_people_write_them(output, answer, worth):
    assert score("key", output, answer).score == worth


GENRES = ["rock", "punk rock", "jazz", "hip hop"]


@pytest.mark.parametrize(
    ("output", "right", "several", "predicted", "correct"),
    [
        ("This is punk rock.", ["punk rock"], False, ["punk rock"], True),
        ("Definitely Hip-Hop!", ["hip hop"], False, ["hip hop"], True),
        ("It is not jazz, it is rock.", ["rock"], False, ["rock"], True),
        ("Rock or jazz", ["rock"], False, [], False),
        ("Rock with some jazz", ["jazz", "rock"], True, ["rock", "jazz"], True),
        ("Rock", ["jazz", "rock"], True, ["rock"], False),
    ],
)
def test_labels_of_a_set_are_read(output, right, several, predicted, correct):
    verdict = score("labels", output, reference=right, of=GENRES, several=several)
    assert (verdict.details["predicted"], verdict.correct) == (predicted, correct)


def test_macro_f1_is_that_of_the_textbook():
    pairs = [("rock", "rock"), ("rock", "jazz"), ("jazz", "jazz"), ("hip hop", "no idea"), ("rock", "rock")]
    rows = [
        Record(
            suite="s", case=str(i), condition="original", nodeid=str(i), expectation="correct", outcome="passed",
            question="?", clip=str(i), verdicts={"labels": score("labels", output, reference=[right], of=GENRES)},
        )
        for i, (right, output) in enumerate(pairs)
    ]  # fmt: skip
    f1 = METRICS.get("macro_f1").measure(Trials(rows))
    assert f1.value == pytest.approx((0.8 + 2 / 3 + 0) / 3)
    assert f1.low < f1.value < f1.high


@pytest.mark.parametrize(
    ("name", "options", "word"),
    [
        ("regex", {}, "needs a `pattern`"),
        ("regex", {"pattern": "(a"}, "does not compile"),
        ("regex", {"pattern": "(a)", "group": 2}, "has no group 2"),
        ("number", {"tolerance": -1}, "`tolerance` is -1"),
        ("number", {"relative": 4}, "for 4% write 0.04"),
        ("number", {"unit": 3}, "`unit` is 3"),
        ("key", {"min": 2}, "`min` is 2"),
        ("labels", {}, "needs the labels"),
        ("labels", {"of": ["Rock", "rock"]}, "are alike"),
    ],
)
def test_options_that_make_no_sense_are_refused(name, options, word):
    with pytest.raises(ValueError, match=word):
        SCORERS.get(name).check(**options)


@pytest.mark.parametrize(
    ("name", "options", "answer", "word"),
    [
        ("number", {}, "fast", "'fast' is not one number"),
        ("key", {}, "loud", "'loud' is no key"),
        ("labels", {"of": GENRES}, "jaz", "did you mean 'jazz'"),
    ],
)
def test_a_case_that_could_not_be_judged_is_refused(name, options, answer, word):
    with pytest.raises(ValueError, match=word):
        SCORERS.get(name).check_case(Question("?", answer=answer), **options)
