"""The adapter ``hf`` as a stream: replies come when they are there, rows come and go, and what goes wrong costs its own."""

import logging
from copy import deepcopy
from functools import partial

import pytest

import audiotest

pytest.importorskip("torch")
pytest.importorskip("transformers")
import torch
from click.testing import CliRunner
from hf_checks import REQUESTS, streamed, texts
from msgspec.structs import replace
from tiny import audioflamingo3, qwen2_audio

from audiotest.cli import main
from audiotest.models._hf import continuous, decoding, sharing
from audiotest.models._hf.loading import load
from audiotest.models._hf.memory import Budget
from audiotest.models.loading import ModelError, open_model
from audiotest.models.streaming import stream_of
from audiotest.types import Generation

LENGTHS = (3, 20, 8, 1, 12, 16, 6, 10)
OUT = torch.cuda.OutOfMemoryError("CUDA out of memory")
ASKED = [replace(r, generation=Generation(max_new_tokens=n)) for r, n in zip(REQUESTS, LENGTHS, strict=True)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return audioflamingo3(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="module")
def loaded(folder):
    """Weights and processor, and what the trial of slots says of them."""
    model = open_model(f"hf:{folder}")
    parts = load(str(folder), model.settings)
    model.adopt(*deepcopy(parts))
    return parts, model.why_batches()


@pytest.fixture
def model(folder, loaded):
    """As just opened, without reading the weights and trying slots once more."""
    model = open_model(f"hf:{folder}")
    (weights, processor), model_why_batches = loaded
    model.adopt(deepcopy(weights), processor)
    model._why_batches = model_why_batches
    return model


@pytest.fixture(scope="module")
def alone(folder):
    model = opened(folder)
    return [reply.text for reply in (model.answer([one])[0] for one in ASKED)]


def opened(folder, **options):
    model = open_model(f"hf:{folder}", options)
    model.load()
    return model


@pytest.mark.usefixtures("in_time")
def test_a_reply_comes_when_it_has_ended_and_makes_room_for_the_next(model, alone):
    order = [ASKED.index(request) for request, _ in model.stream(iter(ASKED), 3)]
    assert sorted(order) == list(range(8))
    # The second asks for 20 tokens: those that are asked after it, and want fewer, are there before.
    assert order.index(1) > max(order.index(2), order.index(3))
    assert texts(streamed(model, ASKED, 3)) == alone


def test_the_user_says_how_many_are_in_flight(model, alone):
    beside = {reply.details["batch"] for _, reply in stream_of(model, 2)(iter(ASKED))}
    assert max(beside) == 2


def test_a_stop_string_and_a_penalty_for_repetition_do_in_a_slot_what_they_do_alone(folder, alone):
    model = opened(folder)
    model._model.generation_config.repetition_penalty = 1.7
    stop = alone[1][4:6]
    asked = [replace(r, generation=replace(r.generation, stop=(stop,) if i % 2 else ())) for i, r in enumerate(ASKED)]
    expected = [texts(model.answer([one]))[0] for one in asked]
    assert texts(streamed(model, asked, 3)) == expected
    assert model.why_batches() == ""
    assert expected != alone


def test_settings_that_count_tokens_of_the_batch_are_left_to_generate(folder):
    model = opened(folder)
    model._model.generation_config.no_repeat_ngram_size = 2
    expected = [texts(model.answer([one]))[0] for one in ASKED]
    assert "NoRepeatNGramLogitsProcessor" in model.why_batches()
    assert texts(streamed(model, ASKED, 8)) == expected


@pytest.mark.parametrize(
    ("build", "options", "reason"),
    [
        (lambda f: qwen2_audio(f, use_sliding_window=True, sliding_window=64, max_window_layers=0), {}, "its layers keep"),
        (qwen2_audio, {"continuous": "false"}, "the option continuous is false"),
    ],
)  # fmt: skip
def test_a_model_whose_rows_cannot_come_and_go_answers_in_batches_and_says_why(tmp_path, build, options, reason):
    model = opened(build(tmp_path), **options)
    assert texts(streamed(model, REQUESTS[:4], 4)) == [texts(model.answer([one]))[0] for one in REQUESTS[:4]]
    assert model.why_batches().startswith(reason)


@pytest.fixture
def quiet_compiler():
    """torch writes a record of every step of its compiler, and pytest keeps them all."""
    logging.getLogger("torch.__trace").disabled = True
    yield
    logging.getLogger("torch.__trace").disabled = False


@pytest.mark.usefixtures("quiet_compiler")
def test_a_compiled_step_gives_the_same_replies_and_is_compiled_once(folder, alone, monkeypatch):
    # torch's compiler reads the whole step; what makes machine code of it takes 14 s of CPU, so it is left out.
    graphs, modes = [], set()

    def backend(graph, _inputs, mode="default"):
        graphs.append(graph)
        modes.add(mode)
        return graph.forward

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=backend))
    model = opened(folder, compile="max-autotune")
    assert texts(streamed(model, ASKED, 4)) == alone
    assert modes == {"max-autotune"}
    compiled = len(graphs)
    assert 1 <= compiled <= 4, "the step is one graph for one row, others for several, with a mask and without"
    assert texts(streamed(model, ASKED[:3], 2)) == alone[:3]
    assert len(graphs) == compiled, "rows of another number or length are compiled again"
    model.close()
    assert model.compiled is None


