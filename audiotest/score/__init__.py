"""Scorers: (question, reply text) -> verdict. Each module is one, with ``score(question, output, **options)``.

A scorer is a pure function: no files, no clock, no randomness. The same reply has the same verdict
wherever and whenever it is scored, so replies can be scored again without a model. ``check(**options)``, where a module
has it, refuses values (ValueError) as soon as the suite is read. ``VERSION`` (1 where a module has none) is bumped
whenever a scorer judges a reply otherwise than before: runs judged by different ones are not compared.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audiotest.types import Verdict


class _Score(ModuleType):
    """The package itself, which can be called: ``audiotest.score("choice", ...)``."""

    def __call__(
        self,
        scorer: str,
        *,
        output: str,
        question: str = "",
        choices: Sequence[str] = (),
        answer: str | Sequence[str] | None = None,
        reference: str | Sequence[str] = (),
        finish: str | None = None,
        options: dict[str, Any] | None = None,
        allow_code: bool = False,
        **metadata: Any,
    ) -> Verdict:
        """The verdict of ``scorer`` on one reply (``output``), without a suite or a model.

        ``answer`` is the text of the right option (of each where several are right), ``reference`` what an open
        answer is held against, ``finish`` how the reply ended (``length``: cut by the token limit), ``options`` the
        scorer's options, ``allow_code`` whether programs that these name may run; whatever else it needs
        (``answer_order`` for ``muchomusic``, ``task_identifier`` and ``kwargs`` for ``mmau_pro_if``) is given by name.
        Raises :class:`~audiotest.registry.UnknownName` for a scorer that there is not, and ValueError for options or
        values that it does not take.

        >>> import audiotest
        >>> verdict = audiotest.score("choice", choices=["a bell", "a dog"], answer="a dog", output="(B) a dog")
        >>> verdict.correct, verdict.choice, verdict.status
        (True, 1, 'read')
        """
        from audiotest.foreign_code import allowing
        from audiotest.registry import SCORERS
        from audiotest.types import Question

        texts = tuple(map(str, choices))
        answers = (answer,) if isinstance(answer, str) else tuple(map(str, answer or ()))
        first = next(iter(answers), None)
        asked = Question(
            question=question,
            choices=texts,
            answer=first,
            answer_index=texts.index(first) if first is not None and first in texts else None,
            reference=(reference,) if isinstance(reference, str) else tuple(reference),
            metadata=metadata,
            finish=finish,
            answers=answers if len(answers) > 1 else (),
        )
        with allowing(allow_code):
            verdict: Verdict = SCORERS.get(scorer).score(asked, output, **(options or {}))
        return verdict


sys.modules[__name__].__class__ = _Score
