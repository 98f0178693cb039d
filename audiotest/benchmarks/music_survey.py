"""The music-understanding survey as a whole: its table and its predictions, over the five sets that are imported
one by one (``gtzan``, ``fma``, ``music_classification``, ``mirex_mood``, ``musiccaps``)."""

from __future__ import annotations

from pathlib import Path

from audiotest.benchmarks import _survey
from audiotest.benchmarks.importing import ImportFailed

official_row = _survey.official_row
exported = _survey.exported
EXPORT = "music_survey_predictions.jsonl"


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Its sets are released, and imported, one by one; always raises :class:`ImportFailed`."""
    raise ImportFailed(
        "the survey's sets are imported one by one: gtzan, fma, music_classification, mirex_mood, musiccaps"
    )
