"""The HTML file of a run: whole, harmless whatever a model wrote, and quick with 20,000 trials, in a real browser."""

import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from audiotest.analyse.summary import Provenance, Summary, summarise
from audiotest.cli import main
from audiotest.report.html.players import Player, _flac, players_of
from audiotest.report.html.render import harmless, page
from audiotest.report.html.spectrogram import png
from audiotest.runs import Run, RunWriter, read_records, read_summary
from audiotest.types import Record, Reply, Verdict, Waveform

CHOICES = ("rain", "wind", "a bell", "a dog")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def record(i, condition="original", text=None, choice=None, **more):
    choice = i % 4 if choice is None else choice
    right = choice == 0
    return Record(
        suite="s", case=f"case-{i:05d}", condition=condition, nodeid=f"s.yaml::{condition}::case-{i:05d}",
        expectation="correct", outcome="passed" if right else "missed", question=f"What is heard in clip {i}?",
        choices=CHOICES, order=(0, 1, 2, 3), answer="rain", answer_index=0, tags={"skill": ("odd" if i % 2 else "even",)},
        reply=Reply(text if text is not None else f"It is {CHOICES[choice]}."), clip=f"clip{i}",
        verdicts={"choice": Verdict(right, choice, score=float(right))}, **more,
    )  # fmt: skip


def summary(records):
    return summarise(records, {}, Provenance(model="m", model_spec="first", seed=0))


def until(shown, expression, given=None):
    """Wait for a page. Asked again and again from here, for the page's own policy lets nothing be evaluated in it later."""
    for _ in range(600):
        if shown.evaluate(expression, given):
            return
        shown.wait_for_timeout(50)
    pytest.fail(f"never came true: {expression}")


HOSTILE = [
    "</script><script>window.broken = 1</script>",
    "<img src=x onerror='window.broken = 2'>",
    "<!-- <script>",
    "\u202eright to left\u202c مرحبا بالعالم",
    "\u2028line\u2029ends & \"quotes\" 'too' \\ {{ js }} {{ data }}",
    "x" * 1_000_000,
]


def test_no_sign_can_end_the_data():
    text = page(Run([record(i, text=t) for i, t in enumerate(HOSTILE)], Summary(model="m")))
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 2
    data = json.loads(scripts[0])
    assert data["trials"]["reply"] == HOSTILE
    assert "<" not in harmless(json.dumps(HOSTILE))


