"""What becomes of a trial on its way to the adapter: it is shown, looked up in the store, and made a request."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from audiotest.declare.condition import number
from audiotest.declare.conditions.view import View
from audiotest.declare.messages import replies_in, shown
from audiotest.declare.prompt import PromptError
from audiotest.declare.trial import Trial, present, prompt_of, turns_of
from audiotest.models.protocol import Adapter, Unsupported
from audiotest.predict.blocks import as_asked
from audiotest.predict.sound import Sounds, seconds
from audiotest.predict.store import ReplyStore
from audiotest.registry import UnknownName
from audiotest.types import NO_HASHES, ClipSpec, Hashes, NotApplicable, Reply, Request, Turn

KEY_VERSION = 1
ORIGINAL = "original"
_LATER = "…"
"""In the place of the model's own reply, where it is not known what was said."""


class Answer(Struct):
    """A trial's reply, or the error in its place; ``view`` and ``prompt`` are what was asked, ``asked`` is the prompt
    as it stands alone where there are turns; ``at`` is when a reply from the store was given, in seconds since 1970."""

    view: View | None = None
    prompt: str = ""
    asked: str = ""
    reply: Reply | None = None
    error: Exception | None = None
    cached: bool = False
    at: float | None = None
    hashes: Hashes = NO_HASHES
    turns: tuple[Turn, ...] = ()
    sounds: tuple[int | ClipSpec, ...] = ()
    """Of turns: what each of their sounds is."""
    replies: tuple[str, ...] = ()
    """The model's own replies to earlier turns."""

    @property
    def given(self) -> bool:
        """Whether there is a reply or an error."""
        return self.reply is not None or self.error is not None

    @property
    def seconds(self) -> float:
        """What the model took for this reply; nothing if it was known."""
        return (self.reply.seconds if self.reply is not None and not self.cached else None) or 0.0


class Pending(Struct, eq=False):
    """A trial that has to be asked: its answer to fill, and the name its reply is kept under."""

    trial: Trial
    answer: Answer
    key: bytes
    block: int = 0
    doubts: tuple[str, ...] = ()
    """What may be wrong with its sound, once its request is made."""
    final: bool = True
    """Whether the reply is the trial's; else it is a turn of its own, and the next one follows."""
    again: bool = False
    """Whether the model is to be asked, whatever the store has."""

    @property
    def seconds(self) -> float:
        """How much sound it has."""
        heard = self.answer.view is not None and self.answer.view.audio
        return seconds(self.trial.suite, self.trial.case) if heard else 0.0


