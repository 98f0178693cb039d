"""What a trial sounds like: its clips, cut, put under the condition, in the form that the adapter asks for.

A clip is decoded at its own rate and channels, the condition acts on that, and only then is it resampled
and mixed down: so every model hears the same sound. :meth:`Sounds.fingerprints` names the result without
decoding anything: from the bytes of the files, the condition with its version, and the seed.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from itertools import islice
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np

from audiotest.audio import decode, inspect, synth
from audiotest.declare.condition import Part, number
from audiotest.declare.cycle import named, others
from audiotest.declare.data import embedded
from audiotest.declare.suite import Suite
from audiotest.declare.trial import Trial
from audiotest.models.protocol import Unsupported
from audiotest.registry import unknown
from audiotest.types import Case, ClipSpec, Needs, NotApplicable, Waveform

_KEPT_CLIPS = 8
"""Decoded clips kept at hand: the conditions of one case follow each other."""
_KEPT_PLAIN = 4
T = TypeVar("T")


class _Kept(Generic[T]):
    """The last few things that were made, by name; what several threads want at once is made by one of them."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._made: OrderedDict[str, Future[T]] = OrderedDict()

    def get(self, name: str, make: Callable[[], T]) -> T:
        with self._lock:
            future = self._made.get(name)
            mine = future is None
            if future is None:
                future = self._made[name] = Future()
            self._made.move_to_end(name)
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    self._made.pop(name, None)
                future.set_exception(error)
        return future.result()


