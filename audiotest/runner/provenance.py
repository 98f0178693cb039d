"""Where a run's numbers come from: what a reader needs to make them again."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from audiotest import __version__

if TYPE_CHECKING:
    from audiotest.runner.state import State

_PACKAGES = ("pytest", "pytest-xdist", "numpy", "scipy", "soundfile", "soxr", "torch", "transformers")


def provenance(state: State) -> dict[str, Any]:
    """Model, seed, command line, versions, suites with the hashes of their files, and the git state."""
    return {
        "model": state.model_name,
        "model_spec": state.spec,
        "model_options": dict(state.model_options),
        "rerun": _again(state),
        "seed": state.seed,
        "limit": state.limit,
        "command": ["pytest", *state.config.invocation_params.args],
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "audiotest": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "suite_files": {s.name: {"path": p, "sha256": s.digest} for p, s in _suites(state)},
        "git": _git(state.config.rootpath),
        "ci": bool(os.environ.get("CI")),
        "python_executable": os.path.basename(sys.executable),
    }


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


def _suites(state: State) -> list[tuple[str, Any]]:
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
