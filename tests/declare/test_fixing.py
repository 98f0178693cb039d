"""``audiotest validate --fix``: what has one reading is fixed; nothing else changes, to the character."""

import os
import re
import stat

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from audiotest.cli import main
from audiotest.declare.fixing import FixError, fix_file, fix_text
from audiotest.declare.yaml import parse

GOOD = "cases:\n  - {id: a, question: Q?, choices: [x, y], answer: x}\n"


def suite(line):
    """A suite with a line of settings."""
    return f"suite: x\n{line}\n{GOOD}"


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("titel: x  # c", "title: x  # c"),
        ("'titel': x", "'title': x"),
        ("policy:   casez", "policy:   cases"),
        ("scorers: [choise, 'exakt']", "scorers: [choice, 'exact']"),
        ("scorers: [{choise: }, {rouge_l: {mn: 0.5}}]", "scorers: [{choice: }, {rouge_l: {min: 0.5}}]"),
        ("conditions: [orginal, nois(snr_db=3) + shufled]", "conditions: [original, noise(snr_db=3) + shuffled]"),
        ('conditions: [{"noise(snrdb=3)": corect}]', 'conditions: [{"noise(snr_db=3)": correct}]'),
        ("gates: [{metric: acuracy, mim: 0.5}]", "gates: [{metric: accuracy, min: 0.5}]"),
        ("gates: [{metric: 'accuracy:exakt', min: 0.5}]", "gates: [{metric: 'accuracy:exact', min: 0.5}]"),
        ("gates: [{metric: accuracy, min: 0.5, tags: {year: 1999, b: no, c: true}}]", 'gates: [{metric: accuracy, min: 0.5, tags: {year: "1999", b: no, c: "true"}}]'),
        ("licence: 4.0   # CC", 'licence: "4.0"   # CC'),
        ("generation: {max_new_tokens: 64.0}", "generation: {max_new_tokens: 64}"),
        ("title: What: now   # c", 'title: "What: now"   # c'),
        ("title: @x # c", 'title: "@x" # c'),
        ("by: [a, @b]", 'by: [a, "@b"]'),
        ("generation:\n\tmax_new_tokens: 5", "generation:\n  max_new_tokens: 5"),
    ],
)  # fmt: skip
def test_a_line_is_fixed_and_no_other(line, fixed):
    assert fix_text(suite(line), "suite") == suite(fixed)


@pytest.mark.parametrize(
    "text",
    [
        suite("title: fine"),
        suite("policy: xxx"),
        suite("scorers: [mmau_pro_x]"),  # near to more than one
        suite("title: a\ntitel: b"),  # the key is there
        suite("gates: [{metric: accuracy}]"),
        "suite: x\ncases:\n  - {id: a, question: Q?, choices: [kettle, y], answer: ketle}\n",  # an answer is its author's
        "suite: [",
        "",
        "just words",
        "- a",
        "suite: x\n? [a]\n: 1\n",
    ],
)
def test_what_has_no_single_reading_stays(text):
    assert fix_text(text, "suite") == text


def test_cases_without_an_id_get_one_that_is_free():
    text = (
        "suite: x\ncases:\n  - question: Q?   # first\n    reference: x\n  - {id: case-3, question: Q, reference: x}\n"
        "  - {question: Q, reference: x}\n  # end\n"
    )
    fixed = fix_text(text, "suite")
    assert [case["id"] for case in parse(fixed.encode(), "").data["cases"]] == ["case-1", "case-3", "case-4"]
    assert re.sub(r"id: case-[14](, |\n    )", "", fixed) == text


def test_tabs_become_the_spaces_under_which_the_file_can_be_read():
    text = "suite: x\ncases:\n\t# first\n\t-\tid: a\n\t\tquestion: What: now\n\t\treference: x\t# c\n"
    fixed = fix_text(text, "suite")
    assert parse(fixed.encode(), "").data["cases"] == [{"id": "a", "question": "What: now", "reference": "x"}]
    assert "# first" in fixed
    assert fixed.endswith('"What: now"\n    reference: x\t# c\n')


