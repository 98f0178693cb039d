"""The verdict on a run in a line: which gates failed, whether the model listens, what changed, and what is doubtful.

A report begins with it (the HTML page, a pull request's comment, the page of a CI job). Every statement names the
trials that it is about, so that a page can link to them. Its words are those of ``report/texts``, in any of the
languages there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from audiotest.analyse.summary import ORIGINAL, SuiteSummary
from audiotest.analyse.unanswered import faults
from audiotest.report.leading import is_share, leading_metrics
from audiotest.report.texts import ENGLISH, text, texts, translated
from audiotest.runs import Run
from audiotest.types import Estimate, GateResult

Kind = Literal["bad", "good", "doubt", "plain"]
_LEVEL = 0.05
_LONGEST = 160
"""Characters of a reason that are shown."""
_MOST = 3
"""Gates and suites that are named; how many more there are is said."""


class Words:
    """The texts of the verdict in one language."""

    def __init__(self, language: str) -> None:
        texts(language)
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key."""
        return text(self.language, f"verdict.{key}", **values)

    def sentence(self, text: str) -> str:
        """A sentence of the run's files."""
        return translated(self.language, text)


class Statement(Struct, frozen=True):
    """A sentence of the verdict. ``suite``, ``condition`` and ``outcome`` choose the trials behind it; "": all."""

    kind: Kind
    text: str
    suite: str = ""
    condition: str = ""
    outcome: str = ""


def title_of(run: Run) -> str:
    """What a run is called where nobody gave it a title: its model and its suites."""
    names = list(run.summary.suites)
    suites = " and ".join(names) if len(names) <= 2 else f"{len(names)} suites"
    return f"{run.summary.model or 'no model'} on {suites}" if names else run.summary.model or "an empty run"


def headline(run: Run, language: str = ENGLISH) -> list[Statement]:
    """The statements, the most important first: gates and failures, listening, the baseline, doubts.

    Raises :class:`~audiotest.registry.UnknownName` for a ``language`` that there are no texts in.
    """
    words = Words(language)
    return [
        *_gates(run, words),
        *_figure(run, words),
        *_listening(run, words),
        *_baseline(run, words),
        *_doubts(run, words),
    ]


def as_text(statements: Sequence[Statement]) -> str:
    """The statements as sentences of one line."""
    return " ".join(f"{one.text[:1].upper()}{one.text[1:]}." for one in statements)


def _gates(run: Run, words: Words) -> Iterator[Statement]:
    gates = [(name, gate) for name, suite in run.summary.suites.items() for gate in suite.gates]
    failed = [(name, gate) for name, gate in gates if gate.passed is False]
    open_ = [(name, gate) for name, gate in gates if gate.passed is None]
    if failed:
        named = _some([f"{_place(name, gate)}: {words.sentence(gate.reason)}" for name, gate in failed], "; ", words)
        sentence = words("gates_failed", n=len(failed), all=len(gates), gates=named)
        yield Statement("bad", sentence, suite=failed[0][0] if len({name for name, _ in failed}) == 1 else "")
    elif gates and len(open_) < len(gates):
        yield Statement("good", words("gates_passed", n=len(gates) - len(open_), all=len(gates)))
    if open_:
        reason = words.sentence(open_[0][1].reason.removeprefix("not judged: "))
        yield Statement("doubt", words("gates_not_judged", n=len(open_), all=len(gates), reason=reason))
    broken = sum(record.outcome == "failed" for record in run.records)
    if broken:
        yield Statement("bad", words("trials_failed", n=broken, all=len(run.records)), outcome="failed")
    elif not gates and any(record.outcome == "passed" for record in run.records):
        missed = sum(record.outcome == "missed" for record in run.records)
        if not missed:
            yield Statement("good", words("none_failed"))


def _place(suite: str, gate: GateResult) -> str:
    return suite if gate.condition in ("", ORIGINAL) else f"{suite} ({gate.condition})"


def _figure(run: Run, words: Words) -> Iterator[Statement]:
    """The figure that stands for the suite, where there is but one: of several the matrix shows them."""
    if len(run.summary.suites) != 1:
        return
    [(name, suite)] = run.summary.suites.items()
    metric = leading_metrics(run.records).get(name, "accuracy")
    metrics = suite.conditions[ORIGINAL].metrics if ORIGINAL in suite.conditions else {}
    figure, chance = metrics.get(metric), metrics.get("chance")
    if figure is None or figure.value is None:
        return
    guess = ""
    if metric == "accuracy" and chance and chance.value:
        guess = words("chance", chance=f"{100 * chance.value:.1f}%")
    shown = words(
        "figure",
        metric=words("accuracy") if metric == "accuracy" else metric.replace("_", " "),
        value=_value(figure, metric),
        interval=_ends(figure, metric, words),
        chance=guess,
    )
    yield Statement("plain", shown, suite=name, condition=ORIGINAL)


