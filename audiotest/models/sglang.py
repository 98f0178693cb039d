"""``sglang:NAME``: a checkpoint in SGLang, whose server is started for the run and ended with it.

``python -m sglang.launch_server --model-path NAME`` of your installation runs on a free port of this machine; its
prefix cache is on unless you turn it off, so that a clip is read once for all its questions. Everything else is as for
``vllm``.

Options
    ``program``         the Python that has SGLang (``python``), such as ``/envs/sglang/bin/python``
    ``start_timeout``   seconds until it is healthy (1800): weights may have to be downloaded
    ``in_flight``       requests at once (64)
    ``timeout``, ``retries``, ``audio``, ``audio_format``, ``max_tokens_as``, ``sample_rate``, ``channels``, ``clips``,
                        ``max_seconds``, ``thinking_end``  as for ``openai``; ``timeout`` is 600 s, ``audio``
                        ``audio_url``
    any other option    is the server's: ``mem_fraction_static=0.8`` is ``--mem-fraction-static 0.8``

Replies are cached under the model's name, these options and the version that the server reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audiotest.models._served.adapter import Kind, Served, open_served

KIND = Kind(
    "sglang",
    program="python",
    command=("PROGRAM", "-m", "sglang.launch_server", "--model-path", "MODEL", "--served-model-name", "NAME",
             "--host", "127.0.0.1", "--port", "PORT"),
    audio="audio_url",
    versions=("/get_server_info", "/server_info"),
    install="pip install 'sglang[all]'",
    module="sglang",
)  # fmt: skip


def open_model(argument: str | None, options: Mapping[str, Any]) -> Served:
    """``sglang:ORG/NAME`` or ``sglang:FOLDER``; raises ValueError for options that it does not take."""
    return open_served(KIND, argument, options)
