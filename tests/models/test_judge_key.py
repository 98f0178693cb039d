"""A judge behind an endpoint, without a key or with one that is refused: one sentence, and no reply is lost."""

import json
import threading

import pytest
from endpoint import KEY, Handler, Server

import audiotest
import audiotest.analyse.summary  # pytester forgets what a test is the first to import, the registry does not

SUITE = """\
suite: s
prompt: question
scorers: [exact, {judge: {template: "Rate {{ reply }}", scale: [1, 5], threshold: 0.5}}]
conditions: [original]
cases:
"""
IDS = [f"c{i}" for i in range(12)]


class Keyed(Handler):
    """An endpoint that takes one key alone."""

    def misbehave(self, text, count):
        if self.headers.get("Authorization") == f"Bearer {KEY}":
            return super().misbehave(text, count)
        self.send(401, json.dumps({"error": {"message": "Incorrect API key provided"}}).encode())
        return True


@pytest.fixture
def keyed(monkeypatch, tmp_path):
    """The judge's URL; a suite and the replies that it judges are in the working directory."""
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.chdir(tmp_path)
    cases = [f'  - {{id: {id_}, question: How good is {id_}?, answer: "grade 4 of {id_}"}}\n' for id_ in IDS]
    (tmp_path / "s.yaml").write_text(SUITE + "".join(cases))
    replies = [json.dumps({"id": id_, "output": f"{id_} has grade 4"}) + "\n" for id_ in IDS]
    (tmp_path / "replies.jsonl").write_text("".join(replies))
    server = Server(handler=Keyed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("key", [None, "sk-none-of-yours-0123456789"], ids=["without", "refused"])
def test_a_judge_whose_key_is_missing_or_refused_costs_no_reply(keyed, monkeypatch, key):
    if key:
        monkeypatch.setenv("OPENAI_API_KEY", key)
    arguments = {"model": "replay:replies.jsonl", "judge": f"openai:m@{keyed.url}"}
    run = audiotest.run("s.yaml", **arguments)
    (reason,) = {record.reason for record in run.records}
    assert f"the judge openai:m@{keyed.url}" in reason
    assert "answered 401: the key is missing or wrong: set $OPENAI_API_KEY" in reason
    assert "sk-none" not in reason
    assert {(record.case, record.outcome, record.reply.text) for record in run.records} == {
        (id_, "error", f"{id_} has grade 4") for id_ in IDS
    }
    metrics = run.summary.suites["s"].conditions["original"].metrics
    assert not any("judge" in name for name in metrics)
    assert keyed.keys == {f"Bearer {key}" if key else None}
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    again = audiotest.run("s.yaml", **arguments)
    assert {record.verdicts["judge"].score for record in again.records} == {0.75}
    assert again.summary.suites["s"].conditions["original"].metrics["mean_score:judge"].n == len(IDS)


def test_pytest_reports_a_refused_key_of_a_judge_in_a_line_and_without_a_traceback(
    keyed, pytester, tmp_path, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none-of-yours-0123456789")
    monkeypatch.chdir(tmp_path)
    out = pytester.runpytest_inprocess(
        "s.yaml", "--rootdir", tmp_path, "--model", "replay:replies.jsonl", "--judge", f"openai:m@{keyed.url}"
    )
    out.assert_outcomes(errors=1, skipped=len(IDS) - 1)
    text = out.stdout.str()
    assert "set $OPENAI_API_KEY" in text
    assert "Traceback" not in text
    assert "sk-none" not in text
