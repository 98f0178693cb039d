"""``regex``, ``number``, ``key``, ``chord`` and ``labels``: what is read from a reply, and how it is held against the answer."""

import re
import sys

import mir_eval.chord
import mir_eval.key
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audiotest
from audiotest.analyse.trials import Trials
from audiotest.registry import METRICS, SCORERS
from audiotest.score.answer_extraction.chords import chords
from audiotest.types import Question, Record


def score(name, output, answer=None, reference=(), choices=(), **options):
    return audiotest.score(
        name, output=output, answer=answer, reference=reference, choices=list(choices), options=options
    )


@pytest.mark.parametrize(
    ("pattern", "options", "output", "answer", "correct"),
    [
        (r"(\d+) ?Hz", {}, "From 220 Hz it rises to 440Hz.", "440", True),
        (r"(\d+) ?Hz", {"which": "first"}, "From 220 Hz it rises to 440Hz.", "440", False),
        (r"answer is (?P<letter>[A-D])", {"group": "letter"}, "The ANSWER is b", "B", True),
        (r"answer is ([A-D])", {"ignore_case": False}, "The answer is b", "B", False),
        (r"answer is ([A-D])", {}, "<think>the answer is A</think> no, the answer is C", "C", True),
        (r"\bdog\b", {}, "a dog barks", None, True),
        (r"\bdog\b", {}, "a cat", None, False),
    ],
)
def test_a_pattern_finds_the_answer(pattern, options, output, answer, correct):
    assert score("regex", output, answer, pattern=pattern, **options).correct is correct


def test_a_pattern_that_does_not_match_is_unparsed_and_one_that_is_an_option_chooses_it():
    assert score("regex", "who knows", "B", pattern="answer: ([A-D])").status == "unparsed"
    assert score("regex", "answer: rain.", "rain", choices=["a dog", "rain"], pattern="answer: (.+)").choice == 1


@pytest.mark.parametrize(
    ("output", "answer", "options", "correct", "status"),
    [
        ("About 121 BPM.", "120", {"tolerance": 1}, True, "read"),
        ("About 122 BPM.", "120", {"tolerance": 1}, False, "read"),
        ("124.8", "120", {"relative": 0.04}, True, "read"),
        ("one hundred and twenty beats per minute", "120 bpm", {}, True, "read"),
        ("The tempo is 120 bpm in 4/4.", "120", {"unit": "bpm"}, True, "read"),
        ("Perhaps 120, perhaps 90.", "120", {}, False, "ambiguous"),
        ("Perhaps 120, perhaps 90.", "90", {"which": "last"}, True, "read"),
        ("61", "120", {"octave": True}, True, "read"),
        ("61", "120", {"relative": 0.04}, False, "read"),
        ("-3 dB", "-3", {}, True, "read"),
        ("3 dB", "-3", {}, False, "read"),
        ("1,200 Hz", "1200", {}, True, "read"),
        ("1m30s", "90", {}, True, "read"),
        (r"<think>90? 95?</think> \boxed{120}", "120", {}, True, "read"),
        ("I cannot tell.", "120", {}, False, "none"),
    ],
)
def test_a_number_is_right_within_its_tolerance(output, answer, options, correct, status):
    verdict = score("number", output, answer, **options)
    assert (verdict.correct, verdict.status) == (correct, status)


@given(st.floats(40, 240), st.sampled_from([1, 2, 3, 1 / 2, 1 / 3]), st.floats(-0.039, 0.039))
def test_octave_errors_are_forgiven_within_four_per_cent(tempo, factor, off):
    verdict = score("number", f"{tempo * factor * (1 + off):.6f} bpm", f"{tempo}", octave=True)
    assert verdict.correct


KEYS = [f"{tonic} {mode}" for tonic in ("C", "C#", "Eb", "F#", "Bb", "B") for mode in ("major", "minor")]


