"""Blocks, batches, the cache and what goes wrong in them, without pytest."""

import gc
import threading
import weakref

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from audiotest.declare.suite import load
from audiotest.declare.trial import trials
from audiotest.models.protocol import Unsupported
from audiotest.predict.blocks import Block
from audiotest.predict.predictor import Predictor
from audiotest.predict.sound import Sounds, clip_id
from audiotest.predict.store import ReplyStore
from audiotest.types import Needs, Reply

SUITE = """\
suite: s
conditions: [original, text_only, noise(snr_db=10), other_audio, shuffled]
cases:
  - {id: a, question: Q?, choices: [x, y, z], answer: x, audio: one.wav}
  - {id: b, question: R?, choices: [x, y, z], answer: y, audio: one.wav}
  - {id: c, question: S?, choices: [x, y, z], answer: z, audio: [two.flac, {file: one.wav, start: 0.1, end: 0.2}]}
  - {id: d, question: T?, choices: [x, y, z], answer: x, audio: broken.wav}
"""


class Recorder:
    """A model that keeps what it was asked."""

    name, identity, batch_size = "recorder", "recorder/1", 4

    def __init__(self, needs=None, fails=lambda request: None):
        self.needs = needs or Needs(audio=True, sample_rate=8000, channels=1)
        self.fails, self.batches = fails, []

    def load(self):
        pass

    def close(self):
        pass

    def answer(self, requests):
        self.batches.append([(r.case, r.condition) for r in requests])
        self.heard = {(r.case, r.condition): r.audio for r in requests} | getattr(self, "heard", {})
        for request in requests:
            error = self.fails(request)
            if error is not None:
                raise error
        return [Reply(f"{r.case} {r.condition} {len(r.audio)}") for r in requests]


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "one.wav", rng.uniform(-0.5, 0.5, 16000).astype("float32"), 16000)
    soundfile.write(tmp_path / "two.flac", rng.uniform(-0.5, 0.5, (44100, 2)).astype("float32"), 44100)
    (tmp_path / "broken.wav").write_bytes(b"no sound at all")
    (tmp_path / "s.yaml").write_text(SUITE)
    return load(tmp_path / "s.yaml")


def run(model, suite, **kw):
    predictor = Predictor(model, **kw)
    everything = list(trials(suite))
    predictor.plan([Block(0, tuple(everything))])
    return {(t.case.id, t.condition.name): predictor.answer(t) for t in everything}, predictor


def test_every_trial_is_asked_once_in_batches(suite):
    model = Recorder()
    answers, _ = run(model, suite)
    assert max(map(len, model.batches)) == 4
    asked = [pair for batch in model.batches for pair in batch]
    assert len(asked) == len(set(asked))
    assert answers["a", "original"].reply.text == "a original 1"
    assert answers["c", "original"].reply.text == "c original 2"
    assert answers["a", "text_only"].reply.text == "a text_only 0"


def test_the_model_hears_what_it_asked_for(suite):
    model = Recorder(Needs(audio=True, sample_rate=8000, channels=1))
    run(model, suite)
    two, cut = model.heard["c", "original"]
    assert (two.rate, two.channels, len(two.samples)) == (8000, 1, 8000)
    assert len(cut.samples) == pytest.approx(800, abs=1)
    model = Recorder(Needs(audio=True))
    run(model, suite)
    assert (model.heard["c", "original"][0].rate, model.heard["c", "original"][0].channels) == (44100, 2)


def test_sound_that_cannot_be_decoded_costs_its_own_trials(suite):
    answers, _ = run(Recorder(), suite)
    assert "broken.wav cannot be decoded" in str(answers["d", "original"].error)
    assert answers["d", "text_only"].reply is not None
    assert all(answers[case, "original"].reply is not None for case in "abc")


def test_a_failing_batch_is_asked_again_one_by_one(suite):
    model = Recorder(fails=lambda r: RuntimeError("bad") if r.case == "b" else None)
    answers, _ = run(model, suite)
    assert {case for (case, _), a in answers.items() if isinstance(a.error, RuntimeError)} == {"b"}
    assert answers["a", "original"].reply is not None


