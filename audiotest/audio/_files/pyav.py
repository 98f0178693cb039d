"""FFmpeg, through PyAV: MPEG audio, AAC, AC-3, Opus, WMA, WavPack, mp4, webm and codecs in a wav.

The length is that of what comes out of the decoder; what the header says is used only to notice that something is
missing. Only the formats named here are opened, so that a playlist cannot make FFmpeg read another file or address.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiotest.audio._files import mpeg
from audiotest.audio._files.clip import Clip
from audiotest.audio._files.frames import Samples
from audiotest.audio.errors import AudioError

_BARE = frozenset(
    {"mp3", "aac", "ac3", "eac3", "dts", "dtshd", "loas", "amr", "amrnb", "amrwb", "gsm", "truehd", "mlp"}
)
"""Frames one after the other, without a container: what is not decoded of them is lost."""
_FORMATS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flv,gsm,iff,loas,matroska,mlp,mov,mp3,mpc,mpc8,"
    "mpeg,mpegts,nut,ogg,oma,qcp,rm,shn,spdif,tak,truehd,tta,voc,w64,wav,webm,wsd,wv,wtv,xwma"
)
_PROMISING = frozenset(
    {"mov", "matroska", "flv", "asf", "wv", "tta", "ape", "tak", "mpc", "mpc8", "caf", "aiff", "w64", "flac"}
)
"""Formats whose header counts what they hold, rather than have the length guessed from a bit rate."""
_SELF_FRAMED = frozenset({"aac", "mp2"})
"""Codecs whose frames say how long they are. mp3 does, too, but recordings that end within a frame are common, and lose
a fortieth of a second."""
_MOST_AAC_BYTES = 1 << 24
_SEARCHED_BYTES = 1 << 28
_HEADER_FRAME = 1441
"""The largest frame of an mp3: its header frame, which holds no sound, may be as long."""


class Undecodable(Exception):
    """FFmpeg does not know the format or the codec; its words."""


@dataclass
class _Tally:
    """What became of the packets: how many there were, how many could not be decoded, and the bytes of the others."""

    packets: int = 0
    lost: int = 0
    decoded: int = 0
    incomplete: int = 0
    """How many bytes the last packet lacks of what its frame says that it takes."""


def decode(clip: Clip, source: Path | io.BytesIO, sound_bytes: int | None = None) -> None:
    """Hand the samples of ``source`` to ``clip``; ``sound_bytes`` is what its header says that they take. Raises
    :class:`Undecodable`, and :class:`AudioError` for a file that is damaged, that has less than its header promises, or
    that is a video without sound."""
    import av

    try:
        with _opened(source) as container:
            stream = _sound_of(clip, container)
            names = set(container.format.name.split(","))
            tally, samples = _Tally(), Samples()
            for frame in _with_own_rate(_frames(container, stream, tally, names)):
                if not frame.samples:
                    continue
                if not clip.rate:
                    clip.begin(frame.sample_rate, frame.layout.nb_channels, _layout(frame))
                for piece in samples.of(clip, frame):
                    clip.add(piece)
                if clip.complete:
                    return
            if not clip.rate:
                raise Undecodable("none of it could be decoded")
            for piece in samples.rest(clip):
                clip.add(piece)
            _require_whole(clip, container, stream, tally, names, sound_bytes)
    except (av.FFmpegError, ValueError, MemoryError, OverflowError, RuntimeError, OSError, IndexError) as error:
        if isinstance(error, AudioError):
            raise
        raise Undecodable(str(getattr(error, "strerror", None) or error).rstrip(".")) from None


def seconds(path: Path) -> float:
    """The length that FFmpeg reads from the header or guesses from the bit rate; 0.0 for none. Raises
    :class:`Undecodable`."""
    import av

    try:
        with _opened(path) as container:
            return max(0.0, (container.duration or 0) / av.time_base)
    except (av.FFmpegError, ValueError, MemoryError, OverflowError, RuntimeError, OSError) as error:
        raise Undecodable(str(error)) from None


def _opened(source: Path | io.BytesIO) -> Any:
    import av

    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    if isinstance(source, io.BytesIO):
        source.seek(0)
    file = f"file:{source.absolute()}" if isinstance(source, Path) else source
    return av.open(file, metadata_errors="replace", container_options=options)


def _sound_of(clip: Clip, container: Any) -> Any:
    """The stream to listen to: the first one with sound, as players do."""
    if not container.streams.audio:
        if container.streams.video:
            raise AudioError(f"{clip.name} is a video without sound; it has no audio stream")
        raise Undecodable("it has no stream of sound")
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise Undecodable("its codec is not known")
    if stream.codec_context.sample_rate and stream.codec_context.layout.nb_channels:
        Clip(clip.name, clip.start, clip.end).begin(
            stream.codec_context.sample_rate, stream.codec_context.layout.nb_channels
        )
    return stream


def _frames(container: Any, stream: Any, tally: _Tally, names: set[str]) -> Iterator[Any]:
    """Decoded frames in order; what cannot be decoded is counted and passed over, as every player does."""
    import av

    context = stream.codec_context
    packets = _packets(container, stream)
    if "wav" in names and context.name == "aac":
        packets = _as_one(packets)
    framed = context.name in _SELF_FRAMED
    for packet in packets:
        tally.packets += 1
        if framed and packet is not None and packet.size:
            tally.incomplete = mpeg.frame_bytes(bytes(packet)[:7]) - packet.size
        try:
            frames = context.decode(packet)
        except av.EOFError:
            return
        except (av.FFmpegError, ValueError):
            tally.lost += 1
            continue
        tally.decoded += packet.size if packet is not None else 0
        yield from frames


def _with_own_rate(frames: Iterator[Any]) -> Iterator[Any]:
    """The first frame has the rate that probing ended with, which in a joined file is another part's: the next one's is
    right."""
    first = next(frames, None)
    second = next(frames, None)
    if first is not None and second is not None and first.sample_rate != second.sample_rate:
        first.sample_rate = second.sample_rate
    for frame in (first, second):
        if frame is not None:
            yield frame
    yield from frames


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    import av

    for _ in range(100):  # the demultiplexer continues after an error, but not without end
        try:
            yield from container.demux(stream)
            return
        except av.EOFError:
            return
        except (av.FFmpegError, ValueError):
            continue


def _as_one(packets: Iterator[Any]) -> Iterator[Any]:
    """AAC in a wav has no marks between its frames: the decoder finds each one's end only where the last one ended."""
    import av

    content = bytearray()
    for packet in packets:
        content += bytes(packet)
        if len(content) > _MOST_AAC_BYTES:
            raise Undecodable(f"AAC in a wav is read up to {_MOST_AAC_BYTES >> 20} MiB")
    yield av.Packet(bytes(content))
    yield None


