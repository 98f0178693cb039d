"""Questions about what sounds, where, how loudly, in which order, and whether at all."""

from __future__ import annotations

from itertools import permutations

from listening.forms import VOICES, Form, Phrase, Scene, Skill, Task, in_turn, pause, tone

E, M, H = "easy", "medium", "hard"


# -- order: hard is 0.2 s a sound without pauses, near the limit for naming the order of unrelated sounds

_ORDERS = tuple(permutations(("tone", "noise", "clicks")))


def _part(task: Task, kind: str, length: float) -> Scene:
    draw = task.draw
    if kind == "tone":
        return tone(draw.number(300, 700), length, level_db=-9, **draw.pick(VOICES))
    if kind == "noise":
        return {"noise": {"seconds": length, "seed": draw.whole(1, 99), "level_db": -9}}
    return {"clicks": {"bpm": 1200 if task.level == H else 600, "seconds": length, "hz": draw.whole(1500, 3000)}}


def _in_order(task: Task, order: tuple[str, ...]) -> Scene:
    length, gap = {E: (0.7, 0.3), M: (0.45, 0.1), H: (0.2, 0.0)}[task.level]
    parts = []
    for kind in order:
        parts += [_part(task, kind, length), *([pause(gap)] if gap else [])]
    return in_turn(*parts)


def _order(task: Task) -> tuple[tuple[str, ...], Scene]:
    first = 4 * task.block + task.role
    right = _ORDERS[first % 6]
    others = [o for o in _ORDERS if o != right]
    others = [others[(task.block + i) % 5] for i in range(3)]
    orders = [*others[: task.role], right, *others[task.role :]]
    return tuple("{}, then {}, then {}".format(*o) for o in orders), _in_order(task, right)


def _place(task: Task) -> Scene:
    kinds = ("tone", "noise", "clicks")
    right = kinds[task.role]
    others = [k for k in kinds if k != right]
    if task.draw.sign() > 0:
        others.reverse()
    at = {"first": 0, "middle": 1, "last": 2}[task.asks]
    return _in_order(task, (*others[:at], right, *others[at:]))


_THE = ("the tone", "the noise", "the clicks")
ORDER = Skill("order", "In which order do the sounds come?", (
    Form("sequence", (
        Phrase("In which order are the sounds heard?"),
        Phrase("What is the sequence of the three sounds?"),
        Phrase("Which sound follows which?"),
    ), (E, M, H), _order, count=4),
    Form("place", (
        Phrase("Which sound comes first?", _THE, "first"),
        Phrase("With which sound does the clip end?", ("a tone", "a noise", "some clicks"), "last"),
        Phrase("Which of the three sounds is in the middle?", _THE, "middle"),
    ), (E, M, H), _place),
))  # fmt: skip


# -- loudness: hard is 6 dB from end to end, or 2.5 dB between two tones


