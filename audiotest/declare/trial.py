"""Trials: case x condition, and how a condition shows its case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from audiotest.declare import messages
from audiotest.declare.condition import ORIGINAL, Condition, generator
from audiotest.declare.conditions.view import View, first_view
from audiotest.declare.cycle import others
from audiotest.declare.messages import Conversation
from audiotest.declare.prompt import render, source
from audiotest.declare.suite import Expectation, Suite
from audiotest.registry import SCORERS
from audiotest.types import Case, Generation, NotApplicable, TrialKey


class Trial(Struct, frozen=True):
    """One case under one condition, with what it must show to pass: one pytest item."""

    suite: Suite
    case: Case
    condition: Condition
    expectation: Expectation

    @property
    def key(self) -> TrialKey:
        """What distinguishes the trials of a run."""
        return TrialKey(self.suite.name, self.case.id, self.condition.name)

    @property
    def generation(self) -> Generation:
        """How the model is to generate: as the case says, else the suite."""
        return self.case.generation or self.suite.generation

    @property
    def is_heard(self) -> bool:
        """Whether there is any sound in it, be that silence: ``text_only`` has none."""
        return bool(self.case.clips) and not any(part.member.soundless for part in self.condition.of("text"))

    @property
    def likelihoods(self) -> bool:
        """Whether a scorer ranks the options by what the model thinks of each, rather than by what it says."""
        return any(SCORERS.get(check.name).wants_likelihoods for check in (*self.suite.scorers, *self.case.expect))

    def original(self) -> Trial:
        """The same case as its author wrote it: what ``same`` and ``stays_correct`` look back to."""
        return replace(self, condition=Condition(ORIGINAL), expectation="recorded")


def trials(suite: Suite) -> Iterator[Trial]:
    """All trials of a suite, condition by condition."""
    for condition, expectation in suite.conditions:
        for case in suite.cases:
            yield Trial(suite, case, condition, expectation)


def present(trial: Trial, seed: int) -> View:
    """The case under the trial's text conditions; each draws from (run seed, case id, its own text), so
    ``shuffled`` shows the same order alone and in ``shuffled+noise(snr_db=10)``. A condition that takes ``others`` is
    given the other cases of the suite, in the order of :func:`audiotest.declare.cycle.others`.

    Raises :class:`~audiotest.types.NotApplicable` where the case cannot take one.
    """
    view = first_view(trial.case)
    for part in trial.condition.of("text"):
        extra = {"others": others(trial.suite, trial.case, seed)} if part.member.borrows else {}
        view = part.member.apply(view, generator(seed, trial.case.origin, str(part)), **part.arguments, **extra)
    sound = trial.condition.of("sound")
    if sound and not view.audio:
        why = "is shown without it" if trial.case.clips else "has none"
        raise NotApplicable(f"{sound[0].name} needs audio; this case {why}")
    foreign = next((part for part in sound if part.member.foreign_sound), None)
    if foreign is not None and not trial.case.audio:
        raise NotApplicable(f"{foreign.name} changes the sound that is asked about; this case has none but its options")
    return view.with_sounds_named()


def turns_of(trial: Trial, view: View, prompt: str, *, audible: bool, replies: Sequence[str] = ()) -> Conversation:
    """What the model is asked after ``replies`` of its own, of a trial whose case or suite has ``messages``, or whose
    options are sounds (:func:`audiotest.declare.messages.turns_of`); without turns for any other. ``audible``: whether
    it has sound.

    Raises :class:`~audiotest.declare.prompt.PromptError`.
    """
    declared = trial.case.messages or trial.suite.messages
    if not declared and not (audible and view.captions):
        return Conversation()
    clips, captions = (len(trial.case.audio), view.captions) if audible else (0, ())
    asked = messages.Asked(prompt, view.question, view.choices, view.labels, _about(trial))
    return messages.turns_of(declared or messages.PLAIN, clips, captions, asked, replies)


def _about(trial: Trial) -> dict[str, Any]:
    tags = {tag: values[0] if len(values) == 1 else list(values) for tag, values in trial.case.tags.items()}
    return {"tags": tags, "facts": trial.case.metadata}


def prompt_of(trial: Trial, view: View) -> str:
    """The rendered prompt.

    Raises :class:`~audiotest.declare.prompt.PromptError`, and :class:`~audiotest.types.NotApplicable` where the
    template does not show what the condition changed.
    """
    named_prompt = view.prompt or trial.suite.prompt
    prompt = trial.suite.prompts.get(named_prompt, named_prompt)
    about = _about(trial)
    written = prompt is not named_prompt
    text = render(prompt, view.question, view.choices, view.labels, about=about, written=written)
    named = "written in the suite" if written or prompt == source(prompt) else repr(prompt)
    if view.labels and text == render(prompt, view.question, view.choices, about=about, written=written):
        raise NotApplicable(f"the prompt {named} does not show labels, so changing them changes nothing")
    for place, choice in zip(view.order, view.choices, strict=True):
        if place < 0 and choice not in text:
            raise NotApplicable(f"the prompt {named} does not show the option {choice!r}, which the condition adds")
    return text
