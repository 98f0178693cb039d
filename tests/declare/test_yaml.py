"""YAML: the 1.2 core rules, and everything that could hurt the reader."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from audiotest.declare.yaml import MAX_DEPTH, parse


def data(text: str):
    document = parse(text.encode(), "x.yaml")
    assert document.problems == []
    return document.data


def problem(text: str | bytes) -> str:
    document = parse(text if isinstance(text, bytes) else text.encode(), "x.yaml")
    assert document.problems, "no problem found"
    return str(document.problems[0])


def test_words_that_yaml_1_1_reads_as_booleans_and_sexagesimals_stay_text():
    assert data("a: [yes, no, on, off, 1:30, y]") == {"a": ["yes", "no", "on", "off", "1:30", "y"]}


def test_core_schema_scalars():
    text = "a: [true, False, null, ~, 12, -3, 0o17, 0x1F, 1.5, -2e3, .5, .inf, 1_000, 012]"
    values = data(text)["a"]
    assert values[:12] == [True, False, None, None, 12, -3, 15, 31, 1.5, -2000.0, 0.5, float("inf")]
    assert values[12:] == ["1_000", 12]


def test_choices_and_answers_stay_as_they_were_typed():
    case = "  - choices: [1.50, true, {text: 007}, null, 12]\n    answer: 1.50\n    tags: {year: 1999}\n"
    assert data("suite: 7\ncases:\n" + case) == {
        "suite": "7",
        "cases": [
            {"choices": ["1.50", "true", {"text": "007"}, "null", "12"], "answer": "1.50", "tags": {"year": "1999"}}
        ],
    }


def test_facts_keep_their_types():
    assert data("cases: [{facts: {choices: [0, 1.5, true]}}]")["cases"][0]["facts"] == {"choices": [0, 1.5, True]}


def test_a_null_answer_is_no_answer():
    assert data("cases:\n- answer: null\n  question:")["cases"] == [{"answer": None, "question": None}]


def test_anchors_and_aliases_work():
    assert data("a: &moods [calm, tense]\nchoices: *moods") == {
        "a": ["calm", "tense"],
        "choices": ["calm", "tense"],
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", "x.yaml:3:1: a: the key `a` is duplicated"),
        ("a: b: c", "x.yaml:1:5: not valid YAML"),
        ("a: [1, 2", "not valid YAML"),
        ("a: 1\n---\nb: 2", "x.yaml:2:1: a second YAML document"),
        ("a: !!python/object:os.system x", "the YAML tag 'tag:yaml.org,2002:python/object:os.system' is not supported"),
        ("a: *b", "the alias *b has no finished &b before it"),
        ("a: &a [*a]", "the alias *a has no finished &a before it"),
        ("? [a, b]\n: 1", "a list or mapping cannot be a key"),
    ],
)
def test_what_is_refused_says_where_and_why(text, said):
    assert said in problem(text)


def test_a_bomb_of_aliases_is_refused():
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    assert "YAML bomb" in problem("\n".join(rows))


@pytest.mark.parametrize("text", ["[" * 10_000, "\n".join(" " * i + "a:" for i in range(10_000)), "- " * 10_000])
def test_ten_thousand_levels_are_refused_without_a_crash(text):
    assert f"nested more than {MAX_DEPTH} levels deep" in problem(text)


def test_not_text_at_all():
    assert "not valid YAML" in problem(b"\x00\x01\x02")
    assert "x.yaml:1:" in problem("é".encode("latin-1"))


def test_an_empty_file_has_no_data_and_no_problem_of_form():
    document = parse(b"# nothing\n", "x.yaml")
    assert document.data is None
    assert document.problems == []


def test_places_of_values():
    document = parse(b"suite: x\ncases:\n  - id: a\n    choices: [b,\n      c]\n  - 5\n", "x.yaml", marks=True)
    assert document.place(("cases", 0, "choices")) == (4, 5)
    assert document.place(("cases", 0, "choices", 1)) == (5, 7)
    assert document.place(("cases", 0, "nothing here")) == (3, 5)
    assert document.lines == [3, 6]


# libyaml breaks lines at these even in quotes, as YAML 1.1 did, and refuses or reads as a key what ruamel.yaml leaves
# plain that begins with ":" or "?". Our own writers escape and quote them: test_adding.py and tests/benchmarks/test_writing.py.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029"), max_size=12).filter(
    lambda text: not text.startswith(("?", ":"))
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y z", "ü"]), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c d", "é"]), plain, max_size=4))
def test_what_ruamel_writes_is_read_back(value):
    import io

    out = io.StringIO()
    YAML(typ="safe", pure=True).dump(value, out)
    document = parse(out.getvalue().encode(), "x.yaml")
    assert not document.problems
    assert document.data == value


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(source):
    parse(source, "x.yaml", marks=True)
