"""Scenes sound as they are written, the same each time, and what is wrong with one is said with its place."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.audio.synth import LONGEST_S, SynthError, frequency, synthesise

ROOT = Path(__file__).resolve().parents[2]
RATE = 16000

lengths = st.floats(0.01, 0.4).map(lambda x: round(x, 3))
leaves = st.one_of(
    st.builds(lambda hz, s, w: {"tone": {"hz": hz, "seconds": s, "wave": w}},
              st.floats(60, 3000), lengths, st.sampled_from(["sine", "square", "saw", "triangle"])),
    st.builds(lambda s, c, seed: {"noise": {"seconds": s, "color": c, "seed": seed}},
              lengths, st.sampled_from(["white", "pink", "brown", "blue"]), st.integers(0, 99)),
    st.builds(lambda s: {"silence": s}, lengths),
    st.builds(lambda s, bpm: {"clicks": {"seconds": s, "bpm": bpm}}, lengths, st.integers(60, 900)),
    st.builds(lambda a, b, s: {"sweep": {"from": a, "to": b, "seconds": s}},
              st.floats(100, 3000), st.floats(100, 3000), lengths),
)  # fmt: skip


def seconds(leaf):
    [value] = leaf.values()
    return value if isinstance(value, float) else value["seconds"]


def strongest_hz(samples, rate=RATE):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 18))
    return np.argmax(spectrum) * rate / (1 << 18)


def level_db(samples):
    return 20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


@given(st.lists(leaves, min_size=1, max_size=4))
def test_a_sequence_is_as_long_as_its_parts_and_layers_as_the_longest(parts):
    frames = [round(seconds(p) * RATE) for p in parts]
    assert synthesise({"sequence": parts}).samples.shape == (sum(frames), 1)
    assert synthesise({"layers": parts}).samples.shape == (max(frames), 1)


@given(st.lists(leaves, min_size=1, max_size=5), st.floats(-20, 40))
def test_samples_are_finite_float32_within_full_scale_on_the_grid_of_16_bits(parts, gain):
    samples = synthesise({"layers": parts, "gain_db": gain}).samples
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0
    assert np.array_equal(samples * 32768, np.round(samples * 32768))


@given(st.lists(leaves, min_size=1, max_size=3))
def test_the_same_scene_gives_the_same_samples(parts):
    spec = {"sequence": parts, "pan": {"from": -1, "to": 1}}
    again = json.loads(json.dumps(spec))
    assert synthesise(spec).samples.tobytes() == synthesise(again).samples.tobytes()


def test_the_bytes_are_those_of_every_other_machine():
    scene = {"sequence": [
        {"melody": {"notes": ["C4", {"E4": 2}, "rest", "G4"], "bpm": 240, "wave": "saw", "envelope": "percussive"}},
        {"noise": {"seconds": 0.3, "color": "pink", "seed": 7}, "pan": -0.5},
        {"clicks": {"count": 3, "bpm": 300}, "envelope": {"attack": 0.05, "to_db": -12}},
    ]}  # fmt: skip
    digest = hashlib.sha256(synthesise(scene).samples.tobytes()).hexdigest()
    assert digest == "4c18928454d24bf563008f94e043b686d173cd45306d6f315ff3a6549129772f"


@given(st.floats(-1, 1), leaves)
def test_panning_gives_stereo_of_constant_power(place, leaf):
    mono, stereo = synthesise(leaf).samples, synthesise({**leaf, "pan": place}).samples
    assert stereo.shape == (len(mono), 2)
    assert np.sum(stereo**2, dtype=float) == pytest.approx(np.sum(mono**2, dtype=float), rel=0.01, abs=1e-3)


def test_minus_one_is_left_and_one_is_right():
    tone = {"tone": {"hz": 440, "seconds": 0.2}}
    assert not synthesise({**tone, "pan": -1}).samples[:, 1].any()
    assert not synthesise({**tone, "pan": 1}).samples[:, 0].any()
    moving = synthesise({**tone, "pan": [-1, 1]}).samples
    assert level_db(moving[:800, 0]) > level_db(moving[:800, 1])
    assert level_db(moving[-800:, 0]) < level_db(moving[-800:, 1])


def test_what_is_mono_beside_something_panned_stands_in_the_middle():
    both = {"sequence": [{"tone": {"hz": 440, "seconds": 0.1}, "pan": 1}, {"tone": {"hz": 440, "seconds": 0.1}}]}
    samples = synthesise(both).samples
    assert np.array_equal(samples[1600:, 0], samples[1600:, 1])
    assert level_db(samples[1600:]) == pytest.approx(level_db(samples[:1600]), abs=0.05)


@pytest.mark.parametrize("wave", ["sine", "square", "saw", "triangle"])
@given(hz=st.floats(80, 2000))
def test_a_tone_has_the_frequency_that_was_asked_for(wave, hz):
    samples = synthesise({"tone": {"hz": hz, "seconds": 0.5, "wave": wave}}).samples[:, 0]
    assert strongest_hz(samples) == pytest.approx(hz, rel=0.002, abs=0.1)


@pytest.mark.parametrize(("note", "hz"), [("A4", 440), ("a3", 220), ("C4", 261.626), ("Bb3", 233.082), ("C#5", 554.365),
                                          ("C♯5", 554.365), ("C-1", 8.1758), ("B#3", 261.626)])  # fmt: skip
def test_notes_are_of_equal_temperament(note, hz):
    assert frequency(note) == pytest.approx(hz, rel=1e-5)


def test_harmonics_have_the_amplitudes_that_were_asked_for():
    samples = synthesise({"tone": {"hz": 200, "seconds": 1, "harmonics": [1, 0, 0.5]}}).samples[:, 0]
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum[600] / spectrum[200] == pytest.approx(0.5, abs=0.01)
    assert spectrum[400] / spectrum[200] < 0.01


def test_no_wave_form_aliases():
    samples = synthesise({"tone": {"hz": 1300, "seconds": 1, "wave": "saw"}}).samples[:, 0]
    spectrum = np.abs(np.fft.rfft(samples[400:-400] * np.hanning(len(samples) - 800)))
    hz = np.fft.rfftfreq(len(samples) - 800, 1 / RATE)
    harmonic = np.abs(hz / 1300 - np.round(hz / 1300)) * 1300 < 20
    assert spectrum[~harmonic].max() < 0.001 * spectrum.max()


def test_a_vibrato_goes_as_far_and_as_fast_as_asked():
    scene = {"tone": {"hz": 1000, "seconds": 2, "vibrato": {"hz": 5, "cents": 100}}}
    samples = synthesise(scene).samples[:, 0]
    crossings = np.flatnonzero(np.diff(np.signbit(samples)))
    hz = 0.5 * RATE / np.convolve(np.diff(crossings), np.ones(21) / 21, "valid")
    assert 1200 * np.log2(hz.max() / 1000) == pytest.approx(100, abs=15)
    assert 1200 * np.log2(hz.min() / 1000) == pytest.approx(-100, abs=15)


def test_a_sweep_runs_evenly_in_pitch():
    samples = synthesise({"sweep": {"from": 200, "to": 800, "seconds": 2}}).samples[:, 0]
    middle = samples[RATE - 800 : RATE + 800]
    assert strongest_hz(middle) == pytest.approx(400, rel=0.02)


def test_clicks_stand_where_they_were_put():
    samples = synthesise({"clicks": {"times": [0.1, 0.5, 0.55]}}).samples[:, 0]
    assert len(samples) == round(0.85 * RATE)
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    starts = loud[np.flatnonzero(np.diff(loud, prepend=-RATE) > 200)]
    assert starts / RATE == pytest.approx([0.1, 0.5, 0.55], abs=0.002)


def test_accents_are_louder_by_what_was_asked():
    scene = {"clicks": {"count": 6, "bpm": 240, "accent_every": 3, "accent_db": 8}}
    samples = synthesise(scene).samples[:, 0]
    peaks = [20 * np.log10(np.abs(samples[i * 4000 : i * 4000 + 400]).max()) for i in range(6)]
    assert np.array(peaks) - peaks[0] == pytest.approx([0, -8, -8, 0, -8, -8], abs=0.1)


def test_a_melody_keeps_its_beats():
    scene = {"melody": {"notes": ["A4", {"A5": 2}, {"rest": 0.5}, 880], "bpm": 120, "gap": 0.1}}
    samples = synthesise(scene).samples[:, 0]
    assert len(samples) == round(2.25 * RATE)
    assert strongest_hz(samples[: RATE // 2]) == pytest.approx(440, rel=0.005)
    assert strongest_hz(samples[RATE // 2 : 3 * RATE // 2]) == pytest.approx(880, rel=0.005)
    assert not samples[round(0.41 * RATE) : round(0.49 * RATE)].any()
    assert not samples[round(1.51 * RATE) : round(1.74 * RATE)].any()


def test_levels_are_peaks_in_full_scale_and_gain_is_relative():
    tone = {"hz": 500, "seconds": 0.3}
    peak = np.abs(synthesise({"tone": tone}).samples).max()
    assert 20 * np.log10(peak) == pytest.approx(-6, abs=0.05)
    peak = np.abs(synthesise({"tone": {**tone, "level_db": -20}, "gain_db": 5}).samples).max()
    assert 20 * np.log10(peak) == pytest.approx(-15, abs=0.05)


def test_envelopes_shape_the_level():
    tone = {"tone": {"hz": 500, "seconds": 1}}
    swelling = synthesise({**tone, "envelope": {"from_db": -30, "to_db": 0}}).samples
    assert level_db(swelling[14400:15200]) - level_db(swelling[1600:2400]) == pytest.approx(24, abs=0.5)
    struck = synthesise({**tone, "envelope": "percussive"}).samples
    assert level_db(struck[1600:2400]) - level_db(struck[9600:10400]) == pytest.approx(30, abs=1)
    edged = synthesise({**tone, "envelope": {"attack": 0.4, "release": 0.4}}).samples
    assert level_db(edged[7600:8400]) - level_db(edged[2800:3600]) == pytest.approx(6, abs=0.5)
    decaying = synthesise({**tone, "envelope": {"attack": 0.1, "decay": 0.5}}).samples
    assert level_db(decaying[2000:2400]) - level_db(decaying[6000:6400]) == pytest.approx(30, abs=1)


@pytest.mark.parametrize(("color", "slope"), [("white", 0), ("pink", -3), ("brown", -6), ("blue", 3)])
def test_noise_has_its_color_in_db_an_octave(color, slope):
    samples = synthesise({"noise": {"seconds": 8, "color": color, "seed": 3}}).samples[:, 0]
    power = np.abs(np.fft.rfft(samples)) ** 2
    octaves = [power[8 * low : 16 * low].mean() for low in (250, 500, 1000, 2000)]
    assert np.diff(10 * np.log10(octaves)) == pytest.approx([slope] * 3, abs=1)


def test_noise_of_another_seed_is_another_noise():
    one, other = (synthesise({"noise": {"seconds": 0.5, "seed": s}}).samples[:, 0] for s in (0, 1))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


def test_repeating_repeats():
    once = synthesise({"clicks": {"count": 1, "seconds": 0.25}}).samples
    thrice = synthesise({"clicks": {"count": 1, "seconds": 0.25}, "repeat": 3}).samples
    assert np.array_equal(thrice, np.tile(once, (3, 1)))


def test_another_rate_sounds_the_same():
    samples = synthesise({"tone": {"hz": 700, "seconds": 0.5}}, rate=48000).samples[:, 0]
    assert len(samples) == 24000
    assert strongest_hz(samples, 48000) == pytest.approx(700, abs=0.5)


WRONG = [
    (3, "synth: expected a mapping"),
    ({}, "found none"),
    ({"gain_db": 3}, "found none"),
    ({"ton": {}}, "did you mean 'tone'"),
    ({"silence": 1, "noise": {"seconds": 1}}, "found silence and noise"),
    ({"tone": {"hz": 440}}, "synth.tone: missing key `seconds`"),
    ({"tone": {"seconds": 1}}, "`hz` or `note`"),
    ({"tone": {"hz": 440, "note": "A4", "seconds": 1}}, "`hz` and `note`"),
    ({"tone": {"hz": True, "seconds": 1}}, "synth.tone.hz"),
    ({"tone": {"hz": float("nan"), "seconds": 1}}, "synth.tone.hz"),
    ({"tone": {"hz": 9000, "seconds": 1}}, "cannot be rendered at 16000 Hz"),
    ({"tone": {"note": "H4", "seconds": 1}}, "synth.tone.note: expected Hz or a note"),
    ({"tone": {"hz": 440, "seconds": 1, "wave": "sinus"}}, "did you mean 'sine'"),
    ({"sequence": []}, "synth.sequence: expected a list"),
    ({"sequence": [{"silence": 1}, {"noise": {"seconds": "long"}}]}, "synth.sequence[1].noise.seconds"),
    ({"melody": {"notes": ["C4", "X"]}}, "synth.melody.notes[1]"),
    ({"melody": {"notes": [{"C4": 1, "D4": 2}]}}, "one note with its beats"),
    ({"clicks": {"count": 2.5}}, "synth.clicks.count: expected a whole number"),
    ({"clicks": {"times": [0, 2], "seconds": 1}}, "the last click"),
    ({"tone": {"hz": 1, "seconds": 1}, "pan": 2}, "synth.pan: expected a number from -1 to 1"),
    ({"layers": [{"silence": 1, "pan": 0}], "pan": 1}, "panned already"),
    ({"silence": 1, "envelope": "percusive"}, "synth.envelope"),
    ({"silence": 0}, "no length"),
]


@pytest.mark.parametrize(("spec", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_is_wrong_is_said_with_its_place(spec, said):
    with pytest.raises(ValueError) as caught:
        synthesise(spec)
    assert said in str(caught.value)


@pytest.mark.parametrize("spec", [
    {"silence": LONGEST_S + 1},
    {"sequence": [{"silence": 400}, {"silence": 201}]},
    {"silence": 7, "repeat": 100},
    {"sequence": [{"silence": 600}] * 10_000},
    {"melody": {"notes": ["rest"] * 700, "beat_seconds": 1}},
    {"clicks": {"count": 700, "bpm": 60}},
])  # fmt: skip
def test_more_than_ten_minutes_are_refused_before_they_are_made(spec):
    with pytest.raises(SynthError, match="600"):
        synthesise(spec)


def test_a_scene_that_stands_in_itself_is_refused():
    spec = {"sequence": []}
    spec["sequence"].append(spec)
    with pytest.raises(SynthError, match="deep"):
        synthesise(spec)


def test_the_schema_knows_every_key_and_describes_it():
    schema = json.loads((ROOT / "schemas" / "synth.schema.json").read_text(encoding="utf-8"))
    bare = []

    def walk(node, path):
        for name, prop in node.get("properties", {}).items():
            if "description" not in prop and "$ref" not in prop:
                bare.append((*path, name))
            walk(prop, (*path, name))
        for name, part in node.get("$defs", {}).items():
            assert part.get("description"), name
            walk(part, (*path, name))

    walk(schema, ())
    assert not bare


@given(leaves)
def test_the_schema_takes_what_can_be_rendered(leaf):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "schemas" / "synth.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"sequence": [leaf, {**leaf, "pan": [0, 1]}], "repeat": 2})


@pytest.mark.parametrize("spec", [spec for spec, _ in WRONG[:9]])
def test_the_schema_refuses_what_cannot_be_rendered(spec):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "schemas" / "synth.schema.json").read_text(encoding="utf-8"))
    assert not jsonschema.Draft202012Validator(schema).is_valid(spec)


def test_a_scene_may_have_a_rate_and_a_depth_of_its_own():
    sound = synthesise({"rate": 48000, "bits": 24, "tone": {"hz": 8000, "seconds": 0.2, "level_db": -110}})
    assert sound.rate == 48000
    assert strongest_hz(sound.samples[:, 0], 48000) == pytest.approx(8000, abs=2)
    assert np.array_equal(sound.samples * 2.0**23, np.round(sound.samples * 2.0**23))
    with pytest.raises(SynthError, match="expected one of 8000"):
        synthesise({"rate": 22000, "silence": 1})
    with pytest.raises(SynthError, match="unknown key 'rate'"):
        synthesise({"sequence": [{"rate": 48000, "silence": 1}]})


@pytest.mark.parametrize("rate", [8000, 16000, 32000, 44100, 48000])
def test_a_tone_at_or_above_the_nyquist_frequency_is_refused(rate):
    for hz in (rate / 2, rate / 2 + 100):
        with pytest.raises(SynthError, match="cannot be rendered at|expected a number from 1 to 24000"):
            synthesise({"rate": rate, "tone": {"hz": hz, "seconds": 0.1}})


def test_a_tremolo_leaves_the_power_and_a_mute_the_length_as_they_are():
    noise = {"noise": {"seconds": 1, "level_db": -14}}
    plain, trembling = synthesise(noise).samples, synthesise({**noise, "tremolo": {"hz": 8, "depth": 1}}).samples
    assert level_db(trembling) == pytest.approx(level_db(plain), abs=0.1)
    power = np.square(trembling[:, 0]).reshape(-1, 80).mean(axis=1)
    spectrum = np.abs(np.fft.rfft(power - power.mean()))
    assert np.argmax(spectrum) == 8
    muted = synthesise({**noise, "mute": {"at": 0.5, "seconds": 0.01}}).samples
    assert muted.shape == plain.shape
    assert np.flatnonzero((muted == 0).ravel() & (plain != 0).ravel()).tolist() == list(range(8000, 8160))


def test_a_phase_delays_a_tone():
    early, late = (synthesise({"tone": {"hz": 500, "seconds": 0.5, "phase": p}}).samples[:, 0] for p in (0, -90))
    np.testing.assert_allclose(late[1000:7000], early[992:6992], atol=1e-4)  # a quarter of 2 ms: 8 samples
