"""What is built ahead comes in order, one ahead and no more, and fails where it would have come."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.predict.blocks import longest_first
from audiotest.predict.pipeline import one_ahead


@given(st.lists(st.integers()), st.booleans())
def test_in_order(items, threaded):
    assert list(one_ahead(lambda x: x * 2, items, threaded=threaded)) == [x * 2 for x in items]


def test_the_next_is_built_while_the_present_one_is_used_and_not_the_one_after():
    started = [threading.Event() for _ in range(4)]

    def build(i):
        started[i].set()
        return i

    ahead = one_ahead(build, range(4))
    assert next(ahead) == 0
    assert started[1].wait(5)
    assert not started[2].wait(0.05)
    assert next(ahead) == 1
    assert started[2].wait(5)
    ahead.close()


def test_an_error_comes_where_the_result_would_have():
    ahead = one_ahead(lambda x: 1 // x, [1, 0, 1])
    assert next(ahead) == 1
    with pytest.raises(ZeroDivisionError):
        next(ahead)


@given(st.lists(st.lists(st.integers(0, 9), min_size=1)))
def test_longest_first_keeps_blocks_whole_and_equal_ones_in_order(blocks):
    ordered = longest_first(blocks, float)
    assert [sum(b) for b in ordered] == sorted((sum(b) for b in blocks), reverse=True)
    assert sorted(map(str, ordered)) == sorted(map(str, blocks))
    for total in {sum(b) for b in blocks}:
        assert [b for b in ordered if sum(b) == total] == [b for b in blocks if sum(b) == total]
