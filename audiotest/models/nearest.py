"""``nearest``: no language model. Of the options the one nearest to what a recogniser writes down is chosen.

An honest baseline for questions about speech: it hears words, and reasons about nothing. The nearness of an option is
the mean of two: the cosine similarity of its embedding and the transcript's (nearness in meaning), and one minus the
edit distance between both, relative to the longer of them (nearness in spelling: Levenshtein 1966).

- Without sound (``text_only``) the options are compared with the question in the place of a transcript: what can be
  guessed from the text is what that condition is for.
- Where no words are heard in a sound, it says so and chooses nothing.
- A question without options is answered with the transcript.

Options
    ``listener``, ``embedder``      the two models (``whisper-tiny.en`` and ``minilm``)
    ``listener.K``, ``embedder.K``  option K of either
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from audiotest.models._listening import Listening
from audiotest.models._local import require_local
from audiotest.models._options import apart, read
from audiotest.models.protocol import Adapter, Embedder, Kept
from audiotest.types import Needs, Reply, Request

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

VERSION = 1
ASK = "Write down what is said."
NOTHING = "I hear no words in this audio, so I cannot tell."


class Settings(Struct, frozen=True):
    """See the module's text."""

    listener: str = "whisper-tiny.en"
    embedder: str = "minilm"
    words: int = 444
    """The most tokens of a transcript: what Whisper writes of 30 s at the most."""


class Nearest:
    """A listener and an embedding model behind the adapter protocol."""

    def __init__(self, listener: Adapter, embedder: Embedder, given: Settings) -> None:
        self.listener, self.embedder = listener, embedder
        self._listening = Listening(listener, ASK, given.words)
        self.name = f"option nearest by {embedder.name} to what {listener.name} hears"
        known = listener.identity and embedder.identity
        self.identity = f"nearest {VERSION} {[listener.identity, embedder.identity, given.words]}" if known else ""
        heard = listener.needs
        self.needs = Needs(heard.audio, heard.sample_rate, heard.channels, None, heard.max_seconds)
        self.batch_size = listener.batch_size

    def keep(self, replies: Kept) -> None:
        """The listener's transcripts are kept there, and looked up."""
        self._listening.kept = replies

    def load(self) -> None:
        """Load both. Raises ValueError where a package is missing."""
        require_local("rapidfuzz", extra="small")
        self.listener.load()
        self.embedder.load()

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """The nearest option to what is heard, in order; the exception of a clip that could not be listened to."""
        heard = self._listening.heard(requests)
        return [
            one if isinstance(one, Exception) else self._choose(request, one)
            for request, one in zip(requests, heard, strict=True)
        ]

    def _choose(self, request: Request, heard: list[str]) -> Reply:
        details: dict[str, Any] = {"intermediate": heard}
        text = " ".join(filter(None, map(str.strip, heard)))
        if request.audio and not normal(text):
            return Reply(NOTHING, details=details)
        if not request.choices:
            return Reply(text or NOTHING, details=details)
        nearness = self._nearness(text if request.audio else request.question, request.choices)
        details["nearness"] = [round(value, 4) for value in nearness]
        return Reply(request.choices[nearness.index(max(nearness))], details=details)

    def _nearness(self, text: str, options: Sequence[str]) -> list[float]:
        from rapidfuzz.distance import Levenshtein

        vectors = _scaled(self.embedder.embed([text, *options]))
        meaning = (vectors[1:] @ vectors[0]).tolist()
        spelling = [Levenshtein.normalized_similarity(normal(text), normal(option)) for option in options]
        return [(a + b) / 2 for a, b in zip(meaning, spelling, strict=True)]

    def close(self) -> None:
        """Let go of both."""
        self.listener.close()
        self.embedder.close()


def normal(text: str) -> str:
    """Lower case, words with one space between them, no punctuation."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _scaled(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Each row with length 1."""
    import numpy as np

    scaled: npt.NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return scaled


def open_model(argument: str | None, options: Mapping[str, Any]) -> Nearest:
    """``nearest`` with its options; raises ValueError for an argument, or for options that it does not take."""
    from audiotest.models.loading import open_embedder
    from audiotest.models.loading import open_model as open_any

    if argument:
        raise ValueError("nearest takes no argument; name its parts: --model-option listener=SPEC")
    own, (of_listener, of_embedder) = apart(options, "listener", "embedder")
    given = read(Settings, "nearest", own)
    return Nearest(open_any(given.listener, of_listener), open_embedder(given.embedder, of_embedder), given)
