"""The words of language in data files: each file is read, each example holds, and languages do not mix."""

import pytest

from audiotest.score.answer_extraction.cue import roles
from audiotest.score.answer_extraction.lexicon import languages, lexicon, phrases, sources
from audiotest.score.answer_extraction.normalise import fold
from audiotest.score.answer_extraction.phrases import emit, parse
from audiotest.score.choice import read

TABLES = {"numbers", "ordinals", "units", "tens"}
PLAIN = {"language", "script", *TABLES}
ROLES = [(language, role) for language, source in sources().items() for role in source if role not in PLAIN]
EXAMPLES = [
    (language, role, example)
    for language, role in ROLES
    if isinstance(sources()[language][role], dict)
    for example in sources()[language][role].get("examples", [])
]


@pytest.mark.parametrize(("language", "role"), ROLES)
def test_every_role_compiles_forwards_and_backwards_and_is_known_in_english(language, role):
    lex = lexicon(frozenset({language}))
    lex.compiled(f"<{role}>")
    lex.compiled(f"<{role}>", backwards=True)
    assert phrases(language, role)
    assert role in sources()["en"] or role == "script"


@pytest.mark.parametrize(("language", "role", "example"), EXAMPLES)
def test_every_example_is_matched_in_both_directions(language, role, example):
    lex, text = lexicon(frozenset({language})), fold(example)
    assert lex.pattern(roles(role)).search(text)
    assert lex.compiled(f"<{role}>", backwards=True).search(text[::-1])


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("The answer is B because it is loud.", {"en"}), ("Die Antwort ist B, weil es eine Flöte ist.", {"de"}),
        ("La réponse est B et le son est fort.", {"fr"}), ("La respuesta es B porque se escucha el viento.", {"es"}),
        ("答案是小提琴", {"zh", "ja"}), ("答えはピアノです", {"ja"}), ("정답은 피아노입니다", {"ko"}), ("الجواب هو البيانو", {"ar"}),
    ],
)  # fmt: skip
def test_the_language_of_a_reply(text, spoken):
    active = languages(fold(text))
    assert spoken <= active
    assert "en" in active if spoken == {"en"} else not ({"de", "fr", "es"} - spoken) & active


@pytest.mark.parametrize("phrase", ["(a|b", "a]", "[a", "a|b", "a)"])
def test_a_phrase_with_a_stray_bracket_is_refused(phrase):
    with pytest.raises(ValueError, match=r"bracket|lacks"):
        parse(phrase)


@pytest.mark.parametrize(
    ("phrase", "matched"),
    [("a [b] c", ["a c", "a b c"]), ("[a] b", ["b", "a b"]), ("a [b] [c]", ["a", "a b", "a c", "a b c"]), ("x (a|b c) y", ["x a y", "x b c y"]), ("rul* out", ["rule out", "ruling out"]), ("a _ b", ["a word b"]), ("a ~9 b", ["a x b", "a some b"])],
)  # fmt: skip
def test_the_notation(phrase, matched):
    import re

    forwards = re.compile(emit(parse(phrase), lambda name: name))
    backwards = re.compile(emit(parse(phrase), lambda name: name, backwards=True))
    for text in matched:
        assert forwards.fullmatch(text)
        assert backwards.fullmatch(text[::-1])


@pytest.mark.parametrize(
    ("choices", "output", "index"),
    [
        (("eine Flöte", "eine Geige", "ein Klavier"), "Die richtige Antwort ist B.", 1), (("eine Flöte", "eine Geige", "ein Klavier"), "Es ist keine Flöte, sondern eine Geige.", 1),
        (("eine Flöte", "eine Geige", "ein Klavier"), "Ich höre ein Klavier, also ist die Antwort C.", 2), (("eine Flöte", "eine Geige"), "Es war eine Geige, und nicht eine Flöte.", 1),
        (("une flûte", "un violon", "un piano"), "Ce n'est pas une flûte, mais un violon.", 1), (("une flûte", "un violon", "un piano"), "La bonne réponse est un piano.", 2),
        (("una flauta", "un violín", "un piano"), "No es una flauta, sino un violín.", 1), (("una flauta", "un violín", "un piano"), "La respuesta correcta es la C.", 2),
        (("un flauto", "un violino"), "Non è un flauto, bensì un violino.", 1), (("uma flauta", "um violino"), "A resposta correta é um violino.", 1),
        (("犬", "猫", "鳥", "雷"), "猫の鳴き声です。", 1), (("犬", "猫", "鳥", "雷"), "犬ではなく猫です。", 1), (("犬", "猫", "鳥", "雷"), "答えは鳥です。", 2), (("狗", "猫", "鸟"), "不是狗，而是猫。", 1), (("狗", "猫", "鸟"), "这是鸟的叫声。", 2),
        (("개", "고양이", "새"), "정답은 고양이입니다.", 1), (("개", "고양이", "새"), "고양이", 1), (("나", "너", "네"), "너", 1), (("か", "が"), "が", 1),
        (("كلب", "قطة", "طائر", "رعد"), "ليس كلب بل قطة", 1), (("كلب", "قطة", "طائر", "رعد"), "الجواب هو طائر", 2), (("собака", "кошка"), "Это не собака, а кошка.", 1), (("собака", "кошка"), "Правильный ответ: B", 1),
    ],
)  # fmt: skip
def test_replies_in_other_languages(choices, output, index):
    reading = read(choices, output)
    assert reading.index == index, reading
