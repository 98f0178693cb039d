"""Questions, choices, replies and errors with escape sequences and CI commands in them, through a whole run."""

import re

SUITE = r"""
suite: hostile
policy: {policy}
prompt: choices_lettered
scorers: [choice]
conditions: [original: correct]
gates: [{{metric: accuracy, min: 0.9}}]
cases:
  - {{id: a, question: "What\n::error::q\e[31m is \e]8;;http://x\e\\heard?", choices: ["a\e[0m", "b\n::error::b"], answer: "a\e[0m"}}
  - {{id: broken, question: "What is heard?", choices: [a, b], answer: a}}
  - {{id: stopped, question: "What is heard, again?", choices: [a, b], answer: a}}
"""
MODEL = r"""
import pytest
from audiotest.models.protocol import Unsupported
from audiotest.types import Needs, Reply

class Hostile:
    name, identity, needs, batch_size = "hostile \x1b[31m\n::error::name", "", Needs(audio=False), 8
    load = close = lambda self: None
    def answer(self, requests):
        return [self.one(r) for r in requests]
    def one(self, r):
        said = "\x1b[2J\n::set-output name=x::y\n  ::error::z\n\x1b]0;title\x07 the answer is (B)"
        if r.case == "broken":
            return RuntimeError(said)
        if r.case == "stopped":
            return Unsupported(said)
        return Reply(said)

@pytest.fixture(scope="session")
def model():
    return Hostile()
"""


def test_nothing_in_a_run_acts_on_the_terminal_or_on_the_ci_runner(pytester, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(pytester.path / "page.md"))
    pytester.makeconftest(MODEL)
    for policy, options in (("cases", ["-vv", "-rA"]), ("gates", ["-rA"])):
        pytester.makefile(".yaml", suite=SUITE.format(policy=policy))
        out = pytester.runpytest_inprocess("suite.yaml", "--color=no", *options)
        assert out.ret == 1
        shown = out.stdout.str() + out.stderr.str() + (pytester.path / "page.md").read_text()
        assert not re.findall(r".*[\x00-\x08\x0b-\x1f\x7f-\x9f].*", shown)
        assert not re.findall(r"^\s*::.*", shown, re.MULTILINE)
        assert "\\::set-output" in shown or policy == "gates"
