"""A case as a condition shows it: the value that text conditions take and return."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from audiotest.declare.prompt import labels_for
from audiotest.types import Case, ClipSpec
from audiotest.types import NotApplicable as NotApplicable

NONE = "none of the above"
"""The option that means: no other one is right."""


class View(Struct, frozen=True):
    """What a trial shows of its case.

    ``choices`` and ``distractor_types`` are in the order shown; ``order[i]`` is the place in the case's own list of
    what is shown at place ``i``, -1 for what is not in it; ``answer_index`` follows the answer. ``answers`` are all
    right options among those shown where several are, and ``answer`` is then the first of them. ``sounds`` are the
    names of options that are sounds once :meth:`with_sounds_named` has given them others. ``audio`` False: the prompt
    has no audio part at all. ``prompt`` replaces the suite's template where it is set; ``label_style`` is one of
    :data:`~audiotest.declare.prompt.STYLES`. ``answerable`` False: the question has no right answer but to decline or
    to choose "none of the above", so what the case holds a reply against (reference, checks) does not apply."""

    case: Case
    question: str
    choices: tuple[str, ...]
    distractor_types: tuple[str | None, ...]
    order: tuple[int, ...]
    answer: str | None
    answer_index: int | None
    audio: bool = True
    prompt: str | None = None
    label_style: str = "letters"
    answerable: bool = True
    answers: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()

    @property
    def clips(self) -> tuple[ClipSpec, ...]:
        """The sounds of the options that are shown, in their order."""
        own = self.case.choice_sounds
        return tuple(own[place] for place in self.order if place >= 0) if own else ()

    @property
    def captions(self) -> tuple[str, ...]:
        """What each of :attr:`clips` is called in the prompt."""
        return tuple(choice for choice, name in zip(self.choices, self.sounds, strict=False) if name)

    def with_sounds_named(self) -> View:
        """The same view, and each option that is a sound is called ``Sound A``, ``Sound B``... in the order in which
        they are shown: so the choice can be read, and its name gives nothing away. :attr:`sounds` keeps their names."""
        if not self.case.choice_sounds:
            return self
        letters = labels_for(len(self.choices))
        labels = [label or letter for label, letter in zip(self.labels or letters, letters, strict=True)]
        shown = tuple(f"Sound {labels[i]}" if place >= 0 else self.choices[i] for i, place in enumerate(self.order))
        called = dict(zip(self.choices, shown, strict=True))
        return replace(
            self,
            choices=shown,
            answer=called.get(self.answer) if self.answer is not None else None,
            answers=tuple(called[answer] for answer in self.answers),
            sounds=tuple(name if place >= 0 else "" for name, place in zip(self.choices, self.order, strict=True)),
        )

    @property
    def rights(self) -> tuple[int, ...]:
        """The places of all right options, as shown; that of ``answer`` comes first."""
        if self.answer_index is None:
            return ()
        others = (i for i, c in enumerate(self.choices) if i != self.answer_index and c in self.answers)
        return (self.answer_index, *others)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels before the choices; none where they are the usual A, B, C..."""
        return labels_for(len(self.choices), self.label_style) if self.label_style != "letters" else ()

    def reordered(self, places: tuple[int, ...]) -> View:
        """The same view with its choices in the order ``places`` (indices into the present one); what is not among
        ``places`` is left out."""
        answer, answers = self.answer, self.answers
        if answers:
            kept = {self.choices[i] for i in places}
            answers = tuple(text for text in answers if text in kept)
            answer = next(iter(answers), None)
        # With a double of the answer among the options it is the very one that was right before, if that is there.
        old = self.answer_index if answer == self.answer else self.choices.index(answer) if answer is not None else None
        return replace(
            self,
            answer=answer,
            answers=answers if len(answers) > 1 else (),
            choices=tuple(self.choices[i] for i in places),
            distractor_types=tuple(self.distractor_types[i] for i in places) if self.distractor_types else (),
            order=tuple(self.order[i] for i in places),
            sounds=tuple(self.sounds[i] for i in places) if self.sounds else (),
            answer_index=None if old not in places else places.index(old),
        )

    def with_none(self, *, right: bool) -> View:
        """The same view with "none of the above" as its last option; ``right``: it becomes the answer.

        Raises :class:`NotApplicable` where it is among the options already.
        """
        self.require_no_none()
        return replace(
            self,
            choices=(*self.choices, NONE),
            distractor_types=(*self.distractor_types, None) if self.distractor_types else (),
            order=(*self.order, -1),
            answer=NONE if right else self.answer,
            answers=() if right else self.answers,
            answer_index=len(self.choices) if right else self.answer_index,
        )

    def require_no_none(self) -> None:
        """Raise :class:`NotApplicable` if "none of the above" is among the options."""
        if any(choice.strip().rstrip(".").casefold() == NONE for choice in self.choices):
            raise NotApplicable(f"{NONE!r} is an option of this question already")


def first_view(case: Case) -> View:
    """The case as its author wrote it."""
    index = case.choices.index(case.answer) if case.choices and case.answer in case.choices else None
    return View(
        case=case,
        question=case.question,
        choices=case.choices,
        distractor_types=case.distractor_types,
        order=tuple(range(len(case.choices))),
        answer=case.answer,
        answer_index=index,
        answers=case.answers,
        audio=bool(case.clips),
    )
