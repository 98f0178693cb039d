"""Suites, and audiotest itself, beside other tests and other plugins: nobody is in nobody's way."""

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
        tester.runpytest_subprocess(*extra).assert_outcomes(passed=14)
