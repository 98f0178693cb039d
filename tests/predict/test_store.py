"""The reply cache: kept, shared, and no loss when damaged."""

import sqlite3
import subprocess
import sys
import threading

import pytest

from audiotest.predict.store import NoCache, ReplyStore
from audiotest.types import Reply


def key(i: int) -> bytes:
    return i.to_bytes(32, "big")


def test_what_is_put_is_found_by_another(tmp_path):
    path = tmp_path / "deep" / "replies.sqlite"
    replies = {key(i): Reply(f"reply {i}", seconds=0.5, details={"n": i}) for i in range(1200)}
    ReplyStore(path).put("m", replies)
    assert ReplyStore(path).get([key(i) for i in range(1300)]) == replies


def test_a_later_reply_replaces_an_earlier_one(tmp_path):
    store = ReplyStore(tmp_path / "r.sqlite")
    store.put("m", {key(1): Reply("old")})
    store.put("m", {key(1): Reply("new")})
    assert store.get([key(1)])[key(1)].text == "new"


@pytest.mark.parametrize("damage", [b"this is no database" * 1000, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside(tmp_path, damage):
    path = tmp_path / "r.sqlite"
    path.write_bytes(damage)
    with pytest.warns(UserWarning, match="damaged"):
        store = ReplyStore(path)
    store.put("m", {key(1): Reply("x")})
    assert store.get([key(1)])
    assert [p.read_bytes() for p in tmp_path.glob("*.damaged-*")] == [damage]


def test_what_is_no_cache_is_left_as_it_is(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(NoCache, match="notes.txt is no cache of replies"):
        ReplyStore(path)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_full_disk_is_told_once_and_costs_no_reply(tmp_path):
    store = ReplyStore(tmp_path / "r.sqlite")
    store._db.execute("PRAGMA max_page_count=8")
    with pytest.warns(UserWarning, match="replies are not kept any more.*full"):
        store.put("m", {key(0): Reply("x" * 100_000)})
    store.put("m", {key(1): Reply("x" * 100_000)})  # warnings are errors here
    store.put("m", {key(9): Reply("short")})
    assert store.get([key(0), key(9)]) == {key(9): Reply("short")}


def test_damage_that_shows_only_when_a_reply_is_looked_up_is_set_aside_too(tmp_path):
    path = tmp_path / "r.sqlite"
    first = ReplyStore(path)
    first.put("m", {key(i): Reply("x" * 200) for i in range(5000)})
    first.close()
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xab" * (len(data) - 8192))
    store, other = ReplyStore(path), ReplyStore(path)
    with pytest.warns(UserWarning, match="damaged"):
        assert store.get([key(i) for i in range(100)]) == {}
    store.put("m", {key(1): Reply("new")})
    assert other.get([key(1)])[key(1)].text == "new"
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1


WRITER = """
import sys
from pathlib import Path
from audiotest.predict.store import ReplyStore
from audiotest.types import Reply
store, me = ReplyStore(Path(sys.argv[1])), int(sys.argv[2])
for i in range(50):
    store.put("m", {(me * 1000 + i * 10 + j).to_bytes(32, "big"): Reply(f"{me}") for j in range(10)})
"""


def test_a_file_that_another_process_is_writing_for_the_first_time_is_waited_for(tmp_path):
    path = tmp_path / "r.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")  # not in WAL mode yet, to which SQLite changes without waiting for anybody
    threading.Timer(0.1, other.execute, ["COMMIT"]).start()
    store = ReplyStore(path)
    store.put("m", {key(1): Reply("x")})
    assert store.get([key(1)])[key(1)].text == "x"


def test_several_processes_write_at_once(tmp_path):
    path = tmp_path / "r.sqlite"
    jobs = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(n)]) for n in range(3)]
    assert [job.wait(timeout=120) for job in jobs] == [0, 0, 0]
    assert len(ReplyStore(path).get([key(n * 1000 + i) for n in range(3) for i in range(500)])) == 1500
