"""Claims about two sounds, to be granted or denied: that one comes before the other, is longer or louder."""

from __future__ import annotations

import re

from audiotest.models._listener.hearing import Event, Hearing
from audiotest.models._listener.spectrum import flatness, holds, parts
from audiotest.models._listener.wording import KINDS, Asked, Fits

_BEFORE = re.compile(r"\bbefore\b|\bprecede|\bfollowed by\b|\bearlier\b")
_AFTER = re.compile(r"\bafter\b|\bfollows?\b|\blater\b")
_IN_IT = r"\boccurs?\b|\bin (?:this|the) (?:recording|clip|audio)"
_LONGER = re.compile(r"\blonger\b|\blast(?:s|ing)? longer\b")
_SHORTER = re.compile(r"\bshorter\b|\bbriefer\b")
_LOUDER = re.compile(r"\blouder\b|\bstronger\b")
_SOFTER = re.compile(r"\bsofter\b|\bquieter\b|\bweaker\b")


def before(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Does the tone come before the noise?``"""
    named = _two(asked)
    forwards, backwards = _BEFORE.search(asked.question), _AFTER.search(asked.question)
    if named is None or bool(forwards) == bool(backwards):
        return None
    heard = parts(hearing)
    if set(named) - set(heard):
        return [0.0] * len(asked.choices)
    first, second = heard.index(named[0]), heard.index(named[1])
    return asked.truth((first < second) == bool(forwards))


def more(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Is the tone longer than the noise?``, ``Is the noise louder than the tone?``"""
    named = _two(asked)
    measures = ((_LONGER, _SHORTER, _seconds), (_LOUDER, _SOFTER, _level))
    relations = [(bool(up.search(asked.question)), measure) for up, down, measure in measures
             if up.search(asked.question) or down.search(asked.question)]  # fmt: skip
    if named is None or len(relations) != 1 or set(named) != {"tone", "noise"}:
        return None
    grows, measure = relations[0]
    events = _tone_and_noise(hearing)
    if events is None:
        return [0.0] * len(asked.choices)
    larger = measure(hearing, events[named[0]]) > measure(hearing, events[named[1]])
    return asked.truth(larger == grows)


def occurs(asked: Asked, hearing: Hearing) -> Fits | None:
    """``Does a tone occur in this recording?``, of sounds that follow each other."""
    named = sorted((m.start(), kind) for kind, p in KINDS.items() if (m := re.search(p, asked.question)))
    if (
        not asked.yes_no()
        or len(named) != 1
        or not asked.says(r"\boccurs?\b|\bin (?:this|the) (?:recording|clip|audio)")
    ):
        return None
    kind = named[0][1]
    return asked.truth(kind in parts(hearing) if len(parts(hearing)) > 1 else holds(hearing, kind))


def _two(asked: Asked) -> list[str] | None:
    """The two kinds of sound that a yes-no question names, in its order."""
    named = sorted((m.start(), kind) for kind, p in KINDS.items() if (m := re.search(p, asked.question)))
    return [kind for _, kind in named] if asked.yes_no() and len(named) == 2 else None


def _tone_and_noise(hearing: Hearing) -> dict[str, Event] | None:
    """The two events by kind: of two, the flatter spectrum is the noise's."""
    if len(hearing.events) != 2:
        return None
    flat = [float(flatness(hearing.samples(event)).mean()) for event in hearing.events]
    first, second = hearing.events
    return {"noise": first, "tone": second} if flat[0] > flat[1] else {"tone": first, "noise": second}


def _seconds(hearing: Hearing, event: Event) -> float:
    return event.seconds


def _level(hearing: Hearing, event: Event) -> float:
    return hearing.level(event)