def test_the_mode_of_the_compiler_is_part_of_the_identity(folder):
    modes = ("true", "default", "reduce-overhead", "max-autotune", "false")
    named = {mode: open_model(f"hf:{folder}", {"compile": mode}).identity for mode in modes}
    assert named["true"] == named["default"]
    assert named["false"] == open_model(f"hf:{folder}").identity
    assert len(set(named.values())) == 4


def test_a_mode_that_there_is_not_or_that_needs_a_gpu_is_a_sentence(folder):
    with pytest.raises(ModelError, match="`compile` takes true, false or one of default, .*, not 'fast'"):
        open_model(f"hf:{folder}", {"compile": "fast"})
    with pytest.raises(
        ValueError, match="compile=reduce-overhead is CUDA graphs, .* the device cpu; take compile=true"
    ):
        opened(folder, compile="reduce-overhead")


@pytest.mark.usefixtures("quiet_compiler")
def test_a_step_that_cannot_be_compiled_is_one_sentence_when_the_model_is_loaded(folder, monkeypatch):
    with pytest.raises(ValueError, match="in batches: the option continuous is false; leave compile off"):
        opened(folder, compile="true", continuous="false")

    def no_compiler(graph, _inputs):
        raise RuntimeError("no C++ compiler is here\n\nand a page of advice")

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend=no_compiler))
    with pytest.raises(ValueError, match=r"no C\+\+ compiler is here; leave compile off$") as failed:
        opened(folder, compile="true")
    assert "\n" not in str(failed.value)


def test_a_model_that_mixes_its_rows_is_found_out_before_it_is_asked(folder, monkeypatch):
    model = opened(folder)
    step = decoding.Rows.step

    def leaking(rows):
        rows.mask = torch.ones_like(rows.mask)
        return step(rows)

    monkeypatch.setattr(decoding.Rows, "step", leaking)
    assert model.why_batches() == "other rows change what it computes for one"


def test_the_trial_keeps_nothing_for_gradients(folder, monkeypatch):
    model = opened(folder)
    step, kept = decoding.Rows.step, []

    def noted(rows):
        ended = step(rows)
        kept.append(rows.logits.requires_grad)
        return ended

    monkeypatch.setattr(decoding.Rows, "step", noted)
    assert model.why_batches() == ""
    assert set(kept) == {False}


def test_questions_about_a_clip_share_its_prefill_whatever_ends_their_replies(model):
    about = [replace(r, audio=ASKED[2].audio) for r in ASKED]
    replies = streamed(model, about, 3)
    assert texts(replies) == [texts(model.answer([one]))[0] for one in about]
    assert all(reply.details["shared"] for reply in replies)


@pytest.fixture
def prefixes(monkeypatch):
    """How many tokens each prefill of a shared prefix has read."""
    read, real = [], sharing.prefilled

    def noted(model, first, length):
        read.append(length)
        return real(model, first, length)

    monkeypatch.setattr(sharing, "prefilled", noted)
    return read


def about(clips):
    """Questions, each about the clip of the request of that number."""
    return [
        replace(ASKED[i % 8], case=f"w{i}", prompt=f"Question {i}: what is heard?", audio=ASKED[clip].audio)
        for i, clip in enumerate(clips)
    ]  # fmt: skip


@pytest.mark.parametrize("clips", [[2] * 9, [2] * 3 + [5] * 4 + [6] * 5, [2] * 2 + [5] * 2 + [6] * 4 + [1] * 3])
def test_a_clip_is_read_once_though_its_questions_span_several_windows(model, prefixes, clips):
    asked = about(clips)
    expected = [texts(model.answer([one]))[0] for one in asked]
    replies = streamed(model, asked, 4)
    assert texts(replies) == expected
    assert len(prefixes) == len(set(clips))
    assert all(reply.details["shared"] for reply in replies)


