"""The adapter ``salmonn`` on a tiny checkpoint in the published files, held against what the official code computes.

``data/salmonn.npz`` was made by bytedance/SALMONN, commit a58bba7, with the same weights (tools/salmonn_golden.py).
"""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sentencepiece")
import tiny_salmonn as tiny
import torch

from audiotest.cli import main
from audiotest.models._hf.memory import Budget
from audiotest.models._salmonn import continuous
from audiotest.models.loading import cards, open_model
from audiotest.models.protocol import Unsupported
from audiotest.models.streaming import in_order
from audiotest.types import Generation, Request, Waveform

OFFICIAL = np.load(Path(__file__).parent / "data" / "salmonn.npz")
CLIPS = [Waveform(wave[:, None], 16000) for wave in tiny.sounds()]
REQUESTS = [
    Request(suite="s", case=f"c{i}", condition="original", prompt=tiny.TEXTS[i % 2], question="?", audio=(clip,),
            generation=Generation(max_new_tokens=12))
    for i, clip in enumerate(CLIPS)
]  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("salmonn")
    return folder, tiny.save(folder)


@pytest.fixture(scope="module")
def model(files):
    folder, options = files
    made = open_model(f"salmonn:{folder / 'salmonn_v1.pth'}", options)
    made.load()
    yield made
    made.close()


def sibling(model, **options):
    """Another adapter over the same weights."""
    made = open_model(f"salmonn:{model.checkpoint}", options)
    made._parts = model._parts
    return made


def texts(replies):
    for reply in replies:
        if isinstance(reply, Exception):
            raise reply
    return [reply.text for reply in replies]


@pytest.mark.parametrize("i", range(len(CLIPS)))
def test_every_stage_computes_what_the_official_code_does(model, i):
    stages = model.stages(REQUESTS[i])
    np.testing.assert_allclose(stages["beats"][::16], OFFICIAL[f"beats{i}"], atol=1e-4)
    np.testing.assert_allclose(stages["tokens"][::4], OFFICIAL[f"tokens{i}"], atol=1e-4)
    np.testing.assert_allclose(stages["logits"][-1], OFFICIAL[f"logits{i}"], atol=1e-4)
    assert np.abs(OFFICIAL[f"logits{i}"]).max() > 1


@pytest.mark.parametrize(("beams", "name"), [(1, "ids"), (4, "beam")])
def test_replies_are_those_of_the_official_code(model, beams, name):
    said = texts(sibling(model, num_beams=beams).answer(REQUESTS))
    decode = model._parts.tokenizer.decode
    assert said == [decode(OFFICIAL[f"{name}{i}"], skip_special_tokens=True).strip() for i in range(len(CLIPS))]
    assert len(set(said)) == len(said)


def test_a_batch_answers_like_its_parts_and_like_single_requests(model):
    together = texts(model.answer(REQUESTS))
    assert texts(model.answer(REQUESTS[:3])) + texts(model.answer(REQUESTS[3:])) == together
    assert [texts(model.answer([one]))[0] for one in REQUESTS] == together


@pytest.mark.parametrize("beams", [1, 4])
def test_questions_about_one_clip_share_a_reading_of_it_and_are_answered_alike(model, beams):
    about = [replace(r, audio=REQUESTS[2].audio, prompt=f"{r.prompt}{' long' * i}") for i, r in enumerate(REQUESTS)]
    replies = sibling(model, num_beams=beams).answer(about)
    assert all(reply.details["shared"] for reply in replies)
    assert texts(replies) == texts(sibling(model, num_beams=beams, shared="false").answer(about))
    mixed = [*about[:3], *REQUESTS[3:]]
    assert texts(model.answer(mixed)) == texts(sibling(model, shared="false").answer(mixed))


