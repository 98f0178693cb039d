"""Music_Classification: music in five moods, clips of 5 s, as the music survey asks it.

Source: the folder of Kaggle's ``shanmukh05/music-classification``, with a folder a mood at any depth:
``aggressive``, ``dramatic``, ``happy``, ``romantic``, ``sad``.
"""

from __future__ import annotations

from pathlib import Path

from audiotest.benchmarks import _survey

LABELS = {name: name for name in ("aggressive", "dramatic", "happy", "romantic", "sad")}
QUESTION = "What is the mood of this music?"


def import_release(
    source: Path, target: Path, audio: Path | None = None, *, sample: int | None = _survey.ITEMS, sample_seed: int = 0
) -> list[str]:
    """Write the set into the suite ``music_survey``. Raises :class:`ImportFailed`."""
    name = "music_classification"
    cases = [
        _survey.labelled_case(
            f"{name}.{label}.{path.stem}", f"{name}/{path.relative_to(source).as_posix()}", QUESTION, label, [*LABELS]
        )
        for path, label in _survey.class_folders(source, LABELS)
    ]
    return _survey.write_set(name, cases, source, target, audio or source, sample=sample, seed=sample_seed)
