"""Each faculty's sound is what its level says, and nothing but the sound tells the answer."""

import itertools
from collections import Counter

import numpy as np
import pytest
from scipy.signal import hilbert

from audiotest.audio.errors import AudioError
from audiotest.audio.synth import SynthError, synthesise
from audiotest.hearing import recorded_speech, speech
from audiotest.hearing.faculties import tone_in_noise
from audiotest.hearing.question import tone
from audiotest.hearing.tracks import Track, level_at, position
from audiotest.registry import FACULTIES
from audiotest.types import Waveform

SPOKEN = [name for name in FACULTIES.names() if FACULTIES.get(name).missing is not None]
NAMES = [name for name in FACULTIES.names() if name not in SPOKEN]
each = pytest.mark.parametrize("name", NAMES)
without_espeak = pytest.mark.skipif(bool(speech.missing()), reason=speech.missing())


def track(name, variant=None, **more):
    faculty = FACULTIES.get(name)
    return Track(faculty, variant or next(iter(faculty.variants), None), 0, **more)


def heard(name, level, answer, variant=None, seed=0):
    """(samples of shape (frames, channels), rate) of one stimulus."""
    faculty = FACULTIES.get(name)
    variant = variant or next(iter(faculty.variants), None)
    sound = synthesise(faculty.stimulus(level, answer, np.random.default_rng(seed), variant).scene)
    return sound.samples.astype(np.float64), sound.rate


def events(samples, rate, least=0.1):
    """(first, last) frame of each stretch of sound that is parted from others by ``least`` seconds of silence."""
    loud = np.flatnonzero(np.abs(samples).max(axis=1) > 1e-5)
    cuts = np.flatnonzero(np.diff(loud) > least * rate)
    return list(zip(loud[np.r_[0, cuts + 1]], loud[np.r_[cuts, len(loud) - 1]], strict=True))


def hz_of(samples, rate):
    middle = samples[len(samples) // 5 : -len(samples) // 5, 0]
    size = 1 << 20
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), size))
    return np.argmax(spectrum) * rate / size


def rms_db(samples):
    return 10 * np.log10(np.mean(np.square(samples)))


