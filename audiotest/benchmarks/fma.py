"""FMA: music of the Free Music Archive by genre (Defferrard et al., 2017), as the music survey asks it.

Source: ``tracks.csv`` of ``fma_metadata`` (three header lines: group, column, ``track_id``), of which ``set.subset``
and ``track.genre_top`` are used. The survey does not say which subset it drew from; here it is ``small``: 8,000
clips of 30 s, balanced over eight top genres. Audio: the folder ``fma_small`` with ``000/000002.mp3``.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from audiotest.benchmarks import _survey
from audiotest.benchmarks.importing import ImportFailed, audio_folder, released_file

LABELS = ("Electronic", "Experimental", "Folk", "Hip-Hop", "Instrumental", "International", "Pop", "Rock")
SUBSET = "small"
QUESTION = "What is the genre of this music?"


def import_release(
    source: Path, target: Path, audio: Path | None = None, *, sample: int | None = _survey.ITEMS, sample_seed: int = 0
) -> list[str]:
    """Write the set into the suite ``music_survey``. Raises :class:`ImportFailed`."""
    source = released_file(source, "tracks.csv", "fma_metadata/tracks.csv")
    cases = []
    for place, track, genre in _tracks(source):
        if genre not in LABELS:
            raise ImportFailed(f"{place}: the genre {genre!r} is none of the eight of the subset `{SUBSET}`")
        file = f"fma/{track // 1000:03d}/{track:06d}.mp3"
        cases.append(_survey.labelled_case(f"fma.{track:06d}", file, QUESTION, genre, LABELS))
    if not cases:
        raise ImportFailed(f"{source} has no track of the subset `{SUBSET}`")
    folder = audio_folder(audio, "fma_small")
    return _survey.write_set("fma", cases, source, target, folder, sample=sample, seed=sample_seed)


def _tracks(source: Path) -> list[tuple[str, int, str]]:
    """(place, track id, top genre) of the subset's tracks."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # some biographies are longer than the usual limit
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            names = list(zip(next(rows), next(rows), strict=False))
            next(rows)
            subset, genre = names.index(("set", "subset")), names.index(("track", "genre_top"))
            return [
                (f"{source}:{rows.line_num}", int(row[0]), row[genre])
                for row in rows
                if len(row) > max(subset, genre) and row[subset] == SUBSET
            ]
    except UnicodeDecodeError as error:
        raise ImportFailed(f"{source} is not UTF-8 text (byte {error.start}); the released file is") from None
    except (OSError, csv.Error, StopIteration, ValueError) as error:
        raise ImportFailed(
            f"{source}: expected the three header lines of fma_metadata/tracks.csv with set.subset and "
            f"track.genre_top ({error})"
        ) from None
