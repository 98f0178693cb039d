"""The options that audiotest adds to pytest."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from audiotest.runner.short_options import ShortOptions, long_name

if TYPE_CHECKING:
    from audiotest.session import Settings

STATE: pytest.StashKey[Any] = pytest.StashKey()
"""Where a process keeps its state, from the moment at which a suite is met, or an option of audiotest's is given."""


def add_options(parser: pytest.Parser, short: ShortOptions | None = None) -> None:
    """Declare them; ``pytest --help`` shows the texts. Each has a long spelling too (``--audiotest-seed``), by which it
    goes where another plugin has an option of the same name, as ``short`` knows."""
    parser.addini("audiotest_progress", default="30",
                  help="seconds between lines that tell how far the run is; 0: never")  # fmt: skip
    group = parser.getgroup("audiotest", "audiotest: suites of audio cases that a model answers")

    def add(name: str, **about: Any) -> None:
        names = [name, long_name(name)]
        names = short.free(names) if short is not None else names
        group.addoption(*names, **about)
        if short is not None:
            short.own(names)

    add("--model", dest="audiotest_model", metavar="SPEC",
        help="the model that answers: a card's name (`audiotest models` lists them) or ADAPTER:ARGUMENT, such as "
             "replay:predictions.jsonl (default: the built-in listener)")  # fmt: skip
    add("--model-option", dest="audiotest_model_options", metavar="K=V", action="append", default=[],
        help="an option of the model's adapter; may be repeated")  # fmt: skip
    add("--results", dest="audiotest_results", metavar="DIR",
        help="write trials.jsonl and summary.json there")  # fmt: skip
    add("--html", dest="audiotest_html", metavar="FILE",
        help="write the run as one HTML file that can be looked at and listened to (--audiotest-html beside "
             "pytest-html)")  # fmt: skip
    add("--baseline", dest="audiotest_baseline", metavar="DIR",
        help="hold this run against an earlier one's results: only what got worse fails")  # fmt: skip
    add("--baseline-fail", dest="audiotest_baseline_fail", metavar="RULE",
        help="what fails against the baseline: `item` (any trial that got worse), `significant` (a suite "
             "that got worse by more than chance) or `drop:5%%` (by more than 5 points); default: `significant` for "
             "suites with the policy `gates`, `item` for `cases`")  # fmt: skip
    add("--limit", dest="audiotest_limit", metavar="N",
        help="only N cases of each suite: a sample drawn by --seed, in which the values of the suite's first grouping "
             "tag (`by`) keep their shares; its gates are then not judged")  # fmt: skip
    add("--limit-first", dest="audiotest_limit_first", metavar="N",
        help="only the first N cases of each suite (its gates are then not judged)")  # fmt: skip
    add("--seed", dest="audiotest_seed", metavar="N", default=0,
        help="the run's seed, from which every trial draws its own (default: 0)")  # fmt: skip
    add("--batch-size", dest="audiotest_batch_size", metavar="N",
        help="how many requests a model is given at once (default: the model's own)")  # fmt: skip
    add("--engine", dest="audiotest_engine", metavar="local|ray", default="local",
        help="where the model runs: in this process (and in xdist's workers), or in Ray actors, one a GPU")  # fmt: skip
    add("--ray-address", dest="audiotest_ray_address", metavar="ADDRESS",
        help="an existing Ray cluster, such as `auto` (default: Ray is started on this machine)")  # fmt: skip
    add("--ray-actors", dest="audiotest_ray_actors", metavar="N",
        help="how many models Ray runs (default: the number of GPUs, or of cores)")  # fmt: skip
    add("--judge", dest="audiotest_judge", metavar="SPEC",
        help="the model that judges open answers, named as for --model (replay:FILE: recorded ones)")  # fmt: skip
    add("--judge-option", dest="audiotest_judge_options", metavar="K=V", action="append", default=[],
        help="an option of the judge's adapter; may be repeated")  # fmt: skip
    add("--embedder", dest="audiotest_embedder", metavar="SPEC",
        help="the embedding model that mmau_pro compares replies with options by, such as nv-embed-v2")  # fmt: skip
    add("--embedder-option", dest="audiotest_embedder_options", metavar="K=V", action="append", default=[],
        help="an option of the embedding model's adapter; may be repeated")  # fmt: skip
    add("--audio-root", dest="audiotest_audio_roots", metavar="DIR", action="append", default=[],
        help="a folder outside the suites' own that their sounds may be read from; may be repeated")  # fmt: skip
    add("--reply-cache", dest="audiotest_reply_cache", metavar="FILE",
        help="where replies are kept, or `off` (default: in $AUDIOTEST_CACHE_DIR, or the user's)")  # fmt: skip
    add("--refresh", dest="audiotest_refresh", action="store_true",
        help="ask the model again even where the cache has its reply; where the environment variable CI is set that "
             "holds for endpoints (`openai:`) by itself, unless --cached or --reply-cache FILE is given")  # fmt: skip
    add("--cached", dest="audiotest_cached", action="store_true",
        help="take an endpoint's replies from the cache in CI, too")  # fmt: skip


