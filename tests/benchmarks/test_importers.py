"""Every importer on small releases in the exact format: nothing is lost, known faults are told, bad ones refused."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from releases import (
    CHAT,
    CHAT_ROWS,
    FOUNDATION,
    FOUNDATION_ROWS,
    MMAU,
    MMAU_ROWS,
    MUCHOMUSIC_FIELDS,
    MUCHOMUSIC_ROWS,
    MUSICCAPS_FIELDS,
    MUSICCAPS_ROWS,
    PRO,
    PRO_ROWS,
    as_csv,
    as_json,
    as_parquet,
    fma,
    gtzan,
    sound,
)

from audiotest.cli import main
from audiotest.declare.suite import load

REAL = os.environ.get("AUDIOTEST_REAL_DATA")


@pytest.fixture(autouse=True)
def caches(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))


def run(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def imported(benchmark, source, tmp_path, *more):
    out = run("import", benchmark, source, "--into", tmp_path / "out", *more)
    assert out.exit_code == 0, out.output
    suite = load(tmp_path / "out" / "suite.yaml")
    assert not suite.invalid
    return out.output, suite, {case.id: case for case in suite.cases}


def test_mmau_tells_its_known_faults_and_keeps_them(tmp_path):
    said, _, cases = imported("mmau", as_json(tmp_path / "m.json", MMAU_ROWS), tmp_path)
    assert len(cases) == 3
    assert "2 rows hold their category as a list" in said
    assert "1 rows hold an option twice" in said
    assert "1 rows have more options" in said
    assert "1 rows have no answer" in said
    assert cases["0001-a"].choices == ("A bell", "A phone", "An alarm", "A bell")
    assert cases["0001-a"].tags["category"] == ("Reasoning",)
    assert cases["0001-a"].audio[0].file == "test-mini-audios/0001-a.wav"
    assert cases["0003"].answer is None
    assert cases["0003"].choices == ("yes", "no")
    assert cases["0003"].metadata == {"extra": {"new": 1}}
    assert sorted(p.name for p in (tmp_path / "out" / "cases").iterdir()) == ["music.yaml", "sound.yaml", "speech.yaml"]


def test_muchomusic_keeps_kinds_and_draws_an_order_from_the_id(tmp_path):
    source = as_csv(tmp_path / "muchomusic.csv", MUCHOMUSIC_FIELDS, MUCHOMUSIC_ROWS)
    _, _, cases = imported("muchomusic", source, tmp_path)
    first = cases["q1"]
    kinds = dict(zip(first.choices, first.distractor_types, strict=True))
    assert kinds == {
        "A snare": "correct",
        "A tom": "incorrect_but_related",
        "A slow tempo": "correct_but_unrelated",
        "A flute": "incorrect_and_unrelated",
    }
    assert first.answer == "A snare"
    assert first.tags["music_knowledge"] == ("instrumentation", "melody")
    assert first.tags["aspect"] == ("knowledge",)
    assert first.audio[0].file == "audio/sdd/audio/00/415600.2min.mp3"
    assert first.metadata == {"num_annotations": "3"}
    assert cases["q2"].audio[0].file == "audio/musiccaps/audio/[-aB_c9]-[30-40].wav"
    assert "genre" not in cases["q2"].tags
    assert "aspect" not in cases["q3"].tags
    again = imported("muchomusic", source, tmp_path)[2]
    assert {k: c.choices for k, c in cases.items()} == {k: c.choices for k, c in again.items()}


def test_air_bench_foundation_keeps_typos_and_the_flac_rule(tmp_path):
    said, _, cases = imported("air_bench_foundation", as_json(tmp_path / "f.json", FOUNDATION_ROWS), tmp_path)
    assert set(cases) == {"Speaker_Emotion_Recontion_meld_7", "8", "Music_AQA_music_avqa_7", "9"}
    emotion = cases["Speaker_Emotion_Recontion_meld_7"]
    assert emotion.audio[0].file == "Foundation/Speaker_Emotion_Recontion_meld/x1.wav"
    assert emotion.tags["group"] == ("speech",)
    assert cases["8"].audio[0].file == "Foundation/Audio_Grounding_AudioGrounding/g.flac"
    assert cases["8"].tags["group"] == ("sound",)
    assert cases["Music_AQA_music_avqa_7"].choices == ("happy", "sad")
    assert "1 row has an answer that is none of the choices" in said


def test_air_bench_chat_keeps_what_a_judge_needs(tmp_path):
    rows = [*CHAT_ROWS, {**CHAT, "uniq_id": 77, "task_name": "smell_QA"}]
    said, _, cases = imported("air_bench_chat", as_json(tmp_path / "Chat" / "Chat_meta.json", rows), tmp_path)
    assert cases["0"].reference == ("She is amused.",)
    assert cases["0"].metadata == {"description": "A woman laughs."}
    assert cases["4"].tags["group"] == ("speech_and_sound",)
    assert "unknown tasks" in said
    assert "smell_QA" in said
    assert "group" not in cases["77"].tags


def test_mmau_pro_kwargs_stored_as_text_are_read(tmp_path):
    rows = [{**row, "kwargs": json.dumps(row["kwargs"]) if row["kwargs"] else None} for row in PRO_ROWS]
    (tmp_path / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    _, _, cases = imported("mmau_pro", tmp_path / "test.jsonl", tmp_path)
    assert cases["p7"].metadata["kwargs"] == {"N": 2, "keyword": "rain"}
    assert "keyword" not in cases["p4"].metadata["kwargs"]


def test_mmau_pro_from_parquet(tmp_path):
    said, suite, cases = imported("mmau_pro", as_parquet(tmp_path / "test.parquet", PRO_ROWS), tmp_path)
    assert [c.file for c in cases["p2"].audio] == ["data/p1.wav", "data/p2.wav"]
    assert cases["p1"].tags["perceptual_skills"] == ("loudness", "pitch")
    assert "reasoning_skills" not in cases["p1"].tags
    assert cases["p3"].choices == ()
    assert cases["p3"].answer == "It rains, then stops."
    assert cases["p4"].answer is None
    assert cases["p4"].metadata["task_identifier"] == "No Commas"
    assert cases["p7"].metadata["kwargs"] == {"N": 2, "keyword": "rain"}
    assert cases["p5"].choices == ("only",)
    assert "2 rows have no answer" in said
    assert "1 closed questions have fewer than two choices" in said
    assert "1 closed questions have an answer that is none of their choices" in said
    assert suite.join_clips == 2.0


def test_the_survey_draws_by_a_recorded_seed_and_keeps_the_other_sets(tmp_path):
    said, suite, cases = imported("gtzan", gtzan(tmp_path / "genres", 12), tmp_path)
    assert "100 of 120 items, drawn with the seed 0" in said
    assert len(cases) == 100
    assert {c.answer for id_, c in cases.items() if "hiphop" in id_} == {"Hip-Hop"}
    assert {c.answer for id_, c in cases.items() if ".pop." in id_} == {"Popular"}
    assert all(c.choices[4] == "Hip-Hop" for c in cases.values())
    some = next(iter(cases.values()))
    assert (suite.folder / some.audio[0].file).is_file()
    head = (tmp_path / "out" / "cases" / "gtzan.yaml").read_text().split("\n")[0]
    assert "drawn: 100, of: 120, seed: 0" in head

    assert set(imported("gtzan", tmp_path / "genres", tmp_path)[2]) == set(cases)
    other = imported("gtzan", tmp_path / "genres", tmp_path, "--sample-seed", 5)[2]
    assert set(other) != set(cases)
    assert len(imported("gtzan", tmp_path / "genres", tmp_path, "--sample", "all")[2]) == 120

    for mood in ("aggressive", "dramatic", "happy", "romantic", "sad"):
        sound(tmp_path / "moods" / "Audio_Files" / mood / f"{mood}1.wav")
    sound(tmp_path / "moods" / "Audio_Files" / "sad" / "._sad1.wav")
    sound(tmp_path / "moods" / "Audio_Files" / "sad" / "sad (2).wav")
    both = imported("music_classification", tmp_path / "moods", tmp_path)[2]
    assert len(both) == 126
    assert "music_classification.sad.sad-2-" in both
    assert both["music_classification.sad.sad1"].answer == "sad"


def test_fma_takes_the_small_subset(tmp_path):
    tracks = [["2", "training", "small", "Hip-Hop"], ["1005", "test", "small", "Rock"], ["3", "test", "large", ""]]
    _, _, cases = imported("fma", fma(tmp_path / "tracks.csv", tracks), tmp_path)
    assert {k: (c.answer, c.audio[0].file) for k, c in cases.items()} == {
        "fma.000002": ("Hip-Hop", "fma/000/000002.mp3"),
        "fma.001005": ("Rock", "fma/001/001005.mp3"),
    }


def test_mirex_mood(tmp_path):
    for i in range(1, 4):
        sound(tmp_path / "set" / "dataset" / "Audio" / f"{i:03d}.wav")
    (tmp_path / "set" / "dataset" / "clusters.txt").write_text("Cluster 1\nCluster 5\nCluster 3\n")
    _, _, cases = imported("mirex_mood", tmp_path / "set", tmp_path)
    assert [c.answer for c in cases.values()] == ["passionate", "aggressive", "literate"]
    (tmp_path / "set" / "dataset" / "clusters.txt").write_text("Cluster 1\nCluster 5\n")
    assert "2 lines for 3 sound files" in run("import", "mirex_mood", tmp_path / "set", "--into", tmp_path / "o").output


def test_musiccaps(tmp_path):
    sound(tmp_path / "clips" / "0L_9.wav")
    source = as_csv(tmp_path / "musiccaps-public.csv", MUSICCAPS_FIELDS, MUSICCAPS_ROWS)
    _, _, cases = imported("musiccaps", source, tmp_path, "--audio", tmp_path / "clips")
    first, second = cases["musiccaps.-0Gj8-vB1q4"], cases["musiccaps.0L_9"]
    assert first.reference == ("A slow song.",)
    assert first.audio[0].file == "musiccaps/[-0Gj8-vB1q4]-[30-40].wav"
    assert first.metadata["aspects"] == ["low quality", "sustained strings"]
    assert first.metadata["author_id"] == "4"
    assert second.reference == ('A "loud" song, with\na break.',)
    assert second.audio[0].file == "musiccaps/0L_9.wav"


def without(row, key):
    return {k: v for k, v in row.items() if k != key}


@pytest.mark.parametrize(
    ("benchmark", "make", "said"),
    [
        ("mmau", lambda p: as_json(p / "m.json", [without(MMAU, "task")]), "[0]: missing `task`"),
        ("mmau", lambda p: as_json(p / "m.json", {"id": 1}), "expected an array of objects"),
        ("muchomusic", lambda p: as_csv(p / "m.csv", MUCHOMUSIC_FIELDS[1:], [r[1:] for r in MUCHOMUSIC_ROWS]),
         ":2: missing `question_id`"),
        ("muchomusic", lambda p: as_csv(p / "m.csv", MUCHOMUSIC_FIELDS, [["ä" + r[0], *r[1:]] for r in MUCHOMUSIC_ROWS],
         "latin-1"), "is not UTF-8 text"),
        ("muchomusic", lambda p: as_csv(p / "m.csv", MUCHOMUSIC_FIELDS, [[*MUCHOMUSIC_ROWS[0][:9], "melody", "[]", "1"]]),
         "`music_knowledge` holds 'melody'"),
        ("muchomusic", lambda p: as_csv(p / "m.csv", MUCHOMUSIC_FIELDS, [[*MUCHOMUSIC_ROWS[0][:9], "7", "[]", "1"]]),
         "`music_knowledge` holds '7'"),
        ("muchomusic", lambda p: as_csv(p / "m.csv", MUCHOMUSIC_FIELDS, [[*MUCHOMUSIC_ROWS[0][:6], "fma", "1.json", "",
         "[]", "[]", "1"]]), "neither sdd nor musiccaps"),
        ("air_bench_foundation", lambda p: as_json(p / "f.json", [without(FOUNDATION, "answer_gt")]), "`answer_gt`"),
        ("air_bench_chat", lambda p: as_json(p / "c.json", [without(CHAT, "meta_info")]), "missing `meta_info`"),
        ("mmau_pro", lambda p: as_parquet(p / "t.parquet", [without(PRO, "category")]), "missing `category`"),
        ("mmau", lambda p: as_json(p / "m.json", [{**MMAU, "id": ["x"]}]), "[0]: the id is"),
        ("mmau_pro", lambda p: as_json(p / "t.json", [{**PRO, "choices": "['a', 'b']"}]), "[0]: `choices` holds"),
        ("mmau_pro", lambda p: cut(as_parquet(p / "t.parquet", PRO_ROWS)), "is it whole?"),
        ("gtzan", lambda p: sound(p / "genres" / "blues" / "b.wav").parent.parent, "no sound files in folders for"),
        ("fma", lambda p: as_csv(p / "t.csv", ["a"], [["b"], ["c"]]), "three header lines"),
        ("fma", lambda p: fma(p / "t.csv", [["2", "training", "small", "Polka"]]), "'Polka' is none of the eight"),
        ("musiccaps", lambda p: as_csv(p / "m.csv", MUSICCAPS_FIELDS, [[*MUSICCAPS_ROWS[0][:4], "loud", "c", "1", "", ""]]),
         "`aspect_list` holds 'loud'"),
        ("music_survey", lambda p: p, "imported one by one"),
    ],
)  # fmt: skip
def test_a_release_that_is_not_one(tmp_path, benchmark, make, said):
    out = run("import", benchmark, make(tmp_path), "--into", tmp_path / "out")
    assert out.exit_code == 1, out.output
    assert said in out.output.replace("\n", " ")


def test_groups_whose_names_make_one_file_name_share_the_file(tmp_path):
    rows = [{**MMAU, "id": str(i), "task": task} for i, task in enumerate(("声音", "音乐", "Sound", "sound"))]
    rows += [{**MMAU, "id": str(i), "task": 300 * "long" + str(i)} for i in (4, 5)]
    assert len(imported("mmau", as_json(tmp_path / "m.json", rows), tmp_path)[2]) == 6


def test_half_an_emoji_and_a_number_that_is_none_cost_no_release(tmp_path):
    row = {**MMAU, "question": "Half \ud83d?", "extra": float("nan"), "most": float("-inf")}
    ((_, case),) = imported("mmau", as_json(tmp_path / "m.json", [row]), tmp_path)[2].items()
    assert case.question == "Half \ufffd?"
    assert repr(case.metadata) == "{'extra': nan, 'most': -inf}"


def test_what_a_folder_holds_of_others_is_left_alone(tmp_path):
    source = as_json(tmp_path / "m.json", MMAU_ROWS)
    own = tmp_path / "own" / "cases" / "mine.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("cases: []\n")
    assert "was not written by an import" in " ".join(
        run("import", "mmau", source, "--into", tmp_path / "own").output.split()
    )
    assert own.is_file()
    assert run("import", "mmau", source, "--into", tmp_path / "out").exit_code == 0
    chat = as_json(tmp_path / "c.json", CHAT_ROWS)
    assert "the suite 'mmau'" in run("import", "air_bench_chat", chat, "--into", tmp_path / "out").output
    assert run("import", "mmau", source, "--into", tmp_path / "out").exit_code == 0


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])
    return path


def test_options_that_do_not_go_together(tmp_path):
    source = as_json(tmp_path / "m.json", MMAU_ROWS)
    assert "is imported whole" in run("import", "mmau", source, "--into", tmp_path / "o", "--sample", 5).output
    assert "either SOURCE" in run("import", "mmau", "--into", tmp_path / "o").output
    assert "either SOURCE" in run("import", "mmau", source, "--download", "--into", tmp_path / "o").output
    assert "no release on the hub" in run("import", "mmau", "--download", "--into", tmp_path / "o").output


@pytest.mark.skipif(not REAL, reason="AUDIOTEST_REAL_DATA does not point to the real metadata")
def test_the_real_mmau_comes_in_whole(tmp_path):
    source = Path(REAL) / "mmau-test-mini.json"
    said, _, cases = imported("mmau", source, tmp_path)
    released = json.loads(source.read_text())
    assert len(cases) == len(released) == 1000
    for row in released:
        case = cases[row["id"]]
        assert (case.question, list(case.choices), case.answer) == (row["question"], row["choices"], row["answer"])
        for key in ("task", "dataset", "split", "category", "sub-category", "difficulty"):
            value = row[key] if isinstance(row[key], list) else [row[key]]
            assert case.tags.get(key, ()) == tuple(value)
    assert "13 rows hold their category as a list" in said
    assert "27 rows hold an option twice" in said
    assert "1 rows have more options" in said
