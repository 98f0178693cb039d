"""``choices: [{audio: a.wav}, ...]``: options that are sounds, from the file to what models hear and reports show."""

import numpy as np
import pytest
import soundfile

import audiotest
from audiotest.declare.suite import Suite, load
from audiotest.declare.trial import trials
from audiotest.types import Case, ClipSpec, Needs, Reply, Turn

SUITE = """\
suite: which
conditions: [original, shuffled: same, text_only, silence, noise(snr_db=0), other_audio, answer_removed, foreign_choices]
cases:
  - id: a
    audio: ask.wav
    question: Which is the same?
    choices: [{audio: low.wav}, {audio: high.wav, text: the high one}, {audio: {synth: {tone: {hz: 700, seconds: 0.5}}}}]
    answer: the high one
  - {id: b, audio: low.wav, question: What is it?, choices: [low, high], answer: low}
  - {id: c, audio: other.wav, question: What?, choices: [low, high], answer: low}
"""


class Hearer:
    """Chooses the option that sounds as high as the clip that is asked about."""

    name, identity, batch_size = "hearer", "hearer 1", 4

    def __init__(self, **needs):
        self.needs = Needs(sample_rate=8000, channels=1, **needs)
        self.asked = {}

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        self.asked |= {(r.case, r.condition): r for r in requests}
        return [Reply(self._one(request)) for request in requests]

    def _one(self, request):
        own, *options = pitches(request) or [0]
        sounds = [i for i, choice in enumerate(request.choices) if choice.startswith("Sound")]
        if not options or len(options) != len(sounds):
            return "I hear nothing."
        return f"({'ABCDE'[sounds[int(np.argmin(np.abs(np.array(options) - own)))]]})"


