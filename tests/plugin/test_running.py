"""pytest with suites: items, ids, selection, outcomes."""

import json
import re
from xml.etree import ElementTree

import pytest


def test_every_trial_is_a_test_with_a_stable_id(project):
    out = project().runpytest_inprocess("--co", "-q", "suites")
    # In the order in which a model that listens is asked: what is without sound comes last.
    whole = [f"suites/kitchen.yaml::{condition}::one" for condition in ("original", "shuffled", "text_only")]
    out.stdout.fnmatch_lines(whole)
    out.stdout.fnmatch_lines(["12 tests collected*"])


def test_the_ids_that_are_shown_are_the_ids(project):
    out = project(ids=("one.wav", "wrong.1.wav"), policy="cases").runpytest_inprocess("suites", "-v")
    for shown in ("original::one.wav PASSED", "original::wrong.1.wav FAILED", "gates::accuracy-min=0.7 FAILED"):
        out.stdout.fnmatch_lines([f"suites/kitchen.yaml::{shown} *"])
    out.stdout.fnmatch_lines(["__* wrong.1.wav (original) *__", "__* gate accuracy-min=0.7 of kitchen *__"])


def test_right_answers_pass_and_gates_are_results_of_their_own(project):
    out = project().runpytest_inprocess("suites", "-v")
    out.assert_outcomes(passed=13)  # 12 trials and a gate
    out.stdout.fnmatch_lines(["*gates::accuracy*PASSED*"])
    assert out.ret == 0


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_verbose_shows_what_the_model_said_below_an_id_to_paste(project, workers):
    tester = project(ids=("one", "wrong.2"))
    (tester.path / "conftest.py").write_text(
        (tester.path / "conftest.py").read_text().replace(") {wanted}", ") {wanted}\\x1b[2J, " + "long " * 40)
    )
    out = tester.runpytest_inprocess("suites", "-v", *workers)
    said = out.stdout.str()
    assert "kitchen.yaml::original::wrong.2" in said
    assert "kitchen.yaml::gates::accuracy-min=0.7" in said
    assert "\n    (A) a kettle" in said
    assert "\x1b[2J" not in said  # a reply does not act on the terminal
    assert max(map(len, out.outlines)) < 170
    out.stdout.fnmatch_lines(["*_ wrong.2 (original) _*"])
    assert (
        "    (A) a kettle" not in tester.runpytest_inprocess("suites", *workers).stdout.str().partition("FAILURES")[0]
    )
    assert ("long " * 40).strip() in tester.runpytest_inprocess("suites", "-vv", *workers).stdout.str()


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_traceback_of_a_line_is_a_line(project, workers):
    tester = project(ids=("one", "two", "wrong"))
    out = tester.runpytest_inprocess("suites", "--tb=line", *workers)
    failures = out.stdout.str().partition(" FAILURES ")[2].partition("= audiotest: ")[0].splitlines()[1:-1]
    assert [line.rpartition("/")[2] for line in failures if not line.startswith("[gw")] == [
        "kitchen.yaml:24: original: the wrong option was chosen",
        "kitchen.yaml:1: accuracy is 0.6667, wanted at least 0.7 (n = 3)",
    ]
    assert "question  What is heard" in tester.runpytest_inprocess("suites", *workers).stdout.str()
    assert "FAILURES" not in tester.runpytest_inprocess("suites", "--tb=no", *workers).stdout.str()


def test_the_summary_of_many_suites_fits_a_screen(project, suite_text):
    for i in range(15):
        tester = project(
            text=suite_text(("one", "wrong")).replace("suite: kitchen", f"suite: k{i:02}"), name=f"k{i:02}"
        )
    out = tester.runpytest_inprocess("suites", "--tb=no")
    out.stdout.fnmatch_lines(
        [
            "suite |*listening gap | listened | text_only | shuffled",
            "k00   | 2 |   50.00% | 5.5 to 94.5 |      +0.0 (-) |       0% |       50% |      50%",
            "*-v shows intervals, outcomes, tags and the listening profile",
            "gates: 0 of 15 passed",
            "  and 5 more",
        ]
    )
    start = next(i for i, line in enumerate(out.outlines) if "audiotest: scripted" in line)
    end = next(i for i, line in enumerate(out.outlines) if "short test summary" in line)
    assert end - start < 40
    whole = tester.runpytest_inprocess("suites", "--tb=no", "-v")
    assert sum("text_only |" in line for line in whole.outlines) == 15


