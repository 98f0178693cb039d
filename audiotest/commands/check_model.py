"""``audiotest check-model``: does a model answer the same in a batch as alone?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from audiotest.commands import _completing as completing
from audiotest.commands._saying import say

if TYPE_CHECKING:
    from audiotest.types import Request

_SECONDS = (0.5, 1.0, 2.3, 5.1, 0.7, 3.0, 8.0, 1.6)


@click.command("check-model")
@click.argument("spec", shell_complete=completing.models)
@click.option("--option", "options", multiple=True, metavar="K=V", help="An option of the model's adapter.")
@click.option(
    "--tokens", type=click.IntRange(min=1), default=16, show_default=True, help="How long the replies may be."
)
def command(spec: str, options: tuple[str, ...], tokens: int) -> None:
    """Ask SPEC eight questions about synthesised clips of different lengths, as one batch, as 3 + 5, and one by one;
    a model that refills its slots as replies end also with three in flight.

    The replies have to be the same texts: padding must not be heard. Models that differ (Qwen-Audio-Chat loses 40
    points on ClothoAQA at batch 8, QwenLM/Qwen-Audio issue 43) belong at batch size 1. Exits with 1 if any differs.
    """
    from audiotest.models.loading import ModelError, open_model

    pairs = [option.partition("=") for option in options]
    try:
        model = open_model(spec, {key: value for key, _, value in pairs})
        model.load()
    except (ModelError, OSError, ValueError) as error:
        raise click.ClickException(f"{spec}: {error}") from None
    requests = _requests(model.needs.sample_rate or 16000, tokens)
    together = _texts(model.answer(requests))
    parts = _texts([*model.answer(requests[:3]), *model.answer(requests[3:])])
    alone = _texts([reply for request in requests for reply in model.answer([request])])
    slots, how = _in_slots(model, requests)
    model.close()
    differing = 0
    for seconds, *texts in zip(_SECONDS, together, parts, alone, slots or alone, strict=True):
        if len(set(texts)) > 1:
            differing += 1
            say(
                f"clip of {seconds} s\n  batch of 8: {texts[0]!r}\n"
                f"  3 + 5:      {texts[1]!r}\n  alone:      {texts[2]!r}"
                + (f"\n  in slots:   {texts[3]!r}" if slots else "")
            )
    failed = sum(text.startswith("error: ") for text in alone)
    say(f"{model.name}: {differing} of {len(requests)} replies differ between batches, {failed} failed alone")
    if how:
        say(how)
    if differing or failed:
        say("keep it at batch size 1" if differing else f"the first error: {min(alone, key=len)}")
        sys.exit(1)


def _in_slots(model: Any, requests: list[Request]) -> tuple[list[str], str]:
    """(The replies with three in flight, a sentence) of a model that says whether it can; else nothing."""
    from audiotest.models.streaming import in_order

    why_batches = getattr(model, "why_batches", None)
    if why_batches is None:
        return [], ""
    if why := why_batches():
        return [], f"replies wait for the longest of their batch: {why}"
    return _texts(in_order(model.stream(iter(requests), 3), requests)), "a reply that ends makes room for the next"


def _requests(rate: int, tokens: int) -> list[Request]:
    import numpy as np

    from audiotest.types import Generation, Request, Waveform

    requests = []
    for i, seconds in enumerate(_SECONDS):
        t = np.arange(round(seconds * rate)) / rate
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


def _texts(replies: object) -> list[str]:
    from audiotest.types import Reply

    assert isinstance(replies, list)
    return [reply.text if isinstance(reply, Reply) else f"error: {reply}" for reply in replies]
