"""What goes over the wire: a request as JSON, and a reply out of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audiotest.errors import AudiotestError
from audiotest.models._openai.failures import FILTERED, IN_CHOICE, UNUSABLE, Handling, handling_of, words_of
from audiotest.models._openai.settings import Settings
from audiotest.models._openai.sound import FORMATS
from audiotest.models._thinking import apart
from audiotest.types import Reply, Request, Turn, writable

Clean = Callable[[str], str]
"""Takes secrets out of a text."""
_LARGEST_COUNT = 2**53
_LABEL = 200
_MOST_PARTS = 250_000
"""Lists and objects in an answer. Millions of them, which 8 MB have room for, take seconds to read on a busy machine,
in which the answers to all other requests run out of their time."""


class NoReply(AudiotestError):
    """A server's answer that holds no reply; ``handling`` says what follows."""

    def __init__(self, text: str, handling: Handling = UNUSABLE) -> None:
        super().__init__(text)
        self.handling = handling


def body(model: str, request: Request, settings: Settings, sounds: Sequence[bytes]) -> list[bytes]:
    """The JSON of one chat completion, in pieces: sounds (in base64, not copied) first, then the text; greedy unless
    set otherwise."""
    generation = request.generation
    fields: dict[str, Any] = {
        "model": model,
        settings.max_tokens_as: generation.max_new_tokens,
        "temperature": generation.temperature,
    }
    if generation.top_p < 1:
        fields["top_p"] = generation.top_p
    if generation.stop:
        fields["stop"] = list(generation.stop)
    if generation.temperature > 0:
        fields["seed"] = request.seed % 2**31
    if generation.thinking is not None:
        fields["chat_template_kwargs"] = {"enable_thinking": generation.thinking}
    turns = request.turns or (Turn("user", (*range(len(sounds)), request.prompt)),)
    if generation.system and turns[0].role != "system":
        turns = (Turn("system", (generation.system,)), *turns)
    pieces = [_json(fields)[:-1] + b',"messages":[']
    for i, turn in enumerate(turns):
        pieces.append((b"," if i else b"") + b'{"role":' + _json(turn.role) + b',"content":')
        pieces += _content_of(turn, settings, sounds)
        pieces.append(b"}")
    return [*pieces, b"]}"]


def _content_of(turn: Turn, settings: Settings, sounds: Sequence[bytes]) -> list[bytes]:
    """A turn's content: a text, or a list of parts where it has sound."""
    if not any(isinstance(part, int) for part in turn.parts):
        return [_json("\n".join(part for part in turn.parts if isinstance(part, str)))]
    before, after = _around(settings)
    pieces: list[bytes] = []
    for i, part in enumerate(turn.parts):
        last = i == len(turn.parts) - 1
        if isinstance(part, int):
            pieces += [before, sounds[part], after[:-1] if last else after]
        else:
            pieces.append(_json({"type": "text", "text": part}) + (b"" if last else b","))
    return [b"[", *pieces, b"]"]


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _around(settings: Settings) -> tuple[bytes, bytes]:
    """The JSON before and after the base64 of a sound."""
    name = settings.audio_format
    if settings.audio == "audio_url":
        media = FORMATS[name][2]
        return f'{{"type":"audio_url","audio_url":{{"url":"data:{media};base64,'.encode(), b'"}},'
    return b'{"type":"input_audio","input_audio":{"data":"', f'","format":"{name}"}}}},'.encode()


def parsed(data: bytes) -> Any:
    """The JSON that a server sent. Raises :class:`NoReply`."""
    if data.count(b"[") + data.count(b"{") > _MOST_PARTS:
        raise NoReply(f"JSON of more than {_MOST_PARTS:,} lists and objects")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        raise NoReply("JSON that is nested too deep" if deep else "no JSON" if data.strip() else "no content") from None


def reply(data: Any, settings: Settings, clean: Clean) -> Reply:
    """The reply in a completion, why it ended, and the tokens it took. Raises :class:`NoReply`.

    A refusal is a reply, and ``details["refusal"]`` is true. What is in fields that decide nothing (tokens,
    thoughts) costs no reply, whatever it is.
    """
    choice = _choice(data, clean)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise NoReply("a choice without a message")
    finish = _label(choice.get("finish_reason"), clean)
    answer, thoughts, refusal = _content(message.get("content"))
    given_up = message.get("refusal")
    if isinstance(given_up, str) and given_up.strip() and not answer.strip():
        refusal = given_up
    raw = clean(answer if answer.strip() or not refusal else refusal)
    text, thought = apart(raw, settings.thinking_end)
    if finish == "content_filter" and not text:
        raise NoReply("nothing: a content filter took the answer away", FILTERED)
    thinking = _thoughts(message) or thoughts or thought
    details = {
        **_usage(data.get("usage"), settings),
        **{key: label for key in ("model", "system_fingerprint") if (label := _label(data.get(key), clean))},
    }
    if thinking.strip():
        details["thinking"] = writable(clean(thinking)).strip()
    if refusal and text:
        details["refusal"] = True
    if not text:
        details["empty"] = True
    return Reply(text, raw=raw if raw.strip() != text else None, finish=finish, details=details)


