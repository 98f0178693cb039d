"""How far a run is, told in lines now and then."""

import pytest

from audiotest.report.progress import pace


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_lines_tell_how_far_the_run_is(project, workers):
    tester = project(ids=[f"case{i}" for i in range(40)])
    out = tester.runpytest_inprocess("suites", "-o", "audiotest_progress=0.0001", *workers)
    out.stdout.re_match_lines([r"^\d+ of 120 trials, [\d,.]+/s, about [\d:]+ left$"])


@pytest.mark.parametrize("given", [["-o", "audiotest_progress=0"], ["-q", "-o", "audiotest_progress=0.0001"], []])
def test_no_lines_where_none_are_wanted_or_the_run_is_short(project, given):
    out = project().runpytest_inprocess("suites", *given)
    out.stdout.no_re_match_line(r".* of 12 trials, .*")


@pytest.mark.parametrize(
    ("done", "total", "seconds", "told"),
    [
        (1200, 10000, 12.0, "1,200 of 10,000 trials, 100/s, about 01:28 left"),
        (3, 9, 2.0, "3 of 9 trials, 1.5/s, about 00:04 left"),
        (2, 4000, 100.0, "2 of 4,000 trials, 1.2/min, about 2 days, 7:31:40 left"),
    ],
)
def test_the_line(done, total, seconds, told):
    # str(timedelta) has hours without a leading zero, which are left out where there are none.
    assert pace(done, total, seconds) == told
