"""Measure a model's hearing: from settings to an :class:`~audiotest.hearing.results.Audiogram`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from audiotest import __version__
from audiotest.declare.prompt import PromptError, check, shows_question
from audiotest.hearing.published import human_figure
from audiotest.hearing.results import Audiogram, HearingError, Result
from audiotest.hearing.schedule import Progress, Schedule
from audiotest.hearing.thresholds import result, unsupported
from audiotest.hearing.tracks import BUDGET, PRECISION, Track
from audiotest.masking import masked
from audiotest.models.protocol import Adapter
from audiotest.registry import FACULTIES, unknown
from audiotest.session import Session, Settings
from audiotest.types import Needs

PROMPT = "choices_lettered"
_CARRIED = 0.45
"""The share of a model's sample rate up to which resampling leaves a tone whole."""


def measure(
    settings: Settings,
    only: Sequence[str] = (),
    *,
    model: Adapter | None = None,
    budget: int = BUDGET,
    precision: float = PRECISION,
    prompt: str = PROMPT,
    progress: Callable[[Progress], None] | None = None,
) -> Audiogram:
    """The audiogram of the model that ``settings`` name, or of ``model``. ``only``: names of faculties (``pitch``) or
    of one variant (``pitch@440``); by default all that are measured by default. ``budget``: the most questions a
    variant; ``precision``: the factor between the ends of an interval that is narrow enough.

    Raises :class:`HearingError` for a name or a number that makes no sense, and
    :class:`~audiotest.models.loading.ModelError` for a model that cannot be opened or loaded. Ctrl-C gives what there
    is."""
    if budget < 1 or precision <= 1:
        raise HearingError("a budget is 1 question at least, and a precision a factor above 1, such as 1.5")
    try:
        check(prompt)
        if not shows_question(prompt):
            raise HearingError(f"the prompt {prompt!r} does not show the question; `choices_lettered` does")
    except PromptError as error:
        raise HearingError(f"--prompt: {error}") from None
    session = Session(settings, model=model)
    try:
        adapter = session.open_model()
        needs = adapter.needs
        tracks = [
            Track(
                FACULTIES.get(name),
                variant,
                settings.seed,
                budget=budget,
                precision=precision,
                longest=needs.max_seconds,
            )
            for name, variant in chosen(only)
        ]
        refused = {track.name: why for track in tracks if (why := why_not(track, needs))}
        live = [track for track in tracks if track.name not in refused]
        schedule = Schedule(session, live, prompt=prompt, progress=progress)
        if live:
            schedule.run()
        adapter.close()
    finally:
        session.close()
    results = [unsupported(t, refused[t.name]) if t.name in refused else result(t) for t in tracks]
    return Audiogram(
        model=session.model_name,
        spec=masked(settings.model) if model is None else "",
        identity=adapter.identity,
        audiotest=__version__,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=settings.seed,
        budget=budget,
        precision=precision,
        prompt=prompt,
        questions=schedule.questions,
        asked=schedule.asked,
        stopped=schedule.stopped,
        faculties={one.name: _with_human(one) for one in results},
    )


def chosen(only: Sequence[str]) -> list[tuple[str, float | None]]:
    """(faculty, variant) of every track that ``only`` names. Raises :class:`HearingError` with the nearest names."""
    names = FACULTIES.names()
    every = [(name, variant) for name in names for variant in FACULTIES.get(name).variants or (None,)]
    if not only:
        return [(name, variant) for name, variant in every if FACULTIES.get(name).default]
    picked: dict[tuple[str, float | None], None] = {}
    for text in only:
        name, _, variant = text.partition("@")
        if name not in names:
            raise HearingError(unknown("faculty", name, names))
        fit = [one for one in every if one[0] == name and (not variant or _shown(one[1]) == variant)]
        if not fit:
            known = ", ".join(_shown(v) for v in FACULTIES.get(name).variants) or "none"
            raise HearingError(f"the faculty {name!r} has no variant {variant!r}; it has {known}")
        picked |= dict.fromkeys(fit)
    return list(picked)


def why_not(track: Track, needs: Needs) -> str:
    """Why a model with these ``needs`` cannot be asked, as a sentence; "" where it can. A tone that its sample rate
    cannot carry is never played: it would alias, or be lost, and the model blamed for it."""
    faculty = track.faculty
    if faculty.missing is not None and (missing := faculty.missing()):
        return f"not measured: {missing}"
    if faculty.channels > 1 and needs.channels == 1:
        return "not measured: the model hears mono, and both channels are needed for a position"
    highest = faculty.highest_hz(track.variant or 0.0) if faculty.highest_hz is not None else 0.0
    if needs.sample_rate is not None and highest > _CARRIED * needs.sample_rate:
        return (
            f"not measured: the model hears at {needs.sample_rate:,} Hz, which carries "
            f"{_CARRIED * needs.sample_rate:,.0f} Hz, and the sound goes up to {highest:,.0f} Hz"
        )
    if len(track.levels) < 3:
        return f"not measured: the model hears {needs.max_seconds:g} s at most, which is too short for these sounds"
    return ""


def _with_human(one: Result) -> Result:
    return replace(one, human=human_figure(one.faculty, one.variant))


def _shown(variant: float | None) -> str:
    return "" if variant is None else f"{variant:g}"