def test_no_figure_is_cut_from_a_wide_table(project, suite_text):
    conditions = "".join(f"  - noise(snr_db={level},color=pink): recorded\n" for level in (-20, -10, 10, 20, 30))
    for i in range(6):
        text = suite_text(("one",)).replace(
            "suite: kitchen", f"suite: a-suite-with-a-very-long-name-in-a-row-of-its-own-{i}"
        )
        tester = project(text=text.replace("gates:", conditions + "gates:", 1), name=f"k{i}")
    out = tester.runpytest_inprocess("suites", "--limit", "1")
    out.stdout.fnmatch_lines(["suite *| noise(snr_db=*,color=pink) | *| noise(snr_db=*,color=pink)*"])
    out.stdout.fnmatch_lines(["a-suite-with-a-very-long-name-in-a-row-of-its-own-0 | 1 |  100.00% |*|*100%"])
    assert "…" not in out.stdout.str()


def test_a_wrong_answer_fails_its_test_with_a_text_to_act_on(project):
    out = project(ids=("one", "two", "three", "wrong")).runpytest_inprocess("suites")
    out.assert_outcomes(passed=12, failed=1)
    out.stdout.fnmatch_lines(
        [
            "*original: the wrong option was chosen*",
            "*question*What is heard in clip wrong?*",
            "*(A) a kettle   <- expected*",
            "*(D) a flute   <- chosen*",
            "*reply*(D) a flute*",
            "*sound*synthesised*",
            "*case*suites/kitchen.yaml:*",
        ]
    )
    assert out.ret == 1


def test_under_the_gates_policy_a_wrong_answer_is_a_miss_and_the_gate_decides(project):
    out = project(ids=("one", "two", "three", "wrong"), policy="gates").runpytest_inprocess("suites")
    out.stdout.fnmatch_lines(["*12 passed, 1 missed*"])
    assert out.ret == 0
    out = project(ids=("one", "wrong1", "wrong2"), policy="gates").runpytest_inprocess("suites")
    out.stdout.fnmatch_lines(["*FAILED suites/kitchen.yaml::gates::accuracy*", "*1 failed*2 missed*"])
    assert out.ret == 1


@pytest.mark.parametrize(("given", "shown"), [("-ra", 1), ("-rx", 1), ("-rf", 0)])
def test_misses_are_listed_where_expected_failures_are(project, given, shown):
    out = project(ids=("one", "two", "three", "wrong"), policy="gates").runpytest_inprocess("suites", given)
    assert out.outlines.count("MISSED suites/kitchen.yaml::original::wrong - the wrong option was chosen") == shown


def test_a_model_that_raises_is_an_error_and_costs_no_other_trial(project):
    out = project(ids=("one", "broken", "three")).runpytest_inprocess("suites")
    out.assert_outcomes(passed=6, errors=3, skipped=1)
    out.stdout.fnmatch_lines(["*RuntimeError: out of cheese*"])
    out.stdout.fnmatch_lines(["*accuracy-min=0.7: not judged: 1 of 3 trials under original broke*"])
    out.stdout.no_fnmatch_line("*predictor.py*")


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        (["suites/kitchen.yaml::text_only"], 4),
        (["suites/kitchen.yaml::text_only::two"], 1),
        (["suites", "-k", "two and not shuffled"], 2),
        (["suites", "-m", "skill_pitch"], 6),
        (["suites", "-m", "source_kitchen_sink and skill_order"], 6),
    ],
)
def test_selection(project, arguments, passed):
    out = project().runpytest_inprocess(*arguments)
    out.assert_outcomes(passed=passed, skipped=1, deselected=12 - passed if arguments[0] == "suites" else 0)
    out.stdout.fnmatch_lines(["*not judged*"])


def test_a_path_that_goes_up_finds_what_the_same_path_without_dots_does(project, monkeypatch):
    tester = project()
    (tester.path / "elsewhere").mkdir()
    monkeypatch.chdir(tester.path / "elsewhere")
    for argument, passed in (("../suites", 13), ("../suites/kitchen.yaml::text_only::two", 1), ("..", 13)):
        tester.runpytest_inprocess("--rootdir", tester.path, argument).assert_outcomes(
            passed=passed, skipped=0 if passed == 13 else 1
        )