def test_the_command_writes_one_file_with_the_sounds_as_heard(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    monkeypatch.chdir(pytester.path)
    tone = "{synth: {tone: {hz: 440, seconds: 0.2}}}"
    (pytester.path / "s.yaml").write_text(
        f"suite: s\nconditions: [original, noise(snr_db=0), text_only]\ncases:\n"
        f"  - {{id: a, question: Q?, choices: [x, y], answer: x, audio: {tone}}}\n"
    )
    (pytester.path / "conftest.py").write_text(
        "import pytest\nfrom audiotest.types import Needs, Reply\n"
        "class M:\n    name, identity, needs, batch_size = 'm', '', Needs(), 4\n    def load(self): pass\n    def close(self): pass\n"
        "    def answer(self, requests): return [Reply('x') for r in requests]\n"
        "@pytest.fixture(scope='session')\ndef model(): return M()\n"
    )
    pytester.runpytest_subprocess("s.yaml", "--results", "out")
    out = CliRunner().invoke(main, ["report", "out", "--html", "r.html"])
    assert out.exit_code == 0, out.output
    assert "3 trials, 2 sounds" in out.output
    text = Path("r.html").read_text()
    assert text.count("data:audio/flac;base64,") == 2
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert CliRunner().invoke(main, ["report", "out", "--html", "q.html", "--audio-mb", "0"]).exit_code == 0
    assert len(list(Path("q-audio").glob("*.flac"))) == 2
    assert len(list(Path("q-audio").glob("*.png"))) == 2
    none = CliRunner().invoke(main, ["report", "out", "--html", "n.html", "--audio-mb", "0", "--linked-mb", "0"])
    assert "3 trials, 0 sounds" in none.output
    assert "2 sounds were left out" in none.output
    assert not Path("n-audio").exists()
    Path("s.yaml").rename("moved.yaml")
    out = CliRunner().invoke(main, ["report", "out", "--html", "r.html"])
    assert "3 trials, 0 sounds" in out.output
    assert "3 trials have no player: there is no s.yaml here: write the report where the run was made" in out.output


def test_clips_that_were_joined_for_the_model_are_one_player(pytester, monkeypatch):
    monkeypatch.chdir(pytester.path)
    clips = "{synth: {tone: {hz: 440, seconds: 0.2}}}, {synth: {tone: {hz: 660, seconds: 0.3}}}"
    (pytester.path / "s.yaml").write_text(
        f"suite: s\npolicy: gates\njoin_clips: 0.5\ncases:\n"
        f"  - {{id: a, question: Q?, choices: [x, y], answer: x, audio: [{clips}]}}\n"
    )
    (pytester.path / "conftest.py").write_text(
        "import pytest\nfrom audiotest.types import Needs, Reply\n"
        "class M:\n    name, identity, needs, batch_size = 'm', '', Needs(clips=1), 4\n    def load(self): pass\n"
        "    def close(self): pass\n    def answer(self, requests): return [Reply('x') for r in requests]\n"
        "@pytest.fixture(scope='session')\ndef model(): return M()\n"
    )
    pytester.runpytest_subprocess("s.yaml", "--results", "out", "--html", "r.html")
    text = Path("r.html").read_text()
    assert text.count("data:audio/flac;base64,") == 1
    assert '"seconds":1.0' in text


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield made
        made.close()


@pytest.fixture
def opened(browser, tmp_path):
    pages = []

    def open_(records, audio=None, about=None, **viewport):
        path = tmp_path / "r.html"
        path.write_text(page(Run(records, about or summary(records)), audio), encoding="utf-8")
        context = browser.new_context(viewport=viewport or {"width": 1200, "height": 900})
        made = context.new_page()
        made.on("pageerror", lambda error: pytest.fail(f"an error in the page: {error}"))
        made.on("request", lambda r: pytest.fail(f"asked the network: {r.url}") if r.url.startswith("http") else None)
        made.goto(path.as_uri())
        pages.append(context)
        return made

    yield open_
    for one in pages:
        one.close()


def test_the_overview(opened):
    shown = opened(
        [record(i, c) for i in range(40) for c in ("original", "text_only", "noise(snr_db=0)", "noise(snr_db=10)")]
    )
    text = shown.inner_text("#overview")
    for word in ("Conditions", "Accuracy by skill", "Accuracy by signal-to-noise ratio", "Listening profile",
                 "Places of the options", "Confusion of classes", "25.0%"):  # fmt: skip
        assert word in text
    assert shown.title() == "audiotest: m"
    assert shown.get_attribute("svg.plot", "aria-label") == (
        "accuracy by signal-to-noise ratio; noise: 25.0% at 0 dB, 25.0% at 10 dB"
    )
    # The class that was right by the class that was chosen: each of the four options ten times, and rain was right.
    assert shown.locator(".matrix tbody tr").nth(2).inner_text().split() == ["rain", "10", "10", "10", "10"]


def test_a_curve_a_kind_of_noise_and_no_profile_where_nothing_was_right(opened):
    conditions = ("original", "noise(snr_db=5)", "noise(snr_db=5,color=pink)", "noise(color=pink,snr_db=-5)",
                  "shuffled+babble(snr_db=5,talkers=2)", "shuffled+babble(snr_db=0,talkers=2)")  # fmt: skip
    shown = opened([record(i, c, choice=1) for i in range(4) for c in conditions])
    kinds = shown.get_attribute("svg.plot", "aria-label").split("; ")[1:]
    assert [kind.partition(": ")[0] for kind in kinds] == ["noise(color=pink)", "shuffled+babble(talkers=2)"]
    assert "Listening profile" not in shown.inner_text("#overview")


def test_published_rows_stand_beside_the_run_with_as_many_decimals(opened):
    own = [msgspec.structs.replace(record(i), suite="mmar", tags={"modality": ("music",)},
                                   verdicts={"mmar": Verdict(i < 2, None), "choice": Verdict(i < 1, 0)}) for i in range(3)]  # fmt: skip
    shown = opened(own).locator("#overview table", has_text="Random Guess").locator("tbody tr")
    assert shown.nth(0).inner_text().split("\t")[:2] == ["m (mmar)", "66.7"]
    assert shown.nth(1).inner_text().split("\t")[:2] == ["m (choice)", "33.3"]
    assert shown.nth(2).inner_text().split("\t")[:2] == ["Random Guess", "29.3"]


def test_20000_trials_filter_and_open_at_once(opened):
    shown = opened([record(i, condition) for i in range(10000) for condition in ("original", "text_only")])
    shown.click("#tab-items")
    assert shown.inner_text("#count") == "20000 of 20000 trials"
    assert shown.locator("#list .row").count() < 60
    shown.select_option("#f-condition", "text_only")
    assert shown.inner_text("#count") == "10000 of 20000 trials"
    shown.select_option("#f-outcome", "passed")
    shown.select_option("#f-tag", "skill: even")
    assert shown.inner_text("#count") == "2500 of 20000 trials"
    shown.fill("#f-text", "clip 9996?")
    assert shown.inner_text("#count") == "1 of 20000 trials"
    shown.click("#list .row")
    item = shown.inner_text("#item")
    assert "What is heard in clip 9996?" in item
    assert "rain (right) (chosen)" in item
    assert "s.yaml::text_only::case-09996" in item
    assert shown.locator("#item .reply").count() == 2  # under both conditions, side by side
    shown.fill("#f-text", "")
    shown.select_option("#f-tag", "")
    shown.evaluate("document.getElementById('list').scrollTop = 1e6")
    until(shown, "[...document.querySelectorAll('#list .row')].some((r) => r.textContent.includes('case-09996'))")


def test_the_keyboard_moves_through_the_list(opened):
    shown = opened([record(i) for i in range(50)])
    shown.click("#tab-items")
    shown.focus("#list")
    for _ in range(3):
        shown.keyboard.press("ArrowDown")
    assert "clip 2?" in shown.inner_text("#item")
    assert shown.locator("#list .row[aria-selected=true]").count() == 1
    for key, number in (("End", 49), ("ArrowDown", 49), ("PageUp", 37), ("Home", 0), ("ArrowUp", 0)):
        shown.keyboard.press(key)
        assert f"clip {number}?" in shown.inner_text("#item")
        active = shown.get_attribute("#list", "aria-activedescendant")
        assert shown.get_attribute(f"#{active}", "aria-selected") == "true"
        assert shown.get_attribute(f"#{active}", "aria-posinset") == str(number + 1)


def test_the_whole_page_is_reached_by_keyboard(opened):
    """From the top by Tab alone: the other view, its list, an item, its command."""
    shown = opened([record(i) for i in range(5)])
    for _ in range(3):  # how the run was made, the overview, the items
        shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    for _ in range(7):  # five filters, the text, the list
        shown.keyboard.press("Tab")
    shown.keyboard.press("ArrowDown")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "copy command"


def test_hostile_replies_are_text(opened):
    shown = opened([record(i, text=t) for i, t in enumerate(HOSTILE)])
    shown.click("#tab-items")
    for i, text in enumerate(HOSTILE):
        shown.fill("#f-text", f"case-{i:05d}")
        shown.click("#list .row")
        assert shown.locator("#item .reply pre").first.text_content()[:1000] == text[:1000]
    assert shown.evaluate("window.broken") is None
    assert "980000 more signs" in shown.inner_text("#item")


def test_a_clip_can_be_played_and_seen(opened):
    wave = (0.3 * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)).astype(np.float32)
    source, picture = (f"data:{kind};base64,{base64.b64encode(make(Waveform(wave[:, None], 16000))).decode()}"
                       for kind, make in (("audio/flac", _flac), ("image/png", png)))  # fmt: skip
    shown = opened([record(0, hashes={"sound": "abc"})], {"abc": [Player(source, picture, 1.0, 8.0)]})
    shown.click("#tab-items")
    shown.click("#list .row")
    until(shown, "document.querySelector('img.spectrogram').naturalWidth === 360")
    assert "0 to 8 kHz" in shown.inner_text("#item")
    duration = shown.evaluate("""async () => { const a = document.querySelector('audio'); a.preload = 'auto'; a.load();
        await new Promise((done, no) => { a.onloadedmetadata = done; a.onerror = no; }); return a.duration; }""")
    assert duration == pytest.approx(1.0, abs=0.05)


