"""The fault harness at a small count; ``python -m bench.faults --count 100`` is the same at length."""

import random

import pytest

from bench.faults.disks import disks
from bench.faults.kills import one
from bench.faults.mutants import mutants
from bench.faults.requests import requests


@pytest.mark.usefixtures("own_interpreter")  # what is killed is the process that was started
def test_a_run_that_is_killed_loses_nothing_that_the_server_had_given(tmp_path):
    tally = one(tmp_path / "kill", "openai", "single", "KILL", random.Random(3))  # in the midst of the answers
    assert tally.failures == []
    assert (tally.tried, tally.survived, tally.lost, tally.torn_lines, tally.left_behind) == (1, 1, 0, 0, 0)
    assert tally.answers > 0


def test_a_server_that_misbehaves_costs_no_answer_and_mixes_none_up(tmp_path):
    tally = requests(60, tmp_path / "requests", seed=7)
    assert tally.failures == []
    assert (tally.lost, tally.twice, tally.mixed_up, tally.keys) == (0, 0, 0, 0)
    assert tally.good > 20
    assert tally.again > 5


def test_a_run_on_a_full_disk_comes_out_as_any_other_once_there_is_room(tmp_path):
    tally = disks(1, tmp_path / "disks", seed=1)
    assert tally.failures == []
    assert (tally.tried, tally.partial, tally.whole) == (1, 1, 1)


def test_files_broken_at_random_are_refused_in_a_sentence_or_read(tmp_path):
    for found in mutants(25, tmp_path, seed=random.randrange(10**6)).values():
        assert not found.failures, "\n".join(found.failures)
        assert found.refused + found.read == found.tried == 25
