"""What is built ahead is what was asked for, and fails where it would have come."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.predict.blocks import longest_first
from audiotest.predict.prefetch import Ahead


@given(st.lists(st.integers(), max_size=20), st.booleans(), st.lists(st.booleans(), min_size=20, max_size=20))
def test_what_is_taken_is_what_was_built_started_or_not(numbers, threaded, begun):
    ahead = Ahead(lambda box: box[0] * 2, threaded=threaded)
    boxes = [[n] for n in numbers]
    for box, start in zip(boxes, begun, strict=False):
        if start:
            ahead.start(box)
            ahead.start(box)
    assert [ahead.take(box) for box in boxes] == [n * 2 for n in numbers]
    ahead.close()


def test_what_is_started_is_built_beside_the_caller_and_nothing_else_is():
    started = [threading.Event() for _ in range(3)]
    ahead = Ahead(lambda box: started[box[0]].set())
    boxes = [[0], [1], [2]]
    ahead.start(boxes[1])
    assert started[1].wait(5)
    assert not started[2].wait(0.05)
    ahead.take(boxes[0])
    assert started[0].is_set()
    ahead.close()


def test_an_error_comes_where_the_result_would_have():
    ahead = Ahead(lambda box: 1 // box[0])
    boxes = [[0], [1]]
    for box in boxes:
        ahead.start(box)
    with pytest.raises(ZeroDivisionError):
        ahead.take(boxes[0])
    assert ahead.take(boxes[1]) == 1
    ahead.close()


@given(st.lists(st.lists(st.integers(0, 9), min_size=1)))
def test_longest_first_keeps_blocks_whole_and_equal_ones_in_order(blocks):
    ordered = longest_first(blocks, float)
    assert [sum(b) for b in ordered] == sorted((sum(b) for b in blocks), reverse=True)
    assert sorted(map(str, ordered)) == sorted(map(str, blocks))
    for total in {sum(b) for b in blocks}:
        assert [b for b in ordered if sum(b) == total] == [b for b in blocks if sum(b) == total]
