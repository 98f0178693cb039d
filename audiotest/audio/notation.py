"""Written music, ABC (``.abc``) and MIDI (``.mid``): played for models that listen, as text for models that read.

Conventions
-----------
- music21 reads both (Cuthbert and Ariza 2010): pitches, tempo, chords, parts. Repeats of ABC are played
  out; it sees none in a tune of very few bars, which is refused.
- Playing: equal temperament with A4 = 440 Hz, mono, 44.1 kHz. Each note is five harmonics with amplitudes 1/k that fade
  as a plucked string's do; loudness follows the velocity, where there is one. It is plain and always the same: a
  rendering of what is written, and no performance. Percussion has no pitch and is left out.
- Text: an ABC file as it stands. Of MIDI the notes in ABC, a voice a part, lengths in fractions of a quarter; that text
  read again has the same pitches, starts and lengths, as far as music21 reads them (it puts MIDI's on a grid of
  quarters, of 4 and of 3).

ABC is what ChatMusician reads and writes (``--model-option listener=notation`` of the card ``chatmusician``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from audiotest.audio.errors import AudioError
from audiotest.types import Waveform

RATE = 44100
_HARMONICS = 5
_ATTACK, _RELEASE = 0.008, 0.06
"""Seconds in which a note rises, and in which it ends."""
_PEAK = 0.5
_LONGEST = 3600.0
"""Seconds of music that are played: a file of a few bytes can ask for days."""
_BLOCK = 1 << 20
"""Frames of a note that are worked out at a time."""
_reading = threading.Lock()
"""music21 keeps what it has read in tables of its own, and sounds are decoded by several threads."""

_SPELT = tuple(zip("=^=^==^=^=^=", "CCDDEFFGGAAB", strict=True))

Note = tuple[float, float, int, float]
"""Start and length in seconds, pitch (MIDI number, 60 is middle C), loudness in [0, 1]."""


def is_notation(path: Path, head: bytes) -> bool:
    """Whether a file with these first bytes is written music."""
    return head.startswith(b"MThd") or path.suffix.lower() == ".abc"


def read(path: Path) -> Waveform:
    """The music, played: samples of shape (frames, 1), peak 0.5. Raises :class:`AudioError` for what cannot be read."""
    notes = notes_of(path)
    end = max(start + length for start, length, _, _ in notes) + _RELEASE
    if end > _LONGEST:
        raise AudioError(f"{path} is {end:,.0f} s long when it is played; {_LONGEST:,.0f} s are the most")
    samples = np.zeros(int(end * RATE) + 1)
    for start, length, pitch, loudness in notes:
        first = round(start * RATE)
        for at, tone in _tone(440.0 * 2 ** ((pitch - 69) / 12), length):
            place = samples[first + at : first + at + len(tone)]
            place += tone[: len(place)] * loudness
    samples *= _PEAK / max(samples.max(), -samples.min())
    return Waveform(samples.astype(np.float32)[:, None], RATE)


def notes_of(path: Path) -> list[Note]:
    """The notes of a file, by their start. Raises :class:`AudioError`."""
    with _reading:
        events = _parsed(path).flatten().secondsMap
        notes = [
            (float(one["offsetSeconds"]), float(one["durationSeconds"]), int(pitch.midi), _loudness(one["element"]))
            for one in events
            if "NotRest" in one["element"].classes  # a key has pitches as well
            for pitch in getattr(one["element"], "pitches", ())
        ]
    notes = [note for note in notes if note[1] > 0]
    if not notes:
        raise AudioError(f"{path} has no notes to be played")
    return sorted(notes)


def text(path: Path) -> str:
    """The music as ABC. Raises :class:`AudioError`."""
    if path.suffix.lower() == ".abc":
        try:
            return path.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise AudioError(f"{path} cannot be read as text: {error}") from None
    with _reading:
        score = _parsed(path)
        parts = [part.chordify().flatten().notesAndRests for part in score.parts or [score]]
        marks = score.flatten().getElementsByClass("MetronomeMark")
        tempo = next((round(mark.getQuarterBPM() or 120) for mark in marks), 120)
        voices = [" ".join(_in_abc(one) for one in part) for part in parts if len(part)]
    head = ["X:1", f"T:{path.stem}", "M:none", "L:1/4", f"Q:1/4={tempo}", "K:C"]
    if len(voices) == 1:
        return "\n".join([*head, voices[0]])
    return "\n".join([*head, *(f"V:{i}\n{voice}" for i, voice in enumerate(voices, 1))])


def _parsed(path: Path) -> Any:
    kind, named = ("abc", "a file of ABC") if path.suffix.lower() == ".abc" else ("midi", "a MIDI file")
    try:
        from music21 import converter
    except ImportError:
        raise AudioError(f"{path} is {named}, and music21 reads it: pip install 'audiotest[notation]'") from None
    try:
        score = converter.parse(path, format=kind, forceSource=True)
        several = score.isStream and "Opus" in score.classes
        parts = [] if several else list(score.parts)
        measured = bool(parts) and all(part.getElementsByClass("Measure") for part in parts)
        score = score.expandRepeats() if kind == "abc" and measured else score
    except Exception as error:  # its parsers raise whatever a damaged file leads them to
        raise AudioError(f"{path} is {named} that cannot be read: {error or type(error).__name__}") from None
    if several:
        raise AudioError(f"{path} holds several tunes: write each to a file of its own")
    if kind == "abc" and not measured and any(sign in text(path) for sign in ("|:", ":|", "::")):
        raise AudioError(f"{path} has repeats, and too few bars for music21 to see them: write them out")
    return score


def _loudness(note: Any) -> float:
    velocity = note.volume.velocity
    return 0.7 if velocity is None else max(0.05, velocity / 127)


def _tone(frequency: float, length: float) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
    """The samples of a note in blocks, each with the frame at which it begins: a note may be an hour long."""
    frames = int((length + _RELEASE) * RATE)
    for at in range(0, frames, _BLOCK):
        seconds = np.arange(at, min(at + _BLOCK, frames)) / RATE
        wave = np.zeros_like(seconds)
        for k in range(1, _HARMONICS + 1):
            if k * frequency < RATE / 2:
                wave += np.sin(2 * np.pi * k * frequency * seconds) * np.exp(-0.8 * k * seconds) / k
        yield at, wave * np.clip(seconds / _ATTACK, 0, 1) * np.clip((length + _RELEASE - seconds) / _RELEASE, 0, 1)


def _in_abc(one: Any) -> str:
    length = Fraction(one.quarterLength).limit_denominator(96)
    if not length:
        return ""
    written = f"{length.numerator if length.numerator != 1 else ''}" + (
        f"/{length.denominator}" if length.denominator != 1 else ""
    )
    if one.isRest:
        return f"z{written}"
    pitches = [_pitch_in_abc(pitch) for pitch in one.pitches]
    return (pitches[0] if len(pitches) == 1 else f"[{''.join(pitches)}]") + written


def _pitch_in_abc(pitch: Any) -> str:
    """``^c'``: the sign is always written, so that none before it in the bar holds."""
    sign, letter = _SPELT[int(pitch.midi) % 12]
    octave = int(pitch.midi) // 12 - 5
    return sign + (letter + "," * -octave if octave < 1 else letter.lower() + "'" * (octave - 1))
