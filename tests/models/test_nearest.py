"""The adapter ``nearest``: of what is heard and of the options alone it makes a choice."""

import numpy as np
import pytest
from test_cascade import Part, Store, request

pytest.importorskip("rapidfuzz")

from msgspec.structs import replace

from audiotest.models.loading import ModelError, open_model
from audiotest.models.nearest import NOTHING, Nearest, Settings
from audiotest.types import Reply


class Meanings:
    """An embedding model with one direction for each word in ``words``."""

    name, identity, words = "meanings", "meanings 1", ("dog", "bark", "car", "train")

    def load(self):
        pass

    def close(self):
        pass

    def embed(self, texts):
        return np.array([[word in text.lower() for word in self.words] for text in texts], np.float32)


def reader(text):
    model = Nearest(
        Part("ears", lambda r: text if isinstance(text, Exception) else Reply(text)), Meanings(), Settings()
    )
    model.load()
    return model


def asked(*choices, seconds=(1,), question="Which?"):
    return replace(request("one", seconds), choices=choices, question=question)


@pytest.mark.parametrize(
    ("heard", "choices", "chosen"),
    [
        ("The dog!", ("a train", "a dog", "a car"), "a dog"),  # in meaning
        (
            "Please hold the lime",
            ("please fold a shirt", "please hold the line"),
            "please hold the line",
        ),  # in spelling
        ("the DOG, barks", ("the dog barks", "the log barks"), "the dog barks"),
    ],
)
def test_the_option_nearest_in_meaning_and_spelling_is_chosen(heard, choices, chosen):
    reply = reader(heard).answer([asked(*choices)])[0]
    assert reply.text == chosen
    assert reply.details["intermediate"] == [heard]
    assert max(reply.details["nearness"]) == reply.details["nearness"][choices.index(chosen)]


def test_nearness_is_the_mean_of_cosine_and_edit_similarity():
    reply = reader("dog").answer([asked("a dog bark", "dig")])[0]
    # cos((1, 0), (1, 1)) = 0.7071, 7 of 10 letters are edited; no word in common, 1 of 3 letters is edited
    assert reply.details["nearness"] == pytest.approx([(0.7071 + 0.3) / 2, (0 + 2 / 3) / 2], abs=1e-3)


@pytest.mark.parametrize("heard", ["", " . ", "..."])
def test_where_no_words_are_heard_it_chooses_nothing(heard):
    assert reader(heard).answer([asked("a dog", "a car")])[0].text == NOTHING


def test_without_sound_it_guesses_from_the_question():
    reply = reader("never").answer([asked("a train", "a dog", seconds=(), question="What may a dog be?")])[0]
    assert reply.text == "a dog"
    assert reply.details["intermediate"] == []


def test_an_open_question_is_answered_with_the_transcript():
    assert reader("A bell rings.").answer([asked()])[0].text == "A bell rings."


def test_a_clip_that_cannot_be_listened_to_costs_only_its_own_request():
    model = reader(RuntimeError("too loud"))
    broken, guessed = model.answer([asked("a dog", "a car"), asked("a dog", "a car", seconds=(), question="a car?")])
    assert "ears: too loud" in str(broken)
    assert guessed.text == "a car"


def test_its_transcripts_are_those_of_a_cascade_that_asks_alike():
    from audiotest.models.cascade import Cascade
    from audiotest.models.cascade import Settings as Both

    store, ears = Store(), Part("ears", lambda r: Reply("a dog"))
    model = Nearest(ears, Meanings(), Settings())
    model.keep(store)
    model.answer([asked("a dog", "a car")])
    cascade = Cascade(ears, Part("head", lambda r: Reply("B")), Both(ask="Write down what is said.", words=444))
    cascade.keep(store)
    cascade.answer([asked("a dog", "a car")])
    assert len(ears.asked) == 1


def test_its_parts_are_named():
    model = open_model("small")
    assert "asr:weights:whisper-tiny.en" in model.name
    assert "embedding:weights:minilm" in model.name
    other = open_model("small", {"listener": "whisper-base", "listener.language": "fr"})
    assert "asr:weights:whisper-base [language=fr]" in other.name
    assert other.identity != model.identity
    for options, message in (
        ({"embedder": "first"}, "gives no embeddings"),
        ({"lisener.language": "fr"}, "unknown part: 'lisener': did you mean 'listener'"),
        ({"embeder": "x"}, "unknown option of nearest"),
    ):
        with pytest.raises(ModelError, match=message):
            open_model("nearest", options)
    with pytest.raises(ModelError, match="takes no argument"):
        open_model("nearest:whisper")
