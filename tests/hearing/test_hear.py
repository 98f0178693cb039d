"""``audiotest hear`` through the whole path: simulated listeners are found, and what cannot be measured is called
so."""

import base64
import json
import re
import threading
import time
from dataclasses import replace

import jsonschema
import msgspec
import pytest
from accessibility import violations
from click.testing import CliRunner
from msgspec import structs

from audiotest.audio.synth import SynthError
from audiotest.cli import main
from audiotest.hearing import thresholds
from audiotest.hearing.comparison import Decades, compare, difference
from audiotest.hearing.measuring import chosen, measure
from audiotest.hearing.results import HearingError, load
from audiotest.hearing.schedule import Schedule
from audiotest.hearing.simulated import Ear, Simulated
from audiotest.hearing.tracks import CONFIRMED, SETTLED_AT_LEAST, Heard, Track
from audiotest.models._listener.hearing import INAUDIBLE_DB
from audiotest.models.listener import Listener
from audiotest.models.protocol import Unavailable
from audiotest.registry import FACULTIES
from audiotest.report.hearing import table
from audiotest.report.hearing.page import page
from audiotest.report.texts import texts
from audiotest.resources import schema_text
from audiotest.session import Session, Settings
from audiotest.types import Needs, Reply

OFF = Settings(reply_cache="off")
THREE = ["pitch@440", "gap", "tone_in_noise@1000"]
TRUTH = {"pitch": 20.0, "gap": 5.0, "tone_in_noise": -3.0}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))


def hear(model, only=THREE, settings=OFF, **more):
    return measure(settings, only, model=model, **more)


def verdicts(audiogram):
    return {name: result.verdict for name, result in audiogram.faculties.items()}


# -- listeners that are known -------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [{}, {"lapse": 0.05}, {"bias": 0.4}, {"drift": 0.05}], ids=str)
def test_known_thresholds_are_found(more):
    """Five listeners: an interval holds the truth in 95%; fewer than 11 of 15 do with a probability of 0.0006."""
    held = 0
    for listener in range(5):
        audiogram = hear(Simulated(Ear(TRUTH, scale=0.06, **more), listener=listener), budget=100)
        for result in audiogram.faculties.values():
            assert result.verdict in ("threshold", "imprecise")
            truth = TRUTH[result.faculty]
            drifted = more.get("drift", 0.0) * result.n / 200
            truth = truth + 20 * drifted if result.scale == "db" else truth * 10**drifted
            held += (result.low is None or result.low <= truth) and (result.high is None or truth <= result.high)
            assert result.n == sum(point.n for point in result.points) <= 100
    assert held >= 11


def test_a_precise_interval_ends_a_track_before_its_budget():
    audiogram = hear(Simulated(Ear({"gap": 5.0}, scale=0.03)), ["gap"])
    [result] = audiogram.faculties.values()
    assert result.verdict == "threshold"
    assert result.high / result.low <= 1.7  # it was 1.5 when it ended, and the answers that were under way count, too
    assert 50 <= result.n < 120
    assert audiogram.questions == result.n


@pytest.mark.parametrize(
    ("kind", "called", "words"),
    [
        ("deaf", "deaf", "no more than guessing gets"),
        ("constant", "constant", "always says A"),
        ("refuses", "refuses", "decline"),
        ("mumbles", "unreadable", "no choice could be read in 2"),
    ],
)
def test_a_model_that_cannot_be_measured_is_called_so_and_has_no_threshold(kind, called, words):
    audiogram = hear(Simulated(Ear(kind=kind)))
    for result in audiogram.faculties.values():
        assert result.verdict == called
        assert words in result.says
        assert (result.threshold, result.low, result.high, result.curve) == (None, None, None, None)
        assert result.n <= 24


class Says(Simulated):
    """Chooses by a function of the options."""

    def __init__(self, choose, **more):
        super().__init__(Ear(**more))
        self.choose = choose

    def _reply_text(self, request):
        return self.choose(request) or super()._reply_text(request)


