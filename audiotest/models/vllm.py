"""``vllm:NAME``: a checkpoint in vLLM, whose server is started for the run and ended with it.

``vllm serve NAME`` of your installation runs on a free port of this machine, with its prefix cache on, so that a clip
is read once for all its questions. It is spoken to as any endpoint (:mod:`audiotest.models.openai`), and ends with the
run, also where that is interrupted or killed. If it cannot start, the error has the last lines of its log.

Options
    ``program``         the program to run (``vllm``), such as ``/envs/vllm/bin/vllm`` of an environment of its own
    ``start_timeout``   seconds until it is healthy (1800): weights may have to be downloaded
    ``in_flight``       requests at once (64)
    ``timeout``, ``retries``, ``audio``, ``audio_format``, ``max_tokens_as``, ``sample_rate``, ``channels``, ``clips``,
                        ``max_seconds``, ``thinking_end``  as for ``openai``; ``timeout`` is 600 s
    any other option    is the server's: ``max_model_len=4096`` is ``--max-model-len 4096``, ``enforce_eager=true`` is
                        ``--enforce-eager``

Replies are cached under the model's name, these options and the version that the server reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audiotest.models._served.adapter import Kind, Served, open_served

KIND = Kind(
    "vllm",
    program="vllm",
    command=("PROGRAM", "serve", "MODEL", "--served-model-name", "NAME", "--host", "127.0.0.1", "--port", "PORT",
             "--enable-prefix-caching"),
    audio="input_audio",
    versions=("/version",),
    install="pip install 'vllm[audio]'",
)  # fmt: skip


def open_model(argument: str | None, options: Mapping[str, Any]) -> Served:
    """``vllm:ORG/NAME`` or ``vllm:FOLDER``; raises ValueError for options that it does not take."""
    return open_served(KIND, argument, options)
