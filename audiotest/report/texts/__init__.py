"""The texts of the HTML reports, one file a language, English first. Another language is one more file with the same
keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from audiotest.registry import UnknownName, unknown

ENGLISH = "en"
_SENTENCES = ("verdict.", "note.")


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are texts in, as BCP 47 tags, English first."""
    names = {path.name.removesuffix(".yaml") for path in files(__name__).iterdir() if path.name.endswith(".yaml")}
    return ENGLISH, *sorted(names - {ENGLISH})


@cache
def texts(language: str) -> Mapping[str, str]:
    """All texts of a language by their keys. Raises :class:`~audiotest.registry.UnknownName`."""
    if language not in languages():
        raise UnknownName(unknown("language", language, languages()))
    return msgspec.yaml.decode((files(__name__) / f"{language}.yaml").read_bytes(), type=dict[str, str])


def shown_texts(*names: str) -> dict[str, dict[str, str]]:
    """The texts that a page itself looks up, by language: all but the sentences about its run, which it is given."""
    return {name: {k: v for k, v in texts(name).items() if not k.startswith(_SENTENCES)} for name in names}


def text(language: str, key: str, **values: object) -> str:
    """The text of ``key``, with the ``values`` in the place of their {names}."""
    return texts(language)[key].format(**values)