def test_options_are_ranked_in_batches_that_fit_into_memory(model):
    ranked = [replace(r, choices=("a dog", "rain", "wind"), likelihoods=True) for r in REQUESTS[:2]]
    ranked = [replace(r, generation=Generation(max_new_tokens=1)) for r in ranked]
    few, shapes = sibling(model), []
    hook = model._parts.llm.register_forward_pre_hook(
        lambda _, __, given: shapes.append(tuple(given["attention_mask"].shape)), with_kwargs=True
    )
    expected = [reply.details["likelihoods"]["text"] for reply in few.answer(ranked)]
    assert max(rows for rows, _ in shapes) == 12, "the options and labels of both at once"
    few._budget = Budget(5 * max(length for _, length in shapes), 1)
    shapes.clear()
    within = [reply.details["likelihoods"]["text"] for reply in few.answer(ranked)]
    hook.remove()
    assert max(rows for rows, _ in shapes) == 3, "beside the two prompts"
    for options, others in zip(within, expected, strict=True):
        assert [o["logprob"] for o in options] == pytest.approx([o["logprob"] for o in others], abs=1e-3, rel=1e-5)


def test_options_are_ranked_by_their_probability(model):
    choices = ("a dog barks", "rain falls on a tin roof, and music")
    wanted = replace(REQUESTS[1], choices=choices, likelihoods=True)
    found = model.answer([wanted])[0].details["likelihoods"]
    parts, rows = model._parts, model.stages(REQUESTS[1])
    for text, option in zip(choices, found["text"], strict=True):
        # By hand: the prompt with the option behind it, read as one.
        longer = replace(REQUESTS[1], prompt=REQUESTS[1].prompt)
        ids = parts.tokenizer(text, add_special_tokens=False)["input_ids"]
        assert option["tokens"] == len(ids)
        with torch.inference_mode():
            from audiotest.models._salmonn.asking import halves

            embed = parts.llm.get_input_embeddings()(torch.tensor(ids))
            prompt = torch.cat(halves(parts, longer, rows["tokens"], model.settings))
            logits = parts.llm(inputs_embeds=torch.cat([prompt, embed])[None]).logits[0].log_softmax(-1)
        whole = sum(float(logits[len(prompt) - 1 + i, token]) for i, token in enumerate(ids))
        assert option["logprob"] == pytest.approx(whole, abs=1e-3)


def test_what_is_longer_than_30_s_is_cut_and_says_so(model):
    replies = model.answer(REQUESTS)
    assert [bool(reply.details.get("truncated")) for reply in replies] == [clip.seconds > 30 for clip in CLIPS]
    first = Waveform(CLIPS[-1].samples[: 30 * 16000], 16000)
    assert texts(model.answer([replace(REQUESTS[-1], audio=(first,))])) == texts(replies[-1:])


def test_prompts_without_sound_and_with_several_clips(model):
    silent = replace(REQUESTS[0], audio=())
    several = replace(REQUESTS[0], audio=tuple(CLIPS[:2]))
    said = model.answer([silent, several, REQUESTS[0]])
    assert isinstance(said[1], Unsupported)
    assert said[0].text != said[2].text
    assert texts([said[2]]) == texts(model.answer([REQUESTS[0]]))


def test_the_first_channel_is_heard(model):
    stereo = Waveform(np.concatenate([CLIPS[2].samples, CLIPS[2].samples[::-1]], axis=1), 16000)
    assert texts(model.answer([replace(REQUESTS[2], audio=(stereo,))])) == texts(model.answer([REQUESTS[2]]))


def test_a_sampled_reply_depends_on_its_seed_and_not_on_its_neighbours(model):
    warm = [
        replace(r, generation=Generation(max_new_tokens=12, temperature=1.5), seed=i)
        for i, r in enumerate(REQUESTS[:4])
    ]
    together = texts(model.answer(warm))
    assert together == [texts(model.answer([one]))[0] for one in warm]
    assert together != texts(model.answer([replace(r, seed=99) for r in warm]))


