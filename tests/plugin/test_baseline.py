"""``--baseline``: only what got worse fails."""

import json
import sys

import pytest


@pytest.mark.parametrize("policy", ["cases", "gates"])
@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_regressions_fail_known_misses_do_not_and_improvements_are_told(project, policy, workers):
    tester = project(ids=("one", "wrong1", "wrong2", "three"), policy=policy)
    tester.runpytest_inprocess("suites", "--results", "before")
    conftest = (tester.path / "conftest.py").read_text()
    # now `one` is wrong, `wrong2` is right, `wrong1` stays wrong
    (tester.path / "conftest.py").write_text(conftest.replace('"wrong" in r.case', 'r.case in ("one", "wrong1")'))
    rule = "--baseline-fail=item"
    out = tester.runpytest_inprocess("suites/kitchen.yaml::original", "--baseline", "before", rule, *workers)
    found = out.parseoutcomes()
    # The gate on accuracy failed before, at 50% as now: a known miss like any other.
    assert (found["failed"], found["missed"], found["xpassed"], found["passed"]) == (1, 2, 1, 1)
    assert out.ret == 1
    out.stdout.fnmatch_lines(["*FAILED suites/kitchen.yaml::original::one*"])
    out.stdout.fnmatch_lines(
        [
            "  kitchen accuracy-min=0.7: failed, as in the baseline: accuracy is 0.5*",
            "*1 regressed, 1 improved, 1 known miss, of 4 trials in both; McNemar's p = 1*",
            "  improved: suites/kitchen.yaml::original::wrong2",
        ]
    )


def test_an_unchanged_model_is_green_and_new_cases_follow_the_policy(project, suite_text):
    tester = project(ids=("one", "wrong1"))
    assert tester.runpytest_inprocess("suites/kitchen.yaml::original", "--results", "before").ret == 1
    assert tester.runpytest_inprocess("suites/kitchen.yaml::original", "--baseline", "before").ret == 0
    project(ids=("one", "wrong1", "wrong-new"))
    out = tester.runpytest_inprocess("suites/kitchen.yaml::original", "--baseline", "before")
    assert out.ret == 1
    out.stdout.fnmatch_lines(["*FAILED*::original::wrong-new*"])


def test_a_model_that_breaks_cannot_hide_behind_a_known_miss(project):
    tester = project(ids=("one", "wrong1"))
    tester.runpytest_inprocess("suites", "--results", "before")
    conftest = (tester.path / "conftest.py").read_text()
    (tester.path / "conftest.py").write_text(conftest.replace('"broken" in r.case', '"wrong1" in r.case'))
    out = tester.runpytest_inprocess("suites/kitchen.yaml::original", "--baseline", "before")
    assert out.parseoutcomes()["errors"] == 1
    assert out.ret == 1


def test_a_baseline_that_is_not_there_is_a_usage_error(project):
    out = project().runpytest_inprocess("suites", "--baseline", "gone")
    assert out.ret == 4
    out.stderr.fnmatch_lines(["*gone is not there: a run is a folder*"])


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_a_baseline_that_another_version_of_a_scorer_judged_is_told_once_with_what_to_do(project, workers):
    tester = project(ids=("one", "wrong1"))
    tester.runpytest_inprocess("suites", "--results", "before")
    same = tester.runpytest_inprocess("suites", "--baseline", "before", *workers)
    assert "judged by version" not in same.stdout.str()
    older = json.loads((tester.path / "before/summary.json").read_text())
    older["scorers"]["choice"] -= 1
    (tester.path / "before/summary.json").write_text(json.dumps(older))
    out = tester.runpytest_inprocess("suites", "--baseline", "before", *workers)
    assert out.stdout.str().count("`audiotest rescore before --scorer choice --into DIR` judges it again") == 1
    # Nor is a part of a run put into it, but a run that replaces all of it is.
    tester.runpytest_inprocess("suites", "--results", "whole")
    tester.runpytest_inprocess("suites/kitchen.yaml::original", "--results", "part")
    part, whole = (
        tester.run(sys.executable, "-m", "audiotest", "baseline", "update", "before", new) for new in ("part", "whole")
    )
    assert (part.ret, whole.ret) == (1, 0)
    part.stderr.fnmatch_lines(["*the scorer 'choice' was of version*audiotest rescore*"])
    assert (
        json.loads((tester.path / "before/summary.json").read_text())["scorers"]["choice"]
        == older["scorers"]["choice"] + 1
    )


