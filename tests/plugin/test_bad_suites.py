"""Bad input: a clear error, and every other case still gets its result."""

import pytest

GOOD = "  - {id: good, question: Q?, choices: [a kettle, a flute], answer: a kettle}\n"
HEAD = "suite: bad\nconditions: [original]\ncases:\n"


BROKEN = [
    ("suite: [", "*bad.yaml:*not valid YAML*"),
    ("suite: bad\nsuite: bad\ncases: []", "*bad.yaml:2:1: suite: the key `suite` is duplicated*"),
    ("suite: bad\ncasez: []\ncases: []", "*bad.yaml:2:1: casez: unknown key 'casez': did you mean 'cases'*"),
    ("suite: bad\ncases: []", "*the suite has no cases*"),
    (HEAD.replace("[original]", "[orginal]") + GOOD, "*bad.yaml:2:14: conditions*unknown condition 'orginal'*"),
    (HEAD.replace("cases:", "scorers: [choise]\ncases:") + GOOD, "*scorers*unknown scorer 'choise'*'choice'*"),
    (
        HEAD.replace("cases:", "scorers: [choice, {choice: {}}]\ncases:") + GOOD,
        "*bad.yaml:3:19: scorers[[]1]: the scorer `choice` is duplicated*",
    ),
    (HEAD.replace("cases:", "prompt: leters\ncases:") + GOOD, "*prompt*unknown prompt 'leters'*"),
    (HEAD.replace("cases:", "prompt: '{{ qestion }}'\ncases:") + GOOD, "*'qestion' is undefined*"),
    (HEAD.replace("cases:", "gates: [{metric: acuracy, min: 1}]\ncases:") + GOOD, "*unknown metric 'acuracy'*"),
    (HEAD.replace("cases:", "gates: [{metric: accuracy}]\ncases:") + GOOD, "*a gate needs `min` or `max`*"),
    (
        HEAD.replace("cases:", "gates: [{metric: accuracy, min: 1, condition: silence}]\ncases:") + GOOD,
        "*unknown condition of this suite: 'silence'*",
    ),
]


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_a_broken_suite_fails_its_own_collection_and_no_other(project, text, said):
    tester = project(name="good")
    project(name="bad", text=text)
    out = tester.runpytest_inprocess("suites")
    out.stdout.fnmatch_lines([said])
    found = out.parseoutcomes()
    assert (found["passed"], found["errors"]) == (13, 1)
    assert out.ret == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "*bad.yaml:1:1: the file is empty*"), ("just words", "*bad.yaml:1:1: expected a mapping*")],
)
def test_a_file_without_any_key_of_a_suite_is_one_if_it_is_named(project, text, reason):
    tester = project(name="good")
    project(name="bad", text=text)
    tester.runpytest_inprocess("suites").assert_outcomes(passed=13)
    out = tester.runpytest_inprocess("suites/good.yaml", "suites/bad.yaml")
    out.stdout.fnmatch_lines([reason])
    assert (out.parseoutcomes()["passed"], out.parseoutcomes()["errors"]) == (13, 1)


