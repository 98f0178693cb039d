"""Suites whose cases are rows of a table: every kind of table, every form of options and answers, and what is wrong."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hub_server import COMMIT, serving
from hypothesis import given
from hypothesis import strategies as st

import audiotest
from audiotest.declare.data.options import FORMS, answer_in, form_of, lettered, options_of
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load
from audiotest.types import Needs, Reply

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

OPTIONS = ["a bell", "a dog", "a flute"]
FIELDS = "{id: id, question: question, choices: [choice_a, choice_b, choice_c], answer: answer, tags: [kind]}"


def tone(hz, rate=8000):
    out = io.BytesIO()
    soundfile.write(out, 0.3 * np.sin(2 * np.pi * hz * np.arange(rate // 4) / rate), rate, format="WAV")
    return out.getvalue()


def rows(count=12, **more):
    return [
        {"id": f"q{i}", "question": f"What is heard in clip {i}?", "choice_a": OPTIONS[0], "choice_b": OPTIONS[1],
         "choice_c": OPTIONS[2], "answer": OPTIONS[i % 3], "kind": f"k{i % 2}", **more}
        for i in range(count)
    ]  # fmt: skip


def suite_of(folder, source, fields=FIELDS, **data):
    lines = [f"  {key}: {json.dumps(value)}" for key, value in data.items()]
    text = "\n".join(["suite: table", "data:", f"  source: {json.dumps(source)}", f"  fields: {fields}", *lines])
    (folder / "s.yaml").write_text(text + "\n")
    return folder / "s.yaml"


def problems(path):
    try:
        suite = load(path)
    except SuiteError as error:
        return [str(p) for p in error.problems]
    return [str(p) for p in suite.problems()]


def write_csv(path, table, separator=","):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(table)


WRITE = {
    "t.csv": write_csv,
    "semicolons.csv": lambda path, table: write_csv(path, table, ";"),
    "t.tsv": lambda path, table: write_csv(path, table, "\t"),
    "t.jsonl": lambda path, table: path.write_text("".join(json.dumps(row) + "\n" for row in table)),
    "t.jsonl.gz": lambda path, table: path.write_bytes(
        gzip.compress("".join(json.dumps(row) + "\n" for row in table).encode())
    ),
    "list.json": lambda path, table: path.write_text(json.dumps(table)),
    "within.json": lambda path, table: path.write_text(json.dumps({"version": 1, "data": table})),
    "by_key.json": lambda path, table: path.write_text(json.dumps({row["id"]: row for row in table})),
    "t.parquet": lambda path, table: pq.write_table(pa.Table.from_pylist(table), path, row_group_size=5),
}


@pytest.mark.parametrize("name", WRITE)
def test_every_kind_of_table_gives_the_same_cases(tmp_path, name):
    WRITE[name](tmp_path / name, rows())
    suite = load(suite_of(tmp_path, name))
    assert [(c.id, c.answer, c.tags["kind"]) for c in suite.cases] == [
        (f"q{i}", OPTIONS[i % 3], (f"k{i % 2}",)) for i in range(12)
    ]
    assert suite.cases[3].question == "What is heard in clip 3?"
    assert suite.cases[0].file == name


def test_a_glob_and_several_sources_are_one_suite_whose_rows_without_ids_are_numbered(tmp_path):
    for part in ("a", "b"):
        WRITE["t.csv"](tmp_path / f"{part}.csv", rows(3))
    fields = "{question: question, choices: [choice_a, choice_b], answer: {text: a bell}}"
    for source in ("*.csv", ["a.csv", "b.csv"]):
        cases = load(suite_of(tmp_path, source, fields)).cases
        assert [c.id for c in cases] == [f"{p}-row-{n:06d}" for p in "ab" for n in (2, 3, 4)]


def test_sounds_within_parquet_are_heard_where_they_stand(tmp_path):
    table = rows(11)
    for i, row in enumerate(table):
        row["audio"] = {"bytes": tone(300 + 50 * i), "path": f"c{i}.wav"}
        row["two"] = [tone(400), tone(500 + i)]
    pq.write_table(pa.Table.from_pylist(table), tmp_path / "t.parquet", row_group_size=4)
    heard = {}

    class Ear:
        name, identity, needs, batch_size = "ear", "", Needs(sample_rate=8000), 4

        def load(self): ...

        def close(self): ...

        def answer(self, requests):
            for request in requests:
                for clip in request.audio:
                    peak = np.abs(np.fft.rfft(clip.samples[:, 0])).argmax() * clip.rate / len(clip.samples)
                    heard.setdefault(request.case, []).append(round(float(peak)))
            return [Reply("(A)") for _ in requests]

    fields = FIELDS[:-1] + ", audio: audio}"
    run = audiotest.run(suite_of(tmp_path, "t.parquet", fields), model=Ear(), cache=False)
    assert heard == {f"q{i}": [pytest.approx(300 + 50 * i, abs=4)] for i in range(11)}
    assert {r.clip for r in run.records} == {f"c{i}.wav" for i in range(11)}
    heard.clear()
    audiotest.run(suite_of(tmp_path, "t.parquet", FIELDS[:-1] + ", audio: [audio, two]}"), model=Ear(), cache=False)
    assert heard["q9"] == [pytest.approx(hz, abs=4) for hz in (750, 400, 509)]


def test_a_sound_that_is_missing_or_no_sound_costs_its_row_alone(tmp_path):
    table = rows(4)
    for i, row in enumerate(table):
        row["audio"] = {"bytes": [tone(300), None, b"no sound", b""][i], "path": [None, None, "x.wav", "y.wav"][i]}
    pq.write_table(pa.Table.from_pylist(table), tmp_path / "t.parquet")
    path = suite_of(tmp_path, "t.parquet", FIELDS[:-1] + ", audio: audio}")
    assert problems(path) == ["t.parquet:2:1: audio: there is no sound in this row (null)"]
    run = audiotest.run(path, model="listener", cache=False)
    reasons = {r.case: r.reason for r in run.records if r.outcome == "error"}
    assert reasons.keys() == {"q2", "q3"}
    assert "x.wav in row 3 of" in reasons["q2"]
    assert "y.wav in row 4 of" in reasons["q3"]


def test_a_folder_of_sounds_is_a_table_of_its_files_or_of_its_metadata(tmp_path):
    for name in ("dog", "bell"):
        (tmp_path / "sounds" / name).mkdir(parents=True)
        (tmp_path / "sounds" / name / "1.wav").write_bytes(tone(300))
    classes = "{audio: file, question: {text: What is heard?}, choices: [{text: bell}, {text: dog}], answer: folder}"
    cases = load(suite_of(tmp_path, "sounds", classes)).cases
    assert [(c.audio[0].file, c.answer) for c in cases] == [
        ("sounds/bell/1.wav", "bell"),
        ("sounds/dog/1.wav", "dog"),
    ]
    (tmp_path / "sounds" / "metadata.csv").write_text("file_name,text\nbell/1.wav,ding\n")
    spoken = "{audio: file_name, question: {text: Transcribe.}, reference: text, task: transcription}"
    [case] = load(suite_of(tmp_path, "sounds", spoken)).cases
    assert (case.audio[0].file, case.reference, case.task) == ("sounds/bell/1.wav", ("ding",), "transcription")


def test_templates_parts_of_objects_and_the_same_text_in_every_row(tmp_path):
    table = [{"key": {"n": i}, "head": "Listen.", "input": f"Clip {i}?", "a b": "x", "o": ["x", "y"]} for i in (1, 2)]
    WRITE["t.jsonl"](tmp_path / "t.jsonl", table)
    fields = (
        '{id: "clip {{ key.n }}", question: "{{ head }} {{ input }} {{ row[\'a b\'] }}", choices: o, '
        'answer: {text: y}, tags: {n: key.n}, facts: "*"}'
    )
    cases = load(suite_of(tmp_path, "t.jsonl", fields)).cases
    assert [(c.id, c.question, c.answer) for c in cases] == [(f"clip-{i}", f"Listen. Clip {i}? x", "y") for i in (1, 2)]
    assert cases[0].tags == {"n": ("1",)}
    assert cases[0].metadata["key"] == {"n": 1}


def test_where_keeps_rows_and_a_sample_keeps_shares(tmp_path):
    table = rows(200)
    for i, row in enumerate(table):
        row["kind"] = "rare" if i % 10 == 0 else "common"
    WRITE["t.jsonl"](tmp_path / "t.jsonl", table)
    kept = load(suite_of(tmp_path, "t.jsonl", where="kind == 'rare' and number < 100")).cases
    assert [c.id for c in kept] == [f"q{i}" for i in range(0, 99, 10)]
    path = suite_of(tmp_path, "t.jsonl", sample={"n": 50, "by": "kind", "seed": 1})
    sampled = load(path).cases
    assert (len(sampled), sum(c.tags["kind"] == ("rare",) for c in sampled)) == (50, 5)
    assert load(path).cases == sampled
    other = load(suite_of(tmp_path, "t.jsonl", sample={"n": 50, "by": "kind", "seed": 2})).cases
    assert {c.id for c in other} != {c.id for c in sampled}


def test_shuffled_options_keep_the_answer_and_say_their_order(tmp_path):
    WRITE["t.jsonl"](tmp_path / "t.jsonl", rows(30))
    cases = load(suite_of(tmp_path, "t.jsonl", shuffle_choices=True)).cases
    plain = load(suite_of(tmp_path, "t.jsonl")).cases
    assert [c.answer for c in cases] == [c.answer for c in plain]
    assert len({c.choices for c in cases}) > 3
    for case in cases:
        assert case.choices == tuple(OPTIONS[i] for i in case.metadata["choice_order"])
    assert load(suite_of(tmp_path, "t.jsonl", shuffle_choices={"seed": 5})).cases != cases


@pytest.mark.parametrize(
    ("cell", "options"),
    [
        (["a bell", "a dog"], ["a bell", "a dog"]),
        ('["a bell", "a dog"]', ["a bell", "a dog"]),
        ("['a bell', 'a dog']", ["a bell", "a dog"]),
        ({"A": "a bell", "B": "a dog"}, ["a bell", "a dog"]),
        ({"text": ["a bell", "a dog"], "label": ["A", "B"]}, ["a bell", "a dog"]),
        (["(A) a bell", "(B) a dog"], ["a bell", "a dog"]),
        ("Which one? (a) a bell (b) a dog", ["a bell", "a dog"]),
        ("A. a bell\nB. a dog", ["a bell", "a dog"]),
        ("Which?\n1) a bell, 2) a dog", ["a bell", "a dog"]),
        ("Plan A is (a) good, (b) bad, or (c) unknown.", ["good", "bad", "unknown."]),
        ("no options at all", None),
        (3, None),
    ],
)
def test_options_are_read_in_every_form(cell, options):
    assert options_of(cell) == options


@given(
    st.lists(
        st.text("abcdefgh ", min_size=3, max_size=9).map(str.strip).filter(bool), min_size=2, max_size=8, unique=True
    )
)
def test_options_with_letters_in_a_text_come_back(options):
    text = "What is it? " + " ".join(f"({'abcdefgh'[i]}) {' '.join(o.split())}" for i, o in enumerate(options))
    assert lettered(text) == [" ".join(o.split()) for o in options]


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["a dog", "a bell"], "text"),
        (["B", "a"], "letter"),
        (["(B) a dog", "(A) a bell"], "text"),
        (["(B)", "A."], "letter"),
        ([0, 2], "index"),
        (["1", "3"], "number"),
        ([1, 2], None),
    ],
)
def test_the_form_of_answers_is_what_fits_all_rows(values, form):
    decided, why = form_of([(value, OPTIONS) for value in values])
    assert decided == form
    assert bool(why) == (form is None)


@given(st.integers(0, 9), st.sampled_from(FORMS), st.integers(2, 10))
def test_an_answer_written_in_a_form_is_read_in_it(place, form, count):
    options = [f"option number {i}" for i in range(count)]
    written = {"text": options[place % count], "letter": "ABCDEFGHIJ"[place], "index": place, "number": place + 1}[form]
    assert answer_in(written, options, form) == (place if place < count else place % count if form == "text" else None)


def test_places_that_could_count_from_0_or_from_1_have_to_say_it(tmp_path):
    table = [{**row, "answer": 1} for row in rows(3)]
    WRITE["t.jsonl"](tmp_path / "t.jsonl", table)
    [problem] = problems(suite_of(tmp_path, "t.jsonl"))
    assert problem.startswith("s.yaml:4:") or "s.yaml:4:" in problem
    assert "as: index" in problem
    fields = FIELDS.replace("answer: answer", "answer: {column: answer, as: number}")
    assert {c.answer for c in load(suite_of(tmp_path, "t.jsonl", fields)).cases} == {OPTIONS[0]}


def test_each_faulty_row_is_named_and_costs_no_other(tmp_path):
    table = rows(8)
    table[1]["answer"] = "a cat"
    table[2]["question"] = None
    table[3]["id"] = "q0"
    table[4]["choice_c"] = table[4]["choice_a"]
    table[5]["question"] = ["one", "two"]
    lines = [json.dumps(row) for row in table]
    lines[6] = lines[6][:40]
    (tmp_path / "t.jsonl").write_text("\n".join(lines) + "\n[1]\n")
    path = suite_of(tmp_path, "t.jsonl")
    lines_of = {p.split(":")[1]: p for p in problems(path)}
    assert sorted(map(int, lines_of)) == [2, 3, 4, 5, 6, 7, 9]
    assert "'a cat'" in lines_of["2"]
    assert "null" in lines_of["3"]
    assert "t.jsonl:1" in lines_of["4"]
    assert "duplicated" in lines_of["5"]
    assert "text was expected, not list" in lines_of["6"]
    assert "not a line of JSON" in lines_of["7"]
    assert [c.id for c in load(path).cases] == ["q0", "q7"]


@pytest.mark.parametrize(
    ("data", "fields", "message"),
    [
        (
            {},
            FIELDS.replace("choice_c", "choice_d"),
            "unknown column 'choice_d': did you mean 'choice_c' or 'choice_b'? (there are id, ",
        ),
        ({}, FIELDS.replace("question: question", "question: What is heard?"), "`{text: ...}`"),
        ({}, FIELDS.replace("question: question", 'question: "{{ questoin }}"'), "did you mean 'question'"),
        ({}, FIELDS.replace("question: question", 'question: "{{ question"'), "does not parse"),
        ({"where": "kid == 'k0'"}, FIELDS, "did you mean"),
        ({"where": "kind =="}, FIELDS, "does not parse"),
        ({"where": "kind == 'none'"}, FIELDS, "no row is left: it holds for none of "),
        ({"sample": {"n": 3, "by": "kinds"}}, FIELDS, "unknown column 'kinds'"),
    ],
)
def test_what_is_wrong_with_the_mapping_is_an_error_of_the_suite_with_its_place(tmp_path, data, fields, message):
    WRITE["t.jsonl"](tmp_path / "t.jsonl", rows())
    [problem] = problems(suite_of(tmp_path, "t.jsonl", fields, **data))
    assert "s.yaml:" in problem
    assert message in problem


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("t.jsnl", "did you mean 't.jsonl'"),
        ("unclosed.csv", "cannot be read from line 3 on (unexpected end of data): is there a quotation mark"),
        ("*.tsv", "no file matches"),
        ("/etc/hostname.csv", "--audio-root"),
        ("../t.jsonl", "--audio-root"),
        ("bad.parquet", "no Parquet file"),
        ("bad.json", "no JSON"),
        ("number.json", "a list of objects"),
        ("latin.csv", "UTF-8"),
        ("empty.csv", "empty"),
        ("words.docx", "no kind of table"),
        ("hf://nobody", "hf://ORG/NAME@REVISION"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path, source, message):
    folder = tmp_path / "suites"
    folder.mkdir()
    WRITE["t.jsonl"](folder / "t.jsonl", rows())
    for name in ("bad.parquet", "bad.json", "words.docx"):
        (folder / name).write_text("no table")
    (folder / "number.json").write_text("3")
    (folder / "latin.csv").write_bytes("id,question\n1,caf\xe9\n".encode("latin-1"))
    (folder / "empty.csv").write_text("")
    (folder / "unclosed.csv").write_text('id,question\n1,a bell?\n2,"a dog?\n')
    [problem] = problems(suite_of(folder, source))
    assert message in problem


def test_a_table_of_speech_needs_a_task_and_a_reference_alone(tmp_path):
    write_csv(tmp_path / "t.csv", [{"clip": "a.wav", "text": "hello there"}, {"clip": "a.wav", "text": "..."}])
    (tmp_path / "a.wav").write_bytes(tone(300))
    path = suite_of(tmp_path, "t.csv", "{audio: clip, reference: text, task: transcription}")
    path.write_text(path.read_text() + "scorers: [wer]\n")
    [case] = load(path).cases
    assert (case.task, case.reference) == ("transcription", ("hello there",))
    [problem] = problems(path)
    assert problem.startswith("t.csv:3:1: reference: `wer`:")
    [problem] = problems(suite_of(tmp_path, "t.csv", "{audio: clip, reference: text}"))
    assert "missing key `question`" in problem


def test_more_than_there_are_is_all_with_a_warning(tmp_path):
    WRITE["t.jsonl"](tmp_path / "t.jsonl", rows(5))
    suite = load(suite_of(tmp_path, "t.jsonl", sample={"n": 50}))
    assert len(suite.cases) == 5
    assert "all of them" in str(suite.warnings[0])


def test_a_table_that_changed_is_read_again(tmp_path):
    WRITE["t.jsonl"](tmp_path / "t.jsonl", rows(5))
    path = suite_of(tmp_path, "t.jsonl")
    before = load(path)
    WRITE["t.jsonl"](tmp_path / "t.jsonl", rows(6))
    after = load(path)
    assert (len(before.cases), len(after.cases)) == (5, 6)
    assert before.data_stamp != after.data_stamp


def test_cases_that_are_written_out_stand_beside_rows(tmp_path):
    WRITE["t.jsonl"](tmp_path / "t.jsonl", rows(3))
    path = suite_of(tmp_path, "t.jsonl")
    case = "cases:\n  - {id: q1, question: Own?, choices: [x, y], answer: x}\n"
    path.write_text(path.read_text() + case)
    assert [c.id for c in load(path).cases] == ["q1", "q0", "q2"]
    assert "duplicated" in problems(path)[0]


def test_it_runs_under_pytest_with_the_row_as_its_place(pytester):
    pytester.makeini("[pytest]\n")
    table = rows(3)
    table[1]["answer"] = "nothing"
    WRITE["t.jsonl"](pytester.path / "t.jsonl", table)
    suite_of(pytester.path, "t.jsonl", where="true")
    result = pytester.runpytest_inprocess("s.yaml", "--model", "first", "-p", "no:hypothesispytest")
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*t.jsonl:3*", "*t.jsonl:2:1: answer:*"])


def test_texts_beside_sounds_are_rows(tmp_path):
    (tmp_path / "clips").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"clips/{name}.wav").write_bytes(tone(300))
        (tmp_path / f"clips/{name}.txt").write_text(f"\ufeff number {name}\n")
    (tmp_path / "s.yaml").write_text(
        "suite: s\nscorers: [wer]\ndata:\n  source: clips/*.txt\n"
        "  fields: {id: name, audio: '{{ name }}.wav', task: transcription, reference: text, tags: [folder]}\n"
    )
    suite = load(tmp_path / "s.yaml")
    assert [(c.id, c.audio[0].file, c.reference, c.tags) for c in suite.cases] == [
        (name, f"clips/{name}.wav", (f"number {name}",), {"folder": ("clips",)}) for name in ("one", "two")
    ]
    (tmp_path / "clips/one.txt").write_text("changed")
    assert load(tmp_path / "s.yaml").cases[0].reference == ("changed",)


# -- guesses -------------------------------------------------------------------------------------------------

TABLES = {
    "columns.csv": ([{"uid": i, "wav": "a.wav", "question": f"What is it, number {i}?", "option_1": "a bell",
                      "option_2": "a dog", "answer": "AB"[i % 2], "kind": "ab"[i % 2]} for i in range(8)],
                    {"choices": ["option_1", "option_2"], "answer": "answer", "tags": ["kind"]}),
    "lists.jsonl": ([{"id": f"x{i}", "audio_path": "./a.wav", "question": "What is heard here?",
                      "choices": OPTIONS, "answer": OPTIONS[i % 3]} for i in range(6)],
                    {"choices": "choices", "answer": "answer"}),
    "inside.json": ({f"a{i}.wav": {"instruction": "Which one is it? (a) a bell (b) a dog", "label": "ab"[i % 2],
                                   "answer": ["(a) a bell", "(b) a dog"][i % 2]} for i in range(6)},
                    {"audio": "key", "question": "{{ instruction | before_options }}", "choices": "instruction"}),
    "distractors.json": ([{"key": i, "audio": "a.wav", "question": "What rings in this clip?", "correct_answer": "a bell",
                           "distractors": ["a dog", "a cat"]} for i in range(6)],
                         {"choices": ["correct_answer", "distractors"], "answer": "correct_answer"}),
    "speech.tsv": ([{"path": "a.wav", "sentence": f"hello number {i}", "accent": "us"} for i in range(6)],
                   {"audio": "path", "reference": "sentence"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_suite_is_guessed_from_a_table_and_validates_without_an_edit(tmp_path, name, monkeypatch):
    from click.testing import CliRunner

    from audiotest.commands.new import command

    table, expected = TABLES[name]
    for file in ("a.wav", *(f"a{i}.wav" for i in range(6))):
        (tmp_path / file).write_bytes(tone(300))
    if name.endswith(".json"):
        (tmp_path / name).write_text(json.dumps(table))
    else:
        WRITE[f"t{Path(name).suffix}"](tmp_path / name, table)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, ["suite", "--from", name])
    assert result.exit_code == 0, result.output
    path = tmp_path / f"{Path(name).stem}.yaml"
    import yaml

    data = yaml.safe_load(path.read_text())["data"]
    assert data["fields"].items() >= expected.items()
    assert data.get("shuffle_choices", False) == (name == "distractors.json")
    suite = load(path)
    assert not suite.invalid
    assert len(suite.cases) == len(table)
    assert all(case.audio for case in suite.cases)


# -- the hub -------------------------------------------------------------------------------------------------


def parquet(table):
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(table), out)
    return out.getvalue()


CARD = b"""---
configs:
- config_name: default
  data_files:
  - {split: train, path: data/train-*}
  - {split: test, path: data/test-*}