class Sounds:
    """The sounds of one run's trials, for one adapter's ``needs``."""

    def __init__(self, needs: Needs, seed: int) -> None:
        self.needs, self.seed = needs, seed
        self._clips: _Kept[Waveform] = _Kept(_KEPT_CLIPS)
        # As the files have it: questions about a clip follow each other, and it is resampled once.
        self._plain: _Kept[tuple[Waveform, ...]] = _Kept(_KEPT_PLAIN)
        self._doubts: dict[str, tuple[str, ...]] = {}

    def fingerprints(self, trial: Trial, options: Sequence[ClipSpec] = ()) -> tuple[str, str]:
        """Two SHA-256 of the case's clips and of ``options``, the sounds of its options as they are shown: of all that
        decides the samples that the model is given, and of the same but for the form that it asks for, by which models
        of different rates are known to have been asked the same. Raises :class:`decode.AudioError` for a missing
        file."""
        parts = trial.condition.of("sound")
        lent = [o for part in parts for o in self._others(trial, part)]
        clips = [_clip_name(trial.suite, clip) for clip in trial.case.audio]
        offered = [_clip_name(trial.suite, clip) for clip in options]
        source = {
            "clips": clips,
            "parts": [(str(p), _version(p)) for p in parts],
            "seeds": [number(self.seed, trial.case.origin, str(p)) for p in parts],
            "others": [_clip_name(trial.suite, _lent(case)) for case in lent],
            **({"options": offered} if offered else {}),
        }
        given = {
            **source,
            "form": (self.needs.sample_rate, self.needs.channels),
            **({"joined": trial.suite.join_clips} if self.joins(trial, len(options)) else {}),
        }
        return _digest(given), _digest(source)

    def joins(self, trial: Trial, options: int = 0) -> bool:
        """Whether the model takes fewer clips than the case has, with this number of ``options`` that are sounds, and
        the suite says to join them."""
        return self.too_many(trial, options) and trial.suite.join_clips is not None

    def too_many(self, trial: Trial, options: int) -> bool:
        """Whether the case has more clips, its options' included, than the model takes a request."""
        return self.needs.clips is not None and len(trial.case.audio) + options > self.needs.clips

    def waveforms(self, trial: Trial, options: Sequence[ClipSpec] = ()) -> tuple[Waveform, ...]:
        """The clips as the model is to hear them: the case's own, then ``options``, the sounds of its options in the
        order in which they are shown. A condition that puts another clip in the place of what is asked about leaves
        these alone; every other one acts on them as well.

        Raises :class:`decode.AudioError` for what cannot be decoded and :class:`Unsupported` for what the
        adapter cannot take whole.
        """
        needs, case = self.needs, trial.case
        joined, clips = self.joins(trial, len(options)), (*case.audio, *options)
        if self.too_many(trial, len(options)) and not joined:
            raise Unsupported(f"the case has {len(clips)} clips and the model takes {needs.clips} a request")
        sounds = [self._clip(trial.suite, clip) for clip in clips]
        parts = trial.condition.of("sound")
        for part in parts:
            kept = sounds[len(case.audio) :] if part.member.foreign_sound else []
            sounds = [*self._under(trial, part, sounds[: len(sounds) - len(kept)]), *kept]
        if joined:
            sounds = [join(sounds, trial.suite.join_clips or 0.0)]
        for sound in sounds:
            if needs.max_seconds is not None and sound.seconds > needs.max_seconds + 0.01:
                raise Unsupported(
                    f"a clip of {sound.seconds:.1f} s is longer than the {needs.max_seconds:g} s that the model hears"
                )
        if parts or joined:
            return self._conformed(sounds)
        name = "\n".join(_clip_name(trial.suite, clip) for clip in clips)
        return self._plain.get(name, lambda: self._conformed(sounds))

    def example(self, suite: Suite, clip: ClipSpec) -> Waveform:
        """A sound of a suite's turns, in the form that the adapter asks for. Raises :class:`decode.AudioError`."""
        return self._plain.get(
            f"example {_clip_name(suite, clip)}", lambda: self._conformed([self._clip(suite, clip)])
        )[0]

    def example_name(self, suite: Suite, clip: ClipSpec) -> str:
        """What identifies such a sound: its content, and the form. Raises :class:`decode.AudioError`."""
        return _digest([_clip_name(suite, clip), self.needs.sample_rate, self.needs.channels])

    def doubts(self, trial: Trial, heard: Sequence[Waveform], options: Sequence[ClipSpec] = ()) -> tuple[str, ...]:
        """What may be wrong with the clips of a trial under ``original``, and with its ``options`` that are sounds, of
        which the model is given ``heard``; each clip is looked at once (:mod:`audiotest.audio.inspect`)."""
        clips = (*trial.case.audio, *options)
        after = heard if len(heard) == len(clips) else [None] * len(clips)
        named = {doubt for clip, one in zip(clips, after, strict=True) for doubt in self._looked_at(trial, clip, one)}
        return tuple(doubt for doubt in inspect.DOUBTS if doubt in named)

    def _looked_at(self, trial: Trial, clip: ClipSpec, heard: Waveform | None) -> tuple[str, ...]:
        name = _clip_name(trial.suite, clip)
        if name not in self._doubts:
            self._doubts[name] = inspect.doubts(self._clip(trial.suite, clip), heard)
        return self._doubts[name]

    def _conformed(self, sounds: Sequence[Waveform]) -> tuple[Waveform, ...]:
        return tuple(decode.conform(s, rate=self.needs.sample_rate, channels=self.needs.channels) for s in sounds)

    def _under(self, trial: Trial, part: Part, sounds: list[Waveform]) -> list[Waveform]:
        rng = np.random.default_rng(number(self.seed, trial.case.origin, str(part)))
        extra: dict[str, Any] = {}
        lent = self._others(trial, part)
        if lent:
            extra["others"] = [self._clip(trial.suite, _lent(other)) for other in lent]
        changed = [part.member.apply(sound, rng, **part.arguments, **extra) for sound in sounds]
        return [_placed(now, sound) for now, sound in zip(changed, sounds, strict=True)]

    def _others(self, trial: Trial, part: Part) -> list[Case]:
        """The cases whose sound ``part`` borrows: the next ones in the suite's cycle, or the one that it names."""
        wanted = int(part.parameters.get("talkers", part.member.needs_others))
        if not wanted:
            return []
        suite, own = trial.suite, trial.case.clips
        name = str(part.parameters.get("with", "other"))
        if name != "other":
            return [self._partner(trial, part, name)]
        there = others(suite, trial.case, self.seed, audio=True)
        fit = list(islice((o for o in there if _lent(o) not in own), wanted))
        if len(fit) < wanted:
            raise NotApplicable(f"`{part}` needs {wanted} other clips, and the suite has {len(fit)}")
        return fit

    def _partner(self, trial: Trial, part: Part, name: str) -> Case:
        partner = named(trial.suite, name, self.seed)
        if partner is None:
            raise ValueError(f"`{part}`: {unknown('case', name, [c.id for c in trial.suite.cases])}")
        if not partner.clips or _lent(partner) in trial.case.clips:
            raise NotApplicable(f"`{part}` needs the case {name!r} to have a clip of its own")
        return partner

    def _clip(self, suite: Suite, clip: ClipSpec) -> Waveform:
        return self._clips.get(_clip_name(suite, clip), lambda: _decoded(suite, clip))


