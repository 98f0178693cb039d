"""``messages``: the turns of a conversation in the place of one prompt, with sounds among the text.

.. code-block:: yaml

    messages:
      - system: You answer with a letter.
      - user: ["Audio 1:", {audio: examples/bell.wav}, "What is heard? (A) a bell (B) a dog"]
      - assistant: (A)
      - user: ["Audio 2:", {clip: 1}, "{{ prompt }}"]

A turn is a text or a list of parts: texts, which are templates over ``prompt`` (the suite's prompt as it would stand
alone), ``question``, ``choices``, ``labels``, ``tags`` and ``facts``; ``{clip: N}``, the case's own clip N, from 1,
under the trial's condition; ``{choice: N}``, the option shown at place N, where the options are sounds; and
``{audio: ...}``, a sound of the suite's, which no condition touches. Clips that no part names stand at the beginning of
the last turn, and behind them the options that no part names, each below its caption (``Sound A:``). Where a condition
takes the sound away, no turn has any.

An assistant's turn with ``{{ reply }}`` in it is the model's own reply to the turns before it: the model is asked these
first, then the rest with what it said; the last reply is scored. Later turns may show it as well, and ``replies`` has
all of them. Clips that no part names then stand in the first turn that the model replies to.

.. code-block:: yaml

    messages:
      - user: "{{ facts.first }}"
      - assistant: "{{ reply }}"
      - user: "Are you sure? {{ prompt }}"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from audiotest.declare import prompt as prompts
from audiotest.declare.problems import Path
from audiotest.types import ClipSpec, Message, Part, Turn

Faults = list[tuple[Path, str]]
PLAIN = (Message("user", (Part(text="{{ prompt }}"),)),)
"""The turns of a case without any, where its sounds have captions."""


class Asked(Struct, frozen=True):
    """What the templates of turns know: the rendered prompt, its parts, and ``about``: the case's tags and facts."""

    prompt: str
    question: str
    choices: Sequence[str] = ()
    labels: Sequence[str] = ()
    about: Mapping[str, Any] = {}


def read(rows: Sequence[Any], path: Path, faults: Faults) -> tuple[Message, ...]:
    """``messages`` as written; what is wrong is added to ``faults``."""
    turns: list[Message] = []
    for row in rows:
        if not isinstance(row, dict) or len(row) != 1:
            continue  # refused by the schema
        ((role, content),) = row.items()
        parts = [_part(part) for part in (content if isinstance(content, list) else [content]) if part is not None]
        turns.append(Message(role, tuple(parts)))
    if len(turns) == len(rows):
        faults += [((*path, *where), message) for where, message in _wrong(turns)]
    return tuple(turns)


def _part(value: Any) -> Part:
    if not isinstance(value, dict):
        return Part(text=str(value))
    if "clip" in value:
        return Part(clip=int(value["clip"]))
    if "choice" in value:
        return Part(choice=int(value["choice"]))
    audio = value.get("audio")
    return Part(audio=ClipSpec(file=audio) if isinstance(audio, str) else ClipSpec(**(audio or {})))


def faults(messages: Sequence[Message]) -> Iterator[tuple[Path, str]]:
    """What is wrong with the turns of a case."""
    return ((("messages", *where), message) for where, message in _wrong(messages))


def _wrong(turns: Sequence[Message]) -> Iterator[tuple[Path, str]]:
    if turns and turns[-1].role != "user":
        yield (len(turns) - 1,), "the last turn is the user's: it is what the model replies to"
    replied = False
    for i, turn in enumerate(turns):
        if i and turn.role == "system":
            yield (i,), "a system turn can only be the first"
        if is_reply(turn):
            replied = True
            if not i or turns[i - 1].role != "user":
                message = "`{{ reply }}` is what the model says to the turns before it: the user has to speak first"
                yield (i, turn.role), message
        for part in turn.parts:
            names = prompts.names_in(part.text) if part.text else ()
            if not replied and ("reply" in names or "replies" in names):
                yield (i, turn.role), 'no turn before this one asks the model: `- assistant: "{{ reply }}"` does'
            elif part.text and (fault := _fault(part.text)):
                yield (i, turn.role), fault


