"""The page of an audiogram: one HTML file with the figures and the sounds in it, which needs nothing from elsewhere."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Callable, Iterator
from functools import cache, partial
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
from audiotest.report.html.render import as_data
from audiotest.report.texts import ENGLISH, faculty_name, languages, text, texts, translated
from audiotest.types import Waveform

_LONGEST_S = 30.0
"""Longer sounds are not put into the page."""
_FIELD = ("language", "language_field")
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
    """The whole page as text, first shown in ``language``. Questions and answers stand as they were asked."""
    texts(language)
    room = files("audiotest.report.html")
    results = list(audiogram.faculties.values())
    content: str = _template().render(
        audiogram=audiogram,
        notes=[_heard(note) for note in table.notes(audiogram)],
        ended=_each(lambda own: text(own, "hear.ended", why=translated(own, audiogram.stopped, "heard"))),
        language=language,
        languages=languages(),
        msg=partial(text, language),
        each=lambda key, **values: _each(lambda own: text(own, key, **values)),
        heads=_HEADS,
        rows=[_row(result) for result in results],
        charts=_charts(audiogram),
        parts=[_part(audiogram, result) for result in figures.with_curves(audiogram)],
        bias=[(_each(partial(table.named, r)), r) for r in results if r.place_share is not None],
        drifted=table.found(results, "drift_p"),
        figure=table.figure,
        texts=as_data({own: {key: text(own, key) for key in _FIELD} for own in languages()}),
        js="".join((room / name).read_text(encoding="utf-8") for name in ("texts.js", "languages.js")),
    )
    return content


@cache
def _template() -> Any:
    from jinja2 import Environment

    source = (files("audiotest.report.hearing") / "page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True).from_string(source)


def _each(words: Callable[[str], str]) -> dict[str, str]:
    """A text in every language."""
    return {language: words(language) for language in languages()}


def _heard(sentence: str) -> dict[str, str]:
    """A sentence of the results in every language."""
    return _each(lambda language: translated(language, sentence, "heard"))


def _charts(audiogram: Audiogram) -> list[dict[str, str]]:
    """The charts over all, each in every language: (language, image, what it shows)."""
    charts = []
    for language in languages():
        for name in figures.CHARTS:
            if any(r.faculty == name for r in audiogram.faculties.values()):
                alt = text(language, "hear.chart", faculty=faculty_name(language, name))
                charts.append({"language": language, "src": _svg(figures.chart(audiogram, name, language)), "alt": alt})
        spider = figures.spider(audiogram, language)
        if spider is not None:
            charts.append({"language": language, "src": _svg(spider), "alt": text(language, "hear.spider")})
    return charts


def _row(result: Result) -> list[dict[str, str]]:
    """The cells of the terminal's table."""
    return [_each(partial(table.named, result)), *map(_heard, table.row(result)[1:])]


def _part(audiogram: Audiogram, result: Result) -> dict[str, Any]:
    """What the page has of one track: its curve, its wordings and its sounds."""
    interval, name = _heard(table.interval(result)), _each(partial(table.named, result))
    known = table.figure(result.threshold)
    heads = {
        own: f"{name[own]}: {interval[own] if result.threshold is None else known} {result.unit}" for own in interval
    }
    about = _each(
        lambda own: (
            f"{result.title if own == ENGLISH else result.faculty}; {text(own, 'ci')} {interval[own]}; "
            f"{translated(own, result.says, 'heard')}"
        )
    )
    return {
        "result": result,
        "head": heads,
        "about": about,
        "curve": _svg(figures.curve(result)),
        "alt": _each(lambda own: text(own, "hear.curve", track=name[own])),
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
    with warnings.catch_warnings():  # matplotlib's own font lacks the letters; text stays text, and a reader has them
        warnings.filterwarnings("ignore", "Glyph")
        drawing.savefig(out, format="svg", transparent=True)
    return f"data:image/svg+xml;base64,{base64.b64encode(out.getvalue().encode()).decode()}"
