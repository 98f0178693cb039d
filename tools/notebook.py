"""Execute ``docs/notebook.ipynb`` and write its outputs into it.

``python tools/notebook.py`` writes them; ``--check`` only reports whether the texts and tables are what stands in the
notebook, and ends with status 1 if not. (Figures are not compared: their bytes depend on the version of matplotlib.)
Cells run in a folder of their own, in which only ``suites`` is.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
COMPARED = ("text/plain", "text/html", "text/markdown")


def executed(notebook: Any) -> Any:
    """A copy of ``notebook`` with the outputs of its cells. Raises nbclient's CellExecutionError."""
    notebook = nbformat.from_dict({**notebook, "cells": [dict(cell) for cell in notebook.cells]})
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "suites").symlink_to(ROOT / "suites", target_is_directory=True)
        known = {"PYTHONPATH": str(ROOT), "AUDIOTEST_CACHE_DIR": f"{folder}/.cache", "OMP_NUM_THREADS": "1"}
        resources = {"metadata": {"path": folder}}
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute(
            env={**os.environ, **known}
        )
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key != "execution"}
    return notebook


def texts(cell: Any) -> list[dict[str, str]]:
    """The outputs of a cell that are compared."""
    streams = [{"stream": one.text} for one in cell.get("outputs", ()) if one.output_type == "stream"]
    data = [one.data for one in cell.get("outputs", ()) if "data" in one]
    return [*streams, *({kind: one[kind] for kind in COMPARED if kind in one} for one in data)]


def differences(before: Any, now: Any) -> Iterator[str]:
    """What is not as it stands in the notebook."""
    for number, (old, new) in enumerate(zip(before.cells, now.cells, strict=True), 1):
        if texts(old) != texts(new):
            yield f"cell {number}: the notebook has\n{texts(old)}\nand it gives\n{texts(new)}"


def main(arguments: list[str]) -> int:
    """The command; returns its exit status."""
    before = nbformat.read(NOTEBOOK, as_version=4)
    now = executed(before)
    if "--check" in arguments:
        found = list(differences(before, now))
        print("\n".join(found) or f"{NOTEBOOK.relative_to(ROOT)} is up to date")
        return 1 if found else 0
    nbformat.write(now, NOTEBOOK)
    print(f"{NOTEBOOK.relative_to(ROOT)}: {len(now.cells)} cells")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
