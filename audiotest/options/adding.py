"""audiotest's options among pytest's, and what they change while a session lasts."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from audiotest import foreign_code
from audiotest.options.names import long_name, short_options
from audiotest.options.table import OPTIONS


def add_options(parser: Any) -> None:
    """Declare them with pytest's ``parser``; ``pytest --help`` shows the texts. Each has a long spelling too
    (``--audiotest-seed``), by which it goes where another plugin has an option of the same name."""
    parser.addini("audiotest_progress", default="",
                  help="seconds between lines that say how far the run is (30, in CI 60); 0: never")  # fmt: skip
    group = parser.getgroup("audiotest", "audiotest: suites of audio cases that a model answers")
    short = short_options(parser, group)
    for name, about in OPTIONS:
        names = short.free([name, long_name(name)])
        group.addoption(*names, **about)
        short.own(names)


def set_environment(config: Any) -> None:
    """For as long as pytest's ``config`` is in use, here and in the workers that it starts, what ``--audio-root`` and
    ``--allow-code`` allow is allowed, and suites' variables have the values of ``--var``."""
    from audiotest.declare.audio_roots import allowing
    from audiotest.declare.variables import given

    home, option, contexts = config.invocation_params.dir, config.option, ExitStack()
    contexts.enter_context(allowing(home / folder for folder in option.audiotest_audio_roots))
    contexts.enter_context(given(option.audiotest_variables))
    contexts.enter_context(foreign_code.allowing(option.audiotest_allow_code))
    config.add_cleanup(contexts.close)
