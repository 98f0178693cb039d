"""``--baseline git:REF:PATH`` and ``--baseline FILE.zip``: the run is the same as from its folder."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from audiotest.baseline import read_baseline
from audiotest.cli import main
from audiotest.runs import RunError


def git(*arguments):
    environment = {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "PATH": "/usr/bin:/bin",
        "HOME": "/nowhere",
    }
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "A", f"GIT_{role}_EMAIL": "a@example.org"}
    subprocess.run(["git", *arguments], env=environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def committed(tmp_path_factory):
    """Where the repository is kept once the first test has made it."""
    return tmp_path_factory.mktemp("committed") / "repository"


@pytest.fixture
def repository(project, monkeypatch, committed):
    """A repository whose main branch has the run ``base/small``, in which `one` was right."""
    tester = project(ids=("one", "wrong1"))
    monkeypatch.chdir(tester.path)
    if committed.exists():
        shutil.copytree(committed, tester.path, dirs_exist_ok=True)
        return tester
    tester.runpytest_inprocess("suites/kitchen.yaml::original", "--results", "base/small")
    git("init", "-b", "main", ".")
    git("add", "base/small/trials.jsonl", "base/small/summary.json")
    git("commit", "-m", "a baseline")
    shutil.copytree(tester.path, committed)
    return tester


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def run_files(prefix=""):
    return {f"{prefix}{name}": Path("base/small", name).read_bytes() for name in ("trials.jsonl", "summary.json")}


@pytest.mark.parametrize("given", ["git:main:base/small", "git:HEAD:./base/small/", "a.zip"])
@pytest.mark.parametrize("workers", [[], ["-n", "1"]])
def test_what_was_right_there_and_is_wrong_now_fails(repository, given, workers):
    zipped("a.zip", **run_files("out/"))
    for name in ("trials.jsonl", "summary.json"):
        (Path("base/small") / name).unlink()  # only the commit, or the archive, has them
    conftest = Path("conftest.py").read_text()
    Path("conftest.py").write_text(conftest.replace('"wrong" in r.case', 'r.case in ("one", "wrong1")'))
    out = repository.runpytest_inprocess("suites/kitchen.yaml::original", "--baseline", given, *workers)
    assert out.ret == 1
    out.stdout.fnmatch_lines(["*1 regressed, 0 improved, 1 known miss*", "*FAILED suites/kitchen.yaml::original::one*"])
    Path("conftest.py").write_text(conftest)
    assert repository.runpytest_inprocess("suites/kitchen.yaml::original", "--baseline", given, *workers).ret == 0


@pytest.mark.parametrize(("given", "says"), [
    ("git:gone:base/small", "this repository has no commit 'gone'; in CI, *git fetch --depth 1 origin gone"),
    ("git:main:nowhere", "main has no trials.jsonl at nowhere"),
    ("git:main", "is named git:REF:PATH"),
    ("git:--output=x:base/small", "is named git:REF:PATH"),
    ("gone.zip", "cannot read the run gone.zip: No such file"),
])  # fmt: skip
def test_what_is_not_there_is_a_usage_error_of_a_sentence(repository, given, says):
    out = repository.runpytest_inprocess("suites", "--baseline", given)
    assert out.ret == 4
    out.stderr.fnmatch_lines([f"*{says}*"])
    assert not Path("x").exists()


def test_outside_a_repository_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RunError, match="the current folder is in no git repository"):
        read_baseline("git:main:base")


def test_a_repository_of_another_user_is_refused_in_gits_words(repository, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(RunError, match=r"dubious ownership(.|\n)*git config --global --add safe.directory"):
        read_baseline("git:main:base/small")


def test_a_run_in_an_archive_is_found_at_any_depth_and_one_of_several_is_named(repository):
    zipped("one.zip", **run_files("a/b/"), **{"a/report.html": "<html>"})
    assert len(read_baseline("one.zip").trials) == 2
    zipped("flat.zip", **run_files())
    assert len(read_baseline("flat.zip").trials) == 2
    zipped("two.zip", **run_files("x/"), **run_files("y/z/"), **{"w/trials.jsonl": ""})
    with pytest.raises(RunError, match=r"holds 2 runs: name one, such as two.zip:x, two.zip:y/z"):
        read_baseline("two.zip")
    assert len(read_baseline("two.zip:y/z").trials) == 2
    with pytest.raises(RunError, match="holds no run at 'w'"):
        read_baseline("two.zip:w")
    zipped("top.zip", **run_files(), **run_files("x/"))
    with pytest.raises(RunError, match=r"name one, such as top.zip:\., top.zip:x"):
        read_baseline("top.zip")
    assert all(len(read_baseline(f"top.zip:{place}").trials) == 2 for place in (".", "x", "./x/"))
    Path("a.zip").mkdir()  # a folder of such a name is a folder
    for name, data in run_files().items():
        Path("a.zip", name).write_bytes(data)
    assert len(read_baseline("a.zip").trials) == 2


def test_archives_that_mean_harm_are_refused(repository, monkeypatch):
    zipped("out.zip", **run_files(), **{"../../escape": "x"})
    with pytest.raises(RunError, match="would land outside"):
        read_baseline("out.zip")
    zipped("bomb.zip", **{**run_files(), "trials.jsonl": b"\n" * 150_000_000})
    with pytest.raises(RunError, match="unpacks to more than"):
        read_baseline("bomb.zip")
    Path("bad.zip").write_bytes(b"PK\3\4 no archive")
    with pytest.raises(RunError, match="bad.zip cannot be unpacked"):
        read_baseline("bad.zip")
    zipped("torn.zip", **{**run_files(), "trials.jsonl": b"no run\n"})
    with pytest.raises(RunError, match=r"^torn\.zip/trials\.jsonl:1: not a line of a run"):
        read_baseline("torn.zip")
    assert not (Path.cwd().parent / "escape").exists()


def test_a_pointer_of_git_lfs_is_a_sentence(repository):
    Path("base/small/trials.jsonl").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    git("commit", "-a", "-m", "moved to LFS")
    with pytest.raises(RunError, match="trials.jsonl is kept by Git LFS; check it out"):
        read_baseline("git:main:base/small")


@pytest.mark.parametrize("given", ["git:main:base/small", "a.zip"])
def test_reports_and_comparisons_take_the_same_names(repository, given):
    zipped("a.zip", **run_files("out/"))
    repository.runpytest_inprocess("suites/kitchen.yaml::original", "--results", "after")
    shown = CliRunner().invoke(main, ["report", given, "--html", "r.html"])
    assert shown.exit_code == 0, shown.output
    assert "r.html: 2 trials, 1 sound" in shown.output  # the suite is found from here
    both = CliRunner().invoke(main, ["compare", given, "after"])
    assert both.exit_code == 0, both.output
    assert f"scripted ({given}) -> scripted (after)" in both.output
    for command in (["report", "git:gone:x"], ["compare", given, "git:gone:x"]):
        wrong = CliRunner().invoke(main, command)
        assert wrong.exit_code == 1
        assert "git:gone:x: this repository has no commit 'gone'" in wrong.output
