"""Questions about time: how many, how fast, how long, how even, in which metre."""

from __future__ import annotations

from listening.forms import VOICES, Form, Phrase, Scene, Skill, Task, in_turn, pause, tone

E, M, H = "easy", "medium", "hard"


def _clicks(times: list[float], hz: float) -> Scene:
    return {"clicks": {"times": [round(t, 3) for t in times], "hz": hz}}


# -- tempo: hard is a change by a sixth over the whole clip, or 12% between two patterns


def _pulse(intervals: list[float]) -> list[float]:
    times = [0.1]
    for interval in intervals:
        times.append(times[-1] + interval)
    return times


def _changing_tempo(task: Task) -> Scene:
    draw = task.draw
    change = {E: 2.2, M: 1.5, H: 1.22}[task.level]
    ratio = (1 / change, change, 1.0)[task.role]
    count = draw.whole(10, 13)
    middle = draw.number(0.22, 0.32, 3)
    start = middle / ratio**0.5
    intervals = [start * ratio ** (i / (count - 2)) for i in range(count - 1)]
    return _clicks(_pulse(intervals), draw.whole(600, 2500))


def _which_tempo(task: Task) -> Scene:
    draw = task.draw
    ratio = {E: 1.8, M: 1.3, H: 1.12}[task.level]
    slow = draw.number(0.32, 0.45, 3)
    fast_first = (task.role == 0) == (task.asks == "faster")
    intervals = [slow / ratio, slow] if fast_first else [slow, slow / ratio]
    length, hz = draw.number(2.0, 2.4), draw.whole(600, 2500)
    one, two = (_clicks(_pulse([i] * round(length / i)), hz) for i in intervals)
    return in_turn(one, pause(0.6), two)


TEMPO = Skill("tempo", "Faster or slower?", (
    Form("change", (
        Phrase("Does the beat get faster, get slower or stay the same?",
               ("it gets faster", "it gets slower", "it stays steady")),
        Phrase("What happens to the tempo?", ("it speeds up", "it slows down", "it stays constant")),
        Phrase("How does the speed of the clicks develop?", ("they accelerate", "they slow down", "they keep time")),
        Phrase("Do the clicks change their pace?", ("they get faster", "they get slower", "they stay even")),
    ), (E, M, H, H), _changing_tempo),
    Form("which", (
        Phrase("Two patterns of clicks are played. Which is faster?",
               ("the first pattern", "the second pattern"), "faster"),
        Phrase("Which of the two beats has the slower tempo?", ("the first", "the second"), "slower"),
        Phrase("Which series of clicks is quicker?", ("the first series", "the second series"), "faster"),
        Phrase("Two rhythms follow each other. Which one is slower?", ("the first one", "the second one"), "slower"),
    ), (E, M, H, H), _which_tempo),
))  # fmt: skip


# -- counting: hard is up to 11 events at five or six a second, about as fast as people can count

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
            "thirteen", "fourteen")  # fmt: skip


