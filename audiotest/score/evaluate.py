"""``evaluate``: any metric of Hugging Face's ``evaluate``, of a folder, of those that are shipped, or of the hub.

Options
    ``metric``        the folder of a module (``./my_metric``, from the suite's folder), the name of a shipped one
                      (``rouge``), or a name on the hub, which needs a network. All but those that are shipped are
                      programs of others: they need ``--allow-code`` (``AUDIOTEST_ALLOW_CODE=1``)
    ``field``         which figure of its result (``f1``, ``rougeL.fmeasure``); not needed where it gives only one
    ``level``         ``item`` (default): of each reply by itself. ``corpus``: over all replies of a suite together, for
                      metrics that are no means
    ``options``       keywords of its ``compute``, such as ``{use_stemmer: true}``
    ``min``, ``max``  of one reply: what is correct. Without them a reply is only graded

Verdict
    ``item``: ``details["value"]``, and ``score`` where the value lies in [0, 1]. ``corpus``: ``details`` keep the reply
    and its references; the metric ``evaluate`` computes the figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audiotest import foreign_code
from audiotest.score._error_rate import transcript
from audiotest.score.metrics.loading import compute, is_path, load, program_of
from audiotest.types import Question, Verdict

POOLED_BY = ("evaluate",)
PATHS = ("metric",)


def check(
    *,
    metric: str = "",
    field: str = "",
    level: str = "item",
    options: Mapping[str, Any] | None = None,
    min: float | None = None,
    max: float | None = None,
) -> None:
    """Raise ValueError for options that make no sense, and for a shipped or named metric that cannot be loaded; one of
    the hub is loaded only where that is allowed. A folder is looked for when the suite is loaded, which knows where it
    lies."""
    if not isinstance(metric, str) or not metric:
        raise ValueError("`evaluate` needs a `metric`: a folder such as ./my_metric, or a name such as rouge")
    if level not in ("item", "corpus"):
        raise ValueError(f"`level` is {level!r}: expected `item` or `corpus`")
    if not isinstance(field, str):
        raise ValueError(f"`field` is {field!r}: expected the name of a figure")
    if options is not None and not isinstance(options, Mapping):
        raise ValueError(f"`options` is {options!r}: expected a mapping, such as {{use_stemmer: true}}")
    for name, value in (("min", min), ("max", max)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ValueError(f"`{name}` is {value!r}: expected a number")
    if level == "corpus" and (min is not None or max is not None):
        raise ValueError("`min` and `max` are of single replies; over a corpus give the suite a gate on `evaluate`")
    if not is_path(metric) and (foreign_code.allowed() or not program_of(metric)):
        load(metric)


def program(*, metric: str = "", **options: Any) -> str:
    """What would run of other people's: the metric, unless it comes with audiotest."""
    return program_of(metric) if isinstance(metric, str) and metric else ""


def score(
    question: Question,
    output: str,
    *,
    metric: str = "",
    field: str = "",
    level: str = "item",
    options: Mapping[str, Any] | None = None,
    min: float | None = None,
    max: float | None = None,
) -> Verdict:
    """The figure of ``output``, or what is needed for that of the suite. Raises ValueError for options that make no
    sense, and for what the metric refuses."""
    check(metric=metric, field=field, level=level, options=options, min=min, max=max)
    references = question.reference or question.right_answers
    if not references:
        missing = "`evaluate` needs a `reference` or an `answer`"
        return Verdict(None, status="none", counted=False, evidence=missing)
    reply = transcript(output).strip()
    about = {"metric": metric, "field": field, "level": level, "options": dict(options or {})}
    if level == "corpus":
        return Verdict(None, details={**about, "reply": reply, "references": list(references)})
    value = compute(metric, field, [reply], [references], options or {})
    asked = min is not None or max is not None
    held = (min is None or value >= min) and (max is None or value <= max)
    return Verdict(
        correct=held if asked else None,
        score=value if 0 <= value <= 1 else None,
        evidence=f"{field or metric} {value:.4g}",
        details={**about, "value": value},
    )
