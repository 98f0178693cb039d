"""One of each member from a package outside: a file and an entry point each, and everything knows them."""

import json
import sys
from pathlib import Path

import pytest

SCORER = """\
'''``loud``: right if the reply shouts the answer.'''
from audiotest.types import Question, Verdict
VERSION = 7
def check(times: int = 1):
    if times < 1:
        raise ValueError("`times` is at least 1")
def score(question: Question, output: str, times: int = 1) -> Verdict:
    right = output.count((question.answer or "").upper()) >= times
    return Verdict(right, question.answer_index if right else None, "read" if right else "none")
"""
CONDITION = """\
'''``upside_down``: the options from the last to the first.'''
EXAMPLES = ("upside_down",)
reorders = True
def check():
    pass
def apply(view, rng):
    return view.reordered(tuple(reversed(range(len(view.choices)))))
"""
METRIC = """\
'''``shouting``: the share of replies in capitals.'''
from audiotest.analyse.intervals import proportion
shown_under = ("original", "others")
RANGE = (0.0, 1.0)
def measure(trials, *, condition="original", versus=None, scorer=None, tags=None):
    records = [r for r in trials.under(condition, tags) if r.reply]
    return proportion(sum(r.reply.text.isupper() for r in records), len(records))
"""
ADAPTER = """\
'''``shouter``: the first option, in capitals.'''
from audiotest.types import Needs, Reply
class Shouter:
    name, identity, needs, batch_size = "shouter", "shouter/1", Needs(audio=False), 8
    def load(self): pass
    def close(self): pass
    def answer(self, requests):
        return [Reply(r.choices[0].upper()) for r in requests]
def open_model(argument, options):
    return Shouter()
"""
BENCHMARK = """\
'''``bells``: a benchmark of one question.'''
def import_release(source, target, audio):
    target.mkdir(parents=True, exist_ok=True)
    (target / "suite.yaml").write_text("suite: bells\\ncases: [{id: a, question: Q?, choices: [x, y], answer: x}]\\n")
    return [f"{target}: 1 case"]
"""
COMMAND = """\
'''``hello``: says so.'''
import click
@click.command("hello")
def command():
    '''Say hello.'''
    click.echo("hello")
"""
ENTRIES = {
    "audiotest.score": "loud = outside_scorer", "audiotest.declare.conditions": "upside_down = outside_condition",
    "audiotest.analyse.metrics": "shouting = outside_metric:measure", "audiotest.models": "shouter = outside_adapter",
    "audiotest.benchmarks": "bells = outside_benchmark", "audiotest.commands": "hello = outside_command:command",
}  # fmt: skip
SUITE = """\
suite: s
scorers: [{loud: {times: 1}}, choice]
conditions: [original, {upside_down: same}]
gates: [{metric: shouting, min: 0.5}]
cases:
  - {id: a, question: What rings?, choices: [a bell, a dog], answer: a bell}
  - {id: b, question: What barks?, choices: [a bell, a dog], answer: a dog}
"""


@pytest.fixture
def outside(pytester, monkeypatch):
    """Install modules, given by name, with entry points."""
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(pytester.path / "site"))

    def install(modules, entries, package="outside"):
        site = pytester.path / "site"
        info = site / f"{package}-1.0.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("".join(f"[{group}]\n{line}\n" for group, line in entries.items()))
        for name, text in modules.items():
            (site / f"{name}.py").write_text(text)
        (pytester.path / "s.yaml").write_text(SUITE)
        return pytester

    return install


def audiotest(pytester, *arguments):
    return pytester.run(sys.executable, "-m", "audiotest", *arguments)


def everything(outside):
    return outside(
        {
            "outside_scorer": SCORER, "outside_condition": CONDITION, "outside_metric": METRIC,
            "outside_adapter": ADAPTER, "outside_benchmark": BENCHMARK, "outside_command": COMMAND,
        },
        ENTRIES,
    )  # fmt: skip


