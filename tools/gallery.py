"""Make the gallery: reports, screenshots of them, and figures, all of runs of the built-in models on shipped suites.

``python tools/gallery.py FOLDER`` writes them into FOLDER. `make docs` has them in ``build/gallery``, where the site
takes them from (``tools/gallery_pages.py``). ``docs/gallery`` holds the pictures of an earlier time for a site that is
built without them, and for the README: ``python tools/gallery.py docs/gallery --pictures`` writes those again.
Without Chromium there are no screenshots, without matplotlib no figures; the rest is made.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import audiotest

ROOT = Path(__file__).resolve().parent.parent
SUITES = ("pitch", "tempo", "presence", "timbre")
CONDITIONS = ["original", "text_only", *(f"noise(snr_db={level})" for level in (20, 10, 0, -10)), "shuffled"]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FIGURES = {
    "gap.svg": {},
    "snr.svg": {"suite": "listening-pitch"},
    "profile.png": {},
    "positions.svg": {"suite": "listening-timbre"},
}


def main() -> int:
    """Write the gallery; 0 also where a part of it could not be made, which is said."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", action="store_true", help="only the pictures, no reports")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        reports = Path(temporary) if given.pictures else given.folder.resolve()
        run = _run("listener")
        _reports(run, reports)
        _figures(run, given.folder)
        _screenshots(reports, given.folder)
    for path in sorted(given.folder.iterdir()):
        print(f"{path}: {path.stat().st_size / 1000:,.0f} kB")
    return 0


def _run(model: str) -> audiotest.Run:
    paths = [ROOT / "suites" / "listening" / f"{name}.yaml" for name in SUITES]
    return audiotest.run(paths, model, conditions=CONDITIONS, cache=False)


def _reports(run: audiotest.Run, folder: Path) -> None:
    """A run's page, and two runs compared: a model that hears and one that takes the first option."""
    from audiotest.report.html.comparing import write
    from audiotest.report.pairs import compared

    run.report(folder / "report.html", embed=8, link=0, title="The built-in listener on four suites")
    leaders, pairs = compared([("listener", run), ("first", _run("first"))])
    write(["listener", "first"], leaders, pairs, folder / "compared.html", embed=1, link=0)


def _figures(run: audiotest.Run, folder: Path) -> None:
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        print("no figures: they need matplotlib", file=sys.stderr)
        return
    for name, options in FIGURES.items():
        run.plot(name.partition(".")[0], folder / name, **options)


def _screenshots(reports: Path, folder: Path) -> None:
    if CHROMIUM is None:
        print("no screenshots: they need Chromium", file=sys.stderr)
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, show in SCREENS.items():
            page = browser.new_page(viewport={"width": 1120, "height": 760}, color_scheme="light")
            target = "compared" if name == "compared" else "report"
            page.goto((reports / f"{target}.html").as_uri())
            show(page)
            page.wait_for_timeout(300)
            _small(page.screenshot(), folder / f"{name}.png")
            page.close()
        browser.close()


def _small(png: bytes, target: Path) -> None:
    """The picture with 128 colours, a third of the size."""
    import io

    from PIL import Image

    Image.open(io.BytesIO(png)).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        target, optimize=True
    )


def _item(page: Any) -> None:
    """An item answered wrongly, with the sound under two conditions."""
    page.click("#tab-items")
    page.select_option("#f-suite", "listening-pitch")
    page.select_option("#f-correct", "wrong")
    page.evaluate("document.getElementById('list').style.height = '7rem'")
    page.evaluate("document.getElementById('item').scrollIntoView()")
    page.locator("canvas.spectrogram").nth(1).wait_for()


SCREENS = {
    "report": lambda page: None,
    "item": _item,
    "suite": lambda page: page.evaluate("() => { const s = document.getElementById('suite-0'); s.open = true; s.scrollIntoView(); }"),
    "compared": lambda page: None,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
