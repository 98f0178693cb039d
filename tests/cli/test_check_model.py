"""audiotest check-model: a model that hears its neighbours is found out."""

from click.testing import CliRunner

from audiotest.cli import main
from audiotest.types import Needs, Reply


class Model:
    name, identity, needs, batch_size = "m", "", Needs(sample_rate=8000, channels=1), 8

    def __init__(self, hears_padding):
        self.hears_padding = hears_padding

    def load(self):
        pass

    def close(self):
        pass

    def answer(self, requests):
        longest = max(r.audio[0].samples.shape[0] for r in requests)
        return [Reply(f"{r.case} {longest if self.hears_padding else ''}") for r in requests]


def check(monkeypatch, hears_padding):
    monkeypatch.setattr("audiotest.models.loading.open_model", lambda spec, options: Model(hears_padding))
    return CliRunner().invoke(main, ["check-model", "first"])


def test_a_batch_that_answers_like_single_requests(monkeypatch):
    out = check(monkeypatch, hears_padding=False)
    assert out.exit_code == 0, out.output
    assert "0 of 8 replies differ" in out.output


def test_a_batch_that_does_not(monkeypatch):
    out = check(monkeypatch, hears_padding=True)
    assert out.exit_code == 1
    assert "7 of 8 replies differ" in out.output
    assert "keep it at batch size 1" in out.output


def test_a_model_that_is_not_there():
    out = CliRunner().invoke(main, ["check-model", "nosuch"])
    assert out.exit_code == 1
    assert "nosuch" in out.output
