import re

from hypothesis import given
from hypothesis import strategies as st

from audiotest.score.answer_extraction.alternatives import any_of

WORDS = st.lists(st.text("ab-^] ", max_size=5), max_size=12)


@given(names=WORDS, text=st.text("ab-^] ", max_size=20))
def test_finds_what_the_longest_first_in_a_row_would_find(names, text):
    plain = "|".join(map(re.escape, sorted(filter(None, names), key=len, reverse=True))) or "(?!)"
    for flags in (re.NOFLAG, re.VERBOSE):
        assert re.findall(any_of(names), text, flags) == re.findall(plain, text, flags)