@pytest.mark.parametrize("argument", ["", "/kitchen.yaml"], ids=["folder", "file"])
def test_a_suite_outside_the_root_folder_runs_and_is_found_again(project, records, tmp_path, suite_text, argument):
    tester = project()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kitchen.yaml").write_text(suite_text())
    more = ("--rootdir", tester.path, "--model", "random", "--results", "out", "--html", "page.html")
    out = tester.runpytest_inprocess(f"{elsewhere}{argument}", *more)
    assert out.ret in (0, 1)
    out.stdout.fnmatch_lines(["results: out"])
    assert f"{elsewhere}/kitchen.yaml::original::one" in {r["nodeid"] for r in records(tester.path / "out")}


def test_a_tag_of_signs_alone_costs_no_case(project, suite_text):
    out = project(text=suite_text().replace("skill: pitch", '"♪": "♫"')).runpytest_inprocess(
        "suites", "-m", "skill_order"
    )
    out.assert_outcomes(passed=6, skipped=1, deselected=6)


@pytest.mark.parametrize("tag", ["skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings"])
def test_a_tag_without_a_value_is_no_marker_that_acts_on_the_test(project, suite_text, tag):
    out = project(
        text=suite_text(ids=("one", "wrong")).replace("skill: order", f'{tag}: "", slow: ""')
    ).runpytest_inprocess("suites", "-m", "slow or skill_pitch")
    out.assert_outcomes(passed=5, failed=2)  # a wrong answer, and the gate over it


@pytest.mark.skipif(not hasattr(pytest.Config, "_iter_registered_markers"), reason="pytest before 9 reads them itself")
def test_markers_are_read_once_however_many_tags_there_are(project, suite_text, monkeypatch):
    read = []
    whole = pytest.Config._iter_registered_markers
    monkeypatch.setattr(pytest.Config, "_iter_registered_markers", lambda config: read.append(1) or whole(config))
    ids = [f"c{i}" for i in range(50)]
    text = suite_text(ids)
    for i in ids:
        text = text.replace("source: kitchen sink", f"source: {i}", 1)
    project(text=text).runpytest_inprocess("suites", "--co", "-m", "source_c7").assert_outcomes(deselected=147)
    assert len(read) < 10


def test_a_run_can_be_held_against_what_its_own_folder_had(project):
    tester = project()
    tester.runpytest_inprocess("suites", "--results", "out")
    out = tester.runpytest_inprocess("suites", "--results", "out", "--baseline", "out")
    out.assert_outcomes(passed=13)
    out.stdout.fnmatch_lines(["against the baseline: 0 regressed, 0 improved, 0 known misses, of 8 trials in both*"])


@pytest.mark.parametrize("arguments", [("--co",), ("--model", "liztener"), ("-k", "nothing"), ("nowhere",)])
def test_a_run_of_no_trial_leaves_earlier_results_alone(project, arguments):
    tester = project()
    tester.runpytest_inprocess("suites", "--results", "out")
    before = {path.name: path.read_bytes() for path in (tester.path / "out").iterdir()}
    tester.runpytest_inprocess("suites", "--results", "out", *arguments)
    assert {path.name: path.read_bytes() for path in (tester.path / "out").iterdir()} == before


@pytest.mark.parametrize("given", [(), ("-W", "error", "-W", "ignore::pytest.PytestAssertRewriteWarning")])
def test_a_summary_page_that_cannot_be_written_costs_nothing_else(project, monkeypatch, given):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "nowhere/page.md")
    tester = project()
    out = tester.runpytest_inprocess("suites", "--html", "page.html", *given)
    assert out.ret == 0
    out.stdout.fnmatch_lines(["*summary page cannot be written*"])
    assert (tester.path / "page.html").is_file()


def test_limit_takes_the_first_cases_and_leaves_the_gates_unjudged(project):
    out = project().runpytest_inprocess("suites", "--limit", "2")
    out.assert_outcomes(passed=6, skipped=1)