_COUNTS = ("limit", "limit_first", "batch_size", "ray_actors")


def check_options(config: pytest.Config) -> None:
    """Turn the options' texts into what they stand for. Raises UsageError for one that stands for nothing.

    Not by argparse: pytest parses the command line before it has loaded the conftest whose ``--seed`` takes words.
    """
    option = config.option
    option.audiotest_seed = _whole("--seed", option.audiotest_seed)
    for name in _COUNTS:
        given = getattr(option, f"audiotest_{name}")
        if given is not None:
            setattr(option, f"audiotest_{name}", _whole(f"--{name.replace('_', '-')}", given, least=1))
    if option.audiotest_baseline_fail:
        from audiotest.baseline import fail_rule

        try:
            fail_rule(option.audiotest_baseline_fail)
        except ValueError as error:
            raise pytest.UsageError(f"--baseline-fail: {error}") from None
    if option.audiotest_engine not in ("local", "ray"):
        raise pytest.UsageError(f"--engine is local or ray, not {option.audiotest_engine!r}")


def _whole(name: str, given: object, least: int | None = None) -> int:
    try:
        number = int(str(given))
    except ValueError:
        number = None
    if number is None or (least is not None and number < least):
        above = f" above {least - 1}" if least is not None else ""
        raise pytest.UsageError(f"{name} takes a whole number{above}, not {given!r}")
    return number


def asked_for(config: pytest.Config) -> bool:
    """Whether the command line has any option of audiotest's."""
    names = (
        "model",
        "results",
        "html",
        "baseline",
        "limit",
        "limit_first",
        "judge",
        "embedder",
        "reply_cache",
        "ray_address",
    )
    given = [getattr(config.option, f"audiotest_{name}") for name in names]
    return any(value is not None for value in given) or config.option.audiotest_engine != "local"


def allow_audio_roots(config: pytest.Config) -> None:
    """For as long as ``config`` is in use, in this process and in the workers that it starts, sounds may come from the
    folders that ``--audio-root`` names."""
    from audiotest.declare.audio_roots import allowing

    home = config.invocation_params.dir
    allowed = ExitStack()
    allowed.enter_context(allowing(home / folder for folder in config.option.audiotest_audio_roots))
    config.add_cleanup(allowed.close)


def settings_of(config: pytest.Config) -> Settings:
    """The engine's settings that the command line asks for. Raises UsageError for what is not KEY=VALUE."""
    from audiotest.session import DEFAULT_MODEL, Settings

    option = config.option
    return Settings(
        model=option.audiotest_model or DEFAULT_MODEL,
        model_options=_pairs("--model-option", option.audiotest_model_options),
        seed=option.audiotest_seed,
        limit=option.audiotest_limit,
        limit_first=option.audiotest_limit_first,
        batch_size=option.audiotest_batch_size,
        engine=option.audiotest_engine,
        ray_address=option.audiotest_ray_address,
        ray_actors=option.audiotest_ray_actors,
        judge=option.audiotest_judge or "",
        judge_options=_pairs("--judge-option", option.audiotest_judge_options),
        embedder=option.audiotest_embedder or "",
        embedder_options=_pairs("--embedder-option", option.audiotest_embedder_options),
        reply_cache=option.audiotest_reply_cache,
        refresh=option.audiotest_refresh,
        cached=option.audiotest_cached,
        results=option.audiotest_results,
        baseline=option.audiotest_baseline,
        baseline_fail=option.audiotest_baseline_fail or "",
    )


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise pytest.UsageError(f"{option} takes KEY=VALUE, not {text!r}")
        pairs[name] = value
    return pairs
