"""ABC and MIDI: what is written is what is played, and what is read as text."""

import json
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import audiotest
from audiotest.audio import decode, notation
from audiotest.audio.decode import AudioError
from audiotest.models.loading import open_model
from audiotest.models.protocol import Unsupported
from audiotest.types import Needs, Reply, Request

music21 = pytest.importorskip("music21")
SCALE = "X:1\nT:Scale\nM:4/4\nL:1/4\nQ:1/4=120\nK:D\nDEFG|A2 z [DFA]|\n"


def midi(path, parts, tempo=90):
    """A MIDI file of ``parts``: lists of (pitches, or None for a rest, length in quarters)."""
    score = music21.stream.Score()
    for i, notes in enumerate(parts):
        part = music21.stream.Part(id=f"p{i}")
        if i == 0:
            part.append(music21.tempo.MetronomeMark(number=tempo))
        for pitches, length in notes:
            kind = music21.note.Rest() if pitches is None else music21.chord.Chord(sorted(pitches))
            kind.quarterLength = length
            part.append(kind)
        score.insert(0, part)
    score.write("midi", str(path))
    return path


def loudest(sound, start, end):
    """The frequency with the most energy between two times in seconds."""
    cut = sound.samples[int(start * sound.rate) : int(end * sound.rate), 0]
    spectrum = np.abs(np.fft.rfft(cut * np.hanning(len(cut)), 4 * len(cut)))
    return np.argmax(spectrum) * sound.rate / (4 * len(cut))


def test_abc_is_played_as_it_is_written(tmp_path):
    path = tmp_path / "scale.abc"
    path.write_text(SCALE)
    sound = decode.read(path)
    assert (sound.rate, sound.channels, sound.file) == (44100, 1, str(path))
    assert sound.seconds == pytest.approx(4.0 + 0.06, abs=0.001)
    assert np.abs(sound.samples).max() == pytest.approx(0.5, abs=1e-6)
    for i, pitch in enumerate((62, 64, 66, 67)):  # in D the F is sharp
        heard = loudest(sound, 0.5 * i + 0.07, 0.5 * i + 0.47)
        assert 12 * np.log2(heard / 440) + 69 == pytest.approx(pitch, abs=0.2)
    assert np.abs(sound.samples[int(3.2 * 44100) : int(3.45 * 44100)]).max() < 1e-6  # the rest
    assert [note[2] for note in notation.notes_of(path)[-3:]] == [62, 66, 69]
    part = decode.read(path, start=1.0, end=2.0)
    np.testing.assert_array_equal(part.samples, sound.samples[44100:88200])
    assert part.file == ""


def test_repeats_are_played_out_and_chord_symbols_are_not_notes(tmp_path):
    path = tmp_path / "jig.abc"
    path.write_text('X:1\nM:6/8\nL:1/8\nQ:3/8=60\nK:G\n|:"G"GAB "D"c2d|e6:|\n|:"C"e6|d6:|\n')
    once = [67, 69, 71, 72, 74, 76]
    assert [pitch for _, _, pitch, _ in notation.notes_of(path)] == [*once, *once, 76, 74, 76, 74]
    path.write_text("X:1\nM:6/8\nL:1/8\nK:G\n|:GAB:|\n")
    with pytest.raises(AudioError, match="write them out"):
        decode.read(path)


def test_tempo_velocity_and_parts_of_midi_are_played(tmp_path):
    path = midi(tmp_path / "two.mid", [[([72], 1), ([76], 1)], [([48], 2)]], tempo=60)
    notes = notation.notes_of(path)
    assert [(round(start, 3), round(length, 3), pitch) for start, length, pitch, _ in notes] == [
        (0.0, 1.0, 72), (0.0, 2.0, 48), (1.0, 1.0, 76)]  # fmt: skip
    assert decode.read(path).seconds == pytest.approx(2.06, abs=0.01)