@each
def test_every_level_has_a_sound_and_a_question_with_one_right_answer(name):
    one = track(name)
    for index, level in enumerate((0, len(one.levels) // 2, one.easiest)):
        asked = one.question(index, level)
        assert asked.case.choices.count(asked.case.answer) == 1
        assert len(set(asked.case.choices)) == one.options
        if name != "long_clip" or level:  # ten minutes take a while
            sound = synthesise(asked.case.audio[0].synth)
            assert np.abs(sound.samples).max() > 0
            assert sound.channels == FACULTIES.get(name).channels
        assert one.question(index, level).case == asked.case


@each
def test_levels_rise_in_ease_and_are_found_again(name):
    faculty, one = FACULTIES.get(name), track(name)
    assert list(one.positions) == sorted(one.positions)
    assert one.levels[0] == pytest.approx(faculty.hardest, rel=1e-4)
    assert one.levels[-1] == pytest.approx(faculty.easiest, rel=1e-4, abs=1e-9)
    assert [level_at(faculty, position(faculty, level)) for level in one.levels] == pytest.approx(list(one.levels))


@each
def test_answers_wordings_and_orders_are_balanced_in_every_block(name):
    one = track(name)
    block = one.options**2 * len(one.faculty.wordings)
    asked = [one.question(index, one.easiest) for index in range(2 * block)]
    for some in (asked[:block], asked[block:]):
        places = Counter((a.case.choices.index(a.case.answer), a.wording) for a in some)
        assert set(places.values()) == {one.options}
        assert len(places) == one.options * len(one.faculty.wordings)


@each
def test_the_right_option_is_that_of_the_stimulus_or_of_an_inverted_wording_the_other(name):
    one = track(name)
    for index in range(12):
        asked = one.question(index, one.easiest)
        wording = one.faculty.wordings[asked.wording]
        if wording.choices:
            right = asked.order[asked.case.choices.index(asked.case.answer)]
            assert right == (one.options - 1 - asked.answer if wording.inverted else asked.answer)


@each
@pytest.mark.parametrize("end", ["hardest", "easiest"])
def test_no_sound_reaches_the_frequency_at_which_it_would_alias(name, end):
    """All of the power lies below 47% of the rate but for what edges splatter; white noise may fill the band."""
    if name == "long_clip" and end == "hardest":
        return
    for variant in FACULTIES.get(name).variants or (None,):
        samples, rate = heard(name, getattr(FACULTIES.get(name), end), 0, variant)
        scene = str(
            FACULTIES.get(name).stimulus(getattr(FACULTIES.get(name), end), 0, np.random.default_rng(0), variant)
        )
        if "noise" in scene:
            continue
        spectrum = np.abs(np.fft.rfft(samples[:, 0])) ** 2
        above = np.fft.rfftfreq(len(samples), 1 / rate) > 0.48 * rate
        assert spectrum[above].sum() < 1e-3 * spectrum.sum()  # the edges of clicks, the grid of the softest tone
        highest = FACULTIES.get(name).highest_hz
        if highest is not None:
            assert highest(variant or 0.0) <= 0.47 * rate


def test_a_tone_at_or_above_the_nyquist_frequency_is_refused_with_a_sentence():
    for hz in (8000, 8001, 12000):
        with pytest.raises(SynthError, match="cannot be rendered at 16000 Hz; expected at most 7520 Hz"):
            synthesise(tone(hz))


@pytest.mark.parametrize(("level", "answer"), list(itertools.product((2.0, 50.0, 700.0), (0, 1))))
def test_pitch_differs_by_the_level_in_cents(level, answer):
    samples, rate = heard("pitch", level, answer, 440.0)
    pair = [hz_of(samples[a:b], rate) for a, b in events(samples, rate)]
    cents = 1200 * np.log2(pair[1] / pair[0])
    assert cents == pytest.approx(level if answer else -level, abs=0.3)


@pytest.mark.parametrize(("level", "answer"), list(itertools.product((0.2, 3.0, 20.0), (0, 1))))
def test_level_differs_by_the_level_in_db(level, answer):
    samples, rate = heard("level", level, answer)
    pair = [rms_db(samples[a:b]) for a, b in events(samples, rate)]
    assert pair[1] - pair[0] == pytest.approx(level if answer else -level, abs=0.02)


@pytest.mark.parametrize("answer", [0, 1])
def test_duration_differs_by_the_level_in_ms(answer):
    samples, rate = heard("duration", 60.0, answer)
    pair = [(b - a) / rate for a, b in events(samples, rate)]
    assert 1000 * (pair[1] - pair[0]) == pytest.approx(60 if answer else -60, abs=1)


@pytest.mark.parametrize("variant", [60.0, 180.0])
def test_tempo_differs_by_the_level_in_per_cent(variant):
    samples, rate = heard("tempo", 10.0, 1, variant)
    starts = np.array([a for a, _ in events(samples, rate, 0.1)]) / rate
    first, second = np.diff(starts[:6]).mean(), np.diff(starts[6:]).mean()
    assert len(starts) == 12
    assert first / second == pytest.approx(1.10, abs=0.001)


@pytest.mark.parametrize("level", [0.5, 3.0, 100.0])
def test_a_gap_is_as_long_as_its_level_and_in_the_burst_of_the_answer(level):
    samples, rate = heard("gap", level, 1)
    bursts = events(samples, rate, 0.3)
    assert len(bursts) == 3
    longest = [
        max(len(run) for run in "".join("0" if s == 0 else "1" for s in samples[a:b, 0]).split("1")) for a, b in bursts
    ]
    assert longest[1] / rate * 1000 == pytest.approx(level, abs=0.15)
    assert max(longest[0], longest[2]) <= 2


@pytest.mark.parametrize("answer", [0, 1])
def test_the_onset_of_one_tone_is_earlier_by_the_level(answer):
    samples, rate = heard("onset", 100.0, answer)
    first = np.flatnonzero(np.abs(samples[:, 0]) > 1e-4)[0]
    early = samples[first : first + round(0.08 * rate)]
    assert (hz_of(early, rate) > 800) == (answer == 0)


def test_the_depth_of_a_modulation_is_its_level():
    samples, rate = heard("amplitude_modulation", -6.0, 2, 16.0)
    a, _ = events(samples, rate, 0.3)[2]
    power = np.square(samples[a : a + round(0.75 * rate), 0])
    times = np.arange(len(power)) / rate
    carrier = 2 * np.abs(np.mean(power * np.exp(-2j * np.pi * 16 * times))) / np.mean(power)
    m = 10 ** (-6 / 20)
    assert carrier == pytest.approx(2 * m / (1 + m**2 / 2), abs=0.06)  # of the power; noise has fluctuations of its own


@pytest.mark.parametrize("level", [-30.0, -12.0, -3.0])
def test_beats_have_the_envelope_of_their_level_and_the_power_of_one_tone(level):
    samples, rate = heard("beats", level, 1)
    steady, beating = (samples[a:b, 0] for a, b in events(samples, rate))
    assert rms_db(beating) == pytest.approx(rms_db(steady), abs=0.05)
    middle = slice(rate // 8, rate // 8 + 3 * rate // 4)  # three beats
    envelope, flat = (np.abs(hilbert(part))[middle] for part in (beating, steady))
    ratio = 10 ** (level / 20)
    assert envelope.max() / envelope.min() == pytest.approx((1 + ratio) / (1 - ratio), rel=0.03)
    assert flat.max() / flat.min() < 1.01
    assert np.argmax(np.abs(np.fft.rfft(envelope - envelope.mean()))) == 3


@pytest.mark.parametrize("hz", [250.0, 1000.0, 8000.0])
def test_a_tone_in_noise_has_the_ratio_of_its_level_within_an_erb(hz):
    rng = np.random.default_rng(3)
    level = 12.0
    noise = {"rate": tone_in_noise.rate(hz), "noise": {"seconds": 20, "level_db": -30, "seed": 5}}
    samples = synthesise(noise).samples[:, 0].astype(np.float64)
    rate = noise["rate"]
    density = np.mean(np.square(samples)) / (rate / 2)
    sine = 10 ** (tone_in_noise.tone_level(level, hz) / 20)
    ratio = 10 * np.log10(sine**2 / 2 / (density * tone_in_noise.erb(hz)))
    assert ratio == pytest.approx(level, abs=0.1)
    assert tone_in_noise.erb(1000) == pytest.approx(132.6, abs=0.1)  # Glasberg and Moore 1990
    scene = tone_in_noise.stimulus(level, 1, rng, hz).scene
    assert scene["layers"][1]["sequence"][1]["tone"]["level_db"] == pytest.approx(
        tone_in_noise.tone_level(level, hz), abs=1e-3
    )


@pytest.mark.parametrize("answer", [0, 1])
def test_a_tone_in_quiet_lies_in_its_half_at_its_level(answer):
    samples, rate = heard("tone_in_quiet", -100.0, answer, 1000.0)
    loud = np.flatnonzero(samples[:, 0])
    half = 1.5 * rate
    assert (loud.min() > half) == (answer == 1)
    assert (loud.max() < half) == (answer == 0)
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(-100, abs=0.2)


@pytest.mark.parametrize(("name", "unit"), [("lateral_level", "db"), ("lateral_time", "us")])
@pytest.mark.parametrize("answer", [0, 1])
def test_the_second_sound_is_on_the_side_of_the_answer_by_the_level(name, unit, answer):
    samples, rate = heard(name, 6.0 if unit == "db" else 100.0, answer)
    (a, b), (c, d) = events(samples, rate, 0.3)
    assert np.allclose(samples[a:b, 0], samples[a:b, 1])
    left, right = samples[c:d, 0], samples[c:d, 1]
    if unit == "db":
        difference = rms_db(right) - rms_db(left)
        assert difference == pytest.approx(6 if answer else -6, abs=0.05)
    else:
        times = np.arange(len(left)) / rate
        phases = [np.angle(np.sum(side * np.exp(-2j * np.pi * 500 * times))) for side in (left, right)]
        ahead = np.angle(np.exp(1j * (phases[1] - phases[0]))) / (2 * np.pi * 500) * 1e6
        assert ahead == pytest.approx(100 if answer else -100, abs=2)


@pytest.mark.parametrize("count", [2, 7, 60])
def test_as_many_clicks_as_the_level_says(count):
    samples, rate = heard("count", count, 2)
    assert len(events(samples, rate, 0.1)) == count
    assert FACULTIES.get("count").stimulus(count, 2, np.random.default_rng(0), None).choices[2] == str(count)


def test_brightness_differs_by_the_level_in_per_cent():
    samples, rate = heard("timbre", 20.0, 1)
    centroids = []
    for a, b in events(samples, rate):
        spectrum = np.abs(np.fft.rfft(samples[a:b, 0] * np.hanning(b - a)))
        hz = np.fft.rfftfreq(b - a, 1 / rate)
        base = hz_of_fundamental(spectrum, hz)
        tops = [spectrum[np.abs(hz - k * base) < 20].max() for k in range(1, 21)]
        centroids.append(np.average(np.arange(1, 21), weights=tops))
    assert centroids[1] / centroids[0] == pytest.approx(1.2, abs=0.02)


def hz_of_fundamental(spectrum, hz):
    low = (hz > 150) & (hz < 260)
    return hz[low][np.argmax(spectrum[low])]


@without_espeak
@pytest.mark.parametrize("name", ["speaker", "language"])
def test_three_pieces_of_speech_of_which_one_is_another(name, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path))
    one = track(name)
    level = len(one.levels) // 2
    asked = one.question(0, level)
    path = asked.case.audio[0].file
    sound = speech.decode.read(path)
    pieces = events(sound.samples, sound.rate, 0.3)
    assert len(pieces) == 3
    if name == "language":
        assert [(b - a) / sound.rate for a, b in pieces] == pytest.approx([one.levels[level]] * 3, abs=0.05)
    assert one.question(0, level).case.audio[0].file == path
    assert one.question(0, level - 1).case.audio[0].file != path


def test_a_voice_that_is_played_faster_is_higher_and_shorter_by_the_same_factor():
    times = np.arange(speech.RATE) / speech.RATE
    higher = speech.stretched(np.sin(2 * np.pi * 500 * times), 1.25)
    assert len(higher) == pytest.approx(speech.RATE / 1.25, abs=2)
    assert hz_of(higher[:, None], speech.RATE) == pytest.approx(625, abs=1)


@without_espeak
@pytest.mark.parametrize("name", ["speech_in_noise", "speech_in_babble"])
def test_a_spoken_number_is_hidden_at_the_ratio_of_the_level(name, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path))
    one = track(name)
    asked = one.question(0, one.easiest)
    assert asked.case.answer in asked.case.choices
    kind = name.removeprefix("speech_in_")
    word = speech.spoken("seven", "en-us")
    loud, soft = (
        speech.decode.read(speech.hidden("seven", "en-us", snr, kind, 3)).samples[:, 0].astype(np.float64)
        for snr in (0, -20)
    )
    edge = round(0.4 * speech.RATE)
    before = slice(0, edge)
    inside = slice(edge, edge + len(word))
    ratios = [rms_db(s[inside]) - rms_db(s[before]) for s in (loud, soft)]
    assert ratios[0] == pytest.approx(3, abs=2.5)  # as much speech as noise; babble fluctuates
    assert ratios[1] == pytest.approx(0, abs=2.5)
    assert rms_db(loud) == pytest.approx(-26, abs=0.1)


@pytest.fixture
def no_recordings(tmp_path, monkeypatch):
    """The folder in which recordings are looked for, empty as yet; what is found there is forgotten afterwards."""
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("AUDIOTEST_RECORDINGS", str(tmp_path / "recordings"))
    remembered = (recorded_speech.recorded_numbers, recorded_speech.babblers, recorded_speech._babble_name)

    def forget():
        for one in remembered:
            one.cache_clear()

    forget()
    yield tmp_path / "recordings" / "usr/share/asterisk/sounds", forget
    forget()


def written(path, samples):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(speech.decode.wav_bytes(Waveform(samples[:, None].astype(np.float32) * 0.1, speech.RATE)))


@without_espeak
def test_a_recorded_number_is_hidden_where_the_recordings_are(no_recordings):
    folder, forget = no_recordings
    names = ("recorded_speech_in_noise", "recorded_speech_in_babble")
    assert all("make recordings" in FACULTIES.get(name).missing() for name in names)
    for i, word in enumerate(speech.NUMBERS, 1):
        written(folder / f"en_US_f_Somebody/digits/{i}.wav", speech.spoken(word, "en-gb"))
    forget()
    assert FACULTIES.get(names[0]).missing() == ""
    assert "prompts are not here" in FACULTIES.get(names[1]).missing()
    written(folder / "de_DE_f_Somebody/agent-pass.wav", speech.spoken("Bitte geben Sie Ihre Nummer ein.", "de"))
    written(folder / "de_DE_f_Somebody/beep.wav", np.ones(40_000))
    written(folder / "en_US_f_Somebody/auth-thankyou.wav", speech.spoken("Thank you for your patience.", "en-us"))
    forget()
    assert [[path.name for path in voice] for voice in recorded_speech.babblers()] == [["agent-pass.wav"]]
    for name in names:
        assert FACULTIES.get(name).missing() == ""
        one = track(name)
        asked = one.question(0, one.easiest)
        assert asked.case.answer in asked.case.choices
        heard = speech.decode.read(asked.case.audio[0].file).samples[:, 0].astype(np.float64)
        edge = round(0.4 * speech.RATE)
        assert rms_db(heard[edge:-edge]) - rms_db(heard[:edge]) > 12
    same = one.question(0, one.easiest).case.audio[0].file
    assert same == asked.case.audio[0].file


def test_babble_of_other_prompts_has_another_name(no_recordings):
    """Whichever prompt of a voice is replaced, the sounds that were kept of the earlier one are not used."""
    folder, forget = no_recordings
    rng, names = np.random.default_rng(1), set()
    prompts = [folder / f"de_DE_f_Somebody/{name}.wav" for name in ("agent-pass", "vm-goodbye")]
    for path in prompts:
        written(path, rng.standard_normal(40_000))
    for path in prompts:
        forget()
        names.add(recorded_speech._babble_name())
        written(path, rng.standard_normal(40_000))
    forget()
    names.add(recorded_speech._babble_name())
    assert len(names) == 3


def test_a_silent_prompt_is_an_error_of_its_question(no_recordings):
    folder, forget = no_recordings
    for i in range(1, 10):
        written(folder / f"en_US_f_Somebody/digits/{i}.wav", np.ones(8000))
    written(folder / "de_DE_f_Somebody/agent-pass.wav", np.zeros(40_000))
    forget()
    one = track("recorded_speech_in_babble")
    with pytest.raises(AudioError, match="silent"):
        one.question(0, one.easiest)


def tones(name, answer, seed):
    """The frequencies of a stimulus's tones, in order."""
    scene = FACULTIES.get(name).stimulus(1.0, answer, np.random.default_rng(seed), None).scene
    return [part["tone"]["hz"] for part in scene["sequence"] if "tone" in part]


def test_who_forgets_the_first_tone_over_the_pause_has_little_to_go_by():
    """The second tone alone, by the best limit there is, is right in 54% (of 1,200; 60% would be 4 errors away)."""
    second = [(answer, tones("memory", answer, [answer, seed])[1]) for answer in (0, 1) for seed in range(600)]
    limits = np.geomspace(80, 2400, 60)
    right = [np.mean([(hz > limit) == bool(answer) for answer, hz in second]) for limit in limits]
    assert 0.5 <= max(right) < 0.6


def test_the_tone_that_comes_again_is_only_known_by_the_first():
    rows = [(answer, *tones("memory_match", answer, [answer, seed])) for answer in (0, 1) for seed in range(600)]
    for answer, first, second, third in rows:
        assert (second, third)[answer] == first
        assert abs(1200 * np.log2((second, third)[1 - answer] / first)) == pytest.approx(400, abs=0.1)
    higher = [third > second for _, _, second, third in rows]
    agree = np.mean([a == bool(answer) for a, (answer, *_) in zip(higher, rows, strict=True)])
    assert agree == pytest.approx(0.5, abs=0.06)  # 4 standard errors
    high = [np.sqrt(second * third) > 440 for _, _, second, third in rows]
    agree = np.mean([a == b for a, b in zip(high, higher, strict=True)])
    assert agree == pytest.approx(0.5, abs=0.06)
