"""Sound as it goes over the wire: encoded once for all questions about it, off the event loop."""

from __future__ import annotations

import asyncio
import base64
import io
import weakref
from collections import OrderedDict
from concurrent.futures import Executor
from typing import Any

import numpy as np

from audiotest.errors import AudiotestError
from audiotest.models._openai import as_it_is
from audiotest.types import Waveform

FORMATS = {"wav": ("WAV", "PCM_16", "audio/wav"), "flac": ("FLAC", "PCM_16", "audio/flac"),
           "mp3": ("MP3", "MPEG_LAYER_III", "audio/mpeg")}  # fmt: skip
"""By the name that the protocol has for it: libsndfile's format and subtype, and the media type of a data URL. All
hold 16 bits, as the field sends sound."""
MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_KEPT_BYTES = 64 << 20


class CannotEncode(AudiotestError):
    """A clip that the chosen format does not hold."""


def encoded(clip: Waveform, audio_format: str) -> bytes:
    """``clip`` as a file of ``audio_format``, in base64. What was decoded from 16 bits is the same 16 bits again;
    samples beyond full scale are clipped. A file that is such a one goes as it is
    (:mod:`audiotest.models._openai.as_it_is`).

    Raises :class:`CannotEncode`.
    """
    import soundfile

    if (whole := as_it_is.bytes_of(clip, audio_format)) is not None:
        return base64.b64encode(whole)
    kind, subtype, _ = FORMATS[audio_format]
    file = io.BytesIO()
    samples = np.clip(np.rint(clip.samples * np.float32(32768)), -32768, 32767).astype(np.int16)
    try:
        soundfile.write(file, samples, clip.rate, format=kind, subtype=subtype)
    except (soundfile.LibsndfileError, ValueError, TypeError) as error:
        raise CannotEncode(
            f"{audio_format} cannot hold a clip of {clip.channels} channels at {clip.rate} Hz ({error}); "
            "choose another with audio_format=wav, flac or mp3"
        ) from None
    return base64.b64encode(file.getbuffer())


class Clips:
    """Encoded clips of one stream, by the identity of their samples while those are alive. What is kept beside the
    requests in flight is bounded."""

    def __init__(self, audio_format: str, workers: Executor, kept_bytes: int = _KEPT_BYTES) -> None:
        self._format, self._workers, self._most = audio_format, workers, kept_bytes
        self._known: OrderedDict[tuple[int, int], tuple[weakref.ref[Any], asyncio.Future[bytes]]] = OrderedDict()
        self.bytes_kept = 0

    async def get(self, clip: Waveform) -> bytes:
        """``clip`` in base64; whoever asks while it is being encoded waits for that. Raises :class:`CannotEncode`."""
        key = id(clip.samples), clip.rate
        alive, work = self._known.get(key, (None, None))
        if alive is None or work is None or alive() is not clip.samples:
            self._forget(key)
            work = asyncio.get_running_loop().run_in_executor(self._workers, encoded, clip, self._format)
            self._known[key] = weakref.ref(clip.samples), work
            work.add_done_callback(lambda done: self._count(key, done))
        self._known.move_to_end(key)
        return await asyncio.shield(work)

    def _count(self, key: tuple[int, int], work: asyncio.Future[bytes]) -> None:
        if self._known.get(key, (None, None))[1] is not work:
            return  # forgotten while it was being encoded
        self.bytes_kept += _size(work)
        while self.bytes_kept > self._most and len(self._known) > 1:
            self._forget(next(iter(self._known)))

    def _forget(self, key: tuple[int, int]) -> None:
        _, work = self._known.pop(key, (None, None))
        self.bytes_kept -= _size(work) if work is not None else 0


def _size(work: asyncio.Future[bytes]) -> int:
    return len(work.result()) if work.done() and not work.cancelled() and work.exception() is None else 0
