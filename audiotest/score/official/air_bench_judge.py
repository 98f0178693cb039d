"""AIR-Bench's chat judge: two scores on a line, as its script reads them and as a person would.

Goal
    A judge saw a reference answer and a model's answer and was asked for "a single line containing only two
    values", from 1 to 10, for the first and the second. In *forward* order the reference comes first, in
    *swapped* order the model's answer does.

Official reading (:func:`official`)
    The line is stripped, its line feeds are **deleted**, and it is split at single spaces. Two parts are
    needed; both go through Python's ``int`` and may not exceed 10. So ``9\\n6`` is the one number 96, and two
    spaces, a tab, a comma, ``9/10 6/10``, ``8.5 7`` and ``7 8.`` fail, while 0, negative numbers, ``07``,
    ``+7``, ``1_0`` and digits of other scripts pass. The guard against scores above 10 is an ``exit`` inside
    a bare ``except``, so it does not end the script but fails the line. A failed line leaves the averages,
    but one of two parts is counted in ``total_sum`` *and* in ``fail_num`` (:attr:`Pair.in_total`), so the two
    add up to more than the rows.

Careful reading (:func:`careful`)
    Two numbers from 1 to 10, halves included, however they are separated or labelled; a line of its own comes
    before prose, and "Assistant 2: 8, Assistant 1: 7" is put in order. Everything else is unreadable: other
    numbers of numbers, scores out of range, words.

Source
    ``cal_score.py`` and ``score_chat.py`` of OFA-Sys/AIR-Bench, commit 9832476. A null line stops the script;
    a task name that it does not know is added to the group of the line before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

GROUPS = {
    "speech_QA": "speech",
    "speech_dialogue_QA": "speech",
    "music_QA": "music",
    "music_generation_analysis_QA": "music",
    "sound_QA": "sound",
    "sound_generation_QA": "sound",
    "speech_and_sound_QA": "speech_and_sound",
    "speech_and_music_QA": "speech_and_music",
}
"""The group in which a task's scores are averaged; *mixed audio* is the mean of the last two groups."""

_NUMBER = re.compile(r"(?<![\w.+-])[+-]?\d+(?:\.\d+)?(?![\w]|\.\d)")
_LABEL = re.compile(r"\bassistant\s*#?([12])(?:'?s)?\b", re.IGNORECASE)
_OUT_OF_TEN = re.compile(r"(?<=\d)\s*(?:/|out of)\s*10\b", re.IGNORECASE)
_BARE = re.compile(r"[\s\d.,;:/|&()\[\]*+-]*")


class Pair(Struct, frozen=True):
    """The two scores of a judge's line, in the order of the line; both None where it could not be read.

    ``in_total``: the official script counts the line in ``total_sum``; it counts every unread one in
    ``fail_num``.
    """

    first: float | None = None
    second: float | None = None
    in_total: bool = False

    @property
    def read(self) -> bool:
        """Whether there are scores."""
        return self.first is not None

    def of_model(self, *, swapped: bool) -> float | None:
        """The model's score: the second, or the first in swapped order."""
        return self.first if swapped else self.second

    def of_reference(self, *, swapped: bool) -> float | None:
        """The reference's score: the first, or the second in swapped order."""
        return self.second if swapped else self.first

    def win(self, *, swapped: bool) -> bool | None:
        """Whether the model's score is strictly above the reference's; None where unread."""
        model, reference = self.of_model(swapped=swapped), self.of_reference(swapped=swapped)
        return None if model is None or reference is None else model > reference


def official(line: str) -> Pair:
    """The scores as ``cal_score.py`` reads them.

    >>> official("7 8"), official("7, 8").read, official("9\\n6").read
    (Pair(first=7, second=8, in_total=True), False, False)
    """
    parts = line.strip().replace("\n", "").split(" ")
    if len(parts) != 2:
        return Pair()
    try:
        first, second = int(parts[0]), int(parts[1])
    except ValueError:
        return Pair(in_total=True)
    if first > 10 or second > 10:
        return Pair(in_total=True)
    return Pair(first, second, in_total=True)


def careful(text: str) -> Pair:
    """The scores as a person reads them; unread rather than guessed.

    >>> careful("Assistant 1 scores 7.5, Assistant 2 scores 8/10.").second, careful("9 11").read
    (8.0, False)
    """
    alone = {pair for line in text.splitlines() if (pair := _pair(line, bare=True)).read}
    if len(alone) == 1:
        return alone.pop()
    return Pair() if alone else _pair(text, bare=False)


def _pair(text: str, *, bare: bool) -> Pair:
    text = _OUT_OF_TEN.sub("", text)
    labels = _LABEL.findall(text)
    rest = _LABEL.sub(" ", text)
    if bare and (labels or not _BARE.fullmatch(rest)):
        return Pair()
    scores = [float(number) for number in _NUMBER.findall(rest)]
    if len(scores) != 2 or len(re.findall(r"\d+(?:\.\d+)?", rest)) != 2:
        return Pair()
    if not all(1 <= score <= 10 for score in scores):
        return Pair()
    return _in_order(scores, labels)


def _in_order(scores: Sequence[float], labels: Sequence[str]) -> Pair:
    first, second = scores
    if not labels or list(labels) == ["1", "2"]:
        return Pair(first, second)
    return Pair(second, first) if list(labels) == ["2", "1"] else Pair()
