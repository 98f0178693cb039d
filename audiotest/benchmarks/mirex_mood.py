"""Multi-modal MIREX Emotion: 903 clips of 30 s in five clusters of mood (Panda et al., 2013), as the survey asks it.

Source: the folder of Kaggle's ``imspash/multimodal-mirex-emotion-dataset`` with ``Audio/001.mp3`` ... and
``clusters.txt``, whose line n names the cluster of the n-th file (``Cluster 3``). Both may lie deeper down. The
survey calls a cluster by the first of its adjectives. That layout was described to us, not seen: an import
checks that there are as many lines as files.
"""

from __future__ import annotations

import re
from pathlib import Path

from audiotest.benchmarks import _survey
from audiotest.benchmarks.importing import ImportFailed

LABELS = ("passionate", "rollicking", "literate", "humorous", "aggressive")
QUESTION = "Which mood does this music express?"
_CLUSTER = re.compile(r"\D*([1-5])\D*")


def import_release(
    source: Path, target: Path, audio: Path | None = None, *, sample: int | None = _survey.ITEMS, sample_seed: int = 0
) -> list[str]:
    """Write the set into the suite ``music_survey``. Raises :class:`ImportFailed`."""
    lists = sorted(source.rglob("clusters.txt")) if source.is_dir() else []
    if not lists:
        raise ImportFailed(f"there is no clusters.txt in {source}; give the folder of the dataset")
    sounds = _survey.sound_files(source)
    lines = lists[0].read_text(encoding="utf-8-sig", errors="replace").splitlines()
    if len(lines) != len(sounds):
        raise ImportFailed(f"{lists[0]} has {len(lines)} lines for {len(sounds)} sound files; is the set whole?")
    cases = []
    for number, (line, path) in enumerate(zip(lines, sounds, strict=True), 1):
        cluster = _CLUSTER.fullmatch(line)
        if cluster is None:
            raise ImportFailed(f"{lists[0]}:{number}: {line[:40]!r} names no cluster from 1 to 5")
        place = f"mirex_mood/{path.relative_to(source).as_posix()}"
        label = LABELS[int(cluster[1]) - 1]
        cases.append(_survey.labelled_case(f"mirex_mood.{path.stem}", place, QUESTION, label, LABELS))
    return _survey.write_set("mirex_mood", cases, source, target, audio or source, sample=sample, seed=sample_seed)
