"""How a run was made, for whoever looks at its page: where its numbers come from, and how to ask one item again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any


def again(summary: Mapping[str, Any]) -> list[str]:
    """The options of pytest that ask as this run asked."""
    if "rerun" in summary:
        return list(map(str, summary["rerun"]))
    # A run from before runs noted them.
    options = [f"{key}={value}" for key, value in (summary.get("model_options") or {}).items()]
    seed = ["--seed", str(summary["seed"])] if summary.get("seed") else []
    spec = str(summary.get("model_spec") or summary.get("model", ""))
    return ["--model", spec, *(word for option in options for word in ("--model-option", option)), *seed]


def made_by(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Rows of a table: the command, the versions, the commit... whatever of it the run has noted."""
    git = summary.get("git") or {}
    rows = {
        "command": shlex.join(map(str, summary.get("command") or ())),
        "model": str(summary.get("model_identity", "")),
        "weights' commit": str(summary.get("model_commit", "")),
        "seed": str(summary.get("seed", "")),
        "audiotest": str(summary.get("audiotest", "")),
        "Python": f"{summary.get('python', '')} on {summary.get('platform', '')}" if "python" in summary else "",
        "packages": ", ".join(f"{name} {version}" for name, version in (summary.get("packages") or {}).items()),
        "GPUs": ", ".join(map(str, summary.get("gpus") or ())),
        "commit": str(git.get("commit", "")) + (" and changes" if git.get("changed") else ""),
    }
    return [(name, text) for name, text in rows.items() if text]
