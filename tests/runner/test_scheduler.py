"""The block scheduler as xdist calls it."""

from types import SimpleNamespace

import pytest
from xdist.remote import Producer

from audiotest.runner.scheduler import BlockScheduling

TESTS = ["a1", "a2", "a3", "b1", "b2", "b3"]


class Worker:
    def __init__(self, name, alone=()):
        self.gateway, self.given, self.asked = SimpleNamespace(id=name), [], 0
        self.workerinput = {"audiotest_alone": sorted(alone)}

    @property
    def shutting_down(self):
        self.asked += 1
        assert self.asked < 100, "the scheduler goes round and round"
        return False

    def send_runtest_some(self, indices):
        self.given += indices

    def shutdown(self):
        self.given.append("shutdown")


@pytest.fixture
def made(pytester):
    def make(*blocks, workers=2, options=(), together=lambda nodeid: True):
        tests = [test for block in blocks for test in block]
        config = pytester.parseconfig(f"--tx={workers}*popen", *options)
        log = Producer("test", enabled=False)
        scheduling = BlockScheduling(config, log, lambda ids: list(map(list, blocks)), together)
        started = [Worker(f"gw{i}") for i in range(workers)]
        for worker in started:
            scheduling.add_node(worker)
            scheduling.add_node_collection(worker, tests)
        scheduling.schedule()
        return scheduling, tests, started

    return make


def replaced(scheduling, tests, dead):
    """The worker in the place of a dead one, as xdist sets it up."""
    culprit = scheduling.remove_node(dead)
    worker = Worker("next", scheduling.alone)
    scheduling.add_node(worker)
    scheduling.add_node_collection(worker, tests)
    scheduling.schedule()
    return worker, culprit


def test_a_worker_that_dies_while_another_is_being_replaced(made):
    scheduling, tests, (first, second) = made(TESTS[:3], TESTS[3:])
    assert (first.given, second.given) == ([0, 1, 2], [3, 4, 5])
    scheduling.remove_node(first)
    third = Worker("gw2", scheduling.alone)
    scheduling.add_node(third)  # it has not collected yet
    scheduling.remove_node(second)
    assert third.given == []
    fourth = Worker("gw3", scheduling.alone)
    scheduling.add_node(fourth)
    for worker in (third, fourth):
        scheduling.add_node_collection(worker, tests)
        scheduling.schedule()
    assert third.given == [0, 1, 2]  # what it was told of
    assert fourth.given == [3, 4, 5]
    assert not scheduling.tests_finished
    for index in (0, 1):
        scheduling.mark_test_complete(third, index)
    assert third.given == [0, 1, 2, "shutdown"]


BLOCKS = [[f"{name}{i}" for i in range(4)] for name in "abcdefghij"]


def test_a_worker_knows_its_next_block_while_many_are_left(made):
    scheduling, _, (first, second) = made(*BLOCKS)
    assert first.given == [*range(4), *range(8, 16)]
    assert second.given == [*range(4, 8), *range(16, 24)]
    for index in first.given[:10]:
        scheduling.mark_test_complete(first, index)
    assert len(first.given) == 12  # towards the end, what is left waits for whoever is free
    scheduling.mark_test_complete(first, first.given[10])
    assert first.given[12:] == [24, 25, 26, 27]


def test_of_two_blocks_of_a_dead_worker_only_the_one_it_had_begun_is_asked_one_by_one(made):
    scheduling, tests, (first, second) = made(*BLOCKS)
    third, culprit = replaced(scheduling, tests, first)
    assert culprit is None
    assert scheduling.alone == set(BLOCKS[0])
    assert third.given[:8] == [0, 1, 2, 3, 8, 9, 10, 11]
    fourth, culprit = replaced(scheduling, tests, third)
    assert culprit == "a0"
    assert fourth.given[:3] == [1, 2, 3]
    assert all(index not in second.given for index in (0, 1, 2, 3))


def test_everything_is_handed_out_once_whoever_dies(made):
    scheduling, tests, workers = made(*BLOCKS)
    done, deaths = [], iter(range(1000))
    while workers:
        worker = workers.pop(0)
        waiting = [i for i in worker.given if i != "shutdown" and i in scheduling.handout.workers[worker].tests]
        if not waiting:
            continue
        if next(deaths) % 3 == 1 and len(done) < 30:
            other, culprit = replaced(scheduling, tests, worker)
            done += [tests.index(culprit)] if culprit else []
            workers.append(other)
            continue
        for index in waiting[:3]:
            scheduling.mark_test_complete(worker, index)
            done.append(index)
        workers.append(worker)
    assert sorted(done) == list(range(40))
    assert scheduling.tests_finished
    assert not scheduling.has_pending


def test_where_no_worker_follows_the_test_that_the_dead_one_was_at_is_told(made):
    scheduling, _, (first, second) = made(TESTS[:3], TESTS[3:], options=["--max-worker-restart=1"])
    scheduling.mark_test_complete(second, 3)
    scheduling.crashed = 1
    assert scheduling.remove_node(first) is None
    scheduling.crashed = 2
    assert scheduling.remove_node(second) == "b2"


def test_a_test_that_is_no_trial_is_blamed_at_once_and_the_others_run_on_whoever_is_there(made):
    scheduling, _, (first, second) = made(TESTS[:3], TESTS[3:], together=lambda nodeid: False)
    scheduling.mark_test_complete(first, 0)
    assert scheduling.remove_node(first) == "a2"
    assert scheduling.alone == set()
    for index in (3, 4):
        scheduling.mark_test_complete(second, index)
    assert second.given[:4] == [3, 4, 5, 2]
