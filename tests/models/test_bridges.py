"""The bridges to published models: no weights are at hand, so what is tested is what they ask for and refuse."""

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from audiotest.models._process.child import ChildGone
from audiotest.models.loading import cards, open_model

ROOT = Path(__file__).parents[2]
BRIDGES = ROOT / "bridges"
SCRIPTS = sorted(p for p in BRIDGES.glob("*.py") if p.name != "audiotest_bridge.py")
OFFICIAL = [p for p in SCRIPTS if p.name != "qwen_audio_chat.py"]  # needs no option: transformers fetches its code
IN_A_FOLDER = re.compile(r'official\(given\["repo"\], "')
names = pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.stem)


def card(path):
    return next(c for c in cards().values() if (c.checkpoint or "").endswith(f"bridges/{path.name}"))


def needed(path):
    """The options without which a bridge does not start: the keys of the mapping that it hands to ``settings``."""
    maps = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Dict)]
    (found,) = [m for m in maps if any(isinstance(k, ast.Constant) and k.value == "repo" for k in m.keys)]
    return [k.value for k in found.keys]


def test_every_model_that_was_to_be_bridged_has_a_bridge():
    wanted = (
        "anygpt blsp gama ltu ltu_as m2ugen modaverse mu_llama musilingo nextgpt pandagpt qwen_audio_chat speechgpt"
    )
    assert {p.stem for p in SCRIPTS} >= set(wanted.split())


@names
def test_a_bridge_is_python_3_8_and_imports_nothing_of_its_model_before_it_is_asked_to(path):
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    imported = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            imported |= {a.name.partition(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.partition(".")[0])
    assert imported <= {*sys.stdlib_module_names, "audiotest_bridge"}
    compile(tree, str(path), "exec")


@names
def test_a_bridge_has_a_card_that_opens(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    made = card(path)
    assert made.adapter == "process"
    assert shlex.split(made.checkpoint)[0] == "python"
    assert made.batch_size == 1
    assert made.licence
    assert made.source.startswith("https://")
    model = open_model(made.model, {"python": "/opt/their/bin/python"})
    assert model.command == ["/opt/their/bin/python", f"bridges/{path.name}"]
    assert model.batch_size == 1
    assert model.handed == {}


@names
def test_a_bridge_says_what_was_not_run_and_where_its_model_is_from(path):
    text = ast.get_docstring(ast.parse(path.read_text()))
    if card(path).status == "untested":
        assert "Untested here: no weights are at hand." in text
    if path in OFFICIAL:
        assert re.search(r"commit [0-9a-f]{7}", text)
        assert card(path).source in text
        assert all(f"``{name}``" in text for name in needed(path))
    documented = (ROOT / "docs" / "bridges.md").read_text()
    assert f"`bridges/{path.name}`" in documented
    assert f"`{card(path).model}`" in documented


@pytest.mark.parametrize("path", OFFICIAL, ids=lambda p: p.stem)
def test_a_bridge_without_options_says_which_it_needs(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    model = open_model(f"process:{sys.executable} bridges/{path.name}", {"start_timeout": "60"})
    with pytest.raises(ChildGone) as caught:
        model.load()
    model.close()
    told = str(caught.value)
    assert "ended with status 1" in told
    assert "Traceback" not in told
    for name in needed(path):
        assert re.search(rf"^  {name}=\.\.\.  \S", told, re.MULTILINE), told


@pytest.mark.parametrize("path", [p for p in OFFICIAL if IN_A_FOLDER.search(p.read_text())], ids=lambda p: p.stem)
def test_a_bridge_to_the_wrong_folder_says_so(path, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    options = {"start_timeout": "60", **dict.fromkeys(needed(path), "x"), "repo": str(tmp_path)}
    model = open_model(f"process:{sys.executable} bridges/{path.name}", options)
    with pytest.raises(ChildGone, match="there is no folder"):
        model.load()
    model.close()


def run(body, *args):
    script = f"import sys; sys.path.insert(0, {str(BRIDGES)!r})\nfrom audiotest_bridge import *\n{body}"
    return subprocess.run([sys.executable, "-c", script, *args], capture_output=True, text=True, timeout=60)


def test_settings_name_what_is_unknown_and_make_paths_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    body = "print(settings(dict(a.split('=') for a in sys.argv[1:]), {'repo': 'a clone'}, llm='', mert='org/name'))"
    assert run(body, "repo=here").stdout == f"{{'llm': '', 'mert': 'org/name', 'repo': '{tmp_path / 'here'}'}}\n"
    assert run(body, "repo=here", "lm=x").stderr == "unknown options: lm; known: repo, llm, mert\n"
    assert run(body, "llm=x").stderr == "missing, to be given with --model-option:\n  repo=...  a clone\n"


def test_official_code_is_imported_from_its_own_folder(tmp_path):
    (tmp_path / "code" / "deep").mkdir(parents=True)
    (tmp_path / "code" / "theirs.py").write_text("import os\nhere = os.getcwd()\n")
    (tmp_path / "code" / "deep" / "more.py").write_text("said = 'more'\n")
    body = "official(sys.argv[1], 'code', 'code/deep')\nimport theirs, more\nprint(theirs.here, more.said)"
    assert run(body, str(tmp_path)).stdout == f"{os.path.realpath(tmp_path / 'code')} more\n"


def test_official_code_goes_before_a_bridge_that_has_its_name(tmp_path):
    (tmp_path / "anygpt" / "src").mkdir(parents=True)
    (tmp_path / "anygpt" / "src" / "mark.py").write_text("here = 'theirs'\n")
    body = "official(sys.argv[1])\nfrom anygpt.src.mark import here\nprint(here)"
    assert run(body, str(tmp_path)).stdout == "theirs\n"


def test_one_clip():
    body = """
for clips, none in (["a"], True), ([], True), ([], False), (["a", "b"], True):
    try:
        print(one_clip({"audio": clips}, none))
    except Unsupported as error:
        print(error)
"""
    assert run(body).stdout.splitlines() == [
        "a",
        "None",
        "the model takes one clip, not 0",
        "the model takes one clip, not 2",
    ]
