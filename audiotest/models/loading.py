"""From ``--model SPEC`` to an adapter.

SPEC is a card's name (``salmonn``) or ``ADAPTER[:ARGUMENT]`` (``replay:predictions.jsonl``). A card is a
YAML file that names the adapter, the checkpoint and the settings; cards come with audiotest, from a folder in
``$AUDIOTEST_CARDS``, or from packages with an entry point in the group ``audiotest.cards``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Any, Protocol

from msgspec import Struct, ValidationError, convert, field

from audiotest.declare.document import read_document
from audiotest.declare.problems import SuiteError
from audiotest.declare.yaml import parse
from audiotest.errors import AudiotestError
from audiotest.masking import masked
from audiotest.models.protocol import Adapter, Embedder
from audiotest.registry import ADAPTERS, entries, unknown
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


class BrokenCard(Struct, frozen=True):
    """A card that cannot be used: ``model`` is the name in it, or its file's; ``message`` is all that is wrong."""

    model: str
    path: str
    message: str


def card_folders() -> Iterator[Path | BrokenCard]:
    """Where cards are looked for; a later folder wins over an earlier one of the same model. An entry point that cannot
    be loaded stands for the cards that it would bring."""
    yield PACKAGE / "models" / "cards"
    for entry in entries("audiotest.cards"):
        try:
            yield Path(entry.load())
        except Exception as error:  # another package's code
            message = f"the cards of {entry.value} cannot be found: {type(error).__name__}: {error}"
            yield BrokenCard(entry.name, entry.value, message)
    for folder in filter(None, os.environ.get("AUDIOTEST_CARDS", "").split(os.pathsep)):
        yield Path(folder)


def cards() -> dict[str, Card]:
    """All usable cards by name."""
    return _all_cards()[0]


def broken_cards() -> dict[str, BrokenCard]:
    """The cards that cannot be used by name: to be reported where cards are listed, or where one of them is named."""
    return _all_cards()[1]


@cache
def _all_cards() -> tuple[dict[str, Card], dict[str, BrokenCard]]:
    usable: dict[str, Card] = {}
    broken: dict[str, BrokenCard] = {}
    for folder in card_folders():
        if isinstance(folder, BrokenCard):
            broken[folder.model] = folder
            continue
        for path in sorted(folder.glob("*.yaml")):
            try:
                card = read_card(path)
            except ModelError as error:
                name = _card_name(path)
                broken[name] = BrokenCard(name, str(path), str(error))
                usable.pop(name, None)  # it was to take the place of that one
            else:
                usable[card.model] = card
                broken.pop(card.model, None)
    return usable, broken


def read_card(path: Path) -> Card:
    """Read and validate one card; raises :class:`ModelError`."""
    try:
        document, problems = read_document("card", str(path), path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error}") from None
    if problems:
        raise ModelError(str(SuiteError(problems)))
    try:
        return convert({**document.data, "path": str(path)}, Card)
    except ValidationError as error:
        raise ModelError(f"{path}: {error}") from None


def _card_name(path: Path) -> str:
    """The name that a broken card has given itself, as far as it can be read."""
    try:
        data = parse(path.read_bytes(), str(path)).data
    except OSError:
        return path.stem
    name = data.get("model") if isinstance(data, dict) else None
    return name if isinstance(name, str) and name else path.stem


def open_model(spec: str, options: Mapping[str, str] | None = None) -> Adapter:
    """The adapter for ``spec``, not yet loaded. Raises :class:`ModelError`."""
    name, colon, argument = spec.partition(":")
    given: dict[str, Any] = dict(options or {})
    if not colon and name in broken_cards():
        raise ModelError(f"the card of {name!r} cannot be used:\n{broken_cards()[name].message}")
    card = None if colon else cards().get(name)
    if card is not None:
        name, argument = card.adapter, card.checkpoint or ""
        given = {**card.options, **({"revision": card.revision} if card.revision else {}), **given}
    if name not in ADAPTERS:
        known = sorted({*cards(), *(f"{a}:..." for a in ADAPTERS.names())})
        raise ModelError(unknown("model", masked(spec), known))
    try:
        adapter: Adapter = ADAPTERS.get(name).open_model(argument or None, given)
    except (ValueError, OSError) as error:
        raise ModelError(f"the model {masked(spec)!r} cannot be opened: {masked(str(error))}") from error
    if card is not None and card.batch_size is not None and "batch_size" not in (options or {}):
        adapter.batch_size = card.batch_size
    if shown := _shown(options or {}):
        adapter.name = f"{adapter.name} [{shown}]"
    return adapter


_NOT_SHOWN = frozenset(
    ("batch_size", "device", "memory", "in_flight", "timeout", "start_timeout", "retries", "wait", "per_minute",
     "input_price", "output_price", "key_env", "program", "listener", "llm", "embedder")
)  # fmt: skip
"""Options that decide no reply, and the parts of a model made of several, whose names are in its own."""
_MOST_OF_A_VALUE = 40


def _shown(options: Mapping[str, Any]) -> str:
    """The options that a user gave, so far as they change replies: models that differ in them differ in their names."""
    given = {k: masked(str(v)) for k, v in sorted(options.items()) if k not in _NOT_SHOWN and "." not in k}
    return ", ".join(f"{key}={_short(value)}" for key, value in given.items())


def _short(value: str) -> str:
    """A value as it is shown; of a long one (a template) the beginning, and a hash of it."""
    if len(value) <= _MOST_OF_A_VALUE and "\n" not in value:
        return value
    return f"{' '.join(value.split())[:24]}... {hashlib.sha256(value.encode()).hexdigest()[:6]}"


class _Loads(Protocol):
    def load(self) -> None: ...


_MOST_CHARACTERS = 400
"""Of what a library says when a model cannot be loaded."""


def load_model(model: _Loads, spec: str, name: str) -> None:
    """Load a model. Raises :class:`ModelError` with one sentence, which says what to do."""
    try:
        model.load()
    except Exception as error:
        text = masked(" ".join(str(error).split())) or type(error).__name__
        if len(text) > _MOST_CHARACTERS:  # what a traceback ends with says most
            text = f"{text[: _MOST_CHARACTERS // 3]} ... {text[-2 * _MOST_CHARACTERS // 3 :]}"
        raise ModelError(
            f"the model {name} cannot be loaded: {text}; `audiotest doctor --model {quote(masked(spec))}` says what is "
            "missing"
        ) from error


def open_embedder(spec: str, options: Mapping[str, str] | None = None) -> Embedder:
    """The embedding model that ``spec`` names, not yet loaded. Raises :class:`ModelError`."""
    model: Any = open_model(spec, options)
    if not isinstance(model, Embedder):
        shown = masked(spec)
        raise ModelError(f"{shown!r} answers, but gives no embeddings; name an embedding model such as nv-embed-v2")
    return model
