"""Conditions on sound: their defining properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from audiotest.audio.conditions import noise, noise_only, silence
from audiotest.audio.level import rms
from audiotest.registry import CONDITIONS
from audiotest.types import Waveform

sounds = arrays(
    np.float32,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=2000).map(lambda s: (s[0], min(s[1], 8))),
    elements=st.floats(-1, 1, width=32),
    fill=st.just(np.float32(0.25)),
).map(lambda a: Waveform(a, 16000))
ARGUMENTS = {"noise": {"snr_db": 10.0}}


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", ["silence", "noise_only", "noise"])
@settings(deadline=None, max_examples=40)
@given(sound=sounds)
def test_length_rate_and_channels_stay_and_the_input_too(name, sound):
    before = sound.samples.copy()
    out = CONDITIONS.get(name).apply(sound, rng(), **ARGUMENTS.get(name, {}))
    assert out.samples.shape == sound.samples.shape
    assert out.rate == sound.rate
    assert out.samples.dtype == np.float32
    assert np.isfinite(out.samples).all()
    assert np.array_equal(sound.samples, before)


@pytest.mark.parametrize("color", ["white", "pink", "brown", "blue"])
@settings(deadline=None, max_examples=60)
@given(sound=sounds, snr_db=st.floats(-30, 40))
def test_the_signal_to_noise_ratio_is_met_within_a_tenth_of_a_decibel(color, sound, snr_db):
    if rms(sound.samples) < 1e-3 or sound.samples.shape[0] < 4:
        return
    out = noise.apply(sound, rng(), snr_db=snr_db, color=color)
    added = out.samples.astype(np.float64) - sound.samples
    assert abs(20 * np.log10(rms(sound.samples) / rms(added)) - snr_db) < 0.1


@pytest.mark.parametrize("name", ["noise_only", "noise"])
def test_same_seed_same_bytes(name):
    sound = Waveform(np.full((500, 2), 0.3, np.float32), 16000)
    apply, extra = CONDITIONS.get(name).apply, ARGUMENTS.get(name, {})
    once, again, other = apply(sound, rng(1), **extra), apply(sound, rng(1), **extra), apply(sound, rng(2), **extra)
    assert once.samples.tobytes() == again.samples.tobytes()
    assert once.samples.tobytes() != other.samples.tobytes()


def test_noise_only_has_the_level_of_the_clip_and_nothing_of_its_sound():
    t = np.arange(16000) / 16000
    sound = Waveform((0.2 * np.sin(2 * np.pi * 440 * t))[:, None].astype(np.float32), 16000)
    out = noise_only.apply(sound, rng())
    assert rms(out.samples) == pytest.approx(rms(sound.samples), rel=1e-4)
    assert abs(np.corrcoef(out.samples[:, 0], sound.samples[:, 0])[0, 1]) < 0.05


def test_silence_is_silent():
    assert not silence.apply(Waveform(np.ones((10, 2), np.float32), 8000), rng()).samples.any()


def test_noise_on_a_silent_clip_is_quiet_noise():
    out = noise.apply(Waveform(np.zeros((4000, 1), np.float32), 8000), rng(), snr_db=10)
    assert rms(out.samples) == pytest.approx(0.01, rel=1e-3)


def test_pink_noise_falls_three_decibels_an_octave():
    sound = Waveform(np.full((1 << 16, 1), 0.1, np.float32), 16000)
    added = noise.apply(sound, rng(), snr_db=0, color="pink").samples[:, 0] - 0.1
    power = np.abs(np.fft.rfft(added)) ** 2
    octaves = [10 * np.log10(power[k : 2 * k].mean()) for k in (64, 256, 1024, 4096)]
    assert np.diff(octaves) == pytest.approx([-6, -6, -6], abs=1.0)  # two octaves a step


@pytest.mark.parametrize("arguments", [{"snr_db": 101}, {"snr_db": -61}, {"snr_db": 0, "color": "mauve"}])
def test_parameters_out_of_range(arguments):
    with pytest.raises(ValueError, match="noise"):
        noise.apply(Waveform(np.ones((4, 1), np.float32), 8000), rng(), **arguments)
