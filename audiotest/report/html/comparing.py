"""A comparison of runs as one HTML file: the tables, and the items that flipped with both replies and their sounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from audiotest.analyse.compare import Difference, Flipped
from audiotest.analyse.headlines import FigureDifference
from audiotest.counting import counted
from audiotest.registry import METRICS
from audiotest.report.html.changed import MARKS, p_value, verdict
from audiotest.report.html.players import Player, players_of, sound_key
from audiotest.report.html.render import as_data
from audiotest.report.texts import ENGLISH, languages, shown_texts, text, texts, translated

_LEVEL = 0.05


class Pair(Struct, frozen=True):
    """Two runs by their names, how the second differs from the first, item by item and in the figures that say whether
    a model listens, and the second run."""

    first: str
    second: str
    differences: Sequence[Difference]
    flipped: Sequence[Flipped]
    run: Any = None
    figures: Sequence[FigureDifference] = ()


def figure_cells(d: FigureDifference, language: str = ENGLISH) -> tuple[str, ...]:
    """A difference in words: suite, figure, n, first, second, difference, interval, p and the reason for what is
    missing. Thresholds are in dB, everything else in percentage points."""
    decibel = d.figure == "threshold_snr"
    figure = texts(language).get(f"word.{d.figure}", d.figure)
    name = f"{figure} (dB)" if decibel else f"{figure} (versus {d.versus})" if d.versus else figure
    name += "" if d.condition == "original" else f" under {d.condition}"
    scale = 1 if decibel or (d.figure in METRICS and not METRICS.get(d.figure).is_share) else 100

    def written(value: float | None, form: str) -> str:
        return "-" if value is None else f"{scale * value:{form}}"

    ends = (d.difference.low, d.difference.high)
    low, high = ("?" if end is None else f"{scale * end:+.1f}" for end in ends)
    interval = "-" if ends == (None, None) else text(language, "between", low=low, high=high)
    return (d.suite, name, str(d.difference.n or ""), written(d.first.value, ".1f"), written(d.second.value, ".1f"),
            written(d.difference.value, "+.1f"), interval, p_value(d.p),
            translated(language, d.reason))  # fmt: skip


def colour(d: FigureDifference) -> str:
    """The class of a difference on the page: ``right`` for better, ``wrong`` for worse, "" where it is neither or no
    more than chance."""
    change = (d.difference.value or 0) * d.better
    if not change or d.p is None or d.p >= _LEVEL:
        return ""
    return "right" if change > 0 else "wrong"


def reach_of(differences: Iterable[Difference]) -> float:
    """How far from 0 the bars of a table go, in percentage points: as far as its widest interval."""
    ends = (end for d in differences for end in (d.difference.low, d.difference.high) if end is not None)
    return max((105 * abs(end) for end in ends), default=100.0) or 1.0


def write(
    names: Sequence[str], leaders: Sequence[Sequence[str]], pairs: Iterable[Pair], target: Path,
    *, embed: float, link: float, language: str = ENGLISH,
) -> str:  # fmt: skip
    """Write the page to ``target``, with the sounds of the items that flipped, as the second run of each pair heard
    them: for each pair ``embed`` megabytes in it, and up to ``link`` more in a folder beside it. Returns a line that
    says what was written; raises OSError, and :class:`~audiotest.registry.UnknownName` for a ``language`` without
    texts."""
    from audiotest.report.html.playback import Hearing

    texts(language)
    target.parent.mkdir(parents=True, exist_ok=True)
    shown_pairs, sounds, left, lost = [], dict[str, list[Player]](), 0, ""
    for pair in pairs:
        heard = Hearing.of(pair.run)
        named = [replace(one, record=heard.named(one.record)) for one in pair.flipped]
        shown_pairs.append(replace(pair, flipped=named))
        new = [one.record for one in named if sound_key(one.record) not in sounds]
        players, more = players_of(new, heard, target, embed=embed, link=link)
        sounds |= players
        left, lost = left + more, lost or heard.lost_sounds()
    target.write_text(page(names, leaders, shown_pairs, sounds, language), encoding="utf-8")
    message = (
        f"{target}: {counted(sum(len(p.flipped) for p in shown_pairs), 'item')} flipped, "
        f"{counted(sum(map(bool, sounds.values())), 'sound')}, "
    )
    message += f"{target.stat().st_size / 1e6:,.1f} MB"
    return (
        message
        + (f"; {counted(left, 'sound was', 'sounds were')} left out (--audio-mb, --linked-mb)" if left else "")
        + lost
    )


def page(
    names: Sequence[str], leaders: Sequence[Sequence[str]], pairs: Sequence[Pair], sounds: Mapping[str, list[Player]],
    language: str = ENGLISH, home: str = "",
) -> str:  # fmt: skip
    """The whole page; ``leaders`` is a table with its heads in the first row, or empty, ``home`` the address of a list
    of runs. What models said is escaped."""
    here = files("audiotest.report.html")
    css, *scripts = (
        (here / name).read_text(encoding="utf-8") for name in ("page.css", "texts.js", "player.js", "picture.js")
    )
    content: str = _template().render(
        names=list(dict.fromkeys(names)), leaders=leaders, pairs=pairs, css=css, js="".join(scripts), key=sound_key,
        language=language, home=home, msg=partial(text, language), texts=as_data(shown_texts(*languages())),
        each=lambda name, **values: {own: text(own, name, **values) for own in languages()},
        cells=_cells, colour=colour, reach_of=reach_of, p_value=p_value, verdict=_verdict, marks=MARKS,
        sounds=as_data(msgspec.to_builtins(dict(sounds))),
    )  # fmt: skip
    return content


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string((files("audiotest.report.html") / "compare.html").read_text(encoding="utf-8"))


def _cells(difference: FigureDifference) -> list[dict[str, str]]:
    """The cells of a figure's row, each in every language."""
    by_language = {own: figure_cells(difference, language=own) for own in languages()}
    return [dict(zip(by_language, cells, strict=True)) for cells in zip(*by_language.values(), strict=True)]


def _verdict(differences: Sequence[Difference], figures: Sequence[FigureDifference]) -> list[dict[str, Any]]:
    """The sentences of :func:`verdict`, each in every language."""
    by_language = [verdict(differences, figures, language=own) for own in languages()]
    return [
        {"kind": one[0].kind, "text": dict(zip(languages(), (own.text for own in one), strict=True))}
        for one in zip(*by_language, strict=True)
    ]
