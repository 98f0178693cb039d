"""Tests with real weights and real recordings, run by ``pytest -m real`` alone.

Weights: ``audiotest weights fetch --all``; they are looked for in ``$AUDIOTEST_WEIGHTS``, or else the user's cache.
Recordings: ``tools/recordings.sh FOLDER``; FOLDER is ``$AUDIOTEST_RECORDINGS``, or else ``recordings`` in that cache.
"""

import os

import pytest
from prompts import CACHE, RECORDINGS

os.environ.setdefault("AUDIOTEST_WEIGHTS", str(CACHE / "weights"))
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def weights():
    """A function that skips the test unless weights of these names are here."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from audiotest.models.weights.sources import is_here

    def need(*names):
        for name in names:
            if not is_here(name):
                pytest.skip(f"the weights {name} are not here: audiotest weights fetch {name}")

    return need


@pytest.fixture(scope="session")
def sounds():
    """The folder of recorded prompts in English, ``NAME.wav``."""
    folder = RECORDINGS / "usr/share/asterisk/sounds/en_US_f_Allison"
    if not folder.is_dir():
        pytest.skip(f"the recordings are not here: tools/recordings.sh {RECORDINGS}")
    return folder
