"""Intervals, metrics, gates and the summary, on records whose figures can be worked out by hand."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiotest.analyse import gates as gating
from audiotest.analyse.intervals import proportion
from audiotest.analyse.summary import Provenance, summarise, to_json
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.registry import METRICS
from audiotest.types import Gate, Record, Verdict


def record(case="a", condition="original", correct=True, choice=0, status="read", **kw):
    verdict = Verdict(correct=correct, choice=choice, status=status, score=float(bool(correct)), format_kept=True)
    fields = {
        "suite": "s", "nodeid": f"s.yaml::{condition}::{case}", "expectation": "correct", "outcome": "passed",
        "question": "Q?", "choices": ("w", "x", "y", "z"), "order": (0, 1, 2, 3), "answer": "w", "answer_index": 0,
        "verdicts": {"choice": verdict}, "clip": case,
    }  # fmt: skip
    return Record(case=case, condition=condition, **{**fields, **kw})


def measure(name, records, **kw):
    return METRICS.get(name).measure(Trials(records), **kw)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_proportion_lies_in_its_interval(counts):
    found = proportion(*counts)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


def test_a_proportion_by_the_textbook():
    found = proportion(8, 10)  # Wilson 1927, as in statistics texts
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert proportion(0, 0).value is None


def test_accuracy_leaves_out_what_broke_and_what_a_rule_drops():
    dropped = {"air": Verdict(correct=False, counted=False, status="unparsed")}
    rows = [
        record("a"),
        record("b", correct=False),
        record("c", verdicts={}, outcome="error"),
        record("d", verdicts=dropped),
    ]
    found = measure("accuracy", rows)
    assert (found.value, found.n) == (0.5, 2)


def test_the_listening_gap_is_paired():
    rows = [record(c, correct=True) for c in "abcd"]
    rows += [record(c, "text_only", correct=c == "a") for c in "abc"]
    found = measure("listening_gap", rows)
    assert (found.value, found.n) == (pytest.approx(2 / 3), 3)
    assert found.low <= found.value <= found.high


def test_consistency_finds_the_option_where_it_now_stands():
    rows = [record("a", choice=0), record("b", choice=1), record("c", choice=2, correct=False)]
    rows += [
        record("a", "shuffled", choice=3, order=(1, 2, 3, 0)),
        record("b", "shuffled", choice=1, order=(3, 0, 1, 2)),
        record("c", "shuffled", choice=None, correct=False, status="none"),
    ]
    found = measure("consistency", rows, condition="shuffled")
    assert (found.value, found.n) == (pytest.approx(1 / 3), 3)


def test_chance_is_the_mean_over_the_numbers_of_options():
    rows = [record("a"), record("b", choices=("x", "y"))]
    assert measure("chance", rows).value == pytest.approx((1 / 4 + 1 / 2) / 2)


def test_hallucination_is_an_answer_where_nothing_can_be_heard():
    rows = [
        record("a", "silence", expectation="abstains", outcome="passed", status="refused", choice=None, correct=False),
        record("b", "silence", expectation="abstains", outcome="missed"),
        record("a", "text_only", expectation="recorded", status="refused", choice=None, correct=False),
        record("b", "text_only", expectation="recorded"),
    ]
    assert measure("hallucination_rate", rows).value == 0.5
    assert measure("abstention_rate", rows, condition="silence").value == 0.5


@pytest.mark.parametrize("name", METRICS.names())
@pytest.mark.parametrize(
    "rows",
    [[], [record("a", verdicts={}, outcome="error")], [record("a", choice=None, correct=False, status="none")]],
    ids=["nothing", "all broke", "all unparsed"],
)
def test_no_metric_gives_a_number_without_trials(name, rows):
    try:
        found = measure(name, rows)
    except NotMeasured as said:
        assert str(said)  # noqa: PT017
    else:
        assert found.n > 0
        assert found.value == found.value


def judged(gate, rows, expected=None, partial=None):
    (found,) = gating.judge([gate], Trials(rows), expected=expected or {"original": len(rows)}, partial=partial)
    return found


def test_gates_pass_and_fail_by_the_bound_they_name():
    rows = [record(str(i), correct=i < 18) for i in range(20)]
    assert judged(Gate("accuracy", min=0.9), rows).passed is True
    assert judged(Gate("accuracy", min=0.9, bound="lower"), rows).passed is False
    assert judged(Gate("accuracy", max=0.5), rows).passed is False
    assert "wanted at least 0.9" in judged(Gate("accuracy", min=0.9), rows).reason


def test_a_gate_over_tags():
    rows = [record("a", tags={"skill": ("pitch",)}), record("b", correct=False, tags={"skill": ("order",)})]
    assert judged(Gate("accuracy", min=1, tags={"skill": "pitch"}), rows).passed is True
    assert judged(Gate("accuracy", min=1, tags={"skill": "gone"}), rows).passed is False


@pytest.mark.parametrize(
    ("rows", "expected", "partial", "said"),
    [
        ([record("a")], {"original": 3}, None, "1 of 3 trials ran"),
        ([record("a"), record("b", verdicts={}, outcome="error")], None, None, "1 of 2 trials under original broke"),
        ([record("a", verdicts={}, outcome="unsupported")], None, None, "not supported"),
        ([record("a")], None, "--limit 1", "--limit 1"),
    ],
)
def test_a_gate_over_a_part_of_its_suite_is_not_judged(rows, expected, partial, said):
    found = judged(Gate("accuracy", min=0.5), rows, expected, partial)
    assert found.passed is None
    assert said in found.reason


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (Gate("listening_gap", min=0.1), "no trial ran under the condition text_only"),
        (Gate("accuracy", min=0.1, condition="silence"), "no trial ran under the condition silence"),
        (Gate("accuracy:rouge", min=0.1), "judged by rouge"),
        (Gate("nonsense", min=0.1), "unknown metric"),
    ],
)
def test_a_gate_on_what_was_not_measured_fails_and_says_so(gate, said):
    found = judged(gate, [record("a"), record("b")])
    assert found.passed is False
    assert said in found.reason


@settings(deadline=None, max_examples=20)
@given(st.floats(0, 1), st.sampled_from(["point", "lower", "upper"]))
def test_gate_names_fit_node_ids(least, bound):
    name = gating.name(
        Gate("accuracy:choice", min=least, bound=bound, condition="shuffled+noise(snr_db=10)", tags={"a b": "c d"})
    )
    assert not set(name) & set("[]: /")


def test_the_summary_has_the_shape_of_the_contract():
    rows = [record("a", tags={"skill": ("pitch", "order")}), record("b", correct=False, tags={"skill": ("pitch",)})]
    rows = [
        r
        if r.case == "b"
        else Record(
            **{
                **{f: getattr(r, f) for f in r.__struct_fields__},
                "verdicts": {**r.verdicts, "mmar": Verdict(correct=False)},
            }
        )
        for r in rows
    ]
    gate = judged(Gate("accuracy", min=0.5), rows)
    found = json.loads(to_json(summarise(rows, {"s": [gate]}, Provenance(model="m"))))
    condition = found["suites"]["s"]["conditions"]["original"]
    assert found["model"] == "m"
    assert condition["metrics"]["accuracy"] == {
        "value": 0.5,
        "low": pytest.approx(0.0945, abs=1e-3),
        "high": pytest.approx(0.9055, abs=1e-3),
        "n": 2,
    }
    assert condition["metrics"]["accuracy:mmar"]["n"] == 1
    assert condition["tags"]["skill"]["pitch"]["metrics"]["accuracy"]["n"] == 2
    assert condition["tags"]["skill"]["order"]["metrics"]["accuracy"]["value"] == 1.0
    assert found["suites"]["s"]["gates"][0]["passed"] is True
    assert found["suites"]["s"]["gates"][0]["metric"] == "accuracy"


@settings(deadline=None)
@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_is_scipys(pair):
    from scipy.stats import binomtest

    successes, n = pair
    found = proportion(successes, n)
    wanted = binomtest(successes, n).proportion_ci(confidence_level=0.95, method="wilson")
    assert found.low == pytest.approx(wanted.low, abs=1e-12)
    assert found.high == pytest.approx(wanted.high, abs=1e-12)


def test_what_was_chosen_is_known_where_a_benchmarks_own_rule_does_not_say():
    """MMAR's rule says right or wrong and no more; the careful reading beside it says which option was meant."""
    rows = [
        Record(suite="mmar", case=f"c{i}", condition=condition, nodeid="", expectation="correct", outcome="missed",
               question="?", choices=("x", "y"), order=(0, 1), answer="y", answer_index=1, clip=f"c{i}",
               verdicts={"mmar": Verdict(False, None, "none"), "choice": Verdict(i == 3, 1 if i == 3 else 0)})
        for i in range(4) for condition in ("original", "text_only")
    ]  # fmt: skip
    found = summarise(rows, {}, Provenance(model="m")).suites["mmar"]
    shares = {label: figure.value for label, figure in found.profile.shares.items()}
    assert shares == {"misheard": 0.75, "unparsed": 0.25}  # the right option, and not for the official rule
    assert found.profile.errors == {"wrong option": 3, "format failure": 1}
    assert [place.chosen for place in found.profile.positions] == [3, 1]
    assert found.conditions["original"].metrics["position_bias"].value == -0.75
