"""Models from fixtures of the user's own: each is asked what is its to answer, once."""

import pytest

NOTING = """\
import pytest
from audiotest.types import Needs, Reply

class Noting:
    name, identity, needs, batch_size = "{name}", "", Needs(audio=False), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        with open("{name}.txt", "a") as file:
            file.writelines(f"{{r.condition}}/{{r.case}}\\n" for r in requests)
        return [Reply("(A)") for r in requests]

@pytest.fixture{scope}
def model():
    return Noting()
"""
SCOPE = '(scope="session")'


def asked(path):
    return path.read_text().splitlines()


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_the_models_of_two_folders_are_asked_for_the_suites_of_their_own(pytester, suite_text, workers):
    for name in ("cellar", "attic"):
        (pytester.path / name).mkdir()
        text = suite_text([f"{name}-{i}" for i in range(5)], policy="gates").replace("kitchen", name)
        (pytester.path / name / "suite.yaml").write_text(text)
        (pytester.path / name / "conftest.py").write_text(NOTING.format(name=name, scope=SCOPE))
    pytester.runpytest_inprocess(*workers)
    for name in ("cellar", "attic"):
        lines = asked(pytester.path / f"{name}.txt")
        assert len(lines) == 15
        assert all(f"/{name}-" in line for line in lines)


def test_a_model_made_for_each_test_is_asked_for_that_one_and_it_is_told_what_that_costs(project):
    tester = project(ids=[f"c{i}" for i in range(10)], policy="gates")
    (tester.path / "conftest.py").write_text(NOTING.format(name="noting", scope=""))
    out = tester.runpytest_inprocess("suites", "-k", "original or text_only")
    out.stdout.fnmatch_lines(["*nothing is asked in batches: give it scope=*"])
    lines = asked(tester.path / "noting.txt")
    assert len(lines) == len(set(lines)) == 20
