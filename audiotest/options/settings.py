"""From the texts of the command line to the engine's settings."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterable
from typing import TYPE_CHECKING

from audiotest.errors import AudiotestError

if TYPE_CHECKING:
    from audiotest.session import Settings


class OptionError(AudiotestError):
    """An option whose text stands for nothing; says which, and what it takes."""


_COUNTS = ("limit", "limit_first", "repeats", "baseline_repeats", "batch_size", "ray_actors")


def check_options(option: Namespace) -> None:
    """Turn the options' texts, in place, into what they stand for. Raises :class:`OptionError` for one that stands for
    nothing."""
    option.audiotest_seed = _whole("--seed", option.audiotest_seed)
    for name in _COUNTS:
        given = getattr(option, f"audiotest_{name}")
        if given is not None:
            setattr(option, f"audiotest_{name}", _whole(f"--{name.replace('_', '-')}", given, least=1))
    for name in ("model", "judge", "embedder"):
        _pairs(f"--{name}-option", getattr(option, f"audiotest_{name}_options"))
    for assignment in option.audiotest_variables:
        if not re.fullmatch(r"[A-Za-z_]\w*=.*", assignment, re.DOTALL):
            raise OptionError(f"--var takes NAME=VALUE, not {assignment!r}")
    if option.audiotest_html and not option.audiotest_html.endswith((".html", ".htm")):
        raise OptionError(f"--html takes the name of a file that ends in .html, not {option.audiotest_html!r}")
    if option.audiotest_baseline_fail:
        from audiotest.baseline import fail_rule

        try:
            fail_rule(option.audiotest_baseline_fail)
        except ValueError as error:
            raise OptionError(f"--baseline-fail: {error}") from None
    if option.audiotest_budget:
        from audiotest.predict.budget import parse_budget

        try:
            parse_budget(option.audiotest_budget)
        except ValueError as error:
            raise OptionError(f"--budget: {error}") from None
    if option.audiotest_engine not in ("local", "ray"):
        raise OptionError(f"--engine is local or ray, not {option.audiotest_engine!r}")


def _whole(name: str, given: object, least: int | None = None) -> int:
    try:
        number = int(str(given))
    except ValueError:
        number = None
    if number is None or (least is not None and number < least):
        above = f" above {least - 1}" if least is not None else ""
        raise OptionError(f"{name} takes a whole number{above}, not {given!r}")
    return number


def asked_for(option: Namespace) -> bool:
    """Whether the command line has any option of audiotest's."""
    names = (
        "model",
        "results",
        "html",
        "baseline",
        "limit",
        "limit_first",
        "budget",
        "judge",
        "embedder",
        "reply_cache",
        "ray_address",
    )
    given = [getattr(option, f"audiotest_{name}") for name in names]
    return any(value is not None for value in given) or option.audiotest_engine != "local"


def settings_of(option: Namespace) -> Settings:
    """The engine's settings that the command line asks for. Raises :class:`OptionError` for what is not KEY=VALUE."""
    from audiotest.session import Settings

    given = {name: getattr(option, f"audiotest_{name}") for name in Settings.__struct_fields__}
    for name in ("model", "judge", "embedder"):
        given[f"{name}_options"] = _pairs(f"--{name}-option", given[f"{name}_options"])
    return Settings(**{name: value for name, value in given.items() if value not in (None, "")})


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise OptionError(f"{option} takes KEY=VALUE, not {text!r}")
        pairs[name] = value
    return pairs
