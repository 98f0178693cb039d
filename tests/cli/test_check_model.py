"""audiotest check-model: a model that hears its neighbours is found out."""

import pytest
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


class Greedy(Model):
    """Says what it is asked; ``other`` says for which questions it says something else, ``fails`` for which it fails."""

    def __init__(self, name, rate, other=(), fails=()):
        self.name, self.needs, self.other, self.fails = name, Needs(sample_rate=rate, channels=1), other, fails
        self.open = False

    def load(self):
        self.open = True

    def close(self):
        self.open = False

    def answer(self, requests):
        assert self.open
        return [self.reply(request, int(request.case[4:])) for request in requests]

    def reply(self, request, i):
        if i in self.fails:
            return ValueError("too hot")
        return Reply(f"{request.prompt}{'!' * (i in self.other)} {request.audio[0].seconds:.1f}")


@pytest.mark.parametrize(
    ("given", "other", "fails", "status", "says"),
    [
        ((), (), (), 0, "served: 0 of 32 replies (0.0%) differ from those of hf"),
        ((), (3, 9), (), 1, "served: 2 of 32 replies (6.2%) differ from those of hf"),
        (("--tolerance", "0.07"), (3, 9), (), 0, "served: 2 of 32 replies (6.2%) differ from those of hf"),
        (("--questions", "10"), (3, 9), (), 1, "served: 2 of 10 replies (20.0%) differ from those of hf"),
        ((), range(32), (), 1, "and 27 more"),
        (("--tolerance", "1"), (3, 9), (9, 4), 1, "served: 1 of 30 replies (3.3%) differ from those of hf"),
        ((), (), range(32), 1, "hf: 32 of 32 failed, the first: error: too hot"),
    ],
)
def test_replies_are_held_against_those_of_another_model(monkeypatch, given, other, fails, status, says):
    served, hf = Greedy("served", 48000), Greedy("hf", 16000, other, fails)
    monkeypatch.setattr(
        "audiotest.models.loading.open_model", lambda spec, _options: {"served": served, "hf": hf}[spec]
    )
    real = hf.load
    monkeypatch.setattr(hf, "load", lambda: (real(), served.open and pytest.fail("both are loaded at once")))
    out = CliRunner().invoke(main, ["check-model", "served", "--against", "hf", *given])
    assert out.exit_code == status, out.output
    assert says in out.output
    assert not hf.open
    if 3 in other:
        assert "question 3, clip of 5.1 s" in out.output


def test_the_other_model_is_named_where_it_cannot_be_opened():
    out = CliRunner().invoke(main, ["check-model", "first", "--against", "nosuch"])
    assert out.exit_code == 1
    assert "nosuch" in out.output


@pytest.mark.parametrize("option", ["--option", "--against-option"])
def test_an_option_without_a_value_is_a_usage_error(option):
    out = CliRunner().invoke(main, ["check-model", "first", option, "batch_size"])
    assert out.exit_code == 2
    assert f"{option} takes K=V, such as batch_size=4; found 'batch_size'" in out.output
