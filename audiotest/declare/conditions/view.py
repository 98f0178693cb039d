"""A case as a condition shows it: the value that text conditions take and return."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from audiotest.words import Case


class View(Struct, frozen=True):
    """What a trial shows of its case.

    ``choices`` and ``kinds`` are in the order shown; ``order[i]`` is the place in the case's own list
    of what is shown at place ``i``; ``answer_index`` follows the answer. ``audio`` False: the prompt has no
    audio part at all. ``prompt`` replaces the suite's template where it is set.
    """

    question: str
    choices: tuple[str, ...]
    kinds: tuple[str | None, ...]
    order: tuple[int, ...]
    answer: str | None
    answer_index: int | None
    audio: bool = True
    prompt: str | None = None
    labels: tuple[str, ...] = ()
    paraphrases: tuple[str, ...] = ()

    def reordered(self, places: tuple[int, ...]) -> View:
        """The same view with its choices in the order ``places`` (indices into the present one)."""
        index = None if self.answer_index is None else places.index(self.answer_index)
        return replace(
            self,
            choices=tuple(self.choices[i] for i in places),
            kinds=tuple(self.kinds[i] for i in places) if self.kinds else (),
            order=tuple(self.order[i] for i in places),
            answer_index=index,
        )


def first_view(case: Case) -> View:
    """The case as its author wrote it."""
    index = case.choices.index(case.answer) if case.choices and case.answer in case.choices else None
    return View(
        question=case.question,
        choices=case.choices,
        kinds=case.kinds,
        order=tuple(range(len(case.choices))),
        answer=case.answer,
        answer_index=index,
        audio=bool(case.audio),
        paraphrases=case.paraphrases,
    )
