"""Requests to models as spans of OpenTelemetry, where the program that runs audiotest has set up tracing.

Nothing is imported and nothing recorded unless a program has: a ``conftest.py`` that sets a tracer provider, or
``opentelemetry-instrument pytest ...``. Names follow the semantic conventions for generative AI (``gen_ai.*``). A span
is as long as the model took for the reply. No prompt, sound or reply is in it.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from audiotest.models.streaming import Outcome
from audiotest.types import Reply, TrialKey

_COUNTS = {"input_tokens": "gen_ai.usage.input_tokens", "output_tokens": "gen_ai.usage.output_tokens"}


def traced(model: str, key: TrialKey, outcome: Outcome) -> None:
    """Record the span of a request that has just been answered, or that failed."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return
    end = time.time_ns()
    reply = outcome if isinstance(outcome, Reply) else None
    seconds = (reply.seconds if reply is not None else None) or 0.0
    span = (
        trace.get_tracer_provider()
        .get_tracer("audiotest")
        .start_span(f"chat {model}", start_time=end - int(1e9 * seconds), kind=trace.SpanKind.CLIENT)
    )
    if span.is_recording():
        span.set_attributes({**_about(model, key), **_of(reply)})
        if reply is None:
            span.set_attribute("error.type", type(outcome).__name__)
            span.set_status(trace.StatusCode.ERROR, str(outcome)[:500])
    span.end(end)


def _about(model: str, key: TrialKey) -> dict[str, Any]:
    suite, condition, case = key.suite, key.condition, key.case
    names = {"suite": suite, "condition": condition, "case": case}
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": model,
        **{f"audiotest.{name}": str(value) for name, value in names.items()},
    }


def _of(reply: Reply | None) -> dict[str, Any]:
    if reply is None:
        return {}
    counts = {name: reply.details[key] for key, name in _COUNTS.items() if isinstance(reply.details.get(key), int)}
    ended = {"gen_ai.response.finish_reasons": [reply.finish]} if reply.finish else {}
    waited = {"audiotest.waited_s": reply.waited} if reply.waited is not None else {}
    return {**counts, **ended, **waited}
