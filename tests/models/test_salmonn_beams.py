"""Beams of ``salmonn`` are compared by the rule of transformers 4.28, with which the official code decodes.

What is expected comes from the official code with transformers 4.28.0 (``data/salmonn_beams.npz``, of
``tools/salmonn_golden.py``), and from a plain search over lists below, which reads every beam whole at every step: no
cache, no batch, none of the code under test (on 400 random tables of log-probabilities it was held against
``BeamSearchScorer`` of transformers 4.28.0 itself, and so was ours: all alike). The tiny language model of the other
tests is made to end its replies: its output row of ``</s>`` is drawn again, larger.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sentencepiece")
import tiny_salmonn as tiny
import torch

from audiotest.models._salmonn.asking import halves, heard
from audiotest.models.loading import open_model
from audiotest.types import Generation, Request, Waveform

BEAMS, MOST, END = 4, 8, 2
CLIPS = [Waveform(wave[:, None], 16000) for wave in tiny.sounds()[:2]]
ALL = [
    Request(suite="s", case=f"c{i}-{j}", condition="original", prompt=text, question="?", audio=(clip,),
            generation=Generation(max_new_tokens=MOST))
    for i, clip in enumerate(CLIPS) for j, text in enumerate(tiny.QUESTIONS)
]  # fmt: skip
REQUESTS = [request for request in ALL if int(request.case[-1]) < 4]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("salmonn")
    made = open_model(f"salmonn:{folder / 'salmonn_v1.pth'}", {**tiny.save(folder), "num_beams": BEAMS})
    made.load()
    with torch.no_grad():
        made._parts.llm.lm_head.weight[END] = tiny.ending()
    yield made
    made.close()


def log_probabilities(model, request):
    """A function of generated ids: log p of every next token, by reading prompt and ids together."""
    parts, llm = model._parts, model._parts.llm
    with torch.inference_mode():
        prompt = torch.cat(halves(parts, request, heard(parts, request.audio)[0], model.settings))

    @cache
    def after(ids):
        with torch.inference_mode():
            written = llm.get_input_embeddings()(torch.tensor(ids, dtype=torch.long))
            return llm(inputs_embeds=torch.cat([prompt, written])[None]).logits[0, -1].log_softmax(-1).tolist()

    return after


def plain_search(after, bos):
    """The ids of the best reply, ``</s>`` included where it ended. ``bos`` is how many tokens before the generated ones
    count as parts of the reply: 1 in transformers 4.28 given embeddings, and 0 in 5.

    BeamHypotheses.add divides by the length of what it is given: BOS and the generated ids without ``</s>``, at the end
    of the search all ids. BeamSearchScorer.process divides its bound by one more than the length before the step.
    """
    running, ended = [(0.0, ())], []
    for length in range(MOST):
        options = []
        for total, ids in running:
            options += [(total + p, (*ids, token)) for token, p in enumerate(after(ids))]
        options = sorted(options, key=lambda option: -option[0])[: 2 * BEAMS]
        running = []
        for place, (total, ids) in enumerate(options):
            if ids[-1] == END and place < BEAMS:
                ended.append((total / (length + 1), ids))
                ended = sorted(ended, key=lambda one: -one[0])[:BEAMS]
            elif ids[-1] != END and len(running) < BEAMS:
                running.append((total, ids))
        bound = options[0][0] / (length + 1 + bos)
        if len(ended) == BEAMS and ended[-1][0] >= bound:
            return ended[0][1]
    ended += [(total / (MOST + bos), ids) for total, ids in running]
    return max(ended, key=lambda one: one[0])[1]


@pytest.fixture(scope="module")
def expected(model):
    """(as transformers 4.28 compares, as 5 does) for every request."""
    functions = [log_probabilities(model, request) for request in REQUESTS]
    return [(plain_search(after, 1), plain_search(after, 0)) for after in functions]


def text(model, ids):
    return model._parts.tokenizer.decode(ids, skip_special_tokens=True).strip()


def test_beams_are_divided_as_in_transformers_4_28(model, expected):
    replies = model.answer(REQUESTS)
    assert [reply.text for reply in replies] == [text(model, ids) for ids, _ in expected]
    assert [reply.finish for reply in replies] == ["stop" if ids[-1] == END else "length" for ids, _ in expected]


def test_beams_are_those_of_the_official_code(model):
    official = np.load(Path(__file__).parent / "data" / "salmonn_beams.npz")
    ids = [official[request.case[1:]].tolist() for request in ALL]
    ended = [END in one for one in ids]
    assert 4 <= sum(ended) <= len(ids) - 4
    replies = model.answer(ALL)
    assert [reply.text for reply in replies] == [text(model, one) for one in ids]
    assert [reply.finish for reply in replies] == ["stop" if end else "length" for end in ended]


def test_the_golden_has_both_endings_and_tells_the_two_rules_apart(expected):
    ends = [ids[-1] == END for ids, _ in expected]
    assert 2 <= sum(ends) <= len(ends) - 2
    assert sum(old != new for old, new in expected) >= 2


def test_a_batch_a_shared_clip_and_single_requests_are_answered_alike(model):
    alone = [model.answer([request])[0].text for request in REQUESTS[:6]]
    assert [reply.text for reply in model.answer(REQUESTS[:6])] == alone
    assert model.answer(REQUESTS[:4])[0].details["shared"]


def test_a_stop_string_ends_a_beam(model, expected):
    texts = [text(model, ids) for ids, _ in expected]
    place, whole = max(enumerate(texts), key=lambda one: len(one[1]))
    stop = whole[len(whole) // 2 :][:2]
    generation = Generation(max_new_tokens=MOST, stop=(stop,))
    reply = model.answer([replace(REQUESTS[place], generation=generation)])[0]
    assert stop not in reply.text
    assert reply.text != whole
