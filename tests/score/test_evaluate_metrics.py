"""The scorer and metric ``evaluate``: modules of a folder, of those shipped, per item and over a corpus, offline."""

import pytest
from whisper_normalizer.english import EnglishTextNormalizer

import audiotest
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.declare.problems import SuiteError
from audiotest.registry import METRICS, SCORERS
from audiotest.types import Record, Verdict

SHARED_WORDS = '''
import datasets
import evaluate

class SharedWords(evaluate.Metric):
    """2 x shared words over all words, of the whole corpus."""
    def _info(self):
        text = datasets.Value("string")
        return evaluate.MetricInfo(description="", citation="", inputs_description="",
                                   features=datasets.Features({"predictions": text, "references": text}))
    def _compute(self, predictions, references, lower=False):
        shared = total = 0
        for one, other in zip(predictions, references):
            a, b = ((text.lower() if lower else text).split() for text in (one, other))
            shared += 2 * len(set(a) & set(b))
            total += len(a) + len(b)
        return {"f1": shared / total if total else 0.0, "words": total}
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("metric") / "shared_words"
    place.mkdir()
    (place / "shared_words.py").write_text(SHARED_WORDS)
    return place


def record(i, verdict):
    return Record(
        suite="s", case=str(i), condition="original", nodeid=str(i), expectation="correct", outcome="passed",
        question="?", clip=str(i), verdicts={"evaluate": verdict},
    )  # fmt: skip


def verdicts(folder, pairs, **options):
    options = {"metric": str(folder), "field": "f1", **options}
    return [
        audiotest.score("evaluate", reference=reference, output=output, options=options, allow_code=True)
        for output, reference in pairs
    ]


PAIRS = [("a b c", "a b d"), ("x", "x"), ("one two three four", "five six"), ("A", "a")]


def test_a_corpus_figure_is_of_all_replies_together_and_no_mean(folder, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_ALLOW_CODE", "1")
    rows = [record(i, v) for i, v in enumerate(verdicts(folder, PAIRS, level="corpus", options={"lower": True}))]
    figure = METRICS.get("evaluate").measure(Trials(rows))
    assert figure.value == pytest.approx((4 + 2 + 0 + 2) / (6 + 2 + 6 + 2))
    assert figure.low < figure.value < figure.high
    items = [record(i, v) for i, v in enumerate(verdicts(folder, PAIRS, options={"lower": True}))]
    assert METRICS.get("evaluate").measure(Trials(items)).value == pytest.approx((4 / 6 + 1 + 0 + 1) / 4)


def test_a_shipped_metric_goes_by_its_name_and_a_field_by_its_path():
    options = {"metric": "rouge", "field": "rougeL.fmeasure", "min": 0.5}
    verdict = audiotest.score("evaluate", reference=["the dog barks", "a dog"], output="a dog barks", options=options)
    assert (verdict.correct, verdict.score) == (True, pytest.approx(0.8))


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"metric": "/nowhere/at/all"}, "there is no metric at /nowhere/at/all"),
        ({"metric": "rouge", "field": "f2"}, "no field 'f2'; it gives use_stemmer, rouge1"),
        ({"metric": "rouge"}, "`field` of the metric 'rouge' is no number"),
        ({"metric": "rouge", "field": "rouge1.recall", "options": {"stem": 1}}, "the metric 'rouge' failed: TypeError"),
    ],
)
def test_what_cannot_be_computed_is_a_sentence(options, word):
    with pytest.raises(ValueError, match=word):
        audiotest.score("evaluate", reference="the dog", output="a dog", options=options, allow_code=True)


@pytest.mark.parametrize(
    "options", [{}, {"metric": "rouge", "level": "suite"}, {"metric": "rouge", "level": "corpus", "min": 1}]
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError, match="metric|level|min"):
        SCORERS.get("evaluate").check(**options)


WORDS = """\
suite: words
scorers: [{evaluate: {metric: ./shared_words, field: f1, level: corpus}}]
gates: [{metric: evaluate, min: 0.5}]
cases:
  - {id: a, question: Say a b., reference: a b}
  - {id: b, question: Say c., reference: c}
"""
ANSWERS = '{"id": "a", "prediction": "a x"}\n{"id": "b", "prediction": "c"}\n'


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("AUDIOTEST_ALLOW_CODE", raising=False)


def test_a_case_that_names_a_folder_that_is_not_there_costs_no_other_case(folder, tmp_path, cache):
    words = "{evaluate: {metric: %s/shared_words, field: f1, min: 0.5}}"
    path = folder.parent / "own.yaml"
    path.write_text(
        "suite: own\nscorers: [exact]\ncases:\n"
        f"  - {{id: a, question: Say a b., reference: a b, expect: [{words % '.'}]}}\n"
        f"  - {{id: b, question: Say c., reference: c, audio: no.wav, expect: [exact, {words % './elsewhere'}]}}\n"
    )
    suite = audiotest.load_suite(path)
    [invalid] = suite.invalid
    assert ([case.id for case in suite.cases], invalid.name) == (["a"], "b")
    assert [(p.line, p.path) for p in invalid.problems] == [(5, ("cases", 1, "audio")), (5, ("cases", 1, "expect", 1))]
    assert "there is no file" in invalid.problems[0].message
    assert invalid.problems[1].message == "there is no ./elsewhere/shared_words beside the suite"
    answers = tmp_path / "answers.jsonl"
    answers.write_text(ANSWERS)
    run = audiotest.run(path, model=f"replay:{answers}", allow_code=True)
    assert {record.case: record.outcome for record in run.records if record.outcome != "error"} == {"a": "passed"}


def test_a_suite_names_the_folder_beside_it(folder, tmp_path, cache):
    lost = tmp_path / "lost.yaml"
    lost.write_text(WORDS)
    with pytest.raises(SuiteError, match=r"lost.yaml:2:11: scorers\[0\]: there is no ./shared_words beside the suite"):
        audiotest.load_suite(lost)
    path = folder.parent / "words.yaml"
    path.write_text(WORDS)
    answers = tmp_path / "answers.jsonl"
    answers.write_text(ANSWERS)
    run = audiotest.run(path, model=f"replay:{answers}", allow_code=True)
    figure = run.summary.suites["words"].conditions["original"].metrics["evaluate"]
    assert figure.value == pytest.approx(4 / 6)
    assert [record.outcome for record in run.records] == ["passed", "passed"]
    assert run.gates["words"][0].passed


MARKING = (
    SHARED_WORDS
    + """
import pathlib
pathlib.Path(MARK).write_text("it ran")
"""
)


@pytest.fixture
def hostile(tmp_path, cache):
    """A suite whose metric, when it is loaded, leaves a mark; the mark."""
    module = tmp_path / "suites" / "shared_words"
    module.mkdir(parents=True)
    mark = tmp_path / "mark"
    (module / "shared_words.py").write_text(MARKING.replace("(MARK)", "(" + repr(str(mark)) + ")"))
    (tmp_path / "suites" / "words.yaml").write_text(WORDS)
    case = "  - {id: c, question: Say d., reference: d, expect: [{evaluate: {metric: ./shared_words, field: f1, min: 1}}]}\n"
    (tmp_path / "suites" / "case.yaml").write_text("suite: case\nscorers: [exact]\ncases:\n" + case)
    (tmp_path / "answers.jsonl").write_text(ANSWERS + '{"id": "c", "prediction": "d"}\n')
    return mark


def test_a_metric_from_elsewhere_runs_only_where_the_person_says_so(hostile, tmp_path):
    from click.testing import CliRunner

    from audiotest.cli import main

    suites, model = tmp_path / "suites", f"replay:{tmp_path / 'answers.jsonl'}"
    out = CliRunner().invoke(main, ["validate", str(suites)])
    assert out.exit_code == 0
    assert "words.yaml:2:11: scorers[0]: the metric" in out.output
    assert "case.yaml:4:1: expect[0]: the metric" in out.output
    assert out.output.count("give --allow-code or set AUDIOTEST_ALLOW_CODE=1 (warning)") == 2
    for name in ("words.yaml", "case.yaml"):
        audiotest.load_suite(suites / name)
        with pytest.raises(SuiteError, match=r"shared_words' is a program .* --allow-code"):
            audiotest.run(suites / name, model=model)
    with pytest.raises(ValueError, match="--allow-code"):
        audiotest.score("evaluate", reference="x", output="x", options={"metric": str(suites / "shared_words")})
    with pytest.raises(ValueError, match="the metric 'somebodys', from the hub, is a program"):
        audiotest.score("evaluate", reference="x", output="x", options={"metric": "somebodys"})
    assert not hostile.exists()
    run = audiotest.run(suites, model=model, allow_code=True)
    assert hostile.read_text() == "it ran"
    assert [record.outcome for record in run.records] == ["passed"] * 3
    assert "--allow-code" in run.summary.rerun


def test_a_run_record_from_elsewhere_runs_nothing(hostile, tmp_path, monkeypatch):
    rows = [record(i, v) for i, v in enumerate(verdicts_of(hostile.parent / "suites" / "shared_words"))]
    with pytest.raises(NotMeasured, match="is a program and would run with your rights"):
        METRICS.get("evaluate").measure(Trials(rows))
    assert not hostile.exists()


def verdicts_of(folder):
    details = {
        "metric": str(folder),
        "field": "f1",
        "level": "corpus",
        "options": {},
        "reply": "x",
        "references": ["x"],
    }
    return [Verdict(None, details=details)] * 2


def test_pytest_takes_the_option(hostile, pytester, tmp_path):
    given = (str(tmp_path / "suites"), "--model", f"replay:{tmp_path / 'answers.jsonl'}", "--rootdir", str(tmp_path))
    out = pytester.runpytest_inprocess(*given)
    assert out.parseoutcomes() == {"errors": 2}
    out.stdout.fnmatch_lines(["*give --allow-code or set AUDIOTEST_ALLOW_CODE=1*"])
    assert not hostile.exists()
    out = pytester.runpytest_inprocess(*given, "--allow-code")
    assert out.parseoutcomes() == {"passed": 4}
    assert hostile.exists()


ERROR_RATE = '''
import datasets
import evaluate
import jiwer