def test_one_that_always_says_the_first_is_called_so_wherever_that_stands():
    audiogram = hear(Says(lambda request: next(c for c in sorted(request.choices) if "first" in c)), ["level"])
    [result] = audiogram.faculties.values()
    # One wording has the options louder and softer; there it says nothing that can be read.
    assert result.verdict in ("constant", "deaf", "cannot")
    audiogram = hear(Says(lambda request: min(request.choices)), ["onset"])
    assert verdicts(audiogram)["onset"] in ("constant", "deaf")
    audiogram = hear(Says(lambda request: next(c for c in request.choices if "first" in c)), ["gap"])
    assert audiogram.faculties["gap"].verdict == "constant"
    assert "always says 'the first'" in audiogram.faculties["gap"].says


def test_one_that_answers_the_other_way_round_is_told_so():
    def other(request):
        model = Simulated(Ear(scale=0.02))
        right = model._question(request.case)
        answer = right[0].question(right[1], right[2]).case.answer
        return next(c for c in request.choices if c != answer)

    [result] = hear(Says(other), ["level"]).faculties.values()
    assert result.verdict == "cannot"
    assert "the other way round" in result.says


def test_a_threshold_beyond_the_levels_is_no_figure():
    [fine] = hear(Simulated(Ear({"gap": 0.3}, scale=0.03)), ["gap"]).faculties.values()
    assert (fine.verdict, fine.threshold, fine.low) == ("beyond", None, None)
    assert "better than 0.5 ms" in fine.says
    assert fine.high == pytest.approx(0.5, rel=0.3)


def test_a_wording_that_is_not_understood_is_named():
    """It chooses the first option of one wording of three: 78% at best, so some runs do not get to a threshold."""

    def first_of_one_wording(request):
        return request.choices[0] if "has a gap in it" in request.question else None

    [result] = hear(Says(first_of_one_wording, thresholds={"gap": 5.0}, scale=0.05), ["gap"]).faculties.values()
    assert [one.question for one in result.wordings] == [w.question for w in FACULTIES.get("gap").wordings]
    right = {one.question: one.easy_right / one.easy_n for one in result.wordings}
    assert min(right, key=right.get).startswith("Which of the three noises has a gap")
    if result.verdict == "cannot":
        assert "when asked" in result.says
    else:
        assert result.lapse > 0.1


def test_wordings_with_thresholds_of_their_own_differ_by_more_than_chance():
    class Worded(Simulated):
        def _place(self, request):
            fine = "has a gap in it" in request.question
            self.ear = Ear({"gap": 2.0 if fine else 30.0}, scale=0.03)
            return super()._place(request)

    [result] = hear(Worded(Ear()), ["gap"], precision=1.05).faculties.values()
    assert result.wording_ratio > 5
    assert result.wording_p < 0.001
    [plain] = hear(Simulated(Ear({"gap": 5.0}, scale=0.1)), ["gap"], precision=1.05).faculties.values()
    assert plain.wording_p > 0.05


def test_a_bias_is_reported():
    [biased] = hear(Simulated(Ear({"gap": 5.0}, scale=0.2, bias=0.6)), ["gap"]).faculties.values()
    assert (biased.place, biased.place_p < 0.01) == (0, True)


@pytest.mark.parametrize(
    ("figure", "note"),
    [
        ("place_p", "answer bias in 1 of 3"),
        ("wording_p", "the wording matters in 1 of 3"),
        ("drift_p", "drift in 1 of 3"),
    ],
)
def test_a_finding_of_a_track_is_held_against_the_number_of_tracks(figure, note):
    whole = hear(Simulated(Ear(scale=0.05)), ["gap", "count", "level"], budget=60, precision=1.0001)

    def noted(p):
        changed = {name: structs.replace(one, **{figure: 0.5}) for name, one in whole.faculties.items()}
        changed["gap"] = structs.replace(changed["gap"], **{figure: p})
        return [line for line in table.notes(structs.replace(whole, faculties=changed)) if line.startswith(note)]

    assert noted(0.018) == []
    assert len(noted(0.016)) == 1


