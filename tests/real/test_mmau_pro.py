"""MMAU-Pro's closed questions from the release's format to its table, by a real embedding model (MiniLM, and not the
official NV-Embed-v2, which is in no package)."""

import json
import os
from pathlib import Path

import pytest

import audiotest
from audiotest.benchmarks.mmau_pro import import_release
from audiotest.report.official import cases_of, official_tables

REAL_DATA = os.environ.get("AUDIOTEST_REAL_DATA")
ROWS = {
    "word-for-word": ("sound", ["Rain on a roof", "A barking dog", "A passing train"], 0, "Rain on a roof"),
    "paraphrase": ("sound", ["Rain on a roof", "A barking dog", "A passing train"], 1, "I can hear a dog that barks."),
    "other": ("music", ["A sad piano", "A cheerful trumpet"], 0, "It is a happy trumpet tune."),
    "negated": ("speech", ["An angry man", "A laughing child"], 1, "It is not an angry man."),
    "empty": ("speech", ["An angry man", "A laughing child"], 1, ""),
    "one-choice": ("speech", ["An angry man"], 0, "An angry man"),
}


def closed(folder, rows):
    """A suite imported from a release of ``rows`` ({id: (category, choices, answer's place, reply)}), and its run."""
    release = [
        {"id": name, "audio_path": [], "question": "What is heard?", "answer": choices[place], "choices": choices,
         "category": category} for name, (category, choices, place, _) in rows.items()
    ]  # fmt: skip
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in release))
    replies = [{"id": name, "output": reply} for name, (*_, reply) in rows.items()]
    (folder / "replies.jsonl").write_text("".join(json.dumps(row) + "\n" for row in replies))
    import_release(folder / "test.jsonl", folder / "suite")
    return audiotest.run(folder / "suite", f"replay:{folder / 'replies.jsonl'}", embedder="minilm", cache=False,
                         conditions=["original"])  # fmt: skip


def test_the_nearest_option_is_chosen_and_the_columns_of_its_table_are_filled(weights, tmp_path):
    weights("minilm")
    run = closed(tmp_path, ROWS)
    verdicts = {record.case: record.verdicts["mmau_pro"] for record in run.records}
    chosen = {name: (verdict.choice, verdict.correct, verdict.counted) for name, verdict in verdicts.items()}
    assert chosen["word-for-word"] == (0, True, True)
    assert verdicts["word-for-word"].details["similarities"][0] == pytest.approx(1.0, abs=1e-5)
    assert chosen["paraphrase"] == (1, True, True)
    assert chosen["other"] == (1, False, True)
    assert chosen["negated"] == (0, False, True)  # a known defect of the rule: a negation is near to what it denies
    assert chosen["empty"][2]  # another: something is always chosen
    assert not chosen["one-choice"][2]
    assert {record.case: record.verdicts["choice"].choice for record in run.records}["empty"] is None
    (table,) = official_tables("mmau_pro", run.records, "m", "original", cases_of(run, "mmau_pro"))
    (row,) = [row for row in table.rows if "mmau_pro" in row.model]
    assert row.values["Sound"] == 100
    assert row.values["Music"] == 0
    assert row.values["Speech"] in (0, 50)


@pytest.mark.skipif(REAL_DATA is None, reason="AUDIOTEST_REAL_DATA does not point to real data")
def test_a_real_models_replies_that_are_an_options_text_are_read_as_that_option(weights, tmp_path):
    weights("minilm")
    folder = Path(REAL_DATA or "")
    items = [json.loads(line) for line in (folder / "MMAR-meta.jsonl").read_text().splitlines()][:150]
    lines = (folder / "mmar-predictions-qwen3-omni.jsonl").read_text().splitlines()
    replies = {row["id"]: row["answer_prediction"] for row in map(json.loads, lines)}
    rows = {f"i{n}": ("sound", item["choices"], item["choices"].index(item["answer"]), replies[item["id"]])
            for n, item in enumerate(items) if all(item["choices"])}  # fmt: skip
    run = closed(tmp_path, rows)
    spelled = [r for r in run.records if r.reply.text in r.choices]
    assert len(spelled) > 120
    assert all(r.choices[r.verdicts["mmau_pro"].choice] == r.reply.text for r in spelled)
