"""The log-probability of each option as the beginning of the reply, from logits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from audiotest.types import Reply, Request

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def with_likelihoods(
    requests: Sequence[Request],
    replies: Sequence[Reply | Exception],
    measure: Callable[[list[Request], list[list[str]]], list[list[float]]],
    tokens: Callable[[str], list[int]],
) -> list[Reply | Exception]:
    """The replies, with the likelihoods of their options where they were asked for.

    ``measure`` gives the log-probability of each of some texts after each request's prompt, ``tokens`` the ids of one.
    """
    with_likelihood = list(replies)
    ranked = [i for i, reply in enumerate(replies) if requests[i].likelihoods and isinstance(reply, Reply)]
    if not ranked:
        return with_likelihood
    texts = [_texts(requests[i]) for i in ranked]
    measured = measure([requests[i] for i in ranked], texts)
    for i, options, values in zip(ranked, texts, measured, strict=True):
        reply = replies[i]
        assert isinstance(reply, Reply)
        details = {**reply.details, "likelihoods": _shown(requests[i], options, values, tokens)}
        with_likelihood[i] = replace(reply, details=details)
    return with_likelihood


def _texts(request: Request) -> list[str]:
    """The options, and then the labels that stand for them."""
    return [*request.choices, *(request.labels or (LETTERS[i % 26] for i in range(len(request.choices))))]


def _shown(request: Request, texts: list[str], values: list[float], tokens: Any) -> dict[str, list[dict[str, float]]]:
    rows = [
        {"logprob": float(value), "tokens": len(tokens(text)), "characters": len(text)}
        for value, text in zip(values, texts, strict=True)
    ]
    options = len(request.choices)
    return {"text": rows[:options], "label": rows[options:]}


def padded(tails: Sequence[Sequence[int]], device: Any) -> tuple[Any, Any]:
    """(options, longest) ids and mask, padded on the right: what follows an option's end does not count."""
    import torch

    longest = max(map(len, tails))
    ids = [[*tail, *[0] * (longest - len(tail))] for tail in tails]
    mask = [[1] * len(tail) + [0] * (longest - len(tail)) for tail in tails]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def summed(last: Any, logits: Any, ids: Any, mask: Any) -> list[float]:
    """Log-probabilities of the options: ``last`` (vocabulary) are the logits after the prompt, or (options, vocabulary)
    after that of each; ``logits`` (options, longest, vocabulary) those after each token of an option."""
    import torch

    before = torch.cat([last.expand(len(ids), -1)[:, None], logits[:, :-1]], dim=1).float().log_softmax(dim=-1)
    each = before.gather(2, ids[..., None])[..., 0]
    sums: list[float] = (each * mask).sum(dim=1).tolist()
    return sums