def _swell(task: Task) -> Scene:
    draw = task.draw
    change = {E: 24, M: 12, H: 6}[task.level]
    first, last = ((-change, 0), (0, -change), (-change // 2, -change // 2))[task.role]
    length = draw.number(1.5, 2.2)
    source = draw.pick((
        tone(draw.number(250, 700), length, **draw.pick(VOICES)),
        {"noise": {"seconds": length, "seed": draw.whole(1, 99), "color": "pink"}},
    ))  # fmt: skip
    return {**source, "envelope": {"from_db": first, "to_db": last}}


def _which_level(task: Task) -> Scene:
    draw = task.draw
    step = {E: 10, M: 5, H: 2.5}[task.level]
    loud_first = (task.role == 0) == (task.asks == "louder")
    levels = [-8, -8 - step] if loud_first else [-8 - step, -8]
    voice, hz = draw.pick(VOICES), draw.number(300, 600)
    one, two = (tone(hz, draw.number(0.4, 0.7), level_db=level, **voice) for level in levels)
    return in_turn(one, pause(draw.number(0.2, 0.4)), two)


LOUDNESS = Skill("loudness", "Louder or softer?", (
    Form("change", (
        Phrase("How does the loudness change?", ("it gets louder", "it gets softer", "it stays the same")),
        Phrase("Is there a crescendo or a decrescendo?", ("a crescendo", "a decrescendo", "neither of them")),
        Phrase("What happens to the volume of the sound?", ("it increases", "it decreases", "it stays constant")),
        Phrase("Does the sound swell or fade?", ("it swells", "it fades", "it stays level")),
    ), (E, M, H, H), _swell),
    Form("which", (
        Phrase("Which of the two tones is louder?", ("the first tone", "the second tone"), "louder"),
        Phrase("Which note is played more softly?", ("the first note", "the second note"), "softer"),
        Phrase("Two tones are heard. Which has the greater volume?", ("the first", "the second"), "louder"),
        Phrase("Which tone is the quieter of the two?", ("the first one", "the second one"), "softer"),
    ), (E, M, H, H), _which_level),
), (("noise(snr_db=20)", "noise fills up the soft end, so what is asked about would no longer be as written"),))  # fmt: skip


# -- timbre


def _kind(task: Task) -> Scene:
    draw = task.draw
    length = {E: 1.2, M: 0.5}[task.level]
    return [
        tone(draw.number(300, 900), length),
        tone(draw.number(90, 180), length, wave=draw.pick(("saw", "square"))),
        {"noise": {"seconds": length, "seed": draw.whole(1, 99), "color": draw.pick(("white", "blue"))}},
        {"clicks": {"bpm": draw.pick((300, 400, 500)), "seconds": length, "hz": draw.whole(800, 2500)}},
    ][task.role]


def _wave(task: Task) -> Scene:
    draw = task.draw
    hz = draw.number(*{M: (180, 300), H: (350, 600)}[task.level])
    return tone(hz, draw.number(0.8, 1.2), wave=("sine", "triangle", "square", "saw")[task.role])


_WAVES = ("a sine wave", "a triangle wave", "a square wave", "a sawtooth wave")
TIMBRE = Skill("timbre", "What kind of sound is it?", (
    Form("kind", (
        Phrase("What kind of sound is heard?", ("a pure tone", "a buzzing tone", "a hissing noise", "a clicking sound")),
        Phrase("Which description fits the sound?", ("a smooth whistle", "a harsh buzz", "a steady hiss", "some dry clicks")),
    ), (E, M), _kind),
    Form("wave", (
        Phrase("Which waveform does the synthesiser play?", _WAVES),
        Phrase("What is the wave shape of this tone?", _WAVES),
        Phrase("Which wave does the timbre point to?", _WAVES),
    ), (M, H, H), _wave),
))  # fmt: skip


# -- space: hard is a difference of about 3 dB between the ears


def _source(task: Task, length: float) -> Scene:
    draw = task.draw
    sounds: tuple[Scene, ...] = (
        tone(draw.number(250, 900), length, **draw.pick(VOICES)),
        {"noise": {"seconds": length, "seed": draw.whole(1, 99)}},
        {"clicks": {"bpm": 480, "seconds": length, "hz": draw.whole(800, 2500)}},
    )
    return sounds[draw.whole(0, 2)]


def _side(task: Task) -> Scene:
    away = {E: 1, M: 0.5, H: 0.2}[task.level]
    return {**_source(task, task.draw.number(0.6, 1.2)), "pan": (-away, away, 0)[task.role]}


def _moving(task: Task) -> Scene:
    away = {E: 1, M: 0.5, H: 0.25}[task.level]
    still = task.draw.pick((-0.5, 0, 0.5))
    path = ({"from": -away, "to": away}, {"from": away, "to": -away}, still)[task.role]
    return {**_source(task, task.draw.number(1.2, 1.8)), "pan": path}


SPACE = Skill("space", "Where does the sound come from? (for models that hear two channels)", (
    Form("side", (
        Phrase("Where does the sound come from?", ("the left side", "the right side", "the very middle")),
        Phrase("In the stereo image, where is the source?", ("on the left", "on the right", "in the centre")),
        Phrase("Which loudspeaker is louder?", ("the left one", "the right one", "neither of them")),
    ), (E, M, H), _side),
    Form("motion", (
        Phrase("How does the sound move?", ("from left to right", "from right to left", "it stays in place")),
        Phrase("Into which direction does the source travel?",
               ("towards the right", "towards the left", "in no direction")),
        Phrase("Does the sound wander between the loudspeakers?",
               ("yes, left to right", "yes, right to left", "no, it stays put")),
    ), (E, M, H), _moving),
))  # fmt: skip


# -- silence: hard is a sound that is faint or very short


def _any_sound(task: Task) -> Scene:
    draw = task.draw
    length = draw.number(1.5, 3.0, 1)
    if (task.role == 0) == (task.asks == "silent"):
        return pause(length)
    before = draw.number(0.3, 0.8)
    level = {E: -6, M: -26, H: -46}[task.level]
    sound = draw.pick((
        tone(draw.number(300, 900), draw.number(0.3, 0.6), level_db=level),
        {"noise": {"seconds": draw.number(0.3, 0.6), "level_db": level}},
        {"clicks": {"count": 1, "level_db": level, "hz": 1500}},
    ))  # fmt: skip
    return in_turn(pause(before), sound, pause(round(length - before, 2)))


SILENCE = Skill("silence", "Is there any sound?", (
    Form("any", (
        Phrase("Is there any sound in this recording?", ("yes", "no"), "sound"),
        Phrase("Is the clip completely silent?", ("yes", "no"), "silent"),
        Phrase("Can anything be heard?", ("yes", "no"), "sound"),
        Phrase("Is this recording nothing but silence?", ("yes", "no"), "silent"),
    ), (E, E, M, M, M, H, H, H), _any_sound),
), (
    ("silence", "silence is one of the two answers here, so declining would be wrong"),
    ("noise(snr_db=20)", "added noise is a sound, and turns the answer over"),
))  # fmt: skip


# -- presence


def _hidden(task: Task) -> Scene:
    draw = task.draw
    length = draw.number(1.6, 2.4, 1)
    there = (task.role == 0) == (not task.asks.startswith("only"))
    seed = draw.whole(1, 99)
    if "tone" in task.asks:
        bed: Scene = {"noise": {"seconds": length, "seed": seed, "level_db": -10}}
        level = {E: -14, M: -20, H: -25}[task.level]
        extra = in_turn(pause(draw.number(0.2, 0.6)), tone(draw.number(400, 1800), 0.8, level_db=level))
    elif "clicks" in task.asks:
        bed = tone(draw.number(200, 350), length, level_db=-12)
        level = {E: -12, M: -22, H: -32}[task.level]
        times = [round(0.3 + 0.25 * i, 2) for i in range(4)]
        extra = {"clicks": {"times": times, "hz": draw.whole(2000, 3000), "level_db": level}}
    else:
        bed = tone(draw.number(200, 500), length, level_db=-10)
        level = {E: -20, M: -30, H: -40}[task.level]
        extra = in_turn(pause(0.4), {"noise": {"seconds": 0.9, "seed": seed, "level_db": level}})
    return {"layers": [bed, extra]} if there else bed


PRESENCE = Skill("presence", "Is the sound there or not?", (
    Form("hidden", (
        Phrase("Is there a tone in the noise?", ("yes", "no"), "tone"),
        Phrase("Are there clicks behind the tone?", ("yes", "no"), "clicks"),
        Phrase("Can noise be heard besides the tone?", ("yes", "no"), "noise"),
        Phrase("Is this nothing but noise, without any tone?", ("yes", "no"), "only tone"),
    ), (E, E, M, M, M, H, H, H), _hidden),
), (
    ("silence", "in silence the sound is absent, so `no` is right and declining would be wrong"),
    ("noise(snr_db=20)", "whether something can be heard in noise is the question itself; more noise changes its answer"),
))  # fmt: skip

SKILLS: tuple[Skill, ...] = (ORDER, LOUDNESS, TIMBRE, SPACE, SILENCE, PRESENCE)
