"""A run in the shapes that trackers take: figures by one name each, the run's provenance, a row a trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audiotest.runs import Run, row_of


def figures(run: Run) -> dict[str, float]:
    """Every figure of the run as ``SUITE/CONDITION/METRIC``, its 95% CI as that with ``.low`` and ``.high``, what it is
    of with ``.n``; and of each suite with gates ``SUITE/gates_failed``.

    No name is a folder of another: MLflow's local store makes files of them. Names keep letters, digits and ``_-./ ``;
    anything else, such as the brackets of a condition, is ``_``.
    """
    flat: dict[str, float] = {}
    for name, suite in run.summary.suites.items():
        for condition, row in suite.conditions.items():
            for metric, figure in row.metrics.items():
                parts = {"": figure.value, ".low": figure.low, ".high": figure.high, ".n": figure.n}
                base = f"{name}/{condition}/{metric}"
                flat |= {f"{plain(base)}{end}": float(value) for end, value in parts.items() if value is not None}
        if suite.gates:
            flat[f"{plain(name)}/gates_failed"] = float(sum(gate.passed is False for gate in suite.gates))
    return flat


def plain(name: str) -> str:
    """``name`` in the characters that every tracker takes."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-./ ") else "_" for c in name)


def provenance(run: Run) -> dict[str, str]:
    """What the numbers depend on: the model with its options, the seed, the version, the commits."""
    summary = run.summary
    git = summary.git or None
    given = {
        "model": summary.model,
        "model_spec": summary.model_spec or "",
        "model_commit": summary.model_commit or "",
        **{f"model_option.{key}": value for key, value in (summary.model_options or {}).items()},
        "seed": str(summary.seed) if isinstance(summary.seed, int) else "",
        "audiotest": summary.audiotest or "",
        "commit": git.commit if git else "",
        "finished": summary.finished or "",
        "stopped": summary.stopped or "",
    }
    return {key: value for key, value in given.items() if value}


def rows(run: Run) -> tuple[list[str], list[list[Any]]]:
    """The names of the columns, and a row a trial; None where a trial has no value."""
    each = [row_of(record) for record in run.records]
    names = list(dict.fromkeys(name for row in each for name in row))
    return names, [[row.get(name) for name in names] for row in each]


def records_of(names: Sequence[str], table: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """The rows as one object each."""
    return [dict(zip(names, row, strict=True)) for row in table]


def reason(error: Exception) -> str:
    """The first line of what ``error`` says; its name where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
