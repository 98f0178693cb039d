"""MuChoMusic's own prediction files: ids of tracks, options in an order of their own, the official table."""

import json
import os
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from releases import MUCHOMUSIC_FIELDS, as_csv, as_json

from audiotest.cli import main
from audiotest.report.official import official_tables
from audiotest.session import Session, Settings

LETTERS = "ABCD"


def release(count=1187):
    """(row of muchomusic.csv, knowledge, reasoning) of ``count`` questions, three a track; the real ones where they
    are at hand (which have four new distractors)."""
    folder = os.environ.get("AUDIOTEST_REAL_DATA")
    real = json.loads((Path(folder) / "RUL-MuchoMusic.json").read_text()) if folder else {}
    known = list(real.items()) or [
        (str(i), {"question": f"Which sound is number {i % 40}?", "correct_answer": f"sound {i}",
                  "distractors": [f"noise {i}", f"Hum of {i}", f"a bell, {i}"]}) for i in range(count)
    ]  # fmt: skip
    rows = []
    for n, (name, item) in enumerate(known[:count]):
        kinds = (["melody"] if n % 2 else [], ["lyrics"] if n % 3 else [])
        track = ("sdd", f"{1000 + n // 3}.json") if n % 4 else ("musiccaps", f"-a_B{n // 3}_30.json")
        rows.append([name, item["question"], item["correct_answer"], *item["distractors"][:3], *track, "Rock",
                     str(kinds[0]), str(kinds[1]), "3"])  # fmt: skip
    return rows


def predictions(rows, draw):
    """Rows as ``prepare_prompts.py`` lays them out, with replies, and (right, read) of each by the official rule."""
    found, official = [], []
    for row in rows:
        options = row[2:6]
        order = draw.sample(range(4), k=4)
        shown = [options[i] for i in order]
        listed = " ".join(f"({LETTERS[i]}) {text}" for i, text in enumerate(shown))
        dataset, name = row[6], row[7].removesuffix(".json")
        track = int(name) if dataset == "sdd" else name.rpartition("_")[0]
        place = draw.randrange(4)
        reply = draw.choice([LETTERS[place], f"({LETTERS[place]})", "no idea", "?"])
        example = "Question: Which drum?\n Options: (A) x (B) y (C) z (D) w \n The correct answer is: A"
        prompt = f"{example}\n Question: {row[1]}\n Options: {listed} \n The correct answer is: "
        found.append({
            "id": track, "prompt": prompt, "answers": shown, "answer_orders": order, "dataset": dataset, "genre": row[8],
            "reasoning": json.loads(row[10].replace("'", '"')), "knowledge": json.loads(row[9].replace("'", '"')),
            "audio_path": "data/x.wav", "model_output": reply,
        })  # fmt: skip
        read = any(letter in reply for letter in LETTERS)
        official.append((read and order[place] == 0, read))
    return found, official


def table(folder, file):
    session = Session(Settings(model=f"replay:{file}", reply_cache="off"), root=folder)
    session.suites.whole(folder / "suites" / "suite.yaml", "suites/suite.yaml")
    run = session.run()
    rows = official_tables("muchomusic", run.records, "m")[0].rows
    return run, next(r for r in rows if r.model == "m (muchomusic)")


@pytest.fixture
def imported(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))

    def make(rows):
        source = as_csv(tmp_path / "muchomusic.csv", MUCHOMUSIC_FIELDS, rows)
        out = CliRunner().invoke(main, ["import", "muchomusic", str(source), "--into", str(tmp_path / "suites")])
        assert out.exit_code == 0, out.output
        return tmp_path

    return make


def test_1187_predictions_in_the_official_layout_give_the_official_table(imported):
    rows = release()
    folder = imported(rows)
    file, official = predictions(rows, random.Random(5))
    run, row = table(folder, as_json(folder / "predictions.json", file))
    assert {r.outcome for r in run.records if r.condition == "original"} <= {"passed", "missed"}
    knowing, reasoning = ([o for o, p in zip(official, file, strict=True) if p[k]] for k in ("knowledge", "reasoning"))
    want = {
        "All": [right for right, _ in official],
        "Knowledge": [right for right, _ in knowing],
        "Reasoning": [right for right, _ in reasoning],
        "IFR": [read for _, read in official],
    }
    assert row.values == {name: pytest.approx(100 * sum(of) / len(of)) for name, of in want.items()}
    assert (row.count, row.whole) == ("1,187", True)


def test_letters_are_read_in_the_recorded_order_and_the_record_says_what_was_shown(imported):
    rows = release(3)
    folder = imported(rows)
    file, _ = predictions(rows, random.Random(1))
    for row in file:
        row["model_output"] = f"({LETTERS[row['answer_orders'].index(0)]})"
    run, row = table(folder, as_json(folder / "p.json", file))
    assert row.values["All"] == 100.0
    shown = {record.case: record for record in run.records if record.condition == "original"}
    for expected in file:
        record = next(r for r in shown.values() if sorted(r.choices) == sorted(expected["answers"]))
        assert list(record.choices) == expected["answers"]
        assert record.prompt == expected["prompt"]
        assert record.choices[record.answer_index] == record.answer
        assert record.verdicts["choice"].correct is True


def test_rows_that_cannot_be_told_apart_are_errors_of_their_trials(imported):
    rows = release(2)
    rows[1] = [rows[1][0], *rows[0][1:6], *rows[1][6:]]
    folder = imported(rows)
    file, _ = predictions(rows, random.Random(1))
    run, _ = table(folder, as_json(folder / "p.json", [*file, {**file[0], "id": rows[0][0]}]))
    found = {record.case: record for record in run.records if record.condition == "original"}
    assert found[rows[0][0]].outcome in ("passed", "missed")  # one row has its id
    assert found[rows[1][0]].outcome == "error"
    assert "3 rows with the question and the options" in found[rows[1][0]].reason