@given(st.sampled_from(KEYS), st.sampled_from(KEYS))
def test_a_key_has_mir_evals_weighted_score(right, named):
    verdict = score("key", f"It is in {named}.", right)
    assert verdict.score == mir_eval.key.weighted_score(right, named)
    assert verdict.correct == (right == named)


@pytest.mark.parametrize(
    ("output", "answer", "worth"),
    [
        ("It is not in A minor.", "A minor", 0.0),
        ("It is not in A minor but in C major.", "C major", 1.0),
        ("It isn't C major, it is A minor.", "A minor", 1.0),
        ("The key of G", "G major", 1.0),
        ("Am", "C major", 0.3),
        ("C-flat major", "B major", 1.0),
        ("It starts in C major and ends in A minor", "C major", 0.0),
        ("no idea", "C major", 0.0),
    ],
)
def test_keys_are_read_as_people_write_them(output, answer, worth):
    assert score("key", output, answer).score == worth


ROOTS = ["C", "C#", "Db", "E", "F", "F#", "Gb", "A", "Bb", "B", "Cb"]
QUALITIES = sorted({*mir_eval.chord.QUALITIES} - {""})
LABELS = st.one_of(
    st.just("N"),
    st.builds("{}:{}{}".format, st.sampled_from(ROOTS), st.sampled_from(QUALITIES), st.sampled_from(["", "/3", "/b7"])),
    st.builds("{}:{}".format, st.sampled_from(ROOTS), st.sampled_from(["maj(9)", "min(*5)", "(1,b3,5)", "7(#9,*5)"])),
)
COMPARISONS = ["root", "thirds", "triads", "sevenths", "tetrads", "majmin", "mirex"]


@settings(max_examples=300)
@given(LABELS, LABELS, st.sampled_from(COMPARISONS), st.sampled_from(["{}", "The chord is {}.", "**{}**", "[[{}]]"]))
def test_a_chord_is_compared_as_mir_eval_compares_labels(right, named, comparison, form):
    (worth,) = getattr(mir_eval.chord, comparison)([right], [named])
    verdict = score(
        "chord", form.format(named if named != "N" or form == "{}" else "N.C."), right, comparison=comparison
    )
    assert (verdict.counted, verdict.score) == ((True, worth) if worth >= 0 else (False, None))
    assert verdict.correct == (None if worth < 0 else worth == 1)


SPELT = {
    "maj": ["{}", "{}maj", "{}M", "{} major", "{} maj", "{}:major", "{} major triad"],
    "min": ["{}m", "{}min", "{} minor", "{}-minor", "{} min chord", "{}: minor"],
    "dim": ["{}dim", "{}°", "{} diminished"],
    "aug": ["{}aug", "{}+", "{} augmented"],
    "sus4": ["{}sus4", "{}sus", "{} sus4", "{} suspended fourth"],
    "sus2": ["{}sus2", "{} suspended 2nd"],
    "7": ["{}7", "{} dominant seventh", "{} dominant 7th", "{}dom7", "{} major-minor seventh", "{} 7th"],
    "maj7": ["{}maj7", "{}M7", "{}Δ7", "{} major seventh", "{} major 7", "{}Maj7", "{}maj 7", "{}(maj7)"],
    "min7": ["{}m7", "{}min7", "{}-7", "{} minor seventh", "{} minor 7th", "{} min7"],
    "minmaj7": ["{}m(maj7)", "{}mM7", "{} minor major seventh"],
    "hdim7": ["{}ø7", "{}m7b5", "{}m7(b5)", "{} half-diminished", "{} half diminished seventh", "{} minor seventh flat five"],
    "dim7": ["{}dim7", "{}°7", "{}o7", "{} diminished seventh", "{} fully diminished 7th"],
    "maj6": ["{}6", "{} major sixth"],
    "min6": ["{}m6", "{} minor 6th"],
    "9": ["{}9", "{} dominant ninth"],
    "min9": ["{}m9", "{} minor ninth"],
}  # fmt: skip


