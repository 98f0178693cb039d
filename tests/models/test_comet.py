"""``comet:FOLDER``: scores equal to unbabel-comet's, and the scorer `comet` and its figure in a run."""

import json
from pathlib import Path

import pytest

import audiotest
from audiotest.models import loading
from audiotest.models.loading import ModelError, load_model, open_model
from audiotest.models.protocol import Unsupported
from audiotest.registry import SCORERS
from audiotest.types import Needs, Question, Reply, Request

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
import tiny_comet as tiny  # noqa: E402

GOLDEN = json.loads((Path(__file__).parent / "data" / "comet.json").read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("comet")
    encoder = tiny.save_encoder(folder / "encoder")
    for kind in tiny.KINDS:
        tiny.save(folder, kind, encoder)
    return folder


def request(**texts):
    return Request(suite="s", case="c", condition="x", question="", prompt=json.dumps(texts))


@pytest.mark.parametrize("kind", tiny.KINDS)
def test_scores_are_those_of_the_package(folder, kind):
    model = open_model(f"comet:{folder / kind}")
    model.load()
    rows = [[row[name] for name in model.texts] for row in tiny.ROWS]
    assert model.scores(rows) == pytest.approx(GOLDEN[kind], abs=1e-6)
    assert [model.scores([row])[0] for row in rows] == pytest.approx(GOLDEN[kind], abs=1e-6)
    replies = model.answer([request(**row) for row in tiny.ROWS])
    assert [float(reply.text) for reply in replies] == pytest.approx(GOLDEN[kind], abs=1e-5)
    model.close()


def test_what_is_no_translation_is_refused_alone(folder):
    model = open_model(f"comet:{folder / 'da'}")
    model.load()
    [question, incomplete, fine] = model.answer(
        [Request(suite="s", case="c", condition="x", question="", prompt="What is heard?"), request(src="a", mt="b"),
         request(**tiny.ROWS[0])]
    )  # fmt: skip
    assert isinstance(question, Unsupported)
    assert isinstance(incomplete, Unsupported)
    assert "'ref'" in str(incomplete)
    assert float(fine.text) == pytest.approx(GOLDEN["da"][0], abs=1e-5)


def test_checkpoints_that_cannot_be_read_are_refused_in_a_sentence(folder, tmp_path):
    def refused(target):
        with pytest.raises(ModelError) as error:
            load_model(open_model(f"comet:{target}"), "comet", "comet")
        return str(error.value)

    assert "holds no hparams.yaml" in refused(tmp_path)
    target = tiny.save(tmp_path, "da", folder / "encoder")
    hparams = (target / "hparams.yaml").read_text()
    (target / "hparams.yaml").write_text(hparams.replace("regression_metric", "unified_metric"))
    assert "`class_identifier` that can be read here 'unified_metric'" in refused(target)
    (target / "hparams.yaml").write_text(hparams.replace("class_identifier: regression_metric\n", ""))
    assert "`class_identifier` that can be read here 'None'" in refused(target)
    (target / "hparams.yaml").write_text("")
    assert "hparams.yaml holds no hyperparameters" in refused(target)
    (target / "hparams.yaml").write_text(hparams)
    (target / "checkpoints" / "model.ckpt").write_bytes(b"\x80\x02cos\nsystem\nq\x00.")
    assert "no file of weights alone" in refused(target)


SUITE = """\
suite: translations
policy: gates
scorers: [{comet: {model: tiny, min: -10}}, chrf]
conditions: [original: recorded]
gates: [{metric: comet, min: -10}]
cases:
  - {id: a, question: Translate., reference: [A dog is asleep, The dog sleeps], facts: {transcript: Der Hund schläft}}
  - {id: b, question: Translate., reference: [It rains], facts: {transcript: Es regnet heute}}
  - {id: c, question: Translate., reference: [It rains]}
"""


class Translator:
    name, identity, needs, batch_size = "translator", "", Needs(audio=False), 8

    def load(self): ...

    def close(self): ...

    def answer(self, requests):
        return [Reply("The dog sleeps") for _ in requests]


def test_the_figure_of_a_suite_is_the_mean_over_its_segments(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("AUDIOTEST_CARDS", str(tmp_path))
    (tmp_path / "tiny.yaml").write_text(f"model: tiny\nadapter: comet\ncheckpoint: {folder / 'da'}\nstatus: run\n")
    (tmp_path / "s.yaml").write_text(SUITE)
    loading._all_cards.cache_clear()
    try:
        run = audiotest.run(tmp_path / "s.yaml", model=Translator(), cache=False)
    finally:
        loading._all_cards.cache_clear()
    model = open_model(f"comet:{folder / 'da'}")
    model.load()
    first = max(
        model.scores([["Der Hund schläft", "The dog sleeps", r] for r in ("A dog is asleep", "The dog sleeps")])
    )
    second = model.scores([["Es regnet heute", "The dog sleeps", "It rains"]])[0]
    verdicts = {r.case: r.verdicts["comet"] for r in run.records}
    assert verdicts["a"].details["comet"] == pytest.approx(first, abs=1e-5)
    assert verdicts["a"].correct
    assert not verdicts["c"].counted
    assert "a fact called `transcript`" in verdicts["c"].evidence
    figure = run.summary.suites["translations"].conditions["original"].metrics["comet"]
    assert (figure.value, figure.n) == (pytest.approx((first + second) / 2, abs=1e-5), 2)
    assert [gate.passed for gate in run.summary.suites["translations"].gates] == [True]


def test_without_a_model_and_with_a_judge_that_is_none(tmp_path):
    verdict = audiotest.score("comet", reference=["R"], output="x", transcript="Der Hund")
    assert not verdict.counted
    assert "--judge comet:FOLDER" in verdict.evidence
    (tmp_path / "s.yaml").write_text(SUITE.replace("model: tiny", "model: 'comet:/a'"))
    with pytest.raises(audiotest.AudiotestError, match="a card's name"):
        audiotest.load_suite(tmp_path / "s.yaml")
    verdict = SCORERS.get("comet").score(
        Question("Q", reference=("R",), metadata={"transcript": "Der Hund"}), "x", judged={"reference 1": "7 of ten"}
    )
    assert (verdict.status, verdict.counted) == ("unparsed", False)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_a_score_that_is_not_finite_is_none(text):
    question = Question("Translate.", reference=("R", "S"), metadata={"transcript": "Der Hund"})
    scorer = SCORERS.get("comet")
    assert not scorer.readable(question, text)
    assert not scorer.score(question, "x", judged={"reference 1": text}).counted
    assert scorer.score(question, "x", judged={"reference 1": text, "reference 2": "0.9"}).details == {"comet": 0.9}
