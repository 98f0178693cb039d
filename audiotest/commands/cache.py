"""``audiotest cache``: the replies that are kept, and how to be rid of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiotest.commands._saying import say
from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.predict.store import ReplyStore


@click.group("cache")
def command() -> None:
    """Look into the cache of replies, prune it, or write it out.

    It is one file, in $AUDIOTEST_CACHE_DIR or the user's cache folder; runs can name another with --reply-cache.
    """


_file = click.option("--file", "path", type=click.Path(path_type=Path), help="The cache (default: the usual one).")


@command.command()
@_file
def info(path: Path | None) -> None:
    """How many replies there are, of which models, and how much space they take."""
    store = _open(path)
    total = 0
    for model, count, oldest, newest in store.models():
        say(f"{count:>10,}  {oldest:%Y-%m-%d} to {newest:%Y-%m-%d}  {model}")
        total += count
    say(f"{total:>10,}  replies in {store.path} ({store.path.stat().st_size / 1e6:,.1f} MB)")


@command.command()
@_file
@click.option("--model", help="Only replies of this model, by the name that `info` shows.")
@click.option("--older-than", metavar="DAYS", type=click.FloatRange(min=0), help="Only replies older than that.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune(path: Path | None, model: str | None, older_than: float | None, yes: bool) -> None:
    """Delete replies, and give their space back."""
    if model is None and older_than is None:
        raise click.UsageError("say which replies: --model NAME, --older-than DAYS, or both")
    store = _open(path)
    count = store.count(model, older_than)
    if count and not yes:
        click.confirm(f"delete {counted(count, 'reply', 'replies')} from {store.path}?", abort=True)
    store.prune(model, older_than)
    say(f"{counted(count, 'reply', 'replies')} deleted; {store.path.stat().st_size / 1e6:,.1f} MB are left")


@command.command()
@_file
@click.option("--model", help="Only replies of this model.")
def export(path: Path | None, model: str | None) -> None:
    """Write replies to stdout, a JSON line each: `key`, `model`, `at`, `reply`."""
    import msgspec

    for key, name, at, reply in _open(path).rows(model):
        line = {"key": key.hex(), "model": name, "at": at, "reply": reply}
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def _open(path: Path | None) -> ReplyStore:
    from audiotest.predict.store import NoCache, ReplyStore
    from audiotest.resources import cache_dir

    database = path or cache_dir() / "replies.sqlite"
    if not database.is_file():
        raise click.ClickException(f"there is no cache at {database}")
    try:
        return ReplyStore(database)
    except NoCache as error:
        raise click.ClickException(str(error)) from None
