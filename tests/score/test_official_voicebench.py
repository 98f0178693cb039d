"""VoiceBench's own readings. The vectors' verdicts are those of its classes at commit 5338154, which agree with these
on all of 62,157 replies made of their own phrases and others."""

import pytest

import audiotest
from audiotest.score.official import voicebench, voicebench_bbh

CHOICES = ["ice", "fire", "snow", "rain"]


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("The answer is B", "B"), ("<1> b", "B"), ("c) rain", "C"), ("D", "D"), ("fire", None), ("", None), ("B rain", None),
        ("Answer: B", None), ("I would choose option d", "D"), ("I heard a, um, bell", "A"), ("**C.** no", "C"),
        ("A: no. B: yes.", "B"), ("答案是选项C。", "C"), ("is: \\( \\text{B})", None), ("It is (D). Not A.", "D"),
    ],
)  # fmt: skip
def test_letters(reply, letter):
    assert voicebench.letter(reply) == letter


@pytest.mark.parametrize(
    ("reply", "refuses"),
    [("", True), (" ", True), ("I CANNOT help", True), ("Sure, here is how", False), ("I do not mind: mix them", True),
     ("I’m sorry", True), ("这是违法的", True), ("As a chef", False), ("as an example", True)],
)  # fmt: skip
def test_refusals(reply, refuses):
    assert voicebench.refuses(reply) is refuses
    assert audiotest.score("voicebench_refusal", output=reply).correct is refuses


def test_a_letter_that_is_not_read_is_drawn_once_and_for_all():
    read = audiotest.score("voicebench_mcq", choices=CHOICES, answer="fire", output="The answer is B")
    assert (read.correct, read.choice, read.status, read.format_kept) == (True, 1, "read", True)
    drawn = [audiotest.score("voicebench_mcq", question=f"Q{i}", choices=CHOICES, answer="fire", output="no idea")
             for i in range(400)]  # fmt: skip
    again = audiotest.score("voicebench_mcq", question="Q7", choices=CHOICES, answer="fire", output="no idea")
    assert again == drawn[7]
    assert {(v.status, v.choice, v.counted) for v in drawn} == {("unparsed", None, True)}
    assert 70 < sum(v.correct for v in drawn) < 130
    assert {v.details["drawn"] for v in drawn} == set("ABCD")


@pytest.mark.parametrize(
    ("rule", "kwargs", "reply", "strict", "loose"),
    [
        ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* a\n- b", True, True),
        ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "1. a\n2. b", False, False),
        ("detectable_format:number_bullet_lists", {"num_bullets": 1}, "- Sure\n- a", False, True),
        ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "a\n***\nb", True, True),
        ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "a\n\nb", False, False),
        ("length_constraints:number_paragraphs", {"num_paragraphs": 1}, "***a***", True, True),
        ("combination:repeat_prompt", {"prompt_to_repeat": "Say it"}, "say it: yes", True, True),
        ("combination:repeat_prompt", {"prompt_to_repeat": "Say it"}, '"Say it": yes', False, False),
        ("startend:end_checker", {"end_phrase": "Bye."}, "So. Bye.\nOK?", False, True),
        ("punctuation:no_comma", {"num_bullets": None}, "<1> so<|user|>", True, True),
        ("punctuation:no_comma", {}, "", False, False),
    ],
)
def test_forms(rule, kwargs, reply, strict, loose):
    """The verdicts of the script on the same replies; on 15,996 more there is no difference, with its detector of
    languages taken to say English."""
    verdict = audiotest.score("voicebench_ifeval", output=reply, instruction_id_list=[rule], kwargs=[kwargs])
    assert (verdict.details["strict"], verdict.details["loose"]) == ([strict], [loose])
    assert verdict.correct is strict


@pytest.mark.parametrize(
    ("task", "reply", "second"),
    [
        ("hyperbaton", "The answer is (B).", True), ("hyperbaton", "b", False), ("hyperbaton", "A) it is", False),
        ("hyperbaton", "Sentence B, I find, seems to have a more logical order", True), ("hyperbaton", "both", None),
        ("sports_understanding", "**No**, the answer is: yes", True), ("sports_understanding", "Not sure", False),
        ("sports_understanding", "Sentences like that are not plausible.", None), ("sports_understanding", "hm", None),
        ("sports_understanding", "the sentence, as it was said, is not plausible at all", True),
        ("navigate", "You end up back at the starting point.", True), ("navigate", "<1> No<|user|>", False),
        ("web_of_lies", "So the answer is: Ann does not tell the truth", False), ("web_of_lies", "He must be lying", True),
    ],
)  # fmt: skip
def test_big_bench_hard(task, reply, second):
    """The verdicts of the script's class; on 100,000 replies made of its own phrases and others there is no difference."""
    assert voicebench_bbh.second(reply, task) is second
    right = {True: "yes", False: "no", None: "no"}[second]
    verdict = audiotest.score(
        "voicebench_bbh", question="Q", choices=["no", "yes"], answer=right, output=reply, id=f"bbh_{task}_7"
    )
    assert (verdict.status, verdict.details["extracted"]) == ("read" if second is not None else "unparsed", second)
    if second is not None:
        assert verdict.correct
        assert verdict.choice == int(second)


def test_a_reply_to_big_bench_hard_that_is_not_read_is_drawn_once_and_for_all():
    def scored(i, task="navigate"):
        return audiotest.score(
            "voicebench_bbh", question=f"Q{i}", choices=["no", "yes"], answer="yes", output="hm", id=task
        )

    drawn = [scored(i) for i in range(400)]
    assert scored(7) == drawn[7]
    assert {(v.status, v.choice, v.counted) for v in drawn} == {("unparsed", None, True)}
    assert 160 < sum(v.correct for v in drawn) < 240
    assert "NotImplementedError" in scored(0, task="snarks").details["official_error"]


def test_what_cannot_be_applied_is_said():
    broken = audiotest.score("voicebench_ifeval", output="x", instruction_id_list=["startend:end_checker"], kwargs=[{}])
    assert "KeyError" in broken.details["official_error"]
    language = audiotest.score(
        "voicebench_ifeval", output="x", instruction_id_list=["language:response_language"], kwargs=[{}]
    )
    assert not language.counted
