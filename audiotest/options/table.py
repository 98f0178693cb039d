"""The options that audiotest adds to pytest: their names, their defaults and what they do."""

from __future__ import annotations

from typing import Any


def _option(name: str, **about: Any) -> tuple[str, dict[str, Any]]:
    return name, about


OPTIONS = (
    _option(
        "--model",
        dest="audiotest_model",
        metavar="SPEC",
        help="the model that answers: a card's name (`audiotest models` lists them) or ADAPTER:ARGUMENT, such as "
        "replay:predictions.jsonl (default: the built-in listener)",
    ),
    _option(
        "--model-option",
        dest="audiotest_model_options",
        metavar="K=V",
        action="append",
        default=[],
        help="an option of the model's adapter; may be repeated",
    ),
    _option("--results", dest="audiotest_results", metavar="DIR", help="write trials.jsonl and summary.json there"),
    _option(
        "--html",
        dest="audiotest_html",
        metavar="FILE",
        help="write the run as one HTML file that can be looked at and listened to (--audiotest-html beside "
        "pytest-html)",
    ),
    _option(
        "--baseline",
        dest="audiotest_baseline",
        metavar="DIR",
        help="hold this run against an earlier one's results: only what got worse fails; also `git:REF:PATH`, the "
        "folder in a commit, and `FILE.zip`, an artifact",
    ),
    _option(
        "--baseline-fail",
        dest="audiotest_baseline_fail",
        metavar="RULE",
        help="what fails against the baseline: `item` (any trial that got worse), `significant` (a suite "
        "that got worse by more than chance) or `drop:5%%` (by more than 5 percentage points); default: `significant` "
        "for suites with the policy `gates`, `item` for `cases`",
    ),
    _option(
        "--baseline-repeats",
        dest="audiotest_baseline_repeats",
        metavar="N",
        help="ask a trial that changed against the baseline N times more: it counts as changed only where most of "
        "these answers are changed as well (an odd N has no ties)",
    ),
    _option(
        "--limit",
        dest="audiotest_limit",
        metavar="N",
        help="only N cases of each suite: a sample drawn by --seed, in which the values of the suite's first grouping "
        "tag (`by`) keep their shares; its gates are then not judged",
    ),
    _option(
        "--limit-first",
        dest="audiotest_limit_first",
        metavar="N",
        help="only the first N cases of each suite (its gates are then not judged)",
    ),
    _option(
        "--var",
        dest="audiotest_variables",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="the value of a variable that suites declare under `variables`; may be repeated",
    ),
    _option(
        "--repeats",
        dest="audiotest_repeats",
        metavar="N",
        help="ask each trial N times, of a model that samples; intervals take repeats as repeats (default: the "
        "suite's `repeats`, or 1)",
    ),
    _option(
        "--seed",
        dest="audiotest_seed",
        metavar="N",
        default=0,
        help="the run's seed, from which every trial draws its own (default: 0)",
    ),
    _option(
        "--budget",
        dest="audiotest_budget",
        metavar="TIME|COST",
        help="stop in order after a time (20m, 1h30m) or a cost (5USD, from the model's input_price and output_price), "
        "or both (20m,5USD); what was answered is kept, and gates over parts that did not run are not judged",
    ),
    _option(
        "--batch-size",
        dest="audiotest_batch_size",
        metavar="N",
        help="how many requests a model is given at once (default: the model's own)",
    ),
    _option(
        "--engine",
        dest="audiotest_engine",
        metavar="local|ray",
        default="local",
        help="where the model runs: in this process (and in xdist's workers), or in Ray actors, one a GPU",
    ),
    _option(
        "--ray-address",
        dest="audiotest_ray_address",
        metavar="ADDRESS",
        help="an existing Ray cluster, such as `auto` (default: Ray is started on this machine)",
    ),
    _option(
        "--ray-actors",
        dest="audiotest_ray_actors",
        metavar="N",
        help="how many models Ray runs (default: the number of GPUs, or of cores)",
    ),
    _option(
        "--judge",
        dest="audiotest_judge",
        metavar="SPEC",
        help="the model that judges open answers, named as for --model (replay:FILE: recorded ones)",
    ),
    _option(
        "--judge-option",
        dest="audiotest_judge_options",
        metavar="K=V",
        action="append",
        default=[],
        help="an option of the judge's adapter; may be repeated",
    ),
    _option(
        "--embedder",
        dest="audiotest_embedder",
        metavar="SPEC",
        help="the embedding model that mmau_pro compares replies with options by, such as nv-embed-v2",
    ),
    _option(
        "--embedder-option",
        dest="audiotest_embedder_options",
        metavar="K=V",
        action="append",
        default=[],
        help="an option of the embedding model's adapter; may be repeated",
    ),
    _option(
        "--audio-root",
        dest="audiotest_audio_roots",
        metavar="DIR",
        action="append",
        default=[],
        help="a folder outside the suites' own that their sounds may be read from; may be repeated",
    ),
    _option(
        "--allow-code",
        dest="audiotest_allow_code",
        action="store_true",
        help="programs that suites name may run: metrics of `evaluate` from a folder or the hub",
    ),
    _option(
        "--reply-cache",
        dest="audiotest_reply_cache",
        metavar="FILE",
        help="where replies are kept, or `off` (default: in $AUDIOTEST_CACHE_DIR, or the user's)",
    ),
    _option(
        "--refresh",
        dest="audiotest_refresh",
        action="store_true",
        help="ask the model again even where the cache has its reply; where the environment variable CI is set that "
        "holds for endpoints (`openai:`) by itself, unless --cached or --reply-cache FILE is given",
    ),
    _option(
        "--cached",
        dest="audiotest_cached",
        action="store_true",
        help="take an endpoint's replies from the cache in CI, too",
    ),
)
"""Each option's name and what argparse is to know of it. All are texts here: pytest parses the command line before it
has loaded the conftest whose ``--seed`` takes words."""