def test_sounds_of_wrong_answers_come_first_and_what_was_made_before_an_interruption_is_kept(tmp_path):
    records = [record(i, choice=int(i in (6, 8)), hashes={"sound": f"s{i}"}) for i in range(9)]
    heard = []

    def sound(one):
        heard.append(one.hashes["sound"])
        if len(heard) == 5:
            raise KeyboardInterrupt
        return [Waveform(np.random.default_rng(0).uniform(-1, 1, (8000, 1)).astype(np.float32), 16000)]

    size = (len(_flac(sound(records[0])[0])) + len(png(sound(records[0])[0]))) / 1e6
    heard.clear()
    found, left = players_of(records, sound, tmp_path / "r.html", embed=2.1 * size * 4 / 3, link=1.1 * size)
    assert heard == ["s6", "s8", "s0", "s1"]
    assert [players[0].src[:5] for players in found.values()] == ["data:", "data:", "r-aud"]
    assert left == 6
    heard.clear()
    found, left = players_of(records, sound, tmp_path / "r.html", embed=10, link=10)
    assert (list(found), left) == (["s6", "s8", "s0", "s1"], 5)


def test_a_sound_beside_the_page_is_played_and_seen_too(browser, tmp_path):
    def heard(_):
        return [Waveform(np.zeros((8000, 1), np.float32), 16000)]

    records = [record(0, hashes={"sound": "abc"})]
    target = tmp_path / "a run #1.html"  # signs that mean something in an address
    sounds, _ = players_of(records, heard, target, embed=0, link=100)
    target.write_text(page(Run(records, summary(records)), sounds), encoding="utf-8")
    shown = browser.new_page()
    shown.goto(target.as_uri())
    shown.click("#tab-items")
    shown.click("#list .row")
    until(shown, "document.querySelector('img.spectrogram').naturalWidth === 360")
    until(shown, "document.querySelector('audio').duration === 0.5")
    shown.close()


