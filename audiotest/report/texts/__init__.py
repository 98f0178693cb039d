"""The texts of the HTML reports, one file a language, English first. Another language is one more file with the same
keys.

``[trial|trials]`` is the form for a number ``n`` of 1, and that for others; ``[all:trial|trials]`` goes by another
number.

Run files are in English. What stands in them as a sentence of ours, such as why a gate failed, is shown in another
language by its text: keys that begin with ``reason.`` hold the English sentence as the code writes it, with {names} for
what varies, and :func:`translated` finds it. A sentence that no text fits stays as it is. ``texts.js`` does the same in
the browser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from audiotest.registry import UnknownName, unknown

ENGLISH = "en"
_SENTENCES = ("verdict.", "note.", "hear.", "heard.", "faculty.")
_LONGEST = 1000
"""Longer texts are none of ours."""
_NUMBERS = ("n", "all", "low", "high", "p")
_WORD = r"\S"
"""What stands for these names in a sentence: one word."""
_AS_WRITTEN = (
    "choice", "condition", "conditions", "file", "name", "option", "question", "root", "scorer", "scorers", "tags",
    "track", "versus", "words",
)  # fmt: skip
"""Names of what authors and models wrote: it stays, even where it is a word of ours."""
_FORMS = re.compile(r"\[(?:(?P<number>\w+):)?(?P<one>[^\[\]|]*)\|(?P<many>[^\[\]|]*)\]")
_PARTS = re.compile(r"(; |, )(?![^()]*\))")


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
    """The text of ``key``, with the ``values`` in the place of their {names}, and the forms that fit their numbers."""

    def form(match: re.Match[str]) -> str:
        return match["one"] if str(values.get(match["number"] or "n")) == "1" else match["many"]

    return _FORMS.sub(form, texts(language)[key]).format(**values)


def translated(language: str, sentence: str, kind: str = "reason") -> str:
    """A sentence of a run file in ``language``; what is none of ours stays. ``kind``: ``reason``, or ``heard`` for
    those of an audiogram. Several sentences, with ``;`` or ``,`` between them, are taken one by one.

    >>> translated("zh", "the reply is wrong")
    '回复错误'
    """
    if language == ENGLISH or not sentence or len(sentence) > _LONGEST:
        return sentence
    for key, pattern in _patterns(kind):
        if match := pattern.fullmatch(sentence):
            values = match.groupdict()
            return text(language, key, **{name: _value(language, name, value, kind) for name, value in values.items()})
    parts = _PARTS.split(sentence)
    if len(parts) == 1:
        return sentence
    return "".join(one if i % 2 else translated(language, one, kind) for i, one in enumerate(parts))


def _value(language: str, name: str, value: str, kind: str) -> str:
    """What stands in the place of a name: a sentence itself, a word of ours, or what an author wrote."""
    if kind == "heard":
        name_of_faculty, space, variant = value.partition(" ")
        if f"faculty.{name_of_faculty}" in texts(language):
            return f"{faculty_name(language, name_of_faculty)}{space}{variant}"
    if name in _AS_WRITTEN:
        return value
    return texts(language).get(f"word.{value}") or translated(language, value, kind)


def faculty_name(language: str, name: str) -> str:
    """What a faculty is called; one of another package has its own name in every language."""
    return texts(language).get(f"faculty.{name}", name)


@cache
def _patterns(kind: str) -> list[tuple[str, re.Pattern[str]]]:
    """The English sentences of a kind as patterns, by their keys."""
    pieces = {key: re.split(r"\{(\w+)\}", value) for key, value in texts(ENGLISH).items() if key.startswith(f"{kind}.")}
    return [
        (key, re.compile("".join(_group(p) if i % 2 else _literal(p) for i, p in enumerate(parts)), re.DOTALL))
        for key, parts in pieces.items()
    ]


def _literal(piece: str) -> str:
    """What stands between names, in either form."""
    outside = [re.escape(part) for part in _FORMS.sub("\0", piece).split("\0")]
    forms = [f"(?:{re.escape(match['one'])}|{re.escape(match['many'])})" for match in _FORMS.finditer(piece)]
    return "".join(part for pair in zip(outside, [*forms, ""], strict=True) for part in pair)


def _group(name: str) -> str:
    return f"(?P<{name}>{_WORD if name in _NUMBERS else '.'}+?)"
