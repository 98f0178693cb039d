"""How tests that are no trials are grouped for workers."""

from audiotest.predict.grouping import groups

TESTS = ["a.py::A::one@x", "a.py::two[y@z]", "b.py::A::three@x", "a.py::A::four", "c.py::five"]


def test_by_file_scope_group_or_not_at_all():
    one, two, three, four, five = TESTS
    assert groups(TESTS, "loadfile") == [[one, two, four], [three], [five]]
    assert groups(TESTS, "loadscope") == [[one, four], [two], [three], [five]]
    assert groups(TESTS, "loadgroup") == [[one, three], [two], [four], [five]]
    assert groups(TESTS, "load") == groups(TESTS, "worksteal") == [[one, two, three, four], [five]]
