"""`audiotest listen`: a suite's cases with their sounds and prompts, on a page and in a terminal."""

import json
import re
import shutil
from pathlib import Path

import pytest
from accessibility import violations
from click.testing import CliRunner

from audiotest.cli import main

HOSTILE = "</script><img src=x onerror='window.broken = 2'>"
TONE = "{{synth: {{tone: {{hz: {}, seconds: 1.0}}}}}}"


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    cases = "".join(
        f"  - {{id: tone-{i}, question: {json.dumps(question)}, choices: [x, y, z], answer: y, tags: {{skill: {skill}}}, audio: {TONE.format(440 + i)}}}\n"
        for i, (question, skill) in enumerate((("Which one?", "high"), (HOSTILE, "low")))
    )
    Path("s.yaml").write_text(
        "suite: s\ntitle: Tones\nconditions: [original, noise(snr_db=0), text_only, shuffled, rephrased]\ncases:\n"
        f"{cases}  - {{id: open, question: What is it?, reference: [a hum], task: caption, audio: bad.wav}}\n"
        "  - {id: gone, question: What is it?, reference: [a hum], task: caption, audio: gone.wav}\nrequire_audio: false\n"
    )
    Path("bad.wav").write_bytes(b"RIFF no sound")
    return Path("s.yaml")


def listen(*arguments, **more):
    return CliRunner().invoke(main, ["listen", "s.yaml", *arguments], **more)


def data(path="p.html"):
    return json.loads(re.search(r'id="data">(.*?)</script>', Path(path).read_text(), re.DOTALL)[1])


def test_the_page_has_prompts_sounds_and_what_does_not_apply(suite):
    out = listen("--html", "p.html")
    assert out.exit_code == 0, out.output
    assert "p.html: 4 cases, 4 sounds" in out.output  # noise of its own for each, shuffled has the original's
    assert "2 sounds cannot be heard: " in out.output
    page = data()
    first, _, third, lost = page["items"]
    assert (first["case"], first["tags"]) == ("tone-0", ["skill: high"])
    assert first["place"] == "s.yaml:5"
    shown = {one["condition"]: one for one in first["conditions"]}
    assert shown["original"]["prompt"].startswith("Which one?")
    assert shown["original"]["rights"] == [1]
    assert "paraphrases" in shown["rephrased"]["problem"]
    assert shown["text_only"]["sound"] == ""
    assert shown["shuffled"]["sound"] == shown["original"]["sound"]
    assert sorted(shown["shuffled"]["choices"]) == ["x", "y", "z"]
    assert third["reference"] == ["a hum"]
    assert "gone.wav" in lost["conditions"][0]["problem"]


def test_cases_and_conditions_are_chosen(suite):
    out = listen("--html", "p.html", "--case", "tone-*", "--condition", "noise(snr_db=[20, 0])", "--limit", "1")
    assert "p.html: 1 case, 2 sounds" in out.output
    assert [one["condition"] for one in data()["items"][0]["conditions"]] == ["noise(snr_db=20)", "noise(snr_db=0)"]
    assert "the first 1 of 4 cases" in out.output
    assert "no case that matches nothing-*" in listen("--case", "nothing-*").output
    assert "nois" in listen("--html", "p.html", "--condition", "nois(snr_db=0)").output
    out = listen("--html", "p.html", "--audio-mb", "0", "--linked-mb", "0")
    assert "0 sounds" in out.output
    assert "sounds were left out" in out.output


def test_a_suite_that_does_not_load_is_a_sentence(suite):
    suite.write_text(
        "suite: s\ncases:\n  - {id: a, question: Q?, choices: [x], answer: y}\n  - {id: b, question: Q?}\n"
    )
    out = listen("--html", "p.html")
    assert "s.yaml:3" in out.output or "`audiotest validate s.yaml` says why" in out.output
    assert "Traceback" not in out.output


@pytest.fixture
def fake_player(tmp_path, monkeypatch):
    """A player that writes down what it is to play, and cannot play noise."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(status=0):
        path = folder / "aplay"
        path.write_text(
            f'#!/bin/sh\necho "$@" >> {tmp_path}/played\n[ -s "$2" ] || exit 9\necho no device >&2\nexit {status}\n'
        )
        path.chmod(0o755)

    return install


def test_the_terminal_steps_plays_and_shows_prompts(suite, fake_player):
    fake_player()
    out = listen("--text", input="1\n2\n3\n²\np\nj\nk\n\nq\n")
    assert out.exit_code == 0, out.output
    played = Path("played").read_text().splitlines()
    assert len(played) == 2  # text_only has none
    assert all(re.fullmatch(r"-q \S+\.wav", line) for line in played)
    assert played[0] != played[1]
    assert not Path(played[0].split()[1]).exists()  # gone with the end
    assert "no sound under this condition" in out.output
    assert "* y  (right)" in out.output
    assert "[noise(snr_db=0)]\nWhich one?" in out.output
    places = re.findall(r"^(\d) of 4", out.output, re.MULTILINE)
    assert places == ["1", "2", "1", "2"]


def test_without_a_player_sounds_are_files_and_one_that_fails_says_why(suite, fake_player):
    out = listen("--text", "--case", "tone-0", input="1\n")  # and the input ends
    assert out.exit_code == 0
    assert "no player (play, aplay, ffplay, afplay) is installed" in out.output
    path = Path(re.search(r"(\S+\.wav): 1\.00 s", out.output)[1])
    assert path.read_bytes()[:4] == b"RIFF"
    shutil.rmtree(path.parent)
    fake_player(status=1)
    out = listen("--text", "--case", "open", "--case", "tone-0", input="1\nj\n1\n")
    assert "aplay cannot play it: no device" in out.output
    assert "it cannot be heard: " in out.output


def test_the_page_is_walked_by_keyboard(suite, browser):
    assert listen("--html", "p.html").exit_code == 0
    shown = browser.new_page()
    complaints = []
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("request", lambda r: complaints.append(r.url) if r.url.startswith("http") else None)
    shown.goto(Path("p.html").absolute().as_uri())
    assert shown.inner_text("#title") == "Tones"
    assert "Which one?" in shown.inner_text("#item")
    assert "y (right)" in shown.inner_text("#item")
    assert shown.locator("#item audio").count() == 3
    shown.check("#blind")
    assert "(right)" not in shown.inner_text("#item")
    shown.focus("#cases button")
    shown.keyboard.press("2")
    for _ in range(100):
        if shown.evaluate("!document.querySelectorAll('#item audio')[1].paused"):
            break
        shown.wait_for_timeout(20)
    else:
        pytest.fail("the second condition does not play")
    shown.keyboard.press("j")
    assert HOSTILE in shown.inner_text("#item h2")
    shown.select_option("#n-issue", "ambiguous")
    shown.click("#notes summary")
    assert '{case: "tone-1", issue: ambiguous}' in shown.inner_text("#notes pre")
    shown.focus("#cases button")
    shown.keyboard.press("j")
    assert "no player" in shown.inner_text("#item")
    shown.keyboard.press("j")
    assert "gone.wav" in shown.inner_text("#item")
    shown.keyboard.press("j")
    assert "4 of 4" in shown.inner_text("#item")
    shown.fill("#f-text", "low")
    assert shown.inner_text("#count") == "1 of 4 cases"
    assert shown.evaluate("window.broken") is None
    assert violations(shown) == ""
    assert complaints == []
