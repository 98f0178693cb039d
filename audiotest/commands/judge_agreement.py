"""``audiotest judge-agreement``: do a judge's scores agree with people's?"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiotest.commands._agreement import pair_lines
from audiotest.commands._saying import say
from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.analyse.agreement import Agreement
    from audiotest.declare.data.tables import Row
    from audiotest.types import Record


@click.command("judge-agreement")
@click.argument("run", type=click.Path(exists=True))
@click.option("--human", "file", required=True, type=click.Path(exists=True, path_type=Path),
              help="People's ratings of the replies: CSV, TSV, JSON, JSON lines or Parquet, a line each.")  # fmt: skip
@click.option("--scorer", "scorers", multiple=True, help="Only this scorer; may be repeated. Default: all of the run.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(run: str, file: Path, scorers: tuple[str, ...], form: str) -> None:
    """Hold the scorers of RUN, a results folder, against people's ratings of the same replies.

    \b
    The file has these columns:
      id         the case
      rating     a number, or a label: what the scorer's `labels` are, or right and wrong (true/false, 1/0, yes/no)
      condition  the condition (default: original)
      suite      the suite, where several have a case of this id
      rater      who rated, where several did: their own agreement is shown beside the scorer's

    Numbers are compared with scores by Spearman's and Kendall's correlation, labels by Cohen's kappa; of several
    people's numbers the mean is taken, and the most frequent of their labels. Intervals are by clip.
    """
    import msgspec

    from audiotest.runs import RunError, read_records

    try:
        records = list(read_records(run))
    except RunError as error:
        raise click.ClickException(str(error)) from None
    ratings, unknown_ids = _ratings(file, records)
    names = list(dict.fromkeys(name for record in records for name in record.verdicts))
    wrong = [name for name in scorers if name not in names]
    if wrong:
        from audiotest.registry import unknown

        raise click.ClickException(unknown("scorer of this run:", wrong[0], names))
    rows: list[tuple[str, str, Agreement]] = []
    for name in scorers or names:
        rows.append((name, "people", _with_people(records, ratings, name)))
    rows += _among_people(records, ratings)
    if form == "json":
        shown_rows = [{"one": one, "other": other, **msgspec.to_builtins(figures)} for one, other, figures in rows]
        click.echo(msgspec.json.format(msgspec.json.encode(shown_rows), indent=1))
        return
    for line in pair_lines(rows):
        say(line)
    if unknown_ids:
        strangers = counted(len(unknown_ids), "rating is", "ratings are")
        say(f"{strangers} of no reply in this run, such as {unknown_ids[0]}", err=True)


Key = tuple[str, str, str]
Ratings = dict[str, dict[Key, Any]]
"""By rater and trial."""


def _ratings(file: Path, records: list[Record]) -> tuple[Ratings, list[str]]:
    from audiotest.declare.data.tables import Table, TableError

    suites: dict[tuple[str, str], set[str]] = {}
    for record in records:
        suites.setdefault((record.case, record.condition), set()).add(record.suite)
    ratings: Ratings = {}
    strangers: list[str] = []
    try:
        for row in Table(file, str(file)).rows():
            rater, case, condition, value = _row(file, row)
            there = suites.get((case, condition), set())
            named = {str(row.values["suite"])} if row.values.get("suite") else there
            if len(named) > 1:
                place = f"{file}:{row.number}"
                raise click.ClickException(f"{place}: several suites have the case {case!r}; say which one as `suite`")
            if not named & there:
                strangers.append(f"{case} under {condition} ({file}:{row.number})")
                continue
            ratings.setdefault(rater, {})[next(iter(named)), case, condition] = value
    except TableError as error:
        raise click.ClickException(str(error)) from None
    if not ratings:
        raise click.ClickException(f"{file}: no rating is of a reply in this run")
    return ratings, strangers


def _row(file: Path, row: Row) -> tuple[str, str, str, Any]:
    values, place = row.values, f"{file}:{row.number}"
    if row.fault:
        raise click.ClickException(f"{place}: {row.fault}")
    for name in ("id", "rating"):
        if values.get(name) in (None, ""):
            raise click.ClickException(f"{place}: there is no `{name}`; the columns are {', '.join(values)}")
    rating = values["rating"]
    if isinstance(rating, str):
        try:
            rating = float(rating)
        except ValueError:
            rating = rating.strip()
    return str(values.get("rater") or "people"), str(values["id"]), str(values.get("condition") or "original"), rating


_RIGHT = {"true": True, "yes": True, "right": True, "correct": True,
          "false": False, "no": False, "wrong": False, "incorrect": False}  # fmt: skip


def _with_people(records: list[Record], ratings: Ratings, scorer: str) -> Agreement:
    """The agreement of a scorer's verdicts with people's ratings of the same replies."""
    from collections import Counter
    from statistics import fmean

    from audiotest.analyse.agreement import agreement
    from audiotest.analyse.trials import clip_of

    pairs: list[tuple[Hashable, Hashable]] = []
    clips: list[str] = []
    for record in records:
        verdict = record.verdicts.get(scorer)
        key = record.suite, record.case, record.condition
        given = [own[key] for own in ratings.values() if key in own]
        if verdict is None or not verdict.counted or not given:
            continue
        numbers = [value for value in given if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) == len(given) and verdict.score is not None and not set(numbers) <= {0, 1}:
            pairs.append((float(verdict.score), fmean(numbers)))
        else:
            label = Counter(map(_label, given)).most_common(1)[0][0]
            own = verdict.details.get("ratings")
            judged = own[0] if isinstance(own, list) and own and isinstance(own[0], str) else verdict.correct
            if judged is None:
                continue
            pairs.append((_label(judged), label))
        clips.append(clip_of(record))
    return agreement(pairs, clips)


def _label(value: Any) -> str:
    if isinstance(value, bool):
        return "right" if value else "wrong"
    if isinstance(value, int | float) and value in (0, 1):
        return "right" if value else "wrong"
    text = str(value).strip().casefold()
    return ("right" if _RIGHT[text] else "wrong") if text in _RIGHT else text


def _among_people(records: list[Record], ratings: Ratings) -> list[tuple[str, str, Agreement]]:
    from audiotest.analyse.agreement import agreement, among
    from audiotest.analyse.trials import clip_of

    clip = {(r.suite, r.case, r.condition): clip_of(r) for r in records}
    rows = []
    for one, other, pairs, items in among(ratings):  # type: ignore[arg-type]
        rows.append((one, other, agreement(pairs, [clip[item] for item in items])))  # type: ignore[index]
    return rows
