"""Questions about pitch: which is higher, how far, which way, which chord, the same tune or not."""

from __future__ import annotations

from listening.forms import VOICES, Form, Phrase, Scene, Skill, Task, in_turn, pause, tone

E, M, H = "easy", "medium", "hard"
FIRST_SECOND = ("the first tone", "the second tone")


# -- pitch: hard is 30 to 40 cents, which trained ears tell and untrained ones sometimes do not


def _cents(task: Task) -> int:
    return int(task.draw.pick({E: (500, 700, 1200), M: (100, 150, 200), H: (30, 35, 40)}[task.level]))


def _two_tones(task: Task, second_is_higher: bool) -> Scene:
    draw, cents = task.draw, _cents(task)
    low = draw.number(150, 500)
    pair = [low, low * 2 ** (cents / 1200)]
    voice = draw.pick(VOICES)
    lengths = [draw.number(0.35, 0.7), draw.number(0.35, 0.7)]
    levels = [draw.pick((-6, -8, -10)), draw.pick((-6, -8, -10))]
    first, second = pair if second_is_higher else pair[::-1]
    return in_turn(
        tone(first, lengths[0], level_db=levels[0], **voice),
        pause(draw.number(0.15, 0.4)),
        tone(second, lengths[1], level_db=levels[1], **voice),
    )


def _which_pitch(task: Task) -> Scene:
    return _two_tones(task, second_is_higher=(task.role == 1) == (task.asks == "higher"))


def _second_pitch(task: Task) -> Scene:
    return _two_tones(task, second_is_higher=task.role == 0)


PITCH = Skill("pitch", "Which of two tones is higher?", (
    Form("higher", (
        Phrase("Two tones sound one after the other. Which of them is higher?", FIRST_SECOND, "higher"),
        Phrase("Which of the two notes has the lower pitch?", ("the first note", "the second note"), "lower"),
        Phrase("You hear two sounds. Which one is higher in pitch?", ("the first", "the second"), "higher"),
        Phrase("Which tone is the deeper of the two?", FIRST_SECOND, "lower"),
        Phrase("Which is the higher note, the first or the second?", ("the first one", "the second one"), "higher"),
        Phrase("One of these two tones is lower than the other. Which?", FIRST_SECOND, "lower"),
    ), (E, E, M, M, H, H), _which_pitch),
    Form("second", (
        Phrase("Is the second tone higher or lower than the first?", ("higher", "lower")),
        Phrase("Compared with the first note, how does the pitch of the second lie?", ("it is higher", "it is lower")),
        Phrase("Does the pitch go up or down from the first tone to the second?", ("up", "down")),
    ), (E, M, H), _second_pitch),
))  # fmt: skip


# -- interval

_SIZES = {"a minor second": 1, "a major second": 2, "a minor third": 3, "a major third": 4, "a perfect fourth": 5,
          "a tritone": 6, "a perfect fifth": 7, "a minor sixth": 8, "a major sixth": 9, "an octave": 12}  # fmt: skip
_SETS = {
    E: ("a major second", "a perfect fifth", "an octave", "a major third"),
    M: ("a major third", "a perfect fourth", "a perfect fifth", "a major sixth"),
    H: ("a perfect fourth", "a minor sixth", "a perfect fifth", "a major sixth"),
}


def _interval(task: Task) -> tuple[tuple[str, ...], Scene]:
    options = _SETS[task.level]
    return options, _leap(task, _SIZES[options[task.role]], down=task.level == H and task.draw.sign() < 0)


def _leap(task: Task, semitones: int, down: bool) -> Scene:
    low = task.draw.number(160, 420)
    pair = [low, low * 2 ** (semitones / 12)]
    first, second = pair[::-1] if down else pair
    voice, length = task.draw.pick(VOICES), task.draw.number(0.4, 0.7)
    return in_turn(tone(first, length, **voice), pause(0.1), tone(second, length, **voice))


def _motion(task: Task) -> Scene:
    size = (0, task.draw.pick((1, 2)), task.draw.pick({E: (7, 9, 12), M: (5, 4)}[task.level]))[task.role]
    return _leap(task, size, down=task.draw.sign() < 0)


