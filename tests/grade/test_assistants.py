"""Judges and embedding models of a run: what becomes of verdicts when one is down, and the spans of what they are asked."""

import numpy as np
import pytest

from audiotest.grade.assistants import AssistantFailed, Assistants, Wanted
from audiotest.grade.jury import Jury
from audiotest.grade.similarities import Similarities
from audiotest.models.protocol import Unavailable
from audiotest.types import Check, Needs, Question, Reply, TrialKey

CLOSED, JUDGED = Check("mmau_pro_closed"), Check("judge", {"template": "Rate {{ reply }}", "scale": [1, 5]})


class Embedder:
    """Vectors of a text's length, until its key is refused."""

    name, identity, calls = "embedder", "embedder/1", 0

    def load(self): ...
    def close(self): ...
    def embed(self, texts):
        self.calls += 1
        if any("refused" in text for text in texts):
            raise Unavailable("401: the key is refused")
        return np.array([[len(text), 1.0] for text in texts])


class Judge:
    name, identity, batch_size, needs = "rater", "rater/1", 4, Needs(audio=False)

    def load(self): ...
    def close(self): ...
    def answer(self, requests):
        return [
            ValueError("broke") if "bad" in r.prompt else Reply("4", seconds=0.25, details={"input_tokens": 7})
            for r in requests
        ]


def wanted(i, output, check):
    question = Question("What is heard?", ("rain", "wind"), "rain", 0)
    return Wanted(TrialKey("s", f"c{i}", "original"), question, output, (check,))


def given(assistants, one):
    try:
        return assistants.given(one.key, one.checks[0].name)
    except AssistantFailed as error:
        return str(error)


def test_an_embedding_model_whose_key_is_refused_is_asked_no_more_and_what_it_gave_stays():
    embedder = Embedder()
    assistants = Assistants(similarities=Similarities(embedder))
    first = wanted(0, "rain", CLOSED)
    assistants.submit(first)
    assert given(assistants, first)["similarities"][0] == pytest.approx(1)
    rest = [wanted(i, f"refused {i}", CLOSED) for i in range(1, 60)]
    for one in rest:
        assistants.submit(one)
    sentences = {given(assistants, one) for one in rest}
    # Before it is known to be down, it fails as it does for each.
    assert sentences - {"the embedding model: 401: the key is refused"} == assistants.down
    assert assistants.down == {"not judged: the embedding model: 401: the key is refused"}
    calls = embedder.calls
    late = wanted(99, "refused again", CLOSED)
    assistants.submit(late)
    assert given(assistants, late) == "not judged: the embedding model: 401: the key is refused"
    assert embedder.calls == calls
    assert "similarities" in given(assistants, first)


def test_a_judge_that_cannot_be_loaded_is_one_sentence_for_all():
    judge = Judge()
    judge.load = lambda: (_ for _ in ()).throw(OSError("no weights"))
    assistants = Assistants(Jury(judge))
    rest = [wanted(i, f"reply {i}", JUDGED) for i in range(5)]
    for one in rest:
        assistants.submit(one)
    assert {given(assistants, one) for one in rest} == assistants.down == {"not judged: the judge rater: no weights"}


def test_a_failure_of_one_reply_alone_stays_its_own_when_the_judge_goes_down():
    judge = Judge()
    judge.answer = lambda requests: [
        ValueError("broke") if "bad" in r.prompt else Unavailable("401") if "late" in r.prompt else Reply("4")
        for r in requests
    ]
    assistants = Assistants(Jury(judge))
    outputs = ["fine", "bad 1", "bad 2", *(f"late {i}" for i in range(20))]
    asked = [wanted(i, output, JUDGED) for i, output in enumerate(outputs)]
    for one in asked:
        assistants.submit(one)
    last = given(assistants, asked[-1])
    assert last == "not judged: the judge rater: 401"
    assert {given(assistants, one) for one in asked[1:3]} == {"the judge rater: broke"}
    assert assistants.down == {last}
    assert [assistants.repeats(why) for why in (last, last, "the judge rater: broke", "the judge rater: broke")] == [
        False, True, False, False,
    ]  # fmt: skip


def test_a_judge_that_breaks_alike_is_one_sentence_for_all():
    judge = Judge()
    judge.answer = lambda requests: [ValueError("broke") for r in requests]
    assistants = Assistants(Jury(judge))
    asked = [wanted(i, f"reply {i}", JUDGED) for i in range(40)]
    for one in asked:
        assistants.submit(one)
    sentences = {given(assistants, one) for one in asked}
    assert sentences == assistants.down == {"not judged: the judge rater: ValueError: broke"}


def test_what_judges_and_embedding_models_are_asked_are_spans(monkeypatch):
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    assistants = Assistants(Jury(Judge()), Similarities(Embedder()))
    asked = [wanted(0, "a fine reply", JUDGED), wanted(1, "a bad reply", JUDGED), wanted(2, "rain", CLOSED)]
    for one in asked:
        assistants.submit(one)
    for one in asked:
        given(assistants, one)
    spans = {span.attributes.get("audiotest.case", "pair"): span for span in kept.get_finished_spans()}
    assert spans.keys() == {"c0", "c1", "pair"}
    one = spans["c0"]
    assert (one.name, one.end_time - one.start_time) == ("chat rater", 250_000_000)
    assert one.attributes["audiotest.role"] == "judge"
    assert one.attributes["audiotest.condition"] == "original"
    assert one.attributes["audiotest.ask"].startswith("judge.")
    assert one.attributes["gen_ai.usage.input_tokens"] == 7
    assert spans["c1"].attributes["error.type"] == "ValueError"
    assert spans["pair"].name == "embeddings embedder"
    assert spans["pair"].attributes["gen_ai.operation.name"] == "embeddings"
    assert not any("fine reply" in span.to_json() or "rain" in span.to_json() for span in spans.values())
