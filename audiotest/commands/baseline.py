"""``audiotest baseline``: keep the run that later runs are held against."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from audiotest.commands._saying import say
from audiotest.counting import counted

if TYPE_CHECKING:
    from audiotest.analyse.summary import Summary
    from audiotest.types import GateResult, Record, TrialKey

_JUDGED = ("passed", "recorded", "failed", "missed")


@click.group("baseline")
def command() -> None:
    """Keep a baseline: the results folder that `pytest --baseline` holds a run against."""


@command.command("update")
@click.argument("baseline", type=click.Path(file_okay=False, path_type=Path))
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--prune", is_flag=True, help="Drop trials of suites in RUN that RUN does not have: renamed or removed cases."
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def update(baseline: Path, run: Path, prune: bool, dry_run: bool) -> None:
    """Take the trials of RUN into BASELINE, which is made if it is not there.

    \b
      pytest suites/ --results new/ --baseline base/
      audiotest baseline update base/ new/

    A trial that RUN has replaces the baseline's; the others stay, so RUN may be a part (`-k`, a node id). A trial of
    RUN that broke or was skipped replaces nothing. Gates are taken from RUN where it judged them.
    """
    from audiotest.analyse.change import key
    from audiotest.analyse.compare import NotComparable, judged_alike
    from audiotest.runs import RunError, read_records, read_summary, write_run

    try:
        new = read_records(run)
        old = read_records(baseline) if baseline.exists() else []
        merged = {key(r): r for r in old}
        if prune:
            run_keys, suites = {key(r) for r in new}, {r.suite for r in new}
            merged = {k: r for k, r in merged.items() if k[0] not in suites or k in run_keys}
        merged |= {key(r): r for r in new if r.outcome in _JUDGED or key(r) not in merged}
        if any(merged.get(key(r)) is r for r in old):  # else nothing of the old one is left
            judged_alike(read_summary(baseline).scorers, read_summary(run).scorers)
        for line in _summary_lines(old, new, merged):
            say(line)
        if dry_run:
            return
        summary = _summary(list(merged.values()), read_summary(run), read_summary(baseline) if old else None)
        write_run(baseline, list(merged.values()), summary)
    except (RunError, NotComparable) as error:
        raise click.ClickException(str(error)) from None
    say(f"baseline: {baseline}, {counted(len(merged), 'trial')}")


def _summary(records: Sequence[Record], run: Summary, baseline: Summary | None) -> Summary:
    """The merged run's summary: figures computed again, gates as the run judged them, or else as they were."""
    from audiotest.analyse.summary import summarise

    merged = summarise(records, {}, run)
    earlier = [summary for summary in (baseline, run) if summary is not None]
    merged.scorers = {name: version for summary in earlier for name, version in summary.scorers.items()}
    for name, suite in merged.suites.items():
        gates: dict[str, GateResult] = {}
        for summary in earlier:
            for gate in summary.suites[name].gates if name in summary.suites else ():
                if gate.passed is not None or gate.name not in gates:
                    gates[gate.name] = gate
        suite.gates = list(gates.values())
    return merged


def _summary_lines(old: Sequence[Record], new: Sequence[Record], merged: dict[TrialKey, Record]) -> list[str]:
    """What the update changes, and which trials of the baseline the run does not have."""
    from audiotest.analyse.change import change, key, met

    before = {key(r): outcome for r in old if (outcome := met(r)) is not None}
    counts = change(before, new)
    known = {key(r) for r in old}
    fresh = sum(key(r) not in known for r in new)
    suites, given = {r.suite for r in new}, {key(r) for r in new}
    gone = [k for k in known if k[0] in suites and k not in given]
    dropped = [k for k in gone if k not in merged]
    lines = [f"{counted(counts.regressed, 'trial')} got worse, {counts.improved} got better, {fresh} are new"]
    if dropped:
        lines.append(f"not in the run, and dropped: {counted(len(dropped), 'trial')}: {_some(dropped)}")
    elif gone:
        kept = f"{counted(len(gone), 'trial')} of these suites (--prune drops them)"
        lines.append(f"not in the run, and kept: {kept}: {_some(gone)}")
    return lines


def _some(keys: Sequence[TrialKey], most: int = 5) -> str:
    names = [f"{suite}/{condition}/{case}" for suite, case, condition in sorted(keys)]
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
