"""Which trials are asked together, and how blocks share the work of several workers."""

from hypothesis import given
from hypothesis import strategies as st

from audiotest.predict.blocks import block_seconds, block_sizes, longest_first, plan


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=200), st.integers(1, 30))
def test_blocks_keep_a_sound_together_and_lose_nothing(trials, size):
    blocks = plan([(sound, (sound, case), 1.0, i) for i, (sound, case) in enumerate(trials)], lambda left: size)
    assert sorted(i for block in blocks for i in block) == list(range(len(trials)))
    homes = {}
    for n, block in enumerate(blocks):
        for i in block:
            sound, case = trials[i]
            assert homes.setdefault((sound, case), n) == n
            if sum(s == sound for s, _ in trials) <= 2 * size:
                assert homes.setdefault(sound, n) == n
    assert all(len(block) >= size for block in blocks[:-1])


def test_a_block_is_closed_when_it_is_full_and_a_sound_is_parted_only_beyond_two_blocks():
    cases = [("a", 3), ("b", 1), ("c", 8), ("d", 9), ("e", 1)]
    blocks = plan([(sound, (sound, i), 9.0, sound) for sound, count in cases for i in range(count)], lambda left: 4)
    assert ["".join(block) for block in blocks] == ["aaab", "c" * 8, "dddd", "dddd", "de"]


@given(st.integers(1, 5_000), st.integers(1, 64), st.integers(1, 300))
def test_a_block_is_a_batch_at_least_and_a_share_at_most_and_the_last_ones_are_the_smallest(trials, workers, batch):
    share = -(-trials // workers)
    blocks = [
        len(block) for block in plan([(i, i, 1.0, i) for i in range(trials)], block_sizes(trials, workers, batch))
    ]
    assert all(size >= min(batch, share) for size in blocks[:-1])
    assert all(size <= max(64, batch) for size in blocks)
    assert blocks == sorted(blocks, reverse=True)
    if workers > 1:
        assert all(size <= share for size in blocks)
        # None takes longer than a sixteenth of what its worker still has before it, or a batch.
        for i, size in enumerate(blocks):
            assert size <= max(min(batch, share), sum(blocks[i:]) / workers / 16 + 1)


def shared_out(lengths, workers, batch):
    """How long each worker is busy if whoever is free takes the next block."""
    of_all = len(lengths), workers, batch
    keys = [(i, i, length, i) for i, length in enumerate(lengths)]
    blocks = plan(keys, block_sizes(*of_all), block_seconds(sum(lengths), *of_all))
    busy = [0.0] * workers
    for block in longest_first(blocks, lambda i: lengths[i]):
        free = busy.index(min(busy))
        busy[free] += sum(lengths[i] for i in block)
    return blocks, busy


@given(st.lists(st.floats(0.1, 600), min_size=1, max_size=400), st.integers(1, 9), st.integers(1, 40))
def test_blocks_of_long_sounds_are_small_enough_to_share_the_work(lengths, workers, batch):
    blocks, busy = shared_out(lengths, workers, batch)
    assert [i for block in blocks for i in block] == list(range(len(lengths)))
    heaviest = max(sum(lengths) / workers / 4, min(batch, -(-len(lengths) // workers)) * sum(lengths) / len(lengths))
    if workers > 1:
        assert max(busy) - min(busy) <= (heaviest + max(lengths)) * 1.001
        for block in blocks:  # what closes a block is its last clip
            assert sum(lengths[i] for i in block[:-1]) <= heaviest * 1.001
    # Where all are of one length, nothing but their number counts.
    alike = [1.0] * len(lengths)
    sizes = block_sizes(len(alike), workers, batch)
    assert shared_out(alike, workers, batch)[0] == plan([(i, i, 0.0, i) for i in range(len(alike))], sizes)


def test_long_clips_that_stand_together_do_not_keep_a_few_workers_busy_while_the_others_wait():
    lengths = [600.0] * 100 + [5.0] * 900
    blocks, busy = shared_out(lengths, 8, 32)
    assert max(busy) < 1.2 * sum(busy) / 8
    assert max(map(len, blocks)) >= 32, "short clips stand in whole batches"
