"""Where a sound is between two loudspeakers, and whether it moves.

The place runs from -1 (left) over 0 to 1 (right): the angle whose cosine and sine are the channels' amplitudes,
as a panorama control of constant power sets it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audiotest.models._listener.hearing import Hearing, Samples
from audiotest.models._listener.wording import Asked, Fits, among

_SIDES = {"left": r"\bleft\b", "right": r"\bright\b", "middle": r"\bmiddle|\bcent(?:re|er)|\bneither|\bboth|\bequal"}
_PATHS = {
    "leftwards": r"\bright\b.*\bleft\b|\bleftwards?|\bto(?:wards?)? the left",
    "rightwards": r"\bleft\b.*\bright\b|\brightwards?|\bto(?:wards?)? the right",
    "still": r"\bstays?|\bstill|\bno direction|\bnot\b|\bplace|\bnowhere|\bno\b|\bstationary|\bfixed",
}
_MIDDLE, _MOVED = 0.1, 0.25


def _places(hearing: Hearing) -> tuple[npt.NDArray[np.intp], Samples]:
    """Active frames and the place of the sound in each."""
    frames = np.flatnonzero(hearing.active)
    left, right = np.sqrt(hearing.sides[frames]).T
    return frames, np.arctan2(right, left) * 4 / np.pi - 1


def motion(asked: Asked, hearing: Hearing) -> Fits | None:
    """``How does the sound move?``"""
    labels = asked.labels(_PATHS)
    if labels is None or not asked.says(r"mov|travel|wander|direction|\bpan|\bgo(?:es)?\b|drift|pass"):
        return None
    frames, places = _places(hearing)
    if len(frames) < 4:
        return [0.0] * len(labels)
    change = np.polyfit(frames, places, 1)[0] * (frames[-1] - frames[0])
    return among(labels, "still" if abs(change) < _MOVED else "rightwards" if change > 0 else "leftwards")


def side(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Where does the sound come from?``"""
    labels = asked.labels(_SIDES)
    if labels is None or not {"left", "right"} <= set(labels):
        return None
    powers = hearing.sides[hearing.active].sum(axis=0)
    place = float(np.arctan2(*np.sqrt(powers[::-1])) * 4 / np.pi - 1)
    return among(labels, "middle" if abs(place) < _MIDDLE else "right" if place > 0 else "left")
