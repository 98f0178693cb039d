"""``summary.json``: the figures of a run, by suite, condition and tag, and where they come from.

``.model``, ``.suites.NAME.conditions.COND.metrics.METRIC.{value,low,high,n}``,
``.suites.NAME.conditions.COND.tags.TAG.VALUE.metrics.METRIC.{...}``, ``.suites.NAME.gates[]`` and
``.suites.NAME.profile``. ``accuracy`` is the deciding scorer's, ``accuracy:SCORER`` each other's. A metric that could
not be measured is not there; which of them stand under which condition each metric says itself
(:class:`audiotest.registry.Metric`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from audiotest.analyse.change import changed
from audiotest.analyse.freshness import CachedReplies, cached_replies, served_by
from audiotest.analyse.profile import profile
from audiotest.analyse.trials import SOUNDLESS, NotMeasured, Trials, clip_of, is_of, paired, verdict_of
from audiotest.audio.inspect import DOUBTS
from audiotest.declare.suite import Sample
from audiotest.registry import METRICS, SCORERS, Metric, Where
from audiotest.types import CUT, SCHEMA_VERSION, Estimate, GateResult, Outcome, Record, Reply, origin_of

ORIGINAL = "original"
_SOUND_MARKS = {doubt: f"sound_{doubt.replace(' ', '_')}" for doubt in DOUBTS}


class TagFigures(Struct):
    """The figures over the trials that carry one value of a tag."""

    metrics: dict[str, Estimate]


class VersusOriginal(Struct):
    """How many cases became wrong or right against ``original``, of ``n`` pairs, with the p-value of the difference."""

    worse: int
    better: int
    n: int
    p: float


class ConditionSummary(Struct):
    """The figures of a suite under one condition. ``replies`` counts marks on replies, such as those that were cut."""

    trials: int = 0
    outcomes: dict[str, int] = {}
    metrics: dict[str, Estimate] = {}
    tags: dict[str, dict[str, TagFigures]] = {}
    replies: dict[str, int] | UnsetType = UNSET
    versus_original: VersusOriginal | UnsetType = UNSET


class Position(Struct):
    """How often the option at one place of the list was chosen, and how often the right one stood there."""

    chosen: int
    right: int


class Profile(Struct):
    """The listening profile: shares of the labels (:mod:`audiotest.analyse.profile`), also by tag, the errors by
    category, and what was chosen at each place."""

    shares: dict[str, Estimate]
    tags: dict[str, dict[str, dict[str, Estimate]]]
    errors: dict[str, int]
    positions: list[Position]


class AgainstBaseline(Struct, kw_only=True):
    """What became of a suite that was held against a baseline by ``rule`` (``--baseline-fail``).

    Of the ``n`` trials that both runs judged, ``regressed`` were right and are wrong, ``improved`` the other way round,
    ``known`` wrong in both. ``unsteady``: changed in their first answer, but not in most of those that they were then
    asked for (``--baseline-repeats``), so they count as unchanged. ``p``: two-sided, by clip; where suites are tested
    together corrected for their number. ``passed``: None where no change could be told from chance; ``reason`` says it
    in words.
    """

    rule: str
    regressed: int
    improved: int
    known: int
    n: int
    p: float
    passed: bool | None
    reason: str
    unsteady: int = 0


class SuiteSummary(Struct):
    """What became of one suite."""

    trials: int = 0
    conditions: dict[str, ConditionSummary] = {}
    gates: list[GateResult] = []
    profile: Profile | UnsetType = UNSET
    baseline: AgainstBaseline | UnsetType = UNSET
    known_issues: int | UnsetType = UNSET
    """How many cases are left out of the figures since the suite knows an issue of theirs."""


class HeardAt(Struct):
    """The form in which the model was given sound: rate in Hz, channels, and the most clips a request; None: as is."""

    sample_rate: int | None = None
    channels: int | None = None
    clips: int | None = None


class CardStamp(Struct):
    """The model card that was named, and the SHA-256 of its file."""

    model: str
    revision: str
    sha256: str


class SuiteFile(Struct, omit_defaults=True):
    """A suite's file, its content's SHA-256, and for an imported one the release that it was made from.

    ``cases``: how many it has, asked or not; 0 where that was not noted. ``sample``: the one that it asks for.
    """

    path: str
    sha256: str
    source: str = ""
    revision: str = ""
    cases: int = 0
    sample: Sample | None = None


class GitState(Struct):
    """What was checked out where the run was made, and whether files were changed since."""

    commit: str
    changed: bool


class Rescored(Struct):
    """The run whose replies were scored again, and by which scorers."""

    origin: str = field(name="from")
    scorers: list[str]


class Provenance(Struct, kw_only=True):
    """Where a run's numbers come from: what a reader needs to make them again."""

    model: str
    model_spec: str | UnsetType = UNSET
    model_options: dict[str, str] | UnsetType = UNSET
    model_identity: str | UnsetType = UNSET
    model_commit: str | UnsetType = UNSET
    heard_at: HeardAt | UnsetType = UNSET
    card: CardStamp | UnsetType = UNSET
    rerun: list[str] | UnsetType = UNSET
    seed: int | UnsetType | None = UNSET
    limit: int | UnsetType | None = UNSET
    limit_first: int | UnsetType | None = UNSET
    command: list[str] | UnsetType = UNSET
    finished: str | UnsetType = UNSET
    audiotest: str | UnsetType = UNSET
    python: str | UnsetType = UNSET
    platform: str | UnsetType = UNSET
    packages: dict[str, str] | UnsetType = UNSET
    gpus: list[str] | UnsetType = UNSET
    suite_files: dict[str, SuiteFile] | UnsetType = UNSET
    git: GitState | UnsetType | None = UNSET
    ci: bool | UnsetType = UNSET
    python_executable: str | UnsetType = UNSET
    rescored: Rescored | UnsetType = UNSET
    stopped: str | UnsetType = UNSET
    """Why the run ended before its last trial."""


