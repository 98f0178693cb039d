"""Where a run's numbers come from: what a reader needs to make them again."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from msgspec import UNSET

from audiotest import __version__
from audiotest.analyse.summary import CardStamp, GitState, HeardAt, Provenance, SuiteFile
from audiotest.declare.suite import Suite
from audiotest.devices import gpu_models
from audiotest.masking import masked
from audiotest.models.loading import ModelError, cards
from audiotest.models.protocol import Adapter

_PACKAGES = ("pytest", "pytest-xdist", "numpy", "scipy", "soundfile", "soxr", "av", "torch", "transformers")


def in_ci() -> bool:
    """Whether this runs in continuous integration, which all of its services say in the environment (``CI``)."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def provenance(
    model_name: str,
    spec: str,
    options: dict[str, str],
    model: Adapter | None,
    *,
    suites: Iterable[Suite],
    root: Path,
    seed: int,
    limit: int | None,
    limit_first: int | None = None,
    command: Sequence[str],
    rerun: Sequence[str],
    stopped: str,
) -> Provenance:
    """Model, seed, command line, versions, suites with the hashes of their files, and the git state of ``root``.

    ``model`` is the one that answered, None where it is not at hand. Passwords in URLs are stars, wherever they stand.
    """
    return Provenance(
        model=model_name,
        model_spec=masked(spec),
        model_options={name: masked(value) for name, value in options.items()},
        **_model(spec, model),
        rerun=[masked(word) for word in rerun],
        seed=seed,
        limit=limit,
        limit_first=UNSET if limit_first is None else limit_first,
        command=[masked(word) for word in command],
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        audiotest=__version__,
        python=platform.python_version(),
        platform=platform.platform(),
        packages={name: version for name in _PACKAGES if (version := _version(name))},
        gpus=gpu_models(),
        suite_files={suite.name: _file(suite, root) for suite in suites},
        git=_git(root),
        ci=in_ci(),
        python_executable=os.path.basename(sys.executable),
        stopped=masked(stopped) or UNSET,
    )


def _model(spec: str, model: Adapter | None) -> dict[str, Any]:
    """What decided the replies: the model's identity, with its weights' revision and its settings, the hub's commit,
    its card, and the rate and channels at which it heard."""
    about: dict[str, Any] = {}
    try:
        card = cards().get(spec) if ":" not in spec else None
        card_file = Path(card.path).read_bytes() if card is not None else b""
    except (ModelError, OSError):  # a card or a file that is gone by now costs the run nothing
        return about
    if model is not None:
        needs = model.needs
        about["model_identity"] = model.identity or UNSET
        about["model_commit"] = str(getattr(model, "commit", "")) or UNSET
        if needs.audio:
            about["heard_at"] = HeardAt(needs.sample_rate, needs.channels, needs.clips)
    if card is not None:
        about["card"] = CardStamp(card.model, card.revision or "", hashlib.sha256(card_file).hexdigest())
    return about


def _file(suite: Suite, root: Path) -> SuiteFile:
    """A suite's file; for an imported one also the benchmark's own revision and source."""
    path = os.path.relpath(suite.path, root) if suite.path else ""
    return SuiteFile(
        path, suite.digest, suite.about.get("source", ""), suite.about.get("revision", ""), suite.size, suite.sample
    )


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _git(root: Path) -> GitState | None:
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
    return GitState(commit.strip(), bool(status.strip()))
