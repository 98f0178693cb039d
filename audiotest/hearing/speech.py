"""Spoken words, and what they are hidden in, by espeak-ng where that is installed.

Conventions
    16 kHz mono. The ratio of speech to masker is that of their RMS over the whole word, in dB. *Speech-shaped noise*
    has the long-term spectrum of the babble and no modulation; *babble* is six voices that say other words at once.
    Sounds are kept in the cache folder under a name made of all that decides them, the version of espeak-ng included.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from audiotest.audio import decode
from audiotest.audio.errors import AudioError
from audiotest.private import make_folder, write_whole
from audiotest.resources import cache_dir
from audiotest.types import Waveform

Samples = npt.NDArray[np.float64]
Masker = Callable[[int, np.random.Generator], Samples]
RATE = 16000
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_BABBLED = ("table", "window", "garden", "paper", "summer", "bottle", "silver", "yellow", "river", "morning")
VOICES = ("en-us", "en-gb", "en-us+f3", "en-gb+f2", "en-us+m3", "en-gb+m7")
DECLARATION = {
    "en-gb": "All human beings are born free and equal in dignity and rights. They are endowed with reason "
    "and conscience and should act towards one another in a spirit of brotherhood.",
    "de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und "
    "Gewissen begabt und sollen einander im Geiste der Brüderlichkeit begegnen.",
    "fr-fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de "
    "raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de "
    "razón y conciencia, deben comportarse fraternalmente los unos con los otros.",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di "
    "ragione e di coscienza e devono agire gli uni verso gli altri in spirito di fratellanza.",
    "nl": "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd met "
    "verstand en geweten, en behoren zich jegens elkander in een geest van broederschap te gedragen.",
}
"""The first article of the Universal Declaration of Human Rights, by voice of espeak-ng."""
_EDGE_S, _RMS_DB, _TALKERS, _FILES = 0.4, -26.0, 6, 1


def missing() -> str:
    """A sentence where there is no espeak-ng; "" where there is."""
    return "" if shutil.which("espeak-ng") else "espeak-ng is not installed (apt install espeak-ng)"


@cache
def _version() -> str:
    if missing():
        return ""  # recorded speech needs none
    return subprocess.run(["espeak-ng", "--version"], capture_output=True, text=True, check=True).stdout.strip()[:60]  # noqa: S607


@cache
def spoken(text: str, voice: str) -> Samples:
    """``text`` in ``voice``, without the silence around it, with an RMS of 1. Raises :class:`AudioError`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        command = ["espeak-ng", "-v", voice, "-w", str(path), text]
        try:
            subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
        except (OSError, subprocess.CalledProcessError) as error:
            raise AudioError(f"espeak-ng cannot say {text!r} in the voice {voice}: {error}") from None
        samples = decode.conform(decode.read(path), rate=RATE, channels=1).samples[:, 0].astype(np.float64)
    return trimmed(samples)


def trimmed(samples: Samples) -> Samples:
    """``samples`` without the silence around them (below -40 dB of the peak), with an RMS of 1. Raises
    :class:`AudioError` where all of them are silent."""
    if not samples.any():
        raise AudioError("a recording of speech is silent")
    loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    return normal(samples[loud[0] : loud[-1] + 1])


def three_numbers(rng: np.random.Generator) -> tuple[str, ...]:
    """Three different numbers to choose from."""
    return tuple(NUMBERS[i] for i in rng.permutation(len(NUMBERS))[:3])


def babble(frames: int, rng: np.random.Generator) -> Samples:
    """So many frames of six voices, each of which says words in an order of its own, none of them a number; RMS 1."""
    total = np.zeros(frames)
    for voice in VOICES[:_TALKERS]:
        words: list[Samples] = []
        while sum(map(len, words)) < frames + RATE:
            words.append(spoken(_BABBLED[int(rng.integers(len(_BABBLED)))], voice))
        start = int(rng.integers(RATE))
        total += np.concatenate(words)[start : start + frames]
    return normal(total)


@cache
def _speech_spectrum() -> Samples:
    """The long-term magnitude spectrum of babble, 513 bins."""
    sound = babble(20 * RATE, np.random.default_rng(0))
    frames = np.lib.stride_tricks.sliding_window_view(sound, 1024)[::512] * np.hanning(1024)
    return np.asarray(np.sqrt((np.abs(np.fft.rfft(frames, axis=1)) ** 2).mean(axis=0)))


def speech_shaped(frames: int, rng: np.random.Generator) -> Samples:
    """So many frames of noise with the spectrum of the babble; RMS 1."""
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    shape = np.interp(np.linspace(0, 512, len(spectrum)), np.arange(513), _speech_spectrum())
    return normal(np.fft.irfft(spectrum * shape, frames))


def hidden(word: str, voice: str, snr_db: float, masker: Literal["noise", "babble"], seed: int) -> Path:
    """A file with ``word`` in a masker, which begins 0.4 s before it and ends 0.4 s after it; the sum has -26 dB
    RMS."""
    maskers: dict[str, Masker] = {"babble": babble, "noise": speech_shaped}
    identity = f"hidden {word} {voice} {snr_db:.4f} {masker} {seed}"
    return kept(identity, lambda: covered(spoken(word, voice), snr_db, maskers[masker], seed))


def covered(clean: Samples, snr_db: float, masker: Masker, seed: int) -> Samples:
    """Speech of RMS 1 in what ``masker`` makes of so many frames (RMS 1), which begins before it and ends after it."""
    first = round(_EDGE_S * RATE)
    cover = masker(len(clean) + 2 * first, np.random.default_rng(seed))
    sound = cover * 10 ** (-snr_db / 20)
    sound[first : first + len(clean)] += clean
    return sound


def joined(parts: Sequence[Samples], pause: float) -> Samples:
    """Pieces of one RMS, with ``pause`` seconds of silence between and around them."""
    silence = np.zeros(round(pause * RATE))
    return np.concatenate([silence, *(one for part in parts for one in (normal(part), silence))])


def stretched(samples: Samples, factor: float) -> Samples:
    """``samples`` played ``factor`` times as fast, by resampling: higher and shorter for a factor above 1."""
    import soxr

    return np.asarray(soxr.resample(samples, round(RATE * factor), RATE, quality="HQ"), dtype=np.float64)


def excerpt(samples: Samples, seconds: float, at: float) -> Samples:
    """``seconds`` of ``samples``, from the share ``at`` of where they can begin; faded in and out over 10 ms."""
    frames = min(round(seconds * RATE), len(samples))
    first = round(at * (len(samples) - frames))
    out = samples[first : first + frames].copy()
    edge = min(RATE // 100, frames // 2)
    ramp = np.sin(np.linspace(0, np.pi / 2, edge)) ** 2
    out[:edge] *= ramp
    out[frames - edge :] *= ramp[::-1]
    return out


def kept(identity: str, make: Callable[[], Samples]) -> Path:
    """The file of the sound of this identity, at -26 dB RMS; made if it is not in the cache folder yet."""
    name = hashlib.sha256(f"{_FILES} {_version()} {identity}".encode()).hexdigest()[:32]
    path = cache_dir() / "hearing" / f"{name}.wav"
    if not path.exists():
        sound = np.clip(normal(make()) * 10 ** (_RMS_DB / 20), -1, 1)
        make_folder(path.parent)
        write_whole(path, decode.wav_bytes(Waveform(sound[:, None].astype(np.float32), RATE)))
    return path


def normal(samples: Samples) -> Samples:
    """``samples`` with an RMS of 1."""
    return np.asarray(samples / max(float(np.sqrt(np.mean(np.square(samples)))), 1e-12))