def test_a_file_is_written_at_once_and_keeps_mark_line_breaks_permissions_and_link(tmp_path):
    real, link = tmp_path / "real.yaml", tmp_path / "x.yaml"
    text = "\ufeff" + suite("titel: é  # c").replace("\n", "\r\n")
    real.write_bytes(text.encode())
    real.chmod(0o640)
    link.symlink_to(real)
    diff = fix_file(link, "suite")
    assert [line for line in diff.splitlines() if line.startswith(("-t", "+t"))] == ["-titel: é  # c", "+title: é  # c"]
    assert real.read_bytes().decode() == text.replace("titel", "title")
    assert link.is_symlink()
    assert stat.S_IMODE(os.stat(real).st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["real.yaml", "x.yaml"]


def test_a_file_in_another_encoding_is_left_alone(tmp_path):
    (tmp_path / "x.yaml").write_bytes("suite: x\ntitel: é\n".encode("latin-1"))
    with pytest.raises(FixError, match="not UTF-8"):
        fix_file(tmp_path / "x.yaml", "suite")


def test_the_command_prints_a_diff_and_what_is_left(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases").mkdir()
    (tmp_path / "suite.yaml").write_text("suite: x\ntitel: y\nscorers: [choice]\n")
    (tmp_path / "cases" / "a.yaml").write_text("cases:\n  - {question: Q, choices: [x, y], answer: z}\n")
    done = CliRunner().invoke(main, ["validate", "--fix", "suite.yaml"])
    assert "-titel: y\n+title: y\n" in done.output
    assert "+  - {id: case-1, question: Q, choices: [x, y], answer: z}\n" in done.output
    assert "cases/a.yaml:2:48: cases[0].answer: unknown answer" in done.output
    assert done.exit_code == 1
    again = CliRunner().invoke(main, ["validate", "--fix", "suite.yaml"])
    assert "+++" not in again.output


words = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs", "P"]), min_size=1, max_size=12)
comments = st.sampled_from(["", "  # a comment", " # titel: choise", "   #"])
flows = st.booleans()


@st.composite
def suites(draw):
    """(text with slips, the same without them): whatever stands around a slip is drawn."""

    def quoted(text):
        return "'" + text.replace("'", "''") + "'"

    lines, right = ["# head", "suite: x" + draw(comments)], ["# head", None]
    right[1] = lines[1]
    for wrong, good in draw(
        st.lists(
            st.sampled_from(
                [
                    ("titel: ", "title: "),
                    ("scorers: [choise]", "scorers: [choice]"),
                    ("policy: gatess", "policy: gates"),
                    ("generation: {max_new_tokens: 5.0}", "generation: {max_new_tokens: 5}"),
                    ("require_audi: false", "require_audio: false"),
                ]
            ),
            unique=True,
            max_size=4,
        )
    ):
        tail = (quoted(draw(words)) if wrong.endswith(": ") else "") + draw(comments)
        lines.append(wrong + tail)
        right.append(good + tail)
        if draw(flows):
            lines += ["", "# between"]
            right += ["", "# between"]
    lines.append("cases:")
    right.append("cases:")
    for i in range(draw(st.integers(1, 3))):
        question, tail = quoted(draw(words)), draw(comments)
        row = f"id: c{i}" + tail, f"questoin: {question}", f"question: {question}"
        lines += [f"  - {row[0]}", f"    {row[1]}", f"    reference: {question}"]
        right += [f"  - {row[0]}", f"    {row[2]}", f"    reference: {question}"]
    return "\n".join(lines) + "\n", "\n".join(right) + "\n"


@settings(max_examples=40, deadline=None)
@given(suites())
def test_whatever_stands_around_a_slip_stays(pair):
    wrong, right = pair
    assert fix_text(wrong, "suite") == right
    assert parse(fix_text(wrong, "suite").encode(), "").data == parse(right.encode(), "").data