@pytest.mark.parametrize("quality", SPELT)
@pytest.mark.parametrize(
    ("written", "root"), [("C", "C"), ("F#", "F#"), ("G♭", "Gb"), ("B-flat", "Bb"), ("D sharp", "D#")]
)
def test_chords_are_read_as_people_write_them(quality, written, root):
    for form in SPELT[quality]:
        if written[-1].islower() and re.match(r"\{\}[^\W\d]", form):
            continue  # nobody writes "B-flatm7"
        verdict = score("chord", f"The chord is {form.format(written)}.", f"{root}:{quality}", comparison="tetrads")
        assert (verdict.correct, verdict.details.get("value")) == (True, f"{root}:{quality}"), form


@pytest.mark.parametrize(
    ("output", "label"),
    [
        ("C/E", "C:maj/3"),
        ("Gm/Bb", "G:min/b3"),
        ("C major over E", "C:maj/3"),
        ("D7 with F# in the bass", "D:7/3"),
        ("C6/9", "C:maj6(9)"),
        ("am7", "A:min7"),
        ("bb", "Bb:maj"),
        ("It is in a-Moll.", "A:min"),
        ("A C major chord", "C:maj"),
        ("No chord is played.", "N"),
        ("A minor seventh (A, C, E, G)", "A:min7"),
        ("The notes C, E and G form a C major triad.", "C:maj"),
        ("Am, that is A minor", "A:min"),
        ("Db7 (enharmonically C#7)", "Db:7"),
        ("G# / Ab minor", "Ab:min"),
        ("This is a G major 7th chord: G, B, D, F#", "G:maj7"),
    ],
)
def test_a_chord_within_a_reply_is_found(output, label):
    verdict = score("chord", output, label, comparison="tetrads")
    assert (verdict.correct, verdict.details["value"]) == (True, label)


@pytest.mark.parametrize(
    ("output", "right"),
    [
        ("C - G - Am - F", "A:min"),
        ("C, G, Am, F", "F:maj"),
        ("D7 or G7", "D:7"),
        ("Am7no5", "A:min7"),
        ("C/G/Am/F", "C:maj"),
        ("G#/Ab minor", "G#:maj"),
        ("The chord is C, then Am", "C:maj"),
        ("Chord: C, G, Am", "C:maj"),
        ("G7 resolving to C", "G:7"),
        ("It is not A minor.", "A:min"),
        ("It is a minor chord.", "A:min"),
        ("Am I to guess?", "A:min"),
        ("A diminished chord", "A:dim"),
        ("A dominant seventh chord on G", "A:7"),
        ("A minor pentatonic scale", "A:min"),
        ("C major third", "C:maj"),
        ("G dominant", "G:maj"),
        ("no chord can be identified", "N"),
        ("There is no chord change.", "N"),
        ("A loud noise", "A:maj"),
        ("Dogs and Cats", "D:maj"),
        ("The piece has the notes C and E.", "C:maj"),
        ("", "N"),
    ],
)
def test_no_chord_is_credited_that_the_reply_does_not_give(output, right):
    verdict = score("chord", output, right, comparison="triads")
    assert (verdict.correct, verdict.score) == (False, 0)


@given(st.text(alphabet="ABCDEFGabm #♭7:/()sudimajn.-,°", max_size=24))
def test_any_text_has_a_verdict(output):
    assert score("chord", output, "C:maj", comparison="mirex").counted


@pytest.mark.parametrize("between", [" ", "\n", ",", "-"])
def test_what_stands_between_chords_may_be_long(between):
    # Not a matter of speed: anything worse than linear would not end.
    assert [chord.label for chord in chords("Am7" + between * 500_000 + "x C7")] == ["A:min7", "C:7"]


def test_several_chords_are_right_where_each_of_them_is():
    assert score("chord", "Am7, that is A minor with a seventh", "A:min").correct
    assert score("chord", "Am7 or Am", "A:min7", comparison="sevenths").status == "ambiguous"
    assert not score("chord", "C or G", reference=["C", "G"]).correct
    assert score("chord", "G", reference=["C:dim", "G"]).correct


