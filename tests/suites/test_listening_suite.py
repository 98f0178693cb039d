"""The listening suite is fair: nothing but the sound gives the answers away. That the listener passes it is in test_gates.py."""

import importlib
import math
import re
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from listening_files import FILES, NOISE, SUITES, conditions, gate, request, share_right
from scipy.stats import binom

from audiotest.audio.synth import synthesise
from audiotest.models import first, longest
from audiotest.models import random as random_model

ROOT = Path(__file__).resolve().parents[2]
CASES = [(name, case) for name, suite in SUITES.items() for case in suite["cases"]]
each_suite = pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES.keys())


def accuracy(model, suite, seed=0):
    requests = [request(suite, case, seed=zlib.crc32(f"{seed}{case['id']}".encode())) for case in suite["cases"]]
    return share_right(suite, {r.case: reply.text for r, reply in zip(requests, model.answer(requests), strict=True)})


@pytest.fixture(scope="module")
def sounds():
    return {name: [synthesise(case["audio"]["synth"]) for case in suite["cases"]] for name, suite in SUITES.items()}


def test_it_has_at_least_twelve_skills_and_144_cases():
    assert len(SUITES) >= 12
    assert len(CASES) >= 144


@each_suite
def test_a_file_declares_what_it_should(suite):
    skill = suite["suite"].removeprefix("listening-")
    text = (ROOT / "suites" / "listening" / f"{skill}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../../schemas/suite.schema.json\n")
    assert 12 <= len(suite["cases"]) <= 24
    assert suite["policy"] == "gates"
    assert conditions(suite)["original"] == "correct"
    assert conditions(suite)["text_only"] == "abstains"
    assert conditions(suite)["shuffled"] == "same"
    for left_out in {"silence", NOISE} - set(conditions(suite)):
        assert re.search(rf"^ +# not {re.escape(left_out)}: \w+", text, re.MULTILINE), "say why it is left out"
    assert (NOISE in conditions(suite)) == any(g.get("condition") == NOISE for g in suite["gates"])


@each_suite
def test_ids_are_unique_readable_and_tagged(suite):
    ids = [case["id"] for case in suite["cases"]]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+-\d\d", i) for i in ids)
    skill = suite["suite"].removeprefix("listening-")
    assert {case["tags"]["skill"] for case in suite["cases"]} == {skill}
    assert {case["tags"]["difficulty"] for case in suite["cases"]} == {"easy", "medium", "hard"}


@each_suite
def test_questions_are_put_in_several_ways(suite):
    assert len({case["question"] for case in suite["cases"]}) >= 3


@each_suite
def test_options_are_texts_all_different_with_the_answer_among_them(suite):
    for case in suite["cases"]:
        assert all(isinstance(choice, str) and choice.strip() for choice in case["choices"])
        assert len({choice.casefold() for choice in case["choices"]}) == len(case["choices"])
        assert case["answer"] in case["choices"]


@each_suite
def test_wrong_options_are_as_plausible_as_right_ones(suite):
    """Of a question's options each is the answer as often; of numbers and orders, none is always or never it."""
    answers, offered = Counter(case["answer"] for case in suite["cases"]), Counter()
    for case in suite["cases"]:
        offered.update(case["choices"])
    if suite["suite"] in ("listening-counting", "listening-order"):
        often = [option for option, times in offered.items() if times >= 6]
        assert often
        assert all(0 < answers[option] < 0.75 * offered[option] for option in often)
        return
    asked = {(case["question"], frozenset(case["choices"])) for case in suite["cases"]}
    for question, options in asked:
        if suite["suite"] != "listening-register":  # its options are other numbers in every case
            right = Counter(c["answer"] for c in suite["cases"] if c["question"] == question)
            assert len({right[option] for option in options}) == 1


@each_suite
def test_each_position_holds_the_answer_as_often(suite):
    places = {}
    for case in suite["cases"]:
        count = len(case["choices"])
        places.setdefault(count, Counter())[case["choices"].index(case["answer"])] += 1
    for count, used in places.items():
        assert max(used.values()) - min(used[i] for i in range(count)) <= 1