LENGTHS = st.sampled_from([0.25, 0.5, 0.75, 1, 1.5, 2, 3])
NOTES = st.tuples(st.one_of(st.none(), st.sets(st.integers(36, 96), min_size=1, max_size=3)), LENGTHS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NOTES, min_size=1, max_size=8).filter(lambda notes: any(pitches for pitches, _ in notes)))
def test_midi_as_text_read_again_is_the_same_music(tmp_path, notes):
    path = midi(tmp_path / "one.mid", [notes])
    again = tmp_path / "again.abc"
    again.write_text(notation.text(path))

    def plain(file):
        return [(round(s, 2), round(length, 2), pitch) for s, length, pitch, _ in notation.notes_of(file)]

    assert plain(again) == plain(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.mid", b"MThd\0\0\0\x06\0\1\0\1\0\x60MTrk\0\0\xff", "is a MIDI file that cannot be read"),
        ("a.abc", b"X:1\nL:1/4\nK:C\nz4|\n", "has no notes"),
        ("b.abc", b"\xff\xfe\0\1", "cannot be read"),
        ("d.abc", SCALE.encode() + b"\nX:2\nL:1/4\nK:C\nCDEF|\n", "several tunes"),
        ("c.abc", b"X:1\nL:1/4\nQ:1/4=1\nK:C\nC999 C999|\n", "the most"),
    ],
)
def test_what_cannot_be_played_says_why(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioError, match=message):
        decode.read(tmp_path / name)


class Reader:
    """A text model that counts the notes it is shown."""

    name, identity, needs, batch_size = "reader", "", Needs(audio=False), 4

    def __init__(self):
        self.prompts = []

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        self.prompts += [request.prompt for request in requests]
        return [Reply("(A)") for _ in requests]


def test_one_suite_is_played_to_listeners_and_shown_to_readers(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "scale.abc").write_text(SCALE)
    midi(tmp_path / "tune.mid", [[([60], 1), ([64], 0.5), (None, 0.5)]])
    question = {"question": "How does it begin?", "choices": ["low", "high"], "answer": "low"}
    cases = [{"id": "abc", "audio": "scale.abc", **question}, {"id": "midi", "audio": "tune.mid", **question}]
    (tmp_path / "s.yaml").write_text(json.dumps({
        "suite": "s", "conditions": [{"original": "correct"}, {"noise(snr_db=10)": "recorded"}], "cases": cases}))  # fmt: skip

    from audiotest.models.cascade import Cascade, Settings

    reader = Reader()
    cascade = Cascade(open_model("notation"), reader, Settings(listener="notation", llm="reader"))
    run = audiotest.run(tmp_path / "s.yaml", model=cascade, cache=False)
    outcomes = {(r.case, r.condition.partition("(")[0]): (r.outcome, r.reason) for r in run.records}
    assert outcomes["abc", "original"][0] == outcomes["midi", "original"][0] == "passed"
    assert outcomes["abc", "noise"][0] == "unsupported"
    assert "has no notation" in outcomes["abc", "noise"][1]
    shown = {bool(re.search("T:Scale", prompt)): prompt for prompt in reader.prompts}
    assert "DEFG|A2 z [DFA]|" in shown[True]
    assert "=C =E/2" in shown[False]

    heard = []

    class Listener(Reader):
        needs = Needs()

        def answer(self, requests):
            heard.extend((request.case, request.audio[0].seconds) for request in requests)
            return super().answer(requests)

    run = audiotest.run(tmp_path / "s.yaml", model=Listener(), cache=False)
    assert {r.outcome for r in run.records} == {"passed", "recorded"}
    assert {case: round(seconds, 1) for case, seconds in heard} == {"abc": 4.1, "midi": 1.1}


def test_what_has_no_notation_is_unsupported():
    request = Request(suite="s", case="c", condition="original", question="", prompt="Q")
    [reply] = open_model("notation").answer([request])
    assert isinstance(reply, Unsupported)
    with pytest.raises(audiotest.AudiotestError, match="no argument"):
        open_model("notation:x")
