"""Recorded speech, where Asterisk's prompts are installed: numbers that a person says, and babble of other persons.

Conventions
    As in :mod:`audiotest.hearing.speech`: 16 kHz mono, ratios of RMS over the whole word, in dB. The target is a number
    from one to nine in English. *Recorded babble* is six voices at once, each of which says one prompt after the other
    in an order of its own. They speak the other languages that are installed, by turns, so that no number of the masker
    can be taken for the target; English prompts only where there is no other language (a few of those say a number).

Where it is looked for
    The folder ``$AUDIOTEST_RECORDINGS``, or else ``recordings`` in the cache folder, as ``make recordings`` fetches
    them, and ``/``, where Debian's packages ``asterisk-core-sounds-*-wav`` put them.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from audiotest.audio import decode
from audiotest.hearing.speech import NUMBERS, RATE, Masker, Samples, covered, kept, normal, speech_shaped, trimmed
from audiotest.resources import cache_dir

_SOUNDS = "usr/share/asterisk/sounds"
_TALKERS = 6
_LEAST_BYTES = 24_000
"""The size of the shortest prompts that are used: those below 1.5 s at 8 kHz are beeps and single words."""
NOT_HERE = "the recorded {} are not here: `make recordings`, or set AUDIOTEST_RECORDINGS"


def _roots() -> list[Path]:
    named = os.environ.get("AUDIOTEST_RECORDINGS")
    return [Path(named)] if named else [cache_dir() / "recordings", Path("/")]


@cache
def recorded_numbers() -> dict[str, Path]:
    """The files of the recorded numbers one to nine, by word; empty where not all of them are here."""
    for root in _roots():
        for folder in sorted((root / _SOUNDS).glob("en*/digits")):
            files = {word: folder / f"{i}.wav" for i, word in enumerate(NUMBERS, 1)}
            if all(path.is_file() for path in files.values()):
                return files
    return {}


@cache
def babblers() -> tuple[tuple[Path, ...], ...]:
    """The prompts of each voice that babbles, a tuple a voice; empty where there are none."""
    for root in _roots():
        voices = {folder.name: _prompts(folder) for folder in sorted((root / _SOUNDS).glob("*_*"))}
        voices = {name: files for name, files in voices.items() if files}
        others = [files for name, files in voices.items() if not name.startswith("en")]
        if voices:
            return tuple(others or voices.values())
    return ()


def _prompts(folder: Path) -> tuple[Path, ...]:
    """The spoken prompts of a voice; those of numbers, letters and silences lie in folders of their own."""
    paths = (path for path in sorted(folder.glob("*.wav")) if "tone" not in path.name and "beep" not in path.name)
    return tuple(path for path in paths if path.stat().st_size >= _LEAST_BYTES)


@lru_cache(maxsize=400)
def _recorded(path: Path) -> Samples:
    """A recording without the silence around it, with an RMS of 1. Raises :class:`AudioError`."""
    sound = decode.conform(decode.read(path), rate=RATE, channels=1)
    return trimmed(sound.samples[:, 0].astype(np.float64))


def recorded_babble(frames: int, rng: np.random.Generator) -> Samples:
    """So many frames of six recorded voices; RMS 1."""
    total = np.zeros(frames)
    for talker in range(_TALKERS):
        prompts = babblers()[talker % len(babblers())]
        parts: list[Samples] = []
        while sum(map(len, parts)) < frames + RATE:
            parts.append(_recorded(prompts[int(rng.integers(len(prompts)))]))
        start = int(rng.integers(RATE))
        total += np.concatenate(parts)[start : start + frames]
    return normal(total)


@cache
def _babble_name() -> str:
    """What the recorded babble is made of, for the names of files that are kept: every prompt of every voice, in
    order."""
    voices = (" ".join(map(decode.fingerprint, files)) for files in babblers())
    return hashlib.sha256("\n".join(voices).encode()).hexdigest()


def in_noise(word: str, snr_db: float, seed: int) -> Path:
    """A file with a recorded number in speech-shaped noise (which is shaped by espeak-ng's babble)."""
    return _hidden("", word, snr_db, speech_shaped, seed)


def in_babble(word: str, snr_db: float, seed: int) -> Path:
    """A file with a recorded number in recorded babble."""
    return _hidden(f"babble {_babble_name()} ", word, snr_db, recorded_babble, seed)


def _hidden(masker_name: str, word: str, snr_db: float, masker: Masker, seed: int) -> Path:
    path = recorded_numbers()[word]
    identity = f"recorded {masker_name}{decode.fingerprint(path)} {snr_db:.4f} {seed}"
    return kept(identity, lambda: covered(_recorded(path), snr_db, masker, seed))
