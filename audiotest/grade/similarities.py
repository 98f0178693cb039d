"""How near texts are to one another by an embedding model, kept in the reply store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
import numpy as np

from audiotest.grade.asking import AskedModel, Item
from audiotest.models.protocol import Embedder
from audiotest.models.streaming import NoReply
from audiotest.predict.store import ReplyStore
from audiotest.types import Needs, Reply, Request

KEY_VERSION = 2
Pair = tuple[str, tuple[str, ...]]
"""A text, and others that it is held against."""


class Comparer:
    """An embedding model as one that answers: a request's prompt is held against its choices, and the cosines are in
    the reply's details."""

    needs = Needs(audio=False)
    batch_size = 64

    def __init__(self, embedder: Embedder) -> None:
        self.embedder, self.name, self.identity = embedder, embedder.name, embedder.identity

    def load(self) -> None:
        """Load the embedding model."""
        self.embedder.load()

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """The cosines of each request; every text of the batch is embedded once. A vector that is not finite costs
        the requests that hold its text their cosines."""
        texts = list(dict.fromkeys(text for r in requests for text in (r.prompt, *r.choices)))
        vectors = np.asarray(self.embedder.embed(texts), dtype=np.float64)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.where(lengths > 0, lengths, 1.0)
        places = {text: i for i, text in enumerate(texts)}
        replies: list[Reply | Exception] = []
        for request in requests:
            # Summed row by row: a matrix product gives equal vectors cosines that differ in their last places.
            others = vectors[[places[text] for text in request.choices]]
            cosines = (others * vectors[places[request.prompt]]).sum(axis=1)
            if np.isfinite(cosines).all():
                replies.append(Reply("", details={"cosines": [float(value) for value in cosines]}))
            else:
                replies.append(NoReply(f"{self.name} gave a vector that is not finite"))
        return replies

    def close(self) -> None:
        """Let go of the embedding model."""
        self.embedder.close()


class Similarities:
    """Cosines between a text and each of several, by ``embedder``, which is loaded when first needed."""

    def __init__(self, embedder: Embedder, *, store: ReplyStore | None = None) -> None:
        self.embedder = embedder
        self._asked = AskedModel(Comparer(embedder), store=store, role="embedder")
        self._items: dict[Pair, Item] = {}

    def submit(self, pairs: Sequence[Pair]) -> None:
        """Queue (text, others) to be compared; what was queued before is not compared again."""
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in self._items]
        items = [Item(key=self._key(pair), request=Request("", "", "", pair[0], pair[0], pair[1])) for pair in fresh]
        self._items |= dict(zip(fresh, items, strict=True))
        self._asked.submit(items)

    def cosines(self, pair: Pair) -> tuple[float, ...]:
        """The cosine to each of the others, waited for. Raises what the embedding model raised."""
        item = self._items[pair]
        self._asked.wait(lambda: item.outcome is not None)
        outcome = item.outcome or NoReply(f"{self.embedder.name} gave no vectors")
        if isinstance(outcome, Exception):
            raise outcome
        return tuple(outcome.details["cosines"])

    def down_with(self, error: Exception) -> str:
        """See :meth:`~audiotest.grade.asking.AskedModel.down_with`."""
        return self._asked.down_with(error)

    def close(self) -> None:
        """Let go of the embedding model."""
        self._asked.close()

    def _key(self, pair: Pair) -> bytes:
        identity = {"version": KEY_VERSION, "embedder": self.embedder.identity, "pair": pair}
        return hashlib.sha256(msgspec.json.encode(identity)).digest()
