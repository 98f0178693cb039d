"""The folder of a run: on disk line by line, one writer at a time, whole or said to be partial, private."""

import errno
import io
import os
import stat
import subprocess
import sys

import msgspec
import pytest

from audiotest.analyse.summary import Provenance, summarise
from audiotest.run_folder import TRIALS, RunWriter, _Lines, write_run
from audiotest.runs import Run, RunError, read_records
from audiotest.types import Record


def record(i):
    return Record("s", f"case-{i}", "original", f"s.yaml::original::case-{i}", "recorded", "recorded", f"Question {i}?")


def summary(records):
    return summarise(records, {}, Provenance(model="m"))


def test_a_trial_is_on_disk_as_soon_as_it_is_added(tmp_path):
    writer = RunWriter(tmp_path / "out")
    for i in range(3):
        writer.add(record(i))
        assert [r.case for r in read_records(tmp_path / "out")] == [f"case-{n}" for n in range(i + 1)]
    writer.close()


class Full(io.FileIO):
    """A disk with room for ``room`` bytes more."""

    room = 0

    def write(self, data):
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = super().write(bytes(data)[: self.room])
        self.room -= written
        return written


@pytest.fixture
def full(monkeypatch):
    """Makes the disk full for what is appended; gives what sets the room that there is."""

    def room(size):
        monkeypatch.setattr(Full, "room", size)

    monkeypatch.setattr("audiotest.run_folder.FileIO", Full)
    return room


def test_a_full_disk_leaves_whole_lines_and_no_error(tmp_path, full, monkeypatch):
    records = [record(i) for i in range(9)]
    writer = RunWriter(tmp_path / "out")
    full(3 * len(msgspec.json.encode(record(0))) + 20)
    for one in records:
        writer.add(one)
    assert [r.case for r in read_records(tmp_path / "out")] == ["case-0", "case-1", "case-2"]
    assert "is partial: No space left on device" in writer.problem

    def no_room(path, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("audiotest.run_folder.write_whole", no_room)
    writer.finish(records, summary(records))
    assert "is partial" in writer.problem
    assert [r.case for r in read_records(tmp_path / "out")] == ["case-0", "case-1", "case-2"]
    assert [p.name for p in (tmp_path / "out").iterdir()] == [TRIALS]
    with pytest.raises(RunError, match="is partial: No space"):
        write_run(tmp_path / "out", records, summary(records))


def test_lines_whose_records_are_not_whole_in_memory_are_taken_from_the_file(tmp_path, full):
    whole = [msgspec.structs.replace(record(i), prompt=f"Prompt {i}") for i in range(4)]
    writer = RunWriter(tmp_path / "out")
    size = len(msgspec.json.encode(whole[0])) + 1
    full(2 * size + 20)
    places = [writer.add(one) for one in whole[:3]]
    writer._lines._file.room = 10 * size
    places.append(writer.add(whole[3]))
    assert places == [0, size, -1, 2 * size]
    (tmp_path / "out" / TRIALS).unlink()  # somebody has tidied up
    bare = [whole[i] if i == 2 else record(i) for i in (3, 1, 2, 0)]
    writer.finish(bare, summary(bare), [places[i] for i in (3, 1, 2, 0)])
    assert [r.prompt for r in read_records(tmp_path / "out")] == ["Prompt 3", "Prompt 1", "Prompt 2", "Prompt 0"]
    assert writer.problem == ""


def test_what_could_not_be_appended_is_there_in_the_end_if_there_is_room_again(tmp_path, full):
    records = [record(i) for i in range(9)]
    writer = RunWriter(tmp_path / "out")
    full(500)
    for one in records:
        writer.add(one)
    assert writer.problem
    writer.finish(records, summary(records))
    assert writer.problem == ""
    assert Run.load(tmp_path / "out").records == records


def test_a_device_that_is_always_full_is_a_problem_and_no_more(tmp_path):
    lines = _Lines("/dev/full")
    with pytest.raises(OSError, match="No space"):
        lines.append(b"a line\n")
    lines.close()


LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))
"""


@pytest.mark.parametrize("gate", ["min: 0.7", "min: 0.999, max: 1"])
def test_a_run_on_a_full_disk_judges_its_gates_and_says_that_its_record_is_partial(pytester, gate):
    """A limit on the size of files stands for the disk: the same error at the same place."""
    cases = "".join(
        f"  - {{id: c{i}, question: {'What? ' * 20}, choices: [yes, no], answer: yes}}\n" for i in range(30)
    )
    text = f"suite: s\nprompt: choices_lettered\nscorers: [choice]\ngates: [{{metric: accuracy, {gate}}}]\nconditions: [original: recorded]\ncases:\n{cases}"
    pytester.makefile(".yaml", suite=text.replace("yes", "'yes'").replace("no]", "'no']"))
    pytester.makeconftest(
        LIMITED
        + """
