"""Requests to models, judges and embedding models as spans of OpenTelemetry, where the program that runs audiotest has
set up tracing.

Nothing is imported and nothing recorded unless a program has: a ``conftest.py`` that sets a tracer provider, or
``opentelemetry-instrument pytest ...``. Names follow the semantic conventions for generative AI (``gen_ai.*``). A span
is as long as the model took for the reply. ``audiotest.role`` says what the model was asked as: ``model``, ``judge`` or
``embedder``. No prompt, sound or reply is in it.
"""

from __future__ import annotations

import sys
import time
from typing import Any, Literal

from audiotest.models.streaming import Outcome
from audiotest.types import Reply, TrialKey

Role = Literal["model", "judge", "embedder"]
_OPERATIONS: dict[Role, str] = {"model": "chat", "judge": "chat", "embedder": "embeddings"}
_COUNTS = {"input_tokens": "gen_ai.usage.input_tokens", "output_tokens": "gen_ai.usage.output_tokens"}


def traced(model: str, key: TrialKey | None, outcome: Outcome, *, role: Role = "model", ask: str = "") -> None:
    """Record the span of a request that has just been answered, or that failed. ``key`` is the trial's, None where a
    request stands for several; ``ask``: what a judge was asked about its reply."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return
    end = time.time_ns()
    reply = outcome if isinstance(outcome, Reply) else None
    seconds = (reply.seconds if reply is not None else None) or 0.0
    span = (
        trace.get_tracer_provider()
        .get_tracer("audiotest")
        .start_span(f"{_OPERATIONS[role]} {model}", start_time=end - int(1e9 * seconds), kind=trace.SpanKind.CLIENT)
    )
    if span.is_recording():
        span.set_attributes({**_about(model, key, role, ask), **_of(reply)})
        if reply is None:
            span.set_attribute("error.type", type(outcome).__name__)
            span.set_status(trace.StatusCode.ERROR, str(outcome)[:500])
    span.end(end)


def _about(model: str, key: TrialKey | None, role: Role, ask: str) -> dict[str, Any]:
    trial = {} if key is None else {"suite": key.suite, "condition": key.condition, "case": key.case}
    about = {**trial, "role": role, **({"ask": ask} if ask else {})}
    return {
        "gen_ai.operation.name": _OPERATIONS[role],
        "gen_ai.request.model": model,
        **{f"audiotest.{name}": str(value) for name, value in about.items()},
    }


def _of(reply: Reply | None) -> dict[str, Any]:
    if reply is None:
        return {}
    counts = {name: reply.details[key] for key, name in _COUNTS.items() if isinstance(reply.details.get(key), int)}
    ended = {"gen_ai.response.finish_reasons": [reply.finish]} if reply.finish else {}
    waited = {"audiotest.waited_s": reply.waited} if reply.waited is not None else {}
    return {**counts, **ended, **waited}
