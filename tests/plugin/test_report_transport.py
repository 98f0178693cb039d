"""A worker's reports arrive as they were sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.predict.report_transport import pack, unpack

SIMPLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), SIMPLE), st.dictionaries(st.sampled_from(["item_index", "worker_id"]), st.integers()))
def test_what_is_packed_is_unpacked_the_same_beside_what_was_put_to_it_on_the_way(report, added):
    sent = {**pack(report), **added}
    unpack(sent)
    assert sent == {**report, **added}
    assert {name: type(value) for name, value in sent.items()} == {
        name: type(value) for name, value in {**report, **added}.items()
    }


def test_what_cannot_be_packed_goes_as_it_is():
    class Text(str):
        pass

    for report in ({"a": object()}, {"a": {"b": [Text("c")]}}, None, "a report of somebody else"):
        assert pack(report) is report
    bare = {"outcome": "passed"}
    unpack(bare)
    assert bare == {"outcome": "passed"}


def test_reports_of_all_kinds_of_tests_reach_the_controller_with_what_was_put_on_them(pytester):
    subtests = hasattr(pytest, "Subtests")  # since pytest 9
    inner = """
        def test_bad(subtests):
            with subtests.test("inner", of=3):
                assert 1 == 2
    """
    pytester.makepyfile(
        test_inner=inner if subtests else "",
        test_it="""
        import pytest, unittest

        def test_fair(record_property):
            print("said")
            record_property("pair", (1, ("two", None)))

        def test_bad():
            assert 1 == 2

        @pytest.mark.xfail(reason="known")
        def test_known():
            raise ValueError("wrong")

        class TestOld(unittest.TestCase):
            def test_skipped(self):
                self.skipTest("not now")
    """,
    )
    pytester.makeconftest("""
        class Seen:
            def pytest_runtest_logreport(self, report):
                if report.when == "call":
                    why = "" if report.passed else report.longreprtext.splitlines()[-1:]
                    with open("seen", "a") as file:
                        print(type(report).__name__, report.nodeid, report.outcome, report.user_properties,
                              report.sections, report.location, why, file=file)

        def pytest_configure(config):
            if not hasattr(config, "workerinput"):
                config.pluginmanager.register(Seen())
    """)
    seen = []
    for options in ((), ("-n1",)):
        outcome = pytester.runpytest_inprocess(*options)
        outcome.assert_outcomes(passed=1, failed=3 if subtests else 1, skipped=1, xfailed=1)
        seen.append((pytester.path / "seen").read_text())
        (pytester.path / "seen").unlink()
    assert seen[0] == seen[1]
    assert seen[0].count("test_it.py::") + seen[0].count("test_inner.py::") >= (6 if subtests else 4)
    assert "('pair', (1, ('two', None)))" in seen[0]