@pytest.mark.parametrize("said", [None, "text", [], Reply(None)])
def test_what_is_no_reply_is_an_error(suite, said):
    model = Recorder()
    model.answer = lambda requests: [said] * len(requests)
    answers, _ = run(model, suite)
    assert "recorder" in str(answers["a", "original"].error)


@pytest.mark.parametrize(
    "said", [Reply("x", details={"heard": "half of a sign: \ud83d"}), Reply("x", details={"score": np.float32(1)})]
)
def test_a_reply_that_cannot_be_kept_costs_only_itself(suite, tmp_path, said):
    model = Recorder()
    model.answer = lambda requests: [said if r.case == "a" else Reply("fine") for r in requests]
    answers, _ = run(model, suite, store=ReplyStore(tmp_path / "r.sqlite"))
    assert "cannot be written as JSON" in str(answers["a", "original"].error)
    assert answers["b", "original"].reply.text == "fine"


def test_a_model_that_ends_the_process_costs_only_its_own_trial(suite):
    answers, _ = run(Recorder(fails=lambda r: SystemExit(3) if r.case == "b" else None), suite)
    assert "recorder called sys.exit(3)" in str(answers["b", "original"].error)
    assert answers["a", "original"].reply is not None


def test_greedy_replies_serve_every_seed_and_sampled_ones_their_own(suite, tmp_path):
    def asked(seed, temperature):
        model = Recorder()
        sampled = replace(suite, generation=replace(suite.generation, temperature=temperature))
        run(model, sampled, seed=seed, store=ReplyStore(tmp_path / "r.sqlite"))
        return {pair for batch in model.batches for pair in batch}

    assert asked(0, 0.0)
    assert not {("a", "original"), ("a", "text_only")} & asked(1, 0.0)
    assert ("a", "original") in asked(0, 0.7)
    assert not asked(0, 0.7)
    assert ("a", "original") in asked(1, 0.7)


def test_too_few_replies_are_an_error(suite):
    model = Recorder()
    model.answer = lambda requests: []
    answers, _ = run(model, suite)
    assert "0 replies to 1 requests" in str(answers["a", "original"].error)


@pytest.mark.parametrize(
    ("needs", "case", "said"),
    [
        (Needs(clips=1), "c", "2 clips and the model takes 1"),
        (Needs(max_seconds=0.5), "a", "longer than the 0.5 s that the model hears"),
    ],
)
def test_what_a_model_cannot_take_is_unsupported(suite, needs, case, said):
    answers, _ = run(Recorder(needs), suite)
    error = answers[case, "original"].error
    assert isinstance(error, Unsupported)
    assert said in str(error)


def test_replies_are_kept_and_not_asked_for_again(suite, tmp_path):
    store = ReplyStore(tmp_path / "r.sqlite")
    first, _ = run(Recorder(), suite, store=store)
    again = Recorder()
    second, _ = run(again, suite, store=store)
    assert again.batches == []
    assert {k: a.reply for k, a in first.items()} == {k: a.reply for k, a in second.items()}
    assert all(a.cached for a in second.values() if a.reply)
    fresh = Recorder()
    run(fresh, suite, store=store, refresh=True)
    assert fresh.batches
    other = Recorder()
    other.identity = "recorder/2"
    run(other, suite, store=store)
    assert other.batches


def test_another_seed_asks_only_what_it_changes(suite, tmp_path):
    store = ReplyStore(tmp_path / "r.sqlite")
    run(Recorder(), suite, store=store)
    model = Recorder()
    run(model, suite, store=store, seed=1)
    asked = {condition for batch in model.batches for _, condition in batch}
    assert "noise(snr_db=10)" in asked
    assert "text_only" not in asked


def test_the_bytes_do_not_depend_on_order_or_batch(suite):
    one, other = Recorder(), Recorder()
    run(one, suite)
    predictor = Predictor(other, batch_size=1)
    for trial in reversed(list(trials(suite))):
        predictor.answer(trial)
    for pair, sounds in one.heard.items():
        assert [s.samples.tobytes() for s in sounds] == [s.samples.tobytes() for s in other.heard[pair]]