def pitches(request):
    return [
        round(float(np.abs(np.fft.rfft(c.samples[:, 0])).argmax() * c.rate / len(c.samples))) for c in request.audio
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    for name, hz in (("ask", 500), ("low", 300), ("high", 500), ("other", 900)):
        tone = 0.3 * np.sin(2 * np.pi * hz * np.arange(4000) / 8000)
        soundfile.write(tmp_path / f"{name}.wav", tone, 8000)
    (tmp_path / "s.yaml").write_text(SUITE)
    return tmp_path


def records(run):
    return {(r.case, r.condition): r for r in run.records}


def test_a_model_that_takes_turns_hears_each_option_below_its_name(folder):
    model = Hearer(turns=True)
    run = audiotest.run(folder / "s.yaml", model, cache=False)
    asked = model.asked["a", "original"]
    assert asked.turns == (Turn("user", (0, "Sound A:", 1, "Sound B:", 2, "Sound C:", 3, asked.turns[0].parts[-1])),)
    assert asked.turns[0].parts[-1].startswith("Which is the same?\n(A) Sound A\n(B) Sound B")
    assert pitches(asked) == [500, 300, 500, 700]
    record = records(run)["a", "original"]
    assert (record.outcome, record.answer, record.choice_sounds) == (
        "passed",
        "Sound B",
        ("low.wav", "the high one", "sound 3"),
    )
    moved, request = records(run)["a", "shuffled"], model.asked["a", "shuffled"]
    heard = dict(zip(moved.choice_sounds, pitches(request)[1:], strict=True))
    assert heard == {"low.wav": 300, "the high one": 500, "sound 3": 700}
    assert moved.order != (0, 1, 2)
    assert moved.choices[moved.answer_index] == moved.answer
    assert (moved.outcome, moved.verdicts["choice"].correct) == ("passed", True)
    assert "the high one" not in "".join(r.prompt for r in run.records)


def test_conditions_act_on_options_as_they_act_on_clips(folder):
    model = Hearer(turns=True)
    run = records(audiotest.run(folder / "s.yaml", model, cache=False))
    deaf = model.asked["a", "text_only"]
    assert (deaf.audio, deaf.turns) == ((), ())
    assert "Sound C" in deaf.prompt
    assert all(not clip.samples.any() for clip in model.asked["a", "silence"].audio)
    clean, noisy = model.asked["a", "original"], model.asked["a", "noise(snr_db=0)"]
    assert all(not np.array_equal(a.samples, b.samples) for a, b in zip(clean.audio, noisy.audio, strict=True))
    assert pitches(model.asked["a", "other_audio"]) == [900, 300, 500, 700]
    removed = model.asked["a", "answer_removed"]
    assert pitches(removed) == [500, 300, 700]
    assert run["a", "answer_removed"].choices == ("Sound A", "none of the above", "Sound C")
    assert run["a", "answer_removed"].choice_sounds == ("low.wav", "", "sound 3")
    assert [part for part in removed.turns[0].parts if isinstance(part, str)][:2] == ["Sound A:", "Sound C:"]
    assert run["a", "foreign_choices"].outcome == "skipped"


def test_a_model_with_one_prompt_gets_the_order_and_one_with_one_clip_is_not_asked(folder):
    model = Hearer()
    audiotest.run(folder / "s.yaml", model, cache=False)
    prompt = model.asked["a", "original"].prompt
    first = "The audio holds 4 recordings, in this order: the sound of the question, Sound A, Sound B, Sound C.\n"
    assert prompt.startswith(first)
    assert len(model.asked["a", "original"].audio) == 4
    one = Hearer(clips=1)
    run = records(audiotest.run(folder / "s.yaml", one, cache=False))
    assert run["a", "original"].outcome == "unsupported"
    assert "4 clips; the model takes 1" in run["a", "original"].reason
    assert {case for case, condition in one.asked if condition == "original"} == {"b", "c"}
    (folder / "s.yaml").write_text(SUITE.replace("cases:", "join_clips: 0.5\ncases:"))
    for needs in ({"clips": 1}, {"clips": 1, "turns": True}):
        joined = Hearer(**needs)
        audiotest.run(folder / "s.yaml", joined, cache=False)
        asked = joined.asked["a", "original"]
        assert (len(asked.audio), asked.audio[0].seconds, asked.turns) == (1, 3.5, ())
        assert "0.5 seconds of silence between them, in this order: the sound of the question, Sound A" in asked.prompt


def test_messages_may_place_the_options(folder):
    turns = 'messages: [{user: [{choice: 2}, "or", {clip: 1}, "{{ question }}"]}]\n'
    (folder / "s.yaml").write_text(SUITE.replace("cases:", turns + "cases:"))
    model = Hearer(turns=True)
    run = records(audiotest.run(folder / "s.yaml", model, cache=False))
    asked = model.asked["a", "original"]
    assert asked.turns[0].parts == ("Sound A:", 0, "Sound C:", 1, 2, "or", 3, "Which is the same?")
    assert pitches(asked) == [300, 700, 500, 500]
    assert "name choice 2, and the case has 0 options" in run["b", "original"].reason


def test_a_trial_whose_only_sounds_are_its_options_is_asked_among_those_with_sound(folder):
    (folder / "s.yaml").write_text(
        "suite: s\nconditions: [original, text_only]\ncases:\n"
        "  - {id: a, question: Which is low?, choices: [{audio: low.wav}, {audio: high.wav}], answer: low.wav}\n"
    )
    assert [trial.is_heard for trial in trials(load(folder / "s.yaml"))] == [True, False]


def test_an_option_is_part_of_what_a_reply_is_kept_under(folder):
    def asked():
        model = Hearer(turns=True)
        audiotest.run(folder / "s.yaml", model, conditions=["original", "shuffled"])
        return {case for case, _ in model.asked}

    assert (asked(), asked()) == ({"a", "b", "c"}, set())
    soundfile.write(folder / "high.wav", np.zeros(4000), 8000)
    assert asked() == {"a"}


def test_what_is_wrong_with_sound_options_is_said(folder):
    def messages(choices, answer="low.wav"):
        case = f"  - {{id: a, question: Which?, choices: {choices}, answer: {answer}}}\n"
        (folder / "s.yaml").write_text("suite: s\ncases:\n" + case)
        return [p.message for p in load(folder / "s.yaml").problems()]

    assert "some choices are sounds and others are text" in messages("[{audio: low.wav}, high]")[0]
    assert "there is no file" in messages("[{audio: low.wav}, {audio: lost.wav}]")[0]
    assert "is duplicated" in messages("[{audio: low.wav}, {audio: low.wav}]")[0]
    assert "did you mean 'low.wav'" in messages("[{audio: low.wav}, {audio: high.wav}]", "lo.wav")[0]
    assert "ends at 1 s" in messages("[{audio: low.wav}, {audio: {file: high.wav, start: 2, end: 1}, text: x}]")[0]
    assert messages("[{audio: low.wav}, {kind: x}]")
    assert messages("[{audio: low.wav}, {audio: {file: high.wav, start: 0.1}}]") == []


def test_a_suite_from_python_is_written_and_read_again(folder):
    case = Case(id="c", question="Which?", choices=[{"audio": "low.wav"}, {"audio": {"file": "high.wav", "end": 0.2}, "text": "x"}],
                answer="x")  # fmt: skip
    suite = load(Suite(name="s", cases=[case]).save(folder / "t.yaml"))
    assert suite.cases[0].choice_sounds == (ClipSpec("low.wav"), ClipSpec("high.wav", end=0.2)) == case.choice_sounds
    assert suite.cases[0].choices == ("low.wav", "x")


def test_the_report_plays_and_names_each(folder):
    run = audiotest.run(folder / "s.yaml", Hearer(turns=True), cache=False, conditions=["original"])
    run.report(folder / "out.html")
    page = (folder / "out.html").read_text()
    assert '"sounds":[["Sound A (low.wav)","Sound B (the high one)","Sound C (sound 3)"],[],[]]' in page.replace(
        ", ", ","
    ).replace(": ", ":")
    assert page.count("data:audio/flac") == 4 + 2
    assert list(run.to_frame().query("case == 'a'").choice) == ["Sound B (the high one)"]


def test_the_listener_compares_options(folder):
    tones = "[{audio: {synth: {tone: {hz: 300, seconds: 0.5}}}}, {audio: {synth: {tone: {hz: 600, seconds: 0.5}}}}]"
    text = "suite: l\nconditions: [original, shuffled: same, text_only]\ncases:\n"
    (folder / "s.yaml").write_text(
        f"{text}  - {{id: a, question: Which sound is higher?, choices: {tones}, answer: sound 2}}\n"
    )
    run = records(audiotest.run(folder / "s.yaml", "listener", cache=False))
    assert run["a", "original"].outcome == "passed"
    assert run["a", "shuffled"].outcome == "passed"
    assert run["a", "text_only"].verdicts["choice"].correct is False


def test_a_table_may_have_columns_of_them(folder):
    rows = "id,question,first,second,right\na,Which is high?,low.wav,high.wav,B\nb,Which is low?,low.wav,high.wav,A\n"
    (folder / "t.csv").write_text(rows + "c,Which?,low.wav,,A\n")
    fields = "{id: id, question: question, choices: {audio: [first, second]}, answer: right}"
    (folder / "s.yaml").write_text(f"suite: t\ndata: {{source: t.csv, fields: {fields}, shuffle_choices: true}}\n")
    suite = load(folder / "s.yaml")
    assert {c.id: c.answer for c in suite.cases} == {"a": "high.wav", "b": "low.wav"}
    assert all([clip.file for clip in c.choice_sounds] == list(c.choices) for c in suite.cases)
    [problem] = suite.problems()
    assert "there is no sound in this row" in problem.message
    assert problem.path == ("choices",)
    (folder / "s.yaml").write_text(
        "suite: t\ndata: {source: t.csv, fields: {question: question, choices: {split: x}}}\n"
    )
    with pytest.raises(audiotest.AudiotestError):
        load(folder / "s.yaml")
