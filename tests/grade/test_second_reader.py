"""``{judge_reader: {model: CARD}}``: a small model reads what the rules cannot, beside ``choice`` and never mixed into it."""

import json

import pytest

import audiotest
from audiotest.declare.problems import SuiteError
from audiotest.models import loading
from audiotest.types import Needs, Reply

SUITE = """\
suite: s
policy: gates
scorers: [choice, {{judge_reader: {{model: {model}}}}}]
cases:
  - {{id: plain, question: Which bird?, choices: [a robin, a wren, an owl], answer: a wren}}
  - {{id: open, question: Which bird?, choices: [a robin, a wren, an owl], answer: a wren}}
"""


class Vague:
    name, identity, needs, batch_size = "vague", "", Needs(audio=False), 8

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        return [Reply("(B)" if r.case == "plain" else "The small brown one with the loud voice.") for r in requests]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("AUDIOTEST_CARDS", str(tmp_path / "cards"))
    (tmp_path / "cards").mkdir()
    rows = [{"id": "open", "condition": "judge_reader.reading", "output": "B"}]
    (tmp_path / "judged.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    card = f"model: reader\nadapter: replay\ncheckpoint: {tmp_path / 'judged.jsonl'}\nstatus: untested\n"
    (tmp_path / "cards" / "reader.yaml").write_text(card)
    loading._all_cards.cache_clear()
    yield tmp_path
    loading._all_cards.cache_clear()


def run(folder, model):
    (folder / "s.yaml").write_text(SUITE.format(model=model))
    return {r.case: r for r in audiotest.run(folder / "s.yaml", model=Vague(), cache=False).records}


def test_the_card_is_asked_where_the_rules_read_nothing(folder):
    records = run(folder, "reader")
    assert [(r.verdicts["choice"].correct, r.verdicts["judge_reader"].correct) for r in records.values()] == [
        (True, True),
        (False, True),
    ]
    assert records["plain"].verdicts["judge_reader"].details["read_by"] == "rules"
    assert records["open"].verdicts["judge_reader"].details["read_by"] == "judge"
    assert records["open"].outcome == "missed"


def test_a_judge_that_is_not_there_costs_the_verdicts_that_need_it(folder):
    records = run(folder, "raeder")
    assert records["plain"].outcome == "passed"
    assert records["open"].outcome == "error"
    assert "the judge cannot be opened" in records["open"].reason
    assert "did you mean 'reader'" in records["open"].reason


def test_a_suite_starts_no_program(folder):
    with pytest.raises(SuiteError, match="is a card's name"):
        run(folder, "'process:touch x'")
