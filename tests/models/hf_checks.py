"""What holds for every model behind the adapter ``hf``; run in the tests' own process, or beside what processors import."""

from concurrent.futures import ThreadPoolExecutor
from weakref import WeakKeyDictionary

import numpy as np
import pytest
from msgspec.structs import replace

from audiotest.models._hf.asking import inputs
from audiotest.models._hf.memory import budget
from audiotest.models.loading import open_model
from audiotest.models.streaming import in_order
from audiotest.types import Generation, Request, Turn, Waveform

SECONDS = (0.4, 1.0, 2.3, 5.1, 0.7, 3.0, 1.6, 0.9)


def sound(seconds, seed):
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * 16000)) / 16000
    wave = 0.3 * np.sin(2 * np.pi * (200 + 150 * seed) * t) + 0.05 * rng.standard_normal(len(t))
    return Waveform(wave[:, None].astype(np.float32), 16000)


def request(i, seconds, **more):
    return Request(suite="s", case=f"c{i}", condition="original", prompt=f"What is heard in clip {'long ' * (i % 3)}{i}?",
                   question="?", audio=(sound(seconds, i),), generation=Generation(max_new_tokens=6), **more)  # fmt: skip


REQUESTS = [request(i, seconds) for i, seconds in enumerate(SECONDS)]
FEW = REQUESTS[:4]
"""What every architecture is asked: sounds from 0.4 to 5.1 s."""
BY_ITSELF = WeakKeyDictionary()


def texts(replies):
    for reply in replies:
        if isinstance(reply, Exception):
            raise reply
    return [reply.text for reply in replies]


def by_itself(model):
    """What the model says to each of FEW by itself; asked once."""
    if model not in BY_ITSELF:
        BY_ITSELF[model] = [texts(model.answer([one]))[0] for one in FEW]
    return BY_ITSELF[model]


def check_a_batch_answers_like_its_parts_and_like_single_requests(model):
    replies = model.answer(FEW)
    assert texts(replies) == by_itself(model)
    assert {reply.details["batch"] for reply in replies} == ({1} if model.settings.padding_heard else {4})
    assert texts(model.answer(FEW[:3])) + texts(model.answer(FEW[3:])) == by_itself(model)
    assert len(set(by_itself(model))) > 1


def check_a_batch_is_cut_to_the_memory_that_it_may_take(model):
    made = open_model(model.name, {"memory": "0.000001"})
    made._model, made._processor = model._model, model._processor
    made._budget = budget(model._model, 0.0)
    assert texts(made.answer(FEW)) == by_itself(model)
    made._budget = budget(model._model, made.settings.memory)
    replies = made.answer(FEW[:2])
    assert texts(replies) == by_itself(model)[:2]
    assert {reply.details["batch"] for reply in replies} == {1}


def check_what_is_prepared_in_another_thread_is_answered_alike(model):
    clip = REQUESTS[2].audio
    batches = [FEW[:2], FEW[2:], [replace(r, audio=clip) for r in FEW[:3]]]
    plain_texts = [by_itself(model)[:2], by_itself(model)[2:], texts(model.answer(batches[2]))]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(model.prepare, batches[0])
        for i, batch in enumerate(batches):
            waiting.result()
            waiting = pool.submit(model.prepare, batches[(i + 1) % 3])
            assert texts(model.answer(batch)) == plain_texts[i]
    # What was prepared was used, and what was not is let go with what comes after.
    waiting.result()
    assert sum(map(len, model._ahead)) <= len(FEW)
    model._ahead.clear()


def check_replies_follow_the_sound(model):
    others = [replace(r, audio=(sound(4.0, 77 + i),)) for i, r in enumerate(FEW)]
    assert texts(model.answer(others)) != by_itself(model)


def check_prompts_without_sound_take_the_same_path_in_the_same_call(model):
    silent = [replace(r, audio=()) for r in REQUESTS[:3]]
    mixed = texts(model.answer([*silent, *REQUESTS[:3]]))
    assert mixed == texts(model.answer(silent)) + by_itself(model)[:3]
    assert mixed[:3] != mixed[3:]


def check_options_are_ranked_over_one_prefill_as_by_reading_each_whole(model):
    choices = ("a dog", "a kettle that whistles for a long while", "rain")
    wanted = [replace(r, choices=choices, likelihoods=True) for r in REQUESTS[:3]]
    shared = [r.details["likelihoods"] for r in model.answer(wanted)]
    alone = [r.details["likelihoods"] for r in plain(model).answer(wanted)]
    for found, held in zip(shared, alone, strict=True):
        assert [o["tokens"] for o in found["label"]] == [1, 1, 1]
        for of in ("text", "label"):
            assert [o["logprob"] for o in found[of]] == pytest.approx(
                [o["logprob"] for o in held[of]], abs=1e-3, rel=1e-5
            )
    assert shared[0]["text"][0]["logprob"] != pytest.approx(shared[1]["text"][0]["logprob"], abs=1e-3, rel=1e-5)
    assert "likelihoods" not in model.answer(REQUESTS[:1])[0].details


