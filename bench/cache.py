"""The reply cache at scale: ``python -m bench.cache [--replies 1000000]``: insert rate, look-up rate, size on disk."""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from pathlib import Path

from audiotest.predict.store import ReplyStore
from audiotest.types import Reply
from bench.measure import machine

_BATCH = 64


def keys(start: int, count: int) -> list[bytes]:
    """Keys as the predictor makes them: SHA-256 digests."""
    return [hashlib.sha256(str(i).encode()).digest() for i in range(start, start + count)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.cache", description=__doc__)
    parser.add_argument("--replies", type=int, default=1_000_000)
    n = parser.parse_args().replies
    reply = Reply("(B) a train whistle", finish="stop", seconds=0.42, details={"dtype": "bfloat16", "batch": 8})
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "replies.sqlite"
        store = ReplyStore(path)
        started = time.perf_counter()
        for i in range(0, n, _BATCH):
            store.put("model", dict.fromkeys(keys(i, _BATCH), reply))
        put = time.perf_counter() - started
        asked = range(0, n, max(_BATCH, n // 2000))
        started = time.perf_counter()
        found = sum(len(store.get(keys(i, _BATCH))) for i in asked)
        got = time.perf_counter() - started
        store.close()
        print(f"{machine()}\n\n| replies | stored a second | found a second | MB | bytes a reply |")
        print("| ---: | ---: | ---: | ---: | ---: |")
        size = path.stat().st_size
        print(f"| {n:,} | {n / put:,.0f} | {found / got:,.0f} | {size / 1e6:,.0f} | {size / n:.0f} |")


if __name__ == "__main__":
    main()
