"""A model whose packages are not installed: one sentence, with the command that installs them."""

import subprocess
import sys

import pytest

HIDDEN = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "transformers"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
"""
SUITE = """
suite: s
prompt: choices_lettered
scorers: [choice]
conditions: [original: recorded]
cases: [{id: a, question: What is it?, choices: [a dog, a cat], answer: a dog}, {id: b, question: And this?, choices: [a dog, a cat], answer: a cat}]
"""


@pytest.mark.parametrize("spec", ["hf:nobody/nothing"])
def test_without_torch_a_run_ends_with_one_sentence_and_the_command(tmp_path, spec):
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    (tmp_path / "s.yaml").write_text(SUITE)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); exec(open({str(tmp_path / 'sitecustomize.py')!r}).read()); import pytest; sys.exit(pytest.main(['-p', 'no:cacheprovider', {str(tmp_path / 's.yaml')!r}, '--model', {spec!r}, '--reply-cache', 'off']))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert out.returncode == 4
    shown = out.stdout + out.stderr
    assert "Traceback" not in shown
    assert "torch and transformers are not installed: pip install 'audiotest[local]'" in " ".join(shown.split())
    assert shown.count("not installed") == 1


@pytest.mark.parametrize("spec", ["asr:x/y", "embedding:x/y", "hf:x/y"])
def test_every_kind_that_runs_here_says_the_same(spec):
    code = HIDDEN + (
        "from audiotest.models.loading import load_model, open_model, ModelError\n"
        f"model = open_model({spec!r})\n"
        "try:\n    load_model(model, 'x', 'x')\nexcept ModelError as error:\n    print(error)\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.startswith(
        "the model x cannot be loaded: torch and transformers are not installed: pip install 'audiotest[local]'"
    ), out.stderr
