"""The documentation: its reference is up to date, it builds without a warning, its links lead somewhere."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import audiotest

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}


def run(*command):
    return subprocess.run(
        [sys.executable, *map(str, command)], cwd=ROOT, env=ENV, capture_output=True, text=True, check=False
    )


def test_the_reference_is_what_the_schemas_and_help_texts_say():
    done = run("tools/reference.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(find_spec("material") is None or find_spec("mkdocstrings") is None, reason="needs the extra dev")
def test_the_site_builds_without_a_warning(tmp_path):
    done = run("-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "reference" / "suite.html").is_file()
    shown = set(re.findall(r'<h3 id="([\w.]+)"', (tmp_path / "site" / "api.html").read_text(encoding="utf-8")))
    documented = {name.removesuffix("._Score.__call__").rpartition(".")[2] for name in shown}
    assert set(audiotest.__all__) - {"__version__"} <= documented


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_of_pages_outside_the_site_lead_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []
