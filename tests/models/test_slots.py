"""The schedule of slots, with an engine that computes nothing: every request once, in order, within memory."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from audiotest.models._slots import Group, Slots
from audiotest.types import Reply
from bench.slots import InBatches, InSlots, simulate


class Full(Exception):
    """The card's memory."""


@dataclass(eq=False)
class Item:
    name: int
    left: int
    tokens: int
    breaks: bool = False
    huge: bool = False
    whole: bool = False


@dataclass
class Card:
    """An engine that watches the scheduler. ``fails``: at which of its calls memory runs out."""

    capacity: int
    most: int
    fails: frozenset[int] = frozenset()
    out_of_memory: tuple[type[BaseException], ...] = (Full,)
    held: int = 0
    calls: int = 0
    rows: list[Item] = field(default_factory=list)
    left: dict[Item, int] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    lost: int = 0

    def _call(self):
        self.calls += 1
        if self.calls in self.fails:
            self.lost += 1
            raise Full

    def prefill(self, group, rows):
        assert 1 <= rows <= len(group.items)
        assert rows == len(group.items) or group.divisible or not self.rows
        read = group.items[:rows]
        longest = max(i.tokens for i in [*self.rows, *read])
        assert rows == 1 or (len(self.rows) + rows) * longest <= self.capacity - self.held
        assert len(self.rows) + rows <= self.most
        self._call()
        if any(item.huge for item in read):
            raise Full
        if any(item.breaks for item in read):
            raise ValueError(",".join(str(item.name) for item in read))
        self.order += [item.name for item in read]
        self.left |= {item: item.left - 1 for item in read}
        return [item for item in read if self.left[item]], self._ended(read)

    def join(self, read):
        self._call()
        self.rows += read

    def step(self):
        assert self.rows
        self._call()
        for item in self.rows:
            self.left[item] -= 1
        ended = self._ended(self.rows)
        self.rows = [item for item in self.rows if self.left[item]]
        return ended

    def _ended(self, items):
        return [(item, Reply(str(item.name))) for item in items if not self.left[item]]

    def drop(self):
        self.rows = []

    def together(self, first, second):
        return Group([*first.items, *second.items], max(first.tokens, second.tokens))

    def whole(self, items):
        assert not self.rows
        return [(item, Reply(str(item.name))) for item in items]


ITEMS = st.builds(Item, st.just(0), st.integers(1, 12), st.integers(1, 40))
GROUPS = st.lists(st.tuples(st.lists(ITEMS, min_size=1, max_size=6), st.booleans()), max_size=12)


def asked(groups):
    """Groups of numbered items, and all items."""
    made = [Group(items, max(i.tokens for i in items), divisible=d) for items, d in groups]
    everything = [item for group in made for item in group.items]
    for name, item in enumerate(everything):
        item.name = name
        item.tokens = next(group.tokens for group in made if item in group.items)
    return made, everything


def run(card, groups, slots, refill=0, ready=lambda: True):
    waiting = list(groups)

    def following(wait):
        return waiting.pop(0) if waiting and (wait or ready()) else None

    return [pair for ended in Slots(card, slots, card.capacity, refill).run(following) for pair in ended]


@given(GROUPS, st.integers(1, 8), st.integers(0, 9), st.integers(1, 200), st.data())
def test_every_request_is_answered_once_in_the_order_of_arrival_and_within_memory(
    groups, slots, refill, capacity, data
):
    made, everything = asked(groups)
    card = Card(capacity, slots)
    answered = run(card, made, slots, refill, lambda: data.draw(st.booleans()))
    assert sorted(item.name for item, _ in answered) == [item.name for item in everything]
    assert all(reply.text == str(item.name) for item, reply in answered)
    assert card.order == sorted(card.order)


@given(GROUPS, st.integers(1, 8), st.frozensets(st.integers(1, 30), max_size=3))
def test_out_of_memory_at_any_moment_costs_no_reply_unless_a_request_was_alone(groups, slots, fails):
    made, everything = asked(groups)
    card = Card(10**6, slots, fails)
    answered = run(card, made, slots)
    assert sorted(item.name for item, _ in answered) == [item.name for item in everything]
    failed = [outcome for _, outcome in answered if isinstance(outcome, Full)]
    assert len(failed) <= card.lost


@given(GROUPS, st.integers(1, 8), st.sets(st.integers(0, 30)), st.booleans())
def test_a_request_that_fails_is_the_only_one_that_does(groups, slots, bad, memory):
    made, everything = asked(groups)
    for item in everything:
        item.huge, item.breaks = (item.name in bad) and memory, (item.name in bad) and not memory
    answered = dict(run(Card(10**6, slots), made, slots))
    assert len(answered) == len(everything)
    for item, outcome in answered.items():
        assert isinstance(outcome, (Full if memory else ValueError) if item.name in bad else Reply)
        if item.breaks:
            assert str(outcome) == str(item.name)


def test_what_is_not_for_slots_is_asked_when_nothing_else_is_in_flight_and_holds_its_place():
    made, everything = asked(
        [([Item(0, 5, 1)], False), ([Item(0, 1, 1), Item(0, 1, 1)], False), ([Item(0, 2, 1)], False)]
    )
    made[1].whole = True
    order = [item.name for item, _ in run(Card(100, 4), made, 4)]
    assert order == [0, 1, 2, 3]
    assert len(everything) == 4


def test_rows_that_were_lost_to_memory_are_read_again_and_no_others():
    made, _ = asked([([Item(0, 2, 1), Item(0, 9, 1), Item(0, 9, 1), Item(0, 9, 1)], False)])
    card = Card(100, 4, frozenset({4}))
    names = [item.name for item, _ in run(card, made, 4)]
    assert sorted(names) == [0, 1, 2, 3]
    assert names[0] == 0
    assert card.order[:4] == [0, 1, 2, 3]
    assert 0 not in card.order[4:]


def test_a_question_that_shares_a_prefix_goes_into_the_first_slot_that_is_free():
    made, _ = asked([([Item(0, n, 1) for n in (2, 9, 9, 3)], True), ([Item(0, 5, 1)] * 1, False)])
    card = Card(100, 2)
    run(card, made, 2, refill=1)
    assert card.order == [0, 1, 2, 3, 4]


def test_a_simulated_card_has_nine_slots_of_ten_in_use():
    slots, _ = simulate(InSlots, "geometric, mean 64", 4096, 32)
    batches, _ = simulate(InBatches, "geometric, mean 64", 4096, 32)
    assert slots.use >= 0.9
    assert batches.use < 0.3
    assert batches.now > 2.5 * slots.now
    assert slots.peak <= batches.peak


def test_two_threads_that_prepare_keep_a_card_busy_that_one_leaves_waiting():
    seconds = [simulate(InSlots, "two tokens", 256, 32, threads=n, cost=0.05)[0].now for n in (1, 2, 4, 0)]
    assert sorted(seconds, reverse=True) == seconds
    assert seconds[0] > 1.3 * seconds[1]
    assert seconds[1] < 1.15 * seconds[3]
