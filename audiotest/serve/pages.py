"""The pages of the server. What stands in a run is text in all of them, and the policy of each names its one script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from audiotest.report.html.render import as_data
from audiotest.report.texts import languages, shown_texts
from audiotest.serve.history import HEIGHT, WIDTH, gap_in_words, history, in_words, plot
from audiotest.serve.index import Row

_SCRIPTS = {
    "index.html": ("texts.js", "player.js", "page.js", "charts.js", "index.js"),
    "history.html": ("texts.js", "languages.js"),
    "message.html": ("texts.js", "languages.js"),
    "live.html": ("texts.js", "player.js", "picture.js", "live.js"),
}


def policy(text: str) -> str:
    """The Content-Security-Policy of a page: nothing from elsewhere, no form that is sent, and of scripts only the last
    one, by its hash: after it there is nothing that a run could have put there."""
    start = text.rfind("<script")
    script = text[text.index(">", start) + 1 : text.index("</script>", start)] if start >= 0 else ""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    scripts = f"'sha256-{digest}'" if script else "'none'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {scripts}; media-src data: 'self'; "
        "img-src data: 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


def index(rows: Sequence[Row], folder: str) -> str:
    """All runs."""
    return _filled("index.html", {"folder": folder, "runs": msgspec.to_builtins(list(rows))}, title=folder)


def live(row: Row, state: Mapping[str, Any]) -> str:
    """A run that goes on."""
    title = f"{row.model}: {row.path}" if row.model else row.path
    return _filled("live.html", {"model": row.model, "state": state}, title=title)


def of_suite(rows: Sequence[Row], suite: str) -> str:
    """The history of a suite."""
    pairs = history(rows, suite)
    return _render(
        "history.html", suite=suite, pairs=list(reversed(pairs)), plot=plot(pairs), width=WIDTH, height=HEIGHT,
        in_words=in_words, gap_in_words=gap_in_words, js=_script("history.html"),
        texts=as_data(shown_texts(*languages())),
    )  # fmt: skip


def message(title: str, text: str, link: tuple[str, str] | None = None, home: str = "../../") -> str:
    """A sentence: why something cannot be shown. ``title`` is the key of a text, ``link`` (address, key of a text);
    ``home`` leads to the list."""
    return _render(
        "message.html", title=title, text=text, link=link, home=home, js=_script("message.html"),
        texts=as_data(shown_texts(*languages())),
    )  # fmt: skip


def _filled(name: str, data: Mapping[str, Any], *, title: str) -> str:
    return _render(name, js=_script(name), data=as_data(data), texts=as_data(shown_texts(*languages())), title=title)


def _render(page: str, **values: Any) -> str:
    text: str = _template(page).render(css=_own("page.css"), **values)
    return text


@cache
def _script(name: str) -> str:
    return "".join(_own(part) for part in _SCRIPTS[name])


@cache
def _own(name: str) -> str:
    """A file of the report's front end, or of this room's."""
    for room in ("audiotest.serve", "audiotest.report.html"):
        path = files(room) / name
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(name)


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_own(name))
