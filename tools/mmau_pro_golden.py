"""Makes tests/score/data/mmau_pro_closed.npz: which option the official code of MMAU-Pro finds nearest, on vectors made here.

Needs an environment with torch and what the official script imports (pandas, nltk, scikit-learn, tqdm, transformers);
nothing of it is asked but ``evaluate_closedended_with_nvembed``, with an ``encode`` that looks vectors up.

    git clone https://github.com/sonalkum/MMAUPro official && git -C official checkout 960e93a
    python tools/mmau_pro_golden.py official tests/score/data/mmau_pro_closed.npz

Kinds of rows: ``random`` vectors, ``near`` ones (options that differ in the fourth place), ``equal`` (two options have
the nearest vector), ``scaled`` (an option is a multiple of the nearest one: equal but for rounding), ``empty`` (the
reply's vector is zero), ``void`` (an option's is).
"""

import ast
import sys
from pathlib import Path

import numpy as np
import torch

WIDTH, MOST = 8, 5
KINDS = {"random": 120, "near": 60, "equal": 60, "scaled": 40, "empty": 10, "void": 30}


def official(folder):
    """The function alone: importing the script downloads tokenizers."""
    source = (folder / "evaluate_mmau_pro_comprehensive.py").read_text(encoding="utf-8")
    wanted = "evaluate_closedended_with_nvembed"
    (node,) = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == wanted]
    place = {"F": torch.nn.functional, "torch": torch, "tqdm": lambda rows: rows, "print": lambda *words: None}
    exec(compile(ast.Module([node], []), "official", "exec"), place)
    return place[wanted]


def row(kind, draw):
    """(reply, options) of one row: float32 of shape (WIDTH,) and (options, WIDTH)."""
    options = draw.normal(size=(draw.integers(2, MOST + 1), WIDTH)).astype(np.float32)
    reply = draw.normal(size=WIDTH).astype(np.float32)
    if kind == "near":
        options = (options[:1] + 1e-3 * options).astype(np.float32)
    first, second = sorted(draw.choice(len(options), 2, replace=False))
    if kind in ("equal", "scaled"):
        options[first] = reply + np.float32(0.1) * options[first]
        options[second] = options[first] * np.float32(1 if kind == "equal" else 3)
    if kind == "empty":
        reply[:] = 0
    if kind == "void":
        options[first] = 0
    return reply, options


class Vectors:
    """In the place of NV-Embed-v2: ``encode`` gives the vectors of these texts."""

    def __init__(self, vectors):
        self.vectors = vectors

    def encode(self, texts, instruction, max_length):
        assert (instruction, max_length) == ("", 4096)
        return torch.from_numpy(np.stack([self.vectors[text] for text in texts]))


def main(folder, target):
    nearest, draw = official(folder), np.random.default_rng(0)
    kinds, replies, options, counts, picks = [], [], [], [], []
    for kind, times in KINDS.items():
        for _ in range(times):
            reply, given = row(kind, draw)
            texts = [f"option {i}" for i in range(len(given))]
            model = Vectors({"reply": reply, **dict(zip(texts, given, strict=True))})
            chosen, _ = nearest(model, ["?"], [texts], [texts[0]], ["reply"], [""])
            padded = np.zeros((MOST, WIDTH), np.float32)
            padded[: len(given)] = given
            kinds.append(kind)
            replies.append(reply)
            options.append(padded)
            counts.append(len(given))
            picks.append(texts.index(chosen[0]))
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(target, kinds=kinds, replies=replies, options=options, counts=counts, picks=picks)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
