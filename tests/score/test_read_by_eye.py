"""Real replies that were read by eye, without a look at the parser's reading, held against it.

``data/read_by_eye.csv`` has ids and labels only: the index of the option that a reply commits to, ``none`` where it commits
to none or to several, ``|`` between two that a reader may argue about. ``weight`` is how many replies of its stratum one
stands for. ``sample`` 1 was read before the parser was mended by it, 2 afterwards. The texts are in $AUDIOTEST_REAL_DATA:
``mmar`` are the answers of Qwen3-Omni-30B-A3B-Thinking to MMAR, ``mmar-reasoning`` its thoughts, read as if they were the
reply; ``desta2-closed`` and ``desta2-cot`` are DeSTA2's replies to the questions of Speech-IFEval that have options.
"""

import csv
import json
import os
import re
from functools import cache
from pathlib import Path

import pytest

from audiotest.score.choice import read

REAL = os.environ.get("AUDIOTEST_REAL_DATA")
pytestmark = pytest.mark.skipif(not REAL, reason="AUDIOTEST_REAL_DATA does not point to real data")

QUOTED = re.compile(r'"((?:[^"]|"(?!\s*(?:,|or\b|and\b|\.|$)))*)"')
FEELINGS = ("neutral", "happy", "sad", "angry")


def lines(name):
    return [json.loads(line) for line in (Path(REAL) / name).read_text(encoding="utf-8").splitlines()]


def options(instruction):
    """The options in the first line of an instruction of Speech-IFEval."""
    first = instruction.split("\n")[0]
    named = re.search(r'[Cc]hoose (?:the answer )?from\s*(".*)$', first)
    return tuple(QUOTED.findall(named[1])) if named else FEELINGS


@cache
def replies():
    """(question, options, reply) by id."""
    items = {item["id"]: item for item in lines("MMAR-meta.jsonl")}
    texts = {}
    for row in lines("mmar-predictions-qwen3-omni.jsonl"):
        item = items[row["id"]]
        asked = item["question"], tuple(item["choices"])
        texts[f"mmar/{row['id']}"] = *asked, row["answer_prediction"] or ""
        texts[f"mmar-reasoning/{row['id']}"] = *asked, row["thinking_prediction"] or ""
    for row in lines("speech-ifeval/desta2/closed_ended_questions.jsonl"):
        texts[f"desta2-closed/{row['id']}"] = row["instruction"], options(row["instruction"]), row["response"]
    for i, row in enumerate(lines("speech-ifeval/desta2/chain-of-thought.jsonl")):
        texts[f"desta2-cot/{i}"] = row["instruction"], options(row["instruction"]), row["response"]
    return texts


def labels(*, reasoning):
    with (Path(__file__).parent / "data" / "read_by_eye.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["id"].startswith("mmar-reasoning/") == reasoning]


def misread(rows):
    """(missed, credited though not due): the labelled replies that are read otherwise."""
    missed, credited = [], []
    for row in rows:
        question, choices, reply = replies()[row["id"]]
        reading = read(choices, reply, question=question)
        index = "none" if reading.index is None else str(reading.index)
        if index not in row["choice"].split("|"):
            (missed if index == "none" else credited).append(row["id"])
    return missed, credited


def test_replies_are_read_as_a_person_reads_them():
    rows = labels(reasoning=False)
    missed, credited = misread(rows)
    assert len(rows) == 598
    assert not credited
    assert len(missed) <= 3, missed


def test_thoughts_that_come_to_no_answer_are_seldom_credited():
    rows = labels(reasoning=True)
    missed, credited = misread(rows)
    assert len(rows) == 101
    assert len(credited) <= 2, credited
    assert len(missed) <= 38, missed
