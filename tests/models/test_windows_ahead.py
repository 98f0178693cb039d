"""Windows of requests are made ready by several threads, in order, and a stream that is closed leaves none of them."""

import threading
import time

import pytest

from audiotest.models._ahead import Ahead
from audiotest.types import Request


def requests(n, pulled):
    for i in range(n):
        pulled.append(i)
        yield Request("s", f"c{i}", "original", "p", "q")


def cases(window, _before):
    return [request.case for request in window]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_windows_come_in_order_though_the_first_takes_longest_and_as_many_as_threads_are_under_way(threads):
    together = threading.Barrier(threads)

    def make(window, before):
        if int(window[0].case[1:]) < 2 * threads:  # the first windows are made at the same time, or this breaks
            together.wait(10)
        if window[0].case == "c0":
            assert before is None
        else:
            assert int(window[0].case[1:]) == int(before.case[1:]) + 1
        time.sleep(0.01 if window[0].case == "c0" else 0)
        return cases(window, before)

    pulled = []
    ahead = Ahead(requests(21, pulled), 2, make, threads)
    taken = []
    while (one := ahead.take()) is not None:
        taken.append(one[1])
        assert len(pulled) <= 2 * (len(taken) + threads)
    assert [case for window in taken for case in window] == [f"c{i}" for i in range(21)]
    assert ahead.take() is None
    ahead.close()


def test_what_is_not_ready_is_not_waited_for():
    go = threading.Event()
    ahead = Ahead(requests(2, []), 2, lambda *_: go.wait(10), 2)
    assert ahead.take(wait=False) is None
    go.set()
    assert ahead.take() is not None
    assert ahead.take() is None
    ahead.close()


def test_what_making_raised_comes_in_its_place():
    def make(window, before):
        if window[0].case == "c1":
            raise ValueError("c1")
        return cases(window, before)

    ahead = Ahead(requests(3, []), 1, make, 2)
    assert ahead.take()[1] == ["c0"]
    with pytest.raises(ValueError, match="c1"):
        ahead.take()
    assert ahead.take()[1] == ["c2"]
    ahead.close()


def test_once_closed_no_more_is_pulled_and_no_thread_is_left():
    before, pulled = set(threading.enumerate()), []
    ahead = Ahead(requests(1000, pulled), 2, cases, 3)
    assert ahead.take()[1] == ["c0", "c1"]
    ahead.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()
    count = len(pulled)
    time.sleep(0.02)
    assert len(pulled) == count <= 2 * 5
