"""Simulated models with planted properties, as records: what a run of such a model would have left.

Every property has a true value that can be worked out, so a metric can be held against it. Cases come in pairs that
share a clip, as questions of real benchmarks do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct

from audiotest.types import Record, Reply, Verdict

CHOICES = ("rain", "a dog barks", "wind", "a bell is rung")
K = len(CHOICES)


class Planted(Struct, frozen=True):
    """A property: what makes a run's records, the metric that finds it, with which arguments, and its true value."""

    name: str
    metric: str
    make: Callable[[np.random.Generator, int], list[Record]]
    truth: float
    arguments: dict[str, str] = {}


def record(
    i: int, condition: str, right: int | None, choice: int | None, *, choices: Sequence[str] = CHOICES,
    order: Sequence[int] | None = None, status: str = "read", expectation: str = "recorded", outcome: str = "passed",
) -> Record:  # fmt: skip
    """A record of case ``i``, which shares its clip with its neighbour."""
    correct = None if right is None else choice == right
    verdict = Verdict(correct, choice, status, None if correct is None else float(correct))  # type: ignore[arg-type]
    return Record(
        suite="simulated", case=f"c{i}", condition=condition, nodeid=f"s.yaml::{condition}::c{i}",
        expectation=expectation, outcome=outcome, question="?", choices=tuple(choices),
        order=tuple(order or range(len(choices))),
        answer=None if right is None else choices[right], answer_index=right, clip=f"clip{i // 2}",
        reply=Reply("" if choice is None else choices[choice]), verdicts={"choice": verdict},
    )  # type: ignore[arg-type]  # fmt: skip


def wrong(rng: np.random.Generator, right: int, k: int = K) -> int:
    """Another option than the right one."""
    return (right + int(rng.integers(1, k))) % k


def answer(rng: np.random.Generator, right: int, p: float) -> int:
    """Right with probability ``p``, else one of the others."""
    return right if rng.random() < p else wrong(rng, right)


def right_by_clip(rng: np.random.Generator, clips: int, questions: int, p: float, share: float) -> list[bool]:
    """Right with probability ``p``; a ``share`` of a clip's answers stand or fall together, so that two of them
    correlate by its square. In the order of :func:`clip_names`."""
    together = rng.random((clips, 1)) < p
    alone = rng.random((clips, questions)) < p
    found: list[bool] = np.where(rng.random((clips, questions)) < share, together, alone).ravel().tolist()
    return found


def clip_names(clips: int, questions: int) -> list[int]:
    """The clip of each question, clip by clip."""
    return [clip for clip in range(clips) for _ in range(questions)]


def by_luck(rng: np.random.Generator, n: int) -> list[Record]:
    """Right with probability 0.62 and for no reason."""
    rights = rng.integers(K, size=n)
    return [record(i, "original", int(r), answer(rng, int(r), 0.62)) for i, r in enumerate(rights)]


