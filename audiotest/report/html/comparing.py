"""A comparison of runs as one HTML file: the tables, and the items that flipped with both replies."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from msgspec import Struct

from audiotest.analyse.compare import Difference, Flipped


class Pair(Struct, frozen=True):
    """Two runs by their names, and how the second differs from the first."""

    first: str
    second: str
    differences: Sequence[Difference]
    flipped: Sequence[Flipped]


def page(names: Sequence[str], leaders: Sequence[Sequence[str]], pairs: Sequence[Pair]) -> str:
    """The whole page; ``leaders`` is a table with its heads in the first row, or empty. What models said is escaped."""
    from jinja2 import Environment, StrictUndefined

    here = files("audiotest.report.html")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string((here / "compare.html").read_text(encoding="utf-8"))
    css = (here / "page.css").read_text(encoding="utf-8")
    return template.render(names=list(dict.fromkeys(names)), leaders=leaders, pairs=pairs, css=css)
