"""Balanced yes-no pairs about what is there: an object, an order, an attribute (Kuan and Lee, arXiv 2410.16130).

Every question is asked of as many scenes in which it holds as of scenes in which it does not, and the scenes are made of
the same sounds, so that nothing but listening tells them apart: a model that says yes to everything is right half the time.
"""

from __future__ import annotations

from listening.forms import VOICES, Form, Phrase, Scene, Skill, Task, in_turn, pause, tone

E, M, H = "easy", "medium", "hard"
_LENGTHS = {E: (0.8, 0.4), M: (0.6, 0.25), H: (0.4, 0.15)}
_KINDS = ("tone", "noise", "clicks")


def _sound(task: Task, kind: str, seconds: float, level_db: float = -10.0) -> Scene:
    draw = task.draw
    if kind == "tone":
        return tone(draw.number(300, 900), seconds, level_db=level_db, **draw.pick(VOICES))
    if kind == "noise":
        return {"noise": {"seconds": seconds, "seed": draw.whole(1, 99), "level_db": level_db}}
    return {"clicks": {"bpm": 600, "seconds": seconds, "hz": draw.whole(1500, 3000)}}


def _object(task: Task) -> Scene:
    """Two sounds after one another; the one that is asked about is among them or not."""
    length, gap = _LENGTHS[task.level]
    others = [kind for kind in _KINDS if kind != task.asks]
    kinds = [task.asks, task.draw.pick(others)] if task.role == 0 else others
    if task.draw.sign() > 0:
        kinds = kinds[::-1]
    return in_turn(_sound(task, kinds[0], length), pause(gap), _sound(task, kinds[1], length))


def _order(task: Task) -> Scene:
    """Two sounds; ``asks`` names the one that is said to come first."""
    length, gap = _LENGTHS[task.level]
    first, second = task.asks.split()
    kinds = (first, second) if task.role == 0 else (second, first)
    return in_turn(_sound(task, kinds[0], length), pause(gap), _sound(task, kinds[1], length))


def _attribute(task: Task) -> Scene:
    """A tone and a noise; one is said to be longer or louder than the other."""
    _, gap = _LENGTHS[task.level]
    more, kind = task.asks.split()
    other = "noise" if kind == "tone" else "tone"
    larger, smaller = (kind, other) if task.role == 0 else (other, kind)
    if more == "longer":
        ratio = {E: 2.5, M: 1.8, H: 1.45}[task.level]
        base = task.draw.number(0.35, 0.5)
        sounds = {larger: _sound(task, larger, round(base * ratio, 2)), smaller: _sound(task, smaller, base)}
    else:
        step = {E: 14, M: 10, H: 7}[task.level]
        level = task.draw.number(-14, -10, 1)
        sounds = {larger: _sound(task, larger, 0.6, level), smaller: _sound(task, smaller, 0.6, level - step)}
    order = (larger, smaller) if task.draw.sign() > 0 else (smaller, larger)
    return in_turn(sounds[order[0]], pause(gap), sounds[order[1]])


_YES_NO = ("yes", "no")
_LEVELS = (E, E, E, M, M, M, H, H, H)
OBJECT = Skill("existence-object", "Is the sound one of those that are heard?", (
    Form("object", (
        Phrase("Does a tone occur in this recording?", _YES_NO, "tone"),
        Phrase("Is there noise in this recording?", _YES_NO, "noise"),
        Phrase("Are there clicks in this recording?", _YES_NO, "clicks"),
    ), _LEVELS, _object),
), (
    ("silence", "in silence the sound is absent, so `no` is right and declining would be wrong"),
    ("noise(snr_db=20)", "added noise is one of the sounds that are asked about"),
))  # fmt: skip

ORDER = Skill("existence-order", "Does the one sound come before the other?", (
    Form("order", (
        Phrase("Does the tone come before the noise?", _YES_NO, "tone noise"),
        Phrase("Are the clicks heard before the tone?", _YES_NO, "clicks tone"),
        Phrase("Is the noise heard before the clicks?", _YES_NO, "noise clicks"),
    ), _LEVELS, _order),
))  # fmt: skip

ATTRIBUTE = Skill("existence-attribute", "Does the sound have the attribute that it is said to have?", (
    Form("attribute", (
        Phrase("Is the tone longer than the noise?", _YES_NO, "longer tone"),
        Phrase("Is the noise louder than the tone?", _YES_NO, "louder noise"),
        Phrase("Is the noise longer than the tone?", _YES_NO, "longer noise"),
        Phrase("Is the tone louder than the noise?", _YES_NO, "louder tone"),
    ), (E, E, E, E, M, M, M, M, H, H, H, H), _attribute),
), (
    ("noise(snr_db=20)", "added noise sounds like the one that is asked about, and goes on in the pause"),
))  # fmt: skip

SKILLS: tuple[Skill, ...] = (OBJECT, ORDER, ATTRIBUTE)
