"""A hook of MkDocs: what ``tools/gallery.py`` has just made in ``build/gallery`` takes the place of the pictures in
``docs/gallery``, and the page lists the reports that are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

MADE = Path(__file__).resolve().parent.parent / "build" / "gallery"
REPORTS = {"report.html": "The report of a run, with sounds", "compared.html": "Two runs compared"}


def on_files(files: Any, config: Any) -> Any:
    """Add the files, or take them instead of those of the same name."""
    from mkdocs.structure.files import File

    for path in sorted(MADE.iterdir()) if MADE.is_dir() else ():
        uri = f"gallery/{path.name}"
        if (other := files.get_file_from_path(uri)) is not None:
            files.remove(other)
        files.append(File.generated(config, uri, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """List the reports."""
    if page.file.src_uri != "gallery.md":
        return markdown
    there = {name: words for name, words in REPORTS.items() if (MADE / name).is_file()}
    return markdown + "".join(f"\n- [{words}](gallery/{name}) (made with this site)" for name, words in there.items())
