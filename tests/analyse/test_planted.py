"""Metrics recover what is planted in simulated models; the profile and the items tell the cases apart."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from audiotest.analyse.errors import category
from audiotest.analyse.items import items
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.cli import main
from audiotest.registry import METRICS
from audiotest.runs import RunWriter
from audiotest.types import Record, Reply, Verdict
from bench.coverage import measured
from bench.simulate import CHOICES, PLANTED, record


@pytest.mark.parametrize("planted", PLANTED, ids=lambda p: f"{p.name}: {p.metric}")
def test_the_planted_value_is_recovered(planted):
    found = [measured(planted, seed, 200) for seed in range(3)]
    assert np.mean([f.value for f in found]) == pytest.approx(planted.truth, abs=1.5 if planted.truth < -1 else 0.06)
    assert sum(f.low <= planted.truth <= f.high for f in found) >= 2
    assert all(f.low < f.value < f.high for f in found)


def measure(metric, records, **arguments):
    return METRICS.get(metric).measure(Trials(records), **arguments)


@pytest.mark.parametrize(
    ("metric", "records", "said"),
    [
        ("threshold_snr", [record(0, "noise(snr_db=5)", 0, 0)], "at least two ratios"),
        ("threshold_snr", [record(i, f"noise(snr_db={s})", 0, 0) for i in range(4) for s in (0, 10)], "no threshold"),
        ("robust_accuracy", [record(0, "original", 0, 0)], "no other order"),
        ("consistency_rate", [record(0, "original", 0, 0)], "no perturbation ran"),
        ("yes_rate", [record(0, "original", 0, 0)], "yes and no"),
        ("balanced_accuracy", [record(0, "original", 0, 0, choices=("yes", "no"))], "of both answers"),
        ("position_bias", [record(0, "original", 0, None, status="none")], "no choice could be read"),
        ("abstention_calibration", [record(0, "original", 0, 0)], "no unanswerable condition ran"),
        ("auditory_hallucination_rate", [record(0, "original", 0, 0)], "of what kind"),
        ("chair", [record(0, "original", 0, 0)], "does_not_mention"),
        ("flip_rate", [record(0, "original", 0, 0)], "no trial ran under the condition noise"),
    ],
)
def test_what_cannot_be_measured_is_said_and_is_no_number(metric, records, said):
    with pytest.raises(NotMeasured, match=said):
        measure(metric, records, **({"condition": "noise"} if metric == "flip_rate" else {}))


def test_a_hallucination_in_any_check_of_a_case_counts():
    clean, said = Verdict(True, details={"found": []}), Verdict(False, details={"found": ["drum"]})
    replies = [
        replace(record(i, "original", 0, 0), verdicts={"does_not_mention": a, "does_not_mention 2": b})
        for i, (a, b) in enumerate([(clean, clean), (clean, said), (said, clean), (clean, clean)])
    ]
    found = measure("chair", replies)
    assert (found.value, found.n) == (0.5, 4)


def test_one_clip_gives_a_value_without_an_interval():
    found = measure("listening_gap", [record(0, "original", 0, 0), record(0, "text_only", 0, 1)])
    assert (found.value, found.low, found.high) == (1.0, None, None)


def wrong_reply(text, status="none", choice=None, distractor_types=()):
    verdict = Verdict(False, choice, status)
    return Record(suite="s", case="c", condition="original", nodeid="", expectation="correct", outcome="missed",
                  question="What is heard?", choices=CHOICES, distractor_types=distractor_types, answer=CHOICES[0], answer_index=0,
                  reply=Reply(text), verdicts={"choice": verdict})  # fmt: skip


KINDS = ("correct", "incorrect_but_related", "correct_but_unrelated", "incorrect_and_unrelated")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (wrong_reply("I cannot hear it", "refused"), "refusal"),
        (wrong_reply("rain or wind", "ambiguous"), "format failure"),
        (wrong_reply(""), "format failure"),
        (wrong_reply("thunder"), "outside the options"),
        (wrong_reply("A slow piece for piano with a calm mood and much reverb."), "caption"),
        (wrong_reply("下雨的声音"), "wrong language"),
        (wrong_reply("a dog barks", "read", 1, KINDS), "auditory hallucination"),
        (wrong_reply("wind", "read", 2, KINDS), "beside the question"),
        (wrong_reply("wind", "read", 2), "wrong option"),
    ],
)
def test_errors_by_category(reply, said):
    assert category(reply) == said


def run_of(folder, records):
    writer = RunWriter(folder)
    writer.finish(records, {"model": "m", "suites": {}})
    return str(folder)


def both(i, original, text_only):
    return [record(i, "original", 0, original), record(i, "text_only", 0, text_only)]


def test_items_over_several_runs(tmp_path):
    first = both(0, 0, 0) + both(1, 0, 1) + both(2, 3, 1)
    second = both(0, 0, 0) + both(1, 0, 0) + both(2, 1, 1)
    order = (1, 2, 3, 0)
    shown = [CHOICES[o] for o in order]
    second.append(
        record(1, "shuffled", order.index(0), 0, choices=shown, order=order)
    )  # the same place, another option
    found = {item.case: item for item in items([first, second])}
    assert found["c0"].flags == ("guessable", "solved")
    assert found["c1"].flags == ("solved", "by_position")
    assert found["c2"].flags == ("unsolved",)
    assert (found["c1"].right, found["c1"].runs, found["c1"].soundless_right, found["c1"].soundless_asked) == (
        2,
        2,
        1,
        2,
    )
    runs = [run_of(tmp_path / name, rows) for name, rows in (("one", first), ("two", second))]
    out = CliRunner().invoke(main, ["items", *runs, "--csv", str(tmp_path / "items.csv")])
    assert out.exit_code == 0, out.output
    assert "3 items in 2 runs: 1 guessable, 1 unsolved, 2 solved" in out.output
    assert len((tmp_path / "items.csv").read_text().splitlines()) == 4
    only = CliRunner().invoke(main, ["items", *runs, "--only", "unsolved"]).output
    assert "c2" in only
    assert "c0" not in only
    assert "did you mean 'unsolved'" in CliRunner().invoke(main, ["items", *runs, "--only", "unsolvd"]).output


def test_a_disputed_item_is_one_on_which_scorers_differ():
    both = record(0, "original", 0, 1)
    both = Record(**{f: getattr(both, f) for f in both.__struct_fields__} | {
        "verdicts": {"mmar": Verdict(True), "choice": Verdict(False, 1)}})  # fmt: skip
    assert items([[both]])[0].flags == ("solved", "disputed")


CONFTEST = """\
import numpy as np, pytest
from audiotest.types import Needs, Reply

