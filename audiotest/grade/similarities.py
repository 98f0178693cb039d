"""How near texts are to one another by an embedding model, kept in the reply store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
import numpy as np

from audiotest.models.protocol import Embedder
from audiotest.predict.store import ReplyStore
from audiotest.types import Reply

KEY_VERSION = 1
Pair = tuple[str, tuple[str, ...]]


class Similarities:
    """Cosines between a text and each of several, by ``embedder``, which is loaded when first needed."""

    def __init__(self, embedder: Embedder, *, store: ReplyStore | None = None) -> None:
        self.embedder = embedder
        self.store = store if embedder.identity else None
        self._loaded = False

    def of(self, pairs: Sequence[Pair]) -> list[tuple[float, ...]]:
        """For each (text, others) the cosine to each of the others. Every text is embedded once."""
        keys = [self._key(pair) for pair in pairs]
        known = self.store.get(keys) if self.store is not None else {}
        missing = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in known}
        if missing:
            fresh = self._fresh(missing)
            if self.store is not None:
                self.store.put(self.embedder.name, fresh)
            known = {**known, **fresh}
        return [tuple(known[key].details["cosines"]) for key in keys]

    def close(self) -> None:
        """Let go of the embedding model."""
        if self._loaded:
            self.embedder.close()

    def _fresh(self, pairs: dict[bytes, Pair]) -> dict[bytes, Reply]:
        if not self._loaded:
            self.embedder.load()
            self._loaded = True
        texts = list(dict.fromkeys(text for one, others in pairs.values() for text in (one, *others)))
        vectors = np.asarray(self.embedder.embed(texts), dtype=np.float64)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.where(lengths > 0, lengths, 1.0)
        places = {text: i for i, text in enumerate(texts)}
        found = {}
        for key, (one, others) in pairs.items():
            cosines = vectors[[places[text] for text in others]] @ vectors[places[one]]
            found[key] = Reply("", details={"cosines": [float(value) for value in cosines]})
        return found

    def _key(self, pair: Pair) -> bytes:
        identity = {"version": KEY_VERSION, "embedder": self.embedder.identity, "pair": pair}
        return hashlib.sha256(msgspec.json.encode(identity)).digest()