def test_last_failed_runs_what_failed_and_nothing_else(project):
    tester = project(ids=("one", "two", "three", "wrong"))
    tester.runpytest_inprocess("suites")
    out = tester.runpytest_inprocess("suites", "--lf")
    out.assert_outcomes(failed=1, skipped=1, deselected=11)


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_last_failed_runs_the_misses_of_a_benchmark_and_nothing_else(project, workers):
    """Though they are no failures to pytest, and the gate that they brought down is one."""
    tester = project(ids=("one", "two", "wrong1", "wrong2"), policy="gates")
    tester.runpytest_inprocess("suites", *workers).assert_outcomes(failed=1, passed=10)
    for _ in range(2):
        out = tester.runpytest_inprocess("suites", "--lf", *workers)
        assert {k: v for k, v in out.parseoutcomes().items() if k != "deselected"} == {"missed": 2, "skipped": 1}
    (tester.path / "suites" / "kitchen.yaml").write_text(
        (tester.path / "suites" / "kitchen.yaml").read_text().replace("wrong1", "right1")
    )
    assert tester.runpytest_inprocess("suites", "--lf", *workers).parseoutcomes()["missed"] == 1


def test_where_a_gate_alone_failed_its_whole_suite_runs_again(project, suite_text):
    text = suite_text(("one", "two"), policy="gates").replace("min: 0.7", "min: 1.1")
    tester = project(text=text.replace("metric: accuracy, min: 1.1", "metric: accuracy, min: 1, bound: lower"))
    tester.runpytest_inprocess("suites").assert_outcomes(failed=1, passed=6)
    tester.runpytest_inprocess("suites", "--lf").assert_outcomes(failed=1, passed=6)


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_gates_id_can_be_given_to_pytest_again(project, workers):
    """Its suite runs, whole and once, since a gate over a part of it could not be judged."""
    tester = project(ids=("one", "wrong1", "wrong2"), policy="gates")
    out = tester.runpytest_inprocess("suites")
    [failed] = [line.split()[1] for line in out.outlines if line.startswith("FAILED ")]
    for more in ((), (failed,), ("suites",)):
        again = tester.runpytest_inprocess(failed, *more, *workers)
        again.stdout.fnmatch_lines(["*1 failed, * passed, * missed*"])
        assert again.parseoutcomes() == out.parseoutcomes()
    out = tester.runpytest_inprocess("suites/kitchen.yaml::gates::accuracy-min=0.9")
    assert out.ret == pytest.ExitCode.USAGE_ERROR


def test_exitfirst_stops(project):
    tester = project(ids=("wrong1", "wrong2", "three"))
    out = tester.runpytest_inprocess("suites", "-x", "--results", "out")
    assert out.parseoutcomes() == {"failed": 1}
    out.stdout.fnmatch_lines(["*accuracy-min=0.7: not judged: 1 of 3 trials ran under original"])
    gates = json.loads((tester.path / "out" / "summary.json").read_text())["suites"]["kitchen"]["gates"]
    assert [gate["passed"] for gate in gates] == [None]


def test_junit_tells_what_was_asked_and_answered(project, properties):
    tester = project(ids=("one", "two", "three", "wrong"))
    tester.runpytest_inprocess("suites", "--junitxml=out.xml")
    xml = (tester.path / "out.xml").read_text()
    found = properties(xml, "wrong")
    assert found["model"] == "scripted"
    assert found["condition"] == "original"
    assert found["expected"] == "(A) a kettle"
    assert found["chosen"] == "(D) a flute"
    assert found["reply"] == "(D) a flute"
    assert found["tag.skill"] == "pitch"
    assert float(found["seconds"]) >= 0
    assert 'failures="1"' in xml
    gate = properties(xml, "accuracy-min=0.7")
    assert gate == {"suite": "kitchen", "gate": "accuracy-min=0.7", "value": "0.75", "n": "4"}


ODD_ENDS = """
import pytest

@pytest.fixture(autouse=True)
def odd(request):
    name = request.node.name
    if name == "given":
        request.getfixturevalue("record_xml_attribute")("assertions", "3")
    if name == "owned":
        request.getfixturevalue("record_property")("own", "<&>")
    if name == "unready":
        raise RuntimeError("not ready")
    if name == "left":
        pytest.skip("left out")
    if name == "wrong" and request.config.option.maxfail == 50:
        pytest.exit("enough")
    yield
    print("printed", name)
    if name == "fallen":
        raise RuntimeError("broke at its end")
"""