def half_deaf(rng: np.random.Generator, n: int) -> list[Record]:
    """Hears three clips in four (then 0.9 of its answers are right), guesses on the others; 0.4 from the text alone."""
    rights, heard = rng.integers(K, size=n), rng.random(n // 2 + 1) < 0.75
    with_sound = [answer(rng, int(r), 0.9 if heard[i // 2] else 1 / K) for i, r in enumerate(rights)]
    return [record(i, "original", int(r), with_sound[i]) for i, r in enumerate(rights)] + [
        record(i, "text_only", int(r), answer(rng, int(r), 0.4)) for i, r in enumerate(rights)
    ]


def flipping(rng: np.random.Generator, n: int) -> list[Record]:
    """Under noise, 0.17 of its answers change from right to wrong or back."""
    rows = []
    for i in range(n):
        right = int(rng.integers(K))
        before = answer(rng, right, 0.7)
        now = before
        if rng.random() < 0.17:
            now = wrong(rng, right) if before == right else right
        rows += [record(i, "original", right, before), record(i, "noise(snr_db=10)", right, now)]
    return rows


def ordered(rng: np.random.Generator, n: int) -> list[Record]:
    """Knows 0.55 of the answers under any order, and guesses the others again under each of four."""
    rows = []
    for i in range(n):
        right, knows = int(rng.integers(K)), rng.random() < 0.55
        for shift in range(K):
            order = [(place - shift) % K for place in range(K)]
            shown = order.index(right)
            chosen = shown if knows else int(rng.integers(K))
            name = "original" if shift == 0 else f"rotated(k={shift})"
            rows.append(record(i, name, shown, chosen, choices=[CHOICES[o] for o in order], order=order))
    return rows


def first_place(rng: np.random.Generator, n: int) -> list[Record]:
    """Takes the first option 0.3 of the time, whatever it is; is right otherwise."""
    rights = [int(r) for r in rng.integers(K, size=n)]
    return [record(i, "original", r, 0 if rng.random() < 0.3 else r) for i, r in enumerate(rights)]


def long_winded(rng: np.random.Generator, n: int) -> list[Record]:
    """Takes the longest option 0.2 of the time; is right otherwise."""
    rights = [int(r) for r in rng.integers(K, size=n)]
    return [record(i, "original", r, 3 if rng.random() < 0.2 else r) for i, r in enumerate(rights)]


def yes_sayer(rng: np.random.Generator, n: int) -> list[Record]:
    """Says yes to 0.9 of what is there and to 0.5 of what is not."""
    rows = []
    for i in range(n):
        right = int(rng.integers(2))
        chosen = 0 if rng.random() < (0.9, 0.5)[right] else 1
        rows.append(record(i, "original", right, chosen, choices=("yes", "no")))
    return rows


def refusing(rng: np.random.Generator, n: int) -> list[Record]:
    """Declines 0.1 of what it could answer and 0.7 of what it could not."""
    rows = []
    for i in range(n):
        right = int(rng.integers(K))
        for condition, rate in (("original", 0.1), ("silence", 0.7)):
            declines = rng.random() < rate
            rows.append(
                record(i, condition, right, None if declines else right, status="refused" if declines else "read")
            )
    return rows


RATIOS = (-15, -10, -5, 0, 5, 10, 15)
THRESHOLD, SLOPE, LAPSE = -1.5, 2.5, 0.05


def fragile(rng: np.random.Generator, n: int) -> list[Record]:
    """Hears by a psychometric curve with its threshold at -1.5 dB; each clip is a little harder or easier."""
    rows = []
    for i in range(n):
        right = int(rng.integers(K))
        for snr in RATIOS:
            p = 1 / K + (1 - 1 / K - LAPSE) / (1 + np.exp(-(snr - THRESHOLD) / SLOPE))
            rows.append(record(i, f"noise(snr_db={snr})", right, answer(rng, right, p)))
    return rows


PLANTED = (
    Planted("right by luck", "accuracy", by_luck, 0.62),
    Planted("right by luck", "chance_corrected_accuracy", by_luck, (0.62 - 1 / K) / (1 - 1 / K)),
    Planted("half deaf", "listening_gap", half_deaf, 0.75 * 0.9 + 0.25 / K - 0.4),
    Planted("flips under noise", "flip_rate", flipping, 0.17, {"condition": "noise(snr_db=10)"}),
    Planted("flips under noise", "influence_rate", flipping, 0.17, {"condition": "noise(snr_db=10)"}),
    Planted("flips under noise", "consistency", flipping, 0.83, {"condition": "noise(snr_db=10)"}),
    Planted("guesses by order", "robust_accuracy", ordered, 0.55 + 0.45 / K**K),
    Planted("guesses by order", "correctness_rate", ordered, 0.55 + 0.45 / K),
    Planted("first place", "position_bias", first_place, -0.3 * 0.5),
    Planted("longest option", "length_bias", long_winded, 0.2 * 0.5),
    Planted("says yes", "yes_rate", yes_sayer, (0.9 + 0.5) / 2),
    Planted("says yes", "balanced_accuracy", yes_sayer, (0.9 + 0.5) / 2),
    Planted("refuses", "hallucination_rate", refusing, 0.3, {"condition": "silence"}),
    Planted("refuses", "abstention_calibration", refusing, (0.7 + 0.9) / 2),
    Planted("fragile below an SNR", "threshold_snr", fragile, THRESHOLD),
)
