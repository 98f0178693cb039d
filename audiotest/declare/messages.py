"""``messages``: the turns of a conversation in the place of one prompt, with sounds among the text.

.. code-block:: yaml

    messages:
      - system: You answer with a letter.
      - user: ["Audio 1:", {audio: examples/bell.wav}, "What is heard? (A) a bell (B) a dog"]
      - assistant: (A)
      - user: ["Audio 2:", {clip: 1}, "{{ prompt }}"]

A turn is a text or a list of parts: texts, which are templates over ``prompt`` (the suite's prompt as it would stand
alone), ``question``, ``choices``, ``labels``, ``tags`` and ``facts``; ``{clip: N}``, the case's own clip N, from 1,
under the trial's condition; and ``{audio: ...}``, a sound of the suite's, which no condition touches. Clips that no
part names stand at the beginning of the last turn. Where a condition takes the sound away, no turn has any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audiotest.declare import prompt as prompts
from audiotest.declare.problems import Path
from audiotest.types import ClipSpec, Message, Part, Turn

Faults = list[tuple[Path, str]]


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
    messages: Sequence[Message],
    clips: int,
    prompt: str,
    question: str,
    choices: Sequence[str],
    labels: Sequence[str],
    about: Mapping[str, Any],
) -> tuple[tuple[Turn, ...], list[int | ClipSpec]]:
    """The turns of a trial, and its sounds in the order in which they are named: the place of one of the case's
    ``clips`` (from 0; none where the trial has no sound), or a sound of the suite's.

    Raises :class:`~audiotest.declare.prompt.PromptError` for a template that cannot be rendered, or names a clip that
    the case does not have.
    """
    sounds: list[int | ClipSpec] = []
    named = {part.clip for message in messages for part in message.parts if part.clip is not None}
    turns: list[Turn] = []
    for message in messages:
        last = message is messages[-1]
        parts: list[str | int] = []
        unnamed = [place for place in range(clips) if place + 1 not in named] if last else []
        for place in unnamed:
            parts.append(len(sounds))
            sounds.append(place)
        for part in message.parts:
            if part.text:
                known = {**about, "prompt": prompt}
                parts.append(prompts.render(part.text, question, choices, labels, about=known, written=True))
            elif clips and part.clip is not None:
                if part.clip > clips:
                    raise prompts.PromptError(f"the turns name clip {part.clip}, and the case has {clips}")
                parts.append(len(sounds))
                sounds.append(part.clip - 1)
            elif clips and part.audio is not None:
                parts.append(len(sounds))
                sounds.append(part.audio)
        turns.append(Turn(message.role, tuple(parts)))
    return tuple(turns), sounds


def shown(turns: Sequence[Turn]) -> str:
    """A conversation as one text, for records and reports."""
    lines = []
    for turn in turns:
        parts = (f"<sound {part + 1}>" if isinstance(part, int) else part for part in turn.parts)
        lines.append(f"[{turn.role}] " + "\n".join(parts))
    return "\n".join(lines)
