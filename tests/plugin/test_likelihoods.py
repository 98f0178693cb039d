"""A suite that ranks options by their likelihood: asked of models that have them, said of those that have not."""

import json

SUITE = """\
suite: ranked
policy: cases
prompt: choices_lettered
scorers: [{scorers}]
conditions:
  - original: correct
  - shuffled: same
cases:
  - {{id: one, question: What?, choices: [a flute, a kettle, rain], answer: a kettle}}
  - {{id: two, question: What?, choices: [a kettle, a flute, rain], answer: rain}}
"""
# Says "A", whatever is asked; finds the kettle the most probable.
MODEL = """\
import pytest
from audiotest.types import Needs, Reply

class Ranks:
    name, identity, needs, batch_size = "ranks", "ranks 1", Needs(audio=False), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [Reply("A", details=self.likelihoods(r) if r.likelihoods else {}) for r in requests]
    def likelihoods(self, r):
        def option(text):
            return {"logprob": -1.0 if "kettle" in text else -20.0, "tokens": 2, "characters": len(text)}
        return {"likelihoods": {"text": [option(c) for c in r.choices], "label": [option(c) for c in "ABC"]}}

@pytest.fixture(scope="session")
def model():
    return Ranks()
"""


def test_the_ranked_option_is_judged_and_compared_by_its_text(pytester):
    pytester.makefile(".yaml", ranked=SUITE.format(scorers="loglikelihood, choice"))
    pytester.makeconftest(MODEL)
    found = pytester.runpytest_inprocess("ranked.yaml", "--results", "out")
    found.assert_outcomes(passed=3, failed=1)
    metrics = json.loads((pytester.path / "out" / "summary.json").read_text())
    metrics = metrics["suites"]["ranked"]["conditions"]["original"]["metrics"]
    assert metrics["accuracy"]["value"] == 0.5
    assert metrics["accuracy:choice"]["value"] == 0.0


def test_what_a_release_calls_labels_or_likelihoods_is_not_taken_for_ours(pytester):
    facts = "facts: {labels: [Speech, Music, Bell], likelihoods: 3}, question: What?"
    pytester.makefile(".yaml", ranked=SUITE.format(scorers="choice, loglikelihood").replace("question: What?", facts))
    found = pytester.runpytest_inprocess("ranked.yaml::original", "--model", "longest", "--results", "out")
    found.assert_outcomes(passed=1, failed=1)  # it says the letter of the longest option


def test_replies_kept_without_likelihoods_are_not_taken_for_those_with(pytester):
    pytester.makeconftest(MODEL)
    pytester.makefile(".yaml", ranked=SUITE.format(scorers="choice"))
    pytester.runpytest_inprocess("ranked.yaml")
    pytester.makefile(".yaml", ranked=SUITE.format(scorers="loglikelihood"))
    pytester.runpytest_inprocess("ranked.yaml").assert_outcomes(passed=3, failed=1)


def test_a_model_without_likelihoods_is_skipped_and_says_why(pytester):
    pytester.makefile(".yaml", ranked=SUITE.format(scorers="loglikelihood"))
    found = pytester.runpytest_inprocess("ranked.yaml::original", "--model", "first", "-rs")
    found.assert_outcomes(skipped=2)
    found.stdout.fnmatch_lines(["*there are no likelihoods of the options*"])
