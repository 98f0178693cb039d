"""A metric of Hugging Face's ``evaluate``: of a folder, of those that are shipped, or by its name on the hub."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from pathlib import Path
from threading import get_ident
from typing import Any

from audiotest import foreign_code
from audiotest.score.metrics import path


def load(metric: str) -> Any:
    """The metric called ``metric``, or in the folder or file of that name. Raises ValueError with a sentence, also for
    one that is neither shipped nor allowed (:mod:`audiotest.foreign_code`)."""
    if (program := program_of(metric)) and not foreign_code.allowed():
        raise ValueError(foreign_code.refusal(program))
    return _loaded(metric)


def program_of(metric: str) -> str:
    """What loading the metric runs that does not come with audiotest; "" for one that does."""
    try:
        path(metric)
    except LookupError:
        return f"the metric {metric!r}" + ("" if is_path(metric) else ", from the hub,")
    return ""


class _Hidden(MetaPathFinder):
    """Makes a package that is not imported yet one that is not installed, for the thread that makes this."""

    def __init__(self, package: str) -> None:
        self._package, self._thread = package, get_ident()

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == self._package and get_ident() == self._thread:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


@contextmanager
def _without(package: str) -> Iterator[None]:
    finder = _Hidden(package)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def import_evaluate() -> Any:
    """The module ``evaluate``. With transformers at hand it would import that, torch and all pipelines, for evaluators
    that no metric has: 6 s of CPU in the place of 2."""
    import datasets  # noqa: F401 - which may look for any package

    with _without("transformers"):
        import evaluate
    return evaluate


@cache
def _loaded(metric: str) -> Any:
    evaluate = import_evaluate()
    place = metric if program_of(metric) else path(metric)
    folder = is_path(metric)
    if folder and not Path(metric).exists():
        raise ValueError(f"there is no metric at {metric}: it is a folder with a module of `evaluate` of the same name")
    try:
        return evaluate.load(place, keep_in_memory=True)
    except Exception as error:  # a module is a program of its author's, and the hub may be anywhere
        offline = "" if folder else "; without a network give the folder of its module, such as ./my_metric"
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(f"the metric {metric!r} cannot be loaded ({reason}){offline}") from None


def is_path(metric: str) -> bool:
    """Whether ``metric`` is a folder or a file, as written: ``./my_metric``, ``/opt/my_metric``."""
    return metric.startswith(".") or os.path.isabs(metric)


def compute(
    metric: str,
    field: str,
    predictions: Sequence[str],
    references: Sequence[Sequence[str]],
    options: Mapping[str, Any],
) -> float:
    """The figure ``field`` of a metric over replies and their references (at least one each).

    A metric that takes one reference gets the first; one that takes numbers gets numbers. A figure that is a list is
    taken by its mean. Raises ValueError with what the metric says, and for a field that it does not give.
    """
    module = load(metric)
    features = module.features if isinstance(module.features, list) else [module.features]
    numbers = all(str(getattr(one["predictions"], "dtype", "")).startswith(("int", "float")) for one in features)
    several = any(_is_list(one["references"]) for one in features)
    given: list[Any] = [[_number(text) for text in texts] if numbers else list(texts) for texts in references]
    try:
        result = module.compute(
            predictions=[_number(text) if numbers else text for text in predictions],
            references=given if several else [texts[0] for texts in given],
            **options,
        )
    except Exception as error:
        raise ValueError(f"the metric {metric!r} failed: {type(error).__name__}: {error}") from None
    return _figure(result, field, metric)


def _is_list(feature: Any) -> bool:
    return isinstance(feature, list) or type(feature).__name__ in ("Sequence", "LargeList", "List")


def _number(text: str) -> float:
    try:
        value = float(text.strip())
    except ValueError:
        raise ValueError(f"the metric takes numbers, and {text[:80]!r} is none") from None
    return int(value) if value.is_integer() else value


def _figure(result: Any, field: str, metric: str) -> float:
    value = result
    for key in field.split(".") if field else ():
        if not isinstance(value, dict) or key not in value:
            known = ", ".join(map(str, value)) if isinstance(value, dict) else type(value).__name__
            raise ValueError(f"the metric {metric!r} has no field {field!r}; it gives {known}")
        value = value[key]
    if isinstance(value, dict) and len(value) == 1:
        [value] = value.values()
    if isinstance(value, list | tuple) and value:
        value = sum(map(float, value)) / len(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        names = ", ".join(map(str, value)) if isinstance(value, dict) else repr(value)[:80]
        raise ValueError(f"`field` of the metric {metric!r} is no number; name one of {names}") from None
