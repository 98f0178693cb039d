"""``audiotest import asterisk``: a suite of recorded prompts from the unpacked packages."""

import gzip
import shutil
import wave
from collections import Counter

import pytest
from msgspec.structs import replace

import audiotest
from audiotest.benchmarks.asterisk import COUNTS, import_release
from audiotest.benchmarks.importing import ImportFailed
from audiotest.declare.suite import load
from audiotest.types import Needs, Reply

VOICES = ("en_US_f_Allison", "es_MX_f_Allison", "fr_CA_f_June", "it_IT_m_Carlo", "ru_RU_f_IvrvoiceRU")
SUBJECTS = {"vm": "the message was {}", "conf": "this conference {} already", "queue": "your call {} soon", "demo": "congratulations {} again"}  # fmt: skip
VERBS = ("ended", "begins", "waits", "moved", "returns", "stopped", "continues", "failed", "repeats", "arrives")
TEXTS = {f"{s}-{verb}": text.format(verb) for s, text in SUBJECTS.items() for verb in VERBS}
NOTES = {
    "beep": "[this is a simple beep tone]",
    "vm-options": "Press one...",
    "letters/a": "the letter a here",
    "thanks": "Thank you.",
    "vm-ended2": "The message was ended!",
    "vm-lost": "nobody has ever recorded this",
}


def recording(path, seconds=0.1):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(round(seconds * 16000)))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    sounds = folder / "usr/share/asterisk/sounds"
    for voice in VOICES:
        for name in [
            *TEXTS,
            *NOTES,
            "ascending-2tone",
            *(f"digits/{n}" for n in (*range(21), 30, 40, 50, 60, 70, 80, 90)),
        ]:
            if name != "vm-lost":
                recording(sounds / voice / f"{name}.wav")
    for name, seconds in (("a", 60.0), ("b", 30.0)):
        recording(folder / "usr/share/asterisk/moh" / f"{name}.wav", seconds)
    listed = folder / "usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz"
    listed.parent.mkdir(parents=True)
    lines = "".join(f"{name}: {text}\n" for name, text in (TEXTS | NOTES).items())
    listed.write_bytes(gzip.compress(f"; Core sounds\n\n{lines}".encode()))
    (folder / "packages.txt").write_text("asterisk-core-sounds-en_1.6.1-1\n")
    return folder


@pytest.fixture(scope="module")
def suite(unpacked, tmp_path_factory):
    target = tmp_path_factory.mktemp("suite")
    lines = import_release(unpacked, target)
    assert "40 of 46 transcripts can be asked about; 1 have no recording" in lines[1]
    return load(target / "suite.yaml")


def of(suite, skill):
    return [case for case in suite.cases if case.tags["skill"] == (skill,)]


def test_all_skills_are_asked_and_answers_stand_in_each_place_alike(suite):
    skills = Counter(str(case.tags["skill"][0]) for case in suite.cases)
    assert skills == {"content": 40, "translation": 40, "language": 40, "number": 60, "speaker": 20, "kind": 28,
                      "transcription": 40}  # fmt: skip
    assert skills.keys() == COUNTS.keys()
    for skill in ("content", "translation", "language", "number", "speaker"):
        places = Counter(list(case.choices).index(case.answer) for case in of(suite, skill))
        assert max(places.values()) - min(places.values()) <= 1, skill
    for skill in ("language", "speaker"):
        answers = Counter(case.answer for case in of(suite, skill))
        assert max(answers.values()) == min(answers.values()), skill
    assert not suite.invalid


def test_notes_parts_and_what_is_said_twice_are_left_out(suite):
    asked = {case.answer for case in of(suite, "content")}
    assert asked == set(TEXTS.values())


def test_distractors_are_near_in_sound_near_in_meaning_and_unrelated(suite):
    for case in of(suite, "content"):
        kinds = dict(zip(case.choices, case.distractor_types, strict=True))
        subject = {text: name.split("-")[0] for name, text in TEXTS.items()}
        by_kind = {kind: text for text, kind in kinds.items()}
        assert kinds[case.answer] == "correct"
        assert subject[by_kind["near_in_sound"]] == subject[case.answer]
        assert subject[by_kind["near_in_meaning"]] == subject[case.answer]
        assert subject[by_kind["unrelated"]] != subject[case.answer]


def test_a_translation_is_of_the_same_prompt_in_another_language(suite):
    for case in of(suite, "translation"):
        _, language, name = case.id.split(".")
        assert TEXTS[name] == case.answer
        assert language != "en"
        assert f"/sounds/{language}_" in str(case.audio[0].file)


