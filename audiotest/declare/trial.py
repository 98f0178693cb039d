"""Trials: case x condition, and how a condition shows its case."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from audiotest.declare.condition import ORIGINAL, Condition, borrows, generator
from audiotest.declare.conditions.view import View, first_view
from audiotest.declare.cycle import others
from audiotest.declare.prompt import render
from audiotest.declare.suite import Expectation, Suite
from audiotest.registry import TEXT_CONDITIONS
from audiotest.words import Case


class Trial(Struct, frozen=True):
    """One case under one condition, with what it must show to pass: one pytest item."""

    suite: Suite
    case: Case
    condition: Condition
    expectation: Expectation

    @property
    def key(self) -> tuple[str, str, str]:
        """(suite file, case id, condition name): what tells trials of a run apart."""
        return (self.suite.path, self.case.id, self.condition.name)

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
    ``shuffled`` shows the same order alone and in ``shuffled+noise(snr_db=10)``.

    Raises :class:`~audiotest.declare.conditions.view.NotApplicable` where the case cannot take one.
    """
    view = first_view(trial.case)
    for part in trial.condition.of("text"):
        apply = TEXT_CONDITIONS.get(part.name)
        extra = {"others": others(trial.suite, trial.case, seed)} if borrows(part) else {}
        view = apply(view, generator(seed, trial.case.id, str(part)), **part.arguments, **extra)
    return view


def prompt_of(trial: Trial, view: View) -> str:
    """The rendered prompt. Raises :class:`~audiotest.declare.prompt.PromptError`."""
    return render(view.prompt or trial.suite.prompt, view.question, view.choices, view.labels)
