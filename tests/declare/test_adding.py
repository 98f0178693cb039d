"""``audiotest new case``: a case is appended, and the rest of the file stays as it is."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from audiotest.cli import main
from audiotest.declare.suite import load

ONE = "- id: a\n  question: Q\n  reference: b"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def added(text, *options):
    """The file after ``audiotest new case`` with ``options``."""
    Path("x.yaml").write_bytes(text.encode())
    done = CliRunner().invoke(main, ["new", "case", "x.yaml", *options])
    assert done.exit_code == 0, done.output
    return Path("x.yaml").read_bytes().decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("suite: x", "suite: x\ncases:\n{0}\n"),
        ("suite: x\n# end\n", "suite: x\n# end\ncases:\n{0}\n"),
        ("suite: x\ncases: []   # none yet\nby: [a]\n", "suite: x\ncases:   # none yet\n{0}\nby: [a]\n"),
        ("suite: x\ncases:\nby: [a]\n", "suite: x\ncases:\n{0}\nby: [a]\n"),
    ],
)
def test_the_first_case(text, expected):
    block = "  - id: case-1\n    question: What is heard?\n    reference: [x]"
    assert added(text, "--reference", "x") == expected.format(block)


@pytest.mark.parametrize(
    ("before", "after", "indent"),
    [
        (f"suite: x\ncases:\n{ONE}   # c", "\n# end\nby: [a]\n", 0),
        (f"suite: x\ncases:\n{ONE}\n", "", 0),
        ("suite: x\ncases:\n    -   id: a\n        question: Q\n        reference: b", "", 4),
        ("suite: x\ncases:\n  - {id: a, question: Q, reference: b}", "\n\n# end\n", 2),
        ("suite: x\ncases:\n- id: a\n  question: Q\n  reference: |\n    a\n    b", "\n\n# end\nby: [a]\n", 0),
    ],
)
def test_a_further_case_stands_behind_the_last_one(before, after, indent):
    pad = " " * indent
    block = f"{pad}- id: case-2\n{pad}  question: What is heard?\n{pad}  reference: [x]"
    between = "" if before.endswith("\n") else "\n"
    ending = after or ("\n" if before.endswith("\n") else "")
    assert added(before + after, "--reference", "x") == before + between + block + ending
    assert [case.id for case in load("x.yaml").cases] == ["a", "case-2"]


def test_a_list_in_one_line_goes_on_in_it():
    text = "suite: x\ncases: [{id: a, question: Q, reference: b}]  # c\nby: [a]\n"
    expected = text.replace("}]", '}, {id: case-2, question: "What is heard?", reference: [x]}]')
    assert added(text, "--reference", "x") == expected


def test_a_file_with_windows_line_breaks_keeps_them():
    text = added(f"suite: x\ncases:\n{ONE}\n".replace("\n", "\r\n"), "--reference", "x")
    assert text.count("\r\n") == text.count("\n") == 8


def test_everything_can_be_given():
    text = added(
        "suite: x\nrequire_audio: false\n",
        *("--id", "k", "--audio", "a.wav", "--audio", "b.wav", "--question", 'What: "now"?', "--choice", "yes"),
        *("--choice", "1.50", "--answer", "1.50", "--tag", "skill=a: b"),
    )
    assert "question: 'What: \"now\"?'" in text
    (case,) = load("x.yaml").cases
    assert (case.id, case.question, case.choices, case.answer) == ("k", 'What: "now"?', ("yes", "1.50"), "1.50")
    assert ([clip.file for clip in case.audio], case.tags) == (["a.wav", "b.wav"], {"skill": ("a: b",)})


@pytest.mark.parametrize("choice", ["?0", "? x", "-", "0x1f", "yes", "1:30", "~", "a: b", "#x", "=", "!x", "01", "é"])
def test_what_yaml_could_read_otherwise_is_quoted(choice):
    added(f"suite: x\ncases:\n{ONE}\n", "--choice", choice, "--choice", "other", "--answer", "other")
    assert load("x.yaml").cases[-1].choices == (choice, "other")


def test_without_options_it_runs_as_it_stands():
    added("suite: x\n")
    assert not load("x.yaml").invalid


def test_it_goes_into_the_last_file_of_cases():
    Path("cases").mkdir()
    for name in ("a", "b"):
        Path(f"cases/{name}.yaml").write_text(f"cases:\n  - {{id: {name}, question: Q, reference: b}}\n")
    Path("suite.yaml").write_text("suite: x\n")
    done = CliRunner().invoke(main, ["new", "case", "suite.yaml"])
    assert done.output == "cases/b.yaml: case-3\n"
    assert [case.id for case in load("suite.yaml").cases] == ["a", "b", "case-3"]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (f"suite: x\ncases:\n{ONE}\n", ["--id", "a"], "the id 'a' is taken in x.yaml"),
        (f"suite: x\ncases:\n{ONE}\n", ["--id", "a b"], "is not a valid name here"),
        (f"suite: x\ncases:\n{ONE}\n", ["--tag", "a"], "a tag is written KEY=VALUE"),
        ("suite: [", [], "not valid YAML"),
        ("just words", [], "expected a mapping"),
    ],
)
def test_what_cannot_be_added_leaves_the_file_as_it_was(text, options, message):
    Path("x.yaml").write_text(text)
    done = CliRunner().invoke(main, ["new", "case", "x.yaml", *options])
    assert done.exit_code == 1
    assert message in done.output
    assert Path("x.yaml").read_text() == text
