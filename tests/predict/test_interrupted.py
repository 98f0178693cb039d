"""Ctrl-C at every stage of a model that asks another: what is kept is what it would have said, and nothing else."""

import sys

import numpy as np
import pytest
import soundfile

from audiotest.declare.suite import load
from audiotest.declare.trial import trials
from audiotest.grade.jury import Job, Jury
from audiotest.grade.similarities import Similarities
from audiotest.models.cascade import Cascade
from audiotest.models.cascade import Settings as CascadeSettings
from audiotest.models.process import open_model as open_process
from audiotest.predict.blocks import Block
from audiotest.predict.predictor import Predictor
from audiotest.predict.store import ReplyStore
from audiotest.types import Ask, Needs, Reply

SUITE = """\
suite: s
conditions: [original, text_only]
cases:
  - {id: a, question: Q?, choices: [x, y, z], answer: x, audio: one.wav}
  - {id: b, question: R?, choices: [x, y, z], answer: y, audio: one.wav}
  - {id: c, question: S?, choices: [x, y, z], answer: z, audio: [two.wav, one.wav]}
  - {id: d, question: T?, choices: [x, y, z], answer: x, audio: two.wav}
"""
BRIDGE = """\
import json, os, signal, sys, time
stop = os.path.join(os.path.dirname(__file__), "stop")
say = lambda **message: print(json.dumps(message), flush=True)
sys.stdin.readline(); say(audiotest=1)
for line in sys.stdin:
    message = json.loads(line)
    if "requests" not in message: break
    for i, request in enumerate(message["requests"]):
        if os.path.exists(stop) and i == int(open(stop).read()):
            os.remove(stop); time.sleep(0.2); os.kill(os.getppid(), signal.SIGINT); time.sleep(30)
        say(batch=message["batch"], index=request["index"], text=f"heard {len(request['audio'])}: {request['prompt'][-60:]}")
"""


class Part:
    """``stop_at``: before which of all its answers somebody presses Ctrl-C."""

    def __init__(self, name, stop_at=None):
        self.name, self.identity, self.left = name, f"{name}/1", stop_at
        self.needs, self.batch_size = Needs(sample_rate=8000, channels=1), 64

    def load(self):
        pass

    def close(self):
        pass

    def one(self, request):
        if self.left == 0:
            self.left = None
            raise KeyboardInterrupt
        self.left = None if self.left is None else self.left - 1
        return Reply(f"{self.name} on {[len(clip.samples) for clip in request.audio]} and {request.prompt!r}")


class InBatches(Part):
    """Loses what it had of a batch."""

    def answer(self, requests):
        return [self.one(request) for request in requests]


class AsStream(Part):
    """Gives each reply when it is there."""

    def stream(self, requests):
        for request in requests:
            yield request, self.one(request)


def cascade(kind, listener_stop=None, llm_stop=None):
    return Cascade(kind("listener", listener_stop), kind("llm", llm_stop), CascadeSettings())


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    for name, size in (("one", 800), ("two", 1600)):
        soundfile.write(tmp_path / f"{name}.wav", np.linspace(-0.5, 0.5, size, dtype="float32"), 8000)
    (tmp_path / "s.yaml").write_text(SUITE)
    return load(tmp_path / "s.yaml")


def run(model, suite, store):
    predictor = Predictor(model, store=store)
    everything = list(trials(suite))
    predictor.plan([Block(0, tuple(everything))])
    try:
        answers = [predictor.answer(t) for t in everything]
    finally:
        predictor.close()
    return [(a.reply.text, a.reply.details.get("intermediate")) for a in answers], sum(a.cached for a in answers)


@pytest.mark.parametrize("kind", [InBatches, AsStream])
@pytest.mark.parametrize(("stage", "at"), [("listener", n) for n in range(2)] + [("llm", n) for n in range(8)])
def test_a_cascade_that_was_stopped_says_the_same_when_it_goes_on(suite, tmp_path, kind, stage, at):
    whole, _ = run(cascade(kind), suite, None)
    store = ReplyStore(tmp_path / "r.sqlite")
    with pytest.raises(KeyboardInterrupt):
        run(cascade(kind, **{f"{stage}_stop": at}), suite, store)
    resumed, cached = run(cascade(kind), suite, store)
    assert resumed == whole
    assert cached == (at if kind is AsStream else 0)


@pytest.mark.parametrize("kind", [InBatches, AsStream])
def test_a_cascade_within_a_cascade_keeps_none_of_the_inner_replies(suite, tmp_path, kind):
    def nested(stop=None):
        return Cascade(cascade(kind, llm_stop=stop), kind("outer"), CascadeSettings())

    whole, _ = run(nested(), suite, None)
    store = ReplyStore(tmp_path / "r.sqlite")
    with pytest.raises(KeyboardInterrupt):
        run(nested(stop=1), suite, store)
    resumed, cached = run(nested(), suite, store)
    assert (resumed, cached) == (whole, 1 if kind is AsStream else 0)


@pytest.mark.usefixtures("own_interpreter")  # the bridge stops its parent
@pytest.mark.parametrize("at", range(3))
def test_a_process_that_was_stopped_says_the_same_when_it_goes_on(suite, tmp_path, at):
    (tmp_path / "bridge.py").write_text(BRIDGE)
    stop = tmp_path / "stop"

    def once(store):
        model = open_process(f"{sys.executable} {tmp_path / 'bridge.py'}", {})
        model.load()
        try:
            return run(model, suite, store)
        finally:
            model.close()

    whole, _ = once(None)
    store = ReplyStore(tmp_path / "r.sqlite")
    stop.write_text(str(at))
    with pytest.raises(KeyboardInterrupt):
        once(store)
    assert once(store) == (whole, at)


@pytest.mark.parametrize("judge", [lambda at: AsStream("judge", at), lambda at: cascade(AsStream, llm_stop=at)])
@pytest.mark.parametrize("at", range(3))
def test_what_a_judge_said_before_it_was_stopped_is_its_own(tmp_path, judge, at):
    jobs = [Job("s", f"c{i}", "original", "scorer", Ask("a", f"prompt {i}")) for i in range(3)]

    def texts(model, store=None):
        jury = Jury(model, store=store)
        jury.submit(jobs)
        try:
            return [jury.text(job) for job in jobs]
        finally:
            jury.close()

    whole = texts(judge(None))
    store = ReplyStore(tmp_path / "r.sqlite")
    with pytest.raises(KeyboardInterrupt):
        texts(judge(at), store)
    assert sum(reply.text in whole for _, _, _, reply in store.rows()) == at
    assert texts(judge(None), store) == whole


def test_an_embedding_model_that_was_stopped_says_the_same_when_it_goes_on(tmp_path):
    class Embedder:
        name, identity = "embedder", "embedder/1"

        def __init__(self, stops):
            self.stops = stops

        def load(self):
            pass

        def close(self):
            pass

        def embed(self, texts):
            if self.stops:
                raise KeyboardInterrupt
            return np.array([[len(text), 1.0] for text in texts])

    pairs = [("a", ("bb", "ccc")), ("dd", ("e",))]

    def cosines(stops, store=None):
        similarities = Similarities(Embedder(stops), store=store)
        similarities.submit(pairs)
        return [similarities.cosines(pair) for pair in pairs]

    whole = cosines(False)
    store = ReplyStore(tmp_path / "r.sqlite")
    with pytest.raises(KeyboardInterrupt):
        cosines(True, store)
    assert list(store.rows()) == []
    assert cosines(False, store) == whole