class ErrorRate(evaluate.Metric):
    """As evaluate's modules `wer` and `cer` sum them: edits over S + D + C, of all pairs, by jiwer's alignment."""
    def _info(self):
        text = datasets.Value("string")
        return evaluate.MetricInfo(description="", citation="", inputs_description="",
                                   features=datasets.Features({"predictions": text, "references": text}))
    def _compute(self, predictions, references, unit="words"):
        align = getattr(jiwer, f"process_{unit}")
        pairs = [align(reference, prediction) for prediction, reference in zip(predictions, references)]
        edits = sum(one.substitutions + one.deletions + one.insertions for one in pairs)
        return {"rate": edits / sum(one.substitutions + one.deletions + one.hits for one in pairs)}
'''
SPOKEN = [
    ("Mr. Quilter is the apostle of the middle classes", "mister quilter is a postal of the middle class"),
    ("It won't cost $20 million; the colour isn't grey.", "it will not cost twenty million the color is not gray uh"),
    ("He tells us that at this festive season", "he tells us"),
    ("roast beef", "roast beef and Christmas pudding with cream"),
]


@pytest.mark.parametrize(("scorer", "unit"), [("wer", "words"), ("cer", "characters")])
def test_error_rates_are_those_of_evaluate_on_the_same_normalised_text(scorer, unit, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_ALLOW_CODE", "1")
    (tmp_path / "error_rate").mkdir()
    (tmp_path / "error_rate/error_rate.py").write_text(ERROR_RATE)
    rows = [
        record(
            i, audiotest.score(scorer, reference=reference, output=output, options={"normaliser": "whisper_english"})
        )
        for i, (reference, output) in enumerate(SPOKEN)
    ]
    for row in rows:
        row.verdicts[scorer] = row.verdicts.pop("evaluate")
    normalise = EnglishTextNormalizer()
    plain = [(normalise(output), normalise(reference)) for reference, output in SPOKEN]
    options = {"field": "rate", "level": "corpus", "options": {"unit": unit}}
    theirs = [record(i, v) for i, v in enumerate(verdicts(tmp_path / "error_rate", plain, **options))]
    expected = METRICS.get("evaluate").measure(Trials(theirs)).value
    assert METRICS.get(scorer).measure(Trials(rows)).value == pytest.approx(expected)
    assert 0.2 < expected < 1