class Summary(Provenance, kw_only=True):
    """A run in figures. ``scorers`` holds the version of each scorer that gave a verdict, ``cached`` how many replies
    are from the cache and how old, ``served_by`` how many replies each revision gave that a server named."""

    schema_version: int = SCHEMA_VERSION
    cached: CachedReplies | UnsetType = UNSET
    served_by: dict[str, int] | UnsetType = UNSET
    scorers: dict[str, int] = {}
    suites: dict[str, SuiteSummary] = {}

    def _repr_html_(self) -> str:
        from audiotest.registry import REPORTS

        shows = REPORTS.get("notebook").shows
        assert shows is not None
        return shows(self)


def summarise(
    records: Iterable[Record],
    gates: Mapping[str, Sequence[GateResult]],
    provenance: Provenance,
    baseline: Mapping[str, AgainstBaseline] | None = None,
) -> Summary:
    """The summary of a run's records, with the results of its gates, and what it is against the baseline, by suite."""
    against = baseline or {}
    records = list(records)
    suites: dict[str, list[Record]] = {}
    for record in records:
        suites.setdefault(record.suite, []).append(record)
    return Summary(
        **{name: getattr(provenance, name) for name in Provenance.__struct_fields__},
        cached=cached_replies(records) or UNSET,
        served_by=served_by(records) or UNSET,
        scorers=_versions(suites.values()),
        suites={name: _suite(rows, gates.get(name, ()), against.get(name, UNSET)) for name, rows in suites.items()},
    )


def _versions(suites: Iterable[Iterable[Record]]) -> dict[str, int]:
    """The scorers that gave verdicts, with their versions; ``expect`` is none, its checks are."""
    names = sorted({name for records in suites for record in records for name in record.verdicts})
    return {name: SCORERS.get(name).version for name in names if name in SCORERS}


def _suite(records: list[Record], gates: Sequence[GateResult], baseline: AgainstBaseline | UnsetType) -> SuiteSummary:
    trials = Trials(records)
    conditions = {name: _condition(trials, name, rows) for name, rows in trials.by_condition.items()}
    listening = profile(trials)
    return SuiteSummary(
        trials=len(records),
        conditions=conditions,
        gates=list(gates),
        profile=UNSET if listening is None else msgspec.convert(listening, Profile),
        baseline=baseline,
        known_issues=len({origin_of(record.case) for record in records if record.known_issue}) or UNSET,
    )


