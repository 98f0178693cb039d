"""audiotest compare: paired, corrected, and refused where the runs did not ask the same."""

import csv

import pytest
from accessibility import violations
from click.testing import CliRunner
from msgspec.structs import replace

from audiotest.analyse.compare import NotComparable, compare, flipped, holm
from audiotest.cli import main
from audiotest.runs import RunWriter
from audiotest.types import Record, Reply, Verdict


def record(i, correct, condition="original", skill="pitch", **more):
    fields = {"hashes": {"prompt": f"p{i}", "sound": f"s{i}"}, "reply": Reply(f"reply {i}"), **more}
    return Record(suite="s", case=f"c{i}", condition=condition, nodeid=f"s.yaml::{condition}::c{i}", expectation="correct",
                  outcome="passed" if correct else "missed", question="?", choices=("x", "y"), tags={"skill": (skill,)},
                  clip=f"clip{i}", verdicts={"choice": Verdict(correct, score=float(correct))}, **fields)  # fmt: skip


OLD = [record(i, i % 2 == 0, skill="pitch" if i < 50 else "rhythm") for i in range(100)]
NEW = [record(i, i % 2 == 0 or i < 30, skill="pitch" if i < 50 else "rhythm") for i in range(100)]


def saved(folder, records, model="m"):
    accuracy = sum(r.outcome == "passed" for r in records) / max(len(records), 1)
    suites = {"s": {"conditions": {"original": {"metrics": {"accuracy": {"value": accuracy}}}}}}
    RunWriter(folder).finish(records, {"model": model, "suites": suites})
    return str(folder)


def run(*arguments):
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


def test_differences_are_paired_and_tested():
    whole, pitch, rhythm = compare(OLD, NEW)
    assert (whole.first, whole.second) == (0.5, 0.65)
    assert whole.difference.value == pytest.approx(0.15)
    assert whole.difference.low < 0.15 < whole.difference.high
    assert (whole.worse, whole.better) == (0, 15)
    assert whole.p == pytest.approx(2 * 0.5**15)
    assert (pitch.tag, rhythm.tag) == ("skill: pitch", "skill: rhythm")
    assert pitch.p == pytest.approx(4 * 0.5**15)  # two tests over the tag: Holm doubles the smaller
    assert rhythm.p == 1.0
    assert [one.record.case for one in flipped(OLD, NEW)] == [f"c{i}" for i in range(1, 30, 2)]


def test_holm_is_holm():
    differences = [compare(OLD, NEW)[0]] * 4
    made = holm([replace(d, p=p) for d, p in zip(differences, (0.01, 0.04, 0.03, 0.005), strict=True)])
    assert [round(d.p, 6) for d in made] == [0.03, 0.06, 0.06, 0.02]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (NEW[:90], "10 trials were judged in the first run only"),
        ([record(i, True, hashes={"prompt": "another"}) for i in range(100)], "different prompts in 100 trials"),
        ([record(i, True, hashes={"prompt": "another"}, seed=3) for i in range(100)], "...: their seeds are 0 and 3"),
        ([record(i, True, hashes={"prompt": f"p{i}", "sound": "z"}) for i in range(100)], "different sounds"),
        ([replace(r, verdicts={"exact": Verdict(True)}) for r in NEW], "choice and exact"),
    ],
)
def test_runs_that_did_not_ask_the_same_are_refused(other, said):
    with pytest.raises(NotComparable, match=said):
        compare(OLD, other)
    if "only" in said:
        assert compare(OLD, other, common=True)[0].difference.n == 90


def test_models_of_different_rates_were_asked_the_same():
    """What the model was given differs in rate; what it was asked about does not."""
    narrow = [replace(r, hashes={"prompt": "p", "sound": f"16k {r.case}", "source": r.case}) for r in OLD]
    wide = [replace(r, hashes={"prompt": "p", "sound": f"48k {r.case}", "source": r.case}) for r in NEW]
    assert compare(narrow, wide)[0].difference.n == 100
    other = [replace(r, hashes={**r.hashes, "source": "another"}) for r in wide]
    with pytest.raises(NotComparable, match="different sounds"):
        compare(narrow, other)


