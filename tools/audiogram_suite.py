"""Write ``suites/audiogram/*.yaml``: questions at fixed levels (the method of constant stimuli), for runs under pytest.

``python tools/audiogram_suite.py`` writes the files; ``--check`` only says whether they are what it would write, and
ends with status 1 if not. Questions and sounds are those of the faculties in ``audiotest/hearing/faculties/``.
``audiotest hear`` needs fewer questions for a threshold, since it chooses each by the answers before it; these files
never change with the answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from msgspec.structs import replace as changed

from audiotest.declare.dump import suite_text
from audiotest.declare.suite import Suite
from audiotest.hearing.tracks import Asked, Track
from audiotest.registry import FACULTIES
from audiotest.types import Gate

FOLDER = Path(__file__).resolve().parent.parent / "suites" / "audiogram"
LEVELS: dict[str, tuple[float, ...]] = {
    "pitch@440": (5, 20, 100, 700),
    "level": (0.5, 2, 6, 15),
    "tempo@100": (2, 6, 15, 50),
    "duration": (10, 40, 120, 400),
    "count": (12, 6, 4, 2),
    "gap": (2, 8, 40, 200),
    "tone_in_noise@1000": (-6, 0, 8, 25),
}
"""From the hardest to the easiest, in the faculty's unit."""
_HEAD = """\
# yaml-language-server: $schema=../../schemas/suite.schema.json
# Written by tools/audiogram_suite.py; change it there.
"""


def suite(name: str) -> Suite:
    """At every level each wording with the right answer at each place among the options, once."""
    levels = LEVELS[name]
    faculty_name, _, variant = name.partition("@")
    faculty = replace(FACULTIES.get(faculty_name), levels=levels)
    track = Track(faculty, float(variant) if variant else None, 0)
    cases = []
    for number, level in enumerate(levels):
        at = track.levels.index(level)
        for index, asked in enumerate(balanced(track, number, at)):
            tags = {
                "faculty": (faculty_name,),
                "level": (f"{level:g} {faculty.unit}",),
                "ease": ("easiest" if at == track.easiest else f"level {number + 1} of {len(levels)}",),
            }
            cases.append(changed(asked.case, id=f"level{number + 1}-{index + 1:02d}", tags=tags))
    return Suite(
        name=f"audiogram-{faculty_name.replace('_', '-')}",
        title=f"{faculty.title}, at fixed levels",
        policy="gates",
        conditions=[{"original": "recorded"}],
        by=["level"],
        gates=[Gate("accuracy", min=0.75, tags={"ease": "easiest"})],  # below that a model has no threshold
        cases=cases,
    )


def balanced(track: Track, number: int, level: int) -> Iterator[Asked]:
    """The questions of the ``number``-th of the levels, whose index in the track is ``level``."""
    block = track.options**2 * len(track.faculty.wordings)
    seen: set[tuple[int, int]] = set()
    for index in range(number * block, (number + 1) * block):
        asked = track.question(index, level)
        combination = asked.wording, asked.case.choices.index(asked.case.answer)
        if combination not in seen:
            seen.add(combination)
            yield asked


def texts() -> dict[str, str]:
    """The text of every file by its name."""
    return {f"{name.partition('@')[0]}.yaml": _HEAD + suite_text(suite(name)) for name in LEVELS}


def main() -> None:
    """Write the files, or check them."""
    stale = []
    for name, text in texts().items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    print(
        f"suites/audiogram: {', '.join(stale)} {'differ' if '--check' in sys.argv else 'written'}"
        if stale
        else "as written"
    )
    sys.exit(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    main()