def test_a_prefix_that_waits_for_the_next_window_counts_as_memory_and_goes_when_it_is_short(
    model, prefixes, monkeypatch
):
    asked = [replace(r, generation=Generation(max_new_tokens=5)) for r in about([2] * 9)]
    expected = [texts(model.answer([one]))[0] for one in asked]
    real, kept, steps = decoding.Rows.step, [], []
    engine = continuous.Decoding(model)
    monkeypatch.setattr(continuous, "Decoding", lambda adapter: engine)

    def noted(rows):
        steps.append(len(rows.rows))
        kept.append(engine.held)
        if len(steps) == 2:
            raise OUT
        return real(rows)

    monkeypatch.setattr(decoding.Rows, "step", noted)
    assert texts(streamed(model, asked, 4)) == expected
    assert kept[0] == prefixes[0] > 0, "the first window's prefix is kept for the second"
    assert kept[2] == 0, "out of memory, it is let go"
    assert engine.held == 0
    assert len(prefixes) > 1


def test_no_prefix_waits_while_a_batch_is_asked_that_counts_on_all_of_the_memory(model, monkeypatch):
    asked = [replace(r, generation=Generation(max_new_tokens=2)) for r in about([2] * 6)]
    asked[1] = replace(asked[1], choices=("a dog", "rain"), likelihoods=True)
    real, held, engine = model.answer, [], continuous.Decoding(model)
    monkeypatch.setattr(continuous, "Decoding", lambda adapter: engine)

    def answer(requests):
        held.append(engine.held)
        return real(requests)

    monkeypatch.setattr(model, "answer", answer)
    assert all(texts(streamed(model, asked, 4)))
    assert held == [0]


def test_of_clips_with_one_question_each_nothing_is_kept(model, alone, prefixes):
    assert texts(streamed(model, ASKED, 4)) == alone
    assert prefixes == []


def test_what_is_ranked_is_asked_beside_the_slots(model):
    ranked = [replace(r, choices=("a dog", "rain"), likelihoods=True) for r in ASKED[:2]]
    sampled = replace(ASKED[2], seed=3, generation=Generation(max_new_tokens=6, temperature=0.8))
    ranked.append(replace(sampled, choices=("a dog", "rain"), likelihoods=True))
    asked = [ASKED[4], *ranked, ASKED[5], sampled, ASKED[6]]
    expected = [model.answer([one])[0] for one in asked]
    replies = streamed(model, asked, 4)
    assert texts(replies) == texts(expected)
    assert ["likelihoods" in reply.details for reply in replies] == [False, True, True, True, False, False, False]


WARM = [replace(r, seed=i, generation=replace(r.generation, temperature=1.2)) for i, r in enumerate(ASKED)]


def test_repeats_of_a_sampled_question_share_the_prefill_of_their_clip_and_each_draws_by_itself(model):
    repeats = [replace(ASKED[1], seed=i, generation=WARM[1].generation) for i in range(6)]
    expected = [texts(model.answer([one]))[0] for one in repeats]
    replies = streamed(model, repeats, 4)
    assert texts(replies) == expected
    assert len(set(expected)) == 6
    assert all(reply.details["shared"] for reply in replies)


def test_a_sampled_reply_that_was_lost_to_memory_is_drawn_again_from_the_start(model, monkeypatch):
    expected = [texts(model.answer([one]))[0] for one in WARM]
    real, calls = decoding.Rows.step, []

    def failing(rows):
        calls.append(rows)
        if len(calls) == 6:
            raise OUT
        return real(rows)

    monkeypatch.setattr(decoding.Rows, "step", failing)
    assert texts(streamed(model, WARM, 4)) == expected
    assert len(calls) > 6


def test_what_the_checkpoint_adds_to_how_a_reply_is_sampled_holds_in_slots(folder):
    model = opened(folder)
    free = [texts(model.answer([one]))[0] for one in WARM[:4]]
    model._model.generation_config.top_k = 3
    model._model.generation_config.min_p = 0.01
    expected = [texts(model.answer([one]))[0] for one in WARM[:4]]
    replies = streamed(model, WARM[:4], 3)
    assert texts(replies) == expected != free
    assert max(reply.details["batch"] for reply in replies) > 1


def test_a_way_of_sampling_that_slots_do_not_know_is_asked_alone(folder):
    model = opened(folder)
    model._model.generation_config.top_h = 0.4
    asked = [*WARM[:3], *ASKED[3:5]]
    expected = [texts(model.answer([one]))[0] for one in asked]
    replies = streamed(model, asked, 4)
    assert texts(replies) == expected
    assert model.why_batches() == ""
    assert [reply.details["batch"] for reply in replies[:3]] == [1, 1, 1]


