"""What is made ahead is what follows, in its order, bounded by seconds of sound; errors come where the result would have."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiotest.predict import prefetch
from audiotest.predict.blocks import longest_first
from audiotest.predict.prefetch import Prefetch


@given(st.lists(st.integers()), st.integers(0, 3))
def test_everything_comes_once_and_in_order_however_many_threads(numbers, threads):
    left = iter(numbers)
    ahead = Prefetch(lambda: next(left, None), lambda n: n * 2, threads=threads)
    assert list(ahead) == [(n, n * 2) for n in numbers]
    ahead.close()


def test_no_more_seconds_are_made_ahead_than_are_allowed(monkeypatch):
    monkeypatch.setattr(prefetch, "SECONDS_AHEAD", 30.0)
    left, made = iter(range(20)), []
    ahead = Prefetch(lambda: next(left, None), made.append, seconds=lambda n: 10.0, threads=1)
    next(ahead)
    assert len(ahead.close()) == 3
    assert len(made) <= 4


def test_the_next_is_made_while_the_caller_is_busy():
    built = [threading.Event() for _ in range(3)]
    left = iter(range(3))
    ahead = Prefetch(lambda: next(left, None), lambda n: built[n].set(), threads=2)
    next(ahead)
    assert all(event.wait(5) for event in built)
    ahead.close()


@pytest.mark.parametrize("threads", [0, 2])
def test_an_error_comes_where_the_result_would_have(threads):
    left = iter([1, 0, 2])
    ahead = Prefetch(lambda: next(left, None), lambda n: 2 // n, threads=threads)
    (_, first), (item, error), (_, last) = ahead
    assert (first, item, type(error), last) == (2, 0, ZeroDivisionError, 1)
    ahead.close()


@given(st.lists(st.lists(st.integers(0, 9), min_size=1)))
def test_longest_first_keeps_blocks_whole_and_equal_ones_in_order(blocks):
    ordered = longest_first(blocks, float)
    assert [sum(b) for b in ordered] == sorted((sum(b) for b in blocks), reverse=True)
    assert sorted(map(str, ordered)) == sorted(map(str, blocks))
    for total in {sum(b) for b in blocks}:
        assert [b for b in ordered if sum(b) == total] == [b for b in blocks if sum(b) == total]
