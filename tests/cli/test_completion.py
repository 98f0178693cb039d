"""The Tab key, as the shells ask for it."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from audiotest.cli import main


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell):
    out = CliRunner().invoke(main, ["completion", shell])
    assert out.exit_code == 0
    assert "_AUDIOTEST_COMPLETE" in out.output


@pytest.mark.parametrize(
    ("line", "offered", "kept_back"),
    [
        ("audiotest ba", {"baseline"}, "report"),
        ("audiotest check-model salm", {"salmonn", "salmonn-7b"}, "qwen2-audio"),
        ("audiotest doctor --model qwen2-a", {"qwen2-audio"}, "salmonn"),
        ("audiotest score --scorer mma", {"mmar", "mmau", "mmau_pro"}, "choice"),
        ("audiotest import mu", {"muchomusic"}, "mmar"),
        ("audiotest compare --f", {"--format"}, "--items"),
        ("audiotest completion z", {"zsh"}, "bash"),
    ],
)
def test_names_are_offered(line, offered, kept_back):
    words = line.split()
    env = {**os.environ, "_AUDIOTEST_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    code = "import sys; sys.argv[0] = 'audiotest'; from audiotest.cli import main; main()"
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    found = {each.partition(",")[2] for each in out.stdout.split()}
    assert offered <= found
    assert kept_back not in found
