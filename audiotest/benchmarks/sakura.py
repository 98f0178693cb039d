"""SAKURA: multi-hop reasoning over what is heard (arXiv 2505.13237, Interspeech 2025).

The suite is a mapping of the release, a clone of github.com/ckyang1124/SAKURA (commit a1fdb14): for each of four tracks
an object of 500 clips, each with a single-hop and a multi-hop question, whose options stand in the instruction as
``(a) ... (b) ...``. Here is its table alone, with the columns of the repository's leaderboard.
"""

from __future__ import annotations

from audiotest.benchmarks import tables

TRACKS = ("Gender", "Language", "Emotion", "Animal")
HOPS = ("single", "multi")


def official_row(pairs: tables.Pairs) -> dict[str, float | str]:
    """Accuracy in percent by track and kind of question, and the means over the four tracks."""
    row: dict[str, float | str | None] = {}
    for hop in HOPS:
        tracks = tables.by_tag(tables.by_tag(pairs, "hop").get(hop, []), "track")
        values = [tables.accuracy(tracks.get(track, ())) for track in TRACKS]
        row |= {f"{track} {hop}": value for track, value in zip(TRACKS, values, strict=True)}
        row[f"Average {hop}"] = tables.mean_of_all(values, "tracks")
    return tables.there(row)
