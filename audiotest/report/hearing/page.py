"""The page of an audiogram: one HTML file with the figures and the sounds in it, which needs nothing from elsewhere."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from msgspec import Struct

from audiotest.audio import decode, synth
from audiotest.audio.errors import AudioError
from audiotest.hearing.results import Audiogram, Result
from audiotest.hearing.tracks import Track, position
from audiotest.registry import FACULTIES
from audiotest.report.hearing import figures, table
from audiotest.report.texts import ENGLISH, text, texts, translated
from audiotest.types import Waveform

_LONGEST_S = 30.0
"""Longer sounds are not put into the page."""
_STEPS = ((-2, "hear.just_below"), (0, "hear.at_threshold"), (2, "hear.just_above"))
_HEADS = (
    "hear.head_faculty", "hear.head_threshold", "ci", "hear.head_unit", "hear.head_questions", "hear.head_easiest",
    "hear.head_people", "hear.head_verdict",
)  # fmt: skip


class Sound(Struct, frozen=True):
    """A stimulus to listen to: where it lies (the key of a text), its level, the question about it and the right
    answer."""

    where: str
    level: str
    question: str
    answer: str
    src: str


def write(audiogram: Audiogram, target: Path, language: str = ENGLISH) -> None:
    """Write the page in a language. Raises OSError, ImportError where there is no matplotlib, and
    :class:`~audiotest.registry.UnknownName` for a ``language`` without texts."""
    content = page(audiogram, language)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content, encoding="utf-8")


def page(audiogram: Audiogram, language: str = ENGLISH) -> str:
    """The whole page as text. Charts and the questions that were asked are in English in every language."""
    texts(language)
    from jinja2 import Environment

    source = (files("audiotest.report.hearing") / "page.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True).from_string(source)
    results = list(audiogram.faculties.values())
    msg = partial(text, language)
    charts = [
        {"src": _svg(figures.chart(audiogram, name)), "alt": msg("hear.chart", faculty=name)}
        for name in figures.CHARTS
        if any(r.faculty == name for r in results)
    ]
    spider = figures.spider(audiogram)
    if spider is not None:
        charts.append({"src": _svg(spider), "alt": msg("hear.spider")})
    return template.render(
        audiogram=audiogram,
        notes=list(table.notes(audiogram)),
        language=language,
        msg=msg,
        heard=partial(translated, language, kind="heard"),
        heads=[msg(key) for key in _HEADS],
        rows=[_row(result, language) for result in results],
        charts=charts,
        parts=[_part(audiogram, result, language) for result in figures.with_curves(audiogram)],
        bias=[r for r in results if r.place_share is not None],
        named=table.named,
        figure=table.figure,
    )


def _row(result: Result, language: str) -> list[str]:
    """The cells of the terminal's table in a language."""
    return [translated(language, cell, "heard") for cell in table.row(result)]


def _part(audiogram: Audiogram, result: Result, language: str) -> dict[str, Any]:
    """What the page has of one track: its curve, its wordings and its sounds."""
    return {
        "result": result,
        "name": table.named(result),
        "figure": table.figure(result.threshold),
        "interval": translated(language, table.interval(result), "heard"),
        "curve": _svg(figures.curve(result)),
        "sounds": list(sounds(audiogram, result)),
    }


def sounds(audiogram: Audiogram, result: Result) -> Iterator[Sound]:
    """The stimuli just below, at and just above the threshold; at the hardest levels where it lies beyond them. A sound
    that is too long, or cannot be made, is left out."""
    track = Track(FACULTIES.get(result.faculty), result.variant, audiogram.seed)
    at = track.positions[0] if result.threshold is None else position(track.faculty, result.threshold)
    nearest = min(range(len(track.positions)), key=lambda i: abs(track.positions[i] - at))
    for number, (step, where) in enumerate(_STEPS):
        level = min(max(nearest + step, 0), track.easiest)
        if track.faculty.seconds is not None and track.faculty.seconds(track.levels[level]) > _LONGEST_S:
            continue
        try:
            case = track.question(number, level).case
            clip = case.audio[0]
            sound = decode.read(clip.file) if clip.file is not None else synth.synthesise(clip.synth)
        except (AudioError, synth.SynthError, OSError):
            continue
        shown = f"{track.levels[level]:.3g} {result.unit}"
        yield Sound(where, shown, case.question, case.answer or "", _flac(sound))


def _flac(sound: Waveform) -> str:
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, sound.samples.clip(-1, 1), sound.rate, format="FLAC", subtype="PCM_24")
    return f"data:audio/flac;base64,{base64.b64encode(out.getvalue()).decode()}"


def _svg(drawing: Any) -> str:
    """A figure as an image that stands in the page."""
    out = io.StringIO()
    drawing.savefig(out, format="svg")
    return f"data:image/svg+xml;base64,{base64.b64encode(out.getvalue().encode()).decode()}"
