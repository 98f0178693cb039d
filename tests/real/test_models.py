"""Published weights do what they are published for."""

import re

import numpy as np
import pytest
from prompts import PROMPTS, suite

import audiotest
from audiotest.models.loading import open_embedder, open_model
from audiotest.types import Generation, Request


def words(text):
    return re.sub(r"[^a-z ]", "", text.lower()).split()


@pytest.mark.parametrize("model", ["whisper-tiny.en", "whisper-base"])
def test_whisper_writes_recorded_prompts_down_word_for_word(model, weights, sounds, tmp_path):
    weights(model)
    run = audiotest.run(suite(tmp_path, sounds), model, cache=False)
    assert {record.case: words(record.reply.text) for record in run.records} == {
        k: words(v) for k, v in PROMPTS.items()
    }


def test_minilm_finds_a_paraphrase_near_and_another_matter_far(weights):
    weights("minilm")
    model = open_embedder("minilm")
    model.load()
    vectors = model.embed(["A dog is barking.", "There is a barking dog.", "The stock market fell today."])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert near > 0.8
    assert abs(far) < 0.2


def test_smollm2_answers_a_question_alike_alone_and_in_a_batch(weights):
    weights("smollm2")
    model = open_model("smollm2")
    model.load()
    generation = Generation(max_new_tokens=16)
    questions = (
        "What is the capital of France?",
        "Name a fruit that is yellow, and tell me in one sentence how it is eaten.",
    )
    requests = [
        Request(suite="s", case=str(i), condition="original", prompt=q, question=q, generation=generation)
        for i, q in enumerate(questions)
    ]
    together = [reply.text for reply in model.answer(requests)]
    assert "Paris" in together[0]
    assert [model.answer([one])[0].text for one in requests] == together


def test_a_cascade_answers_over_what_its_listener_wrote(weights, sounds, tmp_path):
    weights("whisper-base", "smollm2")
    path = suite(tmp_path, sounds, dict(list(PROMPTS.items())[:3]))
    run = audiotest.run(path, "whisper-smollm2", cache=False)
    heard = {record.case: words(record.reply.details["intermediate"][0]) for record in run.records}
    assert heard == {name: words(text) for name, text in list(PROMPTS.items())[:3]}
    assert all(record.reply.text for record in run.records)
