"""Lines of the benchmarks' judges: the official reading with its defects, and the careful one beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.score.official import air_bench_judge, mmar_rubric, mmau_pro_judge
from audiotest.score.official.mmar_rubric import Criterion

RUBRIC = tuple(Criterion(f"Point {n}") for n in (1, 2, 3))


def marks(*scores: Any, names: tuple[str, ...] = ("Point 1", "Point 2", "Point 3")) -> str:
    return json.dumps([{"name": n, "score": s} for n, s in zip(names, scores, strict=False)])


@pytest.mark.parametrize(
    ("line", "scores", "in_total"),
    [
        ("7 8", (7, 8), True),
        (" 9 6\n", (9, 6), True),
        ("0 -3", (0, -3), True),
        ("+7 1_0", (7, 10), True),
        ("٧ 08", (7, 8), True),
        ("9  6", None, False),
        ("9\n6", None, False),
        ("9\t6", None, False),
        ("9\n 6", (9, 6), True),
        ("7 8 9", None, False),
        ("7, 8", None, True),
        ("8.5 7", None, True),
        ("9 11", None, True),
        ("seven eight", None, True),
        ("", None, False),
    ],
)
def test_air_bench_official(line: str, scores: tuple[int, int] | None, in_total: bool) -> None:
    pair = air_bench_judge.official(line)
    assert (pair.first, pair.second) == (scores or (None, None))
    assert (pair.read, pair.in_total) == (scores is not None, in_total)


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("7 8", (7, 8)),
        ("9\n6", (9, 6)),
        ("9\t6", (9, 6)),
        ("8.5, 7", (8.5, 7)),
        ("9/10 6/10", (9, 6)),
        ("[7, 8]", (7, 8)),
        ("7 & 8.", (7, 8)),
        ("Scores: 7 8", (7, 8)),
        ("Assistant 1 scores 7, Assistant 2 scores 8", (7, 8)),
        ("Assistant 2: 8; assistant 1: 7 out of 10", (7, 8)),
        ("7 8\nAssistant 1 missed 2 sounds and Assistant 2 none.", (7, 8)),
        ("7 8\n8 7", None),
        ("9 11", None),
        ("0 5", None),
        ("-1 5", None),
        ("7 8 9", None),
        ("7", None),
        ("seven eight", None),
        ("", None),
        ("Assistant 1 is better than Assistant 1: 7 8", None),
    ],
)
def test_air_bench_careful(text: str, scores: tuple[float, float] | None) -> None:
    pair = air_bench_judge.careful(text)
    assert (pair.first, pair.second) == (scores or (None, None))


def test_air_bench_order() -> None:
    pair = air_bench_judge.official("7 8")
    assert (pair.of_model(swapped=False), pair.of_reference(swapped=False)) == (8, 7)
    assert (pair.of_model(swapped=True), pair.of_reference(swapped=True)) == (7, 8)
    assert (pair.win(swapped=False), pair.win(swapped=True)) == (True, False)
    assert air_bench_judge.official("7 7").win(swapped=False) is False
    assert air_bench_judge.official("x").win(swapped=False) is None


@given(st.text(alphabet=st.sampled_from("0123456789 .,/\nAssistant12:-+[]x")))
def test_air_bench_reads_or_says_that_it_cannot(text: str) -> None:
    for pair in (air_bench_judge.official(text), air_bench_judge.careful(text)):
        assert (pair.first is None) == (pair.second is None)
    careful = air_bench_judge.careful(text)
    assert careful.first is None or 1 <= careful.first <= 10


@pytest.mark.parametrize(
    ("text", "official", "careful"),
    [
        (marks(1, 0, 1), 2 / 3, 2 / 3),
        (marks(0, 0, 0), 0.0, 0.0),
        (marks(True, 1.0, 0), 2 / 3, 2 / 3),
        ("So:\n```json\n" + marks(1, 1, 1) + "\n```", 1.0, 1.0),
        ("See [1]: " + marks(1, 1, 0), 2 / 3, 2 / 3),
        (marks(0, 0, 0) + " or rather " + marks(1, 1, 1), None, 1.0),
        (marks(1, "1", 0), None, 2 / 3),
        (marks(1, 0.5, 0), None, None),
        (marks(1, None, 0), None, None),
        (marks(1, 2, 0), None, None),
        (marks(1, float("nan"), 0), None, None),
        (marks(1, 0), None, None),
        (marks(1, 0, 1).replace("score", "Score"), None, 2 / 3),
        (marks(1, 0, 1).replace("name", "title"), None, 2 / 3),
        (marks(1, 0, 1, names=("a", "b", "c")), 2 / 3, 2 / 3),
        (marks(1, 0, 1)[:-9], None, None),
        ('{"a": 1}', None, None),
        ("[]", None, None),
        ("[1, 2, 3]", None, None),
        ('["name score", 1, 2]', None, None),
        ("", None, None),
        ("[" * 5000, None, None),
    ],
)
def test_mmar_rubric(text: str, official: float | None, careful: float | None) -> None:
    for read, expected in ((mmar_rubric.official, official), (mmar_rubric.careful, careful)):
        found = read(text, RUBRIC)
        assert found.score == expected
        assert bool(found.problem) == (expected is None)


def test_mmar_rubric_names_matter_to_the_careful_reader_only() -> None:
    rubric = (Criterion("a", (0, 1)), Criterion("b", (0, 1, 2)))
    swapped = marks(2, 1, names=("b", "a"))
    assert mmar_rubric.official(swapped, rubric).score is None
    assert mmar_rubric.careful(swapped, rubric).score == 1.0


def test_mmar_rubric_of_no_worth_scores_0() -> None:
    assert mmar_rubric.official(marks(0, names=("a",)), (Criterion("a", (0,)),)).score == 0.0


def test_criteria_of_a_release() -> None:
    rows: list[dict[str, Any]] = [{"name": "a", "choices": [0, 2], "note": "x"}, {"name": "b"}]
    assert mmar_rubric.criteria(rows) == (Criterion("a", (0, 2)), Criterion("b", (0, 1)))


def test_trimmed_mean() -> None:
    assert mmar_rubric.trimmed_mean([0.4, 0.8, 0.6, 0.6, 1]) == pytest.approx(2 / 3)
    assert mmar_rubric.trimmed_mean([0.0, 1.0]) == 0.5
    with pytest.raises(ValueError, match="at least one"):
        mmar_rubric.trimmed_mean([])


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=3), st.lists, max_leaves=8))
def test_mmar_rubric_reads_or_says_that_it_cannot(value: Any) -> None:
    text = json.dumps([{"name": "Point 1", "score": value}, value, {"name": value}])
    assert mmar_rubric.official(text, RUBRIC).score is None
    assert mmar_rubric.careful(text, RUBRIC).score is None


FIVE = "CORRECTNESS: {}\nRELEVANCE: {}\nCOMPLETENESS: {}\nCLARITY: {}\nOVERALL: {}"


@pytest.mark.parametrize(
    ("text", "official", "careful"),
    [
        (FIVE.format(5, 4, 3, 5, 4.25), (5, 4, 3, 5, 4.25), (5, 4, 3, 5, 4.25)),
        (FIVE.format(4.5, 4, 4, 4, 4), (4, 4, 4, 4, 4), (4.5, 4, 4, 4, 4)),
        (FIVE.format("[4]", "**4**", "4/5", "4 - ok", "(4)"), (3, 3, 4, 4, 3.5), (4, 4, 4, 4, 4)),
        (FIVE.format(5, 5, 5, 5, 3), (5, 5, 5, 5, 5), (5, 5, 5, 5, 3)),
        (FIVE.format(10, 10, 10, 10, 10), (10, 10, 10, 10, 10), (None, None, None, None, None)),
        (FIVE.format("4/10", 4, 4, 4, "80%"), (4, 4, 4, 4, 80), (None, 4, 4, 4, None)),
        ("**Correctness:** 5\n**Overall**: 4", (3, 3, 3, 3, 3), (5, None, None, None, 4)),
        ("correctness: 5\nrelevance: 5\ncompleteness: 4\nclarity: 4", (5, 5, 4, 4, 4.5), (5, 5, 4, 4, 4.5)),
        ("CORRECTNESS: 5", (5, 3, 3, 3, 3.5), (5, None, None, None, None)),
        ("OVERALL:\n5", (3, 3, 3, 3, 5), (None, None, None, None, 5)),
        ("", (3, 3, 3, 3, 3), (None, None, None, None, None)),
    ],
)
def test_mmau_pro_judge(text: str, official: tuple[float, ...], careful: tuple[float | None, ...]) -> None:
    names = (*mmau_pro_judge.CRITERIA, "overall")
    for read, expected in ((mmau_pro_judge.official, official), (mmau_pro_judge.careful, careful)):
        scores = read(text)
        assert tuple(getattr(scores, name) for name in names) == expected
        assert scores.read == (expected[-1] is not None)
        assert scores.score == (None if expected[-1] is None else expected[-1] / 5)


@given(st.text())
def test_mmau_pro_judge_never_fails(text: str) -> None:
    assert mmau_pro_judge.official("OVERALL: " + text).overall is not None
    overall = mmau_pro_judge.careful("OVERALL: " + text).overall
    assert overall is None or 1 <= overall <= 5
