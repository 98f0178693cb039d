"""The listener listens: it goes by the sound and the words of the question, and by nothing else."""

import numpy as np
import pytest

from audiotest.audio.synth import synthesise
from audiotest.models.listener import Listener, open_model
from audiotest.registry import ADAPTERS
from audiotest.types import Generation, Request, Waveform

NOTHING, UNSURE = "I hear nothing.", "I cannot tell from the audio."


def tone(hz, seconds=0.5, **more):
    return {"tone": {"hz": hz, "seconds": seconds, **more}}


def row(*parts, gap=0.3):
    return {"sequence": [p for part in parts for p in (part, {"silence": gap})]}


def clicks(*times):
    return {"clicks": {"times": list(times)}}


@pytest.fixture(scope="module")
def ask():
    model = open_model(None, {})
    model.load()

    def answer(question, choices=(), scene=None, **fields):
        audio = () if scene is None else (scene if isinstance(scene, Waveform) else synthesise(scene),)
        known = {"suite": "s", "case": "c", "condition": "original", "prompt": "", **fields}
        [reply] = model.answer([Request(question=question, choices=tuple(choices), audio=audio, **known)])
        return reply.text

    yield answer
    model.close()


LOW_HIGH, EVEN = row(tone(300), tone(450)), [0.1 + 0.3 * i for i in range(8)]
OTHER_WORDS = [
    # question, options, scene, the option that fits: none of these questions stands in the suite
    ("Which beep has the highest pitch?", ("the first beep", "the second beep", "the third beep"),
     row(tone(300), tone(450), tone(400)), "the second beep"),
    ("Two pitches are compared. Is the first one lower or higher than the second?", ("lower", "higher"),
     LOW_HIGH, "lower"),
    ("What size is the interval between these pitches?", ("a semitone", "an octave", "a fifth"), LOW_HIGH, "a fifth"),
    ("Does the melody repeat its note, step, or leap?", ("it repeats the note", "it moves by step", "it leaps"),
     LOW_HIGH, "it leaps"),
    ("What does the tune do?", ("it descends", "it ascends", "it climbs and falls again"),
     {"melody": {"notes": ["C4", "D4", "E4", "G4"], "bpm": 200}}, "it ascends"),
    ("How does the pulse behave over time?", ("accelerating", "decelerating", "constant"),
     clicks(0, 0.5, 0.9, 1.2, 1.45, 1.65), "accelerating"),
    ("Please count: how many knocks are there?", ("3 knocks", "4 knocks", "5 knocks"), clicks(0.1, 0.5, 0.8, 1.3),
     "4 knocks"),
    ("What is the order of what you hear?", ("clicks, noise, a tone", "a tone, clicks, noise", "noise, a tone, clicks"),
     row({"noise": {"seconds": 0.5}}, tone(500), {"clicks": {"bpm": 600, "seconds": 0.5}}), "noise, a tone, clicks"),
    ("Which sound is last?", ("a hiss", "a beep"), row({"noise": {"seconds": 0.5}}, tone(500)), "a beep"),
    ("Which of the notes is the shortest?", ("first", "second", "third"),
     row(tone(300, 0.6), tone(300, 0.2), tone(300, 0.5)), "second"),
    ("Does the music fade in or fade out, or stay level?", ("it grows", "it dies away", "it is level"),
     {**tone(300, 2), "envelope": {"from_db": 0, "to_db": -20}}, "it dies away"),
    ("Which of the two has the higher volume?", ("the former", "the latter"),
     row(tone(500), tone(300, level_db=-16)), "the former"),
    ("Minor or major: what is this chord?", ("minor chord", "major chord"),
     {"chord": {"notes": ["A3", "C4", "E4"], "seconds": 1}}, "minor chord"),
    ("What best describes the timbre?", ("like a sine", "like static", "like ticking", "like a rough saw"),
     tone(110, 1, wave="saw"), "like a rough saw"),
    ("Which ear gets more of the sound?", ("the left ear", "the right ear", "both ears"), {**tone(500), "pan": 0.6},
     "the right ear"),
    ("Does the source pass by, and in which direction?", ("left-to-right", "right-to-left", "it is stationary"),
     {**tone(500, 1), "pan": {"from": 1, "to": -1}}, "right-to-left"),
    ("Is there a sound at all?", ("yes", "no"), {"silence": 1}, "no"),
    ("Are the ticks spread evenly in time?", ("yes", "no"), clicks(*EVEN), "yes"),
    ("Is this pulse steady or unsteady?", ("steady", "unsteady"), clicks(*EVEN[:4], 1.12, *EVEN[5:]), "unsteady"),
    ("Was the tune altered the second time, or is it identical?", ("altered", "identical"),
     {"sequence": [{"melody": {"notes": ["C4", "E4", "G4"]}}, {"silence": 0.9}, {"melody": {"notes": ["C4", "E4", "A4"]}}]},
     "altered"),
    ("Is a whistle audible in the hiss?", ("yes", "no"), {"noise": {"seconds": 2}}, "no"),
    ("In what meter are the stressed beats?", ("2 beats a bar", "3 beats a bar", "4 beats a bar"),
     {"clicks": {"count": 12, "bpm": 160, "accent_every": 3}}, "3 beats a bar"),
    ("Which note is it?", ("A3", "C4", "E4", "A4"), tone(261.6), "C4"),
    ("Is the note stable or does it tremble?", ("stable", "trembling"), tone(440, 1.5, vibrato={"cents": 60}), "trembling"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "choices", "scene", "right"), OTHER_WORDS, ids=[q[0][:40] for q in OTHER_WORDS])
