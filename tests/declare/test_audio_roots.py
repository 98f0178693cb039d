"""What a suite names comes from below its folder, or from a folder that the person who runs it names."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from audiotest.cli import main
from audiotest.declare.audio_roots import VARIABLE, allowed_roots, allowing, note_link, noted_links
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load

CASE = "cases:\n  - {id: a, audio: x.wav, question: Q?, choices: [x, y], answer: x}\n"
OPEN = "question: Q?, choices: [x, y], answer: x"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with ``suites``, where suites are, and ``sounds``, where a person has sounds of their own."""
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("AUDIOTEST_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv(VARIABLE, raising=False)
    for folder in ("suites/own", "sounds/deep"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.wav").touch()
    for folder in ("suites", "sounds"):
        (tmp_path / folder / "x.wav").touch()
    return tmp_path


@pytest.fixture
def suite(home):
    """A function: the suite with an ``audio_root``."""

    def written(root, cases=CASE):
        path = home / "suites" / "x.yaml"
        path.write_text(f"suite: x\naudio_root: {root}\n{cases}")
        return load(path, shown="x.yaml")

    return written


@pytest.mark.parametrize("root", [".", "own", "own/", "./own", "own/../own", "../suites", "{home}/suites/own"])
def test_the_suites_own_folder_is_fine_however_it_is_written(suite, home, root):
    assert len(suite(root.format(home=home)).cases) == 1


@pytest.mark.parametrize(
    "root", ["/etc", "../..", "..", "../sounds", "own/../../sounds", "{home}/sounds", "../suites2"]
)
def test_a_folder_elsewhere_is_refused_with_its_place_and_what_to_do(suite, home, root):
    with pytest.raises(
        SuiteError, match=r"x.yaml:2:1: audio_root: '.*' leads out of the suite's folder, to /"
    ) as caught:
        suite(root.format(home=home))
    place = os.path.realpath(home / "suites" / root.format(home=home))
    root = place if os.path.isdir(place) else os.path.dirname(place)
    assert f"run with --audio-root {root}, or set {VARIABLE}" in str(caught.value)


@pytest.mark.parametrize("allowed", ["{home}/sounds", "/nowhere:{home}/sounds", "{home}"])
def test_the_person_who_runs_it_can_allow_one(suite, home, monkeypatch, allowed):
    monkeypatch.setenv(VARIABLE, allowed.format(home=home))
    assert len(suite("../sounds").cases) == len(suite("../sounds/deep").cases) == 1
    with pytest.raises(SuiteError, match="leads out"):
        suite("/etc")


def test_a_folder_is_allowed_within_a_context_only(suite, home):
    with allowing([home / "sounds"]):
        assert allowed_roots() == ((home / "sounds").resolve(),)
        assert suite("../sounds").cases
    assert allowed_roots() == ()
    with pytest.raises(SuiteError, match="leads out"):
        suite("../sounds")


def test_the_cache_of_parsed_suites_lets_nothing_pass(suite, home, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(home))
    assert suite("../sounds").cases
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(SuiteError, match="leads out"):
        suite("../sounds")


# -- links ---------------------------------------------------------------------------------------------------------


def test_a_link_within_the_suites_folder_is_followed(suite, home):
    (home / "suites" / "audio").symlink_to("own", target_is_directory=True)
    (home / "suites" / "again").symlink_to(home / "suites" / "audio")
    (home / "suites" / "own" / "y.wav").symlink_to("../x.wav")
    assert suite("again").cases
    assert suite("own", CASE.replace("x.wav", "y.wav")).cases


@pytest.mark.parametrize(
    ("link", "target", "named"),
    [
        ("audio", "{home}/sounds", "audio/x.wav"),
        ("audio", "../sounds", "audio/deep/x.wav"),
        ("audio", "own/../..", "audio/sounds/x.wav"),
        ("own/audio", "../../sounds", "own/audio/x.wav"),
        ("audio", "/", "audio{home}/sounds/x.wav"),
    ],
)
def test_a_linked_folder_elsewhere_is_one_fault_for_all_its_sounds(suite, home, link, target, named):
    (home / "suites" / link).symlink_to(target.format(home=home), target_is_directory=True)
    file = named.format(home=home)
    cases = "cases:\n" + "".join(f"  - {{id: {id_}, audio: {file}, {OPEN}}}\n" for id_ in ("a", "b", "c"))
    with pytest.raises(SuiteError, match="leads out of the suite's folder") as caught:
        suite(".", cases)
    [problem] = caught.value.problems
    place = os.path.dirname(os.path.realpath(home / "suites" / file))
    assert f"to {place}; if what is there may be read, run with --audio-root {place}, or set" in problem.message
    with allowing([place]):
        assert len(suite(".", cases).cases) == 3


def test_a_linked_file_costs_its_own_case(suite, home):
    (home / "private.wav").touch()
    (home / "suites" / "one.wav").symlink_to("../private.wav")
    (home / "suites" / "two.wav").symlink_to("one.wav")
    (home / "suites" / "loop.wav").symlink_to("loop.wav")
    named = ("one.wav", "two.wav", "loop.wav", "x.wav")
    cases = "cases:\n" + "".join(f"  - {{id: {f[:-4]}, audio: {f}, {OPEN}}}\n" for f in named)
    for text in (cases, f"require_audio: false\n{cases}"):
        loaded = suite(".", text)
        assert [case.id for case in loaded.cases] == ["x"]
        messages = {one.name: one.problems[0].message for one in loaded.invalid}
        assert set(messages) == {"one", "two", "loop"}
        for name in ("one", "two"):
            assert f"'{name}.wav' leads out of the suite's folder, to {home / 'private.wav'}" in messages[name]
            assert f"--audio-root {home}, or" in messages[name]
        assert [p.line for p in loaded.problems()] == [4 + (text is not cases) + i for i in (0, 1, 2)]


def test_what_is_beside_the_end_of_a_link_is_out_of_reach(suite, home, monkeypatch):
    (home / "suites" / "audio").symlink_to(home / "sounds" / "deep", target_is_directory=True)
    monkeypatch.setenv(VARIABLE, str(home / "sounds" / "deep"))
    assert suite("audio").cases
    with pytest.raises(SuiteError, match="leads out"):
        suite("audio/..")


def test_links_in_a_folder_that_is_allowed_are_its_owners_and_those_of_the_suite_within_it_are_not(suite, home):
    (home / "blobs").mkdir()
    (home / "blobs" / "1234").touch()
    (home / "sounds" / "y.wav").symlink_to("../blobs/1234")  # as the cache of the hub has it
    (home / "suites" / "y.wav").symlink_to("../blobs/1234")
    named = CASE.replace("x.wav", "y.wav")
    with allowing([home / "sounds"]):
        assert suite("../sounds", named).cases
        assert not suite(".", named).cases
    with allowing([home / "suites"]):
        assert not suite(".", named).cases


EXAMPLES = """\
messages:
  - user: ["As in:", {audio: %s}]
  - assistant: (A)
  - user: ["{{ prompt }}"]
"""


@pytest.mark.parametrize("file", ["{home}/sounds/x.wav", "../sounds/x.wav", "linked.wav"])
def test_the_sounds_of_turns_stay_within_as_well(suite, home, file):
    (home / "suites" / "linked.wav").symlink_to("../sounds/x.wav")
    turns = EXAMPLES % file.format(home=home)
    with pytest.raises(SuiteError, match=r"leads out of the suite's folder, to /.*/sounds"):
        suite(".", turns + CASE)
    of_case = CASE.replace("{id", "{messages: [{user: [{audio: FILE}, '{{ prompt }}']}], id").replace(
        "FILE", file.format(home=home)
    )
    other = of_case.replace("cases:", "cases:\n  - {id: b, question: Q?, choices: [x, y], answer: x}")
    if file == "linked.wav":
        assert [case.id for case in suite(".", other).cases] == ["b"]
    else:
        with pytest.raises(SuiteError, match=r"leads out of the suite's folder"):
            suite(".", other)
    with allowing([home / "sounds"]):
        assert suite(".", turns + CASE).cases
        assert suite(".", of_case).cases


def test_files_of_cases_and_the_suite_that_is_extended_stay_within(home):
    folder = home / "suites" / "folder"
    (folder / "cases").mkdir(parents=True)
    (folder / "suite.yaml").write_text("suite: folder\n")
    (home / "private.yaml").write_text(CASE.replace(", audio: x.wav", ""))
    (folder / "cases" / "a.yaml").symlink_to("../../../private.yaml")
    with pytest.raises(SuiteError, match=r"'cases/a.yaml' leads out of the suite's folder, to /.*private.yaml") as one:
        load(folder / "suite.yaml")
    assert "duplicated" not in str(one.value)
    base = home / "private-suite.yaml"
    base.write_text("suite: private\n" + CASE.replace(", audio: x.wav", ""))
    (home / "suites" / "linked.yaml").symlink_to(base)
    for written in ("../private-suite.yaml", "linked.yaml", str(base)):
        own = home / "suites" / "own.yaml"
        own.write_text(f"suite: own\nextends: {written}\n")
        with pytest.raises(SuiteError, match=rf"extends: '{written}' leads out .* --audio-root {home}, or"):
            load(own)
        with allowing([home]):
            assert load(own).cases
        with pytest.raises(SuiteError, match="leads out"):
            load(own)


@pytest.mark.parametrize("source", ["t.jsonl", "tables/t.jsonl", "tables/*.jsonl", "rows"])
def test_tables_stay_within(home, source):
    (home / "private").mkdir()
    row = {"id": "a", "file_name": "x.wav", "q": "Secret?", "o": ["x", "y"], "a": "x"}
    for name in ("t.jsonl", "metadata.jsonl"):
        (home / "private" / name).write_text(json.dumps(row) + "\n")
    (home / "suites" / "t.jsonl").symlink_to("../private/t.jsonl")
    (home / "suites" / "tables").symlink_to("../private")
    (home / "suites" / "rows").mkdir()
    (home / "suites" / "rows" / "metadata.jsonl").symlink_to("../../private/metadata.jsonl")
    path = home / "suites" / "t.yaml"
    path.write_text(f"suite: t\ndata: {{source: '{source}', fields: {{id: id, question: q, choices: o, answer: a}}}}\n")
    with pytest.raises(
        SuiteError, match=r"data\.source: '.*' leads out of the suite's folder, to /.*/private"
    ) as caught:
        load(path)
    assert "Secret" not in str(caught.value)
    with allowing([home / "private"]):
        assert load(path).cases[0].question == "Secret?"
    with pytest.raises(SuiteError, match="leads out"):
        load(path)


# -- links that imports make --------------------------------------------------------------------------------------


@pytest.fixture
def imported(home):
    """A suite that was imported with ``--audio``; its sounds are links to elsewhere, as the hub's cache has them."""
    release = home / "release"
    (release / "audio").mkdir(parents=True)
    (home / "blobs").mkdir()
    (home / "blobs" / "1").touch()
    (release / "audio" / "a.wav").symlink_to("../../blobs/1")
    item = {"id": "a", "audio_path": "./audio/a.wav", "question": "Q?", "choices": ["x", "y"], "answer": "x",
            "modality": "sound", "category": "c", "sub-category": "s"}  # fmt: skip
    (home / "meta.json").write_text(json.dumps([item]))
    out = CliRunner().invoke(
        main, ["import", "mmar", str(home / "meta.json"), "--audio", str(release), "--into", str(home / "suites/mmar")]
    )
    assert out.exit_code == 0, out.output
    return home / "suites" / "mmar" / "suite.yaml"


def test_the_link_of_an_import_is_noted_for_this_user_alone_and_followed(imported, home):
    assert load(imported).cases
    [(link, target)] = noted_links().items()
    assert (link, target) == (
        os.path.realpath(imported.parent) + "/audio",
        os.path.realpath(home / "release" / "audio"),
    )
    assert (home / "config" / "links.json").stat().st_mode & 0o777 == 0o600
    assert (home / "config").stat().st_mode & 0o777 == 0o700
    (home / "elsewhere").symlink_to(imported.parent.parent)
    assert load(home / "elsewhere" / "mmar" / "suite.yaml").cases
    extending = home / "suites" / "more.yaml"
    extending.write_text("suite: more\nextends: mmar/suite.yaml\n")
    assert load(extending).cases


def test_a_link_that_leads_elsewhere_since_and_one_that_was_not_noted_are_refused(imported, home):
    link = imported.parent / "audio"
    (home / "config" / "links.json").rename(home / "noted")
    with pytest.raises(SuiteError, match=rf"--audio-root {home / 'release' / 'audio'}, or set .*import again"):
        load(imported)
    (home / "config" / "links.json").write_text("[1]")
    with pytest.raises(SuiteError, match="import again"):
        load(imported)
    (home / "noted").rename(home / "config" / "links.json")
    assert load(imported).cases
    link.unlink()
    (home / "other").mkdir()
    (home / "other" / "a.wav").touch()
    link.symlink_to("../../other")
    with pytest.raises(SuiteError, match=rf"to {home}/other"):
        load(imported)


def test_imports_at_once_note_all_their_links(home):
    links = [home / "suites" / f"link{i}" for i in range(20)]
    for link in links:
        link.symlink_to(home / "sounds")
    with ThreadPoolExecutor(len(links)) as pool:
        list(pool.map(note_link, links))
    assert set(noted_links()) == {str(home.resolve() / "suites" / link.name) for link in links}


def test_an_import_that_cannot_note_its_link_says_what_to_give(home, monkeypatch):
    from audiotest.benchmarks.writing import link_audio

    (home / "config").write_text("a file")
    with pytest.warns(UserWarning, match=f"run the suite with --audio-root {home / 'sounds'}"):
        link_audio(home / "sounds", home / "suites" / "audio")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_an_import_of_a_folder_whose_name_is_not_utf_8_says_what_to_give(home):
    from audiotest.benchmarks.writing import link_audio

    place = home / os.fsdecode(b"s\xff")
    place.mkdir()
    with pytest.warns(UserWarning, match="run the suite with --audio-root"):
        link_audio(place, home / "suites" / "audio")
    assert (home / "suites" / "audio").resolve() == place.resolve()
