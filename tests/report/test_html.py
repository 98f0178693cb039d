"""The HTML file of a run: whole, harmless whatever a model wrote, and quick with 20,000 trials, in a real browser."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import yaml
from accessibility import violations
from click.testing import CliRunner

from audiotest.analyse.summary import AgainstBaseline, Provenance, SuiteFile, Summary, summarise
from audiotest.cli import main
from audiotest.report.html.players import Player, players_of
from audiotest.report.html.players import flac as _flac
from audiotest.report.html.render import harmless, page
from audiotest.report.html.spectrogram import png
from audiotest.runs import Run, RunWriter, read_records, read_summary
from audiotest.types import GateResult, Record, Reply, Verdict, Waveform

CHOICES = ("rain", "wind", "a bell", "a dog")


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
    assert len(scripts) == 3
    data = json.loads(scripts[1])
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
    assert (
        CliRunner()
        .invoke(main, ["report", "out", "--html", "q.html", "--audio-mb", "0", "--title", "A <b>title</b>"])
        .exit_code
        == 0
    )
    assert '"title":"A \\u003cb\\u003etitle' in Path("q.html").read_text()
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
def tab(browser):
    """One for all tests: opening a tab takes a quarter of the time of most of them."""
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture
def opened(tab, tmp_path):
    watching = {
        "pageerror": lambda error: pytest.fail(f"an error in the page: {error}"),
        "request": lambda r: pytest.fail(f"asked the network: {r.url}") if r.url.startswith("http") else None,
    }

    def open_(records, audio=None, about=None, **viewport):
        path = tmp_path / "r.html"
        path.write_text(page(Run(records, about or summary(records)), audio), encoding="utf-8")
        tab.set_viewport_size(viewport or {"width": 1200, "height": 900})
        tab.goto(path.as_uri())
        return tab

    for event, handler in watching.items():
        tab.on(event, handler)
    yield open_
    for event, handler in watching.items():
        tab.remove_listener(event, handler)
    if tab.url.startswith("file:"):
        tab.evaluate("localStorage.clear()")
    tab.goto("about:blank")
    tab.context.clear_permissions()
    tab.emulate_media(color_scheme="null")


def test_the_overview(opened):
    shown = opened(
        [record(i, c) for i in range(40) for c in ("original", "text_only", "noise(snr_db=0)", "noise(snr_db=10)")]
    )
    text = shown.inner_text("#overview")
    for word in ("Conditions", "Accuracy by skill", "Accuracy by signal-to-noise ratio", "Listening profile",
                 "Position bias", "Confusion of classes", "25.0%"):  # fmt: skip
        assert word in text
    assert shown.title() == "audiotest: m on s"
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
    shown = opened(own)
    assert not shown.is_visible("text=Random Guess")  # folded, below the figures
    shown.click("details.published summary")
    rows = [row.split("\t") for row in shown.locator("details.published tbody tr").all_inner_texts()]
    by = re.search(r"Sorted by (.+?);", shown.inner_text("details.published")).group(1)
    place = [head.strip() for head in shown.locator("details.published th .sort").all_inner_texts()].index(by)
    ranked = [float(row[place]) for row in rows if not row[place].startswith("–")]
    assert len(ranked) > 10
    assert ranked == sorted(ranked, reverse=True)
    names = {row[0]: row[1] for row in rows}
    assert (names["▸ m (mmar)"], names["▸ m (choice)"], names["Random Guess"]) == ("66.7", "33.3", "29.3")


def test_20000_trials_filter_and_open_at_once(opened):
    trials = [record(i, condition) for i in range(10000) for condition in ("original", "text_only")]
    shown = opened(trials, about=Summary(model="m"))
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
    assert "clip 1?" in shown.inner_text("#item")  # a wrong answer is open from the beginning
    shown.select_option("#f-order", "suite")
    shown.focus("#list")
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
    for _ in range(10):
        shown.keyboard.press("Tab")
        if shown.evaluate("document.activeElement.id") == "tab-items":
            break
    shown.keyboard.press("Enter")
    for _ in range(7):  # six fields, for there is one suite and one condition, and the list
        shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.id") == "list"
    shown.keyboard.press("ArrowDown")
    for _ in range(3):  # keys, notes
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
    assert "980000 more characters" in shown.inner_text("#item")


def test_hostile_names_and_addresses_are_text(opened):
    rows = []
    for i, name in enumerate(HOSTILE[:5]):
        for c in ("original", "text_only", f"prompt({name})"):
            one = record(i, c, choice=1)
            rows.append(msgspec.structs.replace(
                one, suite=name, case=name, nodeid=f"{name}::{c}", question=name, answer=name, choices=(name, "x", "y", "z"),
                tags={name: (name,), "n": ("1", "2")}, reason=f"{name} (right in the baseline)", outcome="missed",
            ))  # fmt: skip
    gates = {name: [gate(name, False, name)] for name in HOSTILE[:5]}
    about = summarise(
        rows, gates, Provenance(model=HOSTILE[0]), {HOSTILE[0]: against(regressed=1, improved=0, n=1, p=0.01)}
    )
    shown = opened(rows, about=about)
    for summary_ in shown.locator("#overview details:not([open]) > summary").all():
        if summary_.is_visible():
            summary_.click()
    shown.locator("#verdict a").first.click()
    for _ in range(8):
        shown.keyboard.press("n")
    shown.select_option("#n-issue", "ambiguous")
    shown.click("#notes summary")
    assert len(yaml.safe_load(shown.inner_text("#notes pre"))["known_issues"]) == 1
    address = shown.url.partition("#")[0]
    for fragment in ("#%E0%A4%A", "#items?suite=nowhere&chosen=%3Cimg%20src%3Dx%20onerror%3D%22window.broken%3D3%22%3E", "#suite-99", "#__proto__",
                     "#items?item=nowhere&order=odd"):  # fmt: skip
        shown.goto("about:blank")
        shown.goto(address + fragment)
        assert shown.is_visible("#title")
    assert shown.inner_text("#count") == "15 of 15 trials"
    assert shown.evaluate("window.broken") is None


def test_a_clip_can_be_played_and_seen(opened):
    wave = (0.3 * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)).astype(np.float32)
    source, picture = (f"data:{kind};base64,{base64.b64encode(make(Waveform(wave[:, None], 16000))).decode()}"
                       for kind, make in (("audio/flac", _flac), ("image/png", png)))  # fmt: skip
    shown = opened([record(0, hashes={"sound": "abc"})], {"abc": [Player(source, picture, 1.0, 8.0)]})
    shown.click("#tab-items")
    shown.click("#list .row")
    until(shown, "document.querySelector('canvas.spectrogram') !== null")
    assert "0 to 8 kHz" in shown.inner_text("#item")
    # The tone of 1 kHz is the brightest of 96 rows up to 8 kHz: the twelfth from below; it swings over 0.3 of full scale.
    lit = """(name) => { const c = document.querySelector(name), d = c.getContext('2d').getImageData(c.width / 2, 0, 1, c.height).data;
        return [...Array(c.height).keys()].map((y) => d[4 * y + (name === 'canvas.waveform' ? 3 : 1)]); }"""
    column = shown.evaluate(lit, "canvas.spectrogram")
    assert 96 - 1 - column.index(max(column)) in (11, 12)
    assert sum(value > 0 for value in shown.evaluate(lit, "canvas.waveform")) == pytest.approx(0.6 * 31, abs=2)
    slider = shown.locator("#item [role=slider]")
    slider.focus()
    shown.keyboard.press("PageUp")
    assert slider.get_attribute("aria-valuetext") == "1.0 of 1.0 s"
    shown.keyboard.press("Home")
    for _ in range(5):
        shown.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuenow") == "0.5"
    assert shown.evaluate("parseFloat(document.querySelector('.cursor').style.left)") == pytest.approx(50)
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] / 4, "y": 5})
    assert float(slider.get_attribute("aria-valuenow")) == pytest.approx(0.25, abs=0.06)
    duration = shown.evaluate("""async () => { const a = document.querySelector('audio'); a.preload = 'auto'; a.load();
        await new Promise((done, no) => { a.onloadedmetadata = done; a.onerror = no; }); return a.duration; }""")
    assert duration == pytest.approx(1.0, abs=0.05)


def test_nothing_is_decoded_before_its_item_is_open(opened):
    rows = [record(i, hashes={"sound": f"s{i}"}) for i in range(3)]
    shown = opened(rows, {f"s{i}": [flac(440, 0.2)] for i in range(3)})
    shown.evaluate("""() => { window.decoded = 0; const own = OfflineAudioContext.prototype, real = BaseAudioContext.prototype.decodeAudioData;
        own.decodeAudioData = function (...given) { window.decoded += 1; return real.apply(this, given); }; }""")
    shown.wait_for_timeout(100)
    assert shown.evaluate("window.decoded") == 0
    shown.click("#tab-items")
    until(shown, "document.querySelectorAll('canvas.waveform').length === 1")
    assert shown.evaluate("window.decoded") == 1


def test_a_sound_that_cannot_be_decoded_keeps_its_picture(opened):
    good = flac(440, 0.2)
    broken = msgspec.structs.replace(good, src="data:audio/flac;base64,AAAA")
    shown = opened([record(0, hashes={"sound": "a"})], {"a": [broken]})
    shown.click("#tab-items")
    until(shown, "document.querySelector('img.spectrogram').naturalWidth === 360")
    shown.wait_for_timeout(100)
    assert shown.locator("#item canvas").count() == 0


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
    assert shown.locator("details.item", has_text="s.yaml::original::a").locator("summary").inner_text().split() == [
        "worse",
        "Q?",
        "original",
        "·",
        "a",
    ]
    shown.select_option(".by-condition", "text_only")
    assert shown.inner_text(".count") == "2 of 6 items"
    assert shown.locator("details.item:visible").count() == 2
    shown.select_option(".by-change", "better")
    assert shown.inner_text(".count") == "0 of 6 items"
    shown.select_option(".by-change", "")
    shown.select_option(".by-condition", "")
    shown.fill(".by-text", "why")
    assert shown.inner_text(".count") == "3 of 6 items"
    shown.fill(".by-text", "")
    assert violations(shown) == ""
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
    shown.select_option("#f-order", "suite")
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
    shown.select_option("#f-order", "suite")
    shown.locator("#list .row").nth(2).click()
    shown.click("#item .command >> text=copy node id")
    shown.wait_for_selector("#item .command >> text=copied")
    assert shown.evaluate("navigator.clipboard.readText()") == "s.yaml::original::case-00002"
    link = shown.url
    shown.goto("about:blank")
    shown.goto(link)
    assert "clip 2?" in shown.inner_text("#item")
    assert shown.input_value("#f-order") == "suite"
    shown.goto("about:blank")
    shown.goto(link.partition("#")[0] + "#s.yaml%3A%3Aoriginal%3A%3Acase-00007")  # a link of earlier versions
    assert "clip 7?" in shown.inner_text("#item")


def test_an_open_question_shows_its_references_and_every_scorer(opened):
    verdicts = {"mmar": Verdict(True, 0), "choice": Verdict(False, None, "ambiguous")}
    both = msgspec.structs.replace(record(0), verdicts=verdicts)
    caption = msgspec.structs.replace(
        record(1), choices=(), answer=None, answer_index=None, reference=("Rain falls.",), verdicts={}
    )
    shown = opened([both, caption])
    assert "They differ on 1 reply: 1 right only by mmar, 0 only by the robust parser." in shown.inner_text("#overview")
    shown.click("#tab-items")
    shown.select_option("#f-outcome", "scorers differ")
    assert shown.inner_text("#count") == "1 of 2 trials"
    shown.click("#list .row")
    assert "mmar: right · choice: wrong (ambiguous)" in shown.inner_text("#item")
    shown.select_option("#f-outcome", "")
    shown.select_option("#f-order", "suite")
    shown.locator("#list .row").nth(1).click()
    assert "Rain falls." in shown.inner_text("#item")
    shown.fill("#f-text", "nothing is like this")
    assert shown.is_visible("text=No matching trials")


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


def test_an_item_with_a_known_issue_says_so_and_is_not_among_the_wrong(opened):
    records = [record(i, choice=1) for i in range(3)]
    records[0] = msgspec.structs.replace(records[0], known_issue="wrong label")
    shown = opened(records)
    assert "1 item is left out for a known issue" in shown.inner_text("#verdict")
    shown.click("#tab-items")
    assert "clip 1?" in shown.inner_text("#item")
    shown.focus("#list")
    shown.keyboard.press("End")
    assert "known issue: wrong label" in shown.inner_text("#item")


def test_right_and_wrong_are_a_filter_apart_from_the_outcome(opened):
    records = [
        msgspec.structs.replace(record(i), outcome="recorded", verdicts={"choice": Verdict(i < 2, 0 if i < 2 else 1)})
        for i in range(5)
    ]
    shown = opened(records)
    shown.click("#tab-items")
    shown.select_option("#f-correct", "wrong")
    assert shown.inner_text("#count") == "3 of 5 trials"
    shown.select_option("#f-outcome", "recorded")
    assert shown.inner_text("#count") == "3 of 5 trials"


def against(rule="significant", **counts):
    return AgainstBaseline(rule=rule, passed=counts["p"] >= 0.05, reason="", known=0, **counts)


def gate(name, passed, reason, condition="original"):
    return GateResult("accuracy", condition=condition, name=name, passed=passed, reason=reason)


def test_the_first_line_is_the_verdict_and_leads_to_the_items(opened):
    records = [
        record(i, c, choice=0 if c == "original" and i < 30 else 1)
        for i in range(40)
        for c in ("original", "text_only")
    ]
    records[0] = msgspec.structs.replace(records[0], outcome="missed", reason="chose wind (right in the baseline)",
                                         reply=Reply("It is", finish="length"))  # fmt: skip
    about = summarise(
        records,
        {"s": [gate("low", False, "accuracy is 0.75, wanted at least 0.8"), gate("high", True, "fine"), gate("third", None, "not judged: 10 of 40 trials ran")]},
        Provenance(model="m", suite_files={"s": SuiteFile("s.yaml", "", cases=100)}),
        {"s": against(regressed=9, improved=1, n=80, p=0.021)},
    )  # fmt: skip
    shown = opened(records, about=about)
    verdict = shown.inner_text("#verdict")
    for text in ("✗ 1 of 3 gates failed: s: accuracy is 0.75, wanted at least 0.8.", "1 of 3 gates was not judged (10 of 40 trials ran)",
                 "Accuracy 75.0% (95% CI ", "chance 25.0%", "✓ The model listens: listening gap +75.0 percentage points (95% CI +",
                 "0.0% of the items guessable", "9 regressed and 1 improved of 80 trials, significantly worse: s (p = 0.021)",
                 "! Of 80 replies, 1 truncated at max_new_tokens", "Run in part: s (40 of 100 cases)"):  # fmt: skip
        assert text in verdict
    shown.click("#verdict >> text=regressed")
    assert shown.inner_text("#count") == "1 of 80 trials"
    assert "clip 0?" in shown.inner_text("#item")
    shown.go_back()
    assert shown.is_visible("#overview")
    shown.click("#verdict >> text=Of 80 replies")
    assert shown.inner_text("#count") == "1 of 80 trials"


def test_gates_fit_a_phone_and_say_their_condition(opened):
    gates = [gate("accuracy-noise(snr_db=20)-min=0.75", False, "accuracy is 0.5, wanted at least 0.75 (n = 18)")]
    gates = [msgspec.structs.replace(one, condition="noise(snr_db=20)") for one in gates]
    rows = [record(i) for i in range(4)]
    shown = opened(rows, about=summarise(rows, {"s": gates}, Provenance(model="m")), width=390, height=800)
    assert "s (noise(snr_db=20)): accuracy is 0.5" in shown.inner_text("#verdict")
    box = shown.locator("details.gates .scroll").first
    assert box.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_verdict_says_why_trials_broke(opened):
    rows = [record(i) for i in range(4)]
    broke = [msgspec.structs.replace(r, outcome="error", reason=why) for r, why in
             zip(rows[1:], (*["the key is refused\nmore"] * 2, "x" * 500), strict=True)]  # fmt: skip
    shown = opened([rows[0], *broke])
    assert "! 3 trials broke: the key is refused." in shown.inner_text("#verdict")
    shown.click("#verdict >> text=3 trials broke")
    assert shown.inner_text("#count") == "3 of 4 trials"


def suites_of(count, **more):
    return [msgspec.structs.replace(record(i, c, choice=min(3, (i + k) % 5), **more), suite=f"suite-{k}", nodeid=f"{k}.yaml::{c}::{i}")
            for k in range(count) for i in range(12) for c in ("original", "text_only")]  # fmt: skip


def test_the_matrix_sorts_filters_and_leads_to_items(opened):
    shown = opened([r for r in suites_of(8) if r.suite != "suite-3" or r.case != "case-00002"])
    table = shown.locator("#overview table").first
    names = "[...document.querySelectorAll('#overview table tbody tr')].filter((r) => !r.hidden && r.closest('table') === document.querySelector('#overview table')).map((r) => r.cells[0].textContent)"
    values = (
        "[...document.querySelector('#overview table').tBodies[0].rows].map((r) => parseFloat(r.cells[2].textContent))"
    )
    table.locator("th button", has_text="original").click()
    assert table.locator("th[aria-sort=descending]").inner_text().strip() == "original"
    assert shown.evaluate(values) == sorted(shown.evaluate(values), reverse=True)
    table.locator("th button", has_text="original").click()
    assert shown.evaluate(values) == sorted(shown.evaluate(values))
    assert table.locator("svg.meter .chance").count() == 16
    shown.fill("[aria-label='find a suite']", "suite-5")
    assert shown.evaluate(names) == ["suite-5"]
    shown.fill("[aria-label='find a suite']", "")
    table.locator("tr", has_text="suite-3").locator("td a").first.click()
    assert shown.inner_text("#count") == "11 of 190 trials"
    assert (shown.input_value("#f-suite"), shown.input_value("#f-condition")) == ("suite-3", "original")


def test_the_first_column_stays_while_a_table_is_scrolled_on_a_phone(opened):
    rows = [msgspec.structs.replace(r, condition=c) for r in suites_of(3) if r.condition == "original"
            for c in ("original", "text_only", "silence", "shuffled", "noise(snr_db=0)")]  # fmt: skip
    shown = opened(rows, width=390, height=800)
    box = shown.locator("#overview .scroll").first
    assert box.get_attribute("tabindex") == "0"
    shown.evaluate("document.querySelector('#overview .scroll').scrollLeft = 300")
    assert shown.locator("#overview tbody th").first.bounding_box()["x"] == pytest.approx(
        box.bounding_box()["x"], abs=1
    )
    assert shown.locator("#overview tbody td").first.bounding_box()["x"] < 0


def test_gates_are_folded_by_suite_with_the_failed_ones_open(opened):
    rows = suites_of(3)
    gates = {f"suite-{k}": [gate(f"g{j}", k != 2 or j > 0, "why") for j in range(4)] for k in range(3)}
    shown = opened(rows, about=summarise(rows, gates, Provenance(model="m")))
    folds = shown.locator("details.gates")
    assert [text.partition("\n")[0] for text in folds.all_inner_texts()] == [
        "suite-2: 1 failed, 3 passed", "suite-0: 4 passed", "suite-1: 4 passed"]  # fmt: skip
    assert folds.locator("tbody tr").first.inner_text().split("\t")[1] == "failed"
    assert shown.locator("details.gates[open]").count() == 1


def test_figures_lead_to_the_items_behind_them(opened):
    conditions = ("original", "text_only", "noise(snr_db=0)", "noise(snr_db=10)")
    shown = opened([record(i, c) for i in range(40) for c in conditions])
    for link, count in (
        (".plot a >> nth=1", 40), (".bars a:has-text('even')", 20), (".matrix a >> nth=0", 10),
        ("#overview .bars a:has-text('guessable')", 10), (".matrix tbody tr:nth-child(3) td:nth-child(2) a", 10),
    ):  # fmt: skip
        shown.click("#tab-overview")
        shown.locator(link).first.click()
        assert shown.inner_text("#count") == f"{count} of 160 trials"
    shown.click("#extra button >> nth=0")  # an answer and a choice that only the link could ask for
    shown.click("#extra button")
    assert shown.inner_text("#count") == "40 of 160 trials"


def test_the_shown_item_belongs_to_the_filter_and_tags_of_one_are_folded(opened):
    records = [
        msgspec.structs.replace(record(i), tags={"skill": ("pitch" if i else "alone",), "n": (str(i),)})
        for i in range(30)
    ]
    shown = opened(records)
    assert shown.locator(".bars a", has_text="alone").is_hidden()
    shown.click("text=30 values of a single trial")
    shown.click("#tab-items")
    shown.fill("#f-text", "clip 22?")
    assert "clip 22?" in shown.inner_text("#item")
    shown.fill("#f-text", "clip 2")
    assert "clip 22?" in shown.inner_text("#item")  # still among them
    shown.select_option("#f-correct", "right")
    assert "clip 20?" in shown.inner_text("#item")
    shown.fill("#f-text", "none like this")
    assert shown.inner_text("#item") == ""
    shown.select_option("#f-correct", "")
    shown.fill("#f-text", "")
    shown.select_option("#f-order", "suite")
    shown.focus("#list")
    for key, number in (("j", 2), ("j", 3), ("n", 5), ("p", 3), ("k", 2)):  # 4 was right
        shown.keyboard.press(key)
        assert f"clip {number}?" in shown.inner_text("#item")


def flac(hz, seconds=2.0):
    wave = (0.3 * np.sin(2 * np.pi * hz * np.arange(int(8000 * seconds)) / 8000)).astype(np.float32)
    clip = Waveform(wave[:, None], 8000)
    kinds = (("audio/flac", _flac), ("image/png", png))
    return Player(
        *(f"data:{kind};base64,{base64.b64encode(make(clip)).decode()}" for kind, make in kinds), seconds, 4.0
    )


def test_conditions_are_heard_by_digits_in_turn_and_in_a_loop(opened):
    rows = [
        record(1, "original", hashes={"sound": "a"}),
        record(1, "noise(snr_db=0)", hashes={"sound": "b"}),
        record(1, "text_only"),
    ]
    shown = opened(rows, {"a": [flac(440, 30)], "b": [flac(880, 30)]})
    shown.click("#tab-items")
    shown.focus("#list")
    assert [text.split()[0] for text in shown.locator("#item .reply h3").all_inner_texts()] == ["1", "2", "text_only"]
    state = "[...document.querySelectorAll('#item audio')].map((a) => [!a.paused, a.currentTime > 0.3, a.loop])"
    shown.keyboard.press("1")
    until(shown, f"({state})[0][1]")
    shown.keyboard.press("x")
    until(shown, f"({state})[1][0]")
    assert [row[:2] for row in shown.evaluate(state)] == [[False, True], [True, True]]  # from the same moment
    shown.keyboard.press("x")
    until(shown, f"({state})[0][0] && !({state})[1][0]")
    until(shown, "parseFloat(document.querySelector('.cursor').style.left) > 0.5")
    shown.keyboard.press("l")
    assert [row[2] for row in shown.evaluate(state)] == [True, True]
    assert shown.get_attribute("#loop", "aria-pressed") == "true"
    shown.keyboard.press(" ")
    until(shown, f"!({state})[0][0] && !({state})[1][0]")
    shown.click("text=Keys")
    shown.uncheck("#keys input")  # keys of one letter can be turned off
    shown.focus("#list")
    shown.keyboard.press("2")
    assert shown.evaluate(f"({state})[1][0]") is False


def test_notes_become_yaml_that_a_suite_reads(opened):
    shown = opened([record(i) for i in range(5)])
    shown.click("#tab-items")
    shown.select_option("#n-issue", "wrong label")
    words = 'is: "wind", </script> #\u2028 & more'
    shown.fill("#n-words", words)
    shown.keyboard.press("Tab")
    shown.focus("#list")
    shown.keyboard.press("j")
    assert shown.input_value("#n-issue") == ""
    shown.select_option("#n-issue", "good catch")
    shown.click("#notes summary")
    assert shown.inner_text("#noted") == "2"
    text = shown.inner_text("#notes pre")
    assert yaml.safe_load(text) == {"known_issues": [
        {"case": "case-00001", "issue": "wrong label", "note": words}, {"case": "case-00002", "issue": "good catch"}]}  # fmt: skip
    shown.reload()
    assert shown.inner_text("#noted") == "2"  # this browser keeps them
    with shown.expect_download() as download:
        shown.click("#notes summary")
        shown.click("text=save as known_issues.yaml")
    assert Path(download.value.path()).read_text(encoding="utf-8").strip() == text.strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility_by_axe_and_at_200_percent(opened, scheme):
    conditions = (
        "original",
        "text_only",
        "noise(snr_db=0)",
        "noise(snr_db=10)",
        "babble(snr_db=0)",
        "babble(snr_db=5)",
    )
    rows = [msgspec.structs.replace(r, suite=name) for name in ("s", "t") for i in range(16) for c in conditions
            for r in [record(i, c, choice=i % 4 if c == "original" else i % 3, hashes={"sound": "a"} if c == "original" else {})]]  # fmt: skip
    rows[0] = msgspec.structs.replace(rows[0], outcome="error", reason="broke")
    gates = {"s": [gate("a", False, "why"), gate("b", None, "not judged: why"), gate("c", True, "fine")]}
    # 1280 x 1024 at 200% has as many CSS pixels as this.
    shown = opened(rows, {"a": [flac(440, 0.2)]}, summarise(rows, gates, Provenance(model="m")), width=640, height=512)
    shown.emulate_media(color_scheme=scheme)
    for view in ("overview", "items"):
        shown.click(f"#tab-{view}")
        if view == "items":
            shown.click("text=Keys")
            shown.click("#notes summary")
        assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert violations(shown) == ""
