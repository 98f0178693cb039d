"""ROUGE: figures worked out by hand, the scorers' options, and the same through ``evaluate`` offline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.score import _rouge, rouge, rouge_1, rouge_l
from audiotest.score.metrics import path
from audiotest.types import Question

REFERENCE, REPLY = "the dog barks at the cat", "a dog barks"


def asked(*reference: str) -> Question:
    return Question("Describe it.", reference=reference)


def test_figures_by_hand() -> None:
    found = _rouge.figures([REFERENCE], REPLY)
    assert found["rouge1"] == pytest.approx({"precision": 2 / 3, "recall": 2 / 6, "fmeasure": 4 / 9})
    assert found["rouge2"] == pytest.approx({"precision": 1 / 2, "recall": 1 / 5, "fmeasure": 2 / 7})
    assert found["rougeL"] == pytest.approx({"precision": 2 / 3, "recall": 2 / 6, "fmeasure": 4 / 9})


def test_order_matters_to_the_longest_common_subsequence_only() -> None:
    found = _rouge.figures(["rain then wind"], "wind then rain")
    assert found["rouge1"]["fmeasure"] == 1.0
    assert found["rougeL"]["fmeasure"] == pytest.approx(1 / 3)


def test_lines_matter_to_lsum_only() -> None:
    found = _rouge.figures(["rain falls\nwind blows"], "wind blows\nrain falls")
    assert found["rougeLsum"]["fmeasure"] == 1.0
    assert found["rougeL"]["fmeasure"] == pytest.approx(1 / 2)


def test_the_stemmer_is_off_unless_asked_for() -> None:
    assert rouge_l.score(asked("dogs barking"), "dog barks").score == 0.0
    verdict = rouge_l.score(asked("dogs barking"), "dog barks", use_stemmer=True)
    assert (verdict.score, verdict.details["use_stemmer"]) == (1.0, True)


def test_of_several_references_the_best_counts_for_each_type() -> None:
    verdict = rouge.score(asked("wind then rain", "rain then"), "rain then wind")
    assert verdict.details["rouge1"]["fmeasure"] == 1.0
    assert verdict.details["rougeL"] == pytest.approx({"precision": 2 / 3, "recall": 1.0, "fmeasure": 0.8})


def test_only_latin_letters_and_digits_are_words() -> None:
    assert rouge.score(asked("音乐很平静"), "音乐很平静").score == 0.0
    assert rouge.score(asked("ROUGE, 2004!"), "rouge 2004").score == 1.0


def test_without_a_threshold_the_figure_is_recorded() -> None:
    verdict = rouge.score(asked(REFERENCE), REPLY)
    assert verdict.correct is None
    assert verdict.score == pytest.approx(4 / 9)
    assert set(verdict.details) == {*_rouge.TYPES, "use_stemmer"}


@pytest.mark.parametrize(
    ("options", "correct"),
    [
        ({"min": 0.4}, True),
        ({"min": 0.5}, False),
        ({"min": 0.5, "measure": "precision"}, True),
        ({"min": 0.4, "measure": "recall"}, False),
        ({"min": 0.4, "type": "rouge2"}, False),
        ({"min": 0}, True),
    ],
)
def test_a_threshold_decides(options: dict[str, Any], correct: bool) -> None:
    verdict = rouge.score(asked(REFERENCE), REPLY, **options)
    assert verdict.correct is correct
    assert verdict.score == verdict.details[options.get("type", "rougeL")]["fmeasure"]


def test_a_threshold_includes_its_value() -> None:
    assert rouge_l.score(asked("a b"), "a b", min=1.0).correct
    assert not rouge_1.score(asked("a b"), "a c", min=0.51).correct
    assert rouge_1.score(asked("a b"), "a c", min=0.5).correct


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min": 20}, "`min` is 20: expected a number from 0 to 1"),
        ({"min": "0.2"}, "expected a number"),
        ({"min": True}, "expected a number"),
        ({"min": float("nan")}, "expected a number"),
        ({"type": "rouge-l"}, "unknown `type` 'rouge-l'.*rougeLsum"),
        ({"measure": "f1"}, "unknown `measure` 'f1'.*fmeasure"),
        ({"use_stemmer": "yes"}, "expected true or false"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rouge.score(asked(REFERENCE), REPLY, **options)


def test_a_question_without_a_reference_is_not_judged() -> None:
    verdict = rouge.score(asked(), REPLY, min=0.1)
    assert (verdict.correct, verdict.score, verdict.counted, verdict.status) == (None, None, False, "none")
    with pytest.raises(ValueError, match="give at least one"):
        _rouge.figures([], REPLY)


def test_an_empty_reply_scores_0() -> None:
    assert rouge_l.score(asked(REFERENCE), "", min=0.1).correct is False


@given(st.text(), st.lists(st.text(), min_size=1, max_size=3), st.booleans())
def test_any_text_has_figures_from_0_to_1(reply: str, references: list[str], use_stemmer: bool) -> None:
    found = _rouge.figures(references, reply, use_stemmer=use_stemmer)
    assert all(0 <= value <= 1 for measures in found.values() for value in measures.values())


def test_the_metrics_that_come_along() -> None:
    assert Path(path("rouge"), "rouge.py").is_file()
    with pytest.raises(LookupError, match="there is no metric 'bleu' in this package; there is rouge"):
        path("bleu")


THROUGH_EVALUATE = """
import json, socket, sys

