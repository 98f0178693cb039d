"""audiotest: declare what an audio-language model should hear; pytest reports whether it listened.

Suites are YAML files that pytest runs (``pytest suites/ --model NAME``). The same engine runs from Python:

>>> import audiotest
>>> run = audiotest.run  # audiotest.run("suites/listening/pitch.yaml", model="listener")

``run``, ``arun``, ``compare``, ``score``, ``hear`` and ``load_suite`` are functions; ``Run``, ``Suite``, ``Case``,
``Verdict``, ``Reply``, ``Request``, ``Needs``, ``Generation`` and ``Waveform`` are what they take and give; every
error is an ``AudiotestError``. Importing this module imports nothing else until a name is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PUBLIC = {
    "run": "audiotest.api",
    "arun": "audiotest.api",
    "compare": "audiotest.api",
    "hear": "audiotest.api",
    "load_suite": "audiotest.api",
    "score": "",
    "Run": "audiotest.runs",
    "Suite": "audiotest.declare.suite",
    "Comparison": "audiotest.analyse.comparison",
    "AudiotestError": "audiotest.errors",
    **dict.fromkeys(
        ("Case", "Verdict", "Reply", "Request", "Needs", "Generation", "Waveform", "Record", "Estimate"),
        "audiotest.types",
    ),
}
__all__ = ["__version__", *_PUBLIC]

if TYPE_CHECKING:
    from audiotest import score as score
    from audiotest.analyse.comparison import Comparison as Comparison
    from audiotest.api import arun as arun
    from audiotest.api import compare as compare
    from audiotest.api import hear as hear
    from audiotest.api import load_suite as load_suite
    from audiotest.api import run as run
    from audiotest.declare.suite import Suite as Suite
    from audiotest.errors import AudiotestError as AudiotestError
    from audiotest.runs import Run as Run
    from audiotest.types import Case as Case
    from audiotest.types import Estimate as Estimate
    from audiotest.types import Generation as Generation
    from audiotest.types import Needs as Needs
    from audiotest.types import Record as Record
    from audiotest.types import Reply as Reply
    from audiotest.types import Request as Request
    from audiotest.types import Verdict as Verdict
    from audiotest.types import Waveform as Waveform


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'audiotest' has no attribute {name!r}")
    module = _PUBLIC[name]
    # `audiotest.score` is a package, and can be called (see there).
    return getattr(import_module(module), name) if module else import_module(f"audiotest.{name}")


def __dir__() -> list[str]:
    return sorted(__all__)