def test_a_clip_is_heard_once_for_replies_that_are_drawn_alone_and_settings_that_differ(model):
    about = [replace(r, audio=REQUESTS[2].audio) for r in REQUESTS]
    warm = [replace(r, generation=Generation(max_new_tokens=12, temperature=1.5), seed=i) for i, r in enumerate(about)]
    longer = [replace(r, generation=Generation(max_new_tokens=3)) for r in about[:2]]
    alone = [texts(model.answer([one]))[0] for one in [*about, *warm, *longer]]
    heard = []
    hook = model._parts.encoders.register_forward_hook(lambda _m, given, _out: heard.append(len(given[0])))
    assert texts(model.answer([*about, *warm, *longer])) == alone
    assert heard == [1]
    model.answer(about[:1])
    hook.remove()
    assert heard == [1, 1]


def streamed(model, requests, at_once):
    return in_order(model.stream(iter(requests), at_once), requests)


LENGTHS = (3, 12, 1, 8, 5)
OF_ALL_KINDS = [
    *(replace(r, generation=Generation(max_new_tokens=n)) for r, n in zip(REQUESTS, LENGTHS, strict=True)),
    *(replace(r, seed=i, generation=Generation(max_new_tokens=9, temperature=1.5)) for i, r in enumerate(REQUESTS[:2])),
    replace(REQUESTS[1], seed=7, generation=Generation(max_new_tokens=6, temperature=0.9, top_p=0.8)),
    *(replace(REQUESTS[2], prompt=prompt) for prompt in tiny.QUESTIONS[2:7]),
    replace(REQUESTS[0], audio=()),
]  # fmt: skip


@pytest.fixture(scope="module")
def alone(model):
    return [model.answer([one])[0] for one in OF_ALL_KINDS]


@pytest.mark.parametrize("at_once", [3, 8])
def test_a_stream_answers_like_single_requests_whatever_is_beside_them(model, alone, at_once):
    heard = []
    hook = model._parts.encoders.register_forward_hook(lambda _m, given, _out: heard.append(len(given[0])))
    replies = streamed(model, OF_ALL_KINDS, at_once)
    hook.remove()
    assert texts(replies) == texts(alone)
    assert len(set(texts(replies))) > 5
    for found in ("finish", "raw"):
        assert [getattr(reply, found) for reply in replies] == [getattr(reply, found) for reply in alone]
    assert [bool(reply.details.get("truncated")) for reply in replies[:5]] == [clip.seconds > 30 for clip in CLIPS]
    assert 1 < max(reply.details["batch"] for reply in replies) <= at_once
    if at_once == 8:
        assert sum(heard) == len(CLIPS)


def test_questions_about_a_clip_share_a_reading_of_it_as_slots_become_free(model):
    about = [
        replace(r, audio=REQUESTS[2].audio, prompt=prompt, generation=Generation(max_new_tokens=n))
        for r, prompt, n in zip(REQUESTS, tiny.QUESTIONS[:5], LENGTHS, strict=True)
    ]
    read, heard = [], []
    hooks = [
        model._parts.llm.register_forward_hook(
            lambda _m, _given, named, _out: read.append(named.get("inputs_embeds")), with_kwargs=True
        ),
        model._parts.encoders.register_forward_hook(lambda _m, given, _out: heard.append(len(given[0]))),
    ]
    replies = streamed(model, about, 5)
    few = list(model.stream(iter(about[:4]), 2))
    for hook in hooks:
        hook.remove()
    assert all(reply.details["shared"] for reply in replies)
    assert texts(replies) == [texts(model.answer([one]))[0] for one in about]
    assert texts(in_order(few, about[:4])) == texts(replies[:4])
    assert [about.index(request) for request, _ in few][-1] != 0
    assert heard == [1, 1]
    prefix = read[0].shape
    assert prefix[0] == 1
    assert sum(embeddings is not None and embeddings.shape == prefix for embeddings in read) == 2  # a stream each
    assert texts(streamed(sibling(model, shared="false"), about, 3)) == texts(replies)