def test_what_flipped_between_two_runs_can_be_heard(browser, pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    monkeypatch.chdir(pytester.path)
    tone = "{synth: {tone: {hz: 440, seconds: 0.2}}}"
    (pytester.path / "s.yaml").write_text(
        "suite: s\npolicy: gates\nconditions: [original, noise(snr_db=0), text_only]\ncases:\n"
        f"  - {{id: a, question: Q?, choices: [x, y], answer: x, audio: {tone}}}\n"
        f"  - {{id: b, question: Why?, choices: [x, y], answer: x, audio: {tone}}}\n"
    )
    for model, folder in (("first", "before"), ("longest", "after")):
        pytester.runpytest_subprocess("s.yaml", "--model", model, "--results", folder)
    flips = (pytester.path / "after/trials.jsonl").read_text().replace('"correct":true', '"correct":false')
    (pytester.path / "after/trials.jsonl").write_text(flips)
    out = CliRunner().invoke(main, ["compare", "before", "after", "--html", "c.html"])
    assert out.exit_code == 0, out.output
    assert "6 items flipped, 3 sounds" in out.output  # the tone, and noise of its own for each case
    text = Path("c.html").read_text()
    assert text.count("data:audio/flac;base64,") == 3
    shown = browser.new_page()
    shown.on("pageerror", lambda error: pytest.fail(f"an error in the page: {error}"))
    shown.goto((pytester.path / "c.html").as_uri())
    assert shown.locator("audio").count() == 0
    for item, sounds in (("s.yaml::original::a", 1), ("s.yaml::noise(snr_db=0)::b", 1), ("s.yaml::text_only::a", 0)):
        found = shown.locator("details.item", has_text=item)
        found.locator("summary").click()
        shown.evaluate("() => new Promise(done => setTimeout(done, 100))")  # the event comes after the click
        assert found.locator("audio").count() == sounds
        if sounds:
            found.locator("summary").click()
            found.locator("summary").click()
            assert found.locator("audio").count() == 1
            handle = found.locator("audio").element_handle()
            until(shown, "audio => Math.abs(audio.duration - 0.2) < 0.01", handle)
    shown.close()
    left = CliRunner().invoke(
        main, ["compare", "before", "after", "--html", "c.html", "--audio-mb", "0", "--linked-mb", "0"]
    )
    assert "0 sounds" in left.output
    assert "3 sounds were left out (--audio-mb, --linked-mb)" in left.output


def test_the_command_asks_the_item_again_as_the_run_asked(pytester, monkeypatch, opened):
    """Options, quotes and all: what is copied from the page is run by a shell."""
    (pytester.path / "it's one.yaml").write_text(
        "suite: s\npolicy: gates\nconditions: [original, noise(snr_db=0)]\ncases:\n"
        "  - {id: a, question: Q?, choices: [x, y, z], answer: x, audio: {synth: {tone: {hz: 440, seconds: 0.2}}}}\n"
    )
    pytester.runpytest_subprocess(".", "--model", "random", "--seed", "7", "--results", "out")
    records, about = read_records(pytester.path / "out"), read_summary(pytester.path / "out")
    shown = opened(records, about=about)
    shown.click("#tab-items")
    shown.locator("#list .row").nth(1).click()
    command = shown.inner_text("#item pre.id")
    assert command == "pytest 'it'\\''s one.yaml::noise(snr_db=0)::a' --model random --seed 7"
    monkeypatch.chdir(pytester.path)
    again = subprocess.run(
        f"{sys.executable} -m {command} --results again", shell=True, capture_output=True, text=True, check=False
    )
    assert again.returncode == 0, again.stdout + again.stderr
    [one] = read_records(pytester.path / "again")
    assert (one.condition, one.reply.text) == (records[1].condition, records[1].reply.text)


def test_what_is_copied_and_linked(opened):
    shown = opened([record(i) for i in range(50)])
    shown.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.click("#tab-items")
    shown.locator("#list .row").nth(2).click()
    shown.click("#item .command >> text=copy node id")
    shown.wait_for_selector("#item .command >> text=copied")
    assert shown.evaluate("navigator.clipboard.readText()") == "s.yaml::original::case-00002"
    link = shown.url
    shown.goto("about:blank")
    shown.goto(link)
    assert "clip 2?" in shown.inner_text("#item")


def test_an_open_question_shows_its_references_and_every_scorer(opened):
    verdicts = {"mmar": Verdict(True, 0), "choice": Verdict(False, None, "ambiguous")}
    both = msgspec.structs.replace(record(0), verdicts=verdicts)
    caption = msgspec.structs.replace(
        record(1), choices=(), answer=None, answer_index=None, reference=("Rain falls.",), verdicts={}
    )
    shown = opened([both, caption])
    assert "They differ on 1 replies: 1 right only by mmar, 0 only as read with care." in shown.inner_text("#overview")
    shown.click("#tab-items")
    shown.select_option("#f-outcome", "scorers differ")
    assert shown.inner_text("#count") == "1 of 2 trials"
    shown.click("#list .row")
    assert "mmar: right · choice: wrong (ambiguous)" in shown.inner_text("#item")
    shown.select_option("#f-outcome", "")
    shown.locator("#list .row").nth(1).click()
    assert "Rain falls." in shown.inner_text("#item")
    shown.fill("#f-text", "nothing is like this")
    assert shown.is_visible("text=No trial is like that.")


def test_many_suites_are_a_row_each_that_leads_to_the_whole_also_on_a_phone(opened):
    rows = [msgspec.structs.replace(record(i, c), suite=f"a-long-name-of-a-suite-{k}")
            for k in range(5) for i in range(4) for c in ("original", "text_only", "silence", "shuffled")]  # fmt: skip
    shown = opened(rows, width=390, height=800)
    assert shown.evaluate("document.documentElement.scrollWidth") == 390
    head = shown.locator("#overview table").first.locator("th", has_text="original").bounding_box()
    assert head["x"] + head["width"] < 390  # the figure that is looked for first needs no scrolling
    assert shown.locator("details.suite[open]").count() == 0
    shown.click("text=a-long-name-of-a-suite-3 >> nth=0")
    assert "Conditions" in shown.inner_text("#suite-3[open]")


def test_a_right_to_left_option_stays_in_its_card(opened):
    arabic = msgspec.structs.replace(record(0), choices=("صوت المطر", "صوت الريح"), answer="صوت المطر", order=(0, 1))
    shown = opened([arabic], width=390, height=800)
    shown.click("#tab-items")
    shown.click("#list .row")
    assert "صوت المطر (right) (chosen)" in shown.inner_text("#item li.right")
    assert shown.evaluate("getComputedStyle(document.querySelector('#item li')).direction") == "ltr"  # so is its letter
    box, card = shown.locator("#item li bdi").first.bounding_box(), shown.locator(".reply").bounding_box()
    assert box["x"] - card["x"] < 60


def test_a_phone(opened):
    shown = opened([record(i) for i in range(20)], width=390, height=800)
    assert shown.evaluate("document.documentElement.scrollWidth <= 400")
    shown.click("#tab-items")
    assert shown.evaluate("document.documentElement.scrollWidth <= 400")


def test_a_run_without_sounds_or_suites_is_a_page_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    RunWriter(tmp_path / "out").finish([record(0)], summary([record(0)]))
    assert CliRunner().invoke(main, ["report", "out", "--html", "r.html"]).exit_code == 0


def test_right_and_wrong_are_a_filter_apart_from_the_outcome(opened):
    told = [
        msgspec.structs.replace(record(i), outcome="recorded", verdicts={"choice": Verdict(i < 2, 0 if i < 2 else 1)})
        for i in range(5)
    ]
    shown = opened(told)
    shown.click("#tab-items")
    shown.select_option("#f-correct", "wrong")
    assert shown.inner_text("#count") == "3 of 5 trials"
    shown.select_option("#f-outcome", "recorded")
    assert shown.inner_text("#count") == "3 of 5 trials"
