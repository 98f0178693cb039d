"""How a sound changes while it lasts: its level, its tempo, its pitch."""

from __future__ import annotations

import numpy as np

from audiotest.models._listener.hearing import Event, Hearing, Samples
from audiotest.models._listener.pitch import cents, pitches, track
from audiotest.models._listener.wording import Asked, Fits, among

_STAYS = r"\bsame\b|\bconstant|\bstead|\bstays?\b|\bunchang|\bneither\b|\bkeeps?\b|\blevel\b|\beven"
_LEVEL = {
    "louder": r"\bloud|\bcrescendo|\bincreas|\bswell|\bgrow|\brises?\b|\bfade in|\bfades in",
    "softer": r"\bsoft|\bquiet|\bdecrescendo|\bdiminuendo|\bdecreas|\bfad|\bdies\b|\bfalls?\b",
    "flat": _STAYS,
}
_TEMPO = {
    "faster": r"\bfast|\bspeed(?:s|ing)? up|\baccelerat|\bquick",
    "slower": r"\bslow|\bdecelerat|\britard|\brallent",
    "flat": _STAYS,
}
_STEADINESS = {
    "wavering": r"\bwaver|\bvibrato|\bwobbl|\btrembl|\boscillat|\bquaver",
    "gliding": r"\bglid|\bslid|\bsweep|\bbend|\bdrift|\bglissando|\bportamento",
    "steady": _STAYS + r"|\bstable|\bfixed",
}
_RISE, _FALL = r"(?:\bup|\bris|\bascend|\bclimb)", r"(?:\bdown|\bfall|\bdescend|\bsink)"
_SHAPES = {
    "up-down": rf"{_RISE}.*{_FALL}",
    "down-up": rf"{_FALL}.*{_RISE}",
    "up": _RISE,
    "down": _FALL,
}
_LEAST_DB, _LEAST_TEMPO, _LEAST_GLIDE, _LEAST_WAVER = 3.0, np.log(1.09), 45.0, 7.0


def loudness(asked: Asked, hearing: Hearing) -> Fits | None:
    """``How does the loudness change?``"""
    words = r"loud|volume|soft|quiet|crescendo|diminuendo|swell|fade|dynamic|level|intensity"
    labels = asked.labels(_LEVEL)
    if labels is None or not (asked.says(words) or asked.offers(words)) or asked.says(r"tempo|speed|pitch"):
        return None
    frames = np.flatnonzero(hearing.levels > hearing.levels.max() - 45)
    frames = frames[(frames > frames[0] + 6) & (frames < frames[-1] - 6)]
    if len(frames) < 10:
        return [0.0] * len(labels)
    slope = np.polyfit(frames, hearing.levels[frames], 1)[0]
    change = slope * (frames[-1] - frames[0])
    return among(labels, "flat" if abs(change) < _LEAST_DB else "louder" if change > 0 else "softer")


def tempo(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Does the beat get faster, get slower or stay the same?``"""
    labels = asked.labels(_TEMPO)
    if labels is None or not {"faster", "slower"} & set(labels):
        return None
    if len(hearing.onsets) < 4:
        return [0.0] * len(labels)
    intervals = np.log(np.diff(hearing.onsets))
    change = np.polyfit(np.arange(len(intervals)), intervals, 1)[0] * (len(intervals) - 1)
    return among(labels, "flat" if abs(change) < _LEAST_TEMPO else "slower" if change > 0 else "faster")


def steadiness(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Does the tone keep its pitch?`` - steady, wavering, gliding."""
    labels = asked.labels(_STEADINESS)
    if labels is None or not {"wavering", "gliding"} & set(labels):
        return None
    line = _line(hearing)
    if len(line) < 10:
        return [0.0] * len(labels)
    places = np.arange(len(line))
    slope, start = np.polyfit(places, line, 1)
    glide = abs(slope) * (len(line) - 1)
    waver = float(np.sqrt(np.mean((line - slope * places - start) ** 2)))
    if glide > _LEAST_GLIDE and glide > 4 * waver:
        return among(labels, "gliding")
    return among(labels, "wavering" if waver > _LEAST_WAVER else "steady")


def _line(hearing: Hearing) -> Samples:
    """The pitch over the longest event in cents, without its edges and without stray frames."""
    event = max(hearing.events, key=lambda e: e.seconds)
    hz: Samples = track(hearing.samples(event))
    hz = np.asarray(hz[np.isfinite(hz)][2:-2])
    if not len(hz):
        return hz
    line = 1200 * np.log2(hz / np.median(hz))
    smooth = np.array([np.median(line[max(0, i - 2) : i + 3]) for i in range(len(line))])
    return np.asarray(smooth[np.abs(line - smooth) < 200])


def contour(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Which way does the melody go?``"""
    labels = asked.labels(_SHAPES)
    words = r"melod|tune|contour|pitch|notes|tone|glid|sweep"
    if labels is None or not (asked.says(words) or "up-down" in labels) or asked.says(r"first .* second"):
        return None
    heights = _heights(hearing)
    if len(heights) < 2:
        return [0.0] * len(labels)
    steps = np.diff(heights)
    whole = np.abs(steps).sum()
    if whole < 20:
        return [0.0] * len(labels)
    # Where a melody turns is not known: the best turn counts, and one at either end is none.
    turns = [steps[:k].sum() - steps[k:].sum() for k in range(1, len(steps))] or [0.0]
    extents = {"up": steps.sum(), "down": -steps.sum(), "up-down": max(turns), "down-up": -min(turns)}
    best = max(extents, key=lambda shape: extents[shape])
    return among(labels, best)


def _heights(hearing: Hearing) -> Samples:
    """Pitches of the notes in cents; of a glide, at nine moments."""
    events: list[Event] = hearing.events
    if len(events) > 2:
        hz = np.array(pitches(hearing, events))
        hz = hz[np.isfinite(hz)]
        return np.array([cents(value, 440.0) for value in hz])
    line = np.concatenate([track(hearing.samples(event)) for event in events])
    line = line[np.isfinite(line)]
    if len(line) < 9:
        return np.zeros(0)
    pieces = np.array_split(1200 * np.log2(line / 440.0), 9)
    return np.array([float(np.median(piece)) for piece in pieces])