def refuse(*args, **kwargs):
    raise OSError("no network in this test")

socket.socket.connect = socket.getaddrinfo = refuse
from importlib.util import find_spec
from audiotest.score.metrics import path
from audiotest.score.metrics.loading import import_evaluate

there = find_spec("transformers")
evaluate = import_evaluate()
assert not {"transformers", "torch"} & set(sys.modules)
assert find_spec("transformers") == there, "what comes later finds it"
metric = evaluate.load(path("rouge"), keep_in_memory=sys.argv[1] == "memory")
replies = ["a dog barks", "wind then rain"]
single = metric.compute(predictions=replies, references=["the dog barks", "rain then wind"], use_stemmer=True)
several = metric.compute(predictions=replies, references=[["x", "a dog"], ["rain then wind"]], average=False)
print(json.dumps([single, several]))
"""


def test_evaluate_gives_the_same_figures_offline_in_several_processes(tmp_path: Path) -> None:
    """Two processes load at once into one empty cache: no network, nothing written outside of it."""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "XDG_"))}
    root = str(Path(__file__).parents[2])
    env = {**kept, "HF_HOME": str(tmp_path / "hf"), "HOME": str(home), "PYTHONPATH": root}
    env |= {"HF_HUB_OFFLINE": "1", "HF_EVALUATE_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", THROUGH_EVALUATE]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = [subprocess.Popen([*command, way], env=env, cwd=here, **pipes) for way in ("memory", "disk")]
    ended = [(process, *process.communicate(timeout=300)) for process in running]
    for process, _, err in ended:
        assert process.returncode == 0, err
    assert list(home.iterdir()) == list(here.iterdir()) == []

    one = [_rouge.figures(["the dog barks"], "a dog barks", use_stemmer=True)]
    one += [_rouge.figures(["rain then wind"], "wind then rain", use_stemmer=True)]
    best = [
        _rouge.figures(["x", "a dog"], "a dog barks"),
        _rouge.figures(["rain then wind"], "wind then rain"),
    ]
    for _, out, _ in ended:
        single, several = json.loads(out.splitlines()[-1])
        assert (single["use_stemmer"], several["use_stemmer"]) == (True, False)
        for kind in _rouge.TYPES:
            for measure in _rouge.MEASURES:
                assert single[kind][measure] == pytest.approx(sum(f[kind][measure] for f in one) / 2)
                assert several[kind][measure] == [f[kind][measure] for f in best]


def test_scoring_imports_neither_evaluate_nor_datasets() -> None:
    code = (
        "import sys; from audiotest.score import rouge; from audiotest.types import Question; "
        "assert 'rouge_score' not in sys.modules; "
        "rouge.score(Question('q', reference=('a b',)), 'a'); "
        "assert not {'evaluate', 'datasets', 'torch'} & set(sys.modules)"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
