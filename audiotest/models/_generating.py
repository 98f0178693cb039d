"""What adapters that run a model of transformers share: how it is asked to generate, and what its tokens say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from audiotest.errors import AudiotestError
from audiotest.models._thinking import apart
from audiotest.types import Generation, Reply, Request

TOKENIZER = Lock()
"""A fast tokenizer refuses to be used by two threads at once, and inputs are built in another thread than replies."""


class NoNumbers(AudiotestError):
    """The model computed NaN: nothing that it says can be believed."""


class TooLarge(AudiotestError):
    """A batch that would not fit into memory; ``rows`` requests of its length would."""

    def __init__(self, rows: int) -> None:
        super().__init__(f"{rows} requests fit")
        self.rows = rows


class Halving:
    """Asks in batches that fit. One reported as too large is cut to what fits; one that runs out of GPU memory is
    halved, and what fits then is remembered."""

    def __init__(self, ask: Callable[[list[Request]], list[Reply | Exception]]) -> None:
        self.ask = ask
        self.fits: int | None = None

    def __call__(self, requests: list[Request]) -> list[Reply | Exception]:
        """Replies in order. Raises torch's error where not even one request fits."""
        import torch

        if self.fits is not None and len(requests) > self.fits:
            return self._cut(requests, self.fits)
        try:
            return self.ask(requests)
        except TooLarge as error:
            rows = error.rows
        except torch.cuda.OutOfMemoryError:
            if len(requests) == 1:
                raise
            rows = 0
        # Outside of the handlers, whose tracebacks hold on to the tensors that did not fit.
        if not rows:
            torch.cuda.empty_cache()
            rows = self.fits = max(1, len(requests) // 2)
        return self._cut(requests, rows)

    def _cut(self, requests: list[Request], rows: int) -> list[Reply | Exception]:
        return [r for i in range(0, len(requests), rows) for r in self(requests[i : i + rows])]


def how(generation: Generation, tokenizer: Any) -> dict[str, Any]:
    """Arguments of ``generate``. Greedy unless asked otherwise."""
    given: dict[str, Any] = {"max_new_tokens": generation.max_new_tokens, "do_sample": generation.temperature > 0}
    if generation.temperature > 0:
        given |= {"temperature": generation.temperature, "top_p": generation.top_p}
    if generation.stop:
        given |= {"stop_strings": list(generation.stop), "tokenizer": tokenizer}
    pad = getattr(tokenizer, "pad_token_id", None)
    return given if pad is None else {**given, "pad_token_id": pad}


def watch() -> Any:
    """A logits processor that changes nothing and remembers, in ``broken``, which rows had NaN."""
    from transformers import LogitsProcessor

    class Watch(LogitsProcessor):  # type: ignore[misc]
        broken: Any = None

        def __call__(self, input_ids: Any, scores: Any) -> Any:
            now = scores.isnan().any(dim=-1)
            self.broken = now if self.broken is None else self.broken | now
            return scores

    return Watch()


def replies(
    requests: Sequence[Request], tokens: Any, broken: Any, model: Any, tokenizer: Any, thinking_end: str,
    details: Sequence[dict[str, Any]],
) -> list[Reply | Exception]:  # fmt: skip
    """A reply a request from its row of generated ``tokens``; :class:`NoNumbers` where logits were NaN.

    ``broken`` has a row a request, or a row a beam of it.
    """
    beams = len(broken) // len(requests)
    bad = broken.reshape(len(requests), beams).any(dim=1).tolist()
    rows = tokens.tolist()
    with TOKENIZER:
        return [
            NoNumbers(f"{type(model).__name__} computed NaN for {request.case}")
            if bad[i]
            else reply(tokenizer, rows[i], request.generation, thinking_end, details[i])
            for i, request in enumerate(requests)
        ]


def reply(tokenizer: Any, ids: list[int], generation: Generation, thinking_end: str, details: dict[str, Any]) -> Reply:
    """The reply that generated ``ids`` stand for: the text after the thinking part, and why it ended."""
    pad, ends = getattr(tokenizer, "pad_token_id", None), getattr(tokenizer, "eos_token_id", None)
    while ids and ids[-1] in (pad, ends):
        ids.pop()
    raw = str(tokenizer.decode(ids, skip_special_tokens=True)).strip()
    for stop in generation.stop:
        raw = raw.split(stop)[0]
    text, thought = apart(raw, thinking_end)
    more = dict(details)
    if thought:
        more["thinking"] = thought
    if not text:
        more["empty"] = True
    finish = "length" if len(ids) >= generation.max_new_tokens else "stop"
    return Reply(text, raw=raw if raw != text else None, finish=finish, details=more)