def test_a_threshold_that_changes_in_the_course_of_the_run_is_a_finding():
    names = ["gap", "count", "level"]
    steady = hear(Simulated(Ear(scale=0.05)), names, budget=120)
    assert all(result.drift_p > 0.01 for result in steady.faculties.values())
    assert not any("drift" in note for note in table.notes(steady))
    tiring = hear(Simulated(Ear(scale=0.05, drift=0.5)), names, budget=140, precision=1.0001)
    assert all(result.drift_z > 2.5 for result in tiring.faculties.values())
    assert tiring.faculties["gap"].drift_ratio > 1.4
    assert tiring.faculties["count"].drift_ratio < 0.8  # it counts less far
    notes = "\n".join(table.notes(tiring))
    assert "drift: hearing gets worse in the course of the run, over all 3 thresholds together" in notes
    assert "drift in 3 of 3: most in " in notes
    for audiogram, changed in ((steady, False), (tiring, True)):
        _, *tracks = page(audiogram).split('<section class="track">')
        assert [">It changed in the course of the run." in track for track in tracks] == [changed] * 3
    recovering = hear(Simulated(Ear(scale=0.05, drift=-0.4)), ["gap", "level"], budget=120, precision=1.0001)
    assert "hearing gets better" in "\n".join(table.notes(recovering))
    short = hear(Simulated(Ear(scale=0.05)), ["gap"], budget=35).faculties["gap"]
    assert (short.drift_ratio, short.drift_p) == (None, None)


def test_a_threshold_near_the_easiest_level_is_marked(tmp_path):
    ears = Simulated(Ear({"gap": 110.0, "level": 1.0}, scale=0.2))
    heard = hear(ears, ["gap", "level"])
    near, middle = heard.faculties.values()
    assert (near.near_end, middle.near_end) == (True, False)
    assert near.says.endswith("; near the end of the levels: the threshold may be worse than estimated")
    assert "near the end" not in middle.says
    assert "near the end of the levels, so that the threshold may be worse than estimated: gap" in table.notes(heard)
    assert table.text(heard).startswith(f"{heard.model}: 2 tracks, {heard.questions} questions; 2 thresholds\n")
    heard.save(tmp_path / "heard.json")
    page = run("--from", tmp_path / "heard.json", "--html", tmp_path / "heard.html")
    assert page.exit_code == 0, page.output
    assert (tmp_path / "heard.html").read_text(encoding="utf-8").count("near the end of the levels") >= 2
    assert json.loads((tmp_path / "heard.json").read_text())["faculties"]["gap"]["near_end"] is True


# -- runs that are cut, and models that break ---------------------------------------------------------------


class Killed(Simulated):
    """Is interrupted after so many answers."""

    def __init__(self, ear, after, **more):
        super().__init__(ear, **more)
        self.after = after

    def answer(self, requests):
        if len(self.asked) >= self.after:
            raise KeyboardInterrupt
        return super().answer(requests)


def test_a_run_that_was_killed_goes_on_where_it_was_and_asks_nothing_twice(tmp_path):
    settings = Settings(reply_cache=str(tmp_path / "replies.sqlite"))
    ear = Ear(TRUTH)
    whole = hear(Simulated(ear), budget=40)
    killed = Killed(ear, 60, identity="ear/1")
    first = hear(killed, settings=settings, budget=40)
    assert first.stopped == "interrupted"
    assert 60 <= first.asked < whole.questions
    again = Simulated(ear, identity="ear/1")
    second = hear(again, settings=settings, budget=40)
    assert not set(killed.asked) & set(again.asked)
    assert second.asked == len(again.asked) == whole.questions - len(killed.asked)
    assert second.faculties == whole.faculties
    third = hear(Simulated(ear, identity="ear/1"), settings=settings, budget=40)
    assert (third.asked, third.faculties) == (0, whole.faculties)


class Streams(Simulated):
    """Answers in threads of its own, in any order, four at a time."""

    answer = None

    def stream(self, requests):
        pending, lock = [], threading.Lock()

        def work(request):
            time.sleep(0.001 * (len(request.case) + ord(request.case[-1])) % 0.004)
            with lock:
                reply = Reply(self._reply_text(request))
                pending.append((request, reply))

        running = []
        for request in requests:
            running.append(threading.Thread(target=work, args=(request,)))
            running[-1].start()
            if len(running) >= 4:
                running.pop(0).join()
            with lock:
                out, pending[:] = pending[:], []
            yield from out
        for thread in running:
            thread.join()
        yield from pending


def test_a_stream_that_answers_in_any_order_gives_the_same():
    ear = Ear(TRUTH)
    assert hear(Streams(ear), budget=35).faculties == hear(Simulated(ear), budget=35).faculties