def test_a_part_of_the_suites_is_held_against_its_part_of_the_baseline(project):
    tester = project(ids=("one", "wrong1", "two"))
    tester.runpytest_inprocess("suites", "--results", "before")
    out = tester.runpytest_inprocess("suites", "-k", "wrong1 and original", "--baseline", "before")
    assert out.ret == 0
    out.stdout.fnmatch_lines(["*0 regressed, 0 improved, 1 known miss, of 1 trial in both*"])
    out.stdout.no_fnmatch_line("*renamed or removed*")


def test_renamed_and_removed_cases_are_told(project):
    tester = project(ids=("one", "wrong1", "two"))
    tester.runpytest_inprocess("suites", "--results", "before")
    project(ids=("one", "wrong-renamed"))
    out = tester.runpytest_inprocess("suites", "--baseline", "before", "-n", "2")
    out.stdout.fnmatch_lines(
        ["no longer in these suites (renamed or removed): 4 trials of the baseline: kitchen/original/two, *"]
    )
    out.stdout.fnmatch_lines(["*FAILED*::original::wrong-renamed*"])


def run_baseline(tester, *arguments):
    return tester.run(sys.executable, "-m", "audiotest.cli", "baseline", "update", *arguments)


def test_update_makes_a_baseline_and_takes_a_part_into_it(project, records):
    tester = project(ids=("one", "wrong1", "two"))
    tester.runpytest_inprocess("suites", "--results", "before")
    run_baseline(tester, "base", "before").stdout.fnmatch_lines(["*9 are new", "baseline: base, 9 trials"])
    conftest = (tester.path / "conftest.py").read_text()
    (tester.path / "conftest.py").write_text(conftest.replace('"wrong" in r.case', 'r.case == "one"'))
    tester.runpytest_inprocess("suites", "-k", "original", "--results", "part")
    dry = run_baseline(tester, "base", "part", "--dry-run")
    dry.stdout.fnmatch_lines(
        ["1 trial got worse, 1 got better, 0 are new", "not in the run, and kept: 6 trials of these suites*"]
    )
    assert {r["outcome"] for r in records(tester.path / "base") if r["case"] == "one"} == {"passed", "recorded"}
    run_baseline(tester, "base", "part")
    after = {(r["case"], r["condition"]): r["outcome"] for r in records(tester.path / "base")}
    assert len(after) == 9
    assert (after["one", "original"], after["wrong1", "original"]) == ("failed", "passed")
    summary = json.loads((tester.path / "base" / "summary.json").read_text())
    before = json.loads((tester.path / "before" / "summary.json").read_text())
    # The gate was not judged on a part, so it stands as it was.
    assert summary["suites"]["kitchen"]["gates"] == before["suites"]["kitchen"]["gates"]
    assert tester.runpytest_inprocess("suites/kitchen.yaml::original", "--baseline", "base").ret == 0


def test_update_with_prune_drops_what_the_run_does_not_have_and_errors_replace_nothing(project, records):
    tester = project(ids=("one", "wrong1", "two"))
    tester.runpytest_inprocess("suites", "--results", "base")
    project(ids=("one", "wrong1"))
    conftest = (tester.path / "conftest.py").read_text()
    (tester.path / "conftest.py").write_text(conftest.replace('"broken" in r.case', '"wrong1" in r.case'))
    tester.runpytest_inprocess("suites", "--results", "new")
    run_baseline(tester, "base", "new", "--prune").stdout.fnmatch_lines(
        ["not in the run, and dropped: 3 trials: *two*"]
    )
    after = {(r["case"], r["condition"]): r["outcome"] for r in records(tester.path / "base")}
    assert {case for case, _ in after} == {"one", "wrong1"}
    assert after["wrong1", "original"] == "failed"