def test_broken_suites_fail_their_own_collection_on_workers_too(project):
    tester = project(name="good")
    for i, (text, _) in enumerate(BROKEN):
        project(name=f"{i:02}bad", text=text.replace("suite: bad", f"suite: bad{i}"))
    out = tester.runpytest_inprocess("suites", "-n", "2")
    out.stdout.fnmatch_lines([said.replace("bad.yaml", f"{i:02}bad.yaml") for i, (_, said) in enumerate(BROKEN)])
    found = out.parseoutcomes()
    assert (found["passed"], found["errors"]) == (13, len(BROKEN))
    assert out.ret == 1


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("{id: x, question: Q?}", "*bad.yaml:5:5: cases[[]1]: nothing to compare a reply with*"),
        ("{id: x, question: Q?, choices: [a, b]}", "*missing key `answer`*"),
        ("{id: x, question: Q?, choices: [a], answer: a}", "*a single choice is no choice*"),
        ("{id: x, question: Q?, choices: [a, a], answer: a}", "*the choice 'a' is duplicated*"),
        ("{id: x, question: Q?, choices: [kettle, b], answer: ketle}", "*bad.yaml:5:*answer*did you mean 'kettle'*"),
        ("{id: x, question: [1], choices: [a, b], answer: a}", "*question: expected text, found a list of 1*"),
        ("{id: x, questoin: Q?, choices: [a, b], answer: a}", "*unknown key 'questoin': did you mean 'question'*"),
        ("{id: 'a::b', question: Q?, choices: [a, b], answer: a}", '*"a::b" is not a valid name*'),
        ("{id: a/b, question: Q?, choices: [a, b], answer: a}", '*"a/b" is not a valid name*'),
        ("{id: a b, question: Q?, choices: [a, b], answer: a}", '*"a b" is not a valid name*'),
        ("{id: été, question: Q?, choices: [a, b], answer: a}", '*"été" is not a valid name*'),
        (
            "{id: good, question: Q?, choices: [a, b], answer: a}",
            "*the id 'good' is duplicated: the case at *bad.yaml:4*",
        ),
        (
            "{id: x, question: Q?, question: R?, choices: [a, b], answer: a}",
            "*the key `question` is duplicated*",
        ),
        ("{id: x, question: Q?, choices: [a, b], answer: a, audio: gone.wav}", "*there is no file *gone.wav*"),
        ("{id: x, question: Q?, choices: [a, b], answer: a, audio: ../x.wav}", "*leads out of the suite's folder*"),
        ("{id: x, question: Q?, choices: [a, b], answer: a, audio: /etc/x.wav}", "*leads out of the suite's folder*"),
        (
            "{id: x, question: Q?, choices: [a, b], answer: a, audio: {synth: {silence: 1}, start: .nan}}",
            "*audio.start: expected a finite number, found .nan*",
        ),
        ("{id: x, question: Q?, choices: [a, b], answer: a, audio: {synth: {}, file: x.wav}}", "*bad.yaml:5:*audio*"),
        ("5", "*cases[[]1]*: expected a mapping*"),
    ],
)
def test_a_broken_case_is_an_error_of_its_own(project, case, said):
    tester = project(name="bad", text=f"{HEAD}{GOOD}  - {case}\n")
    out = tester.runpytest_inprocess("suites")
    out.assert_outcomes(passed=1, errors=1)
    out.stdout.fnmatch_lines([said])
    assert out.ret == 1


def test_all_problems_of_a_file_are_told_at_once(project):
    tester = project(name="bad", text="suite: b a d\ntitel: x\npolicy: casez\ncases: 5\n")
    out = tester.runpytest_inprocess("suites")
    out.stdout.fnmatch_lines(
        ["*bad.yaml:1:1: suite:*", "*bad.yaml:2:1: titel:*", "*bad.yaml:3:1: policy:*", "*bad.yaml:4:1:*"]
    )


def test_two_suites_of_one_name_are_told_apart(project):
    tester = project(name="a")
    project(name="b")
    out = tester.runpytest_inprocess("suites")
    out.stdout.fnmatch_lines(["*the name 'kitchen' is taken by suites/a.yaml*"])
    assert out.parseoutcomes()["errors"] == 1


def test_other_yaml_files_are_left_alone(project):
    tester = project()
    (tester.path / "docker-compose.yaml").write_text("services: {}\n")
    (tester.path / "empty.yaml").write_text("")
    tester.runpytest_inprocess(".").assert_outcomes(passed=13)


def test_a_file_named_on_the_command_line_is_always_read(project):
    tester = project()
    (tester.path / "empty.yaml").write_text("")
    out = tester.runpytest_inprocess("empty.yaml")
    out.stdout.fnmatch_lines(["*empty.yaml:1:1: the file is empty*"])
