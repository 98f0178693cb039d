"""What the listener can listen for. Each ear is a question's words, a measurement, and the options' words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audiotest.models._listener import signal as sig
from audiotest.models._listener.asking import Ear, Heard, number_in, option_for, words

_ORDINAL = {
    "same": "same|equal|neither|no difference|alike",
    "first": "first|former|one that comes first",
    "second": "second|latter",
}


def _two(heard: Heard) -> tuple[sig.Segment, sig.Segment] | None:
    """The two sounds of a comparison: split at the longest stillness."""
    found = sig.segments(heard.signal, heard.rate, gap_s=0.02)
    if len(found) < 2:
        return None
    cut = int(np.argmax([b.start - a.end for a, b in zip(found, found[1:], strict=False)]))
    return sig.Segment(found[0].start, found[cut].end), sig.Segment(found[cut + 1].start, found[-1].end)


def _higher(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    pair = _two(heard)
    pitches = [sig.pitch(sig.piece(heard.signal, heard.rate, s), heard.rate) for s in pair] if pair else []
    if len(pitches) != 2 or pitches[0] is None or pitches[1] is None:
        return None
    step = sig.semitones(pitches[0], pitches[1])
    if abs(step) < 0.2:
        return option_for("same", choices, _ORDINAL)
    lower_asked = bool(words("lower|deeper|lowest").search(question.lower()))
    return option_for("second" if (step > 0) != lower_asked else "first", choices, _ORDINAL)


_INTERVALS = {
    "octave": (12, "octave"), "fifth": (7, "fifth"), "fourth": (5, "fourth"), "major third": (4, "major third"),
    "minor third": (3, "minor third"), "major second": (2, "major second|whole tone|whole step"),
    "minor second": (1, "minor second|semitone|half step"), "tritone": (6, "tritone"),
    "major sixth": (9, "major sixth"), "minor sixth": (8, "minor sixth"), "unison": (0, "unison"),
}  # fmt: skip


def _interval(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    pair = _two(heard)
    pitches = [sig.pitch(sig.piece(heard.signal, heard.rate, s), heard.rate) for s in pair] if pair else []
    if len(pitches) != 2 or pitches[0] is None or pitches[1] is None:
        return None
    step = abs(sig.semitones(pitches[0], pitches[1]))
    meanings = {name: pattern for name, (_, pattern) in _INTERVALS.items()}
    offered = [(abs(size - step), name) for name, (size, _) in _INTERVALS.items()
               if option_for(name, choices, meanings) is not None]  # fmt: skip
    return option_for(min(offered)[1], choices, meanings) if offered else None


def _track(heard: Heard) -> list[float]:
    """Pitch along the sound, one value each 40 ms, where there is one."""
    size, hop = round(0.08 * heard.rate), round(0.04 * heard.rate)
    level = sig.levels(heard.signal, heard.rate)
    loud = 0.25 * float(np.quantile(level, 0.9))
    found = []
    for start in range(0, len(heard.signal) - size + 1, hop):
        part = heard.signal[start : start + size]
        if np.sqrt(np.mean(part**2)) > loud:
            pitches = sig.peaks(part, heard.rate, share=0.4)
            if pitches:
                found.append(pitches[0])
    return found


_CONTOURS = {
    "rise-fall": r"(?:ris|up|ascend|climb)\w*\b.*\b(?:then|and)\b.*\b(?:fall|down|descend)|up and (?:then )?down",
    "fall-rise": r"(?:fall|down|descend)\w*\b.*\b(?:then|and)\b.*\b(?:ris|up|ascend|climb)|down and (?:then )?up",
    "rise": "ris|up|ascend|climb",
    "fall": "fall|down|descend|sink",
    "flat": "stay|same|steady|level|constant|unchang",
}


def _contour(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    track = _track(heard)
    if len(track) < 5:
        return None
    pitches = 12 * np.log2(np.asarray(track))
    third = max(1, len(pitches) // 5)
    start, end = np.median(pitches[:third]), np.median(pitches[-third:])
    middle = pitches[third:-third]
    top, bottom = np.quantile(middle, 0.95), np.quantile(middle, 0.05)
    if top - max(start, end) > 1.0:
        label = "rise-fall"
    elif min(start, end) - bottom > 1.0:
        label = "fall-rise"
    elif abs(end - start) < 0.5:
        label = "flat"
    else:
        label = "rise" if end > start else "fall"
    return option_for(label, choices, _CONTOURS)


def _groups(heard: Heard) -> tuple[list[float], list[float]] | None:
    """Clicks in two groups, split at the longest pause."""
    times = sig.onsets(heard.signal, heard.rate)
    if len(times) < 4:
        return None
    cut = int(np.argmax(np.diff(times))) + 1
    return times[:cut], times[cut:]


def _tempo(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    groups = _groups(heard)
    if groups is None or min(map(len, groups)) < 2:
        return None
    first, second = (float(np.median(np.diff(g))) for g in groups)
    if abs(np.log(first / second)) < 0.03:
        return option_for("same", choices, _ORDINAL)
    slower_asked = bool(words("slower|slowest").search(question.lower()))
    return option_for("second" if (second < first) != slower_asked else "first", choices, _ORDINAL)


def _count(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    count = len(sig.onsets(heard.signal, heard.rate))
    if words("tone|note|beep").search(question.lower()):
        count = len(sig.segments(heard.signal, heard.rate, gap_s=0.02))
    found = [i for i, choice in enumerate(choices) if number_in(choice) == count]
    return found[0] if len(found) == 1 else None


def _longer(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    pair = _two(heard)
    if pair is None:
        return None
    ratio = np.log(pair[1].seconds / pair[0].seconds)
    if abs(ratio) < 0.06:
        return option_for("same", choices, _ORDINAL)
    shorter_asked = bool(words("shorter|briefer|shortest").search(question.lower()))
    return option_for("second" if (ratio > 0) != shorter_asked else "first", choices, _ORDINAL)


def _kind(part: np.ndarray, rate: int) -> str:
    """tone, buzz, noise or clicks."""
    if len(sig.onsets(part, rate)) >= 2 and np.abs(part).max() > 4 * np.sqrt(np.mean(part**2)):
        return "clicks"
    if sig.flatness(part, rate) > 0.2:
        return "noise"
    return "buzz" if len(sig.peaks(part, rate, share=0.12)) >= 3 else "tone"


_KINDS = {
    "clicks": "click|tick",
    "noise": "noise|hiss|rushing",
    "buzz": "buzz|saw|bright|harmonics|reed",
    "tone": "tone|beep|sine|whistle|note",
}


def _timbre(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    return option_for(_kind(heard.signal, heard.rate), choices, _KINDS)


def _order(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    found = sig.segments(heard.signal, heard.rate, gap_s=0.3)
    kinds = [_kind(sig.piece(heard.signal, heard.rate, s, 0.0), heard.rate) for s in found]
    for i, choice in enumerate(choices):
        text = choice.lower()
        places = [(m.start(), kind) for kind, pattern in _KINDS.items() if (m := words(pattern).search(text))]
        if [kind for _, kind in sorted(places)] == kinds:
            return i
    return None


_LEVELS = {
    "up-down": r"(?:louder|swell\w*|up)\b.*\b(?:then|and)\b.*\b(?:softer|quieter|down|fades?)",
    "down-up": r"(?:softer|quieter|down)\b.*\b(?:then|and)\b.*\b(?:louder|up)",
    "up": "louder|crescendo|swell|increas|grow",
    "down": "softer|quieter|fade|decrescendo|decreas",
    "flat": "same|steady|constant|unchang|stay",
}


def _loudness(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    db = 20 * np.log10(sig.levels(heard.signal, heard.rate))
    db = db[4:-4] if len(db) > 20 else db
    fifth = max(1, len(db) // 5)
    start, end = np.median(db[:fifth]), np.median(db[-fifth:])
    middle = np.median(db[2 * fifth : 3 * fifth])
    if middle - max(start, end) > 1.5:
        label = "up-down"
    elif min(start, end) - middle > 1.5:
        label = "down-up"
    elif abs(end - start) < 1.0:
        label = "flat"
    else:
        label = "up" if end > start else "down"
    return option_for(label, choices, _LEVELS)


_CHORDS = {"major": (0, 4, 7), "minor": (0, 3, 7), "diminished": (0, 3, 6), "augmented": (0, 4, 8)}


def _chord(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    found = sig.segments(heard.signal, heard.rate)
    if not found:
        return None
    frequencies = sig.peaks(sig.piece(heard.signal, heard.rate, found[0], 0.03), heard.rate, share=0.3)
    classes = {round(12 * np.log2(f / 440)) % 12 for f in frequencies}
    fits = [
        (len(classes ^ {(root + step) % 12 for step in steps}), name)
        for name, steps in _CHORDS.items()
        for root in classes
    ]
    return option_for(min(fits)[1], choices, {name: name for name in _CHORDS}) if fits else None


_PLACES = {
    "to-right": r"(?:from )?(?:the )?left to (?:the )?right",
    "to-left": r"(?:from )?(?:the )?right to (?:the )?left",
    "left": "left",
    "right": "right",
    "centre": "cent|middle|both sides",
}


def _place(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    if heard.samples.shape[1] < 2:
        return option_for("centre", choices, _PLACES)
    third = max(1, heard.samples.shape[0] // 3)

    def side(part: np.ndarray) -> float:
        left, right = np.sqrt(np.mean(part[:, :2].astype(np.float64) ** 2, axis=0)) + 1e-9
        return float(20 * np.log10(right / left))

    start, end = side(heard.samples[:third]), side(heard.samples[-third:])
    whole = side(heard.samples)
    if end - start > 4:
        label = "to-right"
    elif start - end > 4:
        label = "to-left"
    else:
        label = "centre" if abs(whole) < 2 else "right" if whole > 0 else "left"
    return option_for(label, choices, _PLACES)


def _rhythm(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    steps = np.diff(sig.onsets(heard.signal, heard.rate))
    if len(steps) < 3:
        return None
    slope = np.polyfit(np.arange(len(steps)), np.log(steps), 1)
    left = np.log(steps) - np.polyval(slope, np.arange(len(steps)))
    if np.std(left) > 0.08:
        label = "irregular"
    elif abs(slope[0]) > 0.03:
        label = "slower" if slope[0] > 0 else "faster"
    else:
        label = "regular"
    meanings = {
        "irregular": "irregular|uneven|unsteady|random", "faster": "speed|faster|accelerat|quicker",
        "slower": "slow|decelerat", "regular": "regular|even|steady|constant",
    }  # fmt: skip
    return option_for(label, choices, meanings)


def _repetition(heard: Heard, question: str, choices: Sequence[str]) -> int | None:
    pair = _two(heard)
    if pair is None:
        return None
    halves = []
    for segment in pair:
        part = sig.piece(heard.signal, heard.rate, segment, 0.0)
        notes = sig.segments(part, heard.rate, gap_s=0.01)
        pitches = [sig.pitch(sig.piece(part, heard.rate, n), heard.rate) for n in notes]
        halves.append([12 * np.log2(p) for p in pitches if p is not None])
    first, second = halves
    label = "other"
    if len(first) == len(second) and first:
        steps = np.asarray(second) - np.asarray(first)
        if np.ptp(steps) < 0.5:
            move = float(np.median(steps))
            label = "same" if abs(move) < 0.5 else "higher" if move > 0 else "lower"
    meanings = {
        "higher": "higher|transposed up", "lower": "lower|transposed down",
        "other": "another|different|other|changed", "same": "same|identical|repeat|exactly",
    }  # fmt: skip
    return option_for(label, choices, meanings)


EARS = (
    Ear(words("melod|tune|phrase"), _repetition, words("same|another|different|other|higher|lower|repeat")),
    Ear(words("order|sequence|one after the other|succession"), _order, words("click|noise|tone|buzz|beep|hiss")),
    Ear(words("how many|count|number of"), _count),
    Ear(words("interval|how far apart"), _interval),
    Ear(words("chord|harmony|triad"), _chord, words("major|minor|diminished|augmented")),
    Ear(words("left|right|where|side|direction|stereo|place|move"), _place, words("left|right|cent|middle")),
    Ear(words("tempo|faster|slower|pace|quicker"), _tempo, words("first|second|same|equal|former|latter")),
    Ear(words("rhythm|beat|pulse|clicks|ticks|spaced"), _rhythm, words("regular|irregular|even|uneven|speed|slow|steady|fast")),
    Ear(words("long|short|last|duration"), _longer, words("first|second|same|equal|former|latter")),
    Ear(words("higher|lower|pitch|deeper"), _higher, words("first|second|same|equal|former|latter")),
    Ear(words("loud|volume|level|dynamic|soft|quiet"), _loudness, words("louder|softer|quieter|same|steady|fade|swell|level")),
    Ear(words("pitch|contour|glide|move|melodic|go|direction"), _contour, words("ris|fall|up|down|stay|same|level|climb|descend")),
    Ear(words("sound|timbre|kind|what|describe"), _timbre, words("tone|noise|click|buzz|hiss|whistle|beep")),
)  # fmt: skip
"""In the order in which they are tried: the more particular question first."""
