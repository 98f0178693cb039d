"""Simulated listeners, whose thresholds are known: what the instrument is held against.

A simulated listener is a model like any other: it is asked through the whole path, with prompts, cache and scorer,
and answers in words. It does not listen: from the id of the case it knows which question it is asked, and so its
level; it hears the right answer with the probability of a psychometric function, and otherwise guesses."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from audiotest.hearing.tracks import Track, position, track_of
from audiotest.types import Needs, Reply, Request

Kind = Literal["hears", "deaf", "constant", "refuses", "mumbles"]


class Ear(Struct, frozen=True):
    """One listener. ``thresholds``: by track (``pitch@440``) or faculty, in the faculty's unit; what is missing lies
    in the middle of the levels. ``scale``: of the psychometric function, in decades. ``lapse``: how often it guesses
    whatever it hears. ``bias``: how often a guess is the option that is shown first, less the share that it has by
    chance. ``drift``: decades by which the threshold rises in 100 questions. ``kind``: *deaf* always guesses,
    *constant* says A, *refuses* declines, *mumbles* says nothing to the point."""

    thresholds: Mapping[str, float] = {}
    scale: float = 0.1
    lapse: float = 0.0
    bias: float = 0.0
    drift: float = 0.0
    kind: Kind = "hears"

    def threshold(self, track: Track) -> float:
        """Its threshold for ``track`` at the start, in decades."""
        faculty = track.faculty
        given = self.thresholds.get(track.name, self.thresholds.get(faculty.name))
        if given is not None:
            return position(faculty, given)
        return (track.positions[0] + track.positions[-1]) / 2

    def hears(self, track: Track, level: int, index: int) -> float:
        """The probability that it does not have to guess."""
        z = (track.positions[level] - self.threshold(track) - self.drift * index / 100) / self.scale
        return float((1 - self._guesses(track)) / (1 + np.exp(-np.clip(z, -40, 40))))

    def _guesses(self, track: Track) -> float:
        """How often it guesses at the easiest level; of those guesses 1 over the number of options is right by
        chance, so that the lapse rate is the share of wrong answers there."""
        return min(1.0, self.lapse * track.options / (track.options - 1))


class Simulated:
    """The adapter of a simulated listener. ``seed``: the run's, from which the questions are made again;
    ``listener``: of another number, the same one answers otherwise. With an ``identity`` its replies are cached, and
    it is given the sounds, since they are part of the name that a reply is kept under. ``asked`` holds the ids of its
    cases in order."""

    name = "simulated"
    batch_size = 64

    def __init__(self, ear: Ear, *, seed: int = 0, listener: int = 0, identity: str = "") -> None:
        self.ear, self.seed, self.listener, self.identity = ear, seed, listener, identity
        self.needs = Needs(audio=bool(identity))
        self.asked: list[str] = []
        self._tracks: dict[str, Track] = {}

    def load(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Nothing to close."""

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply to each request."""
        return [Reply(self._reply_text(request)) for request in requests]

    def _reply_text(self, request: Request) -> str:
        self.asked.append(request.case)
        labels = "ABC"[: len(request.choices)]
        if self.ear.kind == "constant":
            return f"({labels[0]})"
        if self.ear.kind == "refuses":
            return "I'm sorry, I cannot listen to audio."
        if self.ear.kind == "mumbles":
            return "What a lovely sound."
        place = self._place(request)
        return (f"({labels[place]})", f"{labels[place]}. {request.choices[place]}", request.choices[place])[place % 3]

    def _place(self, request: Request) -> int:
        track, index, level = self._question(request.case)
        rng = np.random.default_rng(_number(self.listener, request.case))
        if self.ear.kind != "deaf" and rng.random() < self.ear.hears(track, level, index):
            return request.choices.index(track.question(index, level).case.answer)
        count = len(request.choices)
        first = min(1.0, max(0.0, 1 / count + self.ear.bias))
        return int(rng.choice(count, p=[first, *[(1 - first) / (count - 1)] * (count - 1)]))

    def _question(self, case: str) -> tuple[Track, int, int]:
        name = case.rsplit(".", 2)[0]
        if name not in self._tracks:
            self._tracks[name] = track_of(case, self.seed)[0]
        index, level = (int(part[1:]) for part in case.rsplit(".", 2)[1:])
        return self._tracks[name], index, level


def _number(listener: int, case: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{listener} {case}".encode()).digest()[:8], "big")
