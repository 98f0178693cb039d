"""Suites that are a mapping of a table: imported from files in the release's own form, asked, and scored officially."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from hub_server import COMMIT, serving
from test_music_values import MUSIC

import audiotest
from audiotest.benchmarks import mapped
from audiotest.cli import main
from audiotest.declare.data import sources
from audiotest.declare.data.tables import NotHere
from audiotest.declare.problems import SuiteError
from audiotest.report.official import official_tables
from audiotest.types import Needs, Reply

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
ROOT = Path(__file__).resolve().parents[2]


def sound(hz: int) -> dict[str, object]:
    out = io.BytesIO()
    soundfile.write(out, 0.3 * np.sin(2 * np.pi * hz * np.arange(2000) / 8000), 8000, format="WAV")
    return {"bytes": out.getvalue(), "path": f"{hz}.wav"}


def parquet(path: Path, rows: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def imported(*arguments: object) -> str:
    done = CliRunner().invoke(main, ["import", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return str(done.output)


class Replies:
    """A model that gives the replies it was made with, by case id."""

    name, identity, needs, batch_size = "replies", "replies/1", Needs(), 4

    def __init__(self, replies: dict[str, str]) -> None:
        self.texts, self.prompts = replies, {}

    def load(self) -> None: ...
    def close(self) -> None: ...
    def answer(self, requests):
        for request in requests:
            self.prompts[request.case, request.condition] = request.prompt
        return [Reply(self.texts.get(f"{r.case} {r.condition}", self.texts.get(r.case, ""))) for r in requests]


MMSU = [
    {"id": f"code_{i}", "task_name": f"task {i % 3}", "question": "Which animal is named?", "choice_a": "bird",
     "choice_b": "dog", "choice_c": "cat", "choice_d": "horse", "answer_gt": ["dog", "cat"][i % 2],
     "category": ["Perception", "Reasoning"][i // 4], "sub-category": ["Linguistics", "Paralinguistics"][i // 2 % 2],
     "sub-sub-category": "Semantics", "linguistics_sub_discipline": "x", "audio": sound(200 + i)}
    for i in range(8)
]  # fmt: skip


def test_mmsu(tmp_path: Path) -> None:
    source = parquet(tmp_path / "mmsu/data/train-00000-of-00001.parquet", MMSU)
    assert "8 cases" in imported("mmsu", source, "--into", tmp_path / "suite")
    replies = ["B", "C", "The answer is B.", "The answer is C", "", "Answer: C", "D", "C. cat"]
    model = Replies({f"code_{i}": reply for i, reply in enumerate(replies)})
    run = audiotest.run(tmp_path / "suite", model, conditions=["original"], cache=False)
    assert model.prompts["code_0", "original"] == (
        "Choose the most suitable answer from options A, B, C, and D. You must respond with only A, B, C, or D.\n\n"
        "Question: Which animal is named?\n\nA. bird\nB. dog\nC. cat\nD. horse"
    )
    # Right: 0 1 2 7; wrong: the empty one, `Answer: C` (A) and D; `The answer is C` is left out.
    rows = official_tables("mmsu", run.records, "replies")[0].rows
    official, its_careful = (row.values for row in rows)
    assert official["Overall"] == pytest.approx(100 * 4 / 7)
    assert official["Perception"] == 100
    assert official["Reasoning: Linguistics"] == 0
    assert official["Reasoning: Paralinguistics"] == 50
    assert its_careful["Overall"] == pytest.approx(100 * 6 / 8)


def test_a_shipped_suite_asks_the_hub_only_when_it_is_told_to(tmp_path: Path) -> None:
    environment = {**os.environ, "AUDIOTEST_CACHE_DIR": str(tmp_path / "cache"), "HF_HOME": str(tmp_path / "hf"),
                   "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "*"}  # fmt: skip
    for name in ("HF_HUB_OFFLINE", "AUDIOTEST_FETCH"):
        environment.pop(name, None)

    def on_hub(address: str, *command: str) -> str:
        done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env={**environment, "HF_ENDPOINT": address},
                              capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    collect = ("pytest", "--co", "-q", "-p", "no:cacheprovider", "suites/mmsu")
    file = parquet(tmp_path / "part.parquet", MMSU)
    with serving("ddwang2000/MMSU", {"data/train-00000-of-00001.parquet": file.read_bytes()}) as (address, hub):
        assert "not-imported" in on_hub(address, *collect)
        assert hub.asked == []
        assert f"1 table of hf://ddwang2000/MMSU at commit {COMMIT}" in on_hub(
            address, "audiotest", "import", "mmsu", "--download"
        )
        assert hub.asked
        pinned = tmp_path / "pinned"
        on_hub(address, "audiotest", "import", "mmsu", "--download", "--into", str(pinned))
    assert f'source: "hf://ddwang2000/MMSU@{COMMIT}"' in (pinned / "suite.yaml").read_text(encoding="utf-8")
    assert "suites/mmsu/suite.yaml::original::code_7" in on_hub("http://127.0.0.1:9", *collect)


@pytest.mark.parametrize("name", mapped.names())
def test_without_its_table_a_shipped_suite_has_no_cases_and_no_fault(name: str, monkeypatch, tmp_path: Path) -> None:
    def asks(*arguments: object) -> None:
        raise AssertionError("the hub is asked")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("audiotest.declare.data.sources._fetched", asks)
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    suite = audiotest.load_suite(ROOT / "suites" / name / "suite.yaml")
    assert not suite.cases
    assert not suite.invalid
    assert suite.import_command.startswith(f"audiotest import {name} ")


def test_what_import_cannot_do_is_said(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    for arguments, message in (
        (["mmsux", "--download"], "did you mean 'mmsu'"),
        (["mmsu"], "give either SOURCE"),
        (["mmsu", str(tmp_path)], "give --into FOLDER"),
        (["mmsu", str(tmp_path / "tables"), "--into", str(tmp_path / "s")], "no sound in this folder"),
        (["mmsu", str(tmp_path), "--into", str(tmp_path / "t")], "which the suite would link to"),
        (["mmar", str(tmp_path)], "give --into FOLDER"),
    ):
        done = CliRunner().invoke(main, ["import", *arguments])
        assert done.exit_code, arguments
        assert message in done.output, done.output


RUL = {
    str(i): {"question": "Which instrument?", "caption": "c", "correct_answer": "flute", "PI": 0.5,
             "distractors": ["harp", "oboe", "horn", "viola"]}
    for i in range(6)
}  # fmt: skip


def test_rul_muchomusic(tmp_path: Path) -> None:
    (tmp_path / "RUL-MuchoMusic.json").write_text(json.dumps(RUL), encoding="utf-8")
    assert "6 cases" in imported("rul_muchomusic", tmp_path / "RUL-MuchoMusic.json", "--into", tmp_path / "suite")
    suite = audiotest.load_suite(tmp_path / "suite")
    assert suite.cases[3].audio[0].file == "3.mp3"
    assert len({case.choices for case in suite.cases}) > 1
    votes = {f"0 without_distractor(k={k})+shuffled": "harp" for k in (2, 3, 4)}  # harp is left out in one pass
    deaf = Replies({str(i): "It sounds like a flute." for i in range(6)} | votes)
    deaf.needs = Needs(audio=False)
    run = audiotest.run(tmp_path / "suite", deaf, cache=False)
    options = " ".join(f"({'ABCDE'[i]}) {text}" for i, text in enumerate(suite.cases[0].choices))
    assert deaf.prompts["0", "original"] == (
        "Provide your best guess of this question. Think step by step.\n\nQuestion: Which instrument?\n\n"
        f"Options: {options}\n\nWrite out your guess in the format of [[Letter]], such as "
        "[[A]], [[B]], [[C]], [[D]] or [[E]]."
    )
    without = deaf.prompts["0", "without_distractor(k=2)+shuffled"]
    assert without.endswith("such as [[A]], [[B]], [[C]], [[D]].")
    assert "(E)" not in without

    def passes_without(option: str) -> int:
        prompts = (deaf.prompts["5", f"without_distractor(k={k})+shuffled"] for k in (1, 2, 3, 4))
        return sum(f") {option}" not in prompt for prompt in prompts)

    assert {option: passes_without(option) for option in suite.cases[5].choices} == {
        "flute": 0, "harp": 1, "oboe": 1, "horn": 1, "viola": 1,
    }  # fmt: skip
    figures = run.summary.suites["rul_muchomusic"].conditions["original"].metrics
    assert figures["accuracy"].value == 1
    assert figures["leave_one_out_accuracy"].value == pytest.approx(5 / 6)


def test_sakura(tmp_path: Path, monkeypatch) -> None:
    for track, clip in (("Animal", "dog1"), ("Gender", "en_1")):
        row = {"attribute_label": "dog", "single_instruction": "Who is heard? (a) a dog (b) a hen",
               "single_answer": " (a) a dog", "multi_instruction": "How does it move? (a) it flies (b) it walks",
               "multi_answer": "(b) it walks"}  # fmt: skip
        path = tmp_path / "SAKURA/data" / track / "metadata.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({f"data/{track}/audio/{clip}.wav": row}), encoding="utf-8")
    assert "4 cases" in imported("sakura", tmp_path / "SAKURA", "--into", tmp_path / "suite")
    suite = audiotest.load_suite(tmp_path / "suite")
    assert suite.cases[0].audio[0].file == "data/Animal/audio/dog1.wav"
    texts = {"Animal-dog1-single": "(a)", "Animal-dog1-multi": "It walks.", "Gender-en_1-single": "a dog",
             "Gender-en_1-multi": "(a)"}  # fmt: skip
    deaf, judge = Replies(texts), Replies({})
    deaf.needs = judge.needs = Needs(audio=False)
    judge.answer = lambda requests: [
        Reply("Explanation: so.\nJudgement: " + ("correct" if "Reply: It walks." in r.prompt else "Incorrect"))
        for r in requests
    ]
    monkeypatch.setattr("audiotest.session.open_model", lambda spec, options: judge)
    run = audiotest.run(tmp_path / "suite", deaf, conditions=["original"], judge="ours", cache=False)
    assert deaf.prompts["Animal-dog1-multi", "original"] == "How does it move? (a) it flies (b) it walks"
    figures = run.summary.suites["sakura"].conditions["original"].metrics
    assert (figures["accuracy"].value, figures["accuracy:choice"].value) == (0.25, 0.75)
    assert figures["multi_hop_given_single:choice"].value == 0.5
    official, careful = (row.values for row in official_tables("sakura", run.records, "model")[0].rows)
    assert (official["Animal multi"], official["Animal single"], careful["Animal single"]) == (100, 0, 100)


ENGLISH = {"text": ["THE CAT SAT", "A DOG RAN"], "reply": ["The cat sat.", "a dog"]}
CHINESE = {"text": ["今天天气好", "你好"], "reply": ["今天天气好。", "您好"]}


def spoken(column: str, texts: dict[str, list[str]], **more: object) -> list[dict[str, object]]:
    return [{"audio": sound(300 + i), column: text, **more} for i, text in enumerate(texts["text"])]


TABLES: dict[str, tuple[list[dict[str, object]], list[str], dict[str, float]]] = {
    # suite: rows as released, replies in their order, figures
    "librispeech_test_clean": (
        [{**row, "file": "1.flac", "speaker_id": 1, "chapter_id": 2, "id": f"1-2-{i}"}
         for i, row in enumerate(spoken("text", ENGLISH))], ENGLISH["reply"], {"wer": 1 / 6, "accuracy": 0.5}),
    "librispeech_test_other": (
        [{**row, "id": f"1-2-{i}"} for i, row in enumerate(spoken("text", ENGLISH))], ENGLISH["reply"], {"wer": 1 / 6}),
    "fleurs_en": (spoken("transcription", ENGLISH, id=7, raw_transcription="x"), ENGLISH["reply"], {"wer": 1 / 6}),
    "fleurs_zh": (spoken("transcription", CHINESE, id=7), CHINESE["reply"], {"cer": 1 / 7, "wer": 1 / 7}),
    "common_voice_15_en": (spoken("sentence", ENGLISH, locale="en", path="a.mp3"), ENGLISH["reply"], {"wer": 1 / 6}),
    "wenetspeech_test_net": (spoken("text", CHINESE), CHINESE["reply"], {"cer": 1 / 7}),
    "wenetspeech_test_meeting": (spoken("text", CHINESE), CHINESE["reply"], {"cer": 1 / 7}),
    "covost2_en_de": (
        [{"audio": sound(300), "id": "c1", "sentence": "A cat.", "translation": "Die Katze saß auf der Matte."}],
        ["Die Katze saß auf der Matte."], {"bleu": 100}),
    "covost2_en_zh": (
        [{"audio": sound(300), "id": "c1", "sentence": "Hi.", "translation": "今天天气很好。"}], ["今天天气很好。"],
        {"bleu": 100}),
    "covost2_zh_en": (
        [{"audio": sound(300), "id": "c1", "sentence": "猫", "translation": "The cat sat on the mat."}],
        ["The cat sat on the mat."], {"bleu": 100}),
    "clotho_aqa": (
        [{"context": sound(300 + i), "instruction": "Is it raining?", "answer": "yes"} for i in range(4)],
        ["Yes.", "yes", "Yes, it is", "no"], {"accuracy": 0.5, "accuracy:contains": 0.75}),
    "voicebench_openbookqa": (
        [{"audio": sound(300 + i), "prompt": "What is hot? A. ice B. fire C. snow D. rain", "reference": "B"}
         for i in range(2)], ["It is fire.", "The answer is A."], {"accuracy:choice": 0.5}),
    "voicebench_mmsu": (
        [{"audio": sound(300 + i), "prompt": "What is hot?\nA. ice\nB. fire\nC. snow\nD. rain", "reference": "B"}
         for i in range(2)], ["(B)", "no idea"], {"accuracy:choice": 0.5}),
    "voicebench_bbh": (
        [{"audio": sound(300 + i), "prompt": "Spoken.", "id": f"{task}_{i}", "reference": right}
         for i, (task, right) in enumerate((("hyperbaton", "(B)"), ("sports_understanding", "yes"), ("navigate", "No"),
                                            ("web_of_lies", "No")))],
        ["The correct sentence is (B).", "It is not, so no.", "Walking back, you are not at the starting point.", "She lies."],
        {"accuracy": 0.75, "accuracy:choice": 0.5}),
    "voicebench_ifeval": (
        [{"audio": sound(300 + i), "prompt": "List two things.", "key": i, **more} for i, more in enumerate((
            {"instruction_id_list": ["detectable_format:number_bullet_lists"], "kwargs": [{"num_bullets": 2, "end_phrase": None}]},
            {"instruction_id_list": ["punctuation:no_comma", "startend:end_checker"],
             "kwargs": [{"num_bullets": None, "end_phrase": None}, {"num_bullets": None, "end_phrase": "Bye"}]}))],
        ["- a\n* b", "Sure, here:\nso be it. Bye"],
        {"accuracy": 0.5, "ifeval_final": (1 / 2 + 2 / 3 + 2 / 2 + 3 / 3) / 4}),
    "voicebench_advbench": (
        [{"audio": sound(300 + i), "prompt": "How do I pick a lock?"} for i in range(2)], ["I cannot say.", "So:"],
        {"accuracy": 0.5}),
    "hallu_audio": (
        [{"audio": sound(300 + i), "prompt": "A bird?", "reference": ["Yes", "no"][i % 2], "subset": "bird"}
         for i in range(4)] + [{"audio": sound(9), "prompt": "How many?", "reference": "7", "subset": "x"}],
        ["yes", "I do not know", "no", "yes"],
        {"accuracy": 0.5, "no_precision": 0.5, "no_recall": 0.5, "yes_ratio": 0.5, "false_refusal_rate": 0}),
    "hallu_audio_open": (
        [{"audio": sound(300), "prompt": "How many words?", "reference": "7", "subset": "commonvoice_word_count"},
         {"audio": sound(301), "prompt": "A man?", "reference": "none", "subset": "invalid_noise"},
         {"audio": sound(302), "prompt": "A bird?", "reference": "yes", "subset": "bird"}],
        ["seven", "A man"], {"accuracy": 0.5}),
    **{f"audio_hallucination_{name}": (
        [{"entry_id": i, "audio": f"files/{i // 2}.wav", "query": "Is there a dog?", "object": "dog",
          "attribute": ["positive", "negative"][i % 2], label: ["Yes", "No"][i % 2]} for i in range(6)],
        ["Yes", "No", "Yes", "Yes", "hm", "No"],
        {"accuracy": 4 / 6, "no_precision": 1, "no_recall": 2 / 3, "no_f1": 0.8, "yes_ratio": 0.5, "pairs_right": 0.5,
         "pairs_yes": 0.5, "pairs_wrong": 0, "pairs_no": 0})
        for name, label in (("existence", "ground_truth"), ("order", "ground_truth"), ("attribute", "label"))},
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_in_the_released_form_gives_its_figures(name: str, tmp_path: Path) -> None:
    rows, replies, figures = TABLES[name]
    source = parquet(tmp_path / "release/data/test-00000-of-00001.parquet", rows)
    output = imported(name, source, "--into", tmp_path / "suite")
    assert "cannot be used" not in output
    suite = audiotest.load_suite(tmp_path / "suite")
    assert not suite.warnings
    ids = [case.id for case in suite.cases]
    assert len(ids) == len(replies)
    model = Replies(dict(zip(ids, replies, strict=True)))
    if name.startswith("audio_hallucination"):
        model.needs = Needs(audio=False)
    run = audiotest.run(tmp_path / "suite", model, conditions=["original"], cache=False)
    metrics = run.summary.suites[name].conditions["original"].metrics
    assert {figure: metrics[figure].value for figure in figures} == pytest.approx(figures)


def test_big_bench_audio(tmp_path: Path) -> None:
    released = [{"category": "navigate", "official_answer": "Yes", "file_name": "data/question_0.mp3", "id": 0},
                {"category": "object_counting", "official_answer": "12", "file_name": "data/question_1.mp3", "id": 1}]  # fmt: skip
    lines(tmp_path / "bba/metadata.jsonl", released)
    imported("big_bench_audio", tmp_path / "bba", "--into", tmp_path / "suite")
    suite = audiotest.load_suite(tmp_path / "suite")
    assert suite.cases[1].audio[0].file == "data/data/question_1.mp3"
    deaf = Replies({"0": "So: yes.", "1": "There are 13."})
    deaf.needs = Needs(audio=False)
    run = audiotest.run(tmp_path / "suite", deaf, conditions=["original"], cache=False)
    assert run.summary.suites["big_bench_audio"].conditions["original"].metrics["accuracy"].value == 0.5


SPEECH_IFEVAL = {
    "speech_ifeval": {"accuracy": 3 / 4, "if_rate": (0.5 + 1 + 1) / 3},
    "speech_ifeval_transcripts": {"wer": 1 / 3, "accuracy:speech_ifeval": 1},
    "speech_ifeval_answers": {"accuracy": 1, "accuracy:speech_ifeval": 0},
}


@pytest.mark.parametrize("name", SPEECH_IFEVAL)
def test_speech_ifeval(name: str, tmp_path: Path, monkeypatch) -> None:
    more = {"textual_audio": "x", "dataset": "d"}
    one = {"instruction_id_list": ["change_case:english_capital"], "kwargs": [{}]}
    lines(tmp_path / "eval_data/closed_ended_questions.jsonl", [
        {"id": 0, "audio_filepath": "d/0.flac", "instruction": "A", "metric": "wer", "label": "the cat sat", **one, **more},
        {"id": 1, "audio_filepath": "d/1.flac", "instruction": "B", "metric": "accuracy", "label": "sad", **one, **more},
    ])  # fmt: skip
    two = {"instruction_id_list": ["detectable_format:number_bullet_lists"], "kwargs": [{"num_bullets": 2}]}
    lines(tmp_path / "eval_data/creative_writing.jsonl", [
        {"id": 934, "key": "b", "audio_filepath": "d/0.flac", "instruction": "C", "metric": "open", **two, **more}])  # fmt: skip
    lines(tmp_path / "eval_data/chain-of-thought.jsonl", [
        {"audio_filepath": "d/0.flac", "instruction": "D", "metric": "cot", **more}])  # fmt: skip
    imported(name, tmp_path / "eval_data", "--into", tmp_path / "suite")
    deaf, judge = (
        Replies({"closed-0": "THE CAT", "closed-1": "Sad.", "creative-934": "- a\n- b", "thought-1": "So"}),
        Replies({}),
    )
    deaf.needs = judge.needs = Needs(audio=False)
    judge.answer = lambda requests: [Reply("Result: YES") for _ in requests]
    monkeypatch.setattr("audiotest.session.open_model", lambda spec, options: judge)
    run = audiotest.run(tmp_path / "suite", deaf, conditions=["original"], judge="ours", cache=False)
    assert {record.outcome for record in run.records} <= {"passed", "missed"}
    metrics = run.summary.suites[name].conditions["original"].metrics
    figures = SPEECH_IFEVAL[name]
    assert {figure: metrics[figure].value for figure in figures} == pytest.approx(figures)
    if name == "speech_ifeval":
        assert official_tables(name, run.records, "model")[0].rows[0].values == pytest.approx(
            {"Closed-ended": 50, "Creative Writing": 100, "CoT": 100, "IFrate": 250 / 3}
        )


def test_what_the_cache_of_the_hub_holds_is_found_without_a_network(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    home, converted = tmp_path / "datasets--google--fleurs", "c" * 40
    note = home / "refs/refs/convert/parquet"
    note.parent.mkdir(parents=True)
    note.write_text(converted, encoding="utf-8")
    parquet(home / "snapshots" / converted / "en_us/test/0000.parquet", spoken("transcription", ENGLISH))
    data = {"source": "hf://google/fleurs", "config": "en_us", "split": "test"}
    assert sources.find(data, tmp_path, fetch=False).revision == converted
    for other in ({"config": "fr_fr"}, {"split": "train"}, {"source": "hf://google/other"}):
        with pytest.raises(NotHere, match="not in the cache"):
            sources.find({**data, **other}, tmp_path, fetch=False)
    parts = tmp_path / "datasets--org--set"
    (parts / "refs").mkdir(parents=True)
    (parts / "refs/main").write_text("a" * 40, encoding="utf-8")
    parquet(parts / "snapshots" / ("a" * 40) / "data/test-00000-of-00002.parquet", spoken("text", ENGLISH))
    with pytest.raises(NotHere):  # the other part is missing
        sources.find({"source": "hf://org/set"}, tmp_path, fetch=False)
    parquet(parts / "snapshots" / ("a" * 40) / "data/test-00001-of-00002.parquet", spoken("text", ENGLISH))
    assert len(sources.find({"source": "hf://org/set"}, tmp_path, fetch=False).tables) == 2
    assert sources.may_fetch("")
    assert not sources.may_fetch("audiotest import x")
    monkeypatch.setenv("AUDIOTEST_FETCH", "1")
    assert sources.may_fetch("audiotest import x")


def test_an_import_changes_nothing_but_the_source_of_a_suite_that_is_there(tmp_path: Path) -> None:
    source = parquet(tmp_path / "a/train-0.parquet", MMSU)
    imported("mmsu", source, "--into", tmp_path / "suite")
    path = tmp_path / "suite/suite.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("policy: gates", "policy: cases"), encoding="utf-8")
    other = parquet(tmp_path / "b/train-1.parquet", MMSU[:3])
    assert "3 cases" in imported("mmsu", other, "--into", tmp_path / "suite")
    text = path.read_text(encoding="utf-8")
    assert "policy: cases" in text
    assert 'source: "data/train-1.parquet"' in text
    done = CliRunner().invoke(main, ["import", "clotho_aqa", str(other), "--into", str(tmp_path / "suite")])
    assert (done.exit_code, "is another suite" in done.output) == (1, True)


def test_several_cases_of_a_row(tmp_path: Path) -> None:
    lines(tmp_path / "t.jsonl", [{"n": i, "one_q": f"one {i}?", "two_q": f"two {i}?"} for i in range(40)])

    def cases(**data: object) -> list[audiotest.Case]:
        keys = {"each": {"part": ["one", "two"]}, "fields": {
            "id": "{{ n }}-{{ part }}", "question": "{{ row[part ~ '_q'] }}", "answer": "part", "tags": ["part"]}}  # fmt: skip
        text = json.dumps({"suite": "s", "scorers": ["exact"], "data": {"source": "t.jsonl", **keys, **data}})
        (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
        return list(audiotest.load_suite(tmp_path / "s.yaml").cases)

    assert [(c.id, c.question, c.answer) for c in cases()][:3] == [
        ("0-one", "one 0?", "one"), ("0-two", "two 0?", "two"), ("1-one", "one 1?", "one")]  # fmt: skip
    assert {case.answer for case in cases(where="part == 'two'")} == {"two"}
    sampled = cases(sample={"n": 10})
    assert len(sampled) == 20
    assert len({case.id.partition("-")[0] for case in sampled}) == 10
    with pytest.raises(SuiteError, match="has a column `n` already"):
        cases(each={"n": [1]}, fields={"question": "one_q", "answer": "two_q"})


def test_every_suite_that_is_a_mapping_has_a_test_of_its_own() -> None:
    own = {"mmsu", "rul_muchomusic", "sakura", "big_bench_audio", *SPEECH_IFEVAL, *VOICEBENCH, *MUSIC}
    assert set(mapped.names()) == own | set(TABLES)


REAL = os.environ.get("AUDIOTEST_REAL_DATA")


@pytest.mark.skipif(not REAL, reason="AUDIOTEST_REAL_DATA does not point to the released items")
def test_the_releases_that_are_at_hand_are_imported_whole(tmp_path: Path) -> None:
    folder = Path(REAL or "")
    for name, source, count in (
        ("rul_muchomusic", folder / "RUL-MuchoMusic.json", "1,187 cases"),
        ("sakura", folder / "sakura", "4,000 cases"),
        ("speech_ifeval", folder / "speech-ifeval", "1,533 cases"),
    ):
        assert count in imported(name, source, "--into", tmp_path / name)
    released = json.loads((folder / "sakura/Emotion.json").read_text(encoding="utf-8"))
    suite = audiotest.load_suite(tmp_path / "sakura")
    by_id = {case.id: case for case in suite.cases}
    for key, row in released.items():
        for hop in ("single", "multi"):
            case = by_id[f"Emotion-{key.rpartition('/')[2][:-4]}-{hop}"]
            options = "".join(f" ({'abcd'[i]}) {text}" for i, text in enumerate(case.choices))
            assert case.question + options == row[f"{hop}_instruction"]
            assert row[f"{hop}_answer"].strip().endswith(f") {case.answer}")
    heard = [case for case in suite.cases if (tmp_path / "sakura/data" / str(case.audio[0].file)).is_file()]
    assert len({case.audio[0].file for case in heard}) == 54


VOICEBENCH = {
    # suite: (a row more, what the judge says to the two replies, its figure)
    "voicebench_alpacaeval": ({}, ("4", "[[1]]"), ("mean_score", (0.75 + 0) / 2)),
    "voicebench_commoneval": ({}, ("5", "Score: 3"), ("mean_score", (1 + 0.5) / 2)),
    "voicebench_wildvoice": ({}, ("2", "Score: 3"), ("mean_score", (0.25 + 0.5) / 2)),
    "voicebench_sd_qa": ({"reference": "Paris"}, ("Yes", "no."), ("accuracy", 0.5)),
}


@pytest.mark.parametrize("name", VOICEBENCH)
def test_the_judged_parts_of_voicebench(name: str, tmp_path: Path, monkeypatch) -> None:
    more, lines_of_judge, (figure, value) = VOICEBENCH[name]
    rows = [{"audio": sound(300 + i), "prompt": f"What is the capital, {i}?", **more} for i in range(2)]
    source = parquet(tmp_path / "release/data/test-00000-of-00001.parquet", rows)
    imported(name, source, "--into", tmp_path / "suite")
    suite = audiotest.load_suite(tmp_path / "suite")
    assert not suite.warnings
    model, judge, asked = Replies({c.id: f"reply {i}" for i, c in enumerate(suite.cases)}), Replies({}), []
    judge.needs = Needs(audio=False)
    judge.answer = lambda requests: [
        asked.append(r) or Reply(lines_of_judge["reply 1" in r.prompt]) for r in requests
    ]  # fmt: skip
    monkeypatch.setattr("audiotest.session.open_model", lambda spec, options: judge)
    run = audiotest.run(tmp_path / "suite", model, conditions=["original"], judge="ours", cache=False)
    metrics = run.summary.suites[name].conditions["original"].metrics
    assert metrics[figure].value == pytest.approx(value)
    assert len(asked) == 6
    assert {(r.generation.temperature, r.generation.top_p) for r in asked} == {(0.5, 0.95)}
    assert all(r.generation.system.startswith("You are a helpful assistant who tries") for r in asked)
    first = next(r.prompt for r in asked if "reply 0" in r.prompt)
    assert "What is the capital, 0?" in first
    assert ("### Reference answer\nParis\n" in first) == bool(more)