def test_the_command_in_its_formats(tmp_path):
    old, new = saved(tmp_path / "old", OLD, "before"), saved(tmp_path / "new", NEW, "after")
    text = run(old, new, "--items", 3).output
    assert "before" in text
    assert "+15.0" in text
    assert "15 items flipped: 0 worse, 15 better" in text
    assert "and 12 more" in text
    rows = list(csv.DictReader(run(old, new, "--format", "csv", "--no-tags").output.splitlines()))
    assert [(r["suite"], r["better"], r["difference"]) for r in rows] == [("s", "15", "0.15")]
    third = saved(tmp_path / "third", NEW[:10] + OLD[10:], "third")
    board = run(old, new, third, "--format", "markdown").output
    assert (
        board.index("| after | 65.0 (55.3 to 73.6) |") < board.index("| third | 55.0") < board.index("| before | 50.0")
    )
    assert "| run | s (n = 100) |" in board
    rows = list(csv.DictReader(run(old, new, third, "--format", "csv", "--no-tags").output.splitlines()))
    assert [(r["first run"], r["second run"], r["n"]) for r in rows] == [(old, new, "100"), (old, third, "100")]
    assert float(rows[0]["low"]) < 0.15 < float(rows[0]["high"])
    assert run(old).exit_code == 2
    refused = run(old, saved(tmp_path / "short", NEW[:50]))
    assert refused.exit_code == 1
    assert "--common compares the others" in refused.output.replace("\n", " ")


def test_headline_figures_are_compared_and_a_rise_without_the_sound_is_called_none(tmp_path):
    old = OLD + [record(i, False, "text_only") for i in range(100)]
    new = NEW + [record(i, i < 40, "text_only") for i in range(100)]
    text = run(saved(tmp_path / "old", old), saved(tmp_path / "new", new), "--no-tags").output
    (gap,) = [line.split() for line in text.splitlines() if "listening_gap" in line]
    assert gap[1:4] == ["listening_gap", "(versus", "text_only)"]
    assert gap[4:8] == ["100", "50.0", "25.0", "-25.0"]
    assert "no gain, since nothing can be heard there: more right answers under text_only" in text
    assert "no gain" not in run(tmp_path / "old", tmp_path / "old").output


def test_a_leaderboard_is_over_the_trials_that_all_runs_judged(tmp_path):
    """The best of 30 cases is not best for having been asked the easy ones."""
    easy = saved(tmp_path / "easy", NEW[:30], "easy")
    out = run(saved(tmp_path / "old", OLD, "before"), easy, saved(tmp_path / "new", NEW, "after"), "--common")
    assert out.exit_code == 0, out.output
    board = out.output.partition("->")[0].splitlines()
    assert board[0].split() == ["run", "s", "(n", "=", "30)"]
    assert [line.split()[:2] for line in board[1:4]] == [["easy", "100.0"], ["after", "100.0"], ["before", "50.0"]]


def test_a_page_holds_the_tables_and_every_flipped_item_and_no_markup_of_a_model(tmp_path):
    hostile = [replace(r, reply=Reply("<script>alert(1)</script> \u202eright to left")) for r in NEW]
    runs = [
        saved(tmp_path / "a", OLD, "first"),
        saved(tmp_path / "b", hostile, "<b>second</b>"),
        saved(tmp_path / "c", OLD),
    ]
    out = run(*runs, "--html", tmp_path / "page.html")
    assert out.exit_code == 0, out.output
    page = (tmp_path / "page.html").read_text()
    assert "15 items flipped: 0 worse, 15 better" in page
    assert page.count('<details class="item"') == 15
    assert "<script>" not in page
    assert "<b>second" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<tr>") > 6
    assert "http:" not in page.replace("http://www.w3.org", "")
    assert "https:" not in page