def test_questions_of_all_tracks_are_under_way_at_once():
    model = Simulated(Ear())
    sizes = []
    answer = model.answer
    model.answer = lambda requests: (sizes.append(len(requests)), answer(requests))[1]
    hear(model, ["pitch", "gap", "level"], budget=15)
    assert max(sizes) == 8 * 4


def test_a_model_that_fails_on_one_faculty_is_measured_on_the_others():
    class Fails(Simulated):
        def answer(self, requests):
            return [
                RuntimeError("no noise, please") if r.case.startswith("gap") else reply
                for r, reply in zip(requests, super().answer(requests), strict=True)
            ]

    audiogram = hear(Fails(Ear(TRUTH)), budget=40)
    assert verdicts(audiogram)["gap"] == "errors"
    assert "no noise, please" in audiogram.faculties["gap"].says
    assert audiogram.faculties["gap"].failed <= 30
    assert verdicts(audiogram)["pitch@440"] in ("threshold", "imprecise")


def test_a_question_without_a_reply_confirms_no_interval():
    """A steep listener is asked until one answer short of the end; 30 errors do not end the track, an answer does."""
    track = Track(FACULTIES.get("gap"), None, 0)
    threshold = track.positions[20] + 1e-3

    def replied(asked):
        index, level = asked
        return Heard(index, level, 0, 0, (), track.positions[level] > threshold, 0, "read")

    while track._narrow < CONFIRMED - 1 or len(track.answers) < SETTLED_AT_LEAST:
        track.take(replied(track.following()))
    assert not track.ended
    for _ in range(30):
        index, level = track.following()
        track.take(Heard(index, level, 0, 0, error="no reply"))
    assert not track.ended
    track.take(replied(track.following()))
    assert track.ended == "precise"
    measured = thresholds.result(track)
    assert (measured.verdict, measured.failed) == ("threshold", 30)


def test_a_model_that_goes_down_ends_the_run_with_one_sentence():
    class Down(Simulated):
        def answer(self, requests):
            raise Unavailable("cannot connect to nowhere")

    audiogram = hear(Down(Ear()))
    assert "cannot connect to nowhere" in audiogram.stopped
    assert set(verdicts(audiogram).values()) == {"errors"}


# -- what a model cannot be asked ---------------------------------------------------------------------------


def test_a_mono_model_is_not_asked_for_positions():
    model = Simulated(Ear())
    model.needs = Needs(audio=False, channels=1)
    audiogram = hear(model, ["lateral_level", "gap"], budget=30)
    assert audiogram.faculties["lateral_level"].says.startswith("not measured: the model hears mono")
    assert audiogram.faculties["gap"].n == 30


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_a_tone_that_the_sample_rate_cannot_carry_is_not_played(rate):
    model = Simulated(Ear())
    model.needs = Needs(audio=False, sample_rate=rate)
    audiogram = hear(model, ["tone_in_quiet"], budget=1)
    refused = [r.variant for r in audiogram.faculties.values() if r.verdict == "unsupported"]
    assert refused == [f for f in FACULTIES.get("tone_in_quiet").variants if f > 0.45 * rate]
    assert all(f"hears at {rate:,} Hz" in r.says for r in audiogram.faculties.values() if r.verdict == "unsupported")


def test_no_sound_is_longer_than_the_model_hears():
    model = Simulated(Ear({"memory": 5.0}))
    model.needs = Needs(audio=False, max_seconds=10.0)
    audiogram = hear(model, ["memory", "long_clip"], budget=40)
    assert max(point.level for point in audiogram.faculties["memory"].points) <= 8.8
    model.needs = Needs(audio=False, max_seconds=3.0)
    assert hear(model, ["long_clip"]).faculties["long_clip"].verdict == "unsupported"


def test_speech_without_a_synthesiser_is_a_sentence(monkeypatch):
    monkeypatch.setenv("PATH", "")
    audiogram = hear(Simulated(Ear()), ["speech_in_noise", "gap"], budget=30)
    assert audiogram.faculties["speech_in_noise"].says == (
        "not measured: espeak-ng is not installed (apt install espeak-ng)"
    )
    assert audiogram.faculties["gap"].n == 30


