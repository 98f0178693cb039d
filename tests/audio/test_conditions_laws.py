"""Laws that every condition on sound keeps, whatever the clip: form, range, repeatability, and its input untouched."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from audiotest.declare.condition import parse_one
from audiotest.registry import CONDITIONS
from audiotest.types import NotApplicable, Waveform

MEMBERS = [CONDITIONS.get(name) for name in CONDITIONS.names()]
ONE_OF_EACH = [text for member in MEMBERS if member.acts_on == "sound" for text in member.examples]
OF_OTHER_LENGTH = tuple(member.name for member in MEMBERS if member.changes_length)
sounds = st.builds(
    Waveform,
    arrays(
        np.float32,
        array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=1200).map(lambda s: (s[0], 1 + s[1] % 2)),
        elements=st.floats(-4, 4, width=32),
        fill=st.sampled_from([np.float32(0), np.float32(0.25)]),
    ),
    st.sampled_from([4000, 8000, 16000, 44100, 96000]),
)
T = np.arange(3000) / 11025
OTHERS = [Waveform(np.sin(2 * np.pi * hz * T)[:, None].astype(np.float32) * 0.3, 11025) for hz in (300, 500, 700, 900)]


def under(text, sound, seed=0, others=OTHERS):
    part = parse_one(text).parts[0]
    apply = CONDITIONS.get(part.name).apply
    extra = {"others": others} if "others" in inspect.signature(apply).parameters else {}
    return apply(sound, np.random.default_rng(seed), **part.arguments, **extra)


@pytest.mark.parametrize("text", ONE_OF_EACH)
@settings(deadline=None, max_examples=25)
@given(sound=sounds)
def test_form_is_kept_and_the_input_too(text, sound):
    before = sound.samples.copy()
    try:
        out = under(text, sound)
    except NotApplicable:
        return
    finally:
        assert np.array_equal(sound.samples, before)
    assert out.samples.dtype == np.float32
    assert out.samples.ndim == 2
    assert out.samples.shape[0] >= 1
    assert np.isfinite(out.samples).all()
    if not text.startswith("other_audio"):
        assert (out.rate, out.channels) == (sound.rate, sound.channels)
    if not text.startswith(OF_OTHER_LENGTH):
        assert out.samples.shape == sound.samples.shape


@pytest.mark.parametrize("text", ONE_OF_EACH)
def test_the_same_seed_gives_the_same_bytes(text):
    sound = Waveform(np.random.default_rng(0).uniform(-0.5, 0.5, (4000, 2)).astype(np.float32), 16000)
    assert under(text, sound, 1).samples.tobytes() == under(text, sound, 1).samples.tobytes()


@pytest.mark.parametrize("text", [t for t in ONE_OF_EACH if not t.startswith("codec")])
def test_eight_channels_are_taken(text):
    sound = Waveform(np.random.default_rng(0).uniform(-0.5, 0.5, (2000, 8)).astype(np.float32), 16000)
    assert under(text, sound).channels == (1 if text == "other_audio" else 8)


@pytest.mark.parametrize("text", ["codec(format=flac)", "gain(db=6)", "lowpass(hz=1000)",
                                  "highpass(hz=300)", "reverb(rt60=0.3)", "speed(factor=2)"])  # fmt: skip
def test_silence_stays_silence(text):
    assert not under(text, Waveform(np.zeros((2000, 2), np.float32), 16000)).samples.any()
