"""Some of Asterisk's recorded prompts by their file's name, with what is said in them."""

import os
import shutil
from pathlib import Path

from platformdirs import user_cache_path

CACHE = user_cache_path("audiotest", appauthor=False)
RECORDINGS = Path(os.environ.get("AUDIOTEST_RECORDINGS") or CACHE / "recordings")

PROMPTS = {
    "agent-pass": "Please enter your password followed by the pound key.",
    "all-circuits-busy-now": "All circuits are busy now.",
    "cannot-complete-as-dialed": "Your call cannot be completed as dialed.",
    "check-number-dial-again": "Please check the number and dial again.",
    "conf-extended": "The conference has been extended.",
    "conf-getpin": "Please enter the conference pin number.",
}


def suite(folder, sounds, prompts=PROMPTS, **more):
    """A suite file in ``folder`` that asks of each prompt what is said."""
    import yaml

    texts = list(prompts.values())
    cases = [
        {"id": name, "audio": f"{name}.wav", "question": "What does the speaker say?", "answer": text,
         "choices": [texts[(i + j) % len(texts)] for j in range(3)][:: (-1) ** i]}
        for i, (name, text) in enumerate(prompts.items())
    ]  # fmt: skip
    for name in prompts:
        shutil.copy(sounds / f"{name}.wav", folder)
    document = {"suite": "prompts", "policy": "gates", "conditions": ["original"], "cases": cases}
    path = folder / "suite.yaml"
    path.write_text(yaml.safe_dump({**document, **more}, sort_keys=False))
    return path
