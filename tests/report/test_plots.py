"""Figures: what is drawn is what the summary says. The artists' data are read, not pixels."""

import builtins
import subprocess
import sys

import pytest
from click.testing import CliRunner

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure
from runs_at_hand import record, run, saved, sweep, trials

from audiotest.cli import main
from audiotest.registry import PLOTS
from audiotest.runs import Run, RunError
from audiotest.types import Record

RATIOS = {-10: 10, 0: 22, 10: 36}


@pytest.fixture(scope="module")
def swept():
    return sweep("s", "one", RATIOS)


def bars_with_errors(axes, label):
    """(xs, ys, low ends, high ends) of the error bars with this label; the ends along whichever axis they have."""
    [container] = [c for c in axes.containers if c.get_label() == label]
    line, _, (bars,) = container
    segments = bars.get_segments()
    along = 1 if all(segment[0][0] == segment[1][0] for segment in segments) else 0
    ends = [sorted(float(point[along]) for point in segment) for segment in segments]
    return list(line.get_xdata()), list(line.get_ydata()), [low for low, _ in ends], [high for _, high in ends]


def test_every_kind_gives_a_figure_without_pyplot(swept):
    code = "import sys, audiotest.registry as r; [r.PLOTS.get(n) for n in r.PLOTS.names()]; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert PLOTS.names() == ["gap", "positions", "profile", "snr", "tags"]
    for kind in ("gap", "positions", "profile", "snr"):
        assert isinstance(swept.plot(kind), Figure)


def test_the_curve_is_that_of_the_summary(swept):
    [axes] = PLOTS.get("snr").draw(swept).axes
    conditions = swept.summary.suites["s"].conditions
    expected = [conditions[f"noise(snr_db={ratio})"].metrics["accuracy"] for ratio in RATIOS]
    xs, ys, lows, highs = bars_with_errors(axes, "one")
    assert xs == list(RATIOS)
    assert ys == [10 / 40, 22 / 40, 36 / 40]
    assert lows == pytest.approx([e.low for e in expected])
    assert highs == pytest.approx([e.high for e in expected])
    lines = {line.get_label(): line for line in axes.lines}
    assert lines["chance"].get_ydata()[0] == 0.25
    threshold = conditions["original"].metrics["threshold_snr"]
    assert -10 < threshold.value < 10
    assert lines["half-way point"].get_xdata()[0] == threshold.value
    assert f"{threshold.value:.1f} dB".replace("-", "−") in axes.get_title(loc="left")
    clean = next(line for line in axes.lines if list(line.get_ydata()) == [38 / 40])
    assert clean.get_xdata()[0] > 10
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["−10", "0", "10", "clean"]


def test_noise_and_babble_are_two_curves():
    babble = [r for at, right in ((0, 5), (10, 30)) for r in trials("s", f"babble(snr_db={at})", right)]
    both = run([*sweep("s", "m", RATIOS).records, *babble])
    [axes] = PLOTS.get("snr").draw(both).axes
    assert bars_with_errors(axes, "m, babble")[:2] == ([0, 10], [5 / 40, 30 / 40])
    assert bars_with_errors(axes, "m, noise")[0] == list(RATIOS)


def test_several_runs_are_series_that_grey_and_colour_blind_readers_tell_apart(swept):
    other = sweep("s", "two", {-10: 9, 0: 12, 10: 20})
    figure = PLOTS.get("snr").draw([swept, other])
    [axes] = figure.axes
    assert bars_with_errors(axes, "two")[1] == [9 / 40, 12 / 40, 20 / 40]
    styles = [c.lines[0] for c in axes.containers if c.get_label() in ("one", "two")]
    for trait in ("get_marker", "get_linestyle", "get_color"):
        assert len({getattr(line, trait)() for line in styles}) == 2
    [legend] = figure.legends
    assert {text.get_text() for text in legend.get_texts()} == {"one", "two", "chance", "half-way point"}
    same = PLOTS.get("snr").draw([swept, swept])
    assert {"one (1)", "one (2)"} <= {text.get_text() for text in same.legends[0].get_texts()}


