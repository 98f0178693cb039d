"""What all figures share: size, colours and markers, panels, and how a figure is written.

Colours are those of Okabe and Ito 2008, which readers with any form of colour blindness can tell apart. A series also
has a marker, a line style and a hatch of its own, so that nothing is lost in grey. Nothing here touches
``matplotlib.pyplot`` or the global settings: a figure can be drawn in a thread, a notebook or a server.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from audiotest.report.tables import run_names
from audiotest.runs import Run, RunError
from audiotest.types import Estimate

try:
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter, PercentFormatter
except ImportError as error:
    raise ImportError("figures need matplotlib, which is an extra: pip install 'audiotest[plot]'") from error

Runs = Run | Sequence[Run]
T = TypeVar("T")

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_LINES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)))
_HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo", "---")
"""Lists of 7, 8 and 5: two series are alike only if they are 56 (areas) or 280 (lines) apart."""
GREY = "#555555"
SMALL, NORMAL = 8, 9
"""Sizes of text in points."""
WIDTH = 6.3
"""The width of a figure in inches: the text of an A4 page."""
_COLUMNS, _HEIGHT = 3, 2.2
"""How many panels stand side by side, and the height of each in inches."""
_SHORT = 28
"""Characters of a title that fit above a panel of a third of the width."""
_SVG = {"svg.fonttype": "none", "svg.hashsalt": "audiotest", "pdf.fonttype": 42}


class Drawing(Figure):  # type: ignore[misc]  # matplotlib is not followed
    """A figure that a notebook shows, and whose files are the same whenever they are written: text stays text, and no
    date is in them."""

    def savefig(self, fname: str | os.PathLike[str] | Any, **options: Any) -> None:
        """Write the figure, as :meth:`matplotlib.figure.Figure.savefig` does; a folder that is missing is made.

        Raises :class:`~audiotest.runs.RunError` for an ending that matplotlib has no format for, and OSError.
        """
        form = options.get("format")
        if isinstance(fname, str | os.PathLike):
            folder, name = os.path.split(os.fspath(fname))
            form = form or os.path.splitext(name)[1].lstrip(".").lower()
            known = sorted(self.canvas.get_supported_filetypes())
            if form not in known:
                raise RunError(
                    f"{os.fspath(fname)}: no format of a figure has the ending {form!r}; known: {', '.join(known)}"
                )
            os.makedirs(folder or ".", exist_ok=True)
        undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(str(form))
        with rc_context(_SVG):
            super().savefig(fname, **{"dpi": 200, "metadata": undated, **options})

    def _repr_svg_(self) -> str:
        out = io.StringIO()
        self.savefig(out, format="svg")
        return out.getvalue()


class Series(Struct, frozen=True):
    """How one run is drawn."""

    run: Run
    name: str
    place: int

    @property
    def colour(self) -> str:
        """Its colour."""
        return _COLOURS[self.place % len(_COLOURS)]

    @property
    def hatch(self) -> str:
        """Its hatch, for areas."""
        return _HATCHES[self.place % len(_HATCHES)]

    @property
    def style(self) -> dict[str, Any]:
        """Marker, line and colour, as keywords of ``plot`` and ``errorbar``."""
        at = self.place
        return {
            "marker": _MARKERS[at % len(_MARKERS)],
            "linestyle": _LINES[at % len(_LINES)],
            "color": self.colour,
            "markersize": 5,
            "linewidth": 1.4,
        }


def fill(place: int) -> dict[str, Any]:
    """Colour and hatch of the area that is the ``place``-th of its kind."""
    return {
        "facecolor": _COLOURS[place % len(_COLOURS)],
        "hatch": _HATCHES[place % len(_HATCHES)],
        "edgecolor": "white",
        "linewidth": 0.6,
    }


def series(runs: Runs) -> list[Series]:
    """The runs, each with a name of its own. Raises :class:`RunError` for none and for a run without trials."""
    every = [runs] if isinstance(runs, Run) else list(runs)
    if not every:
        raise RunError("there is no run to draw")
    empty = [run.summary.model or "a run" for run in every if not run.summary.suites]
    if empty:
        raise RunError(f"there is nothing to draw: {', '.join(empty)} has no trials")
    return [Series(run, name, i) for i, (run, name) in enumerate(zip(every, run_names(every), strict=True))]


def by_suite(
    every: Iterable[Series], value: Callable[[Run, str], T | None], suite: str | None, missing: str
) -> dict[str, list[tuple[Series, T]]]:
    """By suite, what ``value(run, name of the suite)`` gives of each run that has it.

    Raises :class:`RunError` for a ``suite`` that no run has, and with ``missing`` where no suite has a value.
    """
    rows: dict[str, list[tuple[Series, T]]] = {}
    known: dict[str, None] = {}
    for one in every:
        for name in one.run.summary.suites:
            known[name] = None
            if suite in (None, name) and (worth := value(one.run, name)) is not None:
                rows.setdefault(name, []).append((one, worth))
    if suite is not None and suite not in known:
        raise RunError(f"no run has the suite {suite!r}; there is {', '.join(known)}")
    if not rows:
        raise RunError(f"there is nothing to draw{f' of the suite {suite}' if suite else ''}: {missing}")
    return rows


def drawing(height: float, width: float = WIDTH) -> Drawing:
    """An empty figure; sizes in inches."""
    return Drawing(figsize=(width, height), layout="constrained")


def panels(titles: Sequence[str]) -> tuple[Drawing, Iterator[Any]]:
    """A figure with a panel for each title, and its axes; up to three stand side by side, if titles fit."""
    across = min(len(titles), _COLUMNS if max(map(len, titles)) < _SHORT else 2)
    down = -(-len(titles) // across)
    width = WIDTH if across > 1 else 0.7 * WIDTH
    figure = drawing(_HEIGHT * down + 0.4, width)
    grid = figure.subplots(down, across, squeeze=False).ravel()
    for axes in grid[len(titles) :]:
        axes.remove()
    for axes, title in zip(grid, titles, strict=False):
        plain(axes, title)
    return figure, iter(grid[: len(titles)])


def plain(axes: Any, title: str = "", below: str = "") -> None:
    """Axes without a box, with a light grid and small text; ``below`` are lines under the title."""
    lines = [inert(line) for line in (title, *below.splitlines())]
    axes.set_title("\n".join(lines), fontsize=SMALL, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=SMALL)


def percent(axis: Any) -> None:
    """Write the ticks of an axis of shares in per cent."""
    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def no_minor_labels(axis: Any) -> None:
    """No labels between the main ticks of a logarithmic axis."""
    axis.set_minor_formatter(NullFormatter())


def legend(figure: Drawing, axes: Any, *, columns: int = 4) -> None:
    """A legend above the panels, of the distinct labels of all ``axes``."""
    handles: dict[str, Any] = {}
    for one in axes:
        for handle, label in zip(*one.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        figure.legend(
            handles.values(), handles.keys(), loc="outside upper left", ncols=columns, fontsize=SMALL, frameon=False
        )


def errors(estimates: Sequence[Estimate]) -> list[list[float]]:
    """The lengths of error bars, shape (2, n): below and above; 0 where an end cannot be given."""
    return [
        [max((e.value or 0) - e.low, 0.0) if e.low is not None else 0.0 for e in estimates],
        [max(e.high - (e.value or 0), 0.0) if e.high is not None else 0.0 for e in estimates],
    ]


def inert(text: str) -> str:
    """Text of a user that matplotlib does not take for a formula, in one line."""
    return " ".join(text.split()).replace("$", r"\$")
