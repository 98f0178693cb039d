"""From ``--model SPEC`` to an adapter.

SPEC is a card's name (``salmonn``) or ``ADAPTER[:ARGUMENT]`` (``replay:predictions.jsonl``). A card is a
YAML file that names the adapter, the checkpoint and the settings; cards come with audiotest, from a folder in
``$AUDIOTEST_CARDS``, or from packages with an entry point in the group ``audiotest.cards``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, field

from audiotest.declare.document import read_document
from audiotest.declare.problems import SuiteError
from audiotest.errors import AudiotestError
from audiotest.models.protocol import Adapter, Embedder
from audiotest.registry import ADAPTERS, unknown
from audiotest.resources import PACKAGE


class ModelError(AudiotestError):
    """A model that cannot be named, opened or loaded; the message says why and what to do."""


class Card(Struct, frozen=True):
    """A model card; see ``schemas/card.schema.json``."""

    model: str
    adapter: str
    status: str
    title: str = ""
    checkpoint: str | None = None
    revision: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    batch_size: int | None = None
    packages: tuple[str, ...] = ()
    licence: str = ""
    source: str = ""
    notes: str = ""
    path: str = ""


def card_folders() -> Iterator[Path]:
    """Where cards are looked for; a later folder wins over an earlier one of the same model."""
    yield PACKAGE / "models" / "cards"
    for entry in entry_points(group="audiotest.cards"):
        yield Path(entry.load())
    for folder in filter(None, os.environ.get("AUDIOTEST_CARDS", "").split(os.pathsep)):
        yield Path(folder)


@cache
def cards() -> dict[str, Card]:
    """All cards by name. Raises :class:`ModelError` naming the places of what is wrong in a card."""
    found: dict[str, Card] = {}
    for folder in card_folders():
        for path in sorted(folder.glob("*.yaml")):
            card = read_card(path)
            found[card.model] = card
    return found


def read_card(path: Path) -> Card:
    """Read and validate one card; raises :class:`ModelError`."""
    document, problems = read_document("card", str(path), path.read_bytes())
    if problems:
        raise ModelError(str(SuiteError(problems)))
    return convert({**document.data, "path": str(path)}, Card)


def open_model(spec: str, options: Mapping[str, str] | None = None) -> Adapter:
    """The adapter for ``spec``, not yet loaded. Raises :class:`ModelError`."""
    name, colon, argument = spec.partition(":")
    given: dict[str, Any] = dict(options or {})
    card = None if colon else cards().get(name)
    if card is not None:
        name, argument = card.adapter, card.checkpoint or ""
        given = {**card.options, **({"revision": card.revision} if card.revision else {}), **given}
    if name not in ADAPTERS.names():
        known = sorted({*cards(), *(f"{a}:..." for a in ADAPTERS.names())})
        raise ModelError(unknown("model", spec, known))
    try:
        adapter: Adapter = ADAPTERS.get(name)(argument or None, given)
    except (ValueError, OSError) as error:
        raise ModelError(f"the model {spec!r} cannot be opened: {error}") from error
    if card is not None and card.batch_size is not None and "batch_size" not in (options or {}):
        adapter.batch_size = card.batch_size
    return adapter


def open_embedder(spec: str, options: Mapping[str, str] | None = None) -> Embedder:
    """The embedding model that ``spec`` names, not yet loaded. Raises :class:`ModelError`."""
    model: Any = open_model(spec, options)
    if not isinstance(model, Embedder):
        raise ModelError(f"{spec!r} answers, but gives no embeddings; name an embedding model such as nv-embed-v2")
    return model
