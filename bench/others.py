"""The same items by other frameworks, where they are installed, each with its own model that answers at once.

They are looked for on the PATH, or named by ``$LM_EVAL``, ``$LMMS_EVAL`` and ``$INSPECT`` (they want environments of
their own). inspect_ai counts tokens with a vocabulary that it downloads: without a network, ``$TIKTOKEN_CACHE_DIR`` has
to have it. lm-eval is asked for likelihoods, as its multiple choice is; the others for text, which lmms-eval compares
with the letter.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TASK = """\
task: instant
dataset_path: json
dataset_kwargs: {{data_files: {{test: {items}}}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{question}}}}"
doc_to_choice: "{{{{choices}}}}"
doc_to_target: "{{{{choices.index(answer)}}}}"
metric_list: [{{metric: acc}}]
"""
LMMS_TASK = """\
task: instant_lmms
dataset_path: json
dataset_kwargs: {{data_files: {{test: {items}}}}}
test_split: test
output_type: generate_until
doc_to_visual: !function prompts.visuals
doc_to_text: !function prompts.text
doc_to_target: letter
generation_kwargs: {{max_new_tokens: 8}}
metric_list: [{{metric: exact_match, aggregation: mean, higher_is_better: true}}]
"""
LMMS_PROMPTS = """\
def visuals(item):
    return []


def text(item, lmms_eval_specific_kwargs=None):
    return "\\n".join([item["question"], *(f"{letter}. {choice}" for letter, choice in zip("ABCD", item["choices"]))])
"""
INSPECT = """\
from inspect_ai import Task, task
from inspect_ai.dataset import Sample, json_dataset
from inspect_ai.scorer import choice
from inspect_ai.solver import multiple_choice


def sample(record):
    target = "ABCD"[record["choices"].index(record["answer"])]
    return Sample(input=record["question"], choices=record["choices"], target=target, id=record["id"])


@task
def instant():
    return Task(dataset=json_dataset("items.jsonl", sample), solver=multiple_choice(), scorer=choice())
"""
OFFLINE = {"HF_HUB_OFFLINE": "1"}


def write(folder: Path, n: int, choices: Sequence[str]) -> None:
    """The items of the suite, as each of them reads them."""
    with (folder / "items.jsonl").open("w") as file:
        for i in range(n):
            item = {"id": f"case-{i}", "question": f"What is heard in clip number {i}?", "choices": list(choices)}
            right = i % len(choices)
            file.write(json.dumps({**item, "answer": choices[right], "letter": "ABCD"[right]}) + "\n")
    (folder / "instant.yaml").write_text(TASK.format(items=folder / "items.jsonl"))
    (folder / "instant.py").write_text(INSPECT)
    (folder / "lmms").mkdir()
    (folder / "lmms" / "instant_lmms.yaml").write_text(LMMS_TASK.format(items=folder / "items.jsonl"))
    (folder / "lmms" / "prompts.py").write_text(LMMS_PROMPTS)


def commands(folder: Path) -> dict[str, tuple[list[str], Path]]:
    """What is timed of those that are installed."""
    found = {}
    names = ("lm_eval", "lmms-eval", "inspect")
    lm_eval, lmms_eval, inspect = (os.environ.get(n.upper().replace("-", "_")) or shutil.which(n) for n in names)
    if lm_eval:
        asked = [lm_eval, "--model", "dummy", "--tasks", "instant", "--include_path", str(folder)]
        found["lm-eval, dummy model"] = asked, folder
    if lmms_eval:
        asked = [
            lmms_eval,
            "eval",
            "--model",
            "dummy",
            "--tasks",
            "instant_lmms",
            "--include_path",
            str(folder / "lmms"),
        ]
        found["lmms-eval, dummy model"] = asked, folder
    if inspect:
        asked = [inspect, "eval", "instant.py", "--model", "mockllm/model", "--display", "none"]
        if _answers(asked, folder):
            found["inspect_ai, mock model"] = asked, folder
    return found


def _answers(asked: list[str], folder: Path) -> bool:
    """Whether inspect_ai gets to the end: its exit status does not tell, its log does."""
    logs = folder / "tried"
    tried = [*asked, "--limit", "5", "--log-dir", str(logs), "--log-format", "json"]
    subprocess.run(tried, cwd=folder, capture_output=True, check=False)
    log = next((json.loads(path.read_text()) for path in logs.glob("*.json")), {})
    if log.get("status") == "success":
        return True
    print(f"inspect_ai is left out, it fails here: {(log.get('error') or {}).get('message')}", file=sys.stderr)
    return False
