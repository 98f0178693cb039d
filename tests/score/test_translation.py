"""``bleu`` and ``chrf``: sacreBLEU's own corpus scores, from the counts that records keep."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF

import audiotest
from audiotest.analyse.trials import NotMeasured, Trials
from audiotest.registry import METRICS, SCORERS
from audiotest.types import Record

PAIRS = [
    (["The dog bit the man.", "The dog had bit the man."], "The dog bit the man."),
    (["It was not unexpected.", "No one was surprised."], "It wasn't surprising."),
    (["The man bit him first.", "The man had bitten the dog."], "The man had just bitten him."),
    (["A cat sits on the mat, purring loudly.", "On the mat there is a purring cat."], "The cat is on the mat"),
]  # fmt: skip


def records(name, pairs, **options):
    for i, (references, output) in enumerate(pairs):
        verdict = audiotest.score(name, reference=references, output=output, options=options)
        yield Record(
            suite="s", case=str(i), condition="original", nodeid=f"s::original::{i}", expectation="correct",
            outcome="passed", question="Translate.", verdicts={name: verdict}, clip=str(i),
        )  # fmt: skip


def figure(name, pairs, **options):
    return METRICS.get(name).measure(Trials(records(name, pairs, **options)))


def official(metric, pairs):
    references = [list(column) for column in zip(*(references for references, _ in pairs), strict=True)]
    return metric.corpus_score([output for _, output in pairs], references).score


@pytest.mark.parametrize(
    ("name", "options", "metric"),
    [
        ("bleu", {}, BLEU()),
        ("bleu", {"tokenize": "char", "lowercase": True}, BLEU(tokenize="char", lowercase=True)),
        ("chrf", {}, CHRF()),
        ("chrf", {"word_order": 2}, CHRF(word_order=2)),
    ],
)
def test_the_figure_of_a_suite_is_sacrebleus_corpus_score(name, options, metric):
    measured = figure(name, PAIRS, **options)
    assert measured.value == pytest.approx(official(metric, PAIRS))
    assert measured.low < measured.value < measured.high
    [first, *_] = records(name, PAIRS, **options)
    assert str(metric.get_signature()) == first.verdicts[name].details["signature"]


words = st.lists(st.sampled_from(["a", "cat", "sat", "on", "mats", "Über", "你好", "."]), min_size=1, max_size=8)


@settings(max_examples=120)
@given(st.lists(st.tuples(words, words | st.just([])), min_size=1, max_size=4))
def test_any_corpus_has_sacrebleus_score(pairs):
    texts = [([" ".join(reference)], " ".join(output)) for reference, output in pairs]
    for name, metric in (("bleu", BLEU()), ("chrf", CHRF())):
        assert figure(name, texts).value == pytest.approx(official(metric, texts), abs=1e-9)


def test_a_reply_alone_is_graded_and_right_or_wrong_only_where_a_least_value_is_asked_for():
    graded = audiotest.score("bleu", reference="the cat sat", output="the cat sat")
    assert (graded.correct, graded.score) == (None, pytest.approx(1))
    strict = audiotest.score("chrf", reference="the cat sat", output="dogs", options={"min": 50})
    assert (strict.correct, "at least 50 wanted" in strict.evidence) == (False, True)
    assert audiotest.score("bleu", output="the cat").counted is False


def test_two_signatures_have_no_figure_together():
    both = [*records("bleu", PAIRS[:2]), *records("bleu", PAIRS[2:], tokenize="char")]
    with pytest.raises(NotMeasured, match="scored in several ways: .*tok:13a.*tok:char"):
        METRICS.get("bleu").measure(Trials(both))


@pytest.mark.parametrize(
    ("name", "options"),
    [("bleu", {"tokenize": "13b"}), ("bleu", {"lowercase": "no"}), ("bleu", {"min": 300}), ("chrf", {"word_order": 7})],
)
def test_options_outside_what_there_is_are_refused(name, options):
    with pytest.raises(ValueError, match="tokenize|lowercase|min|word_order"):
        SCORERS.get(name).check(**options)