INTERVAL = Skill("interval", "How far apart are two notes?", (
    Form("name", (
        Phrase("Which interval lies between the two notes?"),
        Phrase("How far apart are the two tones in pitch?"),
        Phrase("Name the interval that you hear."),
    ), (E, M, H), _interval, count=4),
    Form("motion", (
        Phrase("A note is followed by a second one. What is the second?",
               ("the same note", "a step away", "a leap away")),
        Phrase("How does the second note follow the first?",
               ("with the same pitch", "with a small step", "with a large leap")),
    ), (E, M), _motion),
))  # fmt: skip


# -- contour

_WAYS = ("up all the way", "down all the way", "up and then down", "down and then up")


def _contour(task: Task) -> Scene:
    draw = task.draw
    steps = {E: (3, 4, 5), M: (2, 3), H: (1, 2)}[task.level]
    count = draw.pick((5, 7))
    turn = count // 2
    signs = [(1,) * count, (-1,) * count, (1,) * turn + (-1,) * turn, (-1,) * turn + (1,) * turn][task.role]
    place, semitones = 0, [0]
    for sign in signs[: count - 1]:
        place += sign * int(draw.pick(steps))
        semitones.append(place)
    base = draw.number(280, 420)
    notes = [round(base * 2 ** ((s - (max(semitones) + min(semitones)) / 2) / 12), 2) for s in semitones]
    beat = {E: 0.4, M: 0.3, H: 0.18}[task.level]
    return {"melody": {"notes": notes, "beat_seconds": beat, "gap": 0.04, **draw.pick(VOICES)}}


def _glide(task: Task) -> Scene:
    ratio = task.draw.number(1.5, 2.2)
    low = task.draw.number(200, 400)
    high, length = round(low * ratio, 2), task.draw.number(0.7, 1.1)
    rise, fall = ({"sweep": {"from": a, "to": b, "seconds": length}} for a, b in ((low, high), (high, low)))
    return [rise, fall, in_turn(rise, fall), in_turn(fall, rise)][task.role]


CONTOUR = Skill("contour", "Which way does the melody go?", (
    Form("melody", (
        Phrase("Which way does the melody go?", _WAYS),
        Phrase("How does the pitch of this tune move?",
               ("it only rises", "it only falls", "it rises, then falls", "it falls, then rises")),
        Phrase("What is the shape of the melody?", ("rising", "falling", "rising then falling", "falling then rising")),
        Phrase("Describe the contour of these notes.",
               ("ascending throughout", "descending throughout", "ascending, then descending",
                "descending, then ascending")),
    ), (E, M, H, H), _contour),
    Form("glide", (Phrase("How does the gliding tone move in pitch?", _WAYS),), (E,), _glide),
))  # fmt: skip


# -- mode

_TRIADS: dict[int, tuple[int, ...]] = {0: (0, 4, 7), 1: (0, 3, 7), 2: (0, 3, 6), 3: (0, 4, 8)}


def _chord(task: Task) -> Scene:
    draw = task.draw
    triad = list(_TRIADS[task.role])
    if task.level == H:  # inverted
        triad = [*triad[1:], triad[0] + 12] if draw.sign() > 0 else [triad[2], triad[0] + 12, triad[1] + 12]
    base = draw.number(*{E: (200, 330), M: (200, 300), H: (130, 260)}[task.level])
    notes = [round(base * 2 ** (s / 12), 2) for s in triad]
    voice = draw.pick(VOICES[:3] if task.level == E else VOICES)
    if task.level == M:
        return {"melody": {"notes": [*notes, notes[1]], "beat_seconds": 0.35, **voice}}
    return {"chord": {"notes": notes, "seconds": draw.number(1.0, 1.5), **voice}}


_QUALITIES = ("a major chord", "a minor chord", "a diminished chord", "an augmented chord")
MODE = Skill("mode", "Major or minor?", (
    Form("mode", (
        Phrase("Is the chord major or minor?", ("major", "minor")),
        Phrase("Which mode do these notes belong to?", ("the major mode", "the minor mode")),
        Phrase("What kind of chord is heard?", ("a major chord", "a minor chord")),
        Phrase("Do you hear a major or a minor triad?", ("a major triad", "a minor triad")),
        Phrase("Is this harmony major or minor?", ("it is major", "it is minor")),
        Phrase("Which quality does the triad have?", ("major", "minor")),
    ), (E, M, H, E, H, H), _chord),
    Form("quality", (
        Phrase("Which chord is it?", _QUALITIES),
        Phrase("Name the quality of this triad.", ("major", "minor", "diminished", "augmented")),
    ), (E, H), _chord),
))  # fmt: skip


