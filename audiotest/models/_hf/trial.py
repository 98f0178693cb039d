"""Whether the rows of a loaded model may come and go while others are decoded: found out by trying, once."""

from __future__ import annotations

from typing import Any

from audiotest.models._generating import how
from audiotest.models._hf.asking import cast
from audiotest.models._hf.decoding import CannotJoin, Row, Rows, prefilled
from audiotest.types import Generation, Request, Waveform

_TOKENS, _AHEAD = 6, 2
_ALLOWED = {1: 0.1, 2: 0.1, 4: 1e-3, 8: 1e-3}
"""By what share of their norm logits may differ beside other rows, by the bytes of a number. A row that sees another's
tokens, or has another's positions, differs by its own norm."""


def why_batches(adapter: Any) -> str:
    """Why a loaded model answers in batches; empty if its rows may come and go.

    What its class or its settings rule out is looked at first. Then two short prompts are asked: a row has to get the
    tokens that ``generate`` gives it, and beside one that is ahead of it the logits that it has alone. A step that is
    compiled is compiled by that.
    """
    import torch
    from transformers import GenerationMixin

    model = adapter._model
    if not adapter.settings.continuous:
        return "the option continuous is false"
    if getattr(type(model), "generate", None) is not GenerationMixin.generate:
        return f"{type(model).__name__} generates in a way of its own"
    if model.config.is_encoder_decoder:
        return f"{type(model).__name__} has an encoder and a decoder"
    try:
        with torch.inference_mode():
            return _differs(adapter)
    except CannotJoin as reason:
        return str(reason)
    except Exception as error:
        return f"a trial of it failed: {type(error).__name__}: {error}"


def _differs(adapter: Any) -> str:
    model = adapter._model
    first, second = _requests(adapter)
    alone = _read(adapter, second)
    row = alone.rows[0] if alone.rows else None
    if row is None:
        return ""  # it says nothing; there is nothing that could differ
    held = _trace(alone, row, _TOKENS)
    given = _batch(adapter, second)
    cast(given, model)
    out = model.generate(**given, **how(second.generation, adapter._tokenizer))
    if out[0, given["input_ids"].shape[1] :].tolist()[: len(row.ids)] != row.ids:
        return "in a slot it says something else than transformers' generate does"
    ahead = _read(adapter, first)
    for _ in range(_AHEAD):
        if ahead.rows:
            ahead.step()
    beside = _read(adapter, second)
    row = beside.rows[0]
    ahead.join(beside)
    allowed = _ALLOWED[model.dtype.itemsize]
    for here, there in zip(_trace(ahead, row, _TOKENS), held, strict=False):
        if float((here - there).norm()) > allowed * float(there.norm()):
            return "other rows change what it computes for one"
        if int(here.argmax()) != int(there.argmax()):
            break  # as near as numbers of 16 bits come; from here on the texts differ
    return ""


def _read(adapter: Any, request: Request) -> Rows:
    batch = _batch(adapter, request)
    return prefilled(adapter._model, adapter._tokenizer, [request], batch, step=adapter.compiled)[0]


def _batch(adapter: Any, request: Request) -> Any:
    return adapter._inputs([request]).inputs.to(adapter._model.device)


def _trace(rows: Rows, row: Row, steps: int) -> list[Any]:
    """The logits of ``row`` in so many steps, or until it ends."""
    logits = []
    for _ in range(steps):
        if row not in rows.rows:
            break
        place = rows.rows.index(row)
        rows.step()
        logits.append(rows.logits[place].float())
    return logits


def _requests(adapter: Any) -> list[Request]:
    """Two prompts of different length, with a second of noise where the model listens."""
    import numpy as np

    rate = adapter.settings.sample_rate
    noise = np.random.default_rng(0).normal(0, 0.1, (rate, 1)).astype(np.float32)
    audio = (Waveform(noise, rate),) if adapter.listens else ()
    return [
        Request(
            suite="trial", case=prompt, condition="original", prompt=prompt, question=prompt, audio=audio,
            generation=Generation(max_new_tokens=tokens),
        )
        for prompt, tokens in (("Describe what is heard, in a sentence.", _AHEAD + _TOKENS + 2), ("What?", _TOKENS + 1))
    ]  # fmt: skip
