"""How weights of the adapter ``hf`` are loaded: fewer bits, several devices; and that it is in the identity."""

import weakref
from importlib import import_module
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

pytest.importorskip("torch")
pytest.importorskip("transformers")
import torch
from hf_checks import REQUESTS, texts
from tiny import audioflamingo3

from audiotest.models._hf import asking, memory, ranking
from audiotest.models.loading import open_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return audioflamingo3(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture
def without(monkeypatch):
    """An environment in which a package is not installed."""

    def absent(name):
        def missing(wanted):
            if wanted == name:
                raise ModuleNotFoundError(f"No module named {wanted!r}", name=wanted)
            return import_module(wanted)

        monkeypatch.setattr("audiotest.models._local.import_module", missing)

    return absent


@pytest.mark.parametrize(
    ("quantization", "library"),
    [("bnb-4bit", "bitsandbytes"), ("bnb-8bit", "bitsandbytes"), ("torchao-int8", "torchao")],
)
def test_a_library_that_is_not_installed_is_named_with_what_installs_it(folder, without, quantization, library):
    without(library)
    with pytest.raises(ValueError, match=f"^{library} is not installed: pip install {library} accelerate$"):
        open_model(f"hf:{folder}", {"quantization": quantization}).load()


def test_a_quantization_that_there_is_not_is_refused_with_those_that_there_are(folder):
    with pytest.raises(ValueError, match="`quantization` is one of bnb-8bit, bnb-4bit, torchao-int8, torchao-int4"):
        open_model(f"hf:{folder}", {"quantization": "3bit"}).load()


@pytest.mark.parametrize(("library", "quantization"), [("bitsandbytes", "bnb-8bit"), ("torchao", "torchao-int8")])
def test_weights_of_eight_bits_answer(folder, library, quantization):
    pytest.importorskip(library)
    model = open_model(f"hf:{folder}", {"quantization": quantization})
    model.load()
    assert all(texts(model.answer(REQUESTS[:2])))


def test_layers_placed_by_accelerate_answer_as_those_on_one_device(folder):
    replies = []
    for options in ({}, {"device_map": "auto"}):
        model = open_model(f"hf:{folder}", options)
        model.load()
        replies.append(texts(model.answer(REQUESTS[:2])))
    assert replies[0] == replies[1]


def test_what_changes_the_numbers_is_in_the_identity_and_what_does_not_is_not(folder):
    def identity(**options):
        return open_model(f"hf:{folder}", options).identity

    plain = identity()
    assert not any(name in plain for name in ("quantization", "device_map", "continuous", "refill"))
    for option, value in (("quantization", "bnb-4bit"), ("device_map", "auto")):
        assert f'"{option}":"{value}"' in identity(**{option: value})
    assert identity(continuous="false", refill="4", batch_size="3") == plain


def test_of_two_devices_the_one_that_fills_up_first_says_how_many_tokens_fit(folder, monkeypatch):
    model = open_model(f"hf:{folder}", {})
    model.load()
    layers = model._model.get_decoder().layers
    free = {"cpu": 8e9, "cuda": 3e9}
    monkeypatch.setattr(memory, "_free", lambda device: free[device.type])
    one = memory.budget(model._model, 0.0)
    there = SimpleNamespace(device=torch.device("cuda", 1))
    monkeypatch.setattr(layers[1], "parameters", lambda: iter([there]))
    both = memory.budget(model._model, 0.0)
    assert one.allowed == 8e9 * 0.5
    assert both.allowed == 3e9 * 0.8 * 2, "half of the layers, and their keys and values, are on the smaller one"
    assert both.per_token == one.per_token
    free["cuda"] = 100e9
    assert memory.budget(model._model, 0.0).allowed == 8e9 * 0.5 * 2
    assert memory.budget(model._model, 2.0).allowed == 2e9


def test_layers_whose_weights_are_offloaded_keep_their_keys_and_values_where_they_are_computed(folder, monkeypatch):
    model = open_model(f"hf:{folder}", {})
    model.load()
    monkeypatch.setattr(memory, "_free", lambda device: {"cpu": 8e9, "meta": 8e9}[device.type])
    one = memory.budget(model._model, 0.0)
    model._model.get_decoder().layers[1].to("meta")
    assert memory.budget(model._model, 0.0).allowed == one.allowed


def test_the_keys_and_values_of_replies_are_let_go_of_before_options_are_ranked(folder, monkeypatch):
    model = open_model(f"hf:{folder}", {})
    model.load()
    model.why_batches()
    held, alive, real_generate, real = [], [], asking.generate, ranking.likelihoods

    def generate(model, processor, requests, settings, batch):
        held.append(weakref.ref(batch["past_key_values"]))
        return real_generate(model, processor, requests, settings, batch)

    def likelihoods(*given, **more):
        alive.append(held[-1]() is not None)
        return real(*given, **more)

    monkeypatch.setattr(asking, "generate", generate)
    monkeypatch.setattr(ranking, "likelihoods", likelihoods)
    about = [replace(r, audio=REQUESTS[0].audio, choices=("a dog", "rain"), likelihoods=True) for r in REQUESTS[:2]]
    assert all(reply.details["likelihoods"] for reply in model.answer(about))
    assert alive == [False]
