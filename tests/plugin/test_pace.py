"""How far a run is: lines now and then, with the accuracy and the tokens so far; budgets that stop a run in order."""

import io

import pytest

import audiotest
from audiotest.models.openai import open_model as open_openai
from audiotest.predict.budget import parse_budget
from audiotest.report.progress import Bar, GpuMemory, Pace, pace, so_far
from audiotest.types import Needs, Record, Reply, Verdict


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_lines_say_how_far_the_run_is(project, workers):
    tester = project(ids=[f"case{i}" for i in range(40)])
    out = tester.runpytest_inprocess("suites", "-o", "audiotest_progress=0.0001", *workers)
    out.stdout.re_match_lines([r"^\d+ of 120 trials, [\d,.]+/s, about [\d:]+ left, accuracy [\d.]+% \(.*\)$"])


@pytest.mark.parametrize("given", [["-o", "audiotest_progress=0"], ["-q", "-o", "audiotest_progress=0.0001"], []])
def test_no_lines_where_none_are_wanted_or_the_run_is_short(project, given):
    out = project().runpytest_inprocess("suites", *given)
    out.stdout.no_re_match_line(r".* of 12 trials, .*")


@pytest.mark.parametrize(
    ("done", "total", "seconds", "line"),
    [
        (1200, 10000, 12.0, "1,200 of 10,000 trials, 100/s, about 01:28 left"),
        (3, 9, 2.0, "3 of 9 trials, 1.5/s, about 00:04 left"),
        (2, 4000, 100.0, "2 of 4,000 trials, 1.2/min, about 2 days, 7:31:40 left"),
    ],
)
def test_the_line(done, total, seconds, line):
    # str(timedelta) has hours without a leading zero, which are left out where there are none.
    assert pace(done, total, seconds) == line


def test_the_memory_of_gpus_stands_in_the_line_where_there_is_one():
    asked = []

    def ask(given):
        asked.append(given)
        return given

    one, two, none = (GpuMemory(lambda given=given: ask(given)) for given in ([(39387, 81559)], [(1, 81559)] * 2, []))
    assert str(one) == "GPU 41.3 of 85.5 GB"
    assert str(two) == "GPUs 0.0 of 85.5, 0.0 of 85.5 GB"
    assert (str(none), str(none), str(one)) == ("", "", "GPU 41.3 of 85.5 GB")
    assert len(asked) == 3  # the program is started every ten seconds, and once where there is no GPU
    line = Pace(1e-9)
    line.gpu = one
    line.start()
    assert line.step(9).endswith(", GPU 41.3 of 85.5 GB")


def record(i, right=True, cached=False, **details):
    return Record("s", f"c{i}", "original", f"s.yaml::original::c{i}", "correct", "passed", "?", cached=cached,
                  reply=Reply("A", details=details), verdicts={"choice": Verdict(right, 0)})  # fmt: skip


def test_what_the_replies_show_and_took_so_far():
    records = [record(i, i % 4 > 0, input_tokens=1000, output_tokens=10, cost=0.01) for i in range(40)]
    cached = record(41, input_tokens=10**6, output_tokens=10**6, cost=9.0, cached=True)
    odd = record(42, input_tokens="many", cost="much")
    line = so_far([*records, cached, odd])
    assert line.startswith("accuracy 76.2% (95% CI 61.")
    assert line.endswith("n = 42), 40,000 tokens in, 400 out, cost 0.40")
    assert so_far([]) == ""