def test_a_run_uses_one_of_each(outside):
    pytester = everything(outside)
    pytester.runpytest_subprocess("s.yaml", "--model", "shouter", "--results", "out")
    summary = json.loads((pytester.path / "out" / "summary.json").read_text())
    original = summary["suites"]["s"]["conditions"]["original"]["metrics"]
    assert original["shouting"]["value"] == 1.0
    assert summary["suites"]["s"]["conditions"]["upside_down"]["metrics"]["shouting"]["n"] == 2
    assert original["accuracy"]["value"] == 0.5
    assert summary["suites"]["s"]["conditions"]["upside_down"]["metrics"]["consistency"]["n"] >= 1
    assert summary["scorers"]["loud"] == 7
    assert summary["model"] == "shouter"
    assert summary["suites"]["s"]["gates"][0]["passed"] is True


def test_commands_know_them(outside):
    pytester = everything(outside)
    audiotest(pytester, "validate", "s.yaml").stdout.fnmatch_lines(["*s.yaml*"])
    audiotest(pytester, "--help").stdout.fnmatch_lines(["*hello*Say hello.*"])
    audiotest(pytester, "hello").stdout.fnmatch_lines(["hello"])
    audiotest(pytester, "models").stdout.fnmatch_lines(["*shouter*"])
    audiotest(pytester, "import", "bells", "s.yaml", "--into", "bells").stdout.fnmatch_lines(["bells: 1 case"])


def test_the_reference_lists_them(outside):
    pytester = everything(outside)
    tools = Path(__file__).parents[2] / "tools"
    code = f"import sys; sys.path.insert(0, {str(tools)!r}); import reference; print(reference.members())"
    text = pytester.run(sys.executable, "-c", code).stdout.str()
    for name in ("loud", "upside_down", "shouting", "shouter", "bells"):
        assert f"### {name} " in text


def test_a_value_that_a_member_refuses_is_a_problem_of_the_suite(outside):
    pytester = everything(outside)
    (pytester.path / "s.yaml").write_text(SUITE.replace("times: 1", "times: 0"))
    out = audiotest(pytester, "validate", "s.yaml")
    assert out.ret != 0
    assert "`times` is at least 1" in out.stdout.str() + out.stderr.str()


def test_a_condition_whose_check_has_changed_is_asked_again(outside):
    pytester = everything(outside)
    assert audiotest(pytester, "validate", "s.yaml").ret == 0
    stricter = CONDITION.replace("    pass", "    raise ValueError('no more')")
    (pytester.path / "site" / "outside_condition.py").write_text(stricter)
    out = audiotest(pytester, "validate", "s.yaml")
    assert out.ret != 0
    assert "no more" in out.stdout.str() + out.stderr.str()


def test_two_entry_points_of_one_module_do_not_share_what_stands_beside_them(outside):
    module = SCORER.replace("def score(", "def quiet(question, output):\n    return Verdict(True)\n\ndef score(")
    pytester = outside({"both": module}, {"audiotest.score": "loud = both:score\nquiet = both:quiet"})
    (pytester.path / "s.yaml").write_text(
        "suite: s\nscorers: [quiet, loud]\ncases: [{id: a, question: Q?, choices: [x, y], answer: x}]\n"
    )
    assert audiotest(pytester, "validate", "s.yaml").ret == 0
    pytester.runpytest_subprocess("s.yaml", "--model", "first", "--results", "out").assert_outcomes(passed=1)
    assert json.loads((pytester.path / "out" / "summary.json").read_text())["scorers"] == {"loud": 7, "quiet": 1}


@pytest.mark.parametrize(
    ("group", "line", "module", "said"),
    [
        ("audiotest.score", "choice = outside_scorer", SCORER, ["the scorer 'choice' is taken", "audiotest.score.choice", "the package outside (outside_scorer)"]),
        ("audiotest.audio.conditions", "shuffled = outside_scorer", CONDITION, ["the condition 'shuffled' is taken", "audiotest.declare.conditions.shuffled"]),
    ],
)  # fmt: skip
def test_a_name_that_is_taken_is_refused_with_both_places(outside, group, line, module, said):
    pytester = outside({"outside_scorer": module}, {group: line})
    (pytester.path / "s.yaml").write_text(
        "suite: s\nconditions: [original, shuffled]\ncases: [{id: a, question: Q?, choices: [x, y], answer: x}]\n"
    )
    out = pytester.runpytest_subprocess("s.yaml", "--model", "first")
    text = out.stdout.str() + out.stderr.str()
    assert out.ret != 0
    for part in said:
        assert part in text
    assert "Traceback" not in text
