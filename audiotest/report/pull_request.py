"""A run as a comment on a pull request: the verdict, the figures, what regressed, and the five worst items."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urldefrag, urlsplit

from audiotest import inert
from audiotest.analyse.summary import ORIGINAL, AgainstBaseline, SuiteSummary
from audiotest.report.headline import headline, title_of
from audiotest.report.leading import is_share, leading_metrics
from audiotest.report.worst import worst
from audiotest.runs import Run
from audiotest.types import Estimate, Record

MARKER = "<!-- audiotest: "
"""What a comment of audiotest's begins with, by which it is found again; its name follows."""
_ICONS = {"good": "✅", "bad": "❌", "doubt": "⚠️", "plain": "▫️"}
_ITEMS = 5
_SUITES = 30
_CHARACTERS = 200
_ADDRESSES = ("https://", "http://")


def marker(name: str) -> str:
    """The first line of the comment that goes by ``name``: a repository may have several, one a job."""
    return f"{MARKER}{inert.markdown(name)} -->"


def comment(run: Run, *, name: str = "", link: str = "") -> Iterator[str]:
    """The lines of the comment in Markdown. ``name`` distinguishes the comments of several jobs; ``link`` is the
    address of the report with the sounds, such as an artifact's."""
    yield marker(name)
    yield f"### audiotest: {inert.markdown_name(title_of(run))}\n"
    for one in headline(run):
        yield f"- {_ICONS[one.kind]} {inert.markdown_name(one.text[:1].upper() + one.text[1:])}"
    yield ""
    yield from _figures(run)
    yield from _items(run, link)
    if link.startswith(_ADDRESSES):
        yield f"\n[The whole report, with the sounds](<{_address(link)}>)"


def _address(link: str) -> str:
    return link.replace(">", "%3E").replace("<", "%3C")


def _figures(run: Run) -> Iterator[str]:
    suites, leading = run.summary.suites, leading_metrics(run.records)
    with_baseline = any(suite.baseline for suite in suites.values())
    yield f"| suite | n | figure | value | 95% CI | listening gap |{' against the baseline |' if with_baseline else ''}"
    yield f"| --- | ---: | --- | ---: | ---: | ---: |{' --- |' if with_baseline else ''}"
    for name, suite in list(suites.items())[:_SUITES]:
        cells = [inert.markdown_name(name), *_cells(suite, leading.get(name, "accuracy"))]
        yield f"| {' | '.join([*cells, *([_change(suite.baseline or None)] if with_baseline else [])])} |"
    if len(suites) > _SUITES:
        yield f"\nand {len(suites) - _SUITES} more suites"


def _cells(suite: SuiteSummary, metric: str) -> list[str]:
    row = suite.conditions.get(ORIGINAL) or next(iter(suite.conditions.values()), None)
    metrics = row.metrics if row is not None else {}
    figure, gap = metrics.get(metric, Estimate(None)), metrics.get("listening_gap", Estimate(None))
    scale, unit = (100, "%") if is_share(metric) else (1, "")
    value = "-" if figure.value is None else f"{scale * figure.value:.1f}{unit}"
    shown = "-" if gap.value is None else f"{100 * gap.value:+.1f} ({_ends(gap, 100)})"
    return [str(figure.n), metric.replace("_", " "), value, _ends(figure, scale), shown]


def _ends(figure: Estimate, scale: float) -> str:
    if figure.low is None or figure.high is None:
        return "-"
    return f"{scale * figure.low:.1f} to {scale * figure.high:.1f}"


def _change(change: AgainstBaseline | None) -> str:
    if change is None:
        return "-"
    word = {True: "", False: " **failed**", None: " not judged"}[change.passed]
    again = f", {change.unsteady} in their first answer only" if change.unsteady else ""
    return f"{change.regressed} regressed, {change.improved} improved{again}, p = {change.p:.2g}{word}"


def _items(run: Run, link: str) -> Iterator[str]:
    """The worst items. Where ``link`` is that of a page (and of no archive), each leads to its own place there."""
    page = link if link.startswith(_ADDRESSES) and urlsplit(link).path.endswith(".html") else ""
    items = worst(run.records, _ITEMS)
    if not items:
        return
    yield f"\n<details><summary>The {'worst item' if len(items) == 1 else f'{len(items)} worst items'}</summary>\n"
    yield "| item | question | expected | reply | why |"
    yield "| --- | --- | --- | --- | --- |"
    for record in items:
        reply = record.reply.text if record.reply is not None else ""
        texts = (
            record.question,
            "; ".join(record.expected or record.reference),
            reply,
            record.reason,
        )
        name = inert.markdown(_short(_name(record)))
        if page and record.nodeid:
            name = f"[{name}](<{_address(urldefrag(page).url)}#items?item={quote(record.nodeid, safe='')}>)"
        yield f"| {' | '.join([name, *(inert.markdown(_short(text)) for text in texts)])} |"
    yield "\n</details>"


def _name(record: Record) -> str:
    return record.nodeid or f"{record.suite} {record.case} {record.condition}"


def _short(text: str) -> str:
    return text if len(text) <= _CHARACTERS else f"{text[: _CHARACTERS - 1]}…"
