"""Suites and models for running pytest inside pytest."""

import json
import re

import pytest

SUITE = """\
suite: kitchen
policy: {policy}
prompt: choices_lettered
scorers: [choice]
conditions:
  - original: correct
  - text_only: recorded
  - shuffled: same
gates:
  - {{metric: accuracy, min: 0.7}}
cases:
"""
CASE = """\
  - id: {id}
    question: What is heard in clip {id}?
    audio: {{synth: {{tone: {{hz: 440, seconds: 0.1}}}}}}
    choices: [a kettle, a train whistle, a tea cup, a flute]
    answer: {answer}
    tags: {{skill: {skill}, source: kitchen sink}}
"""
# A model that answers from the text: right for every case but those whose id has `wrong` in it.
MODEL = """\
import pytest
from audiotest.types import Needs, Reply

class Scripted:
    name, identity, needs, batch_size = "scripted", "", Needs(audio=False), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [self.one(r) for r in requests]
    def one(self, r):
        if "broken" in r.case:
            raise RuntimeError("out of cheese")
        wanted = "a flute" if "wrong" in r.case else "a kettle"
        return Reply(f"({'ABCD'[r.choices.index(wanted)]}) {wanted}")

@pytest.fixture(scope="session")
def model():
    return Scripted()
"""


@pytest.fixture(autouse=True)
def own_caches(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def suite_text():
    def write(ids=("one", "two", "three", "four"), policy="cases", answer="a kettle"):
        cases = [CASE.format(id=i, answer=answer, skill="pitch" if n % 2 else "order") for n, i in enumerate(ids)]
        return SUITE.format(policy=policy) + "".join(cases)

    return write


@pytest.fixture
def project(pytester, suite_text):
    """A project with a model of its own; call it to write its suite."""
    pytester.makeconftest(MODEL)

    def write(ids=("one", "two", "three", "four"), policy="cases", name="kitchen", text=None):
        folder = pytester.path / "suites"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(text if text is not None else suite_text(ids, policy))
        return pytester

    return write


@pytest.fixture
def records():
    def read(folder):
        return [json.loads(line) for line in (folder / "trials.jsonl").read_text().splitlines()]

    return read


@pytest.fixture
def comparable():
    """A run's records without what differs from run to run: times."""

    def strip(rows):
        for row in rows:
            if row.get("reply"):
                row["reply"].pop("seconds", None)
                row["reply"].pop("waited", None)
            row.pop("cached", None)
        return rows

    return strip


@pytest.fixture
def properties():
    def read(xml, name):
        case = re.search(rf'<testcase[^>]*name="{re.escape(name)}".*?</testcase>', xml, re.DOTALL).group(0)
        return dict(re.findall(r'<property name="([^"]*)" value="([^"]*)"', case))

    return read