def _layout(frame: Any) -> tuple[str, ...]:
    """The places of the channels as FFmpeg names them; () for mono and stereo and where they are not known."""
    if frame.layout.nb_channels <= 2:
        return ()
    places = tuple(channel.name for channel in frame.layout.channels)
    return places if len(set(places)) == len(places) and "channels" not in frame.layout.name else ()


def _require_whole(
    clip: Clip, container: Any, stream: Any, tally: _Tally, names: set[str], sound_bytes: int | None
) -> None:
    """Raise :class:`AudioError` where much of the file was not heard."""
    heard, promised, path = clip.heard / clip.rate, 0.0, Path(clip.name)
    if names & _PROMISING:
        promised = (
            float(stream.duration * stream.time_base) if stream.duration else (container.duration or 0) / 1_000_000
        )
    elif "mp3" in names and stream.codec_context.name.startswith("mp3"):
        promised = mpeg.missing(path) * (1152 if clip.rate >= 32_000 else 576) / clip.rate
    if promised - heard > max(0.1, promised / 100):
        raise AudioError(
            f"{clip.name} is cut short: its header promises {promised:.2f} s and {heard:.2f} s could be decoded; "
            "fetch or encode it again"
        )
    if tally.incomplete > 0:
        raise AudioError(
            f"{clip.name} is cut short: it ends within a frame, of which {tally.incomplete} bytes are missing; "
            "fetch or encode it again"
        )
    if names & _BARE or sound_bytes is not None:
        _require_most(clip, tally.decoded, _bare_bytes(path, tally.decoded) if sound_bytes is None else sound_bytes)
    elif tally.lost > max(1, tally.packets // 100):
        raise AudioError(
            f"{clip.name} is damaged: {tally.lost} of its {tally.packets} packets of sound could not be decoded; "
            "fetch or encode it again"
        )


def _require_most(clip: Clip, decoded: int, there: int) -> None:
    if decoded < 0.9 * there - _HEADER_FRAME:
        raise AudioError(
            f"{clip.name} is damaged or no sound: {decoded} of its {there} bytes of sound could be decoded; "
            "fetch or encode it again"
        )


def _bare_bytes(path: Path, decoded: int) -> int:
    """How much of a file of frames is no tag, which is searched for where less than 90% of it was ``decoded``."""
    size = path.stat().st_size
    return size if decoded >= 0.9 * size or size > _SEARCHED_BYTES else mpeg.untagged(path.read_bytes())