import pytest
from audiotest.types import Needs, Reply
class Yes:
    name, identity, needs, batch_size = "yes", "", Needs(audio=False), 8
    load = close = lambda self: None
    def answer(self, requests):
        return [Reply("(A) yes") for r in requests]
@pytest.fixture(scope="session")
def model():
    return Yes()
"""
    )
    out = pytester.runpytest_subprocess(
        "suite.yaml", "--results", "out", "--reply-cache", "off", "-p", "no:cacheprovider"
    )
    assert out.ret == 1
    shown = out.stdout.str()
    assert "INTERNALERROR" not in shown + out.stderr.str()
    assert shown.count("is partial") == 1
    out.stdout.fnmatch_lines(["gates: 1 of 1 passed", "*the record of this run in out is partial: File too large*"])
    assert 5 < len(read_records(pytester.path / "out")) < 30


HOLDS = """
import sys
from audiotest.run_folder import RunWriter
writer = RunWriter(sys.argv[1])
print("holds", flush=True)
sys.stdin.read()
"""


@pytest.mark.usefixtures("own_interpreter")
def test_a_second_run_into_a_folder_is_refused_with_the_first_ones_process_named(tmp_path):
    folder = tmp_path / "out"
    first = subprocess.Popen([sys.executable, "-c", HOLDS, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert first.stdout.readline() == b"holds\n"
    with pytest.raises(RunError, match=rf"process {first.pid}.*is writing to .*out; wait for its end"):
        RunWriter(folder)
    first.kill()  # its lock ends with it, its files stay
    first.wait()
    (folder / f"{TRIALS}.abc.part").write_text("of a run that was killed")
    write_run(folder, [record(1)], summary([record(1)]))
    assert sorted(p.name for p in folder.iterdir()) == ["summary.json", TRIALS]


def test_a_run_is_refused_before_it_asks_anything_while_another_one_writes(pytester):
    pytester.makefile(".yaml", suite="suite: s\ncases: []\n")
    writer = RunWriter(pytester.path / "out")
    out = pytester.runpytest_inprocess("suite.yaml", "--results", "out")
    assert out.ret == 4
    assert f"another run (process {os.getpid()}" in out.stderr.str()
    writer.close()


def test_a_run_that_came_to_nothing_leaves_the_earlier_one_and_the_folder_free(tmp_path):
    write_run(tmp_path, [record(1)], summary([record(1)]))
    RunWriter(tmp_path).close()
    assert [r.case for r in Run.load(tmp_path).records] == ["case-1"]
    RunWriter(tmp_path).close()


@pytest.mark.parametrize(("shared", "modes"), [("", (0o700, 0o600)), ("1", (0o755, 0o644))])
def test_only_the_owner_may_look_into_a_run_unless_asked_otherwise(tmp_path, monkeypatch, shared, modes):
    monkeypatch.setenv("AUDIOTEST_SHARED", shared)
    folder = tmp_path / "a" / "b"
    writer = RunWriter(folder)
    writer.add(record(1))
    assert stat.S_IMODE((folder / TRIALS).stat().st_mode) == modes[1]
    writer.finish([record(1)], summary([record(1)]))
    assert {stat.S_IMODE(p.stat().st_mode) for p in (folder, folder.parent)} == {modes[0]}
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {modes[1]}
