"""Beam search by the rule of transformers 4.28, which the official code of SALMONN decodes with.

With ``inputs_embeds`` in the place of a prompt's ids, transformers 4.28 puts one BOS before what is generated and
counts it as a part of the reply. A sum of log-probabilities is divided by a length before beams are compared:

- a beam that ``</s>`` ends after n tokens, ``</s>`` included: by n (the BOS is counted, ``</s>`` is not),
- a beam that is cut after n tokens: by n + 1,
- the best continuation of a step, in the bound that ends the search: by n + 1.

Newer versions divide all three by n, so shorter replies win there. Source: ``BeamSearchScorer`` and ``BeamHypotheses``
of transformers 4.28.0 (generation/beam_search.py). What is not followed: there the bound of the i-th prompt of a batch
is divided by n + i, whereas here a batch answers like single requests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

Step = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""``step(order, tokens)``: the logits (rows, vocabulary) after ``tokens`` (rows), which follow the rows ``order`` of
the step before; the beams of a prompt are rows beside each other."""
_NEVER = -1e9
"""The sum of a beam that is not there yet: at first all beams of a prompt are one."""


class Finished:
    """The best ``size`` replies to one prompt that have ended, by their divided sums."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.replies: list[tuple[float, list[int]]] = []
        self.done = False

    @property
    def worst(self) -> float:
        """The score below which a reply is not kept."""
        return min(score for score, _ in self.replies)

    def add(self, ids: list[int], total: float, length: int) -> None:
        """Take in a reply with the sum ``total``, which is divided by ``length``."""
        score = total / length
        if len(self.replies) < self.size or score > self.worst:
            self.replies.append((score, ids))
            if len(self.replies) > self.size:
                self.replies.remove(min(self.replies, key=lambda reply: reply[0]))

    def judge(self, best: float, length: int) -> None:
        """``best``: the highest sum of a step, after which no continuation scores more than ``best / length``."""
        self.done = self.done or (len(self.replies) == self.size and self.worst >= best / length)

    def best(self) -> list[int]:
        """The ids of the reply with the highest score."""
        return max(self.replies, key=lambda reply: reply[0])[1]


def search(
    first: torch.Tensor, step: Step, *, beams: int, most: int, end: int,
    stopped: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> list[list[int]]:  # fmt: skip
    """The ids of the best reply to each prompt, at most ``most`` of them, without ``end`` (``</s>``).

    ``first`` holds the logits after the prompts, (prompts, vocabulary). ``stopped(ids)`` says for (candidates, tokens)
    of generated ids which of them hold a stop string: those end too, and are divided like a beam that ``</s>`` ends.
    """
    prompts, vocabulary = first.shape
    ended = [Finished(beams) for _ in range(prompts)]
    sums = torch.full((prompts, beams), _NEVER, device=first.device)
    sums[:, 0] = 0.0
    logits, ids = first.repeat_interleave(beams, dim=0), first.new_zeros(prompts * beams, 0, dtype=torch.long)
    number = torch.arange(prompts, device=first.device)[:, None]
    for length in range(1, most + 1):
        scores = logits.float().log_softmax(dim=-1).unflatten(0, (prompts, beams)) + sums[..., None]
        # Twice as many as there are beams: so many are left when each beam may also end.
        totals, places = scores.flatten(1).topk(2 * beams, dim=1)
        rows, tokens = (places // vocabulary + beams * number).flatten(), (places % vocabulary).flatten()
        candidates = torch.cat([ids[rows], tokens[:, None]], dim=1)
        stops = tokens == end if stopped is None else (tokens == end) | stopped(candidates)
        ends = stops.unflatten(0, (prompts, -1))
        kept = [
            _taken(ended[i], ends[i].tolist(), totals[i].tolist(), candidates.unflatten(0, (prompts, -1))[i], end)
            for i in range(prompts)
        ]
        if all(one.done for one in ended):
            break
        chosen = torch.tensor(kept, device=first.device)
        sums = totals.gather(1, chosen).masked_fill(ends.gather(1, chosen), _NEVER)
        flat = (chosen + 2 * beams * number).flatten()
        ids = candidates[flat]
        if length < most:
            logits = step(rows[flat], ids[:, -1])
    for one, beam_sums, beam_ids in zip(ended, sums.tolist(), ids.unflatten(0, (prompts, -1)).tolist(), strict=True):
        for total, cut in zip(beam_sums, beam_ids, strict=True) if not one.done else ():
            one.add(cut, total, most + 1)
    return [one.best() for one in ended]


def _taken(
    finished: Finished, ends: Sequence[bool], totals: Sequence[float], candidates: torch.Tensor, end: int
) -> list[int]:
    """The places of the candidates of one prompt that go on, as many as there are beams; those that end are taken in by
    ``finished`` if they are among the first so many."""
    beams, going_on = finished.size, list[int]()
    for place, ending in enumerate(ends if not finished.done else ()):
        if len(going_on) == beams:
            break
        if not ending:
            going_on.append(place)
        elif place < beams:
            ids = candidates[place].tolist()
            finished.add(ids[:-1] if ids[-1] == end else ids, totals[place], len(ids))
    finished.judge(max(totals), candidates.shape[1] + 1)
    return (going_on + [place for place in range(len(ends)) if place not in going_on])[:beams]
