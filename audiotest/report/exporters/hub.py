"""The Hugging Face Hub: a run as a data set with a row a trial, its summary, and a card that says what it is.

The repository is made private. Only replies, questions and verdicts are sent, no sound.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from audiotest import inert
from audiotest.counting import counted
from audiotest.report.exporters import _flat as flat
from audiotest.report.headline import as_text, headline, title_of
from audiotest.runs import Run, RunError

_HEAD = """---
tags: [audiotest, audio, evaluation]
configs:
- config_name: default
  data_files: trials.jsonl
---
"""


def send(run: Run, *, project: str = "", name: str = "", into: Path | None = None) -> str:
    """Push ``run`` to the data set ``project`` (``ORG/NAME``); ``name`` heads its card. With ``into`` the data set is
    written into that folder, and pushed only where ``project`` is given too. Returns a line that says where it is.

    Raises :class:`~audiotest.runs.RunError` without a token where one is needed, where the hub refuses,
    and where it cannot be reached; OSError.
    """
    if into is None and not project:
        raise RunError("name the data set, as in --project ORG/NAME, or a folder to write it into with --into FOLDER")
    if into is not None:
        write(run, into, name)
        return _push(into, project) if project else f"{into}: {counted(len(run.records), 'trial')}"
    with tempfile.TemporaryDirectory() as folder:
        write(run, Path(folder), name)
        return _push(Path(folder), project)


def write(run: Run, folder: Path, name: str = "") -> None:
    """The files of the data set. Raises OSError."""
    import msgspec

    folder.mkdir(parents=True, exist_ok=True)
    rows = flat.records_of(*flat.rows(run))
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "trials.jsonl").write_text(lines, encoding="utf-8")
    (folder / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(run.summary), indent=1))
    made = "".join(f"- {key}: {inert.markdown_name(value)}\n" for key, value in flat.provenance(run).items())
    about = f"# {inert.markdown_name(name or title_of(run))}\n\n{inert.markdown(as_text(headline(run)))}\n\n{made}"
    (folder / "README.md").write_text(_HEAD + about, encoding="utf-8")


def _push(folder: Path, project: str) -> str:
    from huggingface_hub import HfApi, get_token

    if not get_token():
        raise RunError("the Hugging Face Hub has no token here: set HF_TOKEN or run `hf auth login`")
    hub = HfApi()
    try:
        hub.create_repo(project, repo_type="dataset", private=True, exist_ok=True)
        done = hub.upload_folder(
            repo_id=project, repo_type="dataset", folder_path=folder, commit_message="A run of audiotest",
            allow_patterns=["README.md", "trials.jsonl", "summary.json"],
        )  # fmt: skip
    except Exception as error:  # no network shows as an error of whatever library asked
        raise RunError(f"the Hugging Face Hub: {flat.reason(error)}") from None
    return f"{done.commit_url}: pushed to the data set {project}"