def _choice(data: Any, clean: Clean) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise NoReply("JSON that is no object")
    choices = data.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        choice: Mapping[str, Any] = choices[0]
        if choice.get("error") or choice.get("finish_reason") == "error":
            raise _error_inside(choice, clean)
        return choice
    if data.get("error"):
        raise _error_inside(data, clean)
    raise NoReply("no `choices`")


def _error_inside(holder: Mapping[str, Any], clean: Clean) -> NoReply:
    error = holder.get("error")
    code = error.get("code", error.get("status")) if isinstance(error, dict) else None
    status = int(code) if isinstance(code, int | str) and str(code).isdecimal() and len(str(code)) == 3 else 0
    words = words_of({"error": error} if error else None, "without a word", clean)
    return NoReply(f"an error: {words}", handling_of(status) if status >= 400 else IN_CHOICE)


def _content(content: Any) -> tuple[str, str, str]:
    """(answer, thoughts, refusal) of a message's content: a text, or a list of parts. Raises :class:`NoReply`."""
    if content is None or isinstance(content, str):
        return content or "", "", ""  # some servers leave it out of an empty reply
    if not isinstance(content, list):
        raise NoReply(f"content that is no text but {_kind(content)}")
    texts: dict[str, list[str]] = {"text": [], "thinking": [], "refusal": []}
    for part in content:
        kind, text = _part(part)
        if kind:
            texts[kind].append(text)
    if content and not any(texts.values()):
        raise NoReply("content without any part that is text")
    return "".join(texts["text"]), "\n".join(texts["thinking"]), "".join(texts["refusal"])


_THINKING = ("thinking", "reasoning", "thought", "summary_text", "reasoning_text")


def _part(part: Any) -> tuple[str, str]:
    """(``text``, ``thinking`` or ``refusal``, its text) of a part; ("", "") for another kind, such as a sound."""
    if isinstance(part, str):
        return "text", part
    if not isinstance(part, dict):
        return "", ""
    kind = part.get("type", "text")
    if kind in _THINKING or part.get("thought") is True:
        return "thinking", _inner(part, ("thinking", "reasoning", "text", "summary"))
    if kind == "refusal":
        return "refusal", _inner(part, ("refusal", "text"))
    if kind not in ("text", "output_text"):
        return "", ""
    text = part.get("text")
    if isinstance(text, dict):  # as some have it: {"text": {"value": ...}}
        text = text.get("value")
    if text is not None and not isinstance(text, str):
        raise NoReply(f"a part whose text is {_kind(text)}")
    return "text", text or ""


def _inner(part: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The text under the first of ``keys`` that is there; a list of parts is their texts."""
    value = next((part[key] for key in keys if part.get(key)), "")
    if isinstance(value, list):
        return "".join(str(each.get("text") or "") for each in value if isinstance(each, dict))
    return value if isinstance(value, str) else ""


def _thoughts(message: Mapping[str, Any]) -> str:
    """The content of the fields that servers have for thoughts."""
    for key in ("reasoning_content", "reasoning", "thinking"):
        if text := _inner({key: message.get(key)}, (key,)):
            return text
    return ""


def _usage(usage: Any, settings: Settings) -> dict[str, Any]:
    """The tokens that a server counted, and what they cost; nothing where it counted in an odd way."""
    if not isinstance(usage, dict):
        return {}
    taken, given = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    details: dict[str, Any] = {"input_tokens": taken, "output_tokens": given}
    if (settings.input_price or settings.output_price) and taken is not None and given is not None:
        details["cost"] = (taken * settings.input_price + given * settings.output_price) / 1e6
    return {key: value for key, value in details.items() if value is not None}


def _count(value: Any) -> int | None:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST_COUNT:
        return None
    return int(value)


def _label(value: Any, clean: Clean) -> str | None:
    return writable(clean(value))[:_LABEL] if isinstance(value, str) and value else None


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "something else")
