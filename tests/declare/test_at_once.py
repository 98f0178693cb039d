"""All problems of a file at once, whatever step of reading would find them."""

from pathlib import Path

import pytest

from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load

NINE = """\
suite: nine
titel: nine
scorers: [choise]
conditions:
  - original: corect
  - nois(snr_db=10): recorded
gates:
  - {metric: acuracy, min: 0.5}
cases:
  - {id: a, question: Q?, choices: [x, y], answer: z}
  - {id: b, question: Q?, choices: [x, y], answer: q}
  - {id: c, question: Q?, choices: [x, y], answer: x, audio: gone.wav}
  - {id: d, question: Q?, choices: [x, y], answer: x, audio: [gone.wav, lost.wav]}
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


def problems(folder: Path, text: str) -> list[str]:
    """All problems of a suite that does not load."""
    (folder / "x.yaml").write_text(text)
    with pytest.raises(SuiteError) as caught:
        load(folder / "x.yaml", shown="x.yaml")
    return [str(problem) for problem in caught.value.problems]


def problems_of(path: Path) -> list[str]:
    with pytest.raises(SuiteError) as caught:
        load(path, shown="x.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_what_schema_names_cases_and_files_each_find_stands_together(tmp_path):
    lines = problems(tmp_path, NINE)
    assert [int(line.split(":")[1]) for line in lines] == [2, 3, 5, 6, 8, 10, 11, 12, 13, 13]
    for line, part in zip(
        lines,
        ["'titel'", "'choise'", "'corect'", "'nois'", "'acuracy'", "'z'", "'q'", "gone.wav", "gone.wav", "lost.wav"],
        strict=True,
    ):
        assert part in line


def test_a_case_that_is_wrong_otherwise_says_which_of_its_sounds_is_not_there_as_well(tmp_path):
    (tmp_path / "here.wav").touch()
    (tmp_path / "x.yaml").write_text(
        "suite: x\ncases:\n"
        "  - {id: a, audio: gone.wav, question: Q?, choices: [x, y], answer: z}\n"
        "  - {id: b, audio: [here.wav, {file: lost.wav}], qestion: Q?, choices: [x, y], answer: x}\n"
        "  - {id: c, audio: ../out.wav, question: Q?, choices: [x, x], answer: x}\n"
    )
    lines = list(map(str, load(tmp_path / "x.yaml", shown="x.yaml").problems()))
    expected = [("3:13", "gone.wav"), ("3:", "'z'"), ("4:", "lost.wav"), ("4:", "'qestion'"), ("4:", "`question`"),
                ("5:", "leads out"), ("5:", "duplicated")]  # fmt: skip
    assert len(lines) == len(expected)
    for place, part in expected:
        assert any(line.startswith(f"x.yaml:{place}") and part in line for line in lines), part


def test_a_text_with_a_colon_among_choices_is_to_be_put_in_quotes(tmp_path):
    for written in ("[C: D minor, b]", "[{txet: b}, b]"):
        (tmp_path / "x.yaml").write_text(
            f"suite: x\ncases:\n  - {{id: a, question: Q?, choices: {written}, answer: b}}\n"
        )
        text = "\n".join(map(str, load(tmp_path / "x.yaml", shown="x.yaml").problems()))
        assert ('in quotes: "C: D minor"' in text) == ("C:" in written)
        assert ("did you mean 'text'?" in text) == ("txet" in written)
    (tmp_path / "x.yaml").write_bytes(b"suite: x\ntitle: caf\xe9\n")
    [line] = problems_of(tmp_path / "x.yaml")
    assert line.startswith("x.yaml:2:")
    assert line.endswith("save the file as UTF-8")


def test_a_misspelt_key_of_a_gate_hides_neither_its_metric_nor_its_bounds(tmp_path):
    gate = "gates: [{metric: acuracy, min: 2, boud: lower, condition: nois}]\n"
    lines = problems(tmp_path, "suite: x\n" + gate + NINE[NINE.index("cases:") :])
    text = "\n".join(lines)
    assert all(part in text for part in ["'boud'", "'acuracy'", "'nois'"])


def test_a_wrong_value_is_not_also_reported_as_missing(tmp_path):
    lines = problems(tmp_path, "suite: x\ngates: [{metric: accuracy, min: .inf}]\n" + NINE[NINE.index("cases:") :])
    assert [line for line in lines if "gates" in line] == [
        "x.yaml:2:33: gates[0].min: expected a finite number, found .inf"
    ]


def test_a_misspelt_key_of_a_case_hides_no_wrong_answer_and_no_wrong_check(tmp_path):
    case = "{id: a, questoin: Q?, choices: [x, y], answer: z, expect: [mentons]}"
    (tmp_path / "x.yaml").write_text(f"suite: x\ncases:\n  - {case}\n")
    text = "\n".join(map(str, load(tmp_path / "x.yaml", shown="x.yaml").problems()))
    assert all(part in text for part in ["'questoin'", "missing key `question`", "'z'", "'mentons'"])


def test_an_answer_is_not_missed_where_its_key_is_misspelt(tmp_path):
    (tmp_path / "x.yaml").write_text("suite: x\ncases:\n  - {id: a, question: Q?, choices: [x, y], anwser: x}\n")
    suite = load(tmp_path / "x.yaml", shown="x.yaml")
    assert [problem.message for problem in suite.problems()] == ["unknown key 'anwser': did you mean 'answer'?"]


def test_a_choice_that_is_refused_makes_no_answer_wrong(tmp_path):
    (tmp_path / "x.yaml").write_text("suite: x\ncases:\n  - {id: a, question: Q?, choices: [x, {txt: y}], answer: y}\n")
    messages = [problem.message for problem in load(tmp_path / "x.yaml", shown="x.yaml").problems()]
    assert messages == ["missing key `text`", "unknown key 'txt': did you mean 'text'?"]


def test_files_of_cases_are_read_where_the_suite_is_broken(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.yaml").write_text("cases:\n  - {id: a, question: Q?, choices: [x, y], answer: z}\n")
    (tmp_path / "suite.yaml").write_text("suite: x\nscorers: [choise]\n")
    with pytest.raises(SuiteError) as caught:
        load(tmp_path / "suite.yaml", shown="suite.yaml")
    assert [problem.file for problem in caught.value.problems] == ["suite.yaml", "cases/a.yaml"]


def test_thousands_of_problems_are_counted_and_the_first_hundred_shown(tmp_path):
    cases = "".join(f"  - {{id: c{i}, question: Q?, choices: [x, y], answer: z}}\n" for i in range(300))
    (tmp_path / "x.yaml").write_text(f"suite: x\nscorers: [choise]\ncases:\n{cases}")
    with pytest.raises(SuiteError, match="and 201 more: `audiotest validate x.yaml` lists them") as caught:
        load(tmp_path / "x.yaml", shown="x.yaml")
    assert len(caught.value.problems) == 301


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("suite: x\ncases:\n\t- id: a\n", "x.yaml:3:1: not valid YAML: a tab indents this line"),
        ("suite: x\ncases:\n  -\tid: a\n", "x.yaml:3:4: not valid YAML: a tab indents this line"),
        ("suite: x\ntitle: What: now # c\n", 'has to be in quotes: title: "What: now"'),
        ("suite: x\ncases:\n  - {id: a, question: What: now}\n", 'in quotes: question: "What: now"'),
        ("suite: x\ntitle: @x\n", 'no text starts with `@` unless it is in quotes: "@x"'),
        (
            "suite: x\nby: [a, :) and more, b]\n",
            'x.yaml:2:9: not valid YAML: no text in a list or mapping of one line starts with `:` unless it is in quotes: ":) and more"',
        ),
        ("suite: x\nby: [a, b\ntitle: x\n", "the list that starts in line 2 with `[` is not closed by `]`"),
        ("suite: x\nby: [a]]\n", "this `]` closes nothing"),
        ("suite: x\ntitle: 'it's'\n", "text follows the closing quote"),
        ("suite: x\ntitle: 'x\n", "x.yaml:2:8: not valid YAML: the quote that opens here is not closed"),
    ],
)
def test_what_keeps_a_file_from_being_read_is_named_and_what_to_do(tmp_path, text, message):
    (line,) = problems(tmp_path, text)
    assert message in line


def test_a_gate_with_a_refused_value_beside_a_duplicated_key_is_reported_too(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(
        "suite: s\ngates: [{metric: accuracy, min: 0.5, tags: x, min: 0.4, tags: {skill: pitch}}]\ncases: []\n"
    )
    with pytest.raises(SuiteError, match="the key `tags` is duplicated"):
        load(path)
