"""The rules of the hallucination benchmarks, branch by branch, and their figures held against a plain reading of the
official loop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.analyse.metrics import (
    false_refusal_rate,
    no_f1,
    no_precision,
    no_recall,
    pairs_no,
    pairs_right,
    pairs_wrong,
    pairs_yes,
    yes_ratio,
)
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.score import audio_hallucination, hallu_audio
from audiotest.score.official.hallu_audio import is_refusal, number
from audiotest.types import Question, Record

YES_NO = ("Yes", "No")


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        ("Yes, a dog.", "yes"),
        ("No, yes", "yes"),
        ("No.", "no"),
        ("Nothing of the kind", "no"),
        ("Well, there is no dog", "no"),
        ("It does not contain a dog", "no"),
        ("It doesn't contain a dog", "no"),
        ("It contains no dog", "yes"),
        ("I do not know", "no"),
        ("I am unable to hear", "no"),
        ("I can't say", "no"),
        ("no", None),
        ("YES", None),
        ("A dog", None),
        ("", None),
    ],
)
def test_audio_hallucination(reply: str, word: str | None) -> None:
    assert audio_hallucination.read(reply) == word
    for answer in YES_NO:
        verdict = audio_hallucination.score(Question("A dog?", YES_NO, answer, YES_NO.index(answer)), reply)
        assert (verdict.correct, verdict.counted) == (word == answer.lower(), True)
        assert verdict.choice == ({"yes": 0, "no": 1}[word] if word else None)
    assert not audio_hallucination.score(Question("Which?", ("a", "b"), "a", 0), reply).counted


def asked(subset: str, reference: str) -> Question:
    choices = YES_NO if reference.lower() in ("yes", "no") else ()
    index = ("yes", "no").index(reference.lower()) if choices else None
    return Question("q", choices, reference, index, metadata={"subset": subset})


@pytest.mark.parametrize(
    ("subset", "reference", "reply", "correct"),
    [
        ("bird", "Yes", "yes.", True),
        ("bird", "no", "NO.", True),
        ("bird", "no", "I do not know", True),
        ("bird", "yes", "I do not know", False),
        ("bird", "no", "Yes, there is no doubt", True),
        ("bird", "yes", "Yes, there is no doubt", True),
        ("commonvoice_word_count", "7", "Seven words in 7 seconds", True),
        ("commonvoice_word_count", "7", "about seven", True),
        ("commonvoice_word_count", "1", "it is said once", True),
        ("commonvoice_word_count", "7", "many", False),
        ("commonvoice_word_count", "many", "many", None),
        ("speech_commands_comparsion_speed", "The first", "FIRST", True),
        ("speech_commands_comparsion_speed", "the second one", "the first, then the second", False),
        ("speech_commands_comparsion_loudness", "second", "second.", True),
        ("commonvoice_invalid_gender", "none", "Sorry, there is no voice", True),
        ("invalid_noise", "none", "A man", False),
        ("other", "a flute", "a flute", None),
    ],
)
def test_hallu_audio(subset: str, reference: str, reply: str, correct: bool | None) -> None:
    verdict = hallu_audio.score(asked(subset, reference), reply)
    assert (verdict.correct, verdict.counted) == (correct, correct is not None)


@pytest.mark.parametrize(
    ("reply", "refuses"),
    [
        ("", True),
        ("I cannot listen to audio.", True),
        ("I can't process the audio you sent", True),
        ("As a text-based AI I cannot hear audio", True),
        ("No audio was provided", True),
        ("I'm not able to say", True),
        ("I can access the audio", True),
        ("I cannot answer", True),
        ("I don't have access", True),
        ("No.", False),
        ("A man cannot be heard", False),
    ],
)
def test_refusals(reply: str, refuses: bool) -> None:
    assert is_refusal(reply) == refuses


def test_numbers() -> None:
    assert [number(text) for text in ("x 12 y 3", "twenty-one", "seventeen", "someone", "thrice")] == [
        12,
        20,
        17,
        None,
        3,
    ]


def record(i: int, reply: str, answer: str, scorer: str = "audio_hallucination") -> Record:
    index = YES_NO.index(answer)
    question = Question("q", YES_NO, answer, index, metadata={"subset": "x"})
    module = {"audio_hallucination": audio_hallucination, "hallu_audio": hallu_audio}[scorer]
    return Record(
        "s", f"{i}", "original", "", "correct", "missed", "q", choices=YES_NO, answer=answer, answer_index=index,
        tags={"pair": (str(i // 2),)}, verdicts={scorer: module.score(question, reply)},
    )  # fmt: skip


def official(rows: Sequence[tuple[str, str]]) -> dict[str, float]:
    """The script's figures, of (answer, reply) rows that alternate, read off its description."""
    kinds = [
        {(True, True): "TP", (True, False): "FN", (False, True): "FP", (False, False): "TN"}[
            answer == "Yes", word == "yes"
        ]
        if (word := audio_hallucination.read(reply))
        else "unknown"
        for answer, reply in rows
    ]
    tally = Counter(kinds)
    both = Counter(a + b for a, b in zip(kinds[::2], kinds[1::2], strict=True) if "unknown" not in (a, b))
    precision, recall = tally["TN"] / (tally["TN"] + tally["FN"]), tally["TN"] / (tally["TN"] + tally["FP"])
    return {
        "no_precision": precision,
        "no_recall": recall,
        "no_f1": 2 * precision * recall / (precision + recall),
        "yes_ratio": (tally["TP"] + tally["FP"]) / len(rows),
        **{name: both[kind] / both.total() for name, kind in
           (("pairs_right", "TPTN"), ("pairs_wrong", "FNFP"), ("pairs_yes", "TPFP"), ("pairs_no", "FNTN"))},
    }  # fmt: skip


