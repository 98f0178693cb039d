"""audiotest cache: what is kept, pruned and written out."""

import json

import pytest
from click.testing import CliRunner

from audiotest.cli import main
from audiotest.predict.store import ReplyStore
from audiotest.types import Reply


@pytest.fixture
def file(tmp_path):
    store = ReplyStore(tmp_path / "replies.sqlite")
    store.put("one", {bytes([i]) * 32: Reply(f"reply {i}") for i in range(30)})
    store.put("two", {bytes([100 + i]) * 32: Reply(f"other {i}", raw="x" * 5000) for i in range(12)})
    store.close()
    return tmp_path / "replies.sqlite"


def run(*arguments, **more):
    return CliRunner().invoke(main, ["cache", *map(str, arguments)], **more)


def test_info(file):
    out = run("info", "--file", file).output
    assert "30  " in out.split("\n")[0]
    assert out.split("\n")[0].endswith("one")
    assert "42  replies in" in out


def test_prune_gives_space_back_and_keeps_the_rest(file):
    before = file.stat().st_size
    assert "say which replies" in run("prune", "--file", file).output
    assert run("prune", "--file", file, "--model", "two", input="n\n").exit_code == 1
    assert "42  replies" in run("info", "--file", file).output
    out = run("prune", "--file", file, "--model", "two", "--yes").output
    assert "12 replies deleted" in out
    assert file.stat().st_size < before
    assert "30  replies" in run("info", "--file", file).output
    assert "0 replies deleted" in run("prune", "--file", file, "--older-than", "1", "--yes").output
    assert "30 replies deleted" in run("prune", "--file", file, "--older-than", "0", "--yes").output


def test_export(file):
    lines = [json.loads(line) for line in run("export", "--file", file, "--model", "one").output.splitlines()]
    assert len(lines) == 30
    assert {line["reply"]["text"] for line in lines} == {f"reply {i}" for i in range(30)}
    assert all(len(line["key"]) == 64 for line in lines)


def test_a_file_that_is_something_else_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("Dear diary")
    out = run("info", "--file", tmp_path / "notes.txt")
    assert (out.exit_code, "is no cache of replies" in out.output) == (1, True)
    assert (tmp_path / "notes.txt").read_text() == "Dear diary"


def test_no_cache_is_said(tmp_path):
    assert "there is no cache at" in run("info", "--file", tmp_path / "none").output
