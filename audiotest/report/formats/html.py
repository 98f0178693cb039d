"""One HTML file: figures, items, replies and players; opens from disk, needs no server and no network."""

from __future__ import annotations

from pathlib import Path

from audiotest.report.texts import ENGLISH
from audiotest.runs import Run

endings = (".html", ".htm")


def write(
    run: Run, target: Path, *, embed: float = 20, link: float = 500, title: str = "", language: str = ENGLISH
) -> str:
    """Write ``run`` to ``target``, with ``embed`` megabytes of sound in it and up to ``link`` more in a folder beside
    it; ``title`` heads it in the place of the model and the suites; ``language`` (``en``, ``ko``, ``zh``) is the one
    that it is first shown in.

    Returns a line that says what was written; raises OSError, and :class:`~audiotest.registry.UnknownName` for a
    language without texts.
    """
    from audiotest.report.html.render import write as write_page

    return write_page(run, target, embed=embed, link=link, title=title, language=language)
