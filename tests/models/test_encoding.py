"""What stands in the place of a model's encoder: it computes the same once, and passes on what differs."""

import pytest

from audiotest.models._hf.encoding import Encoding, encode_once

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")


class Encoder:
    """Gives a tensor of rows, one of tokens, fields and a list; counts the rows that it was asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, features, mask=None, return_dict=False):
        self.asked.append(len(features))
        tokens = features.flatten(0, 1) * 2
        rows = [row.sum(0) for row in features]
        return {"pooler_output": tokens, "last_hidden_state": features + 1, "hidden_states": (features, features * 3),
                "lengths": rows, "cache": None}  # fmt: skip


def clip(seed, clips=1):
    return torch.randn(clips, 5, 3, generator=torch.Generator().manual_seed(seed))


def same(found, wanted):
    assert found.keys() == wanted.keys()
    for name in ("pooler_output", "last_hidden_state"):
        assert torch.equal(found[name], wanted[name])
    for name in ("hidden_states", "lengths"):
        assert type(found[name]) is type(wanted[name])
        assert len(found[name]) == len(wanted[name])
        assert all(torch.equal(a, b) for a, b in zip(found[name], wanted[name], strict=True))


@pytest.mark.parametrize("clips", [1, 2])
@pytest.mark.parametrize("prompts", [1, 4])
def test_prompts_about_one_sound_get_what_they_would_get_for_the_work_of_one(clips, prompts):
    encode = Encoder()
    made, whole = Encoding(encode), torch.cat([clip(1, clips)] * prompts)
    with made.once(prompts):
        found = made(whole, mask=torch.ones(len(whole), 5), return_dict=True)
    assert encode.asked == [clips]
    same(found, Encoder()(whole))
    with made.once(1):
        same(made(whole[:clips], mask=torch.ones(clips, 5), return_dict=True), Encoder()(whole[:clips]))
    assert encode.asked == [clips]


def test_what_differs_is_encoded_as_it_was_given():
    encode = Encoder()
    made, whole = Encoding(encode), torch.cat([clip(1), clip(2)])
    for prompts in (2, 0, 3):
        with made.once(prompts):
            for _ in range(2):
                same(made(whole), Encoder()(whole))
        # Several sounds in one call are kept while the call's reply is written, and no longer.
        assert encode.asked == [2] * (2 if prompts else 1)
        encode.asked.clear()
    for other in (clip(3), clip(3).double(), clip(3)):
        with made.once(1):
            same(made(other), Encoder()(other))
    with made.once(1):
        made(clip(3), torch.ones(1, 5))
        made(clip(3), return_dict=True)
    assert encode.asked == [1] * 5
    same(made(clip(3)), Encoder()(clip(3)))
    same(made(clip(3)), Encoder()(clip(3)))
    assert encode.asked == [1] * 7, "outside, everything is passed on"


def test_a_result_is_not_shared_with_who_changes_it_in_its_place():
    made = Encoding(Encoder())
    with made.once(1):
        first = made(clip(1))
        first["pooler_output"].zero_()
        same(made(clip(1)), Encoder()(clip(1)))


def test_a_model_that_only_reads_has_nothing_to_encode():
    config = transformers.Qwen2Config(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
                                      num_key_value_heads=1, vocab_size=9)  # fmt: skip
    assert encode_once(transformers.Qwen2ForCausalLM(config)) is None
