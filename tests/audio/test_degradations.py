"""Degraded audio: each condition's defining property, at its edges too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from audiotest.audio.conditions import (
    babble,
    clipping,
    codec,
    cropped,
    gain,
    lowpass,
    mixed,
    reverb,
    speed,
)
from audiotest.audio.level import rms
from audiotest.registry import CONDITIONS
from audiotest.types import NotApplicable, Waveform

RATE = 16000
sounds = arrays(
    np.float32,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=1500).map(lambda s: (s[0], min(s[1], 2))),
    elements=st.floats(-1, 1, width=32),
    fill=st.just(np.float32(0.25)),
).map(lambda a: Waveform(a, RATE))


def rng(seed=0):
    return np.random.default_rng(seed)


def tone(hz, seconds=1.0, rate=RATE, channels=1, level=0.3):
    t = np.arange(round(seconds * rate)) / rate
    wave = (level * np.sqrt(2) * np.sin(2 * np.pi * hz * t)).astype(np.float32)
    return Waveform(np.repeat(wave[:, None], channels, axis=1), rate)


def speechlike(seconds=2.0, rate=RATE, channels=1, seed=0):
    from scipy.signal import butter, sosfilt

    noise = rng(seed).standard_normal((round(seconds * rate), channels))
    shaped = sosfilt(butter(2, [200, 3000], "bandpass", fs=rate, output="sos"), noise, axis=0)
    envelope = 0.5 + 0.5 * np.sin(2 * np.pi * 3 * np.arange(len(shaped)) / rate)
    return Waveform((0.1 * shaped * envelope[:, None]).astype(np.float32), rate)


OTHERS = [speechlike(0.7, 22050, 2, seed=i) for i in range(1, 8)]
CASES = {
    "babble": {"snr_db": 5.0, "others": OTHERS},
    "reverb": {"rt60": 0.3},
    "lowpass": {"hz": 3000.0},
    "gain": {"db": -6.0},
    "clipping": {"share": 0.2},
    "codec": {"format": "mp3", "kbps": 64},
}


@pytest.mark.parametrize("name", CASES)
@settings(deadline=None, max_examples=25)
@given(sound=sounds)
def test_length_rate_and_channels_stay_and_the_input_too(name, sound):
    before = sound.samples.copy()
    try:
        out = CONDITIONS.get(name).apply(sound, rng(), **CASES[name])
    except NotApplicable:
        assert not sound.samples.any() or name == "clipping"
        return
    assert out.samples.shape == sound.samples.shape
    assert out.rate == sound.rate
    assert out.samples.dtype == np.float32
    assert np.isfinite(out.samples).all()
    assert np.array_equal(sound.samples, before)


@pytest.mark.parametrize("name", ["babble", "reverb"])
def test_same_seed_same_bytes(name):
    sound, apply = speechlike(), CONDITIONS.get(name).apply
    once, again, other = (apply(sound, rng(s), **CASES[name]).samples.tobytes() for s in (1, 1, 2))
    assert once == again != other


@given(st.floats(-20, 40))
@settings(deadline=None, max_examples=20)
def test_babble_meets_its_ratio(snr_db):
    sound = speechlike()
    added = babble.apply(sound, rng(), snr_db=snr_db, others=OTHERS).samples.astype(np.float64) - sound.samples
    assert 20 * np.log10(rms(sound.samples) / rms(added)) == pytest.approx(snr_db, abs=0.1)


def test_babble_of_silence_cannot_be():
    with pytest.raises(NotApplicable, match="silent"):
        babble.apply(speechlike(), rng(), snr_db=0, others=[Waveform(np.zeros((10, 1), np.float32), RATE)] * 6)


@pytest.mark.parametrize("rt60", [0.2, 0.8])
def test_reverberation_falls_by_60_db_in_rt60(rt60):
    click = Waveform(np.zeros((round(1.5 * RATE), 1), np.float32), RATE)
    click.samples[0] = 1.0
    tail = reverb.apply(click, rng(), rt60=rt60).samples[1:, 0].astype(np.float64)
    decay = 10 * np.log10(np.cumsum(np.square(tail)[::-1])[::-1] + 1e-30)
    places = [round(share * rt60 * RATE) for share in (0.1, 0.4)]
    assert (decay[places[0]] - decay[places[1]]) / 0.3 == pytest.approx(60, rel=0.12)
    assert rms(reverb.apply(speechlike(), rng(), rt60=rt60).samples) == pytest.approx(
        rms(speechlike().samples), rel=1e-3
    )


def test_a_low_pass_keeps_what_is_below_and_takes_what_is_above():
    low, high = tone(500), tone(4000)
    assert rms(lowpass.apply(low, rng(), hz=1500).samples) == pytest.approx(rms(low.samples), rel=0.01)
    assert rms(lowpass.apply(high, rng(), hz=1500).samples[1000:-1000]) < 0.001 * rms(high.samples)
    middle = lowpass.apply(low, rng(), hz=1500).samples[4000:12000]
    assert np.abs(middle - low.samples[4000:12000]).max() < 0.01  # nothing is delayed
    with pytest.raises(NotApplicable, match="nothing above 8000 Hz"):
        lowpass.apply(low, rng(), hz=8000)


def test_gain_is_in_decibels():
    assert rms(gain.apply(tone(440), rng(), db=20).samples) == pytest.approx(3.0, rel=1e-3)


def test_clipping_cuts_the_share_that_was_asked_for():
    sound = speechlike()
    out = clipping.apply(sound, rng(), share=0.25).samples
    assert np.mean(out != sound.samples) == pytest.approx(0.25, abs=0.01)
    assert np.abs(out).max() == pytest.approx(np.quantile(np.abs(sound.samples), 0.75), rel=1e-4)


@pytest.mark.parametrize("factor", [0.5, 1.25, 2.0])
def test_speed_moves_pitch_and_length_together(factor):
    out = speed.apply(tone(400), rng(), factor=factor)
    assert out.seconds == pytest.approx(1 / factor, abs=0.002)
    spectrum = np.abs(np.fft.rfft(out.samples[:, 0]))
    assert spectrum.argmax() * out.rate / len(out.samples) == pytest.approx(400 * factor, rel=0.01)


@pytest.mark.parametrize(("where", "first"), [("start", 0), ("middle", 6000), ("end", 12000)])
def test_cropping(where, first):
    sound = Waveform(np.arange(16000, dtype=np.float32)[:, None], RATE)
    out = cropped.apply(sound, rng(), seconds=0.25, where=where)
    assert out.samples[[0, -1], 0].tolist() == [first, first + 3999]
    assert len(cropped.apply(sound, rng(), seconds=0.25, where="random").samples) == 4000
    with pytest.raises(NotApplicable, match=r"cannot be cropped to 1 s"):
        cropped.apply(sound, rng(), seconds=1)


@pytest.mark.parametrize("format", ["mp3", "opus"])
@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (44100, 2), (11000, 1)])
def test_a_codec_changes_the_sound_and_not_its_timing(format, rate, channels):
    sound = speechlike(2.0, rate, channels)
    bitrates = (64, 16) if rate < 16000 else (128, 32)
    fine, coarse = (codec.apply(sound, rng(), format=format, kbps=kbps).samples for kbps in bitrates)
    assert fine.shape == coarse.shape == sound.samples.shape
    errors = [rms(out - sound.samples) / rms(sound.samples) for out in (fine, coarse)]
    assert errors[0] < errors[1]
    assert errors[0] < 0.5
    for out, least in ((fine, 0.9), (coarse, 0.5)):
        assert np.corrcoef(out[:, 0], sound.samples[:, 0])[0, 1] > least


def test_mixing_sets_the_ratio_and_the_offset():
    sound, other = tone(300, 1.0), tone(900, 0.5, rate=8000)
    out = mixed.apply(sound, rng(), snr_db=6.0, offset=0.75, others=[other])
    assert out.seconds == pytest.approx(1.25, abs=0.001)
    assert np.array_equal(out.samples[:11999], sound.samples[:11999])
    added = out.samples[16100:19900, 0]
    assert 20 * np.log10(rms(sound.samples) / rms(added)) == pytest.approx(6.0, abs=0.1)
    earlier = mixed.apply(sound, rng(), offset=-0.25, others=[other])
    assert earlier.seconds == pytest.approx(1.25, abs=0.001)
    assert np.allclose(earlier.samples[12000:], sound.samples[8000:], atol=1e-6)
    stereo = mixed.apply(tone(300, channels=2), rng(), others=[other])
    assert stereo.channels == 2
    with pytest.raises(NotApplicable, match="silent"):
        mixed.apply(Waveform(np.zeros((9, 1), np.float32), RATE), rng(), others=[other])


@pytest.mark.parametrize(
    ("apply", "arguments"),
    [
        (babble.apply, {"snr_db": 101, "others": OTHERS}),
        (reverb.apply, {"rt60": 0.01}),
        (reverb.apply, {"rt60": 1, "drr_db": 41}),
        (lowpass.apply, {"hz": 3}),
        (gain.apply, {"db": 81}),
        (clipping.apply, {"share": 0}),
        (speed.apply, {"factor": 5}),
        (cropped.apply, {"seconds": -1}),
        (cropped.apply, {"seconds": 1, "where": "top"}),
        (codec.apply, {"format": "wma", "kbps": 64}),
        (codec.apply, {"format": "mp3", "kbps": 2}),
        (mixed.apply, {"snr_db": 200, "others": OTHERS}),
    ],
)
def test_values_out_of_range(apply, arguments):
    with pytest.raises(ValueError, match="takes"):
        apply(tone(440, 0.1), rng(), **arguments)