class Requests:
    """Makes requests of trials for one adapter; ``store`` None or ``refresh``: nothing is looked up.

    A conversation in which the model's own replies stand is asked turn by turn, each turn under a name of its own in
    the store: :meth:`following` makes the next one. ``whole``: whoever answers asks all turns (an engine).
    """

    def __init__(
        self, model: Adapter, seed: int, store: ReplyStore | None, refresh: bool, *, whole: bool = False
    ) -> None:
        self.model, self.seed = model, seed
        self._whole = whole or bool(getattr(model, "recorded", False))
        self._known = None if refresh else store
        self.sounds = Sounds(model.needs, seed)

    def open(
        self, trials: Sequence[Trial], block: int = 0, *, again: bool = False
    ) -> tuple[list[Answer], list[Pending]]:
        """An answer for each trial, and those of them that neither failed to be shown nor are in the store; ``again``:
        whatever the store has, the model is to be asked."""
        answers = [Answer() for _ in trials]
        pending = [self._prepare(trial, answer, block) for trial, answer in zip(trials, answers, strict=True)]
        shown = [item for item in pending if item is not None]
        for item in shown:
            item.again = again
        return answers, shown if again else self._look_up(shown)

    def following(self, item: Pending, reply: Reply) -> list[Pending]:
        """The next turn of the conversation in which ``item`` got ``reply``; none where it failed to be shown, or where
        the store has what follows."""
        item.answer.replies += (reply.text,)
        following = self._prepare(item.trial, item.answer, item.block)
        if following is None:
            return []
        following.again = item.again
        return [following] if item.again else self._look_up([following])

    def settle(self, item: Pending, reply: Reply) -> None:
        """``reply`` is the trial's. What the model said to earlier turns is in its details, and in the prompt."""
        answer = item.answer
        if answer.replies:
            reply = replace(reply, details={**reply.details, "replies": list(answer.replies)})
        elif self._whole and isinstance(replies := reply.details.get("replies"), list) and answer.view is not None:
            audible = answer.view.audio and self.model.needs.audio
            conversation = turns_of(item.trial, answer.view, answer.asked, audible=audible, replies=replies)
            answer.prompt = shown(conversation.turns)
        answer.reply = reply

    def request(self, item: Pending) -> Request:
        """The request of an item, with its sound. Raises what decoding and its conditions raise."""
        trial, view = item.trial, item.answer.view
        assert view is not None
        audible = view.audio and self.model.needs.audio
        audio = self.sounds.waveforms(trial, view.clips) if audible else ()
        own, suite = audio, trial.suite
        if item.answer.sounds:
            audio = tuple(own[s] if isinstance(s, int) else self.sounds.example(suite, s) for s in item.answer.sounds)
        if own and trial.condition.name == ORIGINAL:
            item.doubts = self.sounds.doubts(trial, own, view.clips)
        return Request(
            suite=trial.suite.name,
            case=trial.case.id,
            condition=trial.condition.name,
            prompt=item.answer.prompt,
            question=view.question,
            choices=view.choices,
            audio=audio,
            generation=trial.generation,
            seed=self._seed(trial),
            labels=view.labels,
            likelihoods=trial.likelihoods and bool(view.choices) and item.final,
            turns=item.answer.turns,
        )

    def by_length(self, pending: list[Pending], batch_size: int) -> list[Pending]:
        """In the order of :func:`~audiotest.predict.blocks.as_asked`, where it can matter."""
        if not self.model.needs.audio or len(pending) <= batch_size or batch_size == 1:
            return pending
        return as_asked(pending, lambda item: item.trial, lambda trial: seconds(trial.suite, trial.case))

    def _prepare(self, trial: Trial, answer: Answer, block: int) -> Pending | None:
        try:
            view = answer.view = present(trial, self.seed)
            declared = trial.case.messages or trial.suite.messages
            answer.prompt = prompt_of(trial, view)
            sound = source = ""
            joined, final = False, True
            if view.audio and self.model.needs.audio:
                sound, source = self.sounds.fingerprints(trial, view.clips)
                joined = self.sounds.joins(trial, len(view.clips))
                if view.clips and self.sounds.too_many(trial, len(view.clips)) and not joined:
                    count, most = len(trial.case.audio) + len(view.clips), self.model.needs.clips
                    raise Unsupported(f"question and options are {count} clips; the model takes {most} a request")
                if (joined or (view.clips and not self.model.needs.turns)) and not declared:
                    answer.prompt = f"{_in_order(trial, view, joined)}\n{answer.prompt}"
                    joined = True
            if declared or (view.audio and view.clips and self.model.needs.audio and not joined):
                final = self._converse(trial, answer, view)
        except (NotApplicable, Unsupported, PromptError, UnknownName, ValueError, OSError) as error:
            answer.error = error
            return None
        generation = trial.generation
        identity = {
            "version": KEY_VERSION,
            "model": self.model.identity,
            "generation": generation,
            "prompt": answer.prompt,
            "question": view.question,
            "choices": view.choices,
            "sound": sound,
            # Greedy replies do not depend on the seed, so runs with other seeds can share them.
            "seed": self._seed(trial) if generation.temperature > 0 else None,
            **({"turns": answer.turns, "sounds": self._named(trial, answer)} if answer.turns else {}),
            **({"repeat": trial.case.repeat} if trial.case.repeat > 1 else {}),
            **({"likelihoods": view.labels} if trial.likelihoods and view.choices and final else {}),
        }
        key = hashlib.sha256(msgspec.json.encode(identity)).digest()
        prompt = hashlib.sha256(answer.prompt.encode()).hexdigest()
        answer.hashes = Hashes(prompt[:16], sound[:16], source[:16])
        return Pending(trial, answer, key, block, final=final)

    def _converse(self, trial: Trial, answer: Answer, view: View) -> bool:
        """Put the turns of a trial, as far as they are asked now, into its answer; whether they are all. Raises
        Unsupported for a model that takes none, and PromptError."""
        if not self.model.needs.turns:
            raise Unsupported("the case is a conversation, and the model takes one prompt")
        audible = view.audio and self.model.needs.audio
        replies: Sequence[str] = answer.replies
        if self._whole:
            replies = (_LATER,) * replies_in(trial.case.messages or trial.suite.messages)
        answer.asked = answer.prompt
        conversation = turns_of(trial, view, answer.prompt, audible=audible, replies=replies)
        most, count = self.model.needs.clips, len(conversation.sounds)
        if most is not None and count > most:
            raise Unsupported(f"the conversation has {count} clips and the model takes {most} a request")
        answer.turns, answer.sounds = conversation.turns, conversation.sounds
        answer.prompt = shown(conversation.turns)
        return conversation.final

    def _named(self, trial: Trial, answer: Answer) -> list[int | str]:
        """The sounds of a conversation as a part of its name."""
        return [s if isinstance(s, int) else self.sounds.example_name(trial.suite, s) for s in answer.sounds]

    def _seed(self, trial: Trial) -> int:
        return number(self.seed, trial.case.id, trial.condition.name)

    def _look_up(self, pending: list[Pending]) -> list[Pending]:
        if self._known is None or not self.model.identity:
            return pending
        known = self._known.get([p.key for p in pending])
        times = self._known.times(list(known)) if known else {}
        left: list[Pending] = []
        for item in pending:
            if item.key not in known:
                left.append(item)
            elif not item.final:
                left += self.following(item, known[item.key])
            else:
                self.settle(item, known[item.key])
                item.answer.cached, item.answer.at = True, times.get(item.key)
        return left


def _in_order(trial: Trial, view: View, joined: bool) -> str:
    """What the prompt says of several clips where no turns do: that they were joined, and which is which."""
    count, gap = len(trial.case.audio) + len(view.clips), trial.suite.join_clips
    apart = f", one after the other, with {gap:g} seconds of silence between them" if joined else ""
    text = f"The audio holds {count} recordings{apart}"
    if not view.clips:
        return f"{text}."
    own = len(trial.case.audio)
    first = ["the sound of the question"] if own == 1 else [f"{own} sounds of the question"] if own else []
    return f"{text}, in this order: {', '.join((*first, *view.captions))}."