def test_twenty_runs_are_told_apart():
    one = sweep("s", "m", {0: 5, 10: 9}, n=10)
    figure = PLOTS.get("positions").draw([one] * 20)
    bars = [container[0] for container in figure.axes[0].containers]
    assert len({(bar.get_facecolor(), bar.get_hatch()) for bar in bars}) == 20
    points = PLOTS.get("gap").draw([one] * 20).axes[0].containers
    assert len({(c.lines[0].get_color(), c.lines[0].get_marker()) for c in points}) == 20


def test_gaps_of_all_suites_with_their_intervals(swept):
    both = run([*swept.records, *trials("t", "original", 12), *trials("t", "text_only", 11)])
    [axes] = PLOTS.get("gap").draw(both).axes
    xs, ys, lows, highs = bars_with_errors(axes, "m")
    expected = [both.summary.suites[s].conditions["original"].metrics["listening_gap"] for s in "st"]
    assert xs == [28 / 40, 1 / 40] == [e.value for e in expected]
    assert ys == [0, 1]
    assert lows == pytest.approx([e.low for e in expected])
    assert highs == pytest.approx([e.high for e in expected])
    assert lows[1] < 0 < lows[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["s (n = 40)", "t (n = 40)"]
    with pytest.raises(RunError, match="needs answers under original and silence"):
        PLOTS.get("gap").draw(both, versus="silence")


def test_the_profile_stacks_its_shares():
    mixed = run([record("s", i, "original", i < 8, choice=None) for i in range(10)]
                + [record("s", i, "text_only", i < 3) for i in range(10)])  # fmt: skip
    [axes] = PLOTS.get("profile").draw(mixed).axes
    shares = {bars.get_label(): (bars[0].get_x(), bars[0].get_width(), bars[0].get_hatch()) for bars in axes.containers}
    assert {label: round(width, 9) for label, (_, width, _) in shares.items()} == {
        "listened": 0.5, "guessable": 0.3, "misheard": 0.2}  # fmt: skip
    assert [round(x, 9) for x, _, _ in shares.values()] == [0, 0.5, 0.8]
    assert len({hatch for _, _, hatch in shares.values()}) == 3
    assert [text.get_text() for text in axes.texts] == ["50", "30", "20"]


def test_positions_show_chosen_and_right():
    front = run([record("s", i, "original", i % 4 == 0, choice=0) for i in range(12)])
    [axes] = PLOTS.get("positions").draw(front).axes
    [bars] = axes.containers
    assert [bar.get_height() for bar in bars] == [1, 0, 0, 0]
    [lines] = axes.collections
    assert [float(segment[0][1]) for segment in lines.get_segments()] == [0.25] * 4
    assert axes.get_title(loc="left") == "s (n = 12)"


def test_tags_are_sorted_and_single_cases_folded():
    skills = ["pitch"] * 10 + ["timbre"] * 8 + ["a", "b", "c"]
    right = [True] * 5 + [False] * 5 + [True] * 8 + [True, False, True]
    rows = [record("s", i, "original", ok, tags={"skill": (skill,), "level": ("easy",)})
            for i, (skill, ok) in enumerate(zip(skills, right, strict=True))]  # fmt: skip
    with pytest.raises(RunError, match="name a tag to draw; there is level, skill"):
        PLOTS.get("tags").draw(run(rows))
    [axes] = PLOTS.get("tags").draw(run(rows), tag="skill").axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["timbre (n = 8)", "pitch (n = 10)", "3 values of one case each (n = 3)"]
    xs, ys, lows, _ = bars_with_errors(axes, "m")
    assert (xs, ys) == ([1, 0.5, pytest.approx(2 / 3)], [0, 1, 2])
    value = run(rows).summary.suites["s"].conditions["original"].tags["skill"]["pitch"].metrics["accuracy"]
    assert lows[1] == pytest.approx(value.low)
    with pytest.raises(RunError, match="no judged trial under original has the tag 'skil'; tags are level, skill"):
        PLOTS.get("tags").draw(run(rows), tag="skil")


@pytest.mark.parametrize("kind", ["gap", "positions", "profile", "snr", "tags"])
def test_where_there_is_nothing_to_draw_a_sentence_says_why(kind):
    broken = Record(
        suite="s", case="c", condition="original", nodeid="n", expectation="recorded", outcome="error", question="?"
    )
    with pytest.raises(RunError, match="nothing to draw"):
        run([broken]).plot(kind)
    with pytest.raises(RunError, match="nothing to draw: m has no trials"):
        Run.from_records([], "m").plot(kind)
    with pytest.raises(RunError, match="there is no run to draw"):
        PLOTS.get(kind).draw([])


@pytest.mark.parametrize("kind", ["gap", "positions", "profile", "snr"])
def test_a_suite_that_is_not_there_is_named(kind, swept):
    with pytest.raises(RunError, match="no run has the suite 'x'; there is s"):
        swept.plot(kind, suite="x")


def test_files_are_the_same_each_time_and_hold_text(swept, tmp_path):
    for name in ("a.svg", "b.svg", "a.pdf", "b.pdf", "folder/a.png"):
        swept.plot("snr", tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert ">signal-to-noise ratio (dB)</text>" in (tmp_path / "a.svg").read_text()
    assert (tmp_path / "folder" / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in swept.plot("snr")._repr_svg_()
    with pytest.raises(RunError, match=r"no format of a figure has the ending 'abc'"):
        swept.plot("snr", tmp_path / "a.abc")


def test_names_are_text_and_no_formula(tmp_path):
    odd = run([record("$\\frac$ <&>", i, c, True) for i in range(4) for c in ("original", "text_only")], "m$o^d_el$")
    for kind in ("gap", "positions", "profile"):
        odd.plot(kind, tmp_path / f"{kind}.svg")
        assert "$\\frac$ &lt;&amp;&gt;" in (tmp_path / f"{kind}.svg").read_text()


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("matplotlib"):
            raise ImportError(f"No module named {name!r}")
        return real(name, *rest)

    for name in [name for name in sys.modules if name.startswith("audiotest.report.plots.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(PLOTS, "_members", {})
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'audiotest\[plot\]'"):
        run([]).plot("gap")


def test_without_pandas_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'audiotest\[frames\]'"):
        run([]).to_frame()


def test_the_frame_has_a_row_a_trial():
    pytest.importorskip("pandas")
    frame = run([record("s", i, "original", i < 3, tags={"skill": ("pitch", "tempo")}) for i in range(4)]).to_frame()
    assert frame["correct"].tolist() == [True, True, True, False]
    assert frame["tag.skill"].unique().tolist() == ["pitch, tempo"]
    assert frame["choice"].tolist() == ["a bell", "a phone", "a siren", "a bell"]


def test_the_frame_is_written_as_parquet_and_into_no_stream(tmp_path, monkeypatch):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    one = run([record("s", i, "original", i < 3, tags={"skill": ("pitch", "tempo")}) for i in range(4)])
    assert one.report(tmp_path / "a.parquet") == f"{tmp_path / 'a.parquet'}: 4 trials"
    pandas.testing.assert_frame_equal(pandas.read_parquet(tmp_path / "a.parquet"), one.to_frame(), check_dtype=False)
    folder = saved(tmp_path / "out", one)
    target = str(tmp_path / "new" / "b.parquet")
    assert (
        CliRunner().invoke(main, ["report", folder, "--format", "parquet", "-o", target]).output
        == f"{target}: 4 trials\n"
    )
    assert "the file that -o names" in CliRunner().invoke(main, ["report", folder, "--format", "parquet"]).output
    page = str(tmp_path / "r.html")
    assert CliRunner().invoke(main, ["report", folder, "--format", "html", "-o", page]).exit_code == 0
    monkeypatch.setitem(sys.modules, "pandas", None)
    out = CliRunner().invoke(main, ["report", folder, "--format", "parquet", "-o", target])
    assert (out.exit_code, "pip install 'audiotest[frames]'" in out.output) == (1, True)


def test_saved_runs_draw_the_same(swept, tmp_path):
    loaded = Run.load(saved(tmp_path / "run", swept))
    for kind in ("snr", "gap"):
        swept.plot(kind, tmp_path / "one.svg")
        loaded.plot(kind, tmp_path / "two.svg")
        assert (tmp_path / "one.svg").read_text() == (tmp_path / "two.svg").read_text()
