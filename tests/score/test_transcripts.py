"""``wer`` and ``cer``: jiwer's figures on the same normalised text, what is normalised, and what is not a
transcript."""

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

import audiotest
from audiotest.analyse.trials import Trials
from audiotest.registry import METRICS, SCORERS
from audiotest.types import Question, Record, Verdict

PAIRS = [
    ("Mr. Quilter is the apostle of the middle classes, and we are glad to welcome his gospel.",
     "mister quilter is the apostle of the middle classes and we are glad to welcome his gospel"),
    ("He tells us that at this festive season of the year, with Christmas and roast beef looming before us",
     "He tells us that, at this festive season, with Christmas and roast beef looming before us, uh"),
    ("It won't cost $20 million; the colour isn't grey.", "it will not cost twenty million dollars the color is not gray"),
    ("Linnell's pictures are a sort of Up Guards and at 'em paintings", "Lin Nell's pictures are sort of up guards and Adam paintings"),
    ("twenty-one", "21"),
]  # fmt: skip


def wer(reference, output, scorer="wer", **options):
    metadata = options.pop("metadata", {})
    return audiotest.score(scorer, reference=reference, output=output, options=options, **metadata)


def edits(verdict):
    return sum(verdict.details[name] for name in ("substitutions", "insertions", "deletions"))


def record(case, verdict, scorer="wer", clip=None, condition="original"):
    return Record(
        suite="s", case=case, condition=condition, nodeid=f"s.yaml::{condition}::{case}", expectation="correct",
        outcome="passed", question="Transcribe.", verdicts={scorer: verdict}, clip=clip or case,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "normalise"), [("whisper_english", EnglishTextNormalizer()), ("whisper_basic", BasicTextNormalizer())]
)
@pytest.mark.parametrize(("scorer", "official"), [("wer", jiwer.wer), ("cer", jiwer.cer)])
def test_the_rate_of_a_corpus_is_jiwers_on_the_same_normalised_text(name, normalise, scorer, official):
    verdicts = [wer(reference, output, scorer, normaliser=name) for reference, output in PAIRS]
    references = [" ".join(normalise(reference).split()) for reference, _ in PAIRS]
    outputs = [" ".join(normalise(output).split()) for _, output in PAIRS]
    for verdict, reference, output in zip(verdicts, references, outputs, strict=True):
        assert edits(verdict) / verdict.details["reference_length"] == pytest.approx(official(reference, output))
    rows = [record(str(i), verdict, scorer) for i, verdict in enumerate(verdicts)]
    rate = METRICS.get(scorer).measure(Trials(rows))
    assert rate.value == pytest.approx(official(references, outputs))
    assert rate.n == len(PAIRS)
    assert rate.low <= rate.value <= rate.high
    assert all(f"{name} (whisper-normalizer" in verdict.details["normaliser"] for verdict in verdicts)


word = st.sampled_from(["the", "a", "cat", "sat", "on", "mat", "then", "3", "ran", "你", "über", "don't"])


@settings(max_examples=150)
@given(st.lists(st.tuples(st.lists(word, min_size=1, max_size=9), st.lists(word, max_size=12)), min_size=1, max_size=6))
def test_any_corpus_has_jiwers_rate_and_an_alignment_that_rebuilds_both_texts(pairs):
    texts = [(" ".join(reference), " ".join(output)) for reference, output in pairs]
    verdicts = [wer(reference, output, normaliser="none") for reference, output in texts]
    rate = METRICS.get("wer").measure(Trials(record(str(i), v) for i, v in enumerate(verdicts)))
    assert rate.value == pytest.approx(jiwer.wer([r for r, _ in texts], [o for _, o in texts]))
    for (reference, output), verdict in zip(pairs, verdicts, strict=True):
        chunks = verdict.details["alignment"]
        assert [reference[a:b] == output[c:d] for kind, a, b, c, d in chunks if kind == "equal"].count(False) == 0
        assert [one for _, a, b, _, _ in chunks for one in reference[a:b]] == reference
        assert [one for _, _, _, c, d in chunks for one in output[c:d]] == output


def test_the_rate_of_a_suite_is_no_mean_over_its_items():
    long, short = wer("a b c d e f g h i j", "a b c d e f g h i j"), wer("a", "b")
    rate = METRICS.get("wer").measure(Trials([record("x", long), record("y", short)]))
    assert rate.value == pytest.approx(1 / 11)


@pytest.mark.parametrize(
    ("reference", "metadata", "output", "name"),
    [
        ("It's grey.", {"language": "en-GB"}, "it is gray", "whisper_english"),
        ("Das ist 1, wirklich!", {"language": "de"}, "das ist 1 wirklich", "whisper_basic"),
        ("漢語，語音識別", {"language": "zh-TW"}, "汉语语音识别。", "chinese"),
        ("漢語「語音」識別ABC", {}, "汉语语音识别 abc", "chinese"),
        ("音声認識です。", {"tags": {"language": ("Japanese",)}}, "音声 認識 です", "whisper_letters"),
        ("Hello there", {}, "hello, there", "whisper_basic"),
    ],
)
def test_the_normaliser_goes_by_the_cases_language(reference, metadata, output, name):
    for scorer in ("wer", "cer"):
        verdict = wer(reference, output, scorer, metadata=metadata)
        assert verdict.details["normaliser"].startswith(name)
        assert verdict.correct
        assert edits(verdict) == 0


