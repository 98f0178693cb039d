"""What is left out for speed is nothing: cues are searched for only where their words are, and found as if everywhere."""

import random
import re
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiotest.score.answer_extraction.cue import ABSENT, roles
from audiotest.score.answer_extraction.lexicon import lexicon, phrases, sources
from audiotest.score.answer_extraction.literal import Literal
from audiotest.score.answer_extraction.mentions import clauses
from audiotest.score.answer_extraction.phrases import parse, words_of
from audiotest.score.answer_extraction.stretch import Stretch
from audiotest.score.choice import read

NO_PHRASES = {"language", "script", "numbers", "units", "tens", "markers", "spans_of_time"}
ROLES = sorted({(lang, role) for lang, source in sources().items() for role in source if role not in NO_PHRASES})


def _written(nodes, language, draw):
    """A text that a phrase stands for."""
    out = ""
    for node in nodes:
        if node.kind == "text":
            out += node.text
        elif node.kind == "space":
            out += draw.choice([" ", " ", "  ", "\n"])
        elif node.kind == "role":
            out += _written(parse(draw.choice(phrases(language, node.text))), language, draw)
        elif node.kind == "group" or (node.kind == "option" and draw.random() < 0.5):
            inner = _written(draw.choice(node.alternatives), language, draw)
            out += inner + " " if node.space == "after" else " " + inner if node.space == "before" else inner
        elif node.kind in ("word", "gap"):
            out += draw.choice(["word", "it's", "so-called"])
        elif node.kind == "ending":
            out += draw.choice(["", "s", "ing"])
    return out


@pytest.mark.parametrize(("language", "role"), ROLES)
def test_a_cue_is_found_in_a_stretch_as_everywhere(language, role):
    draw = random.Random(f"{language}{role}")
    lex, cue = lexicon(frozenset({language})), roles(role)
    matched = 0
    for phrase in phrases(language, role):
        for _ in range(6):
            text = _written(parse(phrase), language, draw)
            text = draw.choice(["", "well ", "the word (", "x", "a thing of that kind, as was the one before, "]) + text
            text += draw.choice(["", " and more", ". Then", ")", "y", "s"])
            spans = [match.span() for match in lex.pattern(cue).finditer(text)]
            stretch = Stretch(text, lex)
            assert [match.span() for match in stretch.finder(cue).finditer(text)] == spans
            part = Stretch(text, lex, Stretch(f"before {text} behind", lex))
            assert [match.span() for match in part.finder(cue).finditer(text)] == spans
            first = stretch.finder(cue).search(text)
            assert (first.span() if first else None) == (spans[0] if spans else None)
            matched += bool(spans)
    assert matched


def test_a_cue_without_its_words_is_not_searched_for():
    lex = lexicon(frozenset({"en"}))
    assert Stretch("a bell rings twice", lex).finder(roles("concludes")) is ABSENT
    assert Stretch("therefore a bell", lex).finder(roles("concludes")) is not ABSENT


PIECES = [
    "it isn't", "louder than", "A", "(B)", "c", "a flute", "a kettle", "dog", "Dogs", "3", "three", "30 bpm", "C minor", "yes", "No", "The answer is", "I think it is", "not",
    "rather than", "is wrong", "doesn't fit", "could be", "or", "and", "but", "however,", "wait,", "so", "Therefore", "because it is loud", "fits best",
    "the first one", "at first", "I'm sorry", "I cannot hear", "silence", "none of the above", "option", "is the correct answer", "eliminating", "10%",
    "\n", "\n- ", ":", ",", ".", "?", "；", "答案是", "nicht", "sondern", "ist", "die Antwort ist", "non", "猫", "é", "if", "than", "<b>", "ruled out", "no.", "x",
]  # fmt: skip
OPTIONS = [
    ("a flute", "a kettle", "dog"),
    ("yes", "no"),
    ("3", "30", "12"),
    ("C minor", "A major"),
    ("猫", "犬"),
    ("the first dog", "dogs", "no dog"),
]


@example(["I hear that the sound isn't", "a flute"], OPTIONS[0], None)
@example(["I hear that this", "dog", "is louder than", "a flute"], OPTIONS[0], None)
@settings(deadline=None, max_examples=400)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=14),
    st.sampled_from(OPTIONS),
    st.sampled_from([None, "length"]),
)
def test_looking_for_cues_everywhere_reads_the_same(pieces, options, finish):
    reply = " ".join(pieces)
    reading = read(options, reply, question="What is heard first?", finish=finish)
    everywhere = {
        "finder": lambda stretch, cue: stretch.lex.pattern(cue),
        "finders": lambda stretch, cues: [stretch.lex.pattern(cue) for cue in cues],
    }
    with mock.patch.multiple(Stretch, **everywhere):
        assert read(options, reply, question="What is heard first?", finish=finish) == reading


@example(["aa", "b"], "a", False)
@given(
    st.lists(st.text("ab1é", min_size=1, max_size=3), min_size=1, max_size=3),
    st.text("ab1é -_.\n", max_size=40),
    st.booleans(),
)
def test_words_are_found_as_a_pattern_finds_them(words, text, strict):
    between = r"\s+" if strict else r"[\W_]{1,4}"
    pattern = re.compile(between.join(map(re.escape, words)))
    text += " ".join(words) + text
    assert list(Literal(tuple(words), strict).places(text)) == [match.span() for match in pattern.finditer(text)]


@given(st.text("abC .!?;:\n-*(1)", max_size=60))
def test_sentences_of_ascii_are_those_of_any_text(text):
    text = f"a{text}"
    others = [(max(start - 1, 0), end - 1) for start, end in clauses(f"é{text}")]
    assert clauses(text) == others


def test_the_words_of_a_text():
    assert words_of("it's 7th, o_k") == {"it", "s", "th", "o", "k"}
    assert words_of("犬the дом") == {"犬", "the", "дом"}