def _condition(trials: Trials, condition: str, records: list[Record]) -> ConditionSummary:
    counts = Counter(r.outcome for r in records)
    return ConditionSummary(
        trials=len(records),
        outcomes={outcome: counts[outcome] for outcome in get_args(Outcome) if counts[outcome]},
        metrics=dict(_figures(trials, condition, _shown(condition))),
        tags=_tags(records, condition),
        replies=marks(records) or UNSET,
        versus_original=_versus_original(trials, condition) if condition != ORIGINAL else UNSET,
    )


def _figures(trials: Trials, condition: str, metrics: Iterable[Metric]) -> Iterator[tuple[str, Estimate]]:
    """Those of ``metrics`` that can be measured; the ones per scorer also for every other scorer."""
    scorers = dict.fromkeys(name for r in trials.by_condition[condition] for name in list(r.verdicts)[1:])
    for metric in metrics:
        for scorer in (None, *scorers) if metric.per_scorer else (None,):
            if metric.shown_if is not None and not metric.shown_if(trials, condition, scorer):
                continue
            try:
                estimate = metric.measure(trials, condition=condition, scorer=scorer)
            except NotMeasured:
                continue
            yield (f"{metric.name}:{scorer}" if scorer else metric.name), estimate


def _shown(condition: str) -> list[Metric]:
    places: set[Where] = {"original"} if condition == ORIGINAL else {"others"}
    if is_of(condition, SOUNDLESS):
        places.add("soundless")
    return [metric for metric in map(METRICS.get, METRICS.names()) if places & set(metric.shown_under)]


def _tags(records: list[Record], condition: str) -> dict[str, dict[str, TagFigures]]:
    groups: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        for tag, values in record.tags.items():
            for value in values:
                groups.setdefault(tag, {}).setdefault(value, []).append(record)
    by_tag = [metric for metric in _shown(condition) if metric.by_tag]
    return {
        tag: {
            value: TagFigures(dict(_figures(Trials(rows), condition, by_tag))) for value, rows in sorted(values.items())
        }
        for tag, values in groups.items()
    }


def _versus_original(trials: Trials, condition: str) -> VersusOriginal | UnsetType:
    try:
        pairs = paired(trials, condition, ORIGINAL)
    except NotMeasured:
        return UNSET
    change = changed((bool(before.correct), bool(now.correct), clip_of(record)) for record, now, _, before in pairs)
    return VersusOriginal(change.regressed, change.improved, change.n, change.p)


def marks(records: Iterable[Record]) -> dict[str, int]:
    """How many replies were truncated at ``max_new_tokens`` and how many of them were read all the same, are empty,
    repeat a phrase over and over, were given to a sound that was not heard whole, or made a benchmark's own script
    stop, or about whose sound there is a doubt: ``sound_silent``, ``sound_clipped``...
    (:mod:`audiotest.audio.inspect`)."""
    counts: Counter[str] = Counter()
    for record in records:
        if record.reply is not None:
            cut, verdict = record.reply.finish in CUT, verdict_of(record)
            counts["cut_at_max_tokens"] += cut
            counts["read_though_cut"] += cut and verdict is not None and verdict.status == "read"
            counts["empty"] += not record.reply.text.strip()
            counts["looped"] += any("loop" in v.details for v in record.verdicts.values())
            counts["sound_cut"] += bool(record.reply.details.get("truncated"))
            counts["script_stopped"] += any("official_error" in v.details for v in record.verdicts.values())
            counts.update(_SOUND_MARKS[doubt] for doubt in _doubts(record.reply))
    return {name: count for name, count in counts.items() if count}


def _doubts(reply: Reply) -> set[str]:
    """The known doubts among a reply's details, which an adapter or a file may have filled with anything."""
    named = reply.details.get("sound")
    return {name for name in named if isinstance(name, str)} & set(_SOUND_MARKS) if isinstance(named, list) else set()


def to_json(summary: Summary) -> bytes:
    """The summary as ``summary.json`` has it: indented, one key a line."""
    data: bytes = msgspec.json.format(msgspec.json.encode(summary), indent=1)
    return data