def test_a_line_a_minute_in_ci_and_twice_as_many_elsewhere(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    assert Pace().every == 30
    monkeypatch.setenv("CI", "true")
    assert (Pace().every, Pace("5").every) == (60, 5)


def test_the_bar_shows_the_figures_so_far():
    out = io.StringIO()
    bar = Bar(out, lambda: [record(0, input_tokens=1234)])
    bar.started = -100.0
    bar(3, 10)
    assert bar.bar.tasks[0].fields["figures"] == "accuracy 100.0% (95% CI 20.7 to 100.0, n = 1), 1,234 tokens in, 0 out"
    bar(10, 10)
    assert bar.bar is None


@pytest.mark.parametrize(
    ("text", "seconds", "cost"),
    [("20m", 1200, None), ("90s", 90, None), ("1h30m", 5400, None), ("1.5h", 5400, None), ("5USD", None, 5.0),
     ("20m, 0.5 eur", 1200, 0.5)],
)  # fmt: skip
def test_budgets(text, seconds, cost):
    budget = parse_budget(text)
    assert (budget.seconds, budget.cost) == (seconds, cost)


@pytest.mark.parametrize(
    "text", ["", "20", "5", "m", "-5USD", "20m,30m", "5USD,6USD", "0s", "0USD", "1e9m", "20 minutes", ",", "USD"]
)
def test_what_is_no_budget_is_an_error(text):
    with pytest.raises(ValueError, match="no budget"):
        parse_budget(text)


def test_a_budget_that_cannot_be_is_an_error_of_the_command_line(project):
    out = project().runpytest_inprocess("suites", "--budget", "soon")
    assert out.ret == 4
    out.stderr.fnmatch_lines(["*--budget: 'soon' is no budget: it is a time such as 20m*"])
    out = project().runpytest_inprocess("suites", "--budget", "5USD")
    assert out.ret == 4
    out.stderr.fnmatch_lines(["*--budget 5USD needs the prices of listener*input_price*or a time such as 20m"])


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_a_run_whose_time_is_over_stops_in_order(project, workers):
    tester = project(ids=[f"case{i}" for i in range(60)])
    out = tester.runpytest_inprocess("suites", "--budget", "0.001s", "--results", "out", *workers)
    assert out.ret == pytest.ExitCode.INTERRUPTED
    run = audiotest.Run.load(tester.path / "out")
    assert 0 < len(run.records) < 180
    assert all(record.outcome != "error" for record in run.records)
    assert run.summary.stopped == "the time of --budget 0.001s is over"
    missing = 180 - len(run.records)
    out.stdout.fnmatch_lines([f"{missing} trials were not run: the time of --budget 0.001s is over"])
    assert [gate.passed for gates in run.gates.values() for gate in gates] == [None]


def test_a_run_that_ends_within_its_budget_is_whole(project):
    out = project(ids=["one"]).runpytest_inprocess("suites", "--budget", "1h")
    assert out.ret == 0
    out.stdout.no_fnmatch_line("*not run*")


class Paid:
    """A model that says what its replies cost."""

    name, identity, needs, batch_size, priced = "paid", "", Needs(audio=False), 1, True

    def load(self):
        pass

    def close(self):
        pass

    def answer(self, requests):
        return [Reply("yes", details={"cost": 0.25, "input_tokens": 10}) for _ in requests]


def suite(n):
    cases = [audiotest.Case(id=f"c{i}", question="?", choices=["yes", "no"], answer="yes") for i in range(n)]
    return audiotest.Suite(name="s", conditions=["original"], cases=cases)


def test_a_run_whose_money_is_spent_stops_and_keeps_what_it_has(tmp_path):
    run = audiotest.run(suite(30), Paid(), budget="1USD", results=tmp_path / "out")
    assert len(run.records) == 4
    assert run.partial
    assert run.summary.stopped == "--budget 1USD is spent: the replies cost 1.00 USD"
    assert len(audiotest.Run.load(tmp_path / "out").records) == 4
    assert not audiotest.run(suite(4), Paid(), budget="1USD").partial  # all of it was asked
    with pytest.raises(audiotest.AudiotestError, match="no budget"):
        audiotest.run(suite(1), Paid(), budget="soon")


def test_an_endpoint_with_prices_says_so():
    assert open_openai("m", {"input_price": "2.5"}).priced
    assert not open_openai("m", {}).priced