def test_a_chord_outside_the_vocabulary_is_not_counted():
    for reply in ("C:dim", "who knows"):
        verdict = score("chord", reply, "C:dim")
        assert (verdict.correct, verdict.counted) == (None, False)
    assert "not in the vocabulary of `majmin`" in verdict.evidence
    assert score("chord", "C", "Cdim", comparison="root").correct


GENRES = ["rock", "punk rock", "jazz", "hip hop"]


@pytest.mark.parametrize(
    ("output", "right", "several", "predicted", "correct"),
    [
        ("This is punk rock.", ["punk rock"], False, ["punk rock"], True),
        ("Definitely Hip-Hop!", ["hip hop"], False, ["hip hop"], True),
        ("It is not jazz, it is rock.", ["rock"], False, ["rock"], True),
        ("Rock or jazz", ["rock"], False, [], False),
        ("Rock with some jazz", ["jazz", "rock"], True, ["rock", "jazz"], True),
        ("Rock", ["jazz", "rock"], True, ["rock"], False),
    ],
)
def test_labels_of_a_set_are_read(output, right, several, predicted, correct):
    verdict = score("labels", output, reference=right, of=GENRES, several=several)
    assert (verdict.details["predicted"], verdict.correct) == (predicted, correct)


def test_macro_f1_is_that_of_the_textbook():
    pairs = [("rock", "rock"), ("rock", "jazz"), ("jazz", "jazz"), ("hip hop", "no idea"), ("rock", "rock")]
    rows = [
        Record(
            suite="s", case=str(i), condition="original", nodeid=str(i), expectation="correct", outcome="passed",
            question="?", clip=str(i), verdicts={"labels": score("labels", output, reference=[right], of=GENRES)},
        )
        for i, (right, output) in enumerate(pairs)
    ]  # fmt: skip
    f1 = METRICS.get("macro_f1").measure(Trials(rows))
    assert f1.value == pytest.approx((0.8 + 2 / 3 + 0) / 3)
    assert f1.low < f1.value < f1.high


@pytest.mark.parametrize(
    ("name", "options", "word"),
    [
        ("regex", {}, "needs a `pattern`"),
        ("regex", {"pattern": "(a"}, "does not compile"),
        ("regex", {"pattern": "(a)", "group": 2}, "has no group 2"),
        ("number", {"tolerance": -1}, "`tolerance` is -1"),
        ("number", {"relative": 4}, "for 4% write 0.04"),
        ("number", {"unit": 3}, "`unit` is 3"),
        ("key", {"min": 2}, "`min` is 2"),
        ("chord", {"comparison": "triad"}, "did you mean 'triads'"),
        ("labels", {}, "needs the labels"),
        ("labels", {"of": ["Rock", "rock"]}, "are alike"),
    ],
)
def test_options_that_make_no_sense_are_refused(name, options, word):
    with pytest.raises(ValueError, match=word):
        SCORERS.get(name).check(**options)


@pytest.mark.parametrize(
    ("name", "options", "answer", "word"),
    [
        ("number", {}, "fast", "'fast' is not one number"),
        ("key", {}, "loud", "'loud' is no key"),
        ("chord", {}, "loud", "'loud' is no chord"),
        ("chord", {}, "C or G", "'C or G' is no chord"),
        ("labels", {"of": GENRES}, "jaz", "did you mean 'jazz'"),
    ],
)
def test_a_case_that_could_not_be_judged_is_refused(name, options, answer, word):
    with pytest.raises(ValueError, match=word):
        SCORERS.get(name).check_case(Question("?", answer=answer), **options)


@pytest.mark.parametrize("scorer", ["key", "chord"])
def test_without_mir_eval_a_suite_is_refused_with_what_to_install(scorer, monkeypatch):
    monkeypatch.setitem(sys.modules, "mir_eval", None)
    with pytest.raises(ValueError, match=rf"`{scorer}` needs mir_eval, .* pip install 'audiotest\[music\]'"):
        SCORERS.get(scorer).check()