def test_what_is_ranked_beams_and_the_option_continuous_are_answered_in_batches(model):
    ranked = replace(REQUESTS[1], choices=("a dog barks", "rain"), likelihoods=True)
    several = replace(REQUESTS[0], audio=tuple(CLIPS[:2]))
    replies = streamed(model, [REQUESTS[0], ranked, several, REQUESTS[2]], 3)
    assert replies[1].details["likelihoods"] == model.answer([ranked])[0].details["likelihoods"]
    assert isinstance(replies[2], Unsupported)
    for options, why in ({"num_beams": 4}, "4 beams"), ({"continuous": "false"}, "continuous is false"):
        other = sibling(model, **options)
        assert why in other.why_batches()
        assert texts(streamed(other, REQUESTS[:3], 2)) == texts(other.answer(REQUESTS[:3]))
    assert model.why_batches() == ""
    assert sibling(model).identity == sibling(model, continuous="false", refill=3).identity


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("name", ["prefill", "step"])
def test_out_of_memory_costs_no_reply(model, alone, monkeypatch, name):
    real, calls = getattr(continuous.Decoding, name), []

    def failing(*args):
        calls.append(args)
        if len(calls) == 3:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return real(*args)

    monkeypatch.setattr(continuous.Decoding, name, failing)
    short = [i for i, r in enumerate(OF_ALL_KINDS) if not any(clip.seconds > 5 for clip in r.audio)]
    assert texts(streamed(model, [OF_ALL_KINDS[i] for i in short], 4)) == texts([alone[i] for i in short])
    assert len(calls) > 3


def saved(files, tmp_path, change):
    """The options and the path of the checkpoint after ``change`` was made to its weights."""
    weights = tiny.own()
    change(weights)
    torch.save({"model": weights}, tmp_path / "other.pth")
    return f"salmonn:{tmp_path / 'other.pth'}", files[1]


def test_names_of_older_peft_are_read(files, model, tmp_path):
    torch.save({"model": tiny.own(default="")}, tmp_path / "older.pth")
    older = open_model(f"salmonn:{tmp_path / 'older.pth'}", files[1])
    older.load()
    assert texts(older.answer(REQUESTS[:2])) == texts(model.answer(REQUESTS[:2]))


LORA = "llama_model.base_model.model.model.layers.1.self_attn.q_proj"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda w: w.update({"speech_Qformer.bert.extra": torch.ones(2)}), "no use here for qformer.extra"),
        (lambda w: w.update({"llama_model.head": torch.ones(2)}), "belong nowhere: llama_model.head"),
        (lambda w: w.pop("ln_audio.bias"), "lacks ln_audio.bias"),
        (lambda w: w.pop("speech_query_tokens"), "lacks query_tokens"),
        (lambda w: w.pop(f"{LORA}.lora_B.default.weight"), "q_proj has A alone"),
        (lambda w: w.update({f"{LORA}.lora_B.default.weight": torch.ones(64, 8)}), "another language model"),
        (lambda w: w.update({f"{LORA.replace('.1.', '.7.')}.lora_{s}.default.weight": torch.ones(8, 8) for s in "AB"}),
         "no model.layers.7.self_attn.q_proj"),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit_are_named(files, tmp_path, change, told):
    spec, options = saved(files, tmp_path, change)
    with pytest.raises(ValueError, match=told):
        open_model(spec, options).load()


def test_every_missing_file_is_named_with_where_it_is_published(tmp_path):
    model = open_model(f"salmonn:{tmp_path / 'salmonn_v1.pth'}", {"llm": str(tmp_path / "vicuna")})
    with pytest.raises(OSError, match="lacks files") as told:
        model.load()
    for words in (
        "salmonn_v1.pth",
        "tsinghua-ee/SALMONN",
        "vicuna-13b-v1.1",
        "llm=PATH",
        "unilm/tree/master/beats",
        "beats: not given",
    ):
        assert words in str(told.value)
    assert "whisper:" not in str(told.value)


def test_both_published_sizes_have_a_card_and_doctor_says_what_is_missing(capsys):
    assert cards()["salmonn"].checkpoint == "tsinghua-ee/SALMONN"
    assert cards()["salmonn-7b"].options["llm"] == "lmsys/vicuna-7b-v1.5"
    with pytest.raises(SystemExit) as left:
        main(["doctor", "--model", "salmonn"])
    assert left.value.code == 1
    assert "beats: not given" in capsys.readouterr().out
