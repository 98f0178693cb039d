"""``audiotest check-model``: does a model answer the same in a batch as alone, and as another that has its weights?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from audiotest.commands import _completing as completing
from audiotest.commands._model_options import pairs
from audiotest.commands._saying import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audiotest.models.protocol import Adapter
    from audiotest.types import Reply, Request

_SECONDS = (0.5, 1.0, 2.3, 5.1, 0.7, 3.0, 8.0, 1.6)
_RATE = 16000
_SHOWN = 5
"""How many replies that differ between two models are shown."""
_ERROR = "error: "


@click.command("check-model")
@click.argument("spec", shell_complete=completing.models)
@click.option(
    "--option", "options", multiple=True, metavar="K=V", callback=pairs, help="An option of the model's adapter."
)
@click.option(
    "--tokens", type=click.IntRange(min=1), default=16, show_default=True, help="How long the replies may be."
)
@click.option(
    "--against",
    metavar="SPEC",
    shell_complete=completing.models,
    help="Another model that has to give the same replies, as hf:FOLDER for the checkpoint of a server.",
)
@click.option(
    "--against-option",
    "others",
    multiple=True,
    metavar="K=V",
    callback=pairs,
    help="An option of that model's adapter.",
)
@click.option(
    "--questions", type=click.IntRange(min=1), default=32, show_default=True, help="How many --against is asked."
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="The share of replies that may differ from those of --against.",
)
def command(
    spec: str, options: dict[str, str], tokens: int, against: str | None, others: dict[str, str], questions: int,
    tolerance: float,
) -> None:  # fmt: skip
    """Ask SPEC eight questions about synthesised clips of different lengths, as one batch, as 3 + 5, and one by one;
    a model that refills its slots as replies end also with three in flight.

    The replies have to be the same texts: padding must not be heard. Models that differ (Qwen-Audio-Chat loses 40
    points on ClothoAQA at batch 8, QwenLM/Qwen-Audio issue 43) belong at batch size 1. Exits with 1 if any differs.

    With --against both models are asked the same, greedily, one model after the other (SPEC is closed before the other
    is loaded), and the share of replies that differ is reported; above --tolerance it exits with 1. A served model
    (vllm:, sglang:, openai:) is so held against hf: on the same checkpoint. In 16 bits some differ by rounding alone.
    """
    other = None if against is None else _opened(against, others)
    model = _opened(spec, options)
    rate = model.needs.sample_rate or (other.needs.sample_rate if other else 0) or _RATE
    _load(spec, model)
    bad = _between_batches(model, _requests(rate, tokens, len(_SECONDS)))
    here = _texts(model.answer(_requests(rate, tokens, questions))) if other else []
    model.close()
    if other is not None and against is not None:
        _load(against, other)
        there = _texts(other.answer(_requests(other.needs.sample_rate or rate, tokens, questions)))
        other.close()
        bad |= _between_models((model.name, here), (other.name, there), tolerance)
    if bad:
        sys.exit(1)


def _opened(spec: str, options: dict[str, str]) -> Adapter:
    from audiotest.models.loading import ModelError, open_model

    try:
        return open_model(spec, options)
    except (ModelError, OSError, ValueError) as error:
        raise click.ClickException(f"{spec}: {error}") from None


def _load(spec: str, model: Adapter) -> None:
    from audiotest.errors import AudiotestError

    try:
        model.load()
    except (AudiotestError, OSError, ValueError) as error:
        raise click.ClickException(f"{spec}: {error}") from None


def _between_batches(model: Adapter, requests: list[Request]) -> bool:
    """Whether replies differ by what is asked beside them, or one fails; says so."""
    together = _texts(model.answer(requests))
    parts = _texts([*model.answer(requests[:3]), *model.answer(requests[3:])])
    alone = _texts([reply for request in requests for reply in model.answer([request])])
    slots, how = _in_slots(model, requests)
    differing = 0
    for seconds, *texts in zip(_SECONDS, together, parts, alone, slots or alone, strict=True):
        if len(set(texts)) > 1:
            differing += 1
            say(
                f"clip of {seconds} s\n  batch of 8: {texts[0]!r}\n"
                f"  3 + 5:      {texts[1]!r}\n  alone:      {texts[2]!r}"
                + (f"\n  in slots:   {texts[3]!r}" if slots else "")
            )
    failed = [text for text in alone if text.startswith(_ERROR)]
    say(f"{model.name}: {differing} of {len(requests)} replies differ between batches, {len(failed)} failed alone")
    if how:
        say(how)
    if differing or failed:
        say("keep it at batch size 1" if differing else f"the first error: {failed[0]}")
    return bool(differing or failed)


def _between_models(one: tuple[str, list[str]], two: tuple[str, list[str]], tolerance: float) -> bool:
    """Whether more of the replies than ``tolerance`` differ between (name, texts) of two models, or one fails; says so.
    The share is of those questions to which both replied."""
    (name, here), (other, there) = one, two
    both = [
        (i, a, b)
        for i, (a, b) in enumerate(zip(here, there, strict=True))
        if not a.startswith(_ERROR) and not b.startswith(_ERROR)
    ]
    differing = [pair for pair in both if pair[1] != pair[2]]
    width = max(len(name), len(other)) + 1
    for i, a, b in differing[:_SHOWN]:
        say(f"question {i}, clip of {_seconds(i)} s\n  {name + ':':{width}} {a!r}\n  {other + ':':{width}} {b!r}")
    if len(differing) > _SHOWN:
        say(f"and {len(differing) - _SHOWN} more")
    share = f" ({len(differing) / len(both):.1%})" if both else ""
    say(f"{name}: {len(differing)} of {len(both)} replies{share} differ from those of {other}")
    for which, texts in (one, two):
        if failed := [text for text in texts if text.startswith(_ERROR)]:
            say(f"{which}: {len(failed)} of {len(texts)} failed, the first: {failed[0]}")
    return len(both) < len(here) or len(differing) > tolerance * len(both)


def _in_slots(model: Any, requests: list[Request]) -> tuple[list[str], str]:
    """(The replies with three in flight, a sentence) of a model that says whether it can; else nothing."""
    from audiotest.models.streaming import in_order

    why_batches = getattr(model, "why_batches", None)
    if why_batches is None:
        return [], ""
    if why := why_batches():
        return [], f"replies wait for the longest of their batch: {why}"
    return _texts(in_order(model.stream(iter(requests), 3), requests)), "a reply that ends makes room for the next"


def _seconds(i: int) -> float:
    return _SECONDS[i % len(_SECONDS)]


def _requests(rate: int, tokens: int, count: int) -> list[Request]:
    """So many questions, each about a sound of its own."""
    import numpy as np

    from audiotest.types import Generation, Request, Waveform

    requests = []
    for i in range(count):
        t = np.arange(round(_seconds(i) * rate)) / rate
        wave = 0.3 * np.sin(2 * np.pi * (220 + 110 * i) * t * (1 + 0.1 * np.sin(2 * np.pi * (1 + i) * t)))
        clip = Waveform(wave[:, None].astype(np.float32), rate)
        requests.append(
            Request(
                suite="check",
                case=f"clip{i}",
                condition="original",
                prompt=f"Describe sound number {i}.",
                question="Describe the sound.",
                audio=(clip,),
                generation=Generation(max_new_tokens=tokens),
            )
        )
    return requests


def _texts(replies: Sequence[Reply | Exception]) -> list[str]:
    return [f"{_ERROR}{reply}" if isinstance(reply, Exception) else reply.text for reply in replies]