def test_the_page_answers_first_what_changed_beyond_chance(tmp_path, browser):
    shown = browser.new_page()

    def page_of(before, after, *more):
        folders = [saved(tmp_path / name, rows, name) for name, rows in (("before", before), ("after", after))]
        assert run(*folders, "--html", str(tmp_path / "c.html"), *more).exit_code == 0
        shown.goto((tmp_path / "c.html").as_uri())
        return shown.inner_text(".verdict")

    better = page_of(OLD, NEW)
    assert better.startswith("✓ Better: accuracy of s under original +15.0 percentage points (95% CI +")
    assert better.endswith(", p < 0.001")
    assert page_of(NEW, OLD).startswith("✗ Worse: accuracy of s under original -15.0 percentage points")
    assert page_of(OLD, OLD) == "· No significant difference in accuracy or in the listening gap"
    assert "变好" in page_of(OLD, NEW, "--lang", "zh")
    # More right answers without the sound are no gain.
    silent = [[record(i, i < right, "text_only") for i in range(60)] for right in (10, 50)]
    assert page_of([*OLD, *silent[0]], [*OLD, *silent[1]]).startswith(
        ("· No significant", "✗ Worse: listening gap of s")
    )
    shown.close()


def test_the_page_changes_its_language_where_it_stands(tmp_path, browser):
    folders = [saved(tmp_path / name, rows, name) for name, rows in (("before", OLD), ("after", NEW))]
    assert run(*folders, "--html", str(tmp_path / "c.html")).exit_code == 0
    shown = browser.new_page(color_scheme="dark")
    shown.goto((tmp_path / "c.html").as_uri())
    english = shown.inner_text("main")
    for language, words in (("ko", "바뀐 문항"), ("zh", "变好")):
        shown.select_option("#language", language)
        text = shown.inner_text("main")
        assert words in text
        assert "Better" not in text
        assert "items flipped" not in text
        assert violations(shown) == ""
    shown.select_option("#language", "en")
    assert shown.inner_text("main") == english
    shown.close()


def test_a_page_with_long_names_fits_a_phone(tmp_path, browser):
    runs = [saved(tmp_path / ("a-long-name-of-a-folder-" * 4 + end), OLD, "model") for end in "abc"]
    assert run(*runs, "--html", tmp_path / "page.html").exit_code == 0
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((tmp_path / "page.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    widths = page.evaluate("[...document.querySelectorAll('svg.gap')].map((one) => one.getBoundingClientRect().width)")
    assert min(widths) >= 190  # intervals that can be read


def test_the_page_has_the_figures_that_say_whether_it_listens_and_no_green_for_guessing(tmp_path):
    """30 of 100 more are right without the sound, none with it: the gap fell, and that is no gain."""
    old = [*OLD, *(record(i, i < 20, "text_only") for i in range(100))]
    new = [*OLD, *(record(i, i < 50, "text_only") for i in range(100))]
    runs = saved(tmp_path / "old", old), saved(tmp_path / "new", new)
    text = run(*runs).output
    assert "listening_gap (versus text_only)" in text
    assert "no gain, since nothing can be heard there" in text
    assert run(*runs, "--html", tmp_path / "page.html").exit_code == 0
    page = " ".join((tmp_path / "page.html").read_text().split())
    assert (
        '<td>listening_gap (versus text_only)</td><td class="n">100</td><td class="n">30.0</td><td class="n">0.0</td>'
        in page
    )
    assert '<td class="n wrong">-30.0</td>' in page  # the gap
    assert '<td class="n ">+30.0</td>' in page  # more right answers under text_only, without colour
    items, _, _ = page.partition('id="texts"')
    assert items.count("(no gain or loss: nothing can be heard)") == 30
