"""GTZAN: music in ten genres, 1,000 clips of 30 s (Tzanetakis and Cook, 2002), as the music survey asks it.

Source: the folder of ``genres`` (or ``genres_original``), with a folder a genre: ``blues/blues.00000.wav`` (or
``.au``). Labels are shown as the survey writes them: ``Hip-Hop`` for the folder ``hiphop``, ``Popular`` for ``pop``.
One file of a widely copied release, ``jazz.00054``, cannot be decoded: its trial is an error that says so.
"""

from __future__ import annotations

from pathlib import Path

from audiotest.benchmarks import _survey
from audiotest.benchmarks.download import Hub

LABELS = {
    "blues": "Blues", "classical": "Classical", "country": "Country", "disco": "Disco", "hiphop": "Hip-Hop",
    "jazz": "Jazz", "metal": "Metal", "pop": "Popular", "reggae": "Reggae", "rock": "Rock",
}  # fmt: skip
QUESTION = "What is the genre of this music?"
HUB = Hub("marsyas/gtzan", ("data/genres.tar.gz",), ("data/genres.tar.gz",))


def import_release(
    source: Path, target: Path, audio: Path | None = None, *, sample: int | None = _survey.ITEMS, sample_seed: int = 0
) -> list[str]:
    """Write the set into the suite ``music_survey``. Raises :class:`ImportFailed`."""
    cases = [
        _survey.labelled_case(
            f"gtzan.{path.stem}", f"gtzan/{path.relative_to(source).as_posix()}", QUESTION, label, [*LABELS.values()]
        )
        for path, label in _survey.class_folders(source, LABELS)
    ]
    return _survey.write_set("gtzan", cases, source, target, audio or source, sample=sample, seed=sample_seed)
