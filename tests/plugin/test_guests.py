"""audiotest is installed beside other people's tests: their options are theirs, their YAML files are theirs."""

import json

import pytest

SHORT = ["--model", "--model-option", "--results", "--html", "--baseline", "--limit", "--seed", "--batch-size", "--engine",
         "--judge", "--embedder", "--refresh", "--reply-cache", "--audio-root"]  # fmt: skip
THEIRS = """
{group}
def pytest_addoption(parser):
    add = {add}
    for name in {names}:
        add(name, dest="their_" + name.strip("-").replace("-", "_"), action="store", help="theirs", default="unset")
"""
TAKES = """
def test_theirs(request):
    assert request.config.getoption("--seed") == "theirs"
    assert request.config.option.their_model == "mine"
"""

SILENT = """
import pytest
from audiotest.types import Needs, Reply

class Silent:
    name, identity, needs, batch_size = "silent", "", Needs(audio=False), 8
    load = close = lambda self: None
    def answer(self, requests):
        return [Reply("I cannot say") for r in requests]

@pytest.fixture(scope="session")
def model():
    return Silent()
"""


@pytest.fixture(params=["conftest", "group", "plugin"])
def taken(request, pytester, monkeypatch):
    """A project where somebody has all of the short names: a conftest, after audiotest, or a plugin, before it."""
    add = "parser.getgroup('general').addoption" if request.param == "group" else "parser.addoption"
    code = THEIRS.format(names=SHORT, add=add, group="import pytest\n")
    if request.param == "plugin":
        pytester.makepyfile(theirs=code)
        pytester.syspathinsert()
        monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")  # which would have ours first
        monkeypatch.setenv("PYTEST_ADDOPTS", "-p theirs")
    else:
        pytester.makeconftest(code)
    return request.param


def test_options_that_somebody_else_has_are_theirs_and_that_is_said(pytester, taken):
    pytester.makepyfile(TAKES)
    out = pytester.runpytest_inprocess("--seed", "theirs", "--model", "mine")
    out.assert_outcomes(passed=1)
    notice = next(line for line in out.outlines if "of another plugin or conftest here" in line)
    for name in SHORT:
        assert f"--audiotest-{name[2:]}" in notice


def test_the_long_spellings_do_the_same(pytester, taken, suite_text):
    pytester.mkdir("suites").joinpath("kitchen.yaml").write_text(suite_text(("one",)))
    (pytester.path / "suites" / "conftest.py").write_text(SILENT)
    out = pytester.runpytest_inprocess(
        "suites", "--audiotest-results", "out", "--audiotest-seed=3", "--audiotest-limit", "1", "--audiotest-html", "page.html",
        "--audiotest-reply-cache", "off", "--seed", "x",
    )  # fmt: skip
    assert out.parseoutcomes()["failed"] == 2
    summary = json.loads((pytester.path / "out" / "summary.json").read_text())
    assert (summary["seed"], summary["limit"]) == (3, 1)
    assert (pytester.path / "page.html").is_file()


def test_where_nobody_has_them_both_spellings_work_and_nothing_is_said(pytester, suite_text):
    pytester.mkdir("suites").joinpath("kitchen.yaml").write_text(suite_text(("one",)))
    out = pytester.runpytest_inprocess("suites", "--seed", "3", "--audiotest-limit=1", "--co", "-q")
    assert out.ret == 0
    assert "another plugin" not in out.stdout.str()
    assert "seed 3" in pytester.runpytest_inprocess("suites", "--seed", "3", "--co").stdout.str()


def test_two_others_that_want_the_same_name_are_told_as_ever(pytester):
    pytester.makeconftest(
        "def pytest_addoption(parser):\n    parser.addoption('--theirs')\n    parser.getgroup('g').addoption('--theirs', dest='x')\n"
    )
    out = pytester.runpytest_subprocess()
    assert out.ret != 0
    assert "conflicting option string" in out.stdout.str() + out.stderr.str()


def test_workers_know_whose_options_they_are(pytester, suite_text):
    pytester.makeconftest(THEIRS.format(names=["--seed", "--model"], add="parser.addoption", group=""))
    pytester.makepyfile(TAKES)
    pytester.mkdir("suites").joinpath("kitchen.yaml").write_text(suite_text(("one",)))
    (pytester.path / "suites" / "conftest.py").write_text(SILENT)
    out = pytester.runpytest_subprocess("-n", "1", "--seed", "theirs", "--model", "mine", "--audiotest-limit", "1")
    assert out.parseoutcomes() == {"passed": 2, "failed": 2, "skipped": 1}


FILES = {
    "suites/compose.yaml": ("services:\n  web:\n    image: x\n", False),
    "suites/empty.yaml": ("", False),
    "suites/broken.yaml": ("services: [\n", False),
    "suite.yaml": ("tests:\n  - run: this\n", False),
    "suites/kitchen.yaml": ("cases: []\nscorers: [choice]\n", True),
    "other/kitchen.yaml": ("suite: kitchen\ncases: [\n", True),
    "suites/flow.yaml": ("{suite: kitchen, cases: [}", True),
    "other/line.yaml": ("# yaml-language-server: $schema=../schemas/suite.schema.json\nsuit: kitchen\n", True),
    "other/cases.yaml": ("cases:\n  - run: this\n", False),
}


def test_a_file_is_a_suite_by_its_keys_or_its_modeline_or_if_it_is_named(pytester):
    for name, (text, _) in FILES.items():
        path = pytester.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    for named in ([], ["suites/compose.yaml", "other/cases.yaml"]):
        out = pytester.runpytest_inprocess("--collect-only", "-q", *(named or ["."])).stdout.str()
        collected = {name for name in FILES if f"ERROR {name}" in out}
        assert collected == (set(named) or {name for name, (_, ours) in FILES.items() if ours})


def test_reporters_describe_a_trial_by_its_question(pytester, project):
    tester = project(ids=("one",))
    out = tester.runpytest_inprocess("suites", "--collect-only", "-v")
    assert "What is heard in clip one?" in out.stdout.str()
    assert "The test that every trial runs" not in out.stdout.str()
    (tester.path / "conftest.py").write_text(
        (tester.path / "conftest.py").read_text()
        + "\ndef pytest_runtest_setup(item):\n    print('described as', item.function.__doc__)\n"
    )
    assert "described as What is heard in clip one?" in tester.runpytest_inprocess("suites", "-s").stdout.str()
