"""A suite as one HTML file to step through by keyboard, with its sounds."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import msgspec

from audiotest.counting import counted
from audiotest.report.by_ear.cases import Ear, Item
from audiotest.report.html.players import players_of
from audiotest.report.html.render import filled

_SCRIPTS = ("texts.js", "player.js", "picture.js", "page.js", "item.js", "notes.js", "listening.js")


def write(ear: Ear, items: Sequence[Item], target: Path, *, embed: float, link: float) -> str:
    """Write the page to ``target``, with ``embed`` megabytes of sound in it and up to ``link`` more in a folder beside
    it. Returns a line that says what was written; raises OSError."""
    reasons: dict[str, str] = {}

    def heard(sound: str) -> Sequence[object]:
        try:
            return ear.waveforms(sound)
        except (OSError, ValueError, LookupError, RuntimeError) as error:
            reasons[sound] = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise

    target.parent.mkdir(parents=True, exist_ok=True)
    records = [ear.record(item, shown) for item in items for shown in item.conditions if shown.sound]
    sounds, left = players_of(records, lambda r: heard(r.hashes["sound"]), target, embed=embed, link=link)  # type: ignore[arg-type, return-value]
    data = {
        "title": ear.suite.title or ear.suite.name,
        "suite": ear.suite.name,
        "when": ear.suite.digest[:12],
        "items": msgspec.to_builtins(list(items)),
        "audio": msgspec.to_builtins(sounds),
        "problems": reasons,
        "rerun": "",
    }
    front, here = files("audiotest.report.html"), files("audiotest.report.by_ear")
    scripts = [*(front / name for name in _SCRIPTS), here / "page.js"]
    target.write_text(filled(here / "page.html", scripts, data), encoding="utf-8")
    clips = counted(sum(map(bool, sounds.values())), "sound")
    line = f"{target}: {counted(len(items), 'case')}, {clips}, {target.stat().st_size / 1e6:,.1f} MB"
    if left:
        line += f"; {counted(left, 'sound was', 'sounds were')} left out (--audio-mb, --linked-mb, --limit, --case)"
    if reasons:
        line += f"; {counted(len(reasons), 'sound')} cannot be heard: {next(iter(reasons.values()))}"
    return line