def test_no_more_rows_are_in_flight_than_memory_has_tokens_for(model, alone, monkeypatch):
    tokens = [model._inputs([r]).inputs["input_ids"].shape[1] + r.generation.max_new_tokens for r in ASKED]
    model._budget = Budget(2.5 * max(tokens), 1)
    step, used = decoding.Rows.step, []

    def noted(rows):
        used.append((len(rows.rows), rows.mask.shape[1]))
        return step(rows)

    monkeypatch.setattr(decoding.Rows, "step", noted)
    assert texts(streamed(model, ASKED, 8)) == alone
    assert 2 <= max(rows for rows, _ in used) < 8
    assert max(rows * length for rows, length in used) <= 2.5 * max(tokens)


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize(("name", "fails"), [("prefill", 3), ("join", 3), ("step", 6)])
def test_out_of_memory_costs_no_reply(model, alone, monkeypatch, name, fails):
    real, calls, yielded = getattr(continuous.Decoding, name), [], []

    def failing(*args):
        calls.append(len(yielded))
        if len(calls) == fails:
            raise OUT
        return real(*args)

    monkeypatch.setattr(continuous.Decoding, name, failing)
    for request, reply in model.stream(iter(ASKED), 4):
        yielded.append(ASKED.index(request))
        assert reply.text == alone[yielded[-1]]
    assert sorted(yielded) == list(range(8))
    assert len(calls) > fails


def test_a_request_that_does_not_fit_alone_is_the_only_one_without_a_reply(model, alone, monkeypatch):
    real = continuous.Decoding.prefill

    def failing(engine, group, rows):
        if ASKED[2] in group.items[:rows]:
            raise OUT
        return real(engine, group, rows)

    monkeypatch.setattr(continuous.Decoding, "prefill", failing)
    replies = streamed(model, ASKED, 4)
    assert isinstance(replies[2], torch.cuda.OutOfMemoryError)
    assert [r.text for i, r in enumerate(replies) if i != 2] == [t for i, t in enumerate(alone) if i != 2]


def test_a_request_that_cannot_be_read_costs_only_itself(model, alone, monkeypatch):
    real = model._inputs

    def failing(requests):
        if any(request.case == "c4" for request in requests):
            raise ValueError("no features can be made of it")
        return real(requests)

    monkeypatch.setattr(model, "_inputs", failing)
    replies = streamed(model, ASKED, 4)
    assert str(replies[4]) == "no features can be made of it"
    assert [r.text for i, r in enumerate(replies) if i != 4] == [t for i, t in enumerate(alone) if i != 4]


@pytest.mark.parametrize("asked", [ASKED, WARM], ids=["greedy", "sampled"])
def test_numbers_that_are_none_end_their_row_alone(model, monkeypatch, asked):
    expected = [texts(model.answer([one]))[0] for one in asked]
    real = decoding.Rows.choose

    def broken(rows, logits):
        for i, row in enumerate(rows.rows):
            if row.request is asked[1] and len(row.ids) == 4:
                logits[i] = float("nan")
        return real(rows, logits)

    monkeypatch.setattr(decoding.Rows, "choose", broken)
    replies = streamed(model, asked, 4)
    assert str(replies[1]) == "AudioFlamingo3ForConditionalGeneration computed NaN for c1"
    assert [r.text for i, r in enumerate(replies) if i != 1] == [t for i, t in enumerate(expected) if i != 1]


def test_a_stream_that_is_closed_lets_its_rows_go(model):
    stream = model.stream(iter(ASKED), 4)
    next(stream)
    stream.close()
    assert texts(streamed(model, ASKED[:2], 2)) == texts([model.answer([one])[0] for one in ASKED[:2]])


@pytest.mark.parametrize(
    ("options", "says"),
    [((), "a reply that ends makes room for the next"), (("--option", "continuous=false"), "wait for the longest")],
)
def test_check_model_asks_in_slots_too_and_says_whether_there_are_any(folder, options, says):
    checked = CliRunner().invoke(main, ["check-model", f"hf:{folder}", "--tokens", "4", *options])
    assert checked.exit_code == 0, checked.output
    assert says in checked.output
    assert "0 of 8 replies differ" in checked.output


def test_a_run_has_the_records_that_it_has_in_batches(folder):
    suite = replace(audiotest.load_suite("suites/listening/pitch.yaml"), generation=Generation(max_new_tokens=12))
    runs = [
        audiotest.run(suite, model, limit=2, conditions=["original", "text_only"], cache=False)
        for model in (open_model(f"hf:{folder}"), open_model(f"hf:{folder}", {"continuous": "false"}))
    ]
    slots, batches = ({r.nodeid: (r.reply.text, r.outcome, r.verdicts) for r in run.records} for run in runs)
    assert slots == batches
    assert len(slots) > 2
