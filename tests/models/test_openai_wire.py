"""Whatever JSON a server sends is a reply that can be kept, or an error: nothing else, however odd."""

import json

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiotest.models._openai import wire
from audiotest.models._openai.failures import code_of, retry_after, words_of
from audiotest.models._openai.settings import Settings
from audiotest.types import Generation, Reply, Request

KEYS = [
    "choices", "message", "content", "text", "type", "refusal", "reasoning", "reasoning_content", "thinking", "thought", "error",
    "code", "status", "finish_reason", "usage", "prompt_tokens", "completion_tokens", "model", "system_fingerprint", "detail", "value",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(["text", "thinking", "refusal", "content_filter", "error", "a bell", "<think>", "</think>", "404", "\ud83d"]),
    st.text(st.characters(exclude_categories=()), max_size=8),
)  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | TEXTS, inner, max_size=4),
    max_leaves=12,
)
MESSAGES = st.fixed_dictionaries({}, optional=dict.fromkeys(("content", "refusal", "reasoning", "thinking"), JSON))
CHOICES = st.fixed_dictionaries({"message": MESSAGES}, optional={"finish_reason": JSON, "error": JSON})
COMPLETIONS = st.fixed_dictionaries(
    {"choices": st.lists(CHOICES, max_size=2)},
    optional=dict.fromkeys(("usage", "model", "system_fingerprint", "error"), JSON),
)


@settings(max_examples=200, deadline=None)
@given(JSON | COMPLETIONS)
@example(
    {
        "choices": [{"message": {"content": "a", "reasoning": [{"text": "\ud83d"}]}}],
        "usage": {"prompt_tokens": float("inf")},
    }
)
def test_any_json_is_a_reply_that_can_be_kept_or_no_reply(data):
    try:
        reply = wire.reply(data, Settings(input_price=1.0), str)
    except wire.NoReply:
        return
    assert isinstance(reply, Reply)
    assert isinstance(reply.text, str)
    assert msgspec.json.decode(msgspec.json.encode(reply), type=Reply) == reply
    assert all(isinstance(reply.details.get(key, 0), int) for key in ("input_tokens", "output_tokens"))


@settings(max_examples=100, deadline=None)
@given(JSON, TEXTS)
def test_any_json_has_words_and_a_code(data, text):
    assert len(words_of(data, text, str)) <= 300
    assert isinstance(code_of(data), str)


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=40)
    | st.floats().map(str)
    | st.datetimes().map(lambda at: at.strftime("%a, %d %b %Y %H:%M:%S GMT"))
)
def test_any_retry_after_is_a_wait_within_bounds_or_none(text):
    seconds = retry_after(text)
    assert seconds is None or 0 <= seconds <= 120


@settings(max_examples=100, deadline=None)
@given(
    TEXTS,
    st.none() | TEXTS,
    st.lists(st.sampled_from([b"QUJD", b"REVG"]), max_size=2),
    st.sampled_from(["input_audio", "audio_url"]),
)
def test_the_pieces_of_a_request_are_one_json_with_what_was_to_be_sent(prompt, system, sounds, audio):
    one = Request(suite="s", case="c", condition="o", prompt=prompt, question="", generation=Generation(system=system))
    sent = json.loads(b"".join(wire.body("m", one, Settings(audio=audio), sounds)))
    content = sent["messages"][-1]["content"]
    assert (content[-1]["text"] if sounds else content) == prompt
    carried = [part[audio]["data" if audio == "input_audio" else "url"] for part in content[:-1]] if sounds else []
    assert [data.rpartition(",")[2].encode() for data in carried] == sounds
    assert [m["content"] for m in sent["messages"][:-1]] == ([system] if system else [])
