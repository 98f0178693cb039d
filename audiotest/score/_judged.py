"""What judged scorers share: their prompts, and the verdict while there is no judge.

A judged scorer is a module with ``asks(question, output) -> tuple[Ask, ...]`` beside ``score``, which then takes
``judged``: the judge's text by the ask's name, None if there is no judge. It stays pure: whoever calls it has
asked. The prompts in ``prompts/`` are the benchmarks' own, word for word, since a judge's scores depend on them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from audiotest.types import Verdict


def without_judge(rule: str) -> Verdict:
    """Neither right nor wrong, and not counted."""
    return Verdict(None, status="none", counted=False, evidence=f"{rule} needs a judge: give --judge SPEC")


def check_card(model: str) -> None:
    """Raise ValueError for a judge that is named by more than its card: a suite does not start programs, or choose
    where replies are sent."""
    if ":" in model or "/" in model:
        raise ValueError(f"`model` is a card's name (`audiotest models`), not {model!r}; for others give --judge")


@cache
def source(name: str) -> str:
    """The text of a prompt file."""
    return (files("audiotest.score") / "prompts" / name).read_text(encoding="utf-8").rstrip("\n")


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment, StrictUndefined

    # A prompt is plain text for a model: escaping it as HTML would change what is asked.
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    return environment.from_string(source(name))


def render(name: str, **values: Any) -> str:
    """A prompt file filled in."""
    return str(_template(name).render(**values))
