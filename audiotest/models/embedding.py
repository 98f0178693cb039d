"""``embedding:CHECKPOINT``: vectors of texts by an embedding model of transformers, for ``--embedder``.

Options
    ``pooling``            ``mean`` over the tokens (default), ``cls`` (the first) or ``last``; a model that brings an
                           ``encode`` method of its own (NV-Embed-v2) is asked through that instead
    ``instruction``        what such a method takes before a text (default: nothing)
    ``max_length``         tokens a text is cut at (default: 4096, or what the tokenizer allows)
    ``batch_size``, ``dtype``, ``device``, ``revision``
    ``trust_remote_code``  ``true`` runs code that comes with the checkpoint; never by default. NV-Embed-v2 needs it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import replace

from audiotest.models._device import device_of, dtype_of
from audiotest.models._files import state_of
from audiotest.models._local import require_local
from audiotest.models._options import read
from audiotest.models.protocol import Unsupported
from audiotest.models.weights.sources import require
from audiotest.types import Needs, Reply, Request

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

VERSION = 2
_POOLINGS = ("mean", "cls", "last")


class Settings(Struct, frozen=True):
    """See the module's text."""

    pooling: str = "mean"
    instruction: str = ""
    max_length: int = 4096
    batch_size: int = 16
    dtype: str = "auto"
    device: str = "auto"
    revision: str = ""
    trust_remote_code: bool = False


class Embedding:
    """An embedding model; see :class:`audiotest.models.protocol.Embedder`."""

    needs = Needs(audio=False)
    batch_size = 1

    def __init__(self, checkpoint: str, given: Settings) -> None:
        self.checkpoint, self.settings = checkpoint, given
        self.name = f"embedding:{checkpoint}"
        deciding = replace(given, device="", batch_size=1)
        self.identity = f"embedding {VERSION} {checkpoint} {encode(deciding).decode()}{state_of(checkpoint)}"
        self._model: Any = None
        self._tokenizer: Any = None

    def load(self) -> None:
        """Read the weights. Raises what transformers raises for a checkpoint that is not there."""
        require_local()
        from transformers import AutoModel, AutoTokenizer

        folder = require(self.checkpoint)
        given: dict[str, Any] = {"trust_remote_code": self.settings.trust_remote_code}
        if self.settings.revision:
            given["revision"] = self.settings.revision
        device = device_of(self.settings.device)
        dtype = dtype_of(self.settings.dtype, device, "float16")
        self._model = AutoModel.from_pretrained(folder, dtype=dtype, **given).to(device).eval()
        if not hasattr(self._model, "encode"):
            self._tokenizer = AutoTokenizer.from_pretrained(folder, **given)
            self._tokenizer.padding_side = "right"  # `mean` and `last` go by the mask, `cls` by the place

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """A vector a text, not yet scaled: shape (texts, dimensions)."""
        import numpy as np
        import torch

        size = self.settings.batch_size
        with torch.inference_mode():
            parts = [self._batch(list(texts[i : i + size])) for i in range(0, len(texts), size)]
        return np.concatenate([part.float().cpu().numpy() for part in parts])

    def _batch(self, texts: list[str]) -> Any:
        longest = self.settings.max_length
        if self._tokenizer is None:
            return self._model.encode(texts, instruction=self.settings.instruction, max_length=longest)
        most = min(longest, self._tokenizer.model_max_length)
        inputs = self._tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=most)
        inputs = inputs.to(self._model.device)
        states = self._model(**inputs).last_hidden_state
        mask = inputs["attention_mask"].unsqueeze(-1)
        if self.settings.pooling == "cls":
            return states[:, 0]
        if self.settings.pooling == "last":
            return states[range(len(texts)), mask.squeeze(-1).sum(dim=1) - 1]
        return (states * mask).sum(dim=1) / mask.sum(dim=1)

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """It answers nothing."""
        return [Unsupported(f"{self.name} gives embeddings and no answers; name it with --embedder") for _ in requests]

    def close(self) -> None:
        """Let go of the weights."""
        self._model = self._tokenizer = None


def open_model(argument: str | None, options: Mapping[str, Any]) -> Embedding:
    """``embedding:CHECKPOINT``, a folder or a hub id; raises ValueError for options that it does not take."""
    if not argument:
        raise ValueError("embedding needs a checkpoint: embedding:FOLDER or embedding:ORG/NAME")
    given = read(Settings, "embedding", options)
    if given.pooling not in _POOLINGS:
        raise ValueError(f"`pooling` is one of {', '.join(_POOLINGS)}, not {given.pooling!r}")
    return Embedding(argument, given)
