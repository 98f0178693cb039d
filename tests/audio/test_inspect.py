"""Doubts: what can be decoded and is still not worth asking about, or is lost on its way to the model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiotest.audio.decode import conform
from audiotest.audio.inspect import DOUBTS, doubts
from audiotest.types import Waveform

RATE = 16000
FRONT_AND_BACK = ("FL", "FR", "FC", "LFE", "BL", "BR")
TIME = np.arange(RATE) / RATE
TONE = (0.4 * np.sin(2 * np.pi * 440 * TIME)).astype(np.float32)
NOISE = np.random.default_rng(0).uniform(-0.4, 0.4, (RATE, 8)).astype(np.float32)


def sound(*channels, rate=RATE, layout=()):
    return Waveform(np.stack(channels, axis=1).astype(np.float32), rate, layout)


def heard(clip, **form):
    return doubts(clip, conform(clip, **{"rate": RATE, "channels": 1, **form}))


@pytest.mark.parametrize("channels", [1, 2])
def test_plain_sound_raises_no_doubt(channels):
    assert heard(sound(*[TONE] * channels)) == ()
    assert heard(sound(*NOISE.T[:channels])) == ()


def test_silence():
    assert heard(sound(0 * TONE)) == ("silent",)
    assert heard(sound(1e-5 * NOISE[:, 0])) == ("silent",)


def test_short():
    assert heard(sound(TONE[:1599])) == ("short",)
    assert heard(sound(TONE[:1600])) == ()


@pytest.mark.parametrize("gain", [4.0, 20.0])
def test_clipped(gain):
    assert heard(sound(np.clip(gain * TONE, -1, 32767 / 32768))) == ("clipped",)


def test_loud_is_not_clipped():
    assert heard(sound(2.5 * TONE)) == ()
    assert heard(sound(np.sin(2 * np.pi * 60 * TIME))) == ()


def test_integers_that_were_not_scaled():
    assert heard(sound(32768 * TONE)) == ("over full scale",)


def test_antiphase_is_cancelled():
    assert heard(sound(TONE, -TONE)) == ("cancelled in mix",)
    assert heard(sound(TONE, -TONE), channels=2) == ()


def test_nearly_antiphase_is_quieter():
    assert heard(sound(TONE, -0.8 * TONE)) == ("quieter in mix",)


def test_a_voice_in_the_centre_of_known_places_is_heard():
    centre = sound(0 * TONE, 0 * TONE, TONE, 0 * TONE, 0 * TONE, 0 * TONE, layout=FRONT_AND_BACK)
    assert heard(centre) == ()
    assert heard(centre, channels=2) == ()


def test_a_voice_in_the_centre_of_unknown_places_is_down():
    centre = sound(0.1 * NOISE[:, 0], 0.1 * NOISE[:, 1], TONE, *0.1 * NOISE.T[2:5])
    assert heard(centre) == ("quieter in mix", "channel lost")
    assert "cancelled in mix" in heard(sound(0 * TONE, 0 * TONE, TONE), channels=2)


def test_the_low_frequencies_may_be_left_out():
    assert heard(sound(TONE, TONE, TONE, NOISE[:, 0], TONE, TONE, layout=FRONT_AND_BACK)) == ()


def test_a_whistle_above_the_models_band():
    whistle = Waveform((0.4 * np.sin(2 * np.pi * 12000 * np.arange(48000) / 48000))[:, None].astype(np.float32), 48000)
    assert heard(whistle) == ("lost in resampling",)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 500),
    st.integers(1, 8),
    st.sampled_from([8000, 16000, 48000]),
    st.sampled_from([1, 2]),
    st.floats(0, 1e6),
)
def test_every_sound_has_named_doubts_in_their_order(frames, channels, rate, wanted, gain):
    clip = Waveform((gain * np.random.default_rng(frames).normal(size=(frames, channels))).astype(np.float32), rate)
    named = heard(clip, channels=wanted)
    assert list(named) == [name for name in DOUBTS if name in named]
    assert ("short" in named) == (frames / rate < 0.1)
