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
    measure: Callable[[Request, list[str]], list[float]],
    tokens: Callable[[str], list[int]],
) -> list[Reply | Exception]:
    """The replies, with the likelihoods of their options where they were asked for.

    ``measure`` gives the log-probability of each of some texts after a request's prompt, ``tokens`` the ids of one.
    """
    return [
        replace(reply, details={**reply.details, "likelihoods": _of(request, measure, tokens)})
        if request.likelihoods and isinstance(reply, Reply)
        else reply
        for request, reply in zip(requests, replies, strict=True)
    ]


def _of(request: Request, measure: Any, tokens: Any) -> dict[str, list[dict[str, float]]]:
    labels = list(request.labels) or [LETTERS[i % 26] for i in range(len(request.choices))]
    texts = [*request.choices, *labels]
    values = measure(request, texts)
    rows = [
        {"logprob": float(value), "tokens": len(tokens(text)), "characters": len(text)}
        for value, text in zip(values, texts, strict=True)
    ]
    return {"text": rows[: len(labels)], "label": rows[len(labels) :]}


def padded(tails: Sequence[Sequence[int]], device: Any) -> tuple[Any, Any]:
    """(options, longest) ids and mask, padded on the right: what follows an option's end does not count."""
    import torch

    longest = max(map(len, tails))
    ids = [[*tail, *[0] * (longest - len(tail))] for tail in tails]
    mask = [[1] * len(tail) + [0] * (longest - len(tail)) for tail in tails]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def summed(last: Any, logits: Any, ids: Any, mask: Any) -> list[float]:
    """Log-probabilities of the options: ``last`` (vocabulary) are the logits after the prompt, ``logits`` (options,
    longest, vocabulary) those after each token of an option."""
    import torch

    before = torch.cat([last.expand(len(ids), 1, -1), logits[:, :-1]], dim=1).float().log_softmax(dim=-1)
    each = before.gather(2, ids[..., None])[..., 0]
    sums: list[float] = (each * mask).sum(dim=1).tolist()
    return sums
