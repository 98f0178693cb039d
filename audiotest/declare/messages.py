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
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from audiotest.declare import prompt as prompts
from audiotest.declare.problems import Path
from audiotest.types import ClipSpec, Message, Part, Turn

Faults = list[tuple[Path, str]]
PLAIN = (Message("user", (Part(text="{{ prompt }}"),)),)
"""The turns of a case without any, where its sounds have to be told apart."""


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
    for i, row in enumerate(rows):
        if not isinstance(row, dict) or len(row) != 1:
            continue  # refused by the schema
        ((role, content),) = row.items()
        parts = [_part(part) for part in (content if isinstance(content, list) else [content]) if part is not None]
        for part in parts:
            if part.text:
                _check(part.text, (*path, i, role), faults)
        turns.append(Message(role, tuple(parts)))
    if turns and turns[-1].role != "user":
        faults.append(((*path, len(turns) - 1), "the last turn is the user's: it is what the model replies to"))
    if any(turn.role == "system" for turn in turns[1:]):
        place = next(i for i, turn in enumerate(turns) if i and turn.role == "system")
        faults.append(((*path, place), "a system turn can only be the first"))
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


def _check(text: str, path: Path, faults: Faults) -> None:
    try:
        prompts.render(text, "Q?", ("one", "two"), about={**prompts.ANY_CASE, "prompt": "Q?"}, written=True)
    except prompts.PromptError as error:
        faults.append((path, str(error)))


def faults(messages: Sequence[Message]) -> Iterator[tuple[Path, str]]:
    """What is wrong with the turns of a case."""
    if messages[-1].role != "user":
        yield ("messages", len(messages) - 1), "the last turn is the user's: it is what the model replies to"
    wrong: Faults = []
    for i, message in enumerate(messages):
        for part in message.parts:
            if part.text:
                _check(part.text, ("messages", i, message.role), wrong)
    yield from wrong


def examples(messages: Sequence[Message]) -> Iterator[ClipSpec]:
    """The sounds of the suite's own among the turns, in order."""
    return (part.audio for message in messages for part in message.parts if part.audio is not None)


def asks(messages: Sequence[Message]) -> bool:
    """Whether the last turn shows what is asked."""
    return any("prompt" in part.text or "question" in part.text for part in messages[-1].parts) if messages else True


def turns_of(
    messages: Sequence[Message], clips: int, captions: Sequence[str], asked: Asked
) -> tuple[tuple[Turn, ...], list[int | ClipSpec]]:
    """The turns of a trial, and its sounds in the order in which they are named: the place of one of the case's
    ``clips`` (from 0; none where the trial has no sound) or, behind these, of one of the options with these
    ``captions``, or a sound of the suite's.

    Raises :class:`~audiotest.declare.prompt.PromptError` for a template that cannot be rendered, or names a clip or an
    option that the case does not have.
    """
    sounds: list[int | ClipSpec] = []
    named = {part.clip for message in messages for part in message.parts if part.clip is not None}
    offered = {part.choice for message in messages for part in message.parts if part.choice is not None}
    turns: list[Turn] = []
    for message in messages:
        parts: list[str | int] = []

        def sound(one: int | ClipSpec, parts: list[str | int] = parts) -> None:
            parts.append(len(sounds))
            sounds.append(one)

        if message is messages[-1]:
            for place in range(clips):
                if place + 1 not in named:
                    sound(place)
            for place, caption in enumerate(captions):
                if place + 1 not in offered:
                    parts.append(f"{caption}:")
                    sound(clips + place)
        for part in message.parts:
            if part.text:
                parts.append(_rendered(part.text, asked))
            elif not clips and not captions:
                continue  # the condition takes the sound away
            elif part.clip is not None:
                sound(_place(part.clip, clips, "clip"))
            elif part.choice is not None:
                sound(clips + _place(part.choice, len(captions), "choice"))
            elif part.audio is not None:
                sound(part.audio)
        turns.append(Turn(message.role, tuple(parts)))
    return tuple(turns), sounds


def _rendered(text: str, asked: Asked) -> str:
    about = {**asked.about, "prompt": asked.prompt}
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