def test_a_sound_that_cannot_be_made_costs_its_own_track():
    def broken(level, answer, rng, variant):
        raise SynthError("synth: no such thing")

    gap = FACULTIES.get("gap")
    tracks = [Track(gap, None, 0, budget=30), Track(replace(gap, name="broken", stimulus=broken), None, 0)]
    session = Session(OFF, model=Simulated(Ear()))
    Schedule(session, tracks).run()
    session.close()
    fine, other = map(thresholds.result, tracks)
    assert fine.n == 30
    assert other.verdict == "errors"
    assert "synth: no such thing" in other.says


def test_a_budget_too_small_for_an_interval_is_a_sentence():
    [result] = hear(Simulated(Ear(TRUTH)), ["gap"], budget=12).faculties.values()
    assert (result.verdict, result.n) == ("too_few", 12)
    assert "12 answers are too few for an interval" in result.says


def test_names_are_those_of_faculties_and_variants():
    assert chosen(["gap", "pitch@440"]) == [("gap", None), ("pitch", 440.0)]
    assert ("long_clip", None) not in chosen([])
    with pytest.raises(HearingError, match=r"unknown faculty 'pich': did you mean 'pitch'\?"):
        chosen(["pich"])
    with pytest.raises(HearingError, match="has no variant '441'; it has 110, 220"):
        chosen(["pitch@441"])


# -- the built-in listener, the command ---------------------------------------------------------------------


def test_the_built_in_listener_hears_the_sounds_themselves():
    names = ["duration", "count", "pitch@440", "lateral_level", "tone_in_quiet@1000"]
    result = measure(OFF, names, model=Listener(), budget=60).faculties
    # What it takes for silence is known: an RMS below -85 dB full scale, which a sine of -82 dB has.
    quiet = result["tone_in_quiet@1000"]
    assert quiet.low < INAUDIBLE_DB + 3.01 < quiet.high
    assert result["duration"].threshold == pytest.approx(2.7, abs=1.5)
    # A clip counts as in the middle if all of its power lies within 0.1 of it: 2.81 dB for the second noise alone.
    assert result["lateral_level"].low < 2.81 < result["lateral_level"].high
    assert result["pitch@440"].verdict == "beyond"
    assert result["count"].verdict == "beyond"


def run(*arguments):
    return CliRunner().invoke(main, ["hear", *map(str, arguments)])


@pytest.fixture(scope="module")
def audiograms(tmp_path_factory):
    """The built-in listener's, in every format, and what was printed."""
    folder = tmp_path_factory.mktemp("audiograms")
    out = folder / "out"
    result = run("--only", "duration", "--only", "onset", "--budget", 40, "--json", out / "a.json", "--csv", out / "a.csv",
                 "--html", out / "en.html", "--plot", out / "a.svg")  # fmt: skip
    assert result.exit_code == 0, result.output
    (folder / "printed").write_text(result.output)
    return out


def test_the_command_writes_what_it_prints(audiograms):
    assert "can do 1 of 2 tasks as asked" in (audiograms.parent / "printed").read_text()
    file = audiograms / "a.json"
    audiogram = load(file)
    assert list(audiogram.faculties) == ["duration", "onset"]
    written = json.loads(file.read_text())
    assert written["faculties"]["duration"]["unit"] == "ms"
    jsonschema.validate(written, json.loads(schema_text("audiogram")))
    rows = (audiograms / "a.csv").read_text().splitlines()
    assert len(rows) == 3
    page = (audiograms / "en.html").read_text()
    assert page.count("<audio") == 3
    assert "data:audio/flac;base64," in page
    assert "http" not in page.replace("http-equiv", "")
    assert (audiograms / "a.svg").read_text().startswith("<?xml")
    again = run("--from", file, "--against", file)
    assert "threshold of listener over that of listener" in again.output
    assert "1  " in again.output


@pytest.mark.parametrize("language", ["en", "ko", "zh"])
def test_the_page_is_in_each_language_and_passes_axe(audiograms, browser, language):
    path = audiograms / f"{language}.html"
    if language != "en":
        assert run("--from", audiograms / "a.json", "--html", path, "--lang", language).exit_code == 0
    shown = browser.new_page()
    shown.goto(path.as_uri())
    assert violations(shown) == ""
    shown.evaluate(
        "document.querySelectorAll('[lang=en], figure em').forEach((node) => { if (node !== document.documentElement) node.remove(); })"
    )
    shown.evaluate("document.querySelector('label.language').remove()")
    notes = shown.inner_text("main").split(shown.inner_text("main h2"))[0]
    assert bool(re.search(r"[\u3400-\u9fff\uac00-\ud7af]", notes)) == (language != "en")
    table = shown.inner_text("main table")
    assert language == "en" or re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}", table) == []
    shown.close()
    assert run("--from", audiograms / "a.json", "--html", path, "--lang", "fr").exit_code == 1