def _listening(run: Run, words: Words) -> Iterator[Statement]:
    gaps = {name: gap for name, suite in run.summary.suites.items() if (gap := _gap(suite)) is not None}
    guessable = _guessable(run, words)
    if not gaps:
        if any("accuracy" in row.metrics for s in run.summary.suites.values() for row in s.conditions.values()):
            yield Statement("doubt", words("not_measured"))
        return
    listens = [name for name, gap in gaps.items() if gap.low is not None and gap.low > 0]
    if len(gaps) == 1:
        [(name, gap)] = gaps.items()
        key = "listens" if listens else "no_evidence"
        if gap.high is not None and gap.high < 0:
            key = "better_without"
        sentence = words(key, gap=_points(gap, words), guessable=guessable)
        yield Statement("good" if listens else "bad", sentence, suite=name, condition="text_only")
        return
    rest = [name for name in gaps if name not in listens]
    without = words("no_evidence_in", suites=_some(rest, ", ", words)) if rest else ""
    low, high = (f"{100 * end(gap.value or 0 for gap in gaps.values()):+.1f}" for end in (min, max))
    sentence = words(
        "listens_in", n=len(listens), all=len(gaps), without=without, low=low, high=high, guessable=guessable
    )
    yield Statement("good" if not rest else "bad", sentence)


def _gap(suite: SuiteSummary) -> Estimate | None:
    row = suite.conditions.get(ORIGINAL)
    gap = row.metrics.get("listening_gap") if row is not None else None
    return gap if gap is not None and gap.value is not None else None


def _guessable(run: Run, words: Words) -> str:
    """The share of all items of the run that were answered without the sound; "" where that was not measured."""
    right = total = 0.0
    for suite in run.summary.suites.values():
        shares = suite.profile.shares if suite.profile else {}
        if not shares or "right" in shares or _gap(suite) is None:
            continue
        n = next(iter(shares.values())).n
        right += n * (shares["guessable"].value or 0 if "guessable" in shares else 0)
        total += n
    return words("guessable", share=f"{100 * right / total:.1f}%") if total else ""


def _baseline(run: Run, words: Words) -> Iterator[Statement]:
    against = {name: suite.baseline for name, suite in run.summary.suites.items() if suite.baseline}
    if not against:
        return
    regressed, improved = (sum(getattr(one, what) for one in against.values()) for what in ("regressed", "improved"))
    n = sum(one.n for one in against.values())
    significant = {name: one for name, one in against.items() if one.p < _LEVEL}
    worse = [f"{name} (p = {one.p:.2g})" for name, one in significant.items() if one.regressed > one.improved]
    failed = any(one.passed is False for one in against.values())
    change = words("worse", suites=_some(worse, ", ", words)) if worse else ""
    if not worse:
        low = min(one.p for one in against.values())
        better = any(one.improved > one.regressed for one in significant.values())
        change = words("better" if better else "not_significant", p=f"{low:.2g}")
    kind: Kind = "bad" if worse or failed else "plain"
    sentence = words("baseline", regressed=regressed, improved=improved, n=n, change=change)
    yield Statement(kind, sentence, outcome="regressed" if regressed else "")


def _doubts(run: Run, words: Words) -> Iterator[Statement]:
    counts, _, asked = faults(run.records)
    if counts:
        each = ", ".join(words(name, n=count) for name, count in counts.items())
        yield Statement("doubt", words("faults", asked=asked, each=each), outcome="incomplete replies")
    for outcome, key in (("error", "broke"), ("unsupported", "unsupported")):
        reasons = Counter(record.reason for record in run.records if record.outcome == outcome)
        if number := reasons.total():
            sentence, why = words(f"trials_{key}", n=number), _commonest(reasons)
            because = words("because", sentence=sentence, why=words.sentence(why)) if why else sentence
            yield Statement("doubt", because, outcome=outcome)
    known = sum(suite.known_issues or 0 for suite in run.summary.suites.values())
    if known:
        yield Statement("plain", words("items_left_out", n=known))
    parts = [words("part", suite=name, asked=done, cases=cases) for name, done, cases in _partial(run)]
    if parts:
        yield Statement("doubt", words("in_part", parts=_some(parts, ", ", words)))
    if run.partial:
        yield Statement("doubt", words("stopped", reason=words.sentence(str(run.summary.stopped))))


def _commonest(reasons: Counter[str]) -> str:
    """The first line of the reason of most, cut where it is long."""
    line = reasons.most_common(1)[0][0].strip().split("\n", 1)[0]
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _partial(run: Run) -> Iterator[tuple[str, int, int]]:
    """(suite, cases asked, cases that it has) of the suites of which only a part was asked."""
    files = run.summary.suite_files or {}
    cases: dict[str, set[str]] = {}
    for record in run.records:
        cases.setdefault(record.suite, set()).add(record.case)
    for name, asked in cases.items():
        if name in files and len(asked) < files[name].cases:
            yield name, len(asked), files[name].cases


def _some(texts: Sequence[str], between: str, words: Words) -> str:
    more = between + words("more", n=len(texts) - _MOST) if len(texts) > _MOST else ""
    return between.join(texts[:_MOST]) + more


def _value(figure: Estimate, metric: str) -> str:
    value = figure.value or 0.0
    return f"{100 * value:.1f}%" if is_share(metric) else f"{value:.2f}"


def _ends(figure: Estimate, metric: str, words: Words) -> str:
    if figure.low is None or figure.high is None:
        return words("only_n", n=figure.n)
    scale, digits = (100, 1) if is_share(metric) else (1, 2)
    low, high = (f"{scale * end:.{digits}f}" for end in (figure.low, figure.high))
    return words("interval", low=low, high=high, n=figure.n)


def _points(gap: Estimate, words: Words) -> str:
    value = words("points", value=f"{100 * (gap.value or 0):+.1f}")
    if gap.low is None or gap.high is None:
        return value + words("no_interval", n=gap.n)
    return value + words("gap_interval", low=f"{100 * gap.low:+.1f}", high=f"{100 * gap.high:+.1f}")
