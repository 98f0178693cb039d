"""A sample of a suite: which cases, and that it is the same everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.declare.problems import SuiteError
from audiotest.declare.sampling import declared_sample, sampled
from audiotest.declare.suite import load
from audiotest.session import Session, Settings
from audiotest.types import Case

# Sorted by modality, as released: 600 of sound, 300 of music, 100 of speech.
KINDS = ["sound"] * 600 + ["music"] * 300 + ["speech"] * 100
CASES = [Case(f"c{i:04d}", "?", tags={"modality": (kind,)}) for i, kind in enumerate(KINDS)]
SUITE = """\
suite: many
{sample}by: [modality]
scorers: [choice]
gates: [{{metric: accuracy, min: 0.1}}]
cases:
"""


def write(folder, sample="", count=1000):
    rows = (
        f"  - {{id: {c.id}, question: '?', choices: [a, b], answer: a, tags: {{modality: {c.tags['modality'][0]}}}}}\n"
        for c in CASES[:: 1000 // count]
    )
    path = folder / "many.yaml"
    path.write_text(SUITE.format(sample=sample) + "".join(rows))
    return path


def kinds(cases):
    values = [case.tags["modality"][0] for case in cases]
    return {value: values.count(value) for value in dict.fromkeys(values)}


def test_groups_keep_their_shares_and_cases_their_order():
    found = sampled(CASES, 60, by="modality", seed=0)
    assert kinds(found) == {"sound": 36, "music": 18, "speech": 6}
    assert list(found) == sorted(found, key=lambda case: case.id)


def test_the_cases_are_these_whatever_the_machine():
    chosen = [case.id for case in sampled(CASES, 5, by="modality", seed=1)]
    assert chosen == ["c0013", "c0179", "c0269", "c0728", "c0782"]


@given(st.integers(1, 1000), st.integers(0, 10), st.permutations(range(50)))
def test_a_sample_has_its_size_and_does_not_depend_on_the_order_of_the_files(n, seed, order):
    some = [CASES[i * 20] for i in range(50)]
    found = sampled(some, n, by="modality", seed=seed)
    assert len(found) == min(n, 50)
    assert {c.id for c in found} == {c.id for c in sampled([some[i] for i in order], n, by="modality", seed=seed)}
    for kind, count in kinds(found).items():
        assert abs(count - len(found) * kinds(some)[kind] / 50) < 1


def test_a_suite_asks_for_a_sample_and_its_gates_are_judged_on_it(tmp_path):
    path = write(tmp_path, "sample: {n: 20, by: modality, seed: 1}\n", 100)
    session = Session(Settings(model="first", reply_cache="off"), root=tmp_path)
    suite = session.suites.whole(path, "many.yaml")
    assert (kinds(suite.cases), suite.whole, suite.size) == ({"sound": 12, "music": 6, "speech": 2}, 100, 100)
    assert [c.id for c in suite.cases] == [c.id for c in declared_sample(load(path)).cases]
    run = session.run()
    assert run.gates["many"][0].passed is True
    about = run.summary.suite_files["many"]
    assert (len(run.records), about.cases, about.sample.n) == (20, 100, 20)


@pytest.mark.parametrize(
    ("settings", "counts"),
    [({"limit": 10}, {"sound": 6, "music": 3, "speech": 1}), ({"limit_first": 10}, {"sound": 10})],
)
def test_a_limit_is_a_sample_too_and_leaves_the_gates_unjudged(tmp_path, settings, counts):
    path = write(tmp_path, count=100)
    session = Session(Settings(model="first", reply_cache="off", **settings), root=tmp_path)
    assert kinds(session.suites.get(path, "many.yaml").cases) == counts
    run = session.run()
    [gate] = run.gates["many"]
    option = next(iter(settings)).replace("_", "-")
    assert (gate.passed, gate.reason) == (None, f"not judged: --{option} 10 left out 90 of 100 cases")
    assert len(run.records) == 10


def test_another_seed_of_the_run_draws_other_cases(tmp_path):
    path = write(tmp_path, count=100)
    sessions = [Session(Settings(model="first", reply_cache="off", limit=10, seed=seed)) for seed in (0, 1)]
    first, second = ([case.id for case in session.suites.get(path, "").cases] for session in sessions)
    assert first != second


def test_a_tag_that_no_case_has_is_refused_with_its_place(tmp_path):
    path = write(tmp_path, "sample: {n: 20, by: modalty}\n", 10)
    with pytest.raises(SuiteError, match=r"many\.yaml:2:\d+.*modality"):
        load(path)
