"""libsndfile: wav, aiff, au, caf, w64, flac, Ogg Vorbis and the formats of laboratories, exact to the sample."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np

from audiotest.audio._files.clip import Clip
from audiotest.audio._files.riff import UNKNOWN_SIZE
from audiotest.audio.errors import AudioError

_CORRECTED = re.compile(r"^ *(?:data|SSND|Data Size) *: *(\d+) \(should be (\d+)\)", re.MULTILINE)
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
        with soundfile.SoundFile(source) as file:
            if not clip.rate:
                clip.begin(file.samplerate, file.channels, _layout(file))
            elif (clip.rate, clip.channels) != (file.samplerate, file.channels):
                raise Undecodable("its parts have different rates or numbers of channels")
            if clip.end is None:
                _require_whole(clip, file.extra_info)
            promised = file.frames if 0 <= file.frames < _UNKNOWN_FRAMES else None
            _pieces(clip, file, begun, promised)
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


def _pieces(clip: Clip, file: Any, begun: int, promised: int | None) -> None:
    wanted = clip.first - begun
    if wanted > 0 and promised is not None and wanted < promised and file.seekable():
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


def _require_whole(clip: Clip, log: str) -> None:
    """Raise :class:`AudioError` for a wav, aiff or au whose header promises more than the file has, which libsndfile
    corrects and mentions in its ``log``. Sizes that a few bytes are missing of are a writer's slip, and the largest
    ones stand for a length that was not known when writing began."""
    for promised, there in ((int(p), int(t)) for p, t in _CORRECTED.findall(log)):
        if promised < UNKNOWN_SIZE and promised - there > promised / 100:
            raise AudioError(
                f"{clip.name} is cut short: its header promises {promised} bytes of sound and {there} are there; "
                "fetch or encode it again"
            )
