"""Metric modules for Hugging Face's ``evaluate`` that come with the package, one folder each.

``evaluate.load("rouge")`` asks a hub each time; loading one of these from its folder needs no network::

    import evaluate
    from audiotest.score.metrics import path

    rouge = evaluate.load(path("rouge"), keep_in_memory=True)
    rouge.compute(predictions=["a dog barks"], references=["the dog barks"])

``evaluate`` copies the module into its own cache folder (``HF_MODULES_CACHE``) and writes nothing elsewhere;
``keep_in_memory`` spares it the Arrow files that it otherwise writes on each ``compute``. The scorers of this
room call the per-reply functions that these modules are built from, and so import neither ``evaluate`` nor
``datasets``.
"""

from __future__ import annotations

from pathlib import Path


def path(name: str) -> str:
    """The folder of the metric ``name``, for ``evaluate.load``. Raises LookupError with the names there
    are."""
    folders = {entry.parent.name: entry.parent for entry in Path(__file__).parent.glob("*/*.py")}
    if name not in folders:
        raise LookupError(f"there is no metric {name!r} in this package; there is {', '.join(sorted(folders))}")
    return str(folders[name])