def test_other_audio_is_another_cases(suite):
    model = Recorder(Needs(audio=True))
    run(model, suite)
    lent = {case: sounds[0] for (case, condition), sounds in model.heard.items() if condition == "other_audio"}
    assert lent
    for case, sound in lent.items():
        assert sound.samples.tobytes() != model.heard[case, "original"][0].samples.tobytes()


def test_cases_of_one_sound_share_a_clip_id(suite):
    ids = {case.id: clip_id(suite, case) for case in suite.cases}
    assert ids["a"] == ids["b"] != ids["c"]


def test_clips_are_joined_with_silence_for_a_model_that_takes_fewer_and_it_is_told(suite):
    from msgspec.structs import replace

    one_clip = Recorder(Needs(clips=1, sample_rate=8000, channels=1))
    answers, _ = run(one_clip, replace(suite, join_clips=2.0))
    (joined,) = one_clip.heard["c", "original"]
    assert joined.seconds == pytest.approx(1.0 + 2.0 + 0.1, abs=0.001)
    gap = joined.samples[8000 + 80 : 8000 + 16000 - 80]
    assert np.abs(gap).max() < 1e-3
    assert np.abs(joined.samples[: 8000 - 80]).max() > 0.1
    sentence = "The audio holds 2 recordings, one after the other, with 2 seconds of silence between them.\n"
    assert answers["c", "original"].prompt.startswith(sentence)
    assert not answers["a", "original"].prompt.startswith("The audio holds")
    assert not answers["c", "text_only"].prompt.startswith("The audio holds")
    several = Recorder(Needs(clips=2, sample_rate=8000, channels=1))
    answers, _ = run(several, replace(suite, join_clips=2.0))
    assert len(several.heard["c", "original"]) == 2
    assert not answers["c", "original"].prompt.startswith("The audio holds")


def test_batches_hold_sounds_of_like_length_and_the_questions_about_one_side_by_side(tmp_path):
    lengths = {"a": 0.2, "b": 0.9, "c": 0.3, "d": 0.8, "e": 0.2}
    text = "suite: s\nconditions: [original, text_only]\ncases:\n"
    for name, seconds in lengths.items():
        soundfile.write(tmp_path / f"{name}.wav", np.full(round(seconds * 8000), 0.1, np.float32), 8000)
        for i in range(2):
            text += f"  - {{id: {name}{i}, question: Q{i}?, choices: [x, y], answer: x, audio: {name}.wav}}\n"
    (tmp_path / "s.yaml").write_text(text)
    model = Recorder()
    answers, _ = run(model, load(tmp_path / "s.yaml"))
    asked = [[case[0] if condition == "original" else "-" for case, condition in batch] for batch in model.batches]
    assert asked[0] == ["b", "b", "d", "d"]
    assert asked[1][:2] == ["c", "c"]
    flat = [name for batch in asked for name in batch]
    assert flat.count("-") == 10
    assert "-" not in flat[:10]
    assert all(answer.reply.text.split()[0] == case for (case, _), answer in answers.items())


@pytest.mark.parametrize("upcoming", [None, "acb", ""])
def test_the_next_block_is_decoded_while_the_model_works_on_this_one(tmp_path, upcoming, monkeypatch):
    text = "suite: s\nconditions: [original]\ncases:\n"
    for name in "abc":
        soundfile.write(tmp_path / f"{name}.wav", np.full(800, 0.1, np.float32), 8000)
        text += f"  - {{id: {name}, question: Q?, choices: [x, y], answer: x, audio: {name}.wav}}\n"
    (tmp_path / "s.yaml").write_text(text)
    decoded = {name: threading.Event() for name in "abc"}

    class Waits(Recorder):
        def answer(self, requests):
            if requests[0].case == "a":
                self.ahead = [name for name in "bc" if decoded[name].wait(5 if name in expected else 0.05)]
            return super().answer(requests)

    model = Waits()
    expected = "bc" if upcoming is None else "".join(sorted(upcoming[1:]))
    blocks = [Block(i, (trial,)) for i, trial in enumerate(trials(load(tmp_path / "s.yaml")))]
    known = {block.trials[0].case.id: block.trials[0].key for block in blocks}
    coming = None if upcoming is None else lambda: [known[name] for name in upcoming]
    predictor = Predictor(model, upcoming=coming, batch_size=1)
    whole = Sounds.waveforms

    def waveforms(sounds, trial, options=()):
        decoded[trial.case.id].set()
        return whole(sounds, trial, options)

    monkeypatch.setattr(Sounds, "waveforms", waveforms)
    predictor.plan(blocks)
    assert [predictor.answer(block.trials[0]).reply.text for block in blocks] == [f"{n} original 1" for n in "abc"]
    assert model.ahead == list(expected)
    assert sorted(model.batches) == [[(name, "original")] for name in "abc"]
    predictor.close()


