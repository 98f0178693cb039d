"""What a trial keeps in memory to the end of a run, and that nobody who looks at it misses what it does not keep."""

import copy
import json

import pytest

CASES = """\
suite: instant
policy: gates
cases:
"""
CASE = """\
  - id: case-{i}
    question: What is heard in clip number {i}?
    choices: [a kettle whistling, a train whistle]
    answer: {answer}
    tags: {{skill: sound event}}
"""


def instant(trials):
    """A suite of which a model that takes the first option gets every other trial right."""
    answers = ("a kettle whistling", "a train whistle")
    return CASES + "".join(CASE.format(i=i, answer=answers[i % 2]) for i in range(trials))


METER = """\
import gc
import sys
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish():
    gc.collect()
    with open("blocks.txt", "w") as file:
        file.write(str(sys.getallocatedblocks()))
"""


def blocks_of(pytester, trials):
    """Blocks of memory that are in use once all trials have run."""
    (pytester.path / "instant.yaml").write_text(instant(trials))
    result = pytester.runpytest_subprocess("instant.yaml", "--model", "first", "-q", "-p", "no:cacheprovider")
    assert result.ret == 0
    return int((pytester.path / "blocks.txt").read_text())


def test_a_trial_keeps_few_objects(pytester):
    pytester.makeconftest(METER)
    # 73 while items and reports kept what can be made again.
    assert 20 < (blocks_of(pytester, 900) - blocks_of(pytester, 400)) / 500 < 55


ITEMS = """\
import json
import pytest

KEY = pytest.StashKey()

def pytest_collection_modifyitems(items):
    one = items[0]
    one.add_marker("slow")
    one.add_marker(pytest.mark.fast(1), append=False)
    one.keywords["word"] = "given"
    one.stash[KEY] = [one.name]
    one._store[KEY].append("store")
    one.user_properties.append(("mine", 1))
    one.extra_keyword_matches.add("extra")
    one.add_report_section("setup", "note", "as collected")
    one.funcargs["mine"] = 1
    assert items[1].funcargs == {} and items[1].own_markers == [items[1].get_closest_marker("skill_sound_event")]

def pytest_runtest_setup(item):
    assert item.funcargs is not None and item._request.node is item
    item.stash.setdefault(KEY, []).append("run")

@pytest.fixture(autouse=True)
def looking(request):
    assert request.node.get_closest_marker("skill_sound_event")
    request.node.add_marker("seen")
    yield
    assert request.node.location[2].startswith(request.node.name)

def about(item):
    return {
        "name": item.name, "nodeid": item.nodeid, "marks": [mark.name for mark in item.own_markers],
        "iterated": [mark.name for mark in item.iter_markers()], "stash": item.stash[KEY], "location": item.location,
        "keywords": sorted(set(item.keywords) & {item.name, "instant.yaml", "slow", "fast", "word", "seen",
                                                 "skill_sound_event"}),
        "words": sorted(item.listextrakeywords()), "properties": item.user_properties,
        "missing": hasattr(item, "callspec"), "funcargs": item.funcargs, "request": item._request,
    }

def pytest_sessionfinish(session):
    with open("items.json", "w") as file:
        json.dump([about(item) for item in session.items], file)
"""


def test_what_plugins_put_on_an_item_is_there_to_the_end(pytester):
    pytester.makeconftest(ITEMS)
    (pytester.path / "instant.yaml").write_text(instant(2))
    pytester.runpytest_inprocess("instant.yaml", "--model", "first").stdout.fnmatch_lines("*1 passed, 1 missed*")
    one, two = json.loads((pytester.path / "items.json").read_text())
    assert one["marks"] == ["fast", "skill_sound_event", "slow", "seen"]
    assert two["marks"] == two["iterated"] == ["skill_sound_event", "seen"]
    assert one["keywords"] == ["case-0", "fast", "instant.yaml", "seen", "skill_sound_event", "slow", "word"]
    assert two["keywords"] == ["case-1", "instant.yaml", "seen", "skill_sound_event"]
    assert (one["stash"], two["stash"]) == (["case-0", "store", "run"], ["run"])
    assert (one["words"], two["words"]) == (["extra"], [])
    assert (one["properties"], two["properties"]) == ([["mine", 1]], [])
    assert one["location"] == ["instant.yaml", 3, "case-0 (original)"]
    assert one["nodeid"] == "instant.yaml::original::case-0"
    assert (one["missing"], one["funcargs"], one["request"]) == (False, None, False)


REPORTS = """\
import pytest

def pytest_runtest_logreport(report):
    if report.when == "call" and report.nodeid.endswith("case-4"):
        report.mine = "kept"
    if report.when == "call":
        assert report.keywords["skill_sound_event"] == 1 and dict(report.user_properties)["outcome"]
"""


class AtTheEnd:
    def pytest_terminal_summary(self, terminalreporter, config):
        self.stats, self.config = dict(terminalreporter.stats), config
        data = [self.packed(r) for r in (*self.stats["passed"], *self.stats["missed"])]
        self.again = [config.hook.pytest_report_from_serializable(config=config, data=one) for one in data]

    def packed(self, report):
        return self.config.hook.pytest_report_to_serializable(config=self.config, report=report)


def test_the_terminals_reports_are_like_those_that_plugins_were_given(pytester):
    pytester.makeconftest(REPORTS)
    (pytester.path / "instant.yaml").write_text(instant(6))
    seen, end = [], AtTheEnd()

    class Taking:
        def pytest_runtest_logreport(self, report):
            seen.extend([copy.copy(report)] if report.when == "call" else [])

    result = pytester.inline_run("instant.yaml", "--model", "first", "-rA", "--durations=3", plugins=[Taking(), end])
    assert result.ret == 0
    kept = {report.nodeid: report for report in (*end.stats["passed"], *end.stats["missed"])}
    again = {report.nodeid: report for report in end.again}
    assert len(end.stats["passed"]) == len(end.stats["missed"]) == 3
    for report in seen:
        for other in (kept[report.nodeid], copy.copy(kept[report.nodeid]), again[report.nodeid]):
            assert isinstance(other, pytest.TestReport)
            for name in ("when", "outcome", "passed", "skipped", "failed", "duration", "start", "stop", "longrepr"):
                assert getattr(other, name) == getattr(report, name), name
            for name in ("nodeid", "fspath", "head_line", "sections", "caplog", "capstdout", "count_towards_summary"):
                assert getattr(other, name) == getattr(report, name), name
            assert tuple(other.location) == report.location
            assert getattr(other, "wasxfail", None) == getattr(report, "wasxfail", None)
            assert not hasattr(other, "never_there")
    assert kept["instant.yaml::original::case-4"].mine == "kept"
    assert "skill_sound_event" in kept["instant.yaml::original::case-0"].keywords


def test_a_suite_from_the_cache_is_the_one_that_was_read(pytester):
    from audiotest.declare.suite import load

    (pytester.path / "instant.yaml").write_text(instant(3))
    read, stored = load("instant.yaml"), load("instant.yaml")
    assert read == stored
    assert read.cases == stored.cases
    assert len({id(case.tags) for case in stored.cases}) == len({id(case.choices) for case in stored.cases}) == 1