---
# A data set
"""


def on_hub(folder, address, *arguments):
    environment = {**os.environ, "HF_ENDPOINT": address, "AUDIOTEST_CACHE_DIR": str(folder / "cache"),
                   "HF_HOME": str(folder / "hf"), "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "*"}  # fmt: skip
    environment.pop("HF_HUB_OFFLINE", None)
    done = subprocess.run([sys.executable, "-m", "audiotest.cli", *arguments], cwd=folder, env=environment,
                          capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_data_set_of_the_hub_is_fetched_once_and_needs_no_network_after(tmp_path):
    files = {
        "README.md": CARD,
        "data/train-00000-of-00001.parquet": parquet(rows(9)),
        "data/test-00000-of-00002.parquet": parquet(rows(3)),
        "data/test-00001-of-00002.parquet": parquet([{**row, "id": f"more-{row['id']}"} for row in rows(2)]),
    }
    with serving("org/set", files) as (address, hub):
        suite_of(tmp_path, "hf://org/set@main", split="test")
        status, output = on_hub(tmp_path, address, "validate", "s.yaml")
        assert (status, "5 cases" in output, f"@{COMMIT}" in output) == (0, True, True), output
        assert not any("train-" in path for _, path in hub.asked)
        suite_of(tmp_path, f"hf://org/set@{COMMIT}", split="test")
        hub.asked.clear()
        status, output = on_hub(tmp_path, address, "validate", "s.yaml")
        assert (status, "5 cases" in output, "pin" in output) == (0, True, False), output
        assert hub.asked == []
        status, output = on_hub(tmp_path, address, "new", "suite", "--from", "hf://org/set", "--split", "test")
        assert status == 0, output
        assert f"hf://org/set@{COMMIT}" in (tmp_path / "suites" / "set.yaml").read_text()
        for source, split, message in (
            ("hf://org/set", None, "several splits"),
            ("hf://org/set", "tst", "did you mean 'test'"),
            ("hf://org/other", "test", "no such data set"),
        ):
            suite_of(tmp_path, source, **({"split": split} if split else {}))
            status, output = on_hub(tmp_path, address, "validate", "s.yaml")
            assert (status, message in output, "Traceback" in output) == (1, True, False), output
    suite_of(tmp_path, f"hf://org/set@{'a' * 40}", split="test")
    status, output = on_hub(tmp_path, "http://127.0.0.1:9", "validate", "s.yaml")
    assert (status, "cannot be reached" in output, "hf download" in output) == (1, True, True), output
    suite_of(tmp_path, f"hf://org/set@{COMMIT}", split="test")
    assert on_hub(tmp_path, "http://127.0.0.1:9", "validate", "s.yaml")[0] == 0


def test_certain_files_of_a_data_set_and_the_hubs_own_conversion_of_one_without_tables(tmp_path):
    files = {"README.md": b"# A data set", "a/one.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in rows(4)),
             "b/two.csv": b"id,question\n1,x\n"}  # fmt: skip
    with serving("org/set", files) as (address, _):
        for revision in ("main", COMMIT):
            suite_of(tmp_path, f"hf://org/set@{revision}/a/*.jsonl")
            status, output = on_hub(tmp_path, address, "validate", "s.yaml")
            assert (status, "4 cases" in output) == (0, True), output
    converted = {"default/test/0000.parquet": parquet(rows(3)), "default/train/0000.parquet": parquet(rows(7))}
    with serving("org/other", {"README.md": b"#", "loader.py": b"raise SystemExit"}, converted) as (address, _):
        suite_of(tmp_path, "hf://org/other", split="test")
        status, output = on_hub(tmp_path, address, "validate", "s.yaml")
        assert (status, "3 cases" in output) == (0, True), output


REAL = os.environ.get("AUDIOTEST_REAL_DATA")


@pytest.mark.skipif(not REAL, reason="$AUDIOTEST_REAL_DATA is not set")
@pytest.mark.parametrize(
    ("source", "fields", "count"),
    [
        ("RUL-MuchoMusic.json", "{id: key, question: question, choices: [correct_answer, distractors], "
         "answer: correct_answer, facts: [PI]}", 1187),
        ("sakura/Animal.json", "{id: key, question: single_instruction, choices: single_instruction, "
         "answer: single_answer}", 500),
        ("sakura/Language.json", '{id: key, question: "{{ multi_instruction | before_options }}", '
         "choices: multi_instruction, answer: multi_answer}", 500),
        ("mmau-test-mini.json", "{id: id, question: question, choices: choices, answer: answer, tags: [task]}", 973),
    ],
)  # fmt: skip
def test_releases_are_read_by_a_mapping(source, fields, count, monkeypatch, tmp_path):
    from audiotest.declare.audio_roots import allowing

    with allowing([Path(REAL)]):
        suite = load(suite_of(tmp_path, str(Path(REAL, source).resolve()), fields))
    assert len(suite.cases) >= count
    assert all(case.answer in case.choices and len(case.choices) > 1 for case in suite.cases)