METRICS = (no_precision, no_recall, no_f1, yes_ratio, pairs_right, pairs_wrong, pairs_yes, pairs_no)
REPLIES = st.sampled_from(["Yes", "No", "It contains it", "hm", "there is no such thing"])


@given(st.lists(REPLIES, min_size=4, max_size=30))
def test_the_figures_are_the_scripts(replies: list[str]) -> None:
    pairs = [(("Yes", "No")[i % 2], reply) for i, reply in enumerate(replies[: len(replies) // 2 * 2])]
    rows = [*pairs, ("Yes", "Yes"), ("No", "No")]  # so that the script does not divide by zero
    trials = Trials([record(i, reply, answer) for i, (answer, reply) in enumerate(rows)])
    expected = official(rows)
    for metric in METRICS:
        name = metric.__name__.rpartition(".")[2]
        assert metric.measure(trials).value == pytest.approx(expected[name]), name
        assert metric.shown_if(trials, "original", None)


def test_where_the_script_divides_by_zero_there_is_no_figure() -> None:
    trials = Trials([record(0, "Yes", "Yes"), record(1, "Yes", "No")])
    with pytest.raises(NotMeasured, match="nothing to divide by"):
        no_precision.measure(trials)
    assert no_recall.measure(trials).value == 0
    assert pairs_yes.measure(trials).value == 1
    with pytest.raises(NotMeasured, match="no pair"):
        pairs_no.measure(Trials([record(0, "hm", "Yes"), record(1, "Yes", "No")]))


def test_the_false_refusal_rate() -> None:
    replies = ["I cannot answer", "Yes", "", "no"]
    trials = Trials([record(i, reply, "Yes", "hallu_audio") for i, reply in enumerate(replies)])
    assert false_refusal_rate.measure(trials).value == 0.5
    assert no_precision.shown_if(trials, "original", None)
    with pytest.raises(NotMeasured):
        false_refusal_rate.measure(Trials([record(0, "Yes", "Yes")]))
