"""What a user installs: the wheel carries all that the checkout has beside the package, and works from anywhere."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = out.glob("*.whl")
    return found


def test_it_carries_everything(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for needed in [
        "audiotest/py.typed",
        "audiotest/data/schemas/suite.schema.json",
        "audiotest/data/schemas/synth.schema.json",
        "audiotest/data/suites/mmar/suite.yaml",
        "audiotest/models/cards/listener.yaml",
        "audiotest/score/metrics/rouge/rouge.py",
        "audiotest/declare/prompts/choices_lettered.jinja",
    ]:
        assert needed in names
    shipped = {Path(n).name for n in names if n.startswith("audiotest/data/suites/listening/")}
    assert shipped == {p.name for p in (ROOT / "suites" / "listening").glob("*.yaml")}
    assert not [n for n in names if n.startswith(("tests/", "bench/"))]


@pytest.mark.usefixtures("own_interpreter")
def test_it_runs_the_listening_suite_from_anywhere(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "AUDIOTEST_CACHE_DIR": str(tmp_path / "cache")}
    suite = tmp_path / "site" / "audiotest" / "data" / "suites" / "listening" / "pitch.yaml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(suite), "--rootdir", str(tmp_path)]
    code = "import audiotest; print(audiotest.__file__)"
    where = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert where.stdout.startswith(str(tmp_path / "site"))
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "gates: 3 of 3 passed" in done.stdout
