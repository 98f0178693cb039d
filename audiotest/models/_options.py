"""Options of an adapter, from a card or the command line (where everything is text), as its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct

from audiotest.registry import unknown

S = TypeVar("S", bound=Struct)
_DTYPES = ("auto", "float32", "bfloat16", "float16", "float64")
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read(kind: type[S], adapter: str, given: Mapping[str, Any]) -> S:
    """``kind`` with ``given`` over its defaults, each value of the kind that its default has.

    A field ``class_`` is the option ``class``. Raises ValueError for an option that there is not, or a value unfit
    for it.
    """
    names = {name.rstrip("_"): name for name in kind.__struct_fields__}
    defaults = kind()
    fields = {}
    for option, value in given.items():
        if option not in names:
            raise ValueError(unknown(f"option of {adapter}:", option, sorted(names)))
        fields[names[option]] = _typed(option, value, getattr(defaults, names[option]))
        _check(option, fields[names[option]])
    return kind(**fields)


def apart(options: Mapping[str, Any], *parts: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The options of a model that is made of ``parts``, and those of each part, which are given as ``PART.OPTION``."""
    own = {key: value for key, value in options.items() if "." not in key}
    unknown_parts = [key for key in options if "." in key and key.partition(".")[0] not in parts]
    if unknown_parts:
        raise ValueError(unknown("part:", unknown_parts[0].partition(".")[0], list(parts)))
    return own, [{k.partition(".")[2]: str(v) for k, v in options.items() if k.startswith(f"{p}.")} for p in parts]


def _check(option: str, value: Any) -> None:
    """What holds for an option of any adapter: nothing is counted or measured below 0, and a batch holds something."""
    least = 1 if option == "batch_size" else 0
    if isinstance(value, int | float) and not value >= least:
        raise ValueError(f"`{option}` is at least {least}, not {value!r}")
    if option == "dtype" and value not in _DTYPES:
        raise ValueError(f"`dtype` is one of {', '.join(_DTYPES)}, not {value!r}")


def _typed(option: str, value: Any, default: Any) -> Any:
    try:
        if isinstance(default, bool):
            return value if isinstance(value, bool) else _WORDS[str(value).lower()]
        return type(default)(value)
    except (KeyError, ValueError, TypeError):
        wanted = "true or false" if isinstance(default, bool) else f"a value of the kind {type(default).__name__}"
        raise ValueError(f"`{option}` takes {wanted}, not {value!r}") from None