def test_numbers_have_one_that_sounds_alike(suite):
    alike = {"13": "30", "15": "50", "30": "13", "3": "13"}
    for case in of(suite, "number"):
        assert len(set(case.choices)) == 4
        assert alike.get(case.answer, case.answer) in case.choices
    assert len({case.answer for case in of(suite, "number")} & alike.keys()) > 1


def test_two_clips_are_of_one_speaker_or_of_two(suite):
    people = {"en": "Allison", "es": "Allison", "fr": "June", "it": "Carlo", "ru": "Ivrvoice"}
    for case in of(suite, "speaker"):
        first, second = case.tags["pair"][0].split("-")
        assert (people[first] == people[second]) == (case.answer == "the same person")
        assert len(case.audio) == 2


def test_transcriptions_are_judged_by_their_word_errors(suite):
    cases = of(suite, "transcription")
    assert {case.reference[0] for case in cases} == set(TEXTS.values())
    first = cases[0]
    text = first.reference[0]
    run = audiotest.run(replace(suite, cases=tuple(cases[:4])), Says({first.id: text.upper() + "."}), cache=False,
                        conditions=["original", "silence"])  # fmt: skip
    records = {(r.case, r.condition): r for r in run.records}
    assert records[first.id, "original"].outcome == "passed"
    assert records[first.id, "original"].verdicts["wer"].correct
    conditions = run.summary.suites["recordings"].conditions
    whole = sum(len(case.reference[0].split()) for case in cases[:4])
    assert conditions["original"].metrics["wer"].value == pytest.approx(
        sum(r.verdicts["wer"].details["deletions"] + r.verdicts["wer"].details["substitutions"]
            for r in run.records if r.condition == "original") / whole
    )  # fmt: skip
    assert 0 < conditions["original"].metrics["wer"].value < 1
    assert conditions["silence"].metrics["hallucinated_words"].value > 0


class Says:
    """A model that says a case's text, or else two words."""

    name, identity, needs, batch_size = "says", "", Needs(sample_rate=8000, channels=1), 8

    def __init__(self, texts):
        self.texts = texts

    def load(self):
        pass

    def close(self):
        pass

    def answer(self, requests):
        assert all("word for word" in r.prompt and not r.choices for r in requests)
        return [Reply(self.texts.get(r.case, "the moon")) for r in requests]


def test_music_is_heard_in_segments_that_lie_within_it(suite):
    segments = [case.audio[0] for case in of(suite, "kind") if "music" in case.id]
    assert [(str(s.file).rpartition("/")[2], s.start, s.end) for s in segments] == [
        ("a.wav", 20.0, 26.0), ("b.wav", 20.0, 26.0), ("a.wav", 44.0, 50.0)]  # fmt: skip


def test_an_import_is_the_same_every_time_and_says_what_was_read(unpacked, suite, tmp_path):
    import_release(unpacked, tmp_path)
    for file in sorted((tmp_path / "cases").iterdir()):
        assert file.read_text() == (suite_folder(suite) / "cases" / file.name).read_text()
    assert "packages: [asterisk-core-sounds-en_1.6.1-1]" in (tmp_path / "cases" / "content.yaml").read_text()


def suite_folder(suite):
    from pathlib import Path

    return Path(suite.path).parent


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("usr/share/asterisk/sounds/it_IT_m_Carlo", "lacks the files of asterisk-core-sounds-it-wav; other versions"),
        ("usr/share/asterisk/moh", "lacks the files of asterisk-moh-opsound-wav"),
        ("usr/share/doc", r"lacks the files of asterisk-core-sounds-en \(core-sounds-en.txt\)"),
        ("usr/share/asterisk/sounds", "there is no folder `sounds` in"),
    ],
)
def test_packages_that_are_missing_are_named(unpacked, tmp_path, gone, message):
    source = tmp_path / "packages"
    shutil.copytree(unpacked, source)
    shutil.rmtree(source / gone)
    with pytest.raises(ImportFailed, match=message):
        import_release(source, tmp_path / "suite")


def test_a_recording_that_is_none_is_named(unpacked, tmp_path):
    source = tmp_path / "packages"
    shutil.copytree(unpacked, source)
    (source / "usr/share/asterisk/moh/b.wav").write_bytes(b"no sound")
    with pytest.raises(ImportFailed, match=r"b\.wav is no wav file"):
        import_release(source, tmp_path / "suite")
