"""What a run of audiotest comes by: imported once here, and not again by each run inside a test."""

import pkgutil
from importlib import import_module

ROOMS = ("analyse", "audio", "baseline", "cli", "commands", "declare", "grade", "options", "plugin", "predict", "report",
         "runner", "runs", "score", "session")  # fmt: skip
"""Not models, most of which import torch, nor what imports libraries that read the environment."""


def import_run_modules():
    import audiotest

    for module in pkgutil.walk_packages(audiotest.__path__, "audiotest."):
        if module.name.split(".")[1] in ROOMS and "metrics.rouge" not in module.name:
            import_module(module.name)
    import_module("audiotest.models.listener")