def test_it_understands_questions_in_other_words_than_the_suite_s(ask, question, choices, scene, right):
    assert ask(question, choices, scene).partition(") ")[2] == right


def test_a_reply_is_the_letter_and_the_text_of_an_option(ask):
    assert ask("Which tone is higher?", ("the first", "the second"), LOW_HIGH) == "(B) the second"


def test_without_audio_it_hears_nothing(ask):
    assert ask("Which tone is higher?", ("the first", "the second")) == NOTHING
    assert ask("Is there any sound?", ("yes", "no")) == NOTHING


@pytest.mark.parametrize("frames", [0, 1, 16000])
def test_in_digital_silence_it_hears_nothing_unless_that_is_the_question(ask, frames):
    silence = Waveform(np.zeros((frames, 1), np.float32), 16000)
    assert ask("Which tone is higher?", ("the first", "the second"), silence) == NOTHING
    assert ask("Are there clicks in the noise?", ("yes", "no"), silence) == NOTHING
    assert ask("Is the clip silent?", ("no", "yes"), silence) == "(B) yes"


@pytest.mark.parametrize(("question", "choices"), [
    ("Who is speaking?", ("a man", "a woman")),
    ("Which instrument is played?", ("a flute", "a violin", "a trumpet")),
    ("Which tone is higher?", ("the blue one", "the red one")),
    ("Is it raining?", ("yes", "no")),
    ("Which tone is higher?", ()),
    ("Describe the sounds.", ()),
])  # fmt: skip
def test_what_it_has_no_ear_for_it_declines(ask, question, choices):
    assert ask(question, choices, LOW_HIGH) == UNSURE


def test_one_tone_is_not_compared_with_a_second_that_is_not_there(ask):
    assert ask("Which tone is higher?", ("the first", "the second"), tone(400)) == UNSURE


def test_an_option_that_says_none_is_taken_where_no_other_fits(ask):
    choices = ("an octave", "a major third", "none of the above")
    assert ask("Which interval is it?", choices, LOW_HIGH) == "(C) none of the above"
    assert ask("Which interval is it?", choices, row(tone(300), tone(600))) == "(A) an octave"


def test_it_goes_by_the_sound(ask):
    question, choices = "Which tone is higher?", ("the first", "the second")
    assert ask(question, choices, row(tone(450), tone(300))) == "(A) the first"
    assert ask(question, choices, row(tone(300), tone(450))) == "(B) the second"


def test_ids_conditions_seeds_prompts_and_settings_change_nothing(ask):
    question, choices = "Which tone is higher?", ("the first", "the second")
    expected = ask(question, choices, LOW_HIGH)
    for fields in (
        {"case": "answer-is-the-first"},
        {"suite": "listening-silence"},
        {"condition": "text_only"},
        {"prompt": "Say (A)."},
        {"seed": 12345},
        {"generation": Generation(max_new_tokens=1, temperature=1.0)},
    ):
        assert ask(question, choices, LOW_HIGH, **fields) == expected