def _lent(case: Case) -> ClipSpec:
    """The sound that a case lends: its first clip, or that of its first option where it has no other."""
    return case.clips[0]


def join(sounds: Sequence[Waveform], gap: float) -> Waveform:
    """One clip of all, at the first one's rate, stereo if any is, with ``gap`` seconds of silence between them."""
    rate, channels = sounds[0].rate, 2 if any(sound.channels > 1 for sound in sounds) else 1
    silence = np.zeros((round(gap * rate), channels), np.float32)
    parts = [silence]
    for sound in sounds:
        parts += [decode.conform(sound, rate=rate, channels=channels).samples, silence]
    samples, layout = np.concatenate(parts[1:-1]), sounds[0].layout
    return Waveform(samples, rate, layout if len(layout) == channels else ())


def _placed(changed: Waveform, sound: Waveform) -> Waveform:
    """``changed`` with the places of its channels, which a condition that only looks at samples does not pass on, and
    as what no file holds, whatever a condition makes it of."""
    same = changed.channels == sound.channels and not changed.layout
    changed = replace(changed, layout=sound.layout) if same and sound.layout else changed
    return changed if changed.samples is sound.samples else replace(changed, file="")


def _decoded(suite: Suite, clip: ClipSpec) -> Waveform:
    if clip.file is not None:
        return decode.read(suite.folder / clip.file, start=clip.start, end=clip.end)
    if clip.embedded is not None:
        return embedded.read(clip.embedded, start=clip.start, end=clip.end)
    sound = synth.synthesise(clip.synth)
    first, last = decode.segment("the synthesised scene", sound.samples.shape[0], sound.rate, clip.start, clip.end)
    return Waveform(sound.samples[first:last], sound.rate, sound.layout)


def _clip_name(suite: Suite, clip: ClipSpec) -> str:
    if clip.file is not None:
        content = f"file {decode.VERSION} {decode.fingerprint(suite.folder / clip.file)}"
    elif clip.embedded is not None:  # the same bytes are the same sound, wherever they stand
        content = f"file {decode.VERSION} {embedded.fingerprint(clip.embedded)}"
    else:
        content = f"synth {synth.VERSION} {_scene(clip)}"
    return f"{content}[{clip.start}:{clip.end}]"


def clip_id(suite: Suite, case: Case) -> str:
    """What cases that share their sound have in common, whatever their segment or question; "" without sound."""
    clips = case.audio or case.choice_sounds
    names = [c.file or _table_place(c) or msgspec.json.encode(c.synth, order="deterministic").decode() for c in clips]
    if not names:
        return ""
    text = "\n".join(names)
    return text if len(text) <= 120 else hashlib.sha256(text.encode()).hexdigest()[:16]


def _scene(clip: ClipSpec) -> str:
    return msgspec.json.encode(clip.synth, order="deterministic").decode()


def _table_place(clip: ClipSpec) -> str:
    """What identifies the sound of a table's row: the name of the file that it was, else where it stands."""
    sound = clip.embedded
    if sound is None:
        return ""
    return sound.name or f"{os.path.basename(sound.table)} {sound.column} {sound.row} {sound.place}"


def seconds(suite: Suite, case: Case) -> float:
    """How long the case's sound files are, in all; synthesised clips, which are short, count as 0, and those of a table
    as well: their length is not known before they are read."""
    return sum(_length(suite, clip) for clip in case.clips if clip.file is not None)


def _length(suite: Suite, clip: ClipSpec) -> float:
    if clip.end is not None:
        return clip.end - (clip.start or 0.0)
    return max(0.0, decode.seconds(str(suite.folder / str(clip.file))) - (clip.start or 0.0))


def _version(part: Part) -> int:
    return part.member.version


def _digest(content: object) -> str:
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()
