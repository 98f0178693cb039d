"""The server: which address shows what. It answers GET alone, below a token that only its starter knows."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route

from audiotest.analyse.compare import NotComparable
from audiotest.errors import AudiotestError
from audiotest.report.html import comparing
from audiotest.report.html.players import is_key
from audiotest.report.pairs import compared
from audiotest.report.texts import ENGLISH, languages
from audiotest.serve import pages
from audiotest.serve.index import Index
from audiotest.serve.live import Live
from audiotest.serve.opened import Desk, Kind

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_FILE = re.compile(r"(\d{1,3})\.(flac|png)")
_TYPES = {"flac": "audio/flac", "png": "image/png"}


class Server:
    """The pages of the runs below ``folder``; ``root`` is the folder that the suites' paths start from."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self.index, self.desk = folder, Index(folder), Desk(root)
        self._root = root
        self._live: dict[str, Live] = {}
        self._lock = threading.Lock()

    def app(self, token: str) -> Starlette:
        """The application. Every address begins with ``token``; what does not, is not there."""
        routes = [
            Route("/", self._guarded(self.list)),
            Route("/run/{run}/", self._guarded(self.run)),
            Route("/run/{run}/live.json", self._guarded(self.live_state)),
            Route("/run/{run}/sound/{key}/{file}", self._guarded(self.sound)),
            Route("/compare/", self._guarded(self.compare)),
            Route("/history/", self._guarded(self.history)),
        ]
        return Starlette(routes=[Mount(f"/{token}", routes=routes)])

    def list(self, request: Request) -> Response:
        """All runs."""
        return _page(pages.index(self.index.rows(), str(self.folder)))

    def run(self, request: Request) -> Response:
        """A run: its report, or how far it is."""
        place, row = self.index.find(request.path_params["run"])
        if row.state == "going on":
            live = self._watched(row.id, place)
            with self._lock:
                return _page(pages.live(row, live.state()))
        self._live.pop(row.id, None)
        return _page(self.desk.report(place, row))

    def live_state(self, request: Request) -> Response:
        """How far a run is, as JSON."""
        place, row = self.index.find(request.path_params["run"])
        live = self._watched(row.id, place)
        with self._lock:
            data = msgspec.json.encode(live.state())
        return Response(data, media_type="application/json", headers={**_ALWAYS, "Cache-Control": "no-store"})

    def sound(self, request: Request) -> Response:
        """A sound of a run, or its spectrogram; a part of it where a range is asked for."""
        place, row = self.index.find(request.path_params["run"])
        key, match = request.path_params["key"], _FILE.fullmatch(request.path_params["file"])
        if match is None or not is_key(key):
            raise LookupError("a sound's address is its key and the number of its clip")
        kind: Kind = "flac" if match[2] == "flac" else "png"
        if row.state == "going on":
            live = self._watched(row.id, place)
            with self._lock:
                heard, record = live.heard, live.sound(key)
        else:
            opened = self.desk.open(place, row)
            if key not in opened.sounds:
                raise LookupError("no trial of this run has that sound")
            heard, record = opened.heard, opened.sounds[key]
        path = self.desk.sound(row.id, heard, record, int(match[1]), kind)
        headers = {**_ALWAYS, "Cache-Control": "private, max-age=3600", "Content-Security-Policy": "default-src 'none'"}
        return FileResponse(path, media_type=_TYPES[kind], headers=headers)

    def compare(self, request: Request) -> Response:
        """Two runs: the page of ``audiotest compare --html``."""
        asked = request.query_params
        (first, before), (second, after) = (self.index.find(asked.get(name, "")) for name in ("a", "b"))
        runs = [self.desk.open(first, before), self.desk.open(second, after)]
        try:
            named = [(before.path, runs[0].run), (after.path, runs[1].run)]
            leaders, pairs = compared(named, common="common" in asked)
        except NotComparable as error:
            again = (f"?{urlencode({**dict(asked), 'common': ''})}", "message.common")
            return _page(pages.message("message.not_the_same", str(error), None if "common" in asked else again, "../"))
        flips = [one.record for pair in pairs for one in pair.flipped]
        sounds = runs[1].players(flips, f"../run/{after.id}/")
        language = asked.get("lang", "")
        language = language if language in languages() else ENGLISH
        return _page(comparing.page([pairs[0].first, pairs[0].second], leaders, pairs, sounds, language, "../"))

    def history(self, request: Request) -> Response:
        """A suite over the runs."""
        return _page(pages.of_suite(self.index.rows(), request.query_params.get("suite", "")))

    def _watched(self, name: str, place: Path) -> Live:
        with self._lock:
            if name not in self._live:
                self._live[name] = Live(place, self._root)
                self._live[name].step()
            return self._live[name]

    def _guarded(self, shows: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """``shows``, with a sentence in the place of what cannot be shown."""

        def shown(request: Request) -> Response:
            home = "../" * (request.url.path.count("/") - 2) or "./"
            try:
                return shows(request)
            except (AudiotestError, LookupError, OSError, ValueError, RuntimeError) as error:
                text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
                status = 404 if isinstance(error, LookupError) else 200
                return _page(pages.message("message.cannot", text, home=home), status)

        return shown


def _page(text: str, status: int = 200) -> Response:
    headers = {**_ALWAYS, "Content-Security-Policy": pages.policy(text), "Cache-Control": "no-store"}
    return Response(text, status, headers, "text/html; charset=utf-8")
