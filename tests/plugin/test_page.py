"""``pytest --html``: the report at the end of a run, in this process and from workers."""

import pytest


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_the_run_is_written_as_a_page(project, workers):
    tester = project(ids=("one", "wrong1"))
    (tester.path / "conftest.py").unlink()  # the built-in listener answers: it hears
    out = tester.runpytest_inprocess("suites", "--html", "pages/run.html", *workers)
    page = (tester.path / "pages" / "run.html").read_text()
    assert "What is heard in clip wrong1?" in page
    assert "data:audio" in page
    out.stdout.fnmatch_lines(["report: *run.html: 6 trials, 1 sound, *MB"])


def test_the_sounds_are_there_for_people_when_the_model_hears_none(project):
    tester = project(ids=("one",))
    (tester.path / "conftest.py").unlink()
    out = tester.runpytest_inprocess("suites", "--model", "random", "--html", "run.html")
    out.stdout.fnmatch_lines(["report: *run.html: 3 trials, 1 sound, *MB"])  # `shuffled` sounds like `original`


def test_a_page_that_cannot_be_written_costs_nothing_else(project):
    tester = project(ids=("one",))
    (tester.path / "taken").write_text("a file")
    out = tester.runpytest_inprocess("suites", "--html", "taken/run.html", "--results", "out")
    assert (tester.path / "out" / "summary.json").exists()
    out.stdout.fnmatch_lines(["*the HTML report cannot be written*"])
    assert out.ret == 1


def test_what_cannot_be_the_name_of_a_page_is_refused_before_anything_is_asked(project):
    out = project(ids=("one",)).runpytest_inprocess("suites", "--html", "suites")
    assert out.ret == 4
    out.stderr.fnmatch_lines(["*--html takes the name of a file that ends in .html, not 'suites'*"])
    out = project(ids=("one",)).runpytest_inprocess("suites", "--model-option", "nonsense")
    assert out.ret == 4
    out.stderr.fnmatch_lines(["*--model-option takes KEY=VALUE, not 'nonsense'*"])


def test_pytest_html_keeps_its_option(project, monkeypatch):
    tester = project(ids=("one",))
    stand_in = "def pytest_addoption(parser):\n    parser.addoption('--html')\n"
    (tester.path / "pytest_html.py").write_text(stand_in)
    monkeypatch.setenv("PYTHONPATH", str(tester.path))
    out = tester.runpytest_subprocess("-p", "pytest_html", "suites", "--html", "x", "--audiotest-html", "run.html")
    assert "unrecognized" not in str(out.stderr)
    assert (tester.path / "run.html").exists()


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_github_is_shown_the_lines_of_the_cases_that_failed(project, monkeypatch, workers):
    tester = project(ids=("one", "wrong1"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tester.path))
    out = tester.runpytest_inprocess("suites", *workers)
    text = (tester.path / "suites/kitchen.yaml").read_text()
    line = text[: text.index("wrong1")].count("\n") + 1
    out.stdout.re_match_lines([rf"^::error file=suites/kitchen\.yaml,line={line},title=wrong1%3A failed::original: "])
