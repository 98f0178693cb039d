"""The adapter ``asr``, a language model that only reads, and the cascade of the two, on tiny random checkpoints."""

import pytest
from msgspec.structs import replace

pytest.importorskip("torch")
pytest.importorskip("transformers")
import tiny
from hf_checks import REQUESTS, sound, texts

from audiotest.models.loading import open_model
from audiotest.models.protocol import Unsupported


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    return {
        kind: make(tmp_path_factory.mktemp(kind)) for kind, make in (("whisper", tiny.whisper), ("qwen2", tiny.qwen2))
    }


@pytest.fixture(scope="module")
def recogniser(checkpoints):
    made = open_model(f"asr:{checkpoints['whisper']}")
    made.load()
    yield made
    made.close()


LONG = replace(REQUESTS[0], audio=(sound(65.0, 3),))


def test_a_batch_answers_like_single_requests_and_long_clips_are_heard_to_their_end(recogniser):
    asked = [*REQUESTS[:4], LONG]
    together = recogniser.answer(asked)
    assert texts(together) == [texts(recogniser.answer([one]))[0] for one in asked]
    assert len(set(texts(together))) > 3
    # The same beginning with another end.
    other = sound(65.0, 3).samples.copy()
    other[40 * 16000 :] = sound(25.0, 6).samples
    changed = replace(LONG, audio=(type(LONG.audio[0])(other, 16000),))
    assert texts(recogniser.answer([changed])) != texts(together[-1:])


def test_a_recogniser_that_hears_padding_answers_like_single_requests(tmp_path):
    model = open_model(f"asr:{tiny.wav2vec2(tmp_path)}")
    model.load()
    asked = [*REQUESTS, replace(REQUESTS[0], audio=(sound(0.4, 7),))]
    together = texts(model.answer(asked))
    assert together == [texts(model.answer([one]))[0] for one in asked]
    assert len(set(together)) > 3


def test_other_weights_in_the_same_folder_are_another_model(tmp_path):
    tiny.wav2vec2(tmp_path)
    before = [open_model(f"{adapter}:{tmp_path}").identity for adapter in ("asr", "hf")]
    assert [open_model(f"{adapter}:{tmp_path}").identity for adapter in ("asr", "hf")] == before
    tiny.wav2vec2(tmp_path, seed=1)
    after = [open_model(f"{adapter}:{tmp_path}").identity for adapter in ("asr", "hf")]
    assert not set(before) & set(after)


def test_without_sound_there_is_nothing_to_write_down(recogniser):
    said = recogniser.answer([replace(REQUESTS[0], audio=()), REQUESTS[1]])
    assert isinstance(said[0], Unsupported)
    assert texts(said[1:]) == texts(recogniser.answer([REQUESTS[1]]))


def test_the_language_and_the_task_reach_the_model(checkpoints, recogniser):
    other = open_model(f"asr:{checkpoints['whisper']}", {"language": "de", "task": "translate"})
    other._pipeline = recogniser._pipeline
    assert texts(other.answer(REQUESTS[:3])) != texts(recogniser.answer(REQUESTS[:3]))
    assert other.identity != recogniser.identity


def test_a_model_that_only_reads_answers_texts_alike_in_batches_and_says_that_it_has_no_ears(checkpoints):
    model = open_model(f"hf:{checkpoints['qwen2']}")
    model.load()
    read = [replace(r, audio=()) for r in REQUESTS]
    said = texts(model.answer(read))
    assert said == [texts(model.answer([one]))[0] for one in read]
    assert len(set(said)) > 1
    mixed = model.answer([read[0], REQUESTS[1]])
    assert texts(mixed[:1]) == said[:1]
    assert isinstance(mixed[1], Unsupported)


def test_whisper_and_a_language_model_make_a_cascade(checkpoints):
    spec = {"listener": f"asr:{checkpoints['whisper']}", "llm": f"hf:{checkpoints['qwen2']}"}
    cascade = open_model("cascade", spec)
    cascade.load()
    said = cascade.answer([*REQUESTS[:3], LONG])
    assert len(set(texts(said))) > 1
    written = [reply.details["intermediate"] for reply in said]
    assert written == [[text] for text in texts(cascade.listener.answer([*REQUESTS[:3], LONG]))]
    cascade.close()
