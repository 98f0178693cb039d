"""Conditions that add the sound of other clips: babble and mixed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiotest.audio.conditions import babble, mixed
from audiotest.audio.level import rms
from audiotest.words import NotApplicable, Waveform


def rng(seed=0):
    return np.random.default_rng(seed)


def noise(seconds, rate=16000, channels=1, seed=0, level=0.2):
    return Waveform((level * rng(seed).standard_normal((round(seconds * rate), channels))).astype(np.float32), rate)


def db(ratio):
    return 20 * np.log10(ratio)


@settings(deadline=None, max_examples=30)
@given(st.floats(-30, 40), st.integers(1, 5), st.sampled_from([1, 2]), st.sampled_from([8000, 16000, 44100]))
def test_babble_keeps_its_ratio_and_is_the_same_in_all_channels(snr_db, voices, channels, rate):
    sound = noise(0.5, channels=channels)
    others = [noise(0.3 + 0.2 * i, rate, 1 + i % 2, seed=9 + i, level=0.01 * 10**i) for i in range(voices)]
    out = babble.apply(sound, rng(), others=others, snr_db=snr_db, voices=voices)
    added = out.samples.astype(np.float64) - sound.samples
    assert out.samples.shape == sound.samples.shape
    assert db(rms(sound.samples) / rms(added)) == pytest.approx(snr_db, abs=0.1)
    assert added[:, 0] == pytest.approx(added[:, -1], abs=1e-4)


def test_every_voice_is_heard_as_loud():
    t = np.arange(16000) / 16000
    others = [
        Waveform((level * np.sin(2 * np.pi * hz * t))[:, None].astype(np.float32), 16000)
        for hz, level in ((500, 1.0), (1000, 0.01), (2000, 0.1))
    ]
    sound = Waveform(np.full((16000, 1), 0.5, np.float32), 16000)
    added = babble.apply(sound, rng(), others=others, snr_db=0, voices=3).samples[:, 0] - 0.5
    spectrum = np.abs(np.fft.rfft(added))
    assert spectrum[[500, 1000, 2000]] == pytest.approx(np.full(3, spectrum[500]), rel=0.02)


def test_voices_begin_at_places_of_their_own():
    others = [noise(0.5, seed=4)] * 2
    sound = noise(0.5)
    once, again = (babble.apply(sound, rng(s), others=others, snr_db=0, voices=2) for s in (0, 1))
    assert not np.array_equal(once.samples, again.samples)


def test_babble_of_silence_is_not_applicable():
    with pytest.raises(NotApplicable, match="silent"):
        babble.apply(noise(0.1), rng(), others=[Waveform(np.zeros((50, 1), np.float32), 16000)], snr_db=0, voices=1)


@settings(deadline=None)
@given(st.floats(-2, 2), st.floats(-20, 20), st.integers(1, 9000), st.integers(1, 9000), st.sampled_from([1, 2]))
def test_both_clips_are_whole_in_the_mixture(offset, snr_db, own, other, channels):
    sound = Waveform(rng(1).uniform(-0.5, 0.5, (own, channels)).astype(np.float32), 16000)
    second = Waveform(rng(2).uniform(-0.1, 0.1, (other, channels)).astype(np.float32), 16000)
    out = mixed.apply(sound, rng(), others=[second], snr_db=snr_db, offset=offset)
    shift = round(offset * 16000)
    assert out.samples.shape == (max(own, shift + other) - min(0, shift), channels)
    rest = out.samples.astype(np.float64)
    rest[max(0, -shift) : max(0, -shift) + own] -= sound.samples
    there = rest[max(0, shift) : max(0, shift) + other]
    assert db(rms(sound.samples) / rms(there)) == pytest.approx(snr_db, abs=0.1)
    rest[max(0, shift) : max(0, shift) + other] = 0
    assert np.abs(rest).max() < 1e-4


@pytest.mark.parametrize(("channels", "other_channels"), [(1, 2), (2, 1), (4, 2)])
def test_the_other_clip_takes_on_rate_and_channels(channels, other_channels):
    out = mixed.apply(noise(0.5, channels=channels), rng(), others=[noise(1, 44100, other_channels)], snr_db=0)
    assert (out.samples.shape, out.rate) == ((16000, channels), 16000)


def test_a_silent_clip_leaves_the_other_at_its_level():
    silent, other = Waveform(np.zeros((8000, 1), np.float32), 16000), noise(0.5)
    assert np.array_equal(mixed.apply(silent, rng(), others=[other], snr_db=30).samples, other.samples)