def check_options_of_several_prompts_are_ranked_at_once(model):
    """One reading of the prompts, where rows may come and go, and the options of all of them in one batch or more."""
    choices = ("a dog", "a kettle that whistles for a long while", "rain")
    wanted = [replace(r, choices=choices, likelihoods=True) for r in REQUESTS[:3]]
    model.why_batches()
    passes = []
    hook = model._model.register_forward_hook(lambda *_: passes.append(1))
    short = [replace(r, generation=Generation(max_new_tokens=1)) for r in wanted]
    replies = model.answer(short)
    hook.remove()
    model.batch_size, whole = 4, model.batch_size
    few = model.answer(short)
    model.batch_size = whole
    if not (model.why_batches() or model.settings.padding_heard):
        assert len(passes) == 3, "the reply, the prompts again, and 18 texts"
    for one, other in zip(replies, few, strict=True):
        for of in ("text", "label"):
            given, held = one.details["likelihoods"][of], other.details["likelihoods"][of]
            assert [o["logprob"] for o in given] == pytest.approx([o["logprob"] for o in held], abs=1e-3, rel=1e-5)


def check_options_are_ranked_over_the_prefill_that_the_questions_share(model):
    choices = ("a dog", "a kettle that whistles for a long while", "rain")
    about = [replace(r, audio=REQUESTS[2].audio, choices=choices, likelihoods=True) for r in REQUESTS[:4]]
    about[3] = replace(about[3], likelihoods=False)
    shared, alone = model.answer(about), plain(model).answer(about)
    assert texts(shared) == texts(alone)
    assert "likelihoods" not in shared[3].details
    for found, held in zip(shared[:3], alone[:3], strict=True):
        for of in ("text", "label"):
            given, wanted = found.details["likelihoods"][of], held.details["likelihoods"][of]
            assert [o["logprob"] for o in given] == pytest.approx([o["logprob"] for o in wanted], abs=1e-3, rel=1e-5)
    first, second = (r.details["likelihoods"]["text"][0]["logprob"] for r in shared[:2])
    assert first != pytest.approx(second, abs=1e-3, rel=1e-5)


def plain(model, **options):
    """The same weights without sharing."""
    made = open_model(f"hf:{model.checkpoint}", {"shared": "false", **options})
    made._model, made._processor = model._model, model._processor
    return made


def check_questions_about_one_clip_share_its_prefill_and_are_answered_alike(model):
    clip = REQUESTS[2].audio
    about = [replace(r, audio=clip) for r in FEW]
    replies = model.answer(about)
    held = plain(model)
    assert texts(replies) == texts(held.answer(about))
    # mistral-common's templates give ids, not text, so it cannot be seen where the sound ends: the plain path is taken.
    assert all(reply.details.get("shared", False) is (model.settings.audio_as != "base64") for reply in replies)
    assert len(set(texts(replies))) > 1
    assert texts(model.answer([*about[:4], *FEW[4:]])) == texts(held.answer([*about[:4], *FEW[4:]]))


def check_a_clip_is_encoded_once_for_questions_that_stand_before_it(model):
    # The first two are of one length, so that they can be a batch; the first is for that alone.
    clips = [(sound(seconds, 90 + i),) for i, seconds in enumerate((2.3, 2.3, 5.1))]
    about = [[replace(r, audio=clip) for r in REQUESTS[:3]] for clip in clips]
    template = getattr(model._processor, "chat_template", None)
    # mistral-common's template is no template: its ids are for everything, so that no prefix is found there.
    asked_first = (
        {"chat_template": template.replace("in m['content'] %}", "in m['content'][::-1] %}")} if template else {}
    )
    made = open_model(model.name, asked_first)
    made.load()
    made.why_batches()  # a trial, which hears a sound of its own
    held = plain(made)
    heard = ears(made)
    short = Generation(max_new_tokens=1)
    once = [work(heard, lambda q=q: held.answer([replace(q[0], generation=short)])) for q in about[1:]]
    for questions, one in zip(about[1:], once, strict=True):
        replies = []
        assert work(heard, lambda q=questions, r=replies: r.extend(made.answer(q))) == one > 0
        assert texts(replies) == texts(held.answer(questions))
        assert len(set(texts(replies))) > 1
        assert not any(reply.details.get("shared") for reply in replies)
    # Nor is it encoded again for what comes after: batches that are cut, replies drawn alone, the ranking of options.
    more = [replace(r, choices=("a dog", "rain"), likelihoods=True) for r in about[2][:2]]
    more += [replace(r, generation=Generation(max_new_tokens=8, temperature=0.7)) for r in about[2][1:]]
    said = []
    # (Phi-4's processor makes a mask for several clips, none for one: for it these are two sounds.)
    assert work(heard, lambda: said.extend(made.answer(more))) in (
        0,
        once[1] if "Phi4" in str(type(made._model)) else 0,
    )
    for found, alone in zip(said, held.answer(more), strict=True):
        assert found.text == alone.text
        for of in found.details.get("likelihoods", ()):
            for one, other in zip(found.details["likelihoods"][of], alone.details["likelihoods"][of], strict=True):
                assert one["logprob"] == pytest.approx(other["logprob"], abs=1e-3, rel=1e-5)
    if model.settings.clips != 1:
        pairs = [replace(r, audio=(*about[0][0].audio, *about[2][0].audio)) for r in FEW[:3]]
        assert texts(made.answer(pairs)) == texts(held.answer(pairs))
    # Other sounds are heard again, each in a batch of several, and not with every token.
    others = [about[0][0], about[1][0]]
    at_once = work(heard, lambda: made.answer([replace(r, generation=short) for r in others]))
    assert work(heard, lambda: made.answer(others)) == at_once == 2 * once[0]
    assert texts(made.answer(others)) == [texts(held.answer([one]))[0] for one in others]