class Planted:
    # Deaf to one half of the clips; says the same without sound; loses the rest below 0 dB.
    name, identity, needs, batch_size = "planted", "", Needs(sample_rate=8000, channels=1), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [self.one(r) for r in requests]
    def one(self, r):
        number = int(r.case[1:])
        rng = np.random.default_rng([number, sum(map(ord, r.condition))])
        snr = float(r.condition.split("=")[1].rstrip(")")) if "snr_db" in r.condition else 99.0
        hears = bool(r.audio) and number % 4 > 0 and snr >= 0
        right = "abcd"[number % 4] * 3
        chosen = right if hears or rng.random() < 0.25 else r.choices[int(rng.integers(4))]
        return Reply(chosen)

@pytest.fixture(scope="session")
def model():
    return Planted()
"""


def test_the_whole_path_recovers_a_planted_listener(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    cases = "".join(
        f"  - {{id: c{i}, question: Q{i}?, choices: [aaa, bbb, ccc, ddd], answer: {'abcd'[i % 4] * 3},"
        f" audio: {{synth: {{tone: {{hz: {200 + i}, seconds: 0.05}}}}}}}}\n"
        for i in range(200)
    )
    head = (
        "suite: s\npolicy: gates\nconditions:\n  - original: correct\n  - text_only\n"
        "  - noise(snr_db=[-20, -10, 10, 20])\n  - shuffled\ncases:\n"
    )
    (pytester.path / "s.yaml").write_text(head + cases)
    (pytester.path / "conftest.py").write_text(CONFTEST)
    result = pytester.runpytest_subprocess("s.yaml", "--results", "out")
    suite = json.loads((pytester.path / "out" / "summary.json").read_text())["suites"]["s"]
    metrics = suite["conditions"]["original"]["metrics"]
    blind = 0.25 + 0.75 * 0.25
    for metric, truth in (("accuracy", 0.75 + 0.25 * blind), ("listening_gap", 0.75 - 0.75 * blind), ("chance", 0.25)):
        assert metrics[metric]["low"] - 1e-9 <= truth <= metrics[metric]["high"] + 1e-9, metric
    assert -10 < metrics["threshold_snr"]["value"] < 10
    assert suite["conditions"]["text_only"]["versus_original"]["p"] < 1e-6
    shares = suite["profile"]["shares"]
    assert shares["guessable"]["value"] == pytest.approx(blind, abs=0.12)
    result.stdout.fnmatch_lines(["*listening profile*listened*guessable*fragile*misheard*"])
