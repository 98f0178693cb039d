"""What each degradation does to a clip, held against its formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, correlate, sosfilt

from audiotest.audio.conditions import clipping, codec, gain, highpass, lowpass
from audiotest.audio.level import rms
from audiotest.types import NotApplicable, Waveform

RATE = 16000


def rng(seed=0):
    return np.random.default_rng(seed)


def tone(hz, seconds=1.0, level=0.3, rate=RATE, channels=1):
    t = np.arange(round(rate * seconds)) / rate
    return Waveform(np.repeat(level * np.sin(2 * np.pi * hz * t)[:, None], channels, axis=1).astype(np.float32), rate)


def pink(seconds=1.0, rate=RATE, channels=1):
    noise = np.cumsum(rng(7).standard_normal((round(rate * seconds), channels)), axis=0)
    noise -= np.linspace(noise[0], noise[-1], len(noise))
    return Waveform((0.5 * noise / np.abs(noise).max()).astype(np.float32), rate)


def band(seconds=0.7, rate=RATE):
    """Noise between 300 and 2000 Hz, where no codec plays with the phase."""
    white = rng(5).standard_normal(round(rate * seconds))
    noise = sosfilt(butter(2, (300, 2000), "bandpass", fs=rate, output="sos"), white)
    return Waveform((0.5 * noise / np.abs(noise).max()).astype(np.float32)[:, None], rate)


def db(ratio):
    return 20 * np.log10(ratio)


def lag(sound, of):
    """By how many samples ``sound`` comes later than ``of``."""
    return int(np.argmax(correlate(sound.samples[:, 0], of.samples[:, 0]))) - (len(of.samples) - 1)


# -- level


@given(st.floats(-60, 40))
def test_gain_is_exact(decibels):
    sound = tone(440, 0.1)
    assert db(rms(gain.apply(sound, rng(), db=decibels).samples) / rms(sound.samples)) == pytest.approx(
        decibels, abs=1e-3
    )


def test_gain_does_not_clip():
    assert np.abs(gain.apply(tone(440), rng(), db=20).samples).max() == pytest.approx(3.0, rel=1e-3)


@settings(deadline=None)
@given(st.floats(0.001, 0.9), st.sampled_from([1, 2]))
def test_clipping_flattens_the_wanted_share_and_leaves_the_rest(share, channels):
    sound = Waveform(rng(3).standard_normal((5000, channels)).astype(np.float32), RATE)
    out = clipping.apply(sound, rng(), share=share).samples
    changed = np.abs(out) < np.abs(sound.samples)
    assert np.mean(changed) == pytest.approx(share, abs=2e-3)
    assert np.array_equal(out[~changed], sound.samples[~changed])
    assert np.ptp(np.abs(out[changed])) < 1e-6
    assert np.array_equal(np.sign(out), np.sign(sound.samples))


# -- filters


@pytest.mark.parametrize(("hz", "loss"), [(125, 0), (500, 0), (1000, -6.02), (2000, -102)])
def test_lowpass_at_1000_hz(hz, loss):
    out = lowpass.apply(tone(hz, 2), rng(), hz=1000)
    middle = slice(RATE // 2, -RATE // 2)
    assert db(rms(out.samples[middle]) / rms(tone(hz, 2).samples[middle])) == pytest.approx(loss, abs=2.5)


@pytest.mark.parametrize(("hz", "loss"), [(4000, 0), (2000, 0), (1000, -6.02), (500, -96)])
def test_highpass_at_1000_hz(hz, loss):
    out = highpass.apply(tone(hz, 2), rng(), hz=1000)
    middle = slice(RATE // 2, -RATE // 2)
    assert db(rms(out.samples[middle]) / rms(tone(hz, 2).samples[middle])) == pytest.approx(loss, abs=2.5)


def test_filters_do_not_delay():
    sound = pink()
    assert lag(lowpass.apply(sound, rng(), hz=2000), sound) == 0


@pytest.mark.parametrize("module", [lowpass, highpass])
def test_a_cutoff_beyond_the_clip_s_rate_is_not_applicable(module):
    with pytest.raises(NotApplicable, match="nothing above 4000 Hz"):
        module.apply(tone(440, rate=8000), rng(), hz=4000)


# -- codec


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize(("format", "kbps"), [("mp3", 32), ("mp3", 64), ("opus", 64), ("vorbis", 48), ("flac", None)])
def test_a_codec_neither_shifts_nor_loses_the_sound(format, kbps, rate):
    sound = band(rate=rate)
    out = codec.apply(sound, rng(), format=format, kbps=kbps)
    assert out.samples.shape == sound.samples.shape
    assert abs(lag(out, sound)) <= rate * 1e-4  # some have a fraction of a sample of their own
    assert np.corrcoef(out.samples[:, 0], sound.samples[:, 0])[0, 1] > 0.9


@pytest.mark.parametrize("format", ["mp3", "opus", "vorbis"])
def test_fewer_bits_lose_more(format):
    sound = Waveform(rng(1).uniform(-0.3, 0.3, (32000, 2)).astype(np.float32), 32000)
    lost = [rms(codec.apply(sound, rng(), format=format, kbps=k).samples - sound.samples) for k in (160, 96, 48)]
    assert 0 < lost[0] < lost[1] < lost[2]


@pytest.mark.parametrize("loudest", [0.5, 1.0, 3.7])
def test_flac_is_the_control_that_changes_nothing(loudest):
    sound = Waveform((rng(1).uniform(-loudest, loudest, (3000, 2))).astype(np.float32), 44100)
    out = codec.apply(sound, rng(), format="flac")
    assert np.abs(out.samples - sound.samples).max() <= loudest * 2**-21


def test_the_bitrate_of_vorbis_is_met():
    sound = Waveform(rng(1).uniform(-0.3, 0.3, (5 * 44100, 1)).astype(np.float32), 44100)
    level = codec._vorbis_level(sound, 96)
    assert len(codec._encode(sound, "vorbis", level)) * 8 / 5 / 1000 == pytest.approx(96, rel=0.1)


@pytest.mark.parametrize("rate", [96_001, 250_000, 384_000])
@pytest.mark.parametrize(("format", "kbps"), [("vorbis", 500), ("flac", None)])
def test_rates_that_a_codec_does_not_know_are_coded_all_the_same(format, kbps, rate):
    sound = tone(1000, 0.2, rate=rate)
    out = codec.apply(sound, rng(), format=format, kbps=kbps)
    assert (out.rate, out.samples.shape) == (sound.rate, sound.samples.shape)
    assert rms(out.samples - sound.samples) < 0.05 * rms(sound.samples)


@pytest.mark.parametrize(("format", "kbps"), [("mp3", 8), ("opus", 32), ("vorbis", 64)])
def test_samples_scaled_as_integers_are_told_and_do_not_end_the_process(format, kbps):
    sound = Waveform(np.float32(32768) * rng().uniform(-1, 1, (16000, 1)).astype(np.float32), 16000)
    with pytest.raises(NotApplicable, match="reach 327.. times full scale"):
        codec.apply(sound, rng(), format=format, kbps=kbps)


@pytest.mark.parametrize(
    ("sound", "arguments", "said"),
    [
        (tone(440, 0.1, channels=3), {"format": "mp3", "kbps": 64}, "this clip has 3 channels"),
        (tone(440, 0.1), {"format": "mp3", "kbps": 320}, "8 to 160 kbps for this clip .16000 Hz, 1 channel."),
        (
            tone(440, 0.1, channels=2),
            {"format": "opus", "kbps": 8},
            "12 to 512 kbps for this clip .16000 Hz, 2 channels.",
        ),
    ],
)
def test_what_a_codec_does_not_take(sound, arguments, said):
    with pytest.raises(NotApplicable, match=said):
        codec.apply(sound, rng(), **arguments)


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        (gain, {"db": 81}),
        (clipping, {"share": 1}),
        (lowpass, {"hz": 0}),
        (highpass, {"hz": -5}),
        (codec, {"format": "mp3"}),
        (codec, {"format": "flac", "kbps": 64}),
        (codec, {"format": "aac", "kbps": 64}),
    ],
)
def test_parameters_that_make_no_sense(module, arguments):
    with pytest.raises(ValueError, match=r"takes|unknown"):
        module.apply(tone(440, 0.1), rng(), **arguments)