def ears(model):
    """The convolutions that a sound runs through: every encoder has some."""
    heard = []

    def called(module, *_):
        heard.append(module)

    hooks = [m.register_forward_hook(called) for m in model._model.modules() if type(m).__name__.startswith("Conv")]
    texts(model.answer(REQUESTS[:1]))
    for hook in hooks:
        hook.remove()
    return list(dict.fromkeys(heard))


def work(modules, call):
    """How many numbers ``modules`` compute during ``call``."""
    made = []
    hooks = [m.register_forward_hook(lambda _m, _i, out: made.append(out.numel())) for m in modules]
    call()
    for hook in hooks:
        hook.remove()
    return sum(made)


def check_a_conversation_with_several_sounds_is_answered_alone_as_in_a_batch(model):
    if model.needs.clips == 1:
        return
    first = sound(0.7, 9)
    talks = [
        replace(one, audio=(first, *one.audio), turns=(
            Turn("user", ("Audio 1:", 0, "What is it?")), Turn("assistant", ("Noise.",)), Turn("user", ("Now:", 1, one.prompt)),
        ))
        for one in REQUESTS[:3]
    ]  # fmt: skip
    together = texts(model.answer(talks))
    assert [texts(model.answer([one]))[0] for one in talks] == together
    plain = [replace(one, turns=()) for one in talks]
    for talk, one in zip(talks, plain, strict=True):
        read = [inputs(model._processor, [asked], model.settings)["input_ids"][0].tolist() for asked in (talk, one)]
        assert len(read[0]) > len(read[1]), "the model does not read the turns"
    if any(together):  # one of the random models says nothing to anything
        assert texts(model.answer(plain)) != together, "the turns changed nothing"


def streamed(model, requests, at_once):
    """The replies of a stream, in the order of ``requests``."""
    return in_order(model.stream(iter(requests), at_once), requests)


def check_a_stream_answers_like_single_requests_whatever_is_beside_them(model):
    lengths = (3, 14, 6, 1, 9)
    asked = [replace(r, generation=Generation(max_new_tokens=n)) for r, n in zip(REQUESTS, lengths, strict=False)]
    asked += [replace(r, audio=()) for r in REQUESTS[4:6]]
    alone = [model.answer([one])[0] for one in asked]
    for at_once in (3, 8):
        replies = streamed(model, asked, at_once)
        assert texts(replies) == texts(alone)
        assert [reply.finish for reply in replies] == [reply.finish for reply in alone]
        assert all(reply.seconds > 0 for reply in replies)
        beside = {reply.details["batch"] for reply in replies}
        assert max(beside) <= at_once
        if not model.why_batches():
            assert max(beside) > 1


def check_questions_about_one_clip_share_its_prefill_in_a_stream(model):
    about = [replace(r, audio=REQUESTS[2].audio) for r in REQUESTS[:6]]
    held = plain(model)
    heard = ears(model)
    short = replace(about[0], generation=Generation(max_new_tokens=1))
    once = work(heard, lambda: held.answer([short]))
    streamed(model, REQUESTS[4:5], 1)  # another sound, so that nothing is known of this one
    replies = []
    assert work(heard, lambda: replies.extend(streamed(model, about, 4))) == once > 0
    assert texts(replies) == texts(held.answer(about))
    if not model.why_batches():
        assert {reply.details.get("shared", False) for reply in replies} == {model.settings.audio_as != "base64"}


def check_a_sampled_reply_in_a_stream_is_the_one_that_it_is_alone(model):
    """Each draws with its own seed, whatever is beside it and however that is sampled."""
    warm = (Generation(max_new_tokens=8, temperature=1.5), Generation(max_new_tokens=5, temperature=0.9, top_p=0.8))
    asked = [replace(r, seed=i, generation=warm[i % 2]) for i, r in enumerate(FEW)] + REQUESTS[4:6]
    alone = [model.answer([one])[0] for one in asked]
    replies = streamed(model, asked, 3)
    assert texts(replies) == texts(alone)
    assert [reply.finish for reply in replies] == [reply.finish for reply in alone]
    if not model.why_batches():
        assert max(reply.details["batch"] for reply in replies[:4]) > 1
    if len(set(texts(alone))) > 1:  # one of the random models says nothing to anything
        assert texts(streamed(model, [replace(r, seed=99) for r in asked[:4]], 4)) != texts(alone[:4])