# -- repetition


def _tune(task: Task) -> Scene:
    draw = task.draw
    count = {E: 4, M: 5, H: 5}[task.level]
    scale = (0, 2, 4, 5, 7, 9, 11, 12)
    first = [int(draw.pick(scale)) for _ in range(count)]
    second = list(first)
    if task.role == 1:
        place = draw.whole(1, count - 2)
        if task.level == E:
            second = [12 - s + (1 if 12 - s == s else 0) for s in first]
        else:
            second[place] += draw.sign() * int(draw.pick({M: (3, 4, 5), H: (1, 2)}[task.level]))
    base = draw.number(220, 330)
    voice, beat = draw.pick(VOICES), draw.pick((0.25, 0.3))
    notes = [[round(base * 2 ** (s / 12), 2) for s in tune] for tune in (first, second)]
    one, two = ({"melody": {"notes": n, "beat_seconds": beat, "gap": 0.04, **voice}} for n in notes)
    return in_turn(one, pause(0.8), two)


REPETITION = Skill("repetition", "Is it the same melody twice?", (
    Form("melody", (
        Phrase("Two short melodies are played. Are they identical or different?", ("identical", "different")),
        Phrase("Is the second melody the same as the first?", ("yes", "no")),
        Phrase("How does the second tune compare with the first one?", ("exactly the same", "different in pitch")),
        Phrase("A melody is played twice. Is it repeated exactly or is it changed?",
               ("it is repeated", "it is changed")),
    ), (E, E, M, M, M, H, H, H), _tune),
))  # fmt: skip


# -- register: no reference tone is given, so hard stops at a third


def _register(task: Task) -> tuple[tuple[str, ...], Scene]:
    ratio = {E: 2.0, M: 1.5, H: 1.26}[task.level]
    lowest = task.draw.number(*{E: (90, 130), M: (120, 250), H: (150, 500)}[task.level], 0)
    pitches = [round(lowest * ratio**i) for i in range(4)]
    scene = tone(pitches[task.role], task.draw.number(0.7, 1.2), **task.draw.pick(VOICES))
    return tuple(f"about {hz} Hz" for hz in pitches), scene


REGISTER = Skill("register", "How high is a tone?", (
    Form("frequency", (
        Phrase("What is the fundamental frequency of the tone?"),
        Phrase("Roughly how high is this tone?"),
        Phrase("At which frequency does the tone sound?"),
        Phrase("Estimate the pitch of the sound."),
    ), (E, M, H, H), _register, count=4),
))  # fmt: skip


# -- steadiness


def _steadiness(task: Task) -> Scene:
    draw = task.draw
    hz, length = draw.number(220, 500), draw.number(1.3, 1.9)
    if task.role == 1:
        cents = {E: 100, M: 50, H: 25}[task.level]
        return tone(hz, length, vibrato={"hz": draw.number(4.5, 6.5, 1), "cents": cents}, **draw.pick(VOICES))
    if task.role == 2:
        end = hz * 2 ** (draw.sign() * {E: 700, M: 250, H: 90}[task.level] / 1200)
        return {"sweep": {"from": hz, "to": round(end, 2), "seconds": length, **draw.pick(VOICES)}}
    return tone(hz, length, **draw.pick(VOICES))


_KINDS = ("a steady tone", "a wavering tone", "a gliding tone")
STEADINESS = Skill("steadiness", "Does a tone keep its pitch?", (
    Form("tone", (
        Phrase("What kind of tone is heard?", _KINDS),
        Phrase("Does the tone keep its pitch?", ("it stays steady", "it wavers quickly", "it glides away")),
        Phrase("What does the pitch of this tone do?", ("it is constant", "it has vibrato", "it slides slowly")),
    ), (E, E, M, M, H, H), _steadiness),
))  # fmt: skip

SKILLS: tuple[Skill, ...] = (PITCH, INTERVAL, CONTOUR, MODE, REPETITION, REGISTER, STEADINESS)
