"""libsndfile: wav, aiff, au, caf, w64, flac, Ogg Vorbis and the formats of laboratories, exact to the sample."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from audiotest.audio._files.clip import Clip
from audiotest.audio.errors import AudioError

_MASK = re.compile(r"^ *Channel Mask *: *0x([0-9A-Fa-f]+)", re.MULTILINE)
_UNKNOWN_FRAMES = 1 << 46
_PLACES = (
    "FL",
    "FR",
    "FC",
    "LFE",
    "BL",
    "BR",
    "FLC",
    "FRC",
    "BC",
    "SL",
    "SR",
    "TC",
    "TFL",
    "TFC",
    "TFR",
    "TBL",
    "TBC",
    "TBR",
)
_IN_FLAC = {
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}
"""RFC 9639, section 9.1.3."""
_IN_VORBIS = {
    3: ("FL", "FC", "FR"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FC", "FR", "BL", "BR"),
    6: ("FL", "FC", "FR", "BL", "BR", "LFE"),
    7: ("FL", "FC", "FR", "SL", "SR", "BC", "LFE"),
    8: ("FL", "FC", "FR", "SL", "SR", "BL", "BR", "LFE"),
}
"""Vorbis I, section 4.3.9."""


class Undecodable(Exception):
    """libsndfile does not know the format or the codec, or finds the file damaged; its words."""


def decode(clip: Clip, source: Path | io.BytesIO) -> None:
    """Hand the samples of ``source`` to ``clip``. Raises :class:`Undecodable`, and :class:`AudioError` for a file that
    has less than its header promises."""
    import soundfile

    begun = clip.heard
    try:
        with _file(source) as raw, _opened(raw) as file:
            if not clip.rate:
                clip.begin(file.samplerate, file.channels, _layout(file))
            elif (clip.rate, clip.channels) != (file.samplerate, file.channels):
                raise Undecodable("its parts have different rates or numbers of channels")
            promised = file.frames if 0 <= file.frames < _UNKNOWN_FRAMES else None
            try:
                _pieces(clip, file, begun, promised)
            except soundfile.LibsndfileError as error:
                raise AudioError(
                    f"{clip.name} is damaged or cut short: its header promises {promised or 'some'} frames, and "
                    f"decoding them failed ({str(error.error_string).rstrip('.')}); fetch or encode it again"
                ) from None
            if isinstance(raw, int) and file.format == "FLAC" and clip.end is None:
                _require_read(clip, raw)
    except soundfile.LibsndfileError as error:
        raise Undecodable(str(error.error_string).rstrip(".")) from None
    except (RuntimeError, TypeError, ValueError, MemoryError, OSError) as error:
        if isinstance(error, AudioError):
            raise
        raise Undecodable(str(error)) from None
    heard = clip.heard - begun
    if promised is not None and heard < promised and not clip.complete:
        raise AudioError(
            f"{clip.name} is cut short: its header promises {promised} frames and {heard} could be decoded; "
            "fetch or encode it again"
        )


def _opened(source: int | io.BytesIO) -> Any:
    import soundfile

    class Forward(soundfile.SoundFile):  # type: ignore[misc]
        """Read in order: SoundFile seeks after each piece where it can, which some formats say they can and cannot."""

        def seekable(self) -> bool:
            return False

        def can_seek(self) -> bool:
            return bool(super().seekable())

    return Forward(source, closefd=False)


@contextmanager
def _file(source: Path | io.BytesIO) -> Iterator[int | io.BytesIO]:
    """The descriptor of a file, which shows how much has been read, or what is in memory as it is."""
    if isinstance(source, io.BytesIO):
        yield source
        return
    with source.open("rb") as file:
        yield file.fileno()


def _require_read(clip: Clip, descriptor: int) -> None:
    """Raise :class:`AudioError` for a flac whose header counts less than it holds: its decoder stops there."""
    size, read = os.fstat(descriptor).st_size, os.lseek(descriptor, 0, os.SEEK_CUR)
    if size - read > max(1024, size // 10):
        raise AudioError(
            f"{clip.name} has a damaged header: it counts {clip.heard} frames, which end after {read} of its {size} "
            "bytes; fetch or encode it again"
        )


def _pieces(clip: Clip, file: Any, begun: int, promised: int | None) -> None:
    wanted = clip.first - begun
    if wanted > 0 and promised is not None and wanted < promised and file.can_seek():
        file.seek(wanted)
        clip.skip(wanted)
    order = _order(file)
    while not clip.complete:
        left = clip.piece if promised is None else min(clip.piece, begun + promised - clip.heard)
        if left <= 0:
            return
        samples = np.empty((left, clip.channels), np.float32)
        samples = file.read(left, dtype="float32", always_2d=True, out=samples)
        if not samples.shape[0]:
            return
        clip.add(samples if order is None else samples[:, order])


def seconds(source: Path) -> float:
    """The length by the header; 0.0 where it gives none. Raises :class:`Undecodable`."""
    import soundfile

    try:
        info = soundfile.info(source)
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise Undecodable(str(error)) from None
    return float(info.duration) if 0 < info.frames < _UNKNOWN_FRAMES else 0.0


def _layout(file: Any) -> tuple[str, ...]:
    """The places of the channels, in the order that they are handed on in; () where the file does not say."""
    if file.channels <= 2:
        return ()
    if file.format == "FLAC":
        return _IN_FLAC.get(file.channels, ())
    if file.format == "OGG":
        return tuple(sorted(_IN_VORBIS.get(file.channels, ()), key=_PLACES.index))
    mask = _MASK.search(file.extra_info)
    bits = int(mask.group(1), 16) if mask else 0
    places = tuple(place for bit, place in enumerate(_PLACES) if bits >> bit & 1)
    return places if len(places) == file.channels else ()


def _order(file: Any) -> list[int] | None:
    """Vorbis has the centre second; everything else has it third, and so have the channels that are handed on."""
    places = _IN_VORBIS.get(file.channels) if file.format == "OGG" else None
    return [places.index(place) for place in sorted(places, key=_PLACES.index)] if places else None
