"""``listener``: the built-in model, which answers the listening suite by analysing the waveform.

It hears with ordinary signal processing (levels, onsets, spectral peaks) and reads the question's and the options'
words; it is given nothing else, and looks at nothing else: not the case id, the condition, the scene or the answer.
It shows that a suite can be answered by listening, and gives audiotest a model that needs no download.

Without audio, or where the sound is digital silence, it says that it hears nothing (unless that is the question). Where
it has no ear for a question, it says so and does not guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from audiotest.declare.prompt import labels_for
from audiotest.models._listener.asking import Heard, option_for
from audiotest.models._listener.ears import EARS
from audiotest.models._listener.signal import is_silent, mono
from audiotest.words import Needs, Reply, Request

VERSION = 1
_ANY_SOUND = re.compile(
    r"\b(?:any sound|anything|silent|silence|sound at all|something to be heard|completely quiet)\b"
)
_YES_NO = {"no": "no|silent|nothing|silence", "yes": "yes|sound|something|audible"}


class Listener:
    """Answers questions about synthesised scenes; everything else it declines."""

    name = "listener"
    identity = ""  # it answers as quickly as the cache would
    needs = Needs(audio=True, sample_rate=16000, channels=2)
    batch_size = 64

    def load(self) -> None:
        """Nothing to load."""

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """A reply to each request."""
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Reply:
        question, choices = request.question, request.choices
        if not request.audio:
            return Reply("I hear nothing: there is no audio.")
        sound = request.audio[0]
        silent = is_silent(sound.samples)
        if _ANY_SOUND.search(question.lower()):
            return _option(option_for(self._any_sound(question, silent), choices, _YES_NO), choices)
        if silent:
            return Reply("I hear nothing: the recording is silent.")
        heard = Heard(sound.samples, sound.rate, mono(sound.samples))
        ear = next((ear for ear in EARS if ear.is_asked(question, choices)), None)
        return _option(ear.hear(heard, question, choices) if ear is not None else None, choices)

    @staticmethod
    def _any_sound(question: str, silent: bool) -> str:
        """Whether yes or no is right: the question may ask for sound or for silence."""
        asks_silence = re.search(r"\b(?:silent|silence|completely quiet)\b", question.lower()) is not None
        return "yes" if silent == asks_silence else "no"

    def close(self) -> None:
        """Nothing to close."""


def _option(index: int | None, choices: Sequence[str]) -> Reply:
    if index is None:
        return Reply("I cannot tell from the audio.")
    return Reply(f"({labels_for(len(choices))[index]}) {choices[index]}")


def open_model(argument: str | None, options: Mapping[str, Any]) -> Listener:
    """``--model listener``; it takes no options."""
    if options:
        raise ValueError(f"listener takes no options, found {', '.join(options)}")
    return Listener()
