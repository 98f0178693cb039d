"""The block scheduler as xdist calls it."""

from types import SimpleNamespace

from xdist.remote import Producer

from audiotest.runner.scheduler import BlockScheduling

TESTS = ["a1", "a2", "a3", "b1", "b2", "b3"]


class Worker:
    def __init__(self, name):
        self.gateway, self.given, self.asked = SimpleNamespace(id=name), [], 0

    @property
    def shutting_down(self):
        self.asked += 1
        assert self.asked < 100, "the scheduler goes round and round"
        return False

    def send_runtest_some(self, indices):
        self.given += indices

    def shutdown(self):
        self.given.append("shutdown")


def test_a_worker_that_dies_while_another_is_being_replaced(pytester):
    config = pytester.parseconfig("--tx=2*popen")
    made = BlockScheduling(config, Producer("test", enabled=False), lambda ids: [list(ids[:3]), list(ids[3:])])
    first, second, third = map(Worker, ("gw0", "gw1", "gw2"))
    for worker in (first, second):
        made.add_node(worker)
        made.add_node_collection(worker, TESTS)
    made.schedule()
    made.remove_node(first)
    made.add_node(third)  # it has not collected yet
    made.remove_node(second)
    assert third.given == []
    made.add_node_collection(third, TESTS)
    made.schedule()
    assert third.given == [3, 4, 5]
    for index in (3, 4):
        made.mark_test_complete(third, index)
    assert third.given == [3, 4, 5, 0, 1, 2, "shutdown"]
