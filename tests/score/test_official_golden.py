"""Every verdict of the official scripts on the golden replies is given again, without exception."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from audiotest.score import _rouge, air_bench, mmar, mmau, mmau_pro_if, muchomusic
from audiotest.score.official import air_bench_judge, mmar_rubric, mmau_pro_judge
from audiotest.types import Question

GOLDEN = os.environ.get("AUDIOTEST_GOLDEN")
pytestmark = pytest.mark.skipif(GOLDEN is None, reason="AUDIOTEST_GOLDEN does not point to golden verdicts")


def rows(name: str) -> list[dict[str, Any]]:
    lines = (Path(GOLDEN or "") / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    found = [json.loads(line) for line in lines if line]
    assert found
    return found


def asked(row: dict[str, Any]) -> Question:
    choices, answer = tuple(row.get("choices", ())), row.get("answer")
    index = choices.index(answer) if answer in choices else None
    return Question(row["question"], choices, answer, index, (), row)


def same(rows: list[dict[str, Any]], said: dict[str, Any], official: dict[str, Any]) -> None:
    """Compared as one dict by id, so that a failure lists the replies that differ."""
    assert len(said) == len(rows)
    assert {i: (v, official[i]) for i, v in said.items() if v != official[i]} == {}


def test_muchomusic() -> None:
    golden = rows("muchomusic")
    said, official = {}, {}
    for row in golden:
        verdict = muchomusic.score(asked(row), row["output"])
        said[row["id"]] = (verdict.correct, verdict.details["extracted"], verdict.status == "unparsed")
        official[row["id"]] = (row["official_verdict"], row["official_extracted"], row["official_unanswered"])
    same(golden, said, official)


@pytest.mark.parametrize("scorer", [mmar, mmau], ids=["mmar", "mmau"])
def test_string_match(scorer: Any) -> None:
    golden = rows(scorer.__name__.rpartition(".")[2])
    said = {row["id"]: scorer.score(asked(row), row["output"]).correct for row in golden}
    same(golden, said, {row["id"]: row["official_verdict"] for row in golden})


def test_air_bench() -> None:
    golden = rows("airbench_foundation")
    said = {}
    for row in golden:
        verdict = air_bench.score(asked(row), row["output"])
        assert verdict.counted == (verdict.status == "read")
        word = "unparsed" if not verdict.counted else "correct" if verdict.correct else "wrong"
        said[row["id"]] = (word, verdict.details["extracted"])
    same(golden, said, {row["id"]: (row["official_verdict"], row["official_extracted"]) for row in golden})


def test_mmau_pro_if() -> None:
    golden = rows("mmaupro_aif")
    said = {row["id"]: mmau_pro_if.score(asked(row), row["output"]).correct for row in golden}
    same(golden, said, {row["id"]: row["official_verdict"] for row in golden})


def test_air_bench_judge() -> None:
    golden = rows("airbench_chat_judge")
    said, official = {}, {}
    for row in golden:
        pair, swapped = air_bench_judge.official(row["judge_output"]), row["order"].startswith("swapped")
        assert air_bench_judge.GROUPS[row["task_name"]] == row["task_group"]
        said[row["id"]] = (pair.first, pair.second, pair.win(swapped=swapped), not pair.read, pair.in_total)
        keys = (
            "official_first",
            "official_second",
            "official_win",
            "official_fail_num",
            "official_total_sum",
        )
        official[row["id"]] = tuple(row[key] for key in keys)
    same(golden, said, official)


def test_mmar_rubric() -> None:
    golden = rows("mmar_rubric")
    rubric = mmar_rubric.criteria(next(row["rubric"] for row in golden if isinstance(row.get("rubric"), list)))
    said: dict[str, Any] = {}
    for row in golden:
        if "rater_scores" in row:
            said[row["id"]] = mmar_rubric.trimmed_mean(row["rater_scores"])
        else:
            said[row["id"]] = mmar_rubric.official(row["judge_output"], rubric).score
    same(golden, said, {row["id"]: row["official_score"] for row in golden})


def test_mmau_pro_judge() -> None:
    golden = rows("mmaupro_judge")
    names = (*mmau_pro_judge.CRITERIA, "overall")
    said = {}
    for row in golden:
        scores = mmau_pro_judge.official(row["judge_output"])
        said[row["id"]] = {name: getattr(scores, name) for name in names}
    same(golden, said, {row["id"]: row["official_scores"] for row in golden})


def test_rouge() -> None:
    golden = rows("musiccaps_rouge")
    said = {}
    for row in golden:
        said[row["id"]] = _rouge.figures([row["reference"]], row["output"], use_stemmer=row["use_stemmer"])
    same(golden, said, {row["id"]: {kind: row[kind] for kind in _rouge.TYPES} for row in golden})
