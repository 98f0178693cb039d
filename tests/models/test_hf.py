"""The adapter ``hf`` on tiny random checkpoints of real architectures: a batch answers like single requests."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
import hf_checks
from msgspec.structs import replace
from tiny import BESIDE_PROCESSORS, BUILDERS, qwen2_audio

from audiotest.models.loading import open_model
from audiotest.types import Generation, Waveform

CHECKS = [check for name, check in vars(hf_checks).items() if name.startswith("check_")]
HERE = Path(__file__).parent
PROCESSORS = HERE.parent.parent / "build" / "processors"


@pytest.fixture(scope="module", params=BUILDERS)
def model(request, tmp_path_factory):
    if request.param == "voxtral":
        pytest.importorskip("mistral_common")
    folder = BUILDERS[request.param](tmp_path_factory.mktemp(request.param))
    made = open_model(f"hf:{folder}")
    made.load()
    yield made
    made.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_it_holds(model, check):
    check(model)


def test_a_model_that_looks_back_no_further_than_a_window_answers_over_one_prefill_as_without(tmp_path):
    narrow = {"use_sliding_window": True, "sliding_window": 64, "max_window_layers": 0}
    model = open_model(f"hf:{qwen2_audio(tmp_path, **narrow)}")
    model.load()
    asked = [replace(hf_checks.REQUESTS[2], prompt=f"{'Say' * i}: what is heard?") for i in (1, 40, 9)]
    for requests, shared in ((asked, False), ([replace(r, prompt=r.prompt[:14]) for r in asked], True)):
        replies = model.answer(requests)
        assert [reply.text for reply in replies] == hf_checks.texts(hf_checks.plain(model).answer(requests))
        assert {reply.details.get("shared", False) for reply in replies} == {shared}


def test_questions_share_a_prefill_of_their_clip_whether_thinking_is_on_or_off(tmp_path):
    folder = qwen2_audio(tmp_path)
    given = (folder / "chat_template.jinja").read_text()
    off = "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}"
    model = open_model(f"hf:{folder}", {"chat_template": given + off})
    model.load()
    said = {}
    for thinking in (None, True, False):
        generation = Generation(max_new_tokens=8, thinking=thinking)
        asked = [replace(r, audio=hf_checks.REQUESTS[2].audio, generation=generation) for r in hf_checks.REQUESTS]
        replies = model.answer(asked)
        said[thinking] = hf_checks.texts(replies)
        assert all(reply.details.get("shared") for reply in replies)
        assert said[thinking] == [hf_checks.texts(model.answer([one]))[0] for one in asked]
    assert said[None] == said[True] != said[False]


def test_clips_that_are_the_same_samples_cut_otherwise_are_other_sounds(tmp_path):
    model = open_model(f"hf:{qwen2_audio(tmp_path)}")
    model.load()
    whole = hf_checks.sound(4.0, 3)
    cut = [tuple(Waveform(part, whole.rate) for part in np.split(whole.samples, [at])) for at in (16000, 48000)]
    asked = [replace(r, audio=clips) for r, clips in zip(hf_checks.REQUESTS, cut, strict=False)]
    assert hf_checks.texts(model.answer(asked)) == [hf_checks.texts(model.answer([one]))[0] for one in asked]


def test_the_weights_go_when_the_model_is_closed(tmp_path):
    model = open_model(f"hf:{qwen2_audio(tmp_path)}")
    model.load()
    model.answer(hf_checks.REQUESTS[:2])
    weights = weakref.ref(model._model.model.audio_tower)
    gc.collect()
    gc.disable()
    try:
        model.close()
        assert weights() is None
    finally:
        gc.enable()


FROM_THE_HUB = """
import shutil, sys
from pathlib import Path
from huggingface_hub import constants
from audiotest.models.loading import open_model

def needs(**options):
    model = open_model("hf:org/tiny", options)
    return model.needs.max_seconds, model

constants.HF_HUB_CACHE = sys.argv[2]
_, first = needs()
home = Path(constants.HF_HUB_CACHE) / "models--org--tiny"
shutil.copytree(sys.argv[1], home / "snapshots" / ("a" * 40))
(home / "refs").mkdir()
(home / "refs" / "main").write_text("a" * 40)
first.load()
assert first.needs.max_seconds == 30
later, again = needs()
assert (later, again.identity) == (30, first.identity)
shutil.rmtree(home / "refs")
assert needs(revision="a" * 40)[0] == 30
"""


def test_what_a_family_takes_is_known_of_a_checkpoint_that_was_downloaded_only_now_and_of_one_with_a_revision(
    forked_with_torch, tmp_path
):
    folder = qwen2_audio(tmp_path / "made")
    found = subprocess.run(
        [forked_with_torch / "python", "-c", FROM_THE_HUB, folder, tmp_path / "hub"], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr[-3000:]


def test_it_holds_for_models_whose_processors_want_more(tmp_path):
    """In a process of their own: a library that was built for another torch breaks other imports."""
    if not PROCESSORS.is_dir():
        pytest.skip("`make processors` puts what they import into build/")
    path = os.pathsep.join([str(PROCESSORS), str(HERE), str(HERE.parent.parent)])
    checked = subprocess.run(
        [sys.executable, HERE / "beside_processors.py", tmp_path, *BESIDE_PROCESSORS],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    every = [f"{name} {check.__name__}" for name in BESIDE_PROCESSORS for check in CHECKS]
    assert checked.stdout.splitlines() == every, checked.stderr[-6000:]
