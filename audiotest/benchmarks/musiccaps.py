"""MusicCaps: captions of 10-second clips of music, written by musicians (arXiv 2301.11325), as the survey asks them.

Source: ``musiccaps-public.csv`` of the hub's ``google/MusicCaps``: ``ytid``, ``start_s``, ``end_s``,
``audioset_positive_labels``, ``aspect_list``, ``caption``, ``author_id``, ``is_balanced_subset`` and
``is_audioset_eval``. Licence of the text: CC BY-SA 4.0; the audio is on YouTube.

``--audio`` names a folder of clips called ``[YTID]-[START-END].wav`` (as MuChoMusic lays them out), ``YTID_START`` or
``YTID``, with any ending; without it the first form is expected.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from audiotest.benchmarks import _survey
from audiotest.benchmarks.download import Hub
from audiotest.benchmarks.importing import ImportFailed, need, read_csv, released_file

QUESTION = "Describe this music."
_NEEDED = ("ytid", "start_s", "end_s", "aspect_list", "caption")
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
HUB = Hub("google/MusicCaps", ("musiccaps-public.csv",))


def import_release(
    source: Path,
    target: Path,
    audio: Path | None = None,
    *,
    sample: int | None = _survey.CAPTIONS,
    sample_seed: int = 0,
) -> list[str]:
    """Write the set into the suite ``music_survey``. Raises :class:`ImportFailed` naming the line at fault."""
    source = released_file(source, "musiccaps-public.csv")
    there = {path.stem: path.name for path in audio.iterdir()} if audio is not None else {}
    cases = [_case(place, row, there) for place, row in read_csv(source)]
    return _survey.write_set("musiccaps", cases, source, target, audio, sample=sample, seed=sample_seed)


def _case(place: str, row: dict[str, Any], there: dict[str, str]) -> dict[str, Any]:
    need(row, _NEEDED, place)
    video, start, end = str(row["ytid"]), row["start_s"], row["end_s"]
    try:
        aspects = [str(aspect) for aspect in ast.literal_eval(row["aspect_list"])]
    except (ValueError, SyntaxError, TypeError):
        raise ImportFailed(f"{place}: `aspect_list` holds {str(row['aspect_list'])[:40]!r}, not a list") from None
    usual = f"[{video}]-[{start}-{end}]"
    stem = next((s for s in (usual, f"{video}_{start}", video) if s in there), usual)
    return {
        "id": f"musiccaps.{_UNFIT.sub('-', video)}",
        "task": "caption",
        "audio": f"musiccaps/{there.get(stem, stem + '.wav')}",
        "question": QUESTION,
        "reference": row["caption"],
        "facts": {"aspects": aspects, **{k: row[k] for k in row if k not in ("caption", "aspect_list")}},
    }