def test_the_page_changes_its_language_with_charts_names_and_labels_and_follows_a_dark_theme(audiograms, browser):
    path = audiograms / "en.html"
    context = browser.new_context(color_scheme="dark", viewport={"width": 390, "height": 800})
    shown = context.new_page()
    shown.goto(path.as_uri())
    english = shown.inner_text("main table")
    questions = shown.inner_text("figure [lang=en]")
    shown.select_option("#language", "ko")
    assert shown.get_attribute("html", "lang") == "ko"
    table = shown.inner_text("main table")
    assert "duration" in english
    assert "길이" in table
    assert "duration" not in table
    assert shown.inner_text("figure [lang=en]") == questions
    assert texts("ko")["hear.as_asked"] in shown.inner_text("main")
    assert "정답 비율" in shown.get_attribute(".track img", "alt")
    assert shown.evaluate(
        "[...document.querySelectorAll('[data-language]')].every((one) => one.hidden === (one.dataset.language !== 'ko'))"
    )
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(shown) == ""
    context.close()


@pytest.mark.parametrize("language", ["en", "ko", "zh"])
def test_charts_are_in_the_language_of_the_page(audiograms, language):
    """Text of a figure stays text: names, axes and legends can be read from it."""
    pytest.importorskip("matplotlib")
    from audiotest.report.hearing.figures import chart
    from audiotest.report.hearing.page import _svg

    measured = load(audiograms / "a.json")
    any_track = next(iter(measured.faculties.values()))
    tone = msgspec.structs.replace(any_track, faculty="tone_in_quiet", threshold=-60.0, low=None, high=None, human=None)
    tracks = {str(hz): msgspec.structs.replace(tone, variant=hz) for hz in (250.0, 1000.0)}
    drawn = chart(msgspec.structs.replace(measured, faculties=tracks), "tone_in_quiet", language)
    image = base64.b64decode(_svg(drawn).partition(",")[2]).decode()
    words = texts(language)
    for key in ("hear.axis_frequency", "hear.line_model"):
        assert words[key] in image
    assert words["faculty.tone_in_quiet"][1:] in image


def test_bad_input_to_the_command_is_a_sentence(tmp_path):
    for arguments, words in (
        (["--only", "pich"], "did you mean 'pitch'?"),
        (["--from", __file__], "holds no audiogram that can be read"),
        (["--plot", tmp_path / "x.xyz", "--only", "gap"], "no format of a figure has that ending"),
        (["--model-option", "x"], "--model-option takes K=V"),
        (["--prompt", "choices_letered", "--only", "gap"], "did you mean 'choices_lettered'"),
        (["--prompt", "Say {{ nothing", "--only", "gap"], "the template does not parse"),
        (["--prompt", "{{ choices }}", "--only", "gap"], "does not show the question"),
        (["--only", "gap", "--json", "/proc/version/heard.json"], "/proc/version"),
    ):
        result = run(*arguments)
        assert result.exit_code in (1, 2)
        assert words in result.output
    result = run("--model", "salmon")
    assert result.exit_code == 4
    assert "salmonn" in result.output


def test_two_models_are_compared_by_the_ratio_of_their_thresholds():
    fine, coarse = (
        hear(Simulated(Ear({"gap": ms, "tone_in_noise": db}, scale=0.05))) for ms, db in ((5, -10), (20, 2))
    )
    rows = {one.name: one for one in compare(coarse, fine)}
    assert rows["gap"].differs
    assert rows["gap"].low <= 4 <= rows["gap"].high
    assert rows["tone_in_noise@1000"].low <= 10 ** (12 / 20) <= rows["tone_in_noise@1000"].high
    assert not rows["pitch@440"].differs
    deaf = hear(Simulated(Ear(kind="deaf")))
    assert all(one.ratio is None and "no threshold there" in one.says for one in compare(fine, deaf))