def test_trials_wanted_in_another_order_are_each_asked_once_and_leave_no_sound_behind(tmp_path):
    rng = np.random.default_rng(0)
    lines = ["suite: s", "conditions: [original]", "cases:"]
    for i in range(12):
        soundfile.write(tmp_path / f"{i}.wav", rng.uniform(-0.5, 0.5, 8000).astype("float32"), 8000)
        lines.append(f"  - {{id: c{i}, question: Q?, choices: [x, y], answer: x, audio: {i}.wav}}")
    (tmp_path / "s.yaml").write_text("\n".join(lines))
    heard = []

    class Model(Recorder):
        def answer(self, requests):
            heard.extend(weakref.ref(request.audio[0].samples) for request in requests)
            replies = super().answer(requests)
            self.heard = {}
            return replies

    blocks = [Block(i, (trial,)) for i, trial in enumerate(trials(load(tmp_path / "s.yaml")))]
    model = Model(Needs(sample_rate=16000, channels=1))  # resampled, so these are not the clips that are kept at hand
    predictor = Predictor(model, batch_size=1)
    predictor.plan(blocks)
    for i in (0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11):
        assert predictor.answer(blocks[i].trials[0]).reply.text.startswith(f"c{i} ")
        predictor.done(blocks[i].trials[0])
    assert sorted(model.batches) == sorted([(f"c{i}", "original")] for i in range(12))
    predictor.close()
    gc.collect()
    assert sum(sound() is not None for sound in heard) <= 4  # those kept at hand for further questions


def test_answers_come_as_they_arrive_and_every_trial_has_one(suite):
    everything = list(trials(suite))
    predictor = Predictor(Recorder(fails=lambda r: RuntimeError("bad") if r.case == "b" else None))
    predictor.plan(Block(i, tuple(everything[i * 4 : i * 4 + 4])) for i in range(5))
    answers = {trial.key: answer for trial, answer in predictor.answers()}
    assert answers.keys() == {trial.key for trial in everything}
    assert all(answer.given for answer in answers.values())


def test_a_clip_is_resampled_once_for_its_questions_and_again_under_a_condition(suite):
    model = Recorder(Needs(audio=True, sample_rate=8000, channels=1))
    run(model, suite)
    assert model.heard["a", "original"][0] is model.heard["b", "original"][0] is model.heard["a", "shuffled"][0]
    assert model.heard["a", "noise(snr_db=10)"][0] is not model.heard["b", "noise(snr_db=10)"][0]


def test_what_was_made_ahead_when_somebody_stopped_it_is_asked_in_batches_afterwards(suite):
    class Stops(Recorder):
        stopped = False

        def answer(self, requests):
            if not self.stopped:
                self.stopped = True
                raise KeyboardInterrupt
            return super().answer(requests)

    model, everything = Stops(), list(trials(suite))
    predictor = Predictor(model, batch_size=4)
    predictor.plan([Block(0, tuple(everything))])
    with pytest.raises(KeyboardInterrupt):
        predictor.answer(everything[0])
    answers = [predictor.answer(trial) for trial in everything]
    assert all(answer.given for answer in answers)
    asked = [pair for batch in model.batches for pair in batch]
    assert len(asked) == len(set(asked))
    assert sorted(map(len, model.batches))[-1] == 4