def test_positions_are_balanced_over_the_whole_suite_for_every_number_of_options():
    for count in {len(case["choices"]) for _, case in CASES}:
        used = Counter(c["choices"].index(c["answer"]) for _, c in CASES if len(c["choices"]) == count)
        assert max(used.values()) - min(used[i] for i in range(count)) <= 1


def test_the_longest_option_is_right_no_more_often_than_chance():
    chance = sum(1 / len(case["choices"]) for _, case in CASES)
    right = 0.0
    for _, case in CASES:
        words = {choice: len(choice.split()) for choice in case["choices"]}
        most = [choice for choice in words if words[choice] == max(words.values())]
        right += (case["answer"] in most) / len(most)
    assert right <= chance + 1e-9


@each_suite
def test_a_guesser_passes_the_gate_less_than_once_in_a_thousand_runs(suite):
    """The number right is a sum of binomials, one for each number of options."""
    pmf = np.array([1.0])
    for count, n in Counter(len(case["choices"]) for case in suite["cases"]).items():
        pmf = np.convolve(pmf, binom.pmf(np.arange(n + 1), n, 1 / count))
    needed = math.ceil(gate(suite, "accuracy") * len(suite["cases"]) - 1e-9)
    assert pmf[needed:].sum() < 1e-3


@each_suite
@pytest.mark.parametrize("module", [first, longest, random_model], ids=lambda m: m.__name__.rpartition(".")[2])
def test_models_that_do_not_listen_fail_the_gate(suite, module):
    assert accuracy(module.open_model(None, {}), suite) < gate(suite, "accuracy")


@pytest.mark.parametrize("module", [first, longest, random_model], ids=lambda m: m.__name__.rpartition(".")[2])
def test_models_that_do_not_listen_are_at_chance(module):
    model = module.open_model(None, {})
    right = sum(accuracy(model, suite) * len(suite["cases"]) for suite in SUITES.values())
    odds = np.array([1 / len(case["choices"]) for _, case in CASES])
    assert abs(right - odds.sum()) < 3 * math.sqrt((odds * (1 - odds)).sum())


def test_the_random_model_draws_from_the_trial_s_seed():
    model = random_model.open_model(None, {})
    suite = SUITES["pitch"]
    assert accuracy(model, suite, seed=1) == accuracy(model, suite, seed=1)
    texts = {model.answer([request(suite, suite["cases"][0], seed=s)])[0].text for s in range(50)}
    assert texts == {"(A)", "(B)"}


def test_clips_are_short_and_audible(sounds):
    for name, suite in SUITES.items():
        for case, sound in zip(suite["cases"], sounds[name], strict=True):
            assert 0.3 <= sound.seconds <= 10, (name, case["id"])
            assert name == "silence" or np.abs(sound.samples).max() > 0.05, (name, case["id"])


def test_every_scene_satisfies_the_schema():
    from audiotest.declare import schema

    for name, case in CASES:
        assert schema.is_valid("synth", case["audio"]["synth"]), (name, case["id"])


@pytest.fixture(scope="module")
def generator():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools"))
        yield importlib.import_module("listening_suite")


def test_the_files_are_what_the_generator_writes(generator, capsys):
    assert generator.main(["--check"]) == 0, capsys.readouterr().err


def test_the_generator_notices_files_that_were_changed_lost_or_left_over(generator, tmp_path, monkeypatch, capsys):
    for path in FILES:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert generator.stale(tmp_path) == []
    (tmp_path / "pitch.yaml").write_text("suite: x\n", encoding="utf-8")
    (tmp_path / "tempo.yaml").unlink()
    (tmp_path / "extra.yaml").write_text("", encoding="utf-8")
    assert generator.stale(tmp_path) == ["extra.yaml", "pitch.yaml", "tempo.yaml"]
    monkeypatch.setattr(generator, "stale", lambda: ["pitch.yaml"])
    assert generator.main(["--check"]) == 1
    assert "not what tools/listening_suite.py writes: pitch.yaml" in capsys.readouterr().err