def test_a_ratio_takes_each_end_from_the_ends_that_it_depends_on():
    """By hand: 0.1 and 0.2, and 0.3 and 0.4, to the power of 3.5 sum up to those of 0.2049 and 0.4372; an open end opens one
    side."""
    one, other = Decades(0.5, 0.4, 0.8), Decades(0.0, -0.4, 0.2)
    apart = difference(one, other)
    assert (apart.at, apart.low, apart.high) == pytest.approx((0.5, 0.5 - 0.2049, 0.5 + 0.4372), abs=1e-4)
    assert difference(one, Decades(0.0, None, 0.2)) == Decades(0.5, apart.low, None)
    assert difference(Decades(None, None, 0.8), other) == Decades(None, None, pytest.approx(1.2))
    assert difference(Decades(None, None, 0.8), Decades(None, None, 0.2)) == Decades(None, None, None)


def test_audiograms_are_compared_without_the_package_of_a_faculty(tmp_path):
    file = tmp_path / "heard.json"
    hear(Simulated(Ear({"gap": 5.0}, scale=0.03)), ["gap"], budget=60).save(file)
    file.write_text(file.read_text().replace('"gap"', '"elsewhere"'))
    [one] = compare(load(file), load(file))
    assert one.ratio == 1
    assert one.low < 1 < one.high


def test_a_threshold_beyond_the_levels_bounds_the_ratio():
    names = ["gap", "count"]
    fine, coarse = (
        hear(Simulated(Ear({"gap": ms, "count": clicks}, scale=0.03)), names) for ms, clicks in ((0.3, 100), (20, 8))
    )
    assert set(verdicts(fine).values()) == {"beyond"}
    for one in compare(fine, coarse):
        assert (one.ratio, one.low, one.differs) == (None, None, True)
        assert one.high < 0.2
    for one in compare(coarse, fine):
        assert (one.ratio, one.high, one.differs) == (None, None, True)
        assert one.low > 5
    assert "below 0.0" in table.ratios(compare(fine, coarse), "fine", "coarse")
    assert all(one.says.startswith("no threshold here: beyond") for one in compare(fine, fine))


def test_a_part_of_an_earlier_audiogram_is_drawn_and_nothing_is_asked(tmp_path):
    file = tmp_path / "heard.json"
    hear(Simulated(Ear(TRUTH, scale=0.03)), budget=40).save(file)
    kept = run("--from", file, "--only", "gap", "--only", "pitch@440", "--csv", tmp_path / "heard.csv")
    assert kept.exit_code == 0, kept.output
    assert "2 tracks, 80 questions; 2 thresholds" in kept.output
    assert len((tmp_path / "heard.csv").read_text().splitlines()) == 3
    missing = run("--from", file, "--only", "level")
    assert "has no 'level'; it has pitch@440, gap, tone_in_noise@1000" in missing.output
    asking = run("--from", file, "--budget", 20, "--model", "salmonn")
    assert (asking.exit_code, "--model, --budget cannot be given" in asking.output) == (2, True)


def test_a_narrow_interval_at_the_end_of_the_budget_is_as_precise_as_was_asked_for():
    [result] = hear(Simulated(Ear({"gap": 5.0}, scale=0.02)), ["gap"], budget=62).faculties.values()
    assert (result.verdict, result.n) == ("threshold", 62)
    assert result.high / result.low <= 1.5


def test_audiograms_are_compared_in_every_format(tmp_path):
    files = [tmp_path / "fine.json", tmp_path / "coarse.json"]
    for file, ms in zip(files, (5, 20), strict=True):
        hear(Simulated(Ear({"gap": ms}, scale=0.05)), ["gap"], budget=60).save(file)

    def compared(*arguments):
        return CliRunner().invoke(main, ["compare", *map(str, arguments)])

    assert "gap      " in compared(*files).output
    assert "| gap | " in compared(*files, "--format", "markdown").output
    heads, row = compared(*files, "--format", "csv").output.splitlines()
    assert heads == "model,reference,faculty,ratio,low,high,differs,reason"
    ratio, low, high = map(float, row.split(",")[3:6])
    assert 1 < low < ratio < high
    assert low < 4 < high
    assert "compare it with another audiogram" in compared(files[0], tmp_path).output
    assert "audiotest hear --from a.json --html" in compared(*files, "--html", tmp_path / "x.html").output
    hear(Simulated(Ear()), ["level"], budget=30).save(files[1])
    assert "have no faculty in common" in compared(*files).output
