"""Case files as importers write them: whatever a release holds comes back as it was."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiotest.benchmarks.writing import cases_text
from audiotest.declare.yaml import parse

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20) | st.sampled_from(
    [
        "yes",
        "null",
        "1:30",
        "- x",
        "a: b",
        "#no",
        "'",
        '"',
        "{}",
        "~",
        "1e3",
        "0x1F",
        " padded ",
        "two\nlines",
        "\x85",
        "*a",
        "&b",
        "%",
        "@",
        "!t",
    ]
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, min_size=1, max_size=3),
    max_leaves=6,
)
rows = st.fixed_dictionaries(
    {"id": texts, "question": texts, "choices": st.lists(texts, min_size=1, max_size=4)},
    optional={
        "tags": st.dictionaries(st.sampled_from(["a", "sub-category"]), texts, min_size=1),
        "facts": st.dictionaries(texts, values, min_size=1, max_size=3),
    },
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=200)
@given(st.lists(rows, min_size=1, max_size=3))
def test_what_is_written_is_read_back(given_rows):
    document = parse(cases_text(given_rows).encode(), "cases.yaml")
    assert document.problems == []
    assert document.data == {"cases": given_rows}
