"""Prompts: Jinja templates over ``question``, ``choices`` and ``labels``, by name or written in a suite.

The named ones are the files of ``audiotest/declare/prompts/``. Rendering is sandboxed and strict: a name
that the template does not know is an error with its line, never an empty string in a prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from string import ascii_uppercase
from typing import Any

from audiotest.registry import unknown


class PromptError(ValueError):
    """A template that is not known, does not parse or asks for a name that there is not."""


@cache
def template_names() -> list[str]:
    """The named templates."""
    here = files("audiotest.declare") / "prompts"
    return sorted(f.name.removesuffix(".jinja") for f in here.iterdir() if f.name.endswith(".jinja"))


@cache
def source(prompt: str) -> str:
    """The text of a template: ``prompt`` is a name, or the template itself (anything with ``{{``)."""
    if "{{" in prompt or "{%" in prompt:
        return prompt
    if prompt not in template_names():
        raise PromptError(unknown("prompt", prompt, template_names()) + " (a template of your own has `{{` in it)")
    return (files("audiotest.declare") / "prompts" / f"{prompt}.jinja").read_text(encoding="utf-8")


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # Prompts are plain text for a model: escaping them as HTML would change what is asked.
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
    )


@cache
def _compiled(prompt: str) -> Any:
    from jinja2 import TemplateError

    try:
        return _environment().from_string(source(prompt))
    except TemplateError as error:
        raise PromptError(f"the template does not parse: {error}") from error


def check(prompt: str) -> None:
    """Raise :class:`PromptError` if ``prompt`` cannot be rendered for an ordinary question."""
    render(prompt, "What is heard?", ("one", "two"))


def labels_for(count: int) -> tuple[str, ...]:
    """``A``, ``B``... and numbers from the 27th on."""
    return tuple(ascii_uppercase[i] if i < 26 else str(i + 1) for i in range(count))


def render(prompt: str, question: str, choices: Sequence[str], labels: Sequence[str] = ()) -> str:
    """The text that a model is given. Raises :class:`PromptError`."""
    from jinja2 import TemplateError

    try:
        names = list(labels or labels_for(len(choices)))
        text = _compiled(prompt).render(question=question, choices=list(choices), labels=names)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise PromptError(f"the template cannot be rendered: {error}") from error
    return str(text).rstrip("\n")
