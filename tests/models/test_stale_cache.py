"""Replies of endpoints grow old: how old they are is said first, and CI asks again."""

import sqlite3
import time

import pytest

from audiotest.analyse.freshness import age
from audiotest.report.first_lines import first_lines
from audiotest.runs import Run
from audiotest.session import Session, Settings
from audiotest.types import Record, Reply

SUITE = "suite: s\nconditions: [{original: recorded}]\ncases:\n" + "".join(
    f"  - {{id: c{i}, question: 'Which is {i}?', choices: [a, b], answer: a}}\n" for i in range(5)
)


@pytest.fixture
def ask(server, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "s.yaml").write_text(SUITE)

    def run(**settings):
        """The run, and how many requests the server got for it."""
        before = len(server.asked)
        session = Session(Settings(model=f"openai:m@{server.url}", **settings), root=tmp_path)
        session.suites.whole(tmp_path / "s.yaml", "s.yaml")
        return session.run(), len(server.asked) - before

    return run


def grow_older(path, days):
    with sqlite3.connect(path) as db:
        db.execute("UPDATE replies SET at = at - ?", (days * 86400,))


def test_the_first_line_says_how_many_replies_are_old_and_how_old(ask, tmp_path):
    fresh, asked = ask()
    assert (asked, fresh.summary.cached or None, list(first_lines(fresh))) == (5, None, [])
    grow_older(tmp_path / "cache" / "replies.sqlite", 3)
    old, asked = ask()
    assert asked == 0
    assert list(first_lines(old)) == ["5 of 5 replies came from the cache, 3 days old (--refresh asks again)"]
    assert old.summary.cached.newest == pytest.approx(time.time() - 3 * 86400, abs=60)
    assert all(record.cached and record.at is not None for record in old.records)


def test_in_ci_an_endpoint_is_asked_again_unless_told_otherwise(ask, tmp_path, monkeypatch):
    assert ask()[1] == 5
    monkeypatch.setenv("CI", "true")
    run, asked = ask()
    assert (asked, any(record.cached for record in run.records)) == (5, False)
    assert ask(cached=True)[1] == 0
    assert ask(reply_cache=str(tmp_path / "cache" / "replies.sqlite"))[1] == 0
    monkeypatch.setenv("CI", "false")
    assert ask()[1] == 0


def test_a_model_on_disk_is_not_asked_again_in_ci(monkeypatch, tmp_path):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path))
    (tmp_path / "s.yaml").write_text(SUITE)

    def cached():
        session = Session(Settings(model="listener"), root=tmp_path)
        session.suites.whole(tmp_path / "s.yaml", "s.yaml")
        return [record.cached for record in session.run().records]

    assert (cached(), cached()) == ([False] * 5, [True] * 5)


def test_revisions_that_the_server_named_are_counted():
    names = ["fp_1", "fp_1", "fp_2", "fp_1", "fp_2"]
    replies = [Reply("A", details={"model": "m-2", "system_fingerprint": name}) for name in names]
    records = [
        Record("s", f"c{i}", "original", f"s.yaml::original::c{i}", "recorded", "recorded", "?", reply=reply)
        for i, reply in enumerate(replies)
    ]
    run = Run.from_records(records)
    assert run.summary.served_by == {"m-2 fp_1": 3, "m-2 fp_2": 2}
    assert list(first_lines(run)) == ["the replies are of 2 revisions of the model: m-2 fp_1 (3), m-2 fp_2 (2)"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0 seconds"), (59.9, "59 seconds"), (60, "1 minute"), (7300, "2 hours"), (86400 * 12, "12 days")],
)
def test_an_age_in_words(seconds, words):
    assert age(seconds) == words