def _fault(text: str) -> str:
    known = {**prompts.ANY_CASE, "prompt": "Q?", "reply": "R.", "replies": ["R."]}
    try:
        prompts.render(text, "Q?", ("one", "two"), about=known, written=True)
    except prompts.PromptError as error:
        return str(error)
    return ""


def is_reply(message: Message) -> bool:
    """Whether a turn is the model's own reply."""
    return message.role == "assistant" and any("reply" in prompts.names_in(part.text) for part in message.parts)


def replies_in(messages: Sequence[Message]) -> int:
    """How many turns are the model's own replies."""
    return sum(map(is_reply, messages))


def examples(messages: Sequence[Message]) -> Iterator[ClipSpec]:
    """The sounds of the suite's own among the turns, in order."""
    return (part.audio for message in messages for part in message.parts if part.audio is not None)


def asks(messages: Sequence[Message]) -> bool:
    """Whether a turn that the model replies to shows what is asked."""
    answered = [turn for turn, after in pairwise(messages) if is_reply(after)]
    texts = [part.text for turn in (*answered, *messages[-1:]) for part in turn.parts]
    return not messages or any("prompt" in text or "question" in text for text in texts)


class Conversation(Struct, frozen=True):
    """What a model is asked: turns, and their sounds in the order in which they are named (:func:`turns_of`). Not
    ``final``: its reply is a turn of its own, and more is asked."""

    turns: tuple[Turn, ...] = ()
    sounds: tuple[int | ClipSpec, ...] = ()
    final: bool = True


def turns_of(
    messages: Sequence[Message], clips: int, captions: Sequence[str], asked: Asked, replies: Sequence[str] = ()
) -> Conversation:
    """The turns of a trial up to where the model has its say, after it has given ``replies``. A sound is the place of
    one of the case's ``clips`` (from 0; none where the trial has no sound) or, behind these, of one of the options with
    these ``captions``, or a sound of the suite's.

    Raises :class:`~audiotest.declare.prompt.PromptError` for a template that cannot be rendered, or names a clip or an
    option that the case does not have.
    """
    sounds: list[int | ClipSpec] = []
    named = {part.clip for message in messages for part in message.parts if part.clip is not None}
    offered = {part.choice for message in messages for part in message.parts if part.choice is not None}
    first = next((i for i, after in enumerate(messages[1:]) if is_reply(after)), len(messages) - 1)
    turns: list[Turn] = []
    given = 0
    for i, message in enumerate(messages):
        if is_reply(message):
            if given == len(replies):
                return Conversation(tuple(turns), tuple(sounds), final=False)
            given += 1
        parts: list[str | int] = []

        def sound(one: int | ClipSpec, parts: list[str | int] = parts) -> None:
            parts.append(len(sounds))
            sounds.append(one)

        if i == first:
            for place in range(clips):
                if place + 1 not in named:
                    sound(place)
            for place, caption in enumerate(captions):
                if place + 1 not in offered:
                    parts.append(f"{caption}:")
                    sound(clips + place)
        for part in message.parts:
            if part.text:
                parts.append(_rendered(part.text, asked, replies[:given]))
            elif not clips and not captions:
                continue  # the condition takes the sound away
            elif part.clip is not None:
                sound(_place(part.clip, clips, "clip"))
            elif part.choice is not None:
                sound(clips + _place(part.choice, len(captions), "choice"))
            elif part.audio is not None:
                sound(part.audio)
        turns.append(Turn(message.role, tuple(parts)))
    return Conversation(tuple(turns), tuple(sounds))


def _rendered(text: str, asked: Asked, replies: Sequence[str]) -> str:
    about = {**asked.about, "prompt": asked.prompt}
    if replies:
        about |= {"reply": replies[-1], "replies": list(replies)}
    return prompts.render(text, asked.question, asked.choices, asked.labels, about=about, written=True)


def _place(number: int, count: int, word: str) -> int:
    if number > count:
        what = "clips" if word == "clip" else "options that are sounds"
        raise prompts.PromptError(f"the turns name {word} {number}, and the case has {count} {what}")
    return number - 1


def shown(turns: Sequence[Turn]) -> str:
    """A conversation as one text, for records and reports."""
    lines = []
    for turn in turns:
        parts = (f"<sound {part + 1}>" if isinstance(part, int) else part for part in turn.parts)
        lines.append(f"[{turn.role}] " + "\n".join(parts))
    return "\n".join(lines)
