"""The option that MMAU-Pro's own code finds nearest, on vectors of ``tools/mmau_pro_golden.py``."""

from pathlib import Path

import numpy as np
import pytest

from audiotest.grade.similarities import Comparer
from audiotest.score import mmau_pro_closed
from audiotest.types import Question, Request

GOLDEN = Path(__file__).parent / "data" / "mmau_pro_closed.npz"


class Vectors:
    """An embedding model whose vectors are given."""

    name = identity = "vectors"

    def __init__(self, vectors):
        self.vectors = vectors

    def embed(self, texts):
        return np.stack([self.vectors[text] for text in texts])


def chosen(reply, options):
    """The place that we choose, by the way of a run: vectors, cosines, verdict."""
    texts = tuple(f"option {i}" for i in range(len(options)))
    asked = Question("?", texts, texts[0], 0)
    pair = mmau_pro_closed.compares(asked, "reply")
    model = Comparer(Vectors({"reply": reply, **dict(zip(texts, options, strict=True))}))
    (compared,) = model.answer([Request("", "", "", pair[0], pair[0], pair[1])])
    return mmau_pro_closed.score(asked, "reply", similarities=compared.details["cosines"]).choice


@pytest.fixture(scope="module")
def golden():
    rows = np.load(GOLDEN)
    names = ("kinds", "replies", "options", "counts", "picks")
    return [
        (kind, reply, options[:n], pick) for kind, reply, options, n, pick in zip(*map(rows.get, names), strict=True)
    ]


@pytest.mark.parametrize("kind", ["random", "near", "empty", "void"])
def test_the_choice_is_the_official_one(golden, kind):
    rows = [(reply, options, pick) for of, reply, options, pick in golden if of == kind]
    assert len(rows) >= 10
    assert [chosen(reply, options) for reply, options, _ in rows] == [pick for *_, pick in rows]


def test_of_options_with_one_vector_the_first_is_chosen_where_the_official_code_rounds(golden):
    rows = [(reply, options, pick) for kind, reply, options, pick in golden if kind == "equal"]
    second = 0
    for reply, options, pick in rows:
        ours = chosen(reply, options)
        np.testing.assert_array_equal(options[ours], options[pick])
        assert ours == min(i for i, option in enumerate(options) if (option == options[ours]).all())
        second += int(ours != pick)
    assert (second, len(rows)) == (1, 60)


def test_of_options_in_one_direction_it_is_one_of_those(golden):
    for kind, reply, options, pick in golden:
        if kind == "scaled":
            ours = options[chosen(reply, options)]
            ratio = ours / options[pick]
            np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)


def test_a_vector_that_is_not_finite_is_no_choice():
    model = Comparer(Vectors({"reply": np.array([1.0, np.nan]), "a": np.ones(2), "b": -np.ones(2)}))
    broken, whole = model.answer([Request("", "", "", t, t, ("a", "b")) for t in ("reply", "a")])
    assert "vector that is not finite" in str(broken)
    assert whole.details["cosines"] == pytest.approx([1, -1])
