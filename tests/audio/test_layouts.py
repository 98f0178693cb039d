"""Mixing: what each channel is worth in mono and stereo (ITU-R BS.775), and that nothing is clipped by it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiotest.audio.decode import conform
from audiotest.audio.layouts import weights
from audiotest.audio.level import like
from audiotest.types import Waveform

SURROUND = ("FL", "FR", "FC", "LFE", "BL", "BR")
THREE_DOWN = 10 ** (-3.0103 / 20)


def one(channel, layout=SURROUND):
    samples = np.zeros((4, len(layout)), np.float32)
    samples[:, channel] = 0.5
    return Waveform(samples, 16000, layout)


@pytest.mark.parametrize(
    ("channel", "left", "right"),
    [(0, 1, 0), (1, 0, 1), (2, THREE_DOWN, THREE_DOWN), (3, 0, 0), (4, THREE_DOWN, 0), (5, 0, THREE_DOWN)],
)
def test_stereo_of_5_1(channel, left, right):
    mixed = conform(one(channel), channels=2).samples[0]
    assert mixed == pytest.approx([0.5 * left, 0.5 * right], abs=1e-4)
    assert conform(one(channel), channels=1).samples[0, 0] == pytest.approx(0.25 * (left + right), abs=1e-4)


def test_a_centre_is_3_db_down_where_places_are_known_and_16_where_they_are_not():
    known, unknown = one(2), Waveform(one(2).samples, 16000)
    assert 20 * np.log10(conform(known, channels=1).samples[0, 0] / 0.5) == pytest.approx(-3.01, abs=0.01)
    assert 20 * np.log10(conform(unknown, channels=1).samples[0, 0] / 0.5) == pytest.approx(-15.56, abs=0.01)


def test_unknown_places_keep_the_first_two_in_stereo():
    samples = np.arange(12, dtype=np.float32).reshape(3, 4) / 12
    assert np.array_equal(conform(Waveform(samples, 16000), channels=2).samples, samples[:, :2])


def test_a_mix_that_would_exceed_full_scale_is_lowered_as_a_whole():
    samples = np.full((2, 6), 0.9, np.float32)
    samples[1] = 0.09
    mixed = conform(Waveform(samples, 16000, SURROUND), channels=1).samples[:, 0]
    assert mixed[0] == pytest.approx(1.0)
    assert mixed[1] == pytest.approx(0.1)


def test_names_that_are_not_known_are_mixed_evenly():
    strange = Waveform(one(2).samples, 16000, ("FL", "FR", "FC", "LFE", "BL", "somewhere"))
    assert conform(strange, channels=1).samples[0, 0] == pytest.approx(0.5 / 6)


def test_the_layout_stays_with_sound_that_keeps_its_channels():
    assert conform(one(0), rate=8000).layout == SURROUND
    assert conform(one(0), channels=2).layout == ()
    assert like(one(0), one(1).samples).layout == SURROUND
    assert like(one(0), one(1).samples[:, :2]).layout == ()


@settings(deadline=None, max_examples=60)
@given(st.permutations(SURROUND), st.sampled_from([1, 2]))
def test_the_order_of_the_channels_makes_no_difference(order, channels):
    samples = np.random.default_rng(3).uniform(-0.3, 0.3, (50, 6)).astype(np.float32)
    moved = samples[:, [SURROUND.index(place) for place in order]]
    expected = conform(Waveform(samples, 16000, SURROUND), channels=channels).samples
    assert np.allclose(conform(Waveform(moved, 16000, tuple(order)), channels=channels).samples, expected, atol=1e-6)


@pytest.mark.parametrize("count", range(1, 9))
def test_mono_of_unknown_places_is_the_mean(count):
    assert np.allclose(weights(Waveform(np.zeros((1, count), np.float32), 8000), 1), 1 / count)