def test_permuted_options_move_the_letter_and_keep_the_text(ask):
    choices = ("a major third", "a perfect fifth", "an octave", "a tritone")
    for turn in range(4):
        turned = choices[turn:] + choices[:turn]
        letter = "ABCD"[turned.index("a perfect fifth")]
        assert ask("Which interval?", turned, LOW_HIGH) == f"({letter}) a perfect fifth"


def test_several_clips_are_heard_one_after_the_other():
    audio = tuple(synthesise(tone(hz)) for hz in (300, 450))
    request = Request("s", "c", "original", "", "Which sound is higher?", ("the first", "the second"), audio)
    [reply] = Listener().answer([request])
    assert reply.text == "(B) the second"


def test_sound_at_another_rate_or_in_mono_is_heard_as_well(ask):
    question, choices = "Which tone is higher?", ("the first", "the second")
    assert ask(question, choices, synthesise(LOW_HIGH, rate=44100)) == "(B) the second"


ODD = {
    "a single sample": np.full((1, 1), 0.5),
    "an impulse": np.eye(1, 4000).T,
    "a constant": np.full((8000, 2), 0.3),
    "full scale noise": np.random.default_rng(0).uniform(-1, 1, (20000, 2)),
    "beyond full scale": np.random.default_rng(0).normal(0, 4, (5000, 1)),
    "a very short tone": np.sin(np.arange(200) / 3)[:, None],
    "one side only": np.stack([np.sin(np.arange(8000) / 9), np.zeros(8000)], axis=1),
}


@pytest.mark.parametrize("samples", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize(("question", "choices"), [q[:2] for q in OTHER_WORDS], ids=[q[0][:40] for q in OTHER_WORDS])
def test_no_sound_breaks_it(ask, samples, question, choices):
    said = ask(question, choices, Waveform(samples.astype(np.float32), 16000))
    assert said in (NOTHING, UNSURE, *(f"({letter}) {choice}" for letter, choice in zip("ABCD", choices, strict=False)))


def test_it_is_an_adapter_with_an_identity_and_without_options():
    model = ADAPTERS.get("listener").open_model(None, {})
    assert model.identity.startswith("listener/")
    assert (model.needs.sample_rate, model.needs.channels) == (16000, 2)
    with pytest.raises(ValueError, match="no options, found loud"):
        open_model(None, {"loud": "1"})


HALVES = ("in the first half", "in the second half")
THREE = ("the first", "the second", "the third")
NOISE = {"noise": {"seconds": 0.8, "level_db": -14, "seed": 3}}
LATE = {"sequence": [{"silence": 2}, tone(700)]}
DETECTED = [
    (
        "Is the tone in the first half or in the second half?",
        HALVES,
        {"layers": [{"noise": {"seconds": 3, "level_db": -30}}, LATE]},
        HALVES[1],
    ),
    (
        "One half is silent, the other holds a tone. Which half is silent?",
        ("the first half", "the second half"),
        {"sequence": [LATE, {"silence": 0.5}]},
        "the first half",
    ),
    (
        "Which of the three noises has a gap?",
        THREE,
        row(NOISE, {**NOISE, "mute": {"at": 0.4, "seconds": 0.02}}, NOISE, gap=0.5),
        THREE[1],
    ),
    (
        "Two are steady and one flutters. Which one?",
        THREE,
        row(NOISE, NOISE, {**NOISE, "tremolo": {"hz": 8, "depth": 0.5}}, gap=0.5),
        THREE[2],
    ),
    (
        "One of three tones wavers in pitch. Which one?",
        THREE,
        row(tone(500, 0.8, vibrato={"hz": 5, "cents": 30}), tone(500, 0.8), tone(500, 0.8), gap=0.5),
        THREE[0],
    ),
]


@pytest.mark.parametrize(("question", "choices", "scene", "right"), DETECTED)
def test_it_finds_which_sound_has_something_in_it(ask, question, choices, scene, right):
    assert ask(question, choices, scene).endswith(right)
    assert ask(question, choices[::-1], scene).endswith(right)
