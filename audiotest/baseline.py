"""``--baseline``: what an earlier run says of its trials and gates, and what that makes of a new run's records.

What fails a suite that is held against a baseline is said by a rule (``--baseline-fail``):

===============  ====================================================================================================
``item``         any trial that was right and is wrong now (the default of suites with the policy ``cases``)
``significant``  the suite as a whole got worse by more than chance: the sign-flip test by clip, p < .05 after Holm's
                 correction over the suites of the run (the default of suites with the policy ``gates``)
``drop:X%``      the share of trials that show what is expected fell by more than X percentage points
===============  ====================================================================================================

With ``--baseline-repeats N`` a trial that changed, either way, is asked N times more before it counts: the majority of
those N answers decides, a tie leaves it as in the baseline. The answer that made it look changed is not among them,
since it was picked for being different. Figures such as accuracy stay those of the first answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from audiotest.analyse.change import Change, change, key, met
from audiotest.analyse.compare import corrected
from audiotest.analyse.summary import AgainstBaseline
from audiotest.counting import counted
from audiotest.registry import SCORERS
from audiotest.runs import RunError, read_records, read_summary
from audiotest.types import BASELINE, GateResult, Record, TrialKey

_LEVEL = 0.05
_FEWEST_CLIPS = 6
"""With fewer clips not even a change of all of them in one direction has p < .05: 2 * 0.5**5 is .0625."""
_PREFIX = f"{BASELINE}-"
"""What the names of gates begin with that say what became of a suite against the baseline."""


_WAS_RIGHT = "(right in the baseline)"
_FURTHER = re.compile(r"(wrong|right) in \d+ of \d+ further answers")
_NOT_COUNTED = "(asked again, which does not count as a change)"


class FailRule(Struct, frozen=True):
    """What fails a suite that is held against a baseline; ``drop`` is a share of its trials."""

    kind: Literal["item", "significant", "drop"]
    drop: float = 0.0

    def __str__(self) -> str:
        return f"drop:{100 * self.drop:g}%" if self.kind == "drop" else self.kind


def fail_rule(text: str) -> FailRule:
    """``item``, ``significant`` or ``drop:5%`` as a rule; raises ValueError that says what it may be."""
    kind, colon, number = text.partition(":")
    if kind in ("item", "significant") and not colon:
        return FailRule("item" if kind == "item" else "significant")
    try:
        drop = float(number.removesuffix("%")) / 100
    except ValueError:
        drop = -1.0
    if kind != "drop" or not 0 <= drop < 1:
        raise ValueError(f"{text!r} is no rule: it is `significant`, `item`, or `drop:5%` (0 to 100 percentage points)")
    return FailRule("drop", drop)


class Baseline(Struct, frozen=True):
    """``trials``: of every judged trial whether it showed what was expected; ``gates``: (suite, gate) that failed;
    ``doubts``: why they may not be what this audiotest would say of the same replies; ``records``: those of the run,
    where they are asked for; ``rule``: what fails a suite, None: by its policy."""

    trials: dict[TrialKey, bool] = {}
    gates: frozenset[tuple[str, str]] = frozenset()
    doubts: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    rule: FailRule | None = None

    def rule_for(self, policy: str) -> FailRule:
        """The rule of a suite with this policy."""
        return self.rule or FailRule("significant" if policy == "gates" else "item")

    def flipped(self, record: Record) -> bool:
        """Whether the trial shows what was expected and did not in the baseline, or the other way round."""
        before, now = self.trials.get(key(record)), met(record)
        return before is not None and now is not None and before != now

    def settled(self, record: Record, further: Sequence[Record]) -> Record:
        """``record``, which is flipped, by the majority of ``further`` answers to the same trial; what could not be
        judged has no vote. Its reply and verdicts stay; where it does not count, its outcome is as in the baseline."""
        votes = [now for one in further if (now := met(one)) is not None]
        before, right = not met(record), sum(votes)
        against = len(votes) - right if before else right
        word = f"{'wrong' if before else 'right'} in {against} of {len(votes)} further answers"
        if len(votes) < len(further):
            word += f", {len(further) - len(votes)} of {len(further)} without a verdict"
        reason = f"{record.reason}; {word}" if record.reason else word
        if 2 * against > len(votes):
            return replace(record, reason=reason)
        return replace(record, outcome="passed" if before else "missed", reason=f"{reason} {_NOT_COUNTED}")

    def against(self, record: Record, policy: str) -> Record:
        """The record held against the baseline: a known miss is expected; a regression fails under the rule ``item``
        whatever the policy is, and is counted under the others.

        Only a wrong answer can be a known miss: a model that breaks is an error as ever.
        """
        before = self.trials.get(key(record))
        if before is None or record.outcome not in ("failed", "missed"):
            return record
        if not before:
            known = record.reason if unsteady(record) else f"{record.reason} (as in the baseline)"
            return replace(record, outcome="missed", reason=known)
        outcome = "failed" if self.rule_for(policy).kind == "item" else "missed"
        return replace(record, outcome=outcome, reason=f"{record.reason} {_WAS_RIGHT}")

    def improved(self, record: Record) -> bool:
        """Whether the record passes and was a miss in the baseline."""
        return record.outcome == "passed" and self.trials.get(key(record)) is False

    def judge(self, suites: Mapping[str, tuple[str, Sequence[Record]]]) -> dict[str, AgainstBaseline]:
        """What became of each suite of (policy, records) by name; one without a trial in the baseline is left out."""
        changes = {name: (policy, change(self.trials, records)) for name, (policy, records) in suites.items()}
        changes = {name: pair for name, pair in changes.items() if pair[1].n}
        tested = [n for n, (policy, changed) in changes.items() if self.rule_for(policy).kind == "significant"]
        ps = dict(zip(tested, corrected([changes[name][1].p for name in tested]), strict=True))
        judged = {}
        for name, (policy, changed) in changes.items():
            clips = len({r.clip or r.case for r in suites[name][1] if key(r) in self.trials and met(r) is not None})
            rule, p = self.rule_for(policy), ps.get(name, changed.p)
            judged[name] = AgainstBaseline(
                rule=str(rule),
                regressed=changed.regressed,
                improved=changed.improved,
                known=changed.known,
                unsteady=sum(map(unsteady, suites[name][1])),
                n=changed.n,
                p=p,
                passed=_passed(rule, changed, p, clips),
                reason=_reason(rule, changed, p, clips, len(tested)),
            )
        return judged


def regressed(record: Record) -> bool:
    """Whether the trial was right in the baseline that its run was held against, and is wrong."""
    return record.outcome in ("failed", "missed") and record.reason.endswith(_WAS_RIGHT)


def further_answers(record: Record) -> str:
    """``wrong in 2 of 3 further answers``, of a trial that changed and was asked again; "" of all others."""
    match = _FURTHER.search(record.reason)
    return match.group() if match else ""


def unsteady(record: Record) -> bool:
    """Whether the trial changed against the baseline, and most of its further answers did not
    (``--baseline-repeats``)."""
    return record.reason.endswith(_NOT_COUNTED)


def gate_name(rule: FailRule) -> str:
    """The name, in node ids, of the gate that says what became of a suite; "" under the rule ``item``."""
    return "" if rule.kind == "item" else f"{_PREFIX}{str(rule).rstrip('%').replace(':', '-')}"


def gate_of(change: AgainstBaseline) -> GateResult | None:
    """What became of a suite as the result of a gate; None under the rule ``item``, where each trial says it."""
    named = gate_name(fail_rule(change.rule))
    if not named:
        return None
    value = (change.improved - change.regressed) / change.n
    return GateResult(
        BASELINE, versus=BASELINE, name=named, passed=change.passed, reason=change.reason, value=value, n=change.n
    )


def _passed(rule: FailRule, changed: Change, p: float, clips: int) -> bool | None:
    worse = changed.regressed > changed.improved
    if rule.kind == "item":
        return not changed.regressed
    if rule.kind == "drop":
        return (changed.regressed - changed.improved) / changed.n <= rule.drop
    return None if worse and clips < _FEWEST_CLIPS else not (worse and p < _LEVEL)


def _reason(rule: FailRule, changed: Change, p: float, clips: int, tested: int) -> str:
    net = 100 * (changed.improved - changed.regressed) / changed.n
    counts = f"{changed.regressed} regressed, {changed.improved} improved of {counted(changed.n, 'trial')}"
    counts += f" ({net:+.1f} percentage points)"
    if rule.kind == "item":
        return counts
    if rule.kind == "drop":
        return f"{counts}; a fall of more than {100 * rule.drop:g} percentage points fails"
    if changed.regressed > changed.improved and clips < _FEWEST_CLIPS:
        return (
            f"{counts}: {clips} clips are too few to tell any change from chance; use --baseline-fail=item or drop:5%"
        )
    over = f", corrected for {tested} suites" if tested > 1 else ""
    word = (
        "worse by more than chance"
        if p < _LEVEL and changed.regressed > changed.improved
        else "not significantly worse"
    )
    return f"{counts}, p = {p:.3g} by clip{over}: {word}"


def read_baseline(folder: str | None, rule: str = "", *, records: bool = False) -> Baseline:
    """The baseline that ``folder`` names (:mod:`audiotest.baseline_sources`), with its ``records`` where they are asked
    for; raises :class:`~audiotest.runs.RunError`, and ValueError for a rule that is none."""
    given = fail_rule(rule) if rule else None
    if not folder:
        return Baseline(rule=given)
    from audiotest.baseline_sources import baseline_folder

    with baseline_folder(folder) as place:
        try:
            earlier, summary = read_records(place), read_summary(place)
        except RunError as error:  # where it was read from for the moment says nothing
            raise RunError(str(error).replace(str(place), folder)) from None
    failed = ((s, g.name) for s, suite in summary.suites.items() for g in suite.gates if g.passed is False)
    return Baseline(
        {key(record): shown for record in earlier if (shown := met(record)) is not None},
        # What that run was against a baseline of its own excuses nothing.
        frozenset((suite, name) for suite, name in failed if not name.startswith(_PREFIX)),
        tuple(_other_scorers(folder, summary.scorers)),
        tuple(earlier) if records else (),
        given,
    )


def _other_scorers(folder: str, judged: Mapping[str, int]) -> Iterator[str]:
    """What got worse by a scorer of another version may be the reading, and not the model."""
    run = folder if Path(folder).is_dir() else "RUN"
    for name in sorted(judged):
        if name in SCORERS and judged[name] != (now := SCORERS.get(name).version):
            yield (
                f"the baseline was judged by version {judged[name]} of the scorer {name!r}, and this is version {now}: "
                f"`audiotest rescore {run} --scorer {name} --into DIR` judges it again"
            )
