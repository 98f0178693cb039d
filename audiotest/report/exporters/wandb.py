"""Weights & Biases: a run's figures as its summary, its provenance as its configuration, its trials as a table.

With ``WANDB_MODE=offline`` the run is written into a folder, which ``wandb sync`` sends later.
"""

from __future__ import annotations

import os
from pathlib import Path

from audiotest.counting import counted
from audiotest.report.exporters import _flat as flat
from audiotest.report.headline import title_of
from audiotest.runs import Run, RunError

needs = "audiotest[wandb]"


def send(run: Run, *, project: str = "audiotest", name: str = "", into: Path | None = None) -> str:
    """Send ``run`` to ``project``; ``into`` is the folder of wandb's own files. Returns a line that says where it is.

    Raises :class:`~audiotest.runs.RunError` without a key where one is needed and where the server refuses, and
    ImportError without wandb.
    """
    import wandb

    offline = os.environ.get("WANDB_MODE", "") in ("offline", "dryrun")
    if not offline and not wandb.api.api_key:
        raise RunError(
            "Weights & Biases has no key here: set WANDB_API_KEY or run `wandb login`; "
            "WANDB_MODE=offline writes a run that `wandb sync` sends later"
        )
    folder = into or Path()
    folder.mkdir(parents=True, exist_ok=True)
    settings = wandb.Settings(silent=True, console="off", disable_git=True, x_disable_stats=True)
    try:
        with wandb.init(
            project=project or "audiotest", name=name or title_of(run), dir=str(folder), config=flat.provenance(run),
            job_type="audiotest", mode="offline" if offline else "online", settings=settings,
        ) as sent:  # fmt: skip
            columns, rows = flat.rows(run)
            sent.summary.update(flat.figures(run))
            sent.log({"trials": wandb.Table(columns=[*columns], data=rows, allow_mixed_types=True)})
            place = Path(sent.dir).parent if offline else sent.url
    except wandb.Error as error:
        raise RunError(f"Weights & Biases: {error}") from None
    finally:
        if wandb.run is None:  # else a program has a run of its own going on
            wandb.teardown()  # its process writes the last of the run's file only when it ends
    return f"{place}: {counted(len(rows), 'trial')}" + (f" (`wandb sync {place}` sends them)" if offline else "")
