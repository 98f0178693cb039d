"""Files in the place of the cache: other schemas, rows that cannot be read, databases of other people, modes."""

import sqlite3
import stat
from contextlib import closing

import pytest

from audiotest.predict.store import NoCache, ReplyStore
from audiotest.types import Reply

KEY, OTHER = b"k" * 32, b"o" * 32


def database(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def test_a_cache_from_before_it_was_marked_is_still_read(tmp_path):
    path = tmp_path / "r.sqlite"
    database(
        path,
        "CREATE TABLE replies (key BLOB PRIMARY KEY, model TEXT NOT NULL, reply BLOB NOT NULL, at REAL NOT NULL) WITHOUT ROWID",
        f"""INSERT INTO replies VALUES (X'{KEY.hex()}', 'm', CAST('{{"text": "old"}}' AS BLOB), 1.0)""",
    )
    store = ReplyStore(path)
    store.put("m", {OTHER: Reply("new")})
    assert {k: r.text for k, r in store.get([KEY, OTHER]).items()} == {KEY: "old", OTHER: "new"}


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE replies (id INTEGER PRIMARY KEY, said TEXT)"],
        ["PRAGMA user_version=2"],
        ["ALTER TABLE replies ADD COLUMN weight REAL"],
        ["ALTER TABLE replies RENAME TO answers"],
    ],
)
def test_a_cache_of_another_schema_is_set_aside(tmp_path, statements):
    path = tmp_path / "r.db"
    if not statements[0].startswith("CREATE"):
        ReplyStore(path).close()
    database(path, *statements)
    with pytest.warns(UserWarning, match="another schema.*a new one begins"):
        store = ReplyStore(path)
    assert store.get([KEY]) == {}
    store.put("m", {KEY: Reply("x")})
    assert store.get([KEY])[KEY].text == "x"
    assert len(list(tmp_path.glob("r.db.other-*"))) == 1


@pytest.mark.parametrize(
    "stored", ["X'00'", "''", "'no json'", "7", "2.5", "'[1]'", "'{\"text\": 5}'", "X'7B22FF'", f"'{'[' * 5000}'"]
)
def test_a_row_that_cannot_be_read_is_asked_for_again(tmp_path, stored):
    path = tmp_path / "r.sqlite"
    store = ReplyStore(path)
    store.put("m", {KEY: Reply("x"), OTHER: Reply("y")})
    database(path, f"UPDATE replies SET reply = {stored}, model = CAST(X'FF' AS TEXT) WHERE key = X'{KEY.hex()}'")
    assert store.get([KEY, OTHER]) == {OTHER: Reply("y")}
    assert [key for key, *_ in store.rows()] == [OTHER]
    assert {model: count for model, count, *_ in store.models()} == {"m": 1, "\N{REPLACEMENT CHARACTER}": 1}
    store.put("m", {KEY: Reply("z")})
    assert store.get([KEY])[KEY].text == "z"


@pytest.mark.parametrize("name", ["people.db", "people.sqlite"])
@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE people (name TEXT)", "INSERT INTO people VALUES ('Ada')"],
        ["CREATE TABLE replies (id INTEGER)", "CREATE TABLE threads (id INTEGER)"],
        ["CREATE TABLE people (name TEXT)", "PRAGMA user_version=1"],
        ["PRAGMA application_id=7"],
        ["PRAGMA journal_mode=WAL", "CREATE TABLE people (name TEXT)", "PRAGMA wal_checkpoint"],
    ],
)
def test_somebody_elses_database_is_refused_and_not_touched(tmp_path, name, statements):
    path = tmp_path / name
    database(path, *statements)
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.iterdir()}
    with pytest.raises(NoCache, match="left as it is"):
        ReplyStore(path)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(("shared", "modes"), [("", (0o700, 0o600)), ("1", (0o755, 0o644))])
def test_only_the_owner_may_look_into_a_cache_unless_asked_otherwise(tmp_path, monkeypatch, shared, modes):
    monkeypatch.setenv("AUDIOTEST_SHARED", shared)
    store = ReplyStore(tmp_path / "new" / "r.sqlite")
    store.put("m", {KEY: Reply("x")})
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == modes[0]
    assert {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "new").iterdir()} == {modes[1]}
