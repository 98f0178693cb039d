"""The options of a multiple-choice row and which of them is right, in the forms that tables have them in.

Options: several columns, a column with a list (also as the text of one, as a CSV has it), an object of letters, or one
text with letters in it, ``(a) dog (b) cat`` or ``A. dog`` and ``B. cat`` on lines of their own.

Answers: the option's text, its letter, or its number from 0 or from 1. Which of these a column holds is decided once
for a table, by what fits its first rows; a column that fits two that disagree has to say it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any, Literal

import msgspec

Form = Literal["text", "letter", "index", "number"]
FORMS: tuple[Form, ...] = ("text", "letter", "index", "number")
"""``index`` counts from 0, ``number`` from 1."""
_STYLES = (
    re.compile(r"\(\s*([A-Za-z])\s*\)[.:]?[ \t]*"),
    re.compile(r"(?:(?<=\s)|^)([A-Za-z])[.):][ \t]+", re.MULTILINE),
    re.compile(r"(?:(?<=\s)|^)\(?(\d{1,2})[.)][ \t]+", re.MULTILINE),
)
_LETTER = re.compile(
    r"^\W*(?:option|answer|choice)?\s*\(?\[?([A-Za-z])\)?\]?\s*(?:[.):].*)?$", re.IGNORECASE | re.DOTALL
)


def options_of(value: Any) -> list[str] | None:
    """The options that a cell holds; None for what holds none."""
    if isinstance(value, dict):
        inner = value.get("text", value.get("choices"))
        value = inner if isinstance(inner, list) else [value[key] for key in sorted(value) if value[key] is not None]
    if isinstance(value, str):
        text = value.strip()
        return (_list_in(text) if text.startswith(("[", "(")) else None) or lettered(text)
    if not isinstance(value, Sequence):
        return None
    return _without_letters([str(item).strip() for item in value if item is not None])


def _list_in(text: str) -> list[str] | None:
    """The list that a text is, in JSON or as Python prints it."""
    for read in (msgspec.json.decode, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, list | tuple) and all(isinstance(item, str | int | float) for item in value):
            return _without_letters([str(item).strip() for item in value])
    return None


def lettered(text: str) -> list[str] | None:
    """The options of a text that has them with letters or numbers in order, from the last ``A`` (or 1) on that a ``B``
    follows; None where there are not two."""
    marks = _marks(text)
    if not marks:
        return None
    ends = [start for start, _ in marks[1:]] + [len(text)]
    options = [text[end:until].strip() for (_, end), until in zip(marks, ends, strict=True)]
    return [_trimmed(option) for option in options]


def before_options(text: str) -> str:
    """What stands before the options in a text that has them with letters: the question."""
    marks = _marks(text)
    return text[: marks[0][0]].strip() if marks else text


def _marks(text: str) -> list[tuple[int, int]]:
    """(start, end) of the marks of options, in the style that has most."""
    best: list[tuple[int, int]] = []
    for style in _STYLES:
        run: list[tuple[int, int]] = []
        for match in style.finditer(text):
            place = _place(match.group(1))
            if place == len(run):
                run.append(match.span())
            elif place == 0:
                if len(run) > max(1, len(best)):
                    best = run
                run = [match.span()]
        if len(run) > max(1, len(best)):
            best = run
    return best


def _place(mark: str) -> int:
    return int(mark) - 1 if mark.isdigit() else ascii_uppercase.index(mark.upper())


def _trimmed(option: str) -> str:
    return re.sub(r"\s*(?:[,;]|[,;]?\s+(?:and|or))$", "", option)


def _without_letters(options: list[str]) -> list[str]:
    """Options without the letters that each begins with, in order."""
    inner = []
    for i, option in enumerate(options):
        match = next((m for style in _STYLES if (m := style.match(option))), None)
        if match is None or _place(match.group(1)) != i or not option[match.end() :].strip():
            return options
        inner.append(option[match.end() :].strip())
    return inner


def answer_in(value: Any, options: Sequence[str], form: Form) -> int | None:
    """The place of the option that a cell names in this form; None for none."""
    text = str(value).strip()
    if form == "text":
        return _by_text(text, options)
    if form == "letter":
        match = _LETTER.match(text)
        place = ascii_uppercase.index(match.group(1).upper()) if match else None
    else:
        if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,6}(?:\.0+)?", text):
            return None
        place = int(float(text)) - (form == "number")
    return place if place is not None and 0 <= place < len(options) else None


def answers_in(value: Any, options: Sequence[str], form: Form, split: str = "") -> list[int] | None:
    """The places of the options that a cell names, each once: of one, of each of a list (also as the text of one, as a
    CSV has it), or of each part of a text between ``split``. None where one of them is no option."""
    places = [answer_in(one, options, form) for one in named_in(value, options, split)]
    return list(dict.fromkeys(place for place in places if place is not None)) if None not in places else None


def named_in(value: Any, options: Sequence[str], split: str = "") -> list[Any]:
    """What a cell of answers names, before it is looked for among ``options``."""
    if isinstance(value, list | tuple):
        return [one for one in value if one is not None]
    if isinstance(value, str) and value not in options:
        text = value.strip()
        if split and split in text:
            return [part.strip() for part in text.split(split)]
        if text.startswith("["):
            return list(_list_in(text) or [value])
    return [value]


def _by_text(text: str, options: Sequence[str]) -> int | None:
    if text in options:
        return list(options).index(text)
    bare = next((text[m.end() :].strip() for style in _STYLES if (m := style.match(text))), text)
    for wanted in (bare, text):
        same = [i for i, option in enumerate(options) if _plain(option) == _plain(wanted)]
        if len(same) == 1:
            return same[0]
    return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def form_of(rows: Sequence[tuple[Any, Sequence[str]]]) -> tuple[Form | None, str]:
    """The form that fits most of the (answer, options) pairs, and why none does where two fit alike and disagree."""
    places = {form: [answer_in(value, options, form) for value, options in rows] for form in FORMS}
    fits = {form: sum(place is not None for place in column) for form, column in places.items()}
    most = max(fits.values(), default=0)
    if not most:
        return None, ""
    best = [form for form in FORMS if fits[form] == most]
    for form in best[1:]:
        pairs = zip(places[best[0]], places[form], strict=True)
        example = next((value for (value, _), (one, other) in zip(rows, pairs, strict=True) if one != other), None)
        if example is not None:
            return None, (
                f"{example!r} can be the {_NAMES[best[0]]} of an option or its {_NAMES[form]}, and no row decides it; "
                f"write `answer: {{column: ..., as: {best[0]}}}` or `as: {form}`"
            )
    return best[0], ""


def form_name(form: Form) -> str:
    """What an answer of this form names, in words."""
    return _NAMES[form]


_NAMES: dict[Form, str] = {"text": "text", "letter": "letter", "index": "place from 0", "number": "place from 1"}
