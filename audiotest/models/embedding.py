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

from audiotest.models.protocol import Unsupported
from audiotest.words import Needs, Reply, Request

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_OPTIONS = {
    "pooling": "mean",
    "instruction": "",
    "max_length": "4096",
    "batch_size": "16",
    "dtype": "auto",
    "device": "auto",
    "revision": "",
    "trust_remote_code": "false",
}
_POOLINGS = ("mean", "cls", "last")


class Embedding:
    """An embedding model; see :class:`audiotest.models.protocol.Embedder`."""

    needs = Needs(audio=False)
    batch_size = 1

    def __init__(self, checkpoint: str, options: Mapping[str, str]) -> None:
        self.checkpoint, self.options = checkpoint, options
        self.name = f"embedding:{checkpoint}"
        self.identity = f"embedding 1 {checkpoint} {sorted(options.items())}"
        self._model: Any = None
        self._tokenizer: Any = None

    def load(self) -> None:
        """Read the weights. Raises what transformers raises for a checkpoint that is not there."""
        import torch
        from transformers import AutoModel, AutoTokenizer

        given: dict[str, Any] = {"trust_remote_code": self.options["trust_remote_code"] == "true"}
        if self.options["revision"]:
            given["revision"] = self.options["revision"]
        device = self.options["device"]
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        wanted = self.options["dtype"]
        dtype = getattr(torch, wanted) if wanted != "auto" else torch.float32 if device == "cpu" else torch.float16
        self._model = AutoModel.from_pretrained(self.checkpoint, dtype=dtype, **given).to(device).eval()
        if not hasattr(self._model, "encode"):
            self._tokenizer = AutoTokenizer.from_pretrained(self.checkpoint, **given)
            self._tokenizer.padding_side = "right"  # `mean` and `last` are told by the mask, `cls` by the place

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """A vector a text, not yet scaled: shape (texts, dimensions)."""
        import numpy as np
        import torch

        size = int(self.options["batch_size"])
        with torch.inference_mode():
            parts = [self._batch(list(texts[i : i + size])) for i in range(0, len(texts), size)]
        return np.concatenate([part.float().cpu().numpy() for part in parts])

    def _batch(self, texts: list[str]) -> Any:
        longest = int(self.options["max_length"])
        if self._tokenizer is None:
            return self._model.encode(texts, instruction=self.options["instruction"], max_length=longest)
        most = min(longest, self._tokenizer.model_max_length)
        inputs = self._tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=most)
        inputs = inputs.to(self._model.device)
        states = self._model(**inputs).last_hidden_state
        mask = inputs["attention_mask"].unsqueeze(-1)
        if self.options["pooling"] == "cls":
            return states[:, 0]
        if self.options["pooling"] == "last":
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
    unknown = set(options) - set(_OPTIONS)
    if unknown:
        raise ValueError(f"embedding has no option {', '.join(sorted(unknown))}; it takes {', '.join(_OPTIONS)}")
    given = {**_OPTIONS, **{key: str(value).lower() if isinstance(value, bool) else str(value)
                            for key, value in options.items()}}  # fmt: skip
    if given["pooling"] not in _POOLINGS:
        raise ValueError(f"pooling is one of {', '.join(_POOLINGS)}, not {given['pooling']!r}")
    return Embedding(argument, given)
