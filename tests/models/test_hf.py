"""The adapter ``hf`` on tiny random checkpoints of real architectures: a batch answers like single requests."""

import numpy as np
import pytest
from msgspec.structs import replace

pytest.importorskip("torch")
pytest.importorskip("transformers")
from tiny import BUILDERS

from audiotest.models.opening import open_model
from audiotest.words import Generation, Request, Waveform

SECONDS = (0.4, 1.0, 2.3, 5.1, 0.7, 3.0, 1.6, 0.9)


def sound(seconds, seed):
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * 16000)) / 16000
    wave = 0.3 * np.sin(2 * np.pi * (200 + 150 * seed) * t) + 0.05 * rng.standard_normal(len(t))
    return Waveform(wave[:, None].astype(np.float32), 16000)


def request(i, seconds, **more):
    return Request(suite="s", case=f"c{i}", condition="original", prompt=f"What is heard in clip {'long ' * (i % 3)}{i}?",
                   question="?", audio=(sound(seconds, i),), generation=Generation(max_new_tokens=8), **more)  # fmt: skip


REQUESTS = [request(i, seconds) for i, seconds in enumerate(SECONDS)]


@pytest.fixture(scope="module", params=BUILDERS)
def model(request, tmp_path_factory):
    folder = BUILDERS[request.param](tmp_path_factory.mktemp(request.param))
    made = open_model(f"hf:{folder}")
    made.load()
    yield made
    made.close()


def texts(replies):
    for reply in replies:
        if isinstance(reply, Exception):
            raise reply
    return [reply.text for reply in replies]


def test_a_batch_answers_like_its_parts_and_like_single_requests(model):
    together = texts(model.answer(REQUESTS))
    assert texts(model.answer(REQUESTS[:3])) + texts(model.answer(REQUESTS[3:])) == together
    assert [texts(model.answer([one]))[0] for one in REQUESTS] == together
    assert len(set(together)) > 1


def test_replies_follow_the_sound(model):
    others = [replace(r, audio=(sound(4.0, 77 + i),)) for i, r in enumerate(REQUESTS)]
    assert texts(model.answer(others)) != texts(model.answer(REQUESTS))


def test_prompts_without_sound_take_the_same_path_in_the_same_call(model):
    silent = [replace(r, audio=()) for r in REQUESTS[:3]]
    mixed = texts(model.answer([*silent, *REQUESTS[:3]]))
    assert mixed == texts(model.answer(silent)) + texts(model.answer(REQUESTS[:3]))
    assert mixed[:3] != mixed[3:]


def test_options_are_ranked_over_one_prefill_as_by_reading_each_whole(model):
    choices = ("a dog", "a kettle that whistles for a long while", "rain")
    wanted = [replace(r, choices=choices, likelihoods=True) for r in REQUESTS[:3]]
    shared = [r.details["likelihoods"] for r in model.answer(wanted)]
    alone = [r.details["likelihoods"] for r in plain(model).answer(wanted)]
    for found, held in zip(shared, alone, strict=True):
        assert [o["tokens"] for o in found["label"]] == [1, 1, 1]
        for of in ("text", "label"):
            assert [o["logprob"] for o in found[of]] == pytest.approx([o["logprob"] for o in held[of]], abs=1e-3)
    assert shared[0]["text"][0]["logprob"] != pytest.approx(shared[1]["text"][0]["logprob"], abs=1e-3)
    assert "likelihoods" not in model.answer(REQUESTS[:1])[0].details


def plain(model):
    """The same weights without sharing."""
    made = open_model(f"hf:{model.checkpoint}", {"shared": "false"})
    made._model, made._processor = model._model, model._processor
    return made


def test_questions_about_one_clip_share_its_prefill_and_are_answered_alike(model):
    clip = REQUESTS[2].audio
    about = [replace(r, audio=clip) for r in REQUESTS]
    replies = model.answer(about)
    held = plain(model)
    assert texts(replies) == texts(held.answer(about))
    assert all(reply.details.get("shared") for reply in replies)
    assert len(set(texts(replies))) > 1
    assert texts(model.answer([*about[:4], *REQUESTS[4:]])) == texts(held.answer([*about[:4], *REQUESTS[4:]]))
