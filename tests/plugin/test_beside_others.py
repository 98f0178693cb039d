"""Suites, and audiotest itself, beside other tests and other plugins: nobody is in nobody's way."""

import os

import pytest

YAML_TESTS = """

class YamlFile(pytest.File):
    def collect(self):
        yield pytest.Function.from_parent(self, name="hello", callobj=lambda: None)

def pytest_collect_file(parent, file_path):
    if file_path.match("test*.yaml"):
        return YamlFile.from_parent(parent, path=file_path)
"""


def test_another_plugins_yaml_tests_run_on_workers_too(project):
    tester = project()
    with (tester.path / "conftest.py").open("a") as file:
        file.write(YAML_TESTS)
    (tester.path / "test_hello.yaml").write_text("hello: world\n")
    for extra in ([], ["-n", "2"]):
        tester.runpytest_inprocess(*extra).assert_outcomes(passed=14)


NOTING = """
import os
import pytest

@pytest.mark.parametrize("i", range(11))
def test_it(i):
    with open("noted.txt", "a") as file:
        file.write(f"{__name__} {os.environ['PYTEST_XDIST_WORKER']}\\n")
"""


@pytest.mark.parametrize("dist", ["loadfile", "loadscope"])
def test_what_dist_keeps_together_stays_together(project, dist):
    tester = project()
    tester.makepyfile(test_a=NOTING, test_b=NOTING, test_c=NOTING)
    tester.runpytest_inprocess("-n", "2", "--dist", dist).assert_outcomes(passed=13 + 33)
    noted = (tester.path / "noted.txt").read_text().splitlines()
    assert len(noted) == 33
    assert len(set(noted)) == 3  # each module on one worker


@pytest.mark.parametrize("scope", ["function", "class", "module", "package", "session"])
def test_fixtures_that_a_conftest_gives_to_every_test_surround_trials(project, scope):
    tester = project()
    with (tester.path / "conftest.py").open("a") as file:
        file.write(f"""
@pytest.fixture(scope="{scope}", autouse=True)
def around():
    with open("around.txt", "a") as file:
        file.write("around ")
    yield
""")
    tester.runpytest_inprocess().assert_outcomes(passed=13)
    each = {"function": 12, "class": 12, "module": 1, "package": 1, "session": 1}[scope]
    assert (tester.path / "around.txt").read_text() == "around " * each


def test_reports_can_be_put_into_files_and_sent_to_other_processes(project):
    tester = project(ids=("one", "broken", "wrong"), policy="gates")
    with (tester.path / "conftest.py").open("a") as file:
        file.write("""
import marshal

@pytest.hookimpl(wrapper=True)
def pytest_runtest_logreport(report):
    marshal.dumps(report._to_json())  # as pytest-forked does
    return (yield)
""")
    out = tester.runpytest_inprocess("suites")
    assert out.ret == 1
    assert out.parseoutcomes()["errors"] == 3


def test_a_test_that_leaves_the_working_directory_takes_no_results_along(project, tmp_path, records):
    tester = project()
    tester.makepyfile(test_away=f"import os\ndef test_away(): os.chdir({str(tmp_path)!r})")
    out = tester.runpytest_inprocess("test_away.py", "suites", "--results", "out", "--html", "page.html")
    out.assert_outcomes(passed=14)
    assert len(records(tester.path / "out")) == 12
    assert (tester.path / "page.html").is_file()


def test_suites_of_a_package_run_by_its_name(project, monkeypatch, tmp_path):
    tester = project()
    (tester.path / "suites").rename(tester.path / "kitchenware")
    (tester.path / "kitchenware" / "__init__.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tester.path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    out = tester.runpytest_subprocess("--rootdir", tmp_path, "--pyargs", "kitchenware", "--co", "-q")
    out.stdout.fnmatch_lines(["12 tests collected*"])


SEEN = """
import sys

def pytest_unconfigure(config):
    ours = {name for name in sys.modules if name.startswith("audiotest.")}
    with open(f"seen-{hasattr(config, 'workerinput')}", "w") as file:
        file.write(" ".join(sorted(ours | sys.modules.keys() & {"numpy", "msgspec", "yaml", "scipy", "jinja2"})))
"""


@pytest.mark.usefixtures("own_interpreter")
def test_a_project_without_suites_does_not_pay_for_the_engine(pytester):
    pytester.makeconftest(SEEN)
    pytester.makepyfile("def test_it(): pass\n\ndef test_bad(): assert 0\n")
    (pytester.path / "docker-compose.yaml").write_text("services: {}\n")
    for options in ((), ("-n", "1"), ("--co",)):
        pytester.runpytest_subprocess(*options)
        for process in pytester.path.glob("seen-*"):
            modules = process.read_text().split()
            assert "audiotest.plugin" in modules
            assert not {"numpy", "msgspec", "yaml", "scipy", "jinja2", "audiotest.session"} & set(modules)
            process.unlink()


def test_whoever_looks_at_fixtures_sees_those_of_trials(project):
    tester = project(ids=("one", "wrong"), policy="gates")
    out = tester.runpytest_inprocess("suites", "--setup-show")
    assert out.stdout.str().count("SETUP    F reply") == 6
    with (tester.path / "conftest.py").open("a") as file:
        file.write("""
@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef):
    with open("looked.txt", "a") as file:
        file.write(fixturedef.argname + " ")
    return (yield)
""")
    tester.runpytest_inprocess("suites")
    assert (tester.path / "looked.txt").read_text().split().count("trial") == 6


def test_a_fixture_that_breaks_is_no_miss(project, records):
    tester = project(ids=("one", "wrong"), policy="gates")
    with (tester.path / "conftest.py").open("a") as file:
        file.write("""
@pytest.fixture(autouse=True)
def after(request, trial, reply):
    if trial.case.id == "wrong":
        raise RuntimeError("no room left")
""")
    out = tester.runpytest_inprocess("suites", "--results", "out")
    assert out.parseoutcomes()["errors"] == 3
    assert {r["case"] for r in records(tester.path / "out") if r["outcome"] == "error"} == {"wrong"}