def _counting(task: Task) -> tuple[tuple[str, ...], Scene]:
    draw = task.draw
    # Dealt, not drawn: each number is the answer as often, whatever its place among the options.
    count = {E: 4, M: 5, H: 8}[task.level] + (task.role + 1 + task.block // 2) % 4
    low = count - task.role
    options = tuple(_NUMBERS[n] for n in range(low, low + 4))
    interval = {E: 0.5, M: 0.35, H: 0.19}[task.level]
    if task.asks == "clicks":
        times = [0.1 + interval * (i + draw.number(-0.15, 0.15)) for i in range(count)]
        return options, _clicks(times, draw.whole(600, 2500))
    length = round(interval * 0.55, 3)
    if task.asks == "bursts":
        sound: Scene = {"noise": {"seconds": length, "seed": draw.whole(1, 99)}}
        return options, {"sequence": [sound, pause(round(interval - length, 3))], "repeat": count}
    parts = []
    for _ in range(count):
        parts += [tone(draw.number(300, 900), length, **draw.pick(VOICES)), pause(round(interval - length, 3))]
    return options, in_turn(*parts)


COUNTING = Skill("counting", "How many sounds are heard?", (
    Form("events", (
        Phrase("How many clicks do you hear?", (), "clicks"),
        Phrase("How many notes are played?", (), "tones"),
        Phrase("Count the bursts of noise. How many are there?", (), "bursts"),
        Phrase("What is the number of beeps in this clip?", (), "tones"),
        Phrase("How many times does it click?", (), "clicks"),
    ), (E, E, M, H, H), _counting, count=4),
))  # fmt: skip


# -- duration: hard is a fifth longer


def _two_lengths(task: Task, second_is_longer: bool) -> Scene:
    draw = task.draw
    short = draw.number(0.35, 0.7)
    pair = [short, round(short * {E: 2.2, M: 1.5, H: 1.2}[task.level], 3)]
    first, second = pair if second_is_longer else pair[::-1]
    return in_turn(_sound(task, first), pause(draw.number(0.3, 0.5)), _sound(task, second))


def _sound(task: Task, length: float) -> Scene:
    if task.asks.endswith("noise"):
        return {"noise": {"seconds": length, "seed": task.draw.whole(1, 99), "color": "pink"}}
    return tone(task.draw.number(250, 700), length, level_db=task.draw.pick((-6, -9)), **task.draw.pick(VOICES))


def _which_length(task: Task) -> Scene:
    return _two_lengths(task, second_is_longer=(task.role == 1) == task.asks.startswith("longer"))


def _second_length(task: Task) -> Scene:
    return _two_lengths(task, second_is_longer=task.role == 0)


DURATION = Skill("duration", "Which sound is longer?", (
    Form("which", (
        Phrase("Which of the two tones lasts longer?", ("the first tone", "the second tone"), "longer"),
        Phrase("Two bursts of noise follow each other. Which is shorter?", ("the first", "the second"), "shorter noise"),
        Phrase("Which note is held for the longer time?", ("the first note", "the second note"), "longer"),
        Phrase("Which of these sounds is the briefer one?", ("the first sound", "the second sound"), "shorter"),
        Phrase("Which tone has the longer duration?", ("the first one", "the second one"), "longer"),
        Phrase("One of the two sounds is shorter. Which?", ("the first", "the second"), "shorter noise"),
    ), (E, E, M, M, H, H), _which_length),
    Form("second", (
        Phrase("Is the second tone longer or shorter than the first?", ("longer", "shorter")),
        Phrase("Compared with the first sound, how long does the second last?",
               ("it is longer", "it is shorter"), "noise"),
        Phrase("Does the second note last longer or shorter than the first note?", ("longer", "shorter")),
    ), (E, M, H), _second_length),
))  # fmt: skip


# -- rhythm: hard is one click in ten, displaced by a sixth of the interval


def _evenness(task: Task) -> Scene:
    draw = task.draw
    interval, count = draw.number(0.28, 0.42), draw.whole(9, 11)
    places = [float(i) for i in range(count)]
    if (task.role == 1) == (task.asks != "irregular"):
        if task.level == H:
            places[draw.whole(3, count - 3)] += draw.sign() * 0.17
        else:
            shift = {E: 0.33, M: 0.2}[task.level]
            places = [p + (draw.sign() * shift if 0 < p < count - 1 and p % 2 else 0.0) for p in places]
    return _clicks([0.1 + interval * p for p in places], draw.whole(600, 2500))


RHYTHM = Skill("rhythm", "Regular or irregular?", (
    Form("evenness", (
        Phrase("Is the rhythm of the clicks regular or irregular?", ("regular", "irregular")),
        Phrase("Are the clicks evenly spaced?", ("yes", "no")),
        Phrase("How are the clicks spaced in time?", ("evenly spaced", "unevenly spaced")),
        Phrase("Is the beat irregular?", ("yes", "no"), "irregular"),
    ), (E, E, M, M, M, H, H, H), _evenness),
))  # fmt: skip


# -- metre: hard is an accent of 4 dB


def _metre(task: Task) -> Scene:
    draw = task.draw
    accent = {E: 12, M: 7, H: 4}[task.level]
    return {
        "clicks": {
            "count": 12, "bpm": draw.whole(130, 200), "hz": draw.whole(600, 2500),
            "accent_every": task.role + 2, "accent_db": accent,
        }
    }  # fmt: skip


METRE = Skill("metre", "How are the beats grouped?", (
    Form("groups", (
        Phrase("How are the beats grouped by the accents?", ("in twos", "in threes", "in fours")),
        Phrase("Every how many clicks is one accented?", ("every two", "every three", "every four")),
        Phrase("Which metre do the louder beats mark?", ("groups of two", "groups of three", "groups of four")),
    ), (E, E, M, M, H, H), _metre),
))  # fmt: skip

SKILLS: tuple[Skill, ...] = (TEMPO, COUNTING, DURATION, RHYTHM, METRE)