@pytest.mark.parametrize(
    "options",
    [(), ("-o", "junit_family=xunit1", "--junitprefix", "a.b"), ("-o", "junit_duration_report=call"),
     ("-o", "junit_logging=all"), ("-n", "1"), ("-x",), ("--maxfail=50",)],
    ids=" ".join,
)  # fmt: skip
def test_junit_is_what_pytest_writes_by_itself(project, options, monkeypatch):
    ids = ("one", "given", "owned", "unready", "left", "fallen", "wrong")
    tester = project(ids=ids)
    conftest = tester.path / "conftest.py"
    conftest.write_text(conftest.read_text() + ODD_ENDS)
    tester.makepyfile(test_beside="def test_fine(): pass")

    def written():
        out = tester.runpytest_inprocess(".", *options, "--junitxml=out.xml")
        xml = (tester.path / "out.xml").read_text()
        times = r'time(stamp)?="[^"]*"|name="(seconds|waited)" value="[^"]*"'
        return out.ret, re.sub(times, "", xml), len(list(ElementTree.fromstring(xml).iter("testcase")))

    ours = written()
    assert ours[2] > {"-x": 3, "--maxfail=50": 6}.get(" ".join(options), 22)
    monkeypatch.setattr("audiotest.runner.hooks.trials_in_xml", lambda *_: None)
    assert written() == ours


def test_junit_of_many_trials_is_no_tree_in_memory(project):
    """One text for each, in the place of an element for each property."""
    counting = (
        "\nimport pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_sessionfinish(session):\n"
        "    log = next(p for p in session.config.pluginmanager.get_plugins() if hasattr(p, 'node_reporter'))\n"
        "    print('\\nheld', len(log.node_reporters_ordered), sum(len(r.texts) for r in log.node_reporters_ordered))\n"
    )
    tester = project(ids=("one", "two", "three"))
    conftest = tester.path / "conftest.py"
    conftest.write_text(conftest.read_text() + counting)
    out = tester.runpytest_inprocess("suites", "-s", "--junitxml=out.xml")
    out.stdout.fnmatch_lines(["held 1 10"])


def test_a_tests_time_is_its_own_reply_and_not_its_blocks(project):
    tester = project(policy="gates")
    (tester.path / "conftest.py").write_text(
        "import time, pytest\nfrom audiotest.types import Needs, Reply\n"
        "class M:\n    name, identity, needs, batch_size = 'm', 'm/1', Needs(audio=False), 64\n"
        "    def load(self): pass\n    def close(self): pass\n"
        "    def answer(self, requests):\n        time.sleep(1.2)\n"
        "        return [Reply('x', seconds=5.0) for r in requests]\n"
        "@pytest.fixture(scope='session')\ndef model(): return M()\n"
    )
    for low, high in ((5.0, 5.9), (0.0, 0.9)):  # a reply that was known takes no time
        tester.runpytest_inprocess("suites", "--junitxml=out.xml")
        cases = ElementTree.parse(tester.path / "out.xml").getroot().iter("testcase")
        times = [float(case.get("time")) for case in cases if "::gates" not in case.get("classname")]
        assert len(times) >= 12
        assert all(low <= seconds <= high for seconds in sorted(times)[-12:]), times


def test_junit_is_xml_whatever_a_tag_or_a_reply_holds(project, suite_text):
    tester = project(text=suite_text().replace("skill: pitch", r'"sk\u0007ill": "\u0008"'))
    conftest = tester.path / "conftest.py"
    conftest.write_text(conftest.read_text().replace('Reply(f"', r'Reply(f"\x00\x1b[31m\ud800 '))
    tester.runpytest_inprocess("suites", "--junitxml=out.xml").assert_outcomes(passed=13)
    assert len(ElementTree.parse(tester.path / "out.xml").findall(".//testcase")) == 13


