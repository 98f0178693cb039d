"""Where a run's numbers come from: what a reader needs to make them again."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiotest import __version__
from audiotest.models.loading import ModelError, cards
from audiotest.runner.devices import gpu_models

if TYPE_CHECKING:
    from audiotest.declare.suite import Suite
    from audiotest.runner.state import State

_PACKAGES = ("pytest", "pytest-xdist", "numpy", "scipy", "soundfile", "soxr", "torch", "transformers")


def provenance(state: State) -> dict[str, Any]:
    """Model, seed, command line, versions, suites with the hashes of their files, and the git state."""
    return {
        "model": state.model_name,
        "model_spec": state.spec,
        "model_options": dict(state.model_options),
        **_model(state),
        "rerun": _again(state),
        "seed": state.seed,
        "limit": state.limit,
        "command": ["pytest", *state.config.invocation_params.args],
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "audiotest": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "gpus": gpu_models(),
        "suite_files": {s.name: {"path": p, "sha256": s.digest, **_release(s)} for p, s in _suites(state)},
        "git": _git(state.config.rootpath),
        "ci": bool(os.environ.get("CI")),
        "python_executable": os.path.basename(sys.executable),
    }


def _model(state: State) -> dict[str, Any]:
    """What decided the replies: the model's identity, with its weights' revision and its settings, the hub's commit,
    its card, and the rate and channels at which it heard."""
    found: dict[str, Any] = {}
    try:
        model, card = state.model_at_hand(), cards().get(state.spec) if ":" not in state.spec else None
        card_file = Path(card.path).read_bytes() if card is not None else b""
    except (ModelError, OSError):  # a card or a file that is gone by now costs the run nothing
        return found
    if model is not None:
        needs = model.needs
        found["model_identity"] = model.identity
        found["model_commit"] = str(getattr(model, "commit", ""))
        if needs.audio:
            found["heard_at"] = {"sample_rate": needs.sample_rate, "channels": needs.channels, "clips": needs.clips}
    if card is not None:
        digest = hashlib.sha256(card_file).hexdigest()
        found["card"] = {"model": card.model, "revision": card.revision or "", "sha256": digest}
    return {name: value for name, value in found.items() if value}


def _release(suite: Suite) -> dict[str, str]:
    """Where an imported suite is from: the benchmark's own revision and source."""
    return {key: suite.about[key] for key in ("source", "revision") if key in suite.about}


def _again(state: State) -> list[str]:
    """The options that decide what a trial is asked and how it is judged, to ask one of them again."""
    option = state.config.option
    found = ["--model", option.audiotest_model] if option.audiotest_model else []
    found += [word for pair in option.audiotest_model_options for word in ("--model-option", pair)]
    for name in ("judge", "embedder"):
        spec = getattr(option, f"audiotest_{name}")
        found += [f"--{name}", spec] if spec else []
        found += [word for pair in getattr(option, f"audiotest_{name}_options") for word in (f"--{name}-option", pair)]
    return found + (["--seed", str(state.seed)] if state.seed else [])


def _suites(state: State) -> list[tuple[str, Suite]]:
    root = state.config.rootpath
    return [(os.path.relpath(path, root), suite) for path, suite in state.suites.items()]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _git(root: Any) -> dict[str, Any] | None:
    """The commit and whether anything is changed beside it; None outside a repository."""
    try:
        commit, status = (
            subprocess.run(  # noqa: S603
                ["git", "-C", str(root), *args],  # noqa: S607
                capture_output=True,
                text=True,
                timeout=10,
                check=True,
            ).stdout
            for args in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit.strip(), "changed": bool(status.strip())}
