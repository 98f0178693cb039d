"""What goes over the wire: a request as JSON, and a reply out of JSON."""

from __future__ import annotations

import base64
from typing import Any

from audiotest.audio.decode import wav_bytes
from audiotest.errors import AudiotestError
from audiotest.models._openai.settings import Settings
from audiotest.models._thinking import apart
from audiotest.types import Reply, Request


class Malformed(AudiotestError):
    """A server's answer that is no chat completion; asked for again like a server error."""


def body(model: str, request: Request, settings: Settings) -> dict[str, Any]:
    """The JSON of one chat completion: sounds first, then the text; greedy unless told otherwise."""
    generation = request.generation
    content: list[dict[str, Any]] = [_sound(wav_bytes(clip), settings.audio) for clip in request.audio]
    content.append({"type": "text", "text": request.prompt})
    messages: list[dict[str, Any]] = [{"role": "user", "content": content if request.audio else request.prompt}]
    if generation.system:
        messages.insert(0, {"role": "system", "content": generation.system})
    made: dict[str, Any] = {
        "model": model,
        "messages": messages,
        settings.max_tokens_as: generation.max_new_tokens,
        "temperature": generation.temperature,
    }
    if generation.top_p < 1:
        made["top_p"] = generation.top_p
    if generation.stop:
        made["stop"] = list(generation.stop)
    if generation.temperature > 0:
        made["seed"] = request.seed % 2**31
    if generation.thinking is not None:
        made["chat_template_kwargs"] = {"enable_thinking": generation.thinking}
    return made


def _sound(wav: bytes, part: str) -> dict[str, Any]:
    data = base64.b64encode(wav).decode()
    if part == "audio_url":
        return {"type": "audio_url", "audio_url": {"url": f"data:audio/wav;base64,{data}"}}
    return {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}


def reply(data: Any, settings: Settings) -> Reply:
    """The reply in a completion, the tokens it took and what they cost. Raises :class:`Malformed`."""
    try:
        choice = data["choices"][0]
        raw = choice["message"].get("content")  # some servers leave it out where nothing was said
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Malformed(f"no `choices` with a message in the answer: {data}") from None
    raw = _text(raw)
    text, thought = apart(raw, settings.thinking_end)
    thinking = choice["message"].get("reasoning_content") or choice["message"].get("reasoning") or thought
    details: dict[str, Any] = _usage(data.get("usage"), settings)
    if thinking:
        details["thinking"] = str(thinking).strip()
    if not text:
        details["empty"] = True
    finish = str(choice.get("finish_reason") or "") or None
    return Reply(text, raw=raw if raw.strip() != text else None, finish=finish, details=details)


def _text(content: Any) -> str:
    """What a message says: a text, or the texts of its parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return "" if content is None else str(content)


def _usage(usage: Any, settings: Settings) -> dict[str, Any]:
    if not isinstance(usage, dict):
        return {}
    taken, given = int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
    found: dict[str, Any] = {"input_tokens": taken, "output_tokens": given}
    if settings.input_price or settings.output_price:
        found["cost"] = (taken * settings.input_price + given * settings.output_price) / 1e6
    return found