def test_results_hold_every_trial_and_a_summary(project, records):
    tester = project(ids=("one", "two", "three", "wrong"))
    tester.runpytest_inprocess("suites", "--results", "out")
    rows = records(tester.path / "out")
    assert [(r["condition"], r["case"]) for r in rows[:5]] == [
        ("original", "one"),
        ("original", "two"),
        ("original", "three"),
        ("original", "wrong"),
        ("text_only", "one"),
    ]
    assert rows[3]["verdicts"]["choice"]["choice"] == 3
    summary = json.loads((tester.path / "out" / "summary.json").read_text())
    accuracy = summary["suites"]["kitchen"]["conditions"]["original"]["metrics"]["accuracy"]
    assert (accuracy["value"], accuracy["n"]) == (0.75, 4)
    assert accuracy["low"] < 0.75 < accuracy["high"]
    by_tag = summary["suites"]["kitchen"]["conditions"]["original"]["tags"]["skill"]["pitch"]["metrics"]["accuracy"]
    assert (by_tag["value"], by_tag["n"]) == (0.5, 2)
    assert summary["suites"]["kitchen"]["gates"][0]["passed"] is True
    assert summary["model"]


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_prompts_are_in_the_results_and_not_in_memory(project, records, workers):
    looking = (
        "\nimport pytest\nfrom audiotest.runner.hooks import state_of\n@pytest.hookimpl(trylast=True)\n"
        "def pytest_sessionfinish(session):\n    if hasattr(session.config, 'workerinput'): return\n"
        "    state = state_of(session.config)\n"
        "    print('\\nkept', sorted({len(r.prompt) for r in state.session.records}), len(state.run.records))\n"
    )
    tester = project(ids=("one", "two", "three"))
    conftest = tester.path / "conftest.py"
    conftest.write_text(conftest.read_text() + looking)
    out = tester.runpytest_inprocess("suites", "-s", "--results", "out", *workers)
    out.stdout.fnmatch_lines(["kept [[]0[]] 9"])
    rows = records(tester.path / "out")
    assert all("What is heard" in row["prompt"] and row["question"] in row["prompt"] for row in rows)
    assert [(row["condition"], row["case"]) for row in rows] == [
        (condition, case) for condition in ("original", "text_only", "shuffled") for case in ("one", "two", "three")
    ]
    assert "kept [0]" not in tester.runpytest_inprocess("suites", "-s", *workers).stdout.str()


def test_the_same_results_with_workers_and_in_any_order(project, records, comparable):
    """With more cases than fit into two blocks of a condition."""
    tester = project(ids=[f"case-{i:03}" for i in range(128)] + ["wrong", "wrong-2"], policy="gates")
    tester.makepyfile(
        reversing="""
        import pytest
        @pytest.hookimpl(wrapper=True)
        def pytest_collection_finish(session):
            session.items.reverse()
            return (yield)
        """
    )
    tester.syspathinsert()
    plain = tester.runpytest_inprocess("suites", "--results", "plain")
    for extra in (["-n", "2"], ["-n", "2", "--dist", "loadgroup"], ["-p", "reversing"]):
        other = tester.runpytest_inprocess("suites", "--results", "other", "--reply-cache", "off", *extra)
        assert plain.ret == other.ret == 0
        assert plain.parseoutcomes() == other.parseoutcomes()
        assert comparable(records(tester.path / "plain")) == comparable(records(tester.path / "other"))
        one, two = (json.loads((tester.path / n / "summary.json").read_text())["suites"] for n in ("plain", "other"))
        assert one == two


def test_gates_decide_the_exit_status_under_xdist_too(project, properties):
    tester = project(ids=("one", "wrong1", "wrong2"), policy="gates")
    out = tester.runpytest_inprocess("suites", "-n", "2", "--junitxml=out.xml")
    assert out.ret == 1
    out.stdout.fnmatch_lines(["*1 failed*2 missed*"])
    assert 'failures="1"' in (tester.path / "out.xml").read_text()


def test_ordinary_tests_run_beside_suites(project):
    tester = project()
    tester.makepyfile(test_other="def test_fine(): pass\ndef test_bad(): assert 0")
    for extra in ([], ["-n", "2"]):
        out = tester.runpytest_inprocess(".", *extra)
        out.assert_outcomes(passed=14, failed=1)


def test_torch_is_not_imported(project):
    tester = project()
    tester.makepyfile(
        test_imports="""
        import sys
        def test_none():
            assert not {"torch", "transformers", "datasets", "pandas"} & set(sys.modules)
        """
    )
    out = tester.runpytest_subprocess("suites", "test_imports.py")
    out.assert_outcomes(passed=14)


def test_an_unknown_model_is_a_usage_error_with_a_near_miss(project):
    out = project().runpytest_inprocess("suites", "--model", "listner")
    assert out.ret == 4
    out.stderr.fnmatch_lines(["*unknown model 'listner': did you mean 'listener'*"])
