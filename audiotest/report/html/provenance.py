"""How a run was made, for whoever looks at its page: where its numbers come from, and how to ask one item again."""

from __future__ import annotations

import shlex

from msgspec import UNSET

from audiotest.analyse.summary import Summary


def again(summary: Summary) -> list[str]:
    """The options of pytest that ask as this run asked."""
    if summary.rerun is not UNSET:
        return list(summary.rerun)
    # A run from before runs noted them.
    options = [f"{key}={value}" for key, value in (summary.model_options or {}).items()]
    seed = ["--seed", str(summary.seed)] if summary.seed else []
    spec = summary.model_spec or summary.model
    return ["--model", spec, *(word for option in options for word in ("--model-option", option)), *seed]


def made_by(summary: Summary) -> list[tuple[str, str]]:
    """Rows of a table: the command, the versions, the commit... whatever of it the run has noted."""
    git = summary.git or None
    rows = {
        "command": shlex.join(summary.command or ()),
        "model": summary.model_identity or "",
        "weights' commit": summary.model_commit or "",
        "seed": str(summary.seed) if isinstance(summary.seed, int) else "",
        "audiotest": summary.audiotest or "",
        "Python": f"{summary.python} on {summary.platform or ''}" if summary.python else "",
        "packages": ", ".join(f"{name} {version}" for name, version in (summary.packages or {}).items()),
        "GPUs": ", ".join(summary.gpus or ()),
        "commit": git.commit + (" and changes" if git.changed else "") if git else "",
        "stopped": summary.stopped or "",
    }
    return [(name, text) for name, text in rows.items() if text]
