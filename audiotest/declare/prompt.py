"""Prompts: Jinja templates over ``question``, ``choices``, ``labels``, ``label_word``, ``tags`` and ``facts``, by name
or written in a suite.

``labels`` has a label for every choice (an empty one is not to be shown), ``label_word`` says what they are:
``letter``, ``number``, or ``text`` where there are none.

The named ones are the files of ``audiotest/declare/prompts/``. Rendering is sandboxed, bounded and strict: a name
that the template does not know is an error with its line, never an empty string in a prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import ascii_uppercase
from typing import Any

from audiotest.declare.template_limits import TooMuch, bounded, environment, joined
from audiotest.errors import AudiotestError
from audiotest.registry import unknown


class PromptError(AudiotestError, ValueError):
    """A template that is not known, does not parse or asks for a name that there is not."""


@cache
def template_names() -> list[str]:
    """The named templates."""
    here = files("audiotest.declare") / "prompts"
    return sorted(f.name.removesuffix(".jinja") for f in here.iterdir() if f.name.endswith(".jinja"))


def _is_written(prompt: str) -> bool:
    """Whether ``prompt`` is a template itself rather than the name of one."""
    return "{{" in prompt or "{%" in prompt


@cache
def source(prompt: str) -> str:
    """The text of a template: ``prompt`` is a name, or the template itself (anything with ``{{``)."""
    if _is_written(prompt):
        return prompt
    if prompt not in template_names():
        raise PromptError(unknown("prompt", prompt, template_names()) + " (a template of your own has `{{` in it)")
    return (files("audiotest.declare") / "prompts" / f"{prompt}.jinja").read_text(encoding="utf-8")


@cache
def _trusted() -> Any:
    """The environment of the named templates, which are ours and need no bounds."""
    from jinja2 import Environment, StrictUndefined

    return Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701


@cache
def _compiled(prompt: str) -> Any:
    text = source(prompt)
    try:
        return (environment() if text == prompt else _trusted()).from_string(text)
    except Exception as error:  # besides Jinja's own: too deep for Python, too large for a prompt
        raise PromptError(f"the template does not parse: {_reason(error)}") from error


@cache
def names_in(template: str) -> frozenset[str]:
    """The names that a template asks for; none of one that does not parse."""
    from jinja2 import TemplateError, meta

    try:
        return frozenset(meta.find_undeclared_variables(environment().parse(template)))
    except (TemplateError, RecursionError, MemoryError):
        return frozenset()


def check(prompt: str) -> None:
    """Raise :class:`PromptError` if ``prompt`` cannot be rendered for an ordinary question."""
    render(prompt, "What is heard?", ("one", "two"))


def shows_question(prompt: str) -> bool:
    """Whether a template that can be rendered shows the question at all."""
    mark = "What is heard in clip 7351?"
    return mark.lower() in render(prompt, mark, ("one", "two")).lower()


STYLES = ("letters", "numbers", "lower", "none")


def labels_for(count: int, style: str = "letters") -> tuple[str, ...]:
    """``A``, ``B``... and numbers from the 27th on; or ``1``, ``2``...; ``a``, ``b``...; or empty ones (``none``)."""
    if style == "none":
        return ("",) * count
    letters = tuple(ascii_uppercase[i] if i < 26 and style != "numbers" else str(i + 1) for i in range(count))
    return tuple(map(str.lower, letters)) if style == "lower" else letters


def _label_word(labels: Sequence[str]) -> str:
    if labels and not any(labels):
        return "text"
    return "number" if labels and labels[0].isdigit() else "letter"


def named(choices: Sequence[str], index: int, labels: Sequence[str] = ()) -> str:
    """How a reply names the option at ``index`` by what was shown: ``(B)``, or its text where there are no labels."""
    label = (labels or labels_for(len(choices)))[index]
    return f"({label})" if label else choices[index]


class _Anything(dict[str, Any]):
    """Tags or facts of a case that is not known yet: it has each, as a word."""

    def __missing__(self, name: str) -> str:
        return name


ANY_CASE: dict[str, Any] = {"tags": _Anything(), "facts": _Anything()}
"""What a template is checked with."""


def render(
    prompt: str,
    question: str,
    choices: Sequence[str],
    labels: Sequence[str] = (),
    *,
    about: Mapping[str, Any] | None = None,
    written: bool = False,
) -> str:
    """The text that a model is given. ``about``: the ``tags`` and ``facts`` of the case. ``written``: ``prompt`` is a
    template, whether it has a tag in it or not. Raises :class:`PromptError`."""
    names = list(labels or labels_for(len(choices)))
    shown: dict[str, Any] = {
        "question": question,
        "choices": list(choices),
        "labels": names,
        "label_word": _label_word(labels),
    }
    shown |= about if about is not None else ANY_CASE
    if written and not _is_written(prompt):
        return prompt.rstrip("\n")
    template = _compiled(prompt)
    try:
        if not _is_written(prompt):
            return str(template.render(shown)).rstrip("\n")
        with bounded():
            text = joined(template.generate(shown))
    except Exception as error:  # a template is a program of its author's: what it raises can be anything
        raise PromptError(f"the template cannot be rendered: {_reason(error)}") from error
    return text.rstrip("\n")


def _reason(error: Exception) -> str:
    from jinja2 import TemplateError

    return str(error) if isinstance(error, TemplateError | TooMuch) else f"{type(error).__name__}: {error}"
