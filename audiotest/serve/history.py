"""The history of a suite: its leading figure in every run, by date, as lines with intervals."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from audiotest.counting import counted
from audiotest.serve.index import Row, SuiteRow

WIDTH, HEIGHT = 900, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 14, 44
_DASHES = ("", "9 4", "3 3", "12 4 3 4", "1 4")
_COLOURS = ("var(--mark)", "var(--guessable)", "var(--fragile)", "var(--listened)", "var(--misheard)")
_MOST_LABELS = 8


class Point(Struct, frozen=True):
    """A run on the plot: places in its units; ``label`` says the figure in words."""

    x: float
    y: float
    low: float | None
    high: float | None
    label: str
    run: str


class Line(Struct, frozen=True):
    """The runs of one model; lines differ by dashes and by the shape of their points, not by colour alone."""

    model: str
    colour: str
    dashes: str
    shape: int
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        """The points of the polyline."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


class Plot(Struct, frozen=True):
    """The history as it is drawn. ``ticks`` are (y, text), ``dates`` (x, text)."""

    metric: str
    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...]
    dates: tuple[tuple[float, str], ...]
    chance: float | None
    text: str


def history(rows: Sequence[Row], suite: str) -> list[tuple[Row, SuiteRow]]:
    """The runs that have a figure of ``suite``, the oldest first. Those of another metric than the newest run's are
    left out: they cannot stand on one axis."""
    pairs = [(row, one) for row in rows for one in row.suites if one.name == suite and one.figure is not None]
    pairs.sort(key=lambda pair: (pair[0].when, pair[0].path))
    return [pair for pair in pairs if pair[1].metric == pairs[-1][1].metric]


def plot(pairs: Sequence[tuple[Row, SuiteRow]]) -> Plot | None:
    """The lines of a history; None where there is nothing to draw. Runs stand side by side in their order."""
    if not pairs:
        return None
    share = pairs[-1][1].share
    tops = [one.figure.high or one.figure.value or 0.0 for _, one in pairs if one.figure is not None]
    most = 1.0 if share and max(tops) <= 1 else max(max(tops), 1e-9) * 1.05
    wide = WIDTH - _LEFT - _RIGHT

    def x(i: int) -> float:
        return _LEFT + wide * (0.5 if len(pairs) == 1 else i / (len(pairs) - 1))

    def y(value: float) -> float:
        return _TOP + (1 - max(0.0, min(value / most, 1.0))) * (HEIGHT - _TOP - _BOTTOM)

    models: dict[str, list[Point]] = {}
    for i, (row, one) in enumerate(pairs):
        figure = one.figure
        if figure is None or figure.value is None:
            continue
        ends = (figure.low, figure.high)
        low, high = (None if end is None else y(end) for end in ends)
        label = ", ".join(filter(None, (row.when[:10], row.commit, row.model, in_words(one), row.path)))
        models.setdefault(row.model, []).append(Point(x(i), y(figure.value), low, high, label, row.id))
    lines = tuple(
        Line(model, _COLOURS[k % len(_COLOURS)], _DASHES[k % len(_DASHES)], k % 3, tuple(points))
        for k, (model, points) in enumerate(models.items())
    )
    ticks = tuple(
        (y(most * f), f"{100 * most * f:.0f}%" if share else f"{most * f:.2g}") for f in (0, 0.25, 0.5, 0.75, 1)
    )
    step = max(1, -(-len(pairs) // _MOST_LABELS))
    several_days = len({row.when[:10] for row, _ in pairs}) > 1
    dates = tuple(
        (x(i), row.when[:10] if several_days else row.when[5:16].replace("T", " "))
        for i, (row, _) in enumerate(pairs)
        if i % step == 0
    )
    chance = pairs[-1][1].chance
    text = "; ".join(f"{line.model}, {counted(len(line.points), 'run')}" for line in lines)
    return Plot(pairs[-1][1].metric, lines, ticks, dates, None if chance is None else y(chance), text)


def in_words(one: SuiteRow) -> str:
    """``accuracy 81.2% (95% CI 75.0 to 86.1, n = 200)``."""
    figure = one.figure
    if figure is None or figure.value is None:
        return "no figure"
    scale, unit, digits = (100, "%", 1) if one.share else (1, "", 2)
    ends = ""
    if figure.low is not None and figure.high is not None:
        ends = f"95% CI {scale * figure.low:.{digits}f} to {scale * figure.high:.{digits}f}, "
    return f"{one.metric.replace('_', ' ')} {scale * figure.value:.{digits}f}{unit} ({ends}n = {figure.n})"


def gap_in_words(one: SuiteRow) -> str:
    """``+41.0 (35.2 to 46.1)`` in percentage points, "" where no gap was measured."""
    gap = one.gap
    if gap is None or gap.value is None:
        return ""
    ends = f" ({100 * gap.low:+.1f} to {100 * gap.high:+.1f})" if gap.low is not None and gap.high is not None else ""
    return f"{100 * gap.value:+.1f}{ends}"
