"""``audiotest label-agreement``: do the people who labelled a suite's cases agree, and with its answers?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiotest import inert
from audiotest.commands._agreement import figure, pair_lines
from audiotest.commands._saying import say
from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.analyse.agreement import Agreement
    from audiotest.declare.suite import Suite
    from audiotest.types import Case, Estimate

_IDS = ("id", "case")
_LONG = ("rater", "label")
_MOST = 40
Labels = dict[str, dict[str, str]]
"""By person and case; labels are in lower case."""


@click.command("label-agreement")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--suite", "suite_path", type=click.Path(exists=True, path_type=Path),
              help="The suite of these cases: labels that are options are held against its answers.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(file: Path, suite_path: Path | None, form: str) -> None:
    """Hold the labels that several people gave the same cases against each other. FILE is CSV, TSV, JSON, JSON lines or
    Parquet; no model and no run is needed.

    \b
    It has either a row a label:            or a row a case, and a column a person:
      id,rater,label                          id,ann,bob,cy
      kettle-01,ann,right                     kettle-01,right,right,wrong
      kettle-01,bob,ambiguous                 kettle-02,right,,right

    Labels are any words: what is heard, or right, wrong and ambiguous; an empty cell is none. Of each two people
    Cohen's kappa, of all of them Krippendorff's alpha (for labels without an order), with 95% intervals from a
    bootstrap over cases, with --suite over clips. Cases that they label differently are listed, and with --suite those
    where most of them say otherwise than its answer.
    """
    import msgspec

    suite = _suite(suite_path)
    labels = _labels(file)
    cases = {case.id: case for case in suite.cases} if suite is not None else {}
    unknown_ids = sorted({id for own in labels.values() for id in own if suite is not None and id not in cases})
    if suite is not None:
        labels = {name: {id: label for id, label in own.items() if id in cases} for name, own in labels.items()}
        labels = {name: own for name, own in labels.items() if own}
    if not labels:
        raise click.ClickException(
            f"{file}: no label is of a case of {suite_path}" if suite else f"{file} has no label"
        )
    by_case = _by_case(labels)
    clips = _clips(by_case, cases, suite)
    rows = [*_people(labels, clips), *_answers(by_case, cases, clips)]
    overall = _overall(by_case, clips)
    if form == "json":
        whole = {
            "cases": len(by_case),
            "people": {name: len(own) for name, own in labels.items()},
            "alpha": overall,
            "pairs": [{"one": one, "other": other, **msgspec.to_builtins(figures)} for one, other, figures in rows],
            "labels": {id: dict(Counter(given)) for id, given in by_case.items()},
            "otherwise": {id: [label, answer] for id, label, answer in _chosen(by_case, cases) if label != answer},
        }
        click.echo(msgspec.json.format(msgspec.json.encode(whole), indent=1).decode())
    else:
        for line in _text(labels, by_case, overall, rows):
            say(line)
        for line in _listed(by_case, cases, suite):
            say(line)
    if unknown_ids:
        more = f" and {len(unknown_ids) - 1} more" if len(unknown_ids) > 1 else ""
        say(f"not in {suite_path}: {inert.line(unknown_ids[0])}{more}", err=True)


def _suite(path: Path | None) -> Suite | None:
    from audiotest.declare.suite import find_one, load
    from audiotest.errors import AudiotestError

    try:
        return load(find_one(path)) if path is not None else None
    except AudiotestError as error:
        raise click.ClickException(str(error)) from None


def _labels(file: Path) -> Labels:
    from audiotest.declare.data.tables import Table, TableError

    labels: Labels = {}
    try:
        for row in Table(file, str(file)).rows():
            place = f"{file}:{row.number}"
            if row.fault:
                raise click.ClickException(f"{place}: {row.fault}")
            case = next(filter(None, (_cell(row.values.get(name)) for name in _IDS)), "")
            if not case:
                raise click.ClickException(f"{place}: there is no `id`; the columns are {', '.join(row.values)}")
            for name, label in _row(row.values, place):
                if case in labels.setdefault(name, {}):
                    raise click.ClickException(f"{place}: {name} has labelled {case} before; keep one of the two")
                labels[name][case] = label
    except TableError as error:
        raise click.ClickException(str(error)) from None
    return labels


def _cell(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _row(values: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """(person, label) of a row, without those who gave none."""
    given = {name: _cell(value).casefold() for name, value in values.items()}
    if any(name in given for name in _LONG):
        absent = next((name for name in _LONG if name not in given), "")
        if absent:
            raise click.ClickException(f"{place}: there is no `{absent}`; the columns are {', '.join(values)}")
        if given["label"]:
            yield _cell(values["rater"]) or "no name", given["label"]
        return
    people = [name for name in given if name not in _IDS]
    if len(people) < 2:
        raise click.ClickException(
            f"{place}: the columns are {', '.join(values)}; "
            "give id, rater and label, or id and a column for each person"
        )
    yield from ((name, given[name]) for name in people if given[name])


def _by_case(labels: Labels) -> dict[str, list[str]]:
    by_case: dict[str, list[str]] = {}
    for own in labels.values():
        for case, label in own.items():
            by_case.setdefault(case, []).append(label)
    return by_case


def _clips(by_case: Iterable[str], cases: Mapping[str, Case], suite: Suite | None) -> dict[str, Hashable]:
    """What cases are clustered by, as their trials in a run are: their sound, or the case itself without one."""
    if suite is None:
        return {id: id for id in by_case}
    from audiotest.predict.sound import clip_id

    return {id: clip_id(suite, cases[id]) or id for id in by_case}


def _people(labels: Labels, clips: Mapping[str, Hashable]) -> Iterator[tuple[str, str, Agreement]]:
    from audiotest.analyse.agreement import agreement, among

    for one, other, pairs, items in among(labels):  # type: ignore[arg-type]
        yield one, other, agreement(pairs, [clips[str(item)] for item in items])


def _chosen(by_case: Mapping[str, list[str]], cases: Mapping[str, Case]) -> Iterator[tuple[str, str, str]]:
    """(case, label of most, the suite's answer) of the cases whose labels are options. Ties have no label."""
    for id, given in by_case.items():
        case = cases.get(id)
        options = {option.strip().casefold() for option in case.choices or ()} if case is not None else set()
        if case is None or not case.answer or not set(given) <= options:
            continue
        (first, count), *others = Counter(given).most_common(2)
        if not others or others[0][1] < count:
            yield id, first, case.answer.strip().casefold()


def _answers(
    by_case: Mapping[str, list[str]], cases: Mapping[str, Case], clips: Mapping[str, Hashable]
) -> Iterator[tuple[str, str, Agreement]]:
    """The label of most against the suite's answer."""
    from audiotest.analyse.agreement import agreement

    rows = list(_chosen(by_case, cases))
    if rows:
        pairs: list[tuple[Hashable, Hashable]] = [(label, answer) for _, label, answer in rows]
        yield "the label of most", "the suite's answer", agreement(pairs, [clips[id] for id, _, _ in rows])


def _overall(by_case: Mapping[str, list[str]], clips: Mapping[str, Hashable]) -> Estimate:
    from audiotest.analyse.agreement import among_all

    return among_all(list(by_case.values()), [clips[id] for id in by_case])


def _text(
    labels: Labels, by_case: Mapping[str, list[str]], overall: Estimate, rows: list[tuple[str, str, Agreement]]
) -> Iterator[str]:
    from audiotest.analyse.agreement import LEAST

    people = ", ".join(f"{inert.line(name)} ({len(own)})" for name, own in labels.items())
    yield f"cases: {len(by_case)}; labels by {people}"
    several = [given for given in by_case.values() if len(given) > 1]
    alike = sum(len(set(given)) == 1 for given in several)
    if overall.value is not None:
        yield f"all: alpha {figure(overall)}; all alike in {alike} of {counted(len(several), 'case')}"
    elif len(several) < LEAST:
        yield f"all: {counted(len(several), 'case')} labelled by two people or more; a figure takes {LEAST}"
    else:
        yield "all: every label is the same, so there is no agreement beyond chance to measure"
    yield from pair_lines(rows)


def _listed(by_case: Mapping[str, list[str]], cases: Mapping[str, Case], suite: Suite | None) -> Iterator[str]:
    """The cases to look at again: where people differ, and where most of them say something else than the suite."""

    def place(id: str) -> str:
        case = cases.get(id)
        return f"  {suite.file_of(case)}:{case.line}" if suite is not None and case is not None else ""

    differing = {id: Counter(given) for id, given in by_case.items() if len(set(given)) > 1}
    shares = {id: ", ".join(f"{label} {n}" for label, n in counts.most_common()) for id, counts in differing.items()}
    others = {id: f"{label}, not {answer}" for id, label, answer in _chosen(by_case, cases) if label != answer}
    for title, rows in (("labelled differently", shares), ("most say otherwise than the suite", others)):
        if rows:
            yield f"\n{title}:"
        for id, text in list(rows.items())[:_MOST]:
            yield f"  {inert.line(id)}: {inert.line(text)}{place(id)}"
        if len(rows) > _MOST:
            yield f"  and {len(rows) - _MOST} more (--format json has all)"