def test_a_character_of_chinese_is_a_unit_of_either_rate():
    words, signs = wer("今天天气很好", "今天天气真好"), wer("今天天气很好", "今天天气真好", "cer")
    assert edits(words) / words.details["reference_length"] == edits(signs) / signs.details["reference_length"] == 1 / 6


def test_of_several_references_the_nearest_counts_and_is_named():
    verdict = wer(["one two three four", "one three four", "one three four"], "one three four")
    assert (verdict.correct, verdict.details["reference_index"]) == (True, 1)


@pytest.mark.parametrize(
    ("output", "insertions"),
    [
        ("<think>Is it a cat? It says: the cat sat.</think>The cat sat.", 0),
        ("The transcript is: the cat sat", 3),
        ("<think>I hear the cat sat", None),
    ],
)
def test_thinking_is_no_part_of_a_transcript_and_a_preface_is(output, insertions):
    verdict = wer("the cat sat", output)
    assert (verdict.details["insertions"] == insertions) if insertions is not None else verdict.details["words"] == 0


def test_correct_is_word_for_word_unless_a_rate_is_allowed():
    assert not wer("a b c d", "a b c e").correct
    assert wer("a b c d", "a b c e", max=0.25).correct
    assert not wer("a b c d", "a b c e", max=0.2).correct
    assert wer("a b c d", "a b c e", max=0.25).score == 0.75


@pytest.mark.parametrize(("times", "stuck"), [(1, False), (4, False), (5, True), (400, True)])
def test_a_loop_is_named(times, stuck):
    verdict = wer("so thank you very much", "so " + "thank you " * times)
    assert verdict.details.get("loop") == ("thank you" if stuck else None) or times == 1
    assert "loop" not in wer("no no no no no no", "no no no no no no").details


def test_a_reply_that_declines_is_a_refusal_and_one_about_not_hearing_is_none():
    assert wer("the cat sat on the mat", "I'm sorry, but I cannot hear any audio.").status == "refused"
    spoken = "I'm sorry, I cannot hear any audio."
    assert wer(spoken, spoken).status == "read"
    assert wer("the cat", "").status == "none"


def test_without_a_reference_there_is_no_rate_and_words_are_counted():
    verdict = wer([], "thanks for watching")
    assert (verdict.correct, verdict.counted, verdict.details["words"]) == (None, False, 3)
    assert wer("[noise]", "thanks", normaliser="whisper_english").counted is False


@pytest.mark.parametrize("options", [{"normaliser": "english"}, {"max": -1}, {"max": "0.1"}, {"max": True}])
def test_options_outside_what_there_is_are_refused(options):
    with pytest.raises(ValueError, match="normaliser|max"):
        SCORERS.get("wer").check(**options)


def test_a_package_that_is_missing_is_one_sentence_with_the_command(monkeypatch):
    import sys

    from audiotest.score import _normalisers

    monkeypatch.setitem(sys.modules, "opencc", None)
    _normalisers._built.cache_clear()
    with pytest.raises(ValueError, match=r"needs OpenCC, which is not installed: pip install 'audiotest\[speech\]'"):
        wer("汉语", "汉语")
    _normalisers._built.cache_clear()


def test_one_clip_has_a_rate_and_no_interval_and_no_reply_has_neither():
    one = METRICS.get("wer").measure(Trials([record("a", wer("a b", "a"))]))
    assert (one.value, one.low, one.high) == (0.5, None, None)
    with pytest.raises(audiotest.AudiotestError, match="no reply under original was judged by `wer`"):
        METRICS.get("wer").measure(Trials([record("a", Verdict(None, counted=False))]))


def test_a_perfect_sample_does_not_say_that_there_are_no_errors():
    perfect = METRICS.get("wer").measure(Trials([record(str(i), wer("a b c", "a b c")) for i in range(20)]))
    assert (perfect.value, perfect.low) == (0, 0)
    assert 0.05 < perfect.high < 0.3


def test_a_question_that_is_asked_in_another_room_of_the_line_door():
    from audiotest.score.lines import score_line

    line = score_line("wer", b'{"question": "", "reference": "the cat", "output": "a cat", "language": "en"}')
    assert b'"correct":false' in line
    assert b'"substitutions":1' in line


def test_the_sweep_over_noise_counts_words():
    rows = []
    for i in range(12):
        for ratio, output in ((-10, "x x x x"), (0, "a b x x"), (10, "a b c d")):
            rows.append(record(str(i), wer("a b c d", output), condition=f"noise(snr_db={ratio})"))
    threshold = METRICS.get("threshold_snr").measure(Trials(rows))
    assert threshold.value == pytest.approx(0, abs=1)


def test_a_question_object_is_all_that_a_scorer_needs():
    verdict = SCORERS.get("wer").score(Question("Transcribe.", answer="the cat"), "the cat")
    assert verdict.correct
