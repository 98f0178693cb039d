"""A suite of transcriptions from YAML to figures: gates, sweeps, silence, comparison, baseline, reports, pytest."""

import json
import sys
from pathlib import Path

import jiwer
import numpy as np
import pytest

import audiotest
from audiotest.analyse.intervals import error_rate
from audiotest.declare.problems import SuiteError

BRIDGES = Path(__file__).parents[2] / "bridges"
TEXTS = [
    "the cat sat on the mat",
    "it rained all night long",
    "she sells shells by night",
    "call me back tomorrow please",
]
SUITE = """\
suite: dictation
policy: gates
scorers: [wer, cer]
conditions: [original, silence: abstains, "noise(snr_db=[-10, 0, 10])"]
gates:
  - {metric: wer, max: 0.2}
  - {metric: wer, max: 0.01, bound: upper}
  - {metric: hallucinated_words, condition: silence, max: 1}
cases:
"""


class Listener:
    """Hears everything, but half of the words at 0 dB, none at -10 dB, and thanks in silence for the last clip."""

    name, identity, needs, batch_size = "dictation", "dictation/1", audiotest.Needs(audio=False), 8

    def __init__(self, wrong=0):
        self.wrong = wrong

    def load(self):
        pass

    def close(self):
        pass

    def answer(self, requests):
        return [audiotest.Reply(self._said(request)) for request in requests]

    def _said(self, request):
        number = int(request.case[1:])
        words = TEXTS[number].split()
        if request.condition == "silence":
            return "Thank you for watching!" if number == 3 else ""
        heard = {"noise(snr_db=-10)": 0, "noise(snr_db=0)": len(words) // 2}.get(request.condition, len(words))
        said = words[:heard] + ["mumble"] * (len(words) - heard)
        return " ".join([*said[:-1], "wrong"] if number < self.wrong else said).capitalize() + "."


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def path(tmp_path):
    rows = [
        f"  - {{id: c{i}, task: transcription, audio: {{synth: {{tone: {{hz: {400 + i}, seconds: 0.1}}}}}},"
        f" reference: [{text}], tags: {{language: en}}}}\n"
        for i, text in enumerate(TEXTS)
    ]
    path = tmp_path / "dictation.yaml"
    path.write_text(SUITE + "".join(rows))
    return path


def test_a_suite_has_its_rates_gates_and_threshold(path):
    run = audiotest.run(path, model=Listener(wrong=1))
    conditions = run.summary.suites["dictation"].conditions
    rate = conditions["original"].metrics["wer"]
    outputs = [" ".join([*text.split()[:-1], "wrong"]) if i == 0 else text for i, text in enumerate(TEXTS)]
    assert rate.value == pytest.approx(jiwer.wer(TEXTS, outputs))
    assert (rate.n, rate.low <= rate.value < rate.high) == (4, True)
    assert conditions["original"].metrics["cer"].value > 0
    assert conditions["original"].tags["language"]["en"].metrics["wer"].value == rate.value
    assert "mean_score" not in conditions["original"].metrics
    assert conditions["noise(snr_db=-10)"].metrics["wer"].value == 1
    assert -10 < conditions["original"].metrics["threshold_snr"].value < 10
    assert conditions["silence"].metrics["hallucinated_words"].value == 1
    assert conditions["silence"].metrics["hallucination_rate"].value == 0.25
    assert [gate.passed for gate in run.gates["dictation"]] == [True, False, True]
    outcomes = {record.case: record.outcome for record in run.records if record.condition == "silence"}
    assert outcomes == {"c0": "passed", "c1": "passed", "c2": "passed", "c3": "missed"}


def test_two_runs_are_compared_by_their_edits(path, tmp_path):
    old, new = (audiotest.run(path, model=Listener(wrong), cache=False) for wrong in (0, 4))
    one = audiotest.compare(old, new).suites["dictation"].conditions["original"].metrics["wer"]
    assert (one.first, one.second, one.gain) == (0, pytest.approx(4 / 21), False)
    assert one.difference == pytest.approx(4 / 21)
    assert one.low <= one.difference <= one.high
    assert audiotest.compare(old, old).suites["dictation"].conditions["original"].metrics["wer"].p == 1
    far = audiotest.compare(old, new).suites["dictation"].conditions["noise(snr_db=-10)"].metrics["wer"]
    assert (far.first, far.difference) == (1, 0)


def test_the_curve_and_the_page_show_transcripts(path, tmp_path):
    pytest.importorskip("matplotlib")
    run = audiotest.run(path, model=Listener(wrong=1))
    [axes] = run.plot("snr").axes
    [curve] = [container for container in axes.containers if container.get_label() == "dictation"]
    assert list(curve[0].get_ydata()) == pytest.approx([1, 11 / 21, 1 / 21], abs=0.06)
    assert axes.get_ylabel() == "wer, 95% CI"
    run.report(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    data = json.loads(text.split('id="data">', 1)[1].split("</script>", 1)[0])
    assert data["leading"] == {"dictation": "wer"}
    assert ["substitute", "mat", "wrong"] in [piece for row in data["trials"]["aligned"] for piece in row]
    run.report(tmp_path / "page.md")
    assert "| wer | 4 | 4.8% |" in (tmp_path / "page.md").read_text()


@pytest.mark.parametrize(
    ("reference", "place", "word"),
    [('[""]', "dictation.yaml:5:", "`wer`: the reference '' has no words"), ("['...']", "dictation.yaml:5:", "no words")],
)  # fmt: skip
def test_a_reference_without_words_costs_its_own_case(tmp_path, reference, place, word):
    path = tmp_path / "dictation.yaml"
    path.write_text(
        "suite: s\nscorers: [wer]\ncases:\n  - {id: a, task: transcription, reference: hello}\n"
        f"  - {{id: b, task: transcription, reference: {reference}}}\n"
    )
    suite = audiotest.load_suite(path)
    assert [case.id for case in suite.cases] == ["a"]
    [problem] = suite.problems()
    assert place in str(problem)
    assert word in str(problem)


def test_a_transcription_has_a_question_of_its_own_and_other_cases_need_one(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text("suite: s\nscorers: [wer]\ncases:\n  - {id: a, task: transcription, reference: hello}\n")
    [case] = audiotest.load_suite(path).cases
    assert case.question.startswith("Transcribe the speech")
    path.write_text("suite: s\nscorers: [wer]\ncases:\n  - {id: a, task: caption, reference: hello}\n")
    assert "missing key `question`" in " ".join(map(str, audiotest.load_suite(path).problems()))


def test_options_are_refused_at_their_place_and_a_percentage_is_warned_of(tmp_path):
    path = tmp_path / "s.yaml"
    case = "cases:\n  - {id: a, task: transcription, reference: hello}\n"
    path.write_text("suite: s\nscorers: [{wer: {normaliser: english}}]\n" + case)
    with pytest.raises(SuiteError, match=r"s.yaml:2:11: scorers\[0\]: unknown `normaliser` 'english'"):
        audiotest.load_suite(path)
    path.write_text("suite: s\nscorers: [wer]\ngates: [{metric: wer, max: 5}]\n" + case)
    assert "for 5% write `max: 0.05`" in " ".join(map(str, audiotest.load_suite(path).warnings))


def test_under_pytest_with_recorded_answers_and_against_a_baseline(path, pytester):
    """The end of a run on screen, summary.json, and a gate on the change."""
    text = path.read_text().replace("max: 0.2}", "max: 0.04, versus: baseline}")
    pytester.makefile(".yaml", dictation=text.replace(', "noise(snr_db=[-10, 0, 10])"', ""))
    rows = [{"id": f"c{i}", "prediction": words} for i, words in enumerate(TEXTS)]
    quiet = [{"id": f"c{i}", "condition": "silence", "prediction": ""} for i in range(4)]
    for name, changed in (("good", []), ("bad", [{**rows[2], "prediction": "she sells shells"}])):
        lines = [*rows, *quiet] if not changed else [*rows[:2], *changed, rows[3], *quiet]
        (pytester.path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    good = pytester.runpytest_inprocess("dictation.yaml", "--model", "replay:good.jsonl", "--results", "old")
    good.stdout.re_match_lines([r"\s+\|\s+wer\s+\|\s+4 \|\s+0.00% \|\s+0.0 to \d+"])
    bad = pytester.runpytest_inprocess(
        "dictation.yaml", "--model", "replay:bad.jsonl", "--results", "new", "--baseline", "old"
    )
    bad.stdout.fnmatch_lines(["*wer minus the baseline's is 0.09524, wanted at most 0.04*"])
    summary = json.loads((pytester.path / "new" / "summary.json").read_text())
    assert summary["suites"]["dictation"]["conditions"]["original"]["metrics"]["wer"]["value"] == pytest.approx(2 / 21)


def test_a_program_that_transcribes(path, tmp_path):
    (tmp_path / "asr.py").write_text(
        f"import sys; sys.path.insert(0, {str(BRIDGES)!r})\n"
        "from audiotest_bridge import serve\n"
        f"serve(lambda options: {TEXTS!r}, lambda texts, request: texts[int(request['case'][1:])].upper())\n"
    )
    run = audiotest.run(path, model=f"process:{sys.executable} {tmp_path / 'asr.py'}", conditions=["original"])
    assert run.summary.suites["dictation"].conditions["original"].metrics["wer"].value == 0


def test_the_interval_covers():
    """95% intervals of a rate whose errors come in clips: few clips, many clips, hardly any errors."""
    for clips, share, concentration in ((15, 0.1, 3), (60, 0.1, 3), (30, 0.02, 3)):
        rng = np.random.default_rng(3)

        def draw(count, rng=rng, share=share, concentration=concentration):
            words = np.clip(rng.lognormal(2.5, 0.6, count).round(), 1, None)
            return rng.binomial(
                words.astype(int), rng.beta(share * concentration, (1 - share) * concentration, count)
            ), words

        edits, words = draw(200_000)
        truth, covered, repeats = edits.sum() / words.sum(), 0, 120
        for _ in range(repeats):
            rate = error_rate(np.stack(draw(clips), axis=1).astype(float), list(range(clips)))
            covered += rate.low <= truth <= rate.high
        assert covered / repeats > 0.88, (clips, share)
