"""Which worker has which GPU: the controller hands out slots, a worker pins its own before torch is imported.

A slot is freed when its worker goes down, so that the worker which replaces ``gw1``, and is called ``gw2``, gets the
GPU of the one that died. What is pinned lies within the caller's own ``CUDA_VISIBLE_DEVICES``.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path

VISIBLE = "CUDA_VISIBLE_DEVICES"
_NVIDIA = Path("/proc/driver/nvidia/gpus")
_SECONDS = 5


def gpus(environment: MutableMapping[str, str] | None = None, driver: Path = _NVIDIA) -> list[str]:
    """The GPUs that this process may use, by the names that ``CUDA_VISIBLE_DEVICES`` gives them; no torch needed."""
    given = (os.environ if environment is None else environment).get(VISIBLE)
    if given is not None:
        names = [name.strip() for name in given.split(",")]
        # CUDA stops at the first name that is none; -1 is the usual way to hide all.
        return names[: next((i for i, name in enumerate(names) if name in ("", "-1")), len(names))]
    try:
        return [str(i) for i in range(len(list(driver.iterdir())))]
    except OSError:
        return []


def gpu_models(driver: Path = _NVIDIA) -> list[str]:
    """What the machine's GPUs are, such as ``NVIDIA H200``, as the driver reports them, without torch."""
    models = []
    for place in sorted(driver.glob("*/information")):
        with suppress(OSError):
            lines = (line.partition(":") for line in place.read_text(encoding="utf-8").splitlines())
            models += [value.strip() for name, _, value in lines if name.strip() == "Model"]
    return models


def gpu_memory(driver: Path = _NVIDIA) -> list[tuple[int, int]]:
    """(used, whole) memory in MiB of each GPU that this process may use, whoever uses it, as ``nvidia-smi`` reports
    them; empty without a GPU or without that program. It takes about a tenth of a second."""
    visible = gpus(driver=driver) if driver.is_dir() else []
    if not visible:
        return []
    query = ["nvidia-smi", "--query-gpu=index,uuid,memory.used,memory.total", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
        rows = [[cell.strip() for cell in line.split(",")] for line in done.stdout.splitlines()]
        return [(int(used), int(whole)) for index, uuid, used, whole in rows if {index, uuid} & set(visible)]
    except (OSError, subprocess.SubprocessError, ValueError):
        return []


class Slots:
    """The controller's slots, one a GPU; more workers than GPUs share them in turn."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self._taken: dict[str, int] = {}

    def take(self, worker: str) -> str | None:
        """The GPU for ``worker``: the one that the fewest have; None without GPUs."""
        if not self.names:
            return None
        counts = [list(self._taken.values()).count(i) for i in range(len(self.names))]
        slot = self._taken[worker] = counts.index(min(counts))
        return self.names[slot]

    def free(self, worker: str) -> None:
        """``worker`` is gone."""
        self._taken.pop(worker, None)


def pin(name: str | None, environment: MutableMapping[str, str] | None = None) -> None:
    """Let this process see only the GPU ``name``; nothing for None."""
    if name is not None:
        (os.environ if environment is None else environment)[VISIBLE] = name
