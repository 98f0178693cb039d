"""CTranslate2's file of weights, and the names that transformers has for those of a Whisper.

Source: ``python/ctranslate2/specs/model_spec.py`` of OpenNMT/CTranslate2, which writes the file (binary version 6):
version, name and revision of the specification, the number of variables; for each its name, shape, type and bytes; at
the end aliases, names of variables that another name stands for too. Numbers are little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from audiotest.models.weights.sources import WeightsError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

_TYPES = ("float32", "int8", "int16", "int32", "float16")
"""By their number in the file."""
_VERSIONS = (5, 6)


class _Cursor:
    """Reads one value after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def number(self, format_: str) -> int:
        (value,) = struct.unpack_from(f"<{format_}", self.data, self.place)
        self.place += struct.calcsize(f"<{format_}")
        return int(value)

    def text(self) -> str:
        length = self.number("H")
        self.place += length
        return self.data[self.place - length : self.place].rstrip(b"\0").decode()


def read(path: Path) -> dict[str, Array]:
    """The variables by name. Raises :class:`WeightsError` for a file that is of another format, or not whole."""
    import numpy as np

    cursor = _Cursor(path.read_bytes())
    try:
        version = cursor.number("I")
        if version not in _VERSIONS:
            raise WeightsError(f"{path.name} is of version {version} of CTranslate2's format; {_VERSIONS} can be read")
        if (specification := cursor.text()) != "WhisperSpec":
            raise WeightsError(f"{path.name} holds a {specification}, not a Whisper")
        cursor.number("I")  # the specification's revision
        arrays: dict[str, Array] = {}
        for _ in range(cursor.number("I")):
            name = cursor.text()
            shape = [cursor.number("I") for _ in range(cursor.number("B"))]
            dtype = np.dtype(_TYPES[cursor.number("B")])
            size = cursor.number("I")
            arrays[name] = np.frombuffer(cursor.data, dtype, size // dtype.itemsize, cursor.place).reshape(shape)
            cursor.place += size
        for _ in range(cursor.number("I")):
            alias = cursor.text()
            arrays[alias] = arrays[cursor.text()]
    except WeightsError:
        raise
    except (struct.error, ValueError, IndexError, KeyError) as error:
        raise WeightsError(f"{path.name} is not a whole file of CTranslate2: {error}") from None
    return arrays


def layers(arrays: dict[str, Array], side: str) -> int:
    """How many layers the ``encoder`` or ``decoder`` has."""
    return sum(f"{side}/layer_{i}/ffn/linear_0/weight" in arrays for i in range(len(arrays)))


def as_whisper(arrays: dict[str, Array]) -> dict[str, Array]:
    """The same arrays by the names of ``WhisperForConditionalGeneration``."""
    return dict(_encoder(arrays)) | dict(_decoder(arrays))


def _encoder(arrays: dict[str, Array]) -> Iterator[tuple[str, Array]]:
    here, there = "encoder", "model.encoder"
    for convolution in ("conv1", "conv2"):
        yield from _linear(arrays, f"{here}/{convolution}", f"{there}.{convolution}")
    yield f"{there}.embed_positions.weight", arrays[f"{here}/position_encodings/encodings"]
    yield from _norm(arrays, f"{here}/layer_norm", f"{there}.layer_norm")
    for i in range(layers(arrays, here)):
        yield from _layer(arrays, f"{here}/layer_{i}", f"{there}.layers.{i}")


def _decoder(arrays: dict[str, Array]) -> Iterator[tuple[str, Array]]:
    here, there = "decoder", "model.decoder"
    yield f"{there}.embed_tokens.weight", arrays[f"{here}/embeddings/weight"]
    yield f"{there}.embed_positions.weight", arrays[f"{here}/position_encodings/encodings"]
    yield from _norm(arrays, f"{here}/layer_norm", f"{there}.layer_norm")
    for i in range(layers(arrays, here)):
        layer, name = f"{here}/layer_{i}", f"{there}.layers.{i}"
        yield from _layer(arrays, layer, name)
        yield from _linear(arrays, f"{layer}/attention/linear_0", f"{name}.encoder_attn.q_proj")
        yield from _joined(arrays, f"{layer}/attention/linear_1", f"{name}.encoder_attn", "kv")
        yield from _linear(arrays, f"{layer}/attention/linear_2", f"{name}.encoder_attn.out_proj")
        yield from _norm(arrays, f"{layer}/attention/layer_norm", f"{name}.encoder_attn_layer_norm")


def _layer(arrays: dict[str, Array], here: str, there: str) -> Iterator[tuple[str, Array]]:
    """What layers of both sides have: attention to themselves, and two linear maps."""
    yield from _joined(arrays, f"{here}/self_attention/linear_0", f"{there}.self_attn", "qkv")
    yield from _linear(arrays, f"{here}/self_attention/linear_1", f"{there}.self_attn.out_proj")
    yield from _norm(arrays, f"{here}/self_attention/layer_norm", f"{there}.self_attn_layer_norm")
    yield from _linear(arrays, f"{here}/ffn/linear_0", f"{there}.fc1")
    yield from _linear(arrays, f"{here}/ffn/linear_1", f"{there}.fc2")
    yield from _norm(arrays, f"{here}/ffn/layer_norm", f"{there}.final_layer_norm")


def _linear(arrays: dict[str, Array], here: str, there: str) -> Iterator[tuple[str, Array]]:
    yield f"{there}.weight", arrays[f"{here}/weight"]
    yield f"{there}.bias", arrays[f"{here}/bias"]


def _norm(arrays: dict[str, Array], here: str, there: str) -> Iterator[tuple[str, Array]]:
    yield f"{there}.weight", arrays[f"{here}/gamma"]
    yield f"{there}.bias", arrays[f"{here}/beta"]


def _joined(arrays: dict[str, Array], here: str, there: str, parts: str) -> Iterator[tuple[str, Array]]:
    """Projections that are one matrix here, query over key over value; Whisper's keys have no bias."""
    weights, biases = arrays[f"{here}/weight"], arrays[f"{here}/bias"]
    size = len(weights) // len(parts)
    for i, part in enumerate(parts):
        yield f"{there}.{part}_proj.weight", weights[i * size : (i + 1) * size]
        if part != "k":
            yield f"{there}.{part}_proj.bias", biases[i * size : (i + 1) * size]
