"""What a trial sounds like: its clips, cut, put under the condition, in the form that the adapter asks for.

A clip is decoded at its own rate and channels, the condition acts on that, and only then is it resampled
and mixed down: so every model hears the same sound. :meth:`Sounds.fingerprint` names the result without
decoding anything: from the bytes of the files, the condition with its version, and the seed.
"""

from __future__ import annotations

import hashlib
import inspect
from collections import OrderedDict
from typing import Any

import msgspec
import numpy as np

from audiotest.audio import decode, synth
from audiotest.declare.condition import Part, number
from audiotest.declare.others import named, others
from audiotest.declare.suite import Suite
from audiotest.declare.trial import Trial
from audiotest.models.protocol import Unsupported
from audiotest.registry import SOUND_CONDITIONS, unknown
from audiotest.words import Case, ClipSpec, Needs, NotApplicable, Waveform

_KEPT_CLIPS = 8
"""Decoded clips kept at hand: the conditions of one case follow each other."""


class Sounds:
    """The sounds of one run's trials, for one adapter's ``needs``."""

    def __init__(self, needs: Needs, seed: int) -> None:
        self.needs, self.seed = needs, seed
        self._clips: OrderedDict[str, Waveform] = OrderedDict()

    def fingerprint(self, trial: Trial) -> str:
        """SHA-256 of all that decides the samples.

        Raises :class:`decode.AudioError` for a missing file, :class:`NotApplicable` where the suite has no other
        clips to borrow, and ValueError for a parameter that names no case.
        """
        parts = trial.condition.of("sound")
        lenders = [o for part in parts for o in self._others(trial, part)]
        clips = [_clip_name(trial.suite, clip) for clip in trial.case.audio]
        content = {
            "clips": clips,
            "parts": [(str(p), _version(p)) for p in parts],
            "seeds": [number(self.seed, trial.case.id, str(p)) for p in parts],
            "others": [_clip_name(trial.suite, clip) for case in lenders for clip in case.audio[:1]],
            "form": (self.needs.sample_rate, self.needs.channels),
        }
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()

    def waveforms(self, trial: Trial) -> tuple[Waveform, ...]:
        """The clips as the model is to hear them.

        Raises :class:`decode.AudioError` for what cannot be decoded, :class:`Unsupported` for what the
        adapter cannot take whole, and :class:`NotApplicable` for a clip that the condition cannot take.
        """
        needs, case = self.needs, trial.case
        if needs.clips is not None and len(case.audio) > needs.clips:
            raise Unsupported(f"the case has {len(case.audio)} clips and the model takes {needs.clips} a request")
        sounds = [self._clip(trial.suite, clip) for clip in case.audio]
        for part in trial.condition.of("sound"):
            sounds = self._under(trial, part, sounds)
        for sound in sounds:
            if needs.max_seconds is not None and sound.seconds > needs.max_seconds + 0.01:
                raise Unsupported(
                    f"a clip of {sound.seconds:.1f} s is longer than the {needs.max_seconds:g} s that the model hears"
                )
        return tuple(decode.conform(s, rate=needs.sample_rate, channels=needs.channels) for s in sounds)

    def _under(self, trial: Trial, part: Part, sounds: list[Waveform]) -> list[Waveform]:
        apply = SOUND_CONDITIONS.get(part.name)
        rng = np.random.default_rng(number(self.seed, trial.case.id, str(part)))
        extra: dict[str, Any] = {}
        lenders = self._others(trial, part)
        if lenders:
            extra["others"] = [self._clip(trial.suite, other.audio[0]) for other in lenders]
        return [apply(sound, rng, **part.arguments, **extra) for sound in sounds]

    def _others(self, trial: Trial, part: Part) -> list[Case]:
        """The cases whose sound ``part`` borrows: the next ones with another clip in the seeded cycle through the
        suite, or the one that the condition names."""
        wanted = _wanted(part)
        if not wanted:
            return []
        own = trial.case.audio
        if isinstance(wanted, str):
            other = named(trial.suite, wanted, self.seed)
            if other is None:
                raise ValueError(f"`{part}`: {unknown('case', wanted, [c.id for c in trial.suite.cases])}")
            if not other.audio or other.audio[0] in own:
                raise NotApplicable(f"`{part}` needs another clip; this is the one that it names")
            return [other]
        found: list[Case] = []
        for other in others(trial.suite, trial.case, self.seed):
            if other.audio and other.audio[0] not in own:
                found.append(other)
            if len(found) == wanted:
                return found
        raise NotApplicable(f"`{part}` needs {wanted} other clips and the suite has {len(found)}")

    def _clip(self, suite: Suite, clip: ClipSpec) -> Waveform:
        name = _clip_name(suite, clip)
        if name not in self._clips:
            self._clips[name] = _decoded(suite, clip)
            if len(self._clips) > _KEPT_CLIPS:
                self._clips.popitem(last=False)
        self._clips.move_to_end(name)
        return self._clips[name]


def _decoded(suite: Suite, clip: ClipSpec) -> Waveform:
    if clip.file is not None:
        return decode.read(suite.folder / clip.file, start=clip.start, end=clip.end)
    sound = synth.synthesise(clip.synth)
    first = round((clip.start or 0.0) * sound.rate)
    last = round(clip.end * sound.rate) if clip.end is not None else sound.samples.shape[0]
    return Waveform(sound.samples[first:last], sound.rate)


def _clip_name(suite: Suite, clip: ClipSpec) -> str:
    if clip.file is not None:
        content = decode.fingerprint(suite.folder / clip.file)
    else:
        content = f"synth {synth.VERSION} " + msgspec.json.encode(clip.synth, order="deterministic").decode()
    return f"{content}[{clip.start}:{clip.end}]"


def clip_id(suite: Suite, case: Case) -> str:
    """What cases that share their sound have in common, whatever their segment or question; "" without sound."""
    names = [c.file or msgspec.json.encode(c.synth, order="deterministic").decode() for c in case.audio]
    if not names:
        return ""
    text = "\n".join(names)
    return text if len(text) <= 120 else hashlib.sha256(text.encode()).hexdigest()[:16]


def _wanted(part: Part) -> int | str:
    """How many other clips ``part`` needs, or the case whose clip it needs."""
    needs = getattr(part.module, "NEEDS_OTHERS", 0)
    if isinstance(needs, int):
        return needs
    parameter = inspect.signature(SOUND_CONDITIONS.get(part.name)).parameters[needs]
    value = part.arguments.get(needs, parameter.default)
    return 1 if value == "other" else str(value) if isinstance(value, str) else int(value)


def _version(part: Part) -> int:
    return int(getattr(part.module, "VERSION", 1))
