"""Every card that comes with audiotest opens, and says what a user has to know."""

import pytest

from audiotest.models.loading import cards, open_embedder, open_model

NAMED = (  # what the published tables name and an adapter can serve
    "salmonn", "salmonn-7b", "qwen2-audio", "qwen2.5-omni-3b", "qwen2.5-omni-7b", "qwen3-omni", "qwen3-omni-thinking",
    "audio-flamingo-3", "music-flamingo", "voxtral-mini", "voxtral-small", "granite-speech", "phi-4-multimodal",
    "gemma-3n-e2b", "gemma-3n-e4b", "gpt-4o-audio", "gpt-4o-mini-audio", "gemini-2.0-flash", "gemini-2.5-flash",
    "gemini-2.5-pro", "kimi-audio", "r1-aqa", "audio-reasoner", "chatmusician", "whisper-gpt-4o", "listener",
    "qwen-audio-chat", "ltu", "ltu-as", "mu-llama", "musilingo", "m2ugen", "modaverse", "anygpt", "pandagpt", "nextgpt",
    "speechgpt", "blsp", "gama", "qwen-audio-turbo", "caption-cascade",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(cards()))
def test_it_opens(name):
    card = cards()[name]
    opened = open_embedder(name) if card.adapter == "embedding" else open_model(name)
    assert opened.name
    assert card.title
    assert card.licence
    assert card.notes or card.status == "run"


@pytest.mark.parametrize("name", NAMED)
def test_what_the_tables_name_is_there(name):
    assert name in cards()


def test_who_names_a_batch_size_gets_it():
    assert open_model("qwen2-audio").batch_size == 1
    assert open_model("qwen2-audio", {"batch_size": "8"}).batch_size == 8


def test_batches_above_one_are_for_what_is_known_to_answer_alike():
    known = {
        "salmonn",
        "asr",
        "nearest",
        "openai",
        "cascade",
        "listener",
        "embedding",
        "comet",
    }  # each tested: a batch answers like single requests
    for card in cards().values():
        assert card.adapter in known or card.batch_size == 1, card.model
