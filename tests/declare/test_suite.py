"""Suites from their files: one bad case costs itself, and what is wrong has its place."""

from audiotest.declare.suite import load

GOOD = "  - {id: good, question: Q?, choices: [a kettle, a flute], answer: a kettle}\n"
LOST = "  - {id: lost, audio: gone.wav, question: Q?, choices: [a kettle, a flute], answer: a kettle}\n"


def written(folder, text, name="x.yaml"):
    (folder / name).write_text(text)
    return load(folder / name, shown=name)


def test_a_case_without_its_sound_is_found_beside_one_that_is_no_case_at_all(tmp_path):
    suite = written(tmp_path, f"suite: x\ncases:\n  - just words\n  -\n{LOST}{GOOD}")
    assert [case.id for case in suite.cases] == ["good"]
    assert [(p.line, p.column) for p in suite.problems()] == [(3, 5), (4, 4), (5, 16)]


def test_a_case_without_its_sound_is_not_taken_for_another_that_has_its_id(tmp_path):
    suite = written(tmp_path, f"suite: x\ncases:\n  - {{id: lost, question: Q?}}\n{LOST}")
    assert [(p.line, p.column) for p in suite.problems()] == [(3, 5), (4, 16)]
