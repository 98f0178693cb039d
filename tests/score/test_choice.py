"""The answer parser's laws: what holds for any options and any reply."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiotest.score import choice
from audiotest.score.choice import read
from audiotest.types import Question

GOLDEN = os.environ.get("AUDIOTEST_GOLDEN")
CASES = os.environ.get("AUDIOTEST_CASES")
WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heron",
    "iris",
    "jade",
    "kelp",
    "lotus",
    "maple",
    "nectar",
    "onyx",
    "pearl",
    "quartz",
    "river",
]
option_lists = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(" ".join),
    min_size=2,
    max_size=8,
    unique=True,
).filter(lambda options: not any(a != b and a in b for a in options for b in options))
DRESSES = [
    "{label}", "({label})", "{label}.", "{label})", "[{label}]", "**{label}**", "Option {label}", "Answer: {label}",
    "The answer is {label}", "The correct answer is ({label}) {text}.", "{label}. {text}", "({label}) {text}", "{text}",
    "{text}.", "The answer is {text}.", "<answer>{label}</answer>", "<think>hm</think>{label}", "答案是{label}。",
    "I think it is {text}.", "So the final answer is: **{label}**", "\\boxed{{{label}}}",
]  # fmt: skip
DENIALS = ["It is not {text}.", "It is not ({label}).", "not {label}", "I would rule out {text}.", "{text} is wrong."]


@pytest.mark.parametrize("dress", DRESSES)
@settings(deadline=None, max_examples=30)
@given(options=option_lists, data=st.data())
def test_every_dress_of_every_option_is_read(dress, options, data):
    i = data.draw(st.integers(0, len(options) - 1))
    reading = read(options, dress.format(label="ABCDEFGH"[i], text=options[i]))
    assert (reading.index, reading.status) == (i, "read")


@pytest.mark.parametrize("denial", DENIALS)
@settings(deadline=None, max_examples=30)
@given(options=option_lists, data=st.data())
def test_a_denial_chooses_nothing(denial, options, data):
    i = data.draw(st.integers(0, len(options) - 1))
    assert read(options, denial.format(label="ABCDEFGH"[i], text=options[i])).index is None


@settings(deadline=None, max_examples=60)
@given(options=option_lists, data=st.data())
def test_the_order_of_the_options_does_not_matter_to_a_reply_in_words(options, data):
    i = data.draw(st.integers(0, len(options) - 1))
    shuffled = data.draw(st.permutations(options))
    for output in (f"I hear {options[i]}.", f"It could be {options[i]} or {options[i - 1]}.", "Something else."):
        before, after = read(options, output), read(shuffled, output)
        assert before.status == after.status
        assert before.index is None or options[before.index] == shuffled[after.index]


MARKS = st.text("#>*_`- ab().:\"'\n\t1\\{}<", max_size=12)
"""What markdown, labels and tags are made of."""


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(max_size=12) | MARKS, max_size=6), st.text(max_size=200) | MARKS)
@example(["#"], "# ")
def test_it_never_raises_and_ignores_white_space_around(options, output):
    assert read(options, output) == read(options, f"\n {output}\t ")


@pytest.mark.parametrize(
    "hostile",
    ["(" * 500_000, "not " * 250_000, "A or " * 200_000, "the answer is " * 70_000, "<think>" * 100_000, "a " * 500_000, "A " * 500_000,
     "B. " * 300_000, "，" * 500_000, "no, wait " * 100_000, "as an ai " * 100_000, "\n" * 500_000, "<a></a>" * 80_000,
     "one hundred and " * 60_000, ":\n- a\n" * 90_000, "\\boxed{" * 90_000, "\nQuestion: " * 60_000,
     '{"key": 5' + " " * 500_000 + "x", "<<" + " " * 500_000 + "x"],
)  # fmt: skip
def test_a_reply_of_a_megabyte_is_read(hostile):
    # Not a matter of speed: anything worse than linear would not end.
    read(("a flute", "a kettle"), hostile + "\nThe answer is B.")
    assert read(("a flute", "a kettle"), hostile).status != ""


def test_the_verdict_says_what_was_read_and_on_what_ground():
    question = Question("Q?", ("a flute", "a kettle"), "a kettle", 1)
    verdict = choice.score(question, "It is not (A). The answer is (B).")
    assert (verdict.correct, verdict.choice, verdict.status, verdict.format_kept) == (True, 1, "read", False)
    assert "B" in verdict.evidence
    assert choice.score(question, "(B)").format_kept
    assert choice.score(question, "A").correct is False
    assert choice.score(question, "hm").score == 0.0


def test_other_labels_than_letters():
    question = Question("Q?", ("a flute", "a kettle"), "a kettle", 1, metadata={"labels": ("1", "2")})
    assert choice.score(question, "2").choice == 1
    assert choice.score(question, "(1) a flute").choice == 0


def test_the_double_of_the_right_option_is_right():
    question = Question("Q?", ("four", "nine", "four"), "four", 0)
    assert choice.score(question, "C").correct


@pytest.mark.skipif(not GOLDEN, reason="AUDIOTEST_GOLDEN does not point to the golden files")
@pytest.mark.parametrize("name", ["mmar", "mmau", "muchomusic", "airbench_foundation"])
def test_it_agrees_with_the_careful_labels(name):
    rows = [json.loads(line) for line in (Path(GOLDEN) / f"{name}.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["intended"] is not None]
    wrong = []
    for row in rows:
        reading = read(row["choices"], row["output"])
        if reading.index is not None:
            said = "right" if row["choices"][reading.index] == row["answer"] else "wrong"
        else:
            said = "ambiguous" if reading.status == "ambiguous" else "none"
        if said != row["intended"]:
            wrong.append((row["note"], row["output"], row["choices"], row["intended"], said))
    assert not wrong


@pytest.mark.skipif(not CASES, reason="AUDIOTEST_CASES does not point to the folder of small cases")
def test_it_reads_the_replies_that_were_once_misread():
    rows = [json.loads(line) for line in (Path(CASES) / "reader.jsonl").read_text().splitlines()]
    wrong = []
    for row in rows:
        reading = read(row["choices"], row["output"], question=row["question"], finish=row.get("finish"))
        if reading.index != row["intended"]:
            wrong.append((row["id"], row["output"], row["intended"], reading))
    assert not wrong


@pytest.mark.parametrize(("text", "index"), [("a", None), ("A", 0), ("C", 2), ("b", 1)])
def test_a_letter_that_is_all_of_a_cut_reply_may_begin_another_option(text, index):
    assert read(["amber birch", "delta", "amber cedar"], text, finish="length").index == index


@settings(deadline=None, max_examples=40)
@given(options=option_lists, data=st.data())
def test_a_reply_that_is_cut_is_never_read_otherwise_than_whole(options, data):
    i = data.draw(st.integers(0, len(options) - 1))
    form = data.draw(
        st.sampled_from(["I hear {}.", "The answer is {}.", "{}", "It could be {} or so.", "So it is {}, I think."])
    )
    text = form.format(options[i])
    cut = read(options, text[: data.draw(st.integers(0, len(text)))], finish="length")
    assert cut.index in (None, i)


@pytest.mark.parametrize("output", ["The answer is a", "The answer is A", "So it is a", "The answer is d"])
def test_a_letter_at_which_a_reply_is_cut_may_begin_an_option(output):
    assert read(["bell", "amber", "dog"], output, finish="length").index is None


def test_a_letter_that_begins_no_other_option_is_a_label_where_a_reply_is_cut():
    assert read(["bell", "amber", "zoo"], "The answer is B", finish="length").index is None
    assert read(["amber", "bell", "zoo"], "The answer is B", finish="length").index == 1
    assert read(["bell", "amber", "zoo"], "The answer is A).", finish="length").index == 0


@settings(deadline=None, max_examples=60)
@given(options=option_lists, data=st.data())
def test_two_options_offered_with_or_are_ambiguous(options, data):
    i, j = data.draw(st.permutations(range(len(options))))[:2]
    form = data.draw(
        st.sampled_from(["{} or {}", "It is {} or {}.", "I think it is either {} or {}.", "The answer is {} or {}."])
    )
    assert read(options, form.format(options[i], options[j])).status == "ambiguous"


@settings(deadline=None, max_examples=60)
@given(options=option_lists, data=st.data())
def test_probabilities_and_verdicts_name_the_highest(options, data):
    i = data.draw(st.integers(0, len(options) - 1))
    labels = "ABCDEFGH"[: len(options)]
    shares = [5 if k != i else 60 for k in range(len(options))]
    table = data.draw(
        st.sampled_from([
            ", ".join(f"{a}: {n}%" for a, n in zip(labels, shares, strict=True)),
            json.dumps({a: k == i for k, a in enumerate(labels)}),
            json.dumps({text: n / 100 for text, n in zip(options, shares, strict=True)}),
            "\n".join(f"{a}. {text}: {'yes' if k == i else 'no'}" for k, (a, text) in enumerate(zip(labels, options, strict=True))),
        ])
    )  # fmt: skip
    assert read(options, table).index == i
