"""Records that were read from a file share what is equal in them, and are equal to what was written."""

import sys
import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import audiotest
from audiotest.declare.suite import load
from audiotest.runs import iterate_records, read_records
from audiotest.sharing import Sharing
from audiotest.types import Case, Hashes, Record, Reply, Verdict

texts = st.sampled_from(["", "a", "a bell", "a bell is rung", "x" * 300])
records = st.builds(
    Record,
    suite=texts,
    case=texts,
    condition=texts,
    nodeid=texts,
    expectation=st.just("correct"),
    outcome=st.sampled_from(["passed", "missed"]),
    question=texts,
    choices=st.lists(texts, max_size=4).map(tuple),
    order=st.permutations(range(3)).map(tuple),
    answer=st.none() | texts,
    tags=st.dictionaries(texts, st.lists(texts, max_size=2).map(tuple), max_size=2),
    reply=st.none() | st.builds(Reply, texts, details=st.dictionaries(texts, st.integers(), max_size=1)),
    verdicts=st.dictionaries(
        texts,
        st.builds(Verdict, st.none() | st.booleans(), details=st.dictionaries(texts, texts, max_size=1)),
        max_size=2,
    ),
    hashes=st.fixed_dictionaries({"prompt": texts, "sound": texts}),
)


@given(st.lists(records, max_size=8), st.booleans())
def test_what_is_shared_is_equal_to_what_was_given(given_records, read):
    sharing = Sharing()
    before = [msgspec.json.encode(record) for record in given_records]
    assert [msgspec.json.encode(sharing.record(record, read=read)) for record in given_records] == before


def record(i):
    return Record("s", f"case-{i}", "original", f"s.yaml::original::case-{i}", "correct", "passed", f"What is heard in {i}?",
                  choices=("a bell", "a dog", "rain"), order=(0, 1, 2), answer="a bell", tags={"skill": ("timbre", "pitch")},
                  prompt=f"What is heard in {i}? (A) a bell (B) a dog (C) rain", reply=Reply("(A) a bell"),
                  verdicts={"choice": Verdict(True, 0, score=1.0, details={"rule": "label"})},
                  hashes={"prompt": f"{i:016x}", "sound": "0" * 16, "source": "1" * 16})  # fmt: skip


def test_a_record_that_was_read_takes_less_than_half_of_what_it_takes_by_itself(tmp_path):
    (tmp_path / "trials.jsonl").write_bytes(b"".join(msgspec.json.encode(record(i)) + b"\n" for i in range(2000)))
    lines = (tmp_path / "trials.jsonl").read_bytes().splitlines()

    def taken(make):
        tracemalloc.start()
        try:
            kept = make()
            return tracemalloc.get_traced_memory()[0] / len(kept), kept
        finally:
            tracemalloc.stop()

    alone, plain = taken(lambda: [msgspec.json.decode(line, type=Record) for line in lines])
    whole, shared = taken(lambda: read_records(tmp_path))
    without, figures = taken(lambda: read_records(tmp_path, prompts=False))
    assert shared == plain
    assert [r.prompt for r in figures] == [""] * 2000
    assert without < whole < alone / 2


def test_a_run_is_read_one_by_one_in_bounded_memory(tmp_path):
    (tmp_path / "trials.jsonl").write_bytes(b"".join(msgspec.json.encode(record(i)) + b"\n" for i in range(2000)))
    assert sum(1 for _ in iterate_records(tmp_path)) == 2000
    tracemalloc.start()
    try:
        for _ in iterate_records(tmp_path):
            pass
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_the_cases_of_a_suite_share_their_tags_and_options_when_it_is_loaded_again(tmp_path):
    cases = "".join(
        f"  - {{id: c{i}, question: Q{i}, choices: [x, yy], answer: yy, tags: {{skill: pitch}}}}\n" for i in range(3)
    )
    (tmp_path / "s.yaml").write_text(f"suite: s\ncases:\n{cases}")
    first, again = load(tmp_path / "s.yaml"), load(tmp_path / "s.yaml")
    assert again.cases == first.cases
    one, *others = again.cases
    assert all(case.tags is one.tags and case.choices is one.choices for case in others)
    assert one.answer is one.choices[1]


def test_a_memory_that_is_full_begins_again(monkeypatch):
    monkeypatch.setattr("audiotest.sharing._MOST", 3)
    sharing = Sharing()
    for i in range(50):
        sharing.case(Case(id=f"c{i}", question="?", choices=(f"x{i}", "y"), answer="y"))
    assert len(sharing._parts) <= 3


@pytest.mark.parametrize("known", [{}, {"prompt": "p"}, {"prompt": "p", "sound": "", "source": "x"}])
def test_hashes_read_like_a_mapping_are_written_like_one_and_take_a_third_of_it(known):
    one = replace(record(0), hashes=known)
    assert dict(one.hashes) == known
    assert [one.hashes.get(name) for name in ("prompt", "source")] == [known.get("prompt", ""), known.get("source", "")]
    written = msgspec.json.encode(one)
    assert msgspec.json.decode(written)["hashes"] == known
    assert msgspec.json.decode(written, type=Record) == one
    with pytest.raises(KeyError):
        one.hashes["colour"]
    whole = {"prompt": "p", "sound": "s", "source": "x"}
    assert sys.getsizeof(Hashes(**whole)) <= sys.getsizeof(whole) / 3


def test_options_that_a_condition_moves_are_held_once_for_each_order_and_records_are_in_the_order_of_their_suites():
    suites = [
        audiotest.Suite(
            name=name,
            cases=[
                audiotest.Case(id=f"c{i}", question=f"Q{i}", choices=["x", "yy", "zz"], answer="x") for i in range(40)
            ],
            conditions=["rotated(k=1)", "original"],
        )
        for name in ("second", "first")
    ]
    run = audiotest.run(suites, "first", cache=False)
    assert [(r.suite, r.condition, r.case) for r in run.records] == [
        (suite.name, condition, f"c{i}")
        for suite in suites
        for condition in ("rotated(k=1)", "original")
        for i in range(40)
    ]
    moved = [r.choices for r in run.records if r.condition == "rotated(k=1)"]
    assert moved[0] == ("zz", "x", "yy")
    assert len(set(map(id, moved))) == 1
