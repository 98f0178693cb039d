"""Sound files of every kind that is met, made with sox, ffmpeg and libsndfile, with what is right about each.

Channel ``i`` of a file is a sine of ``hz + 100 i`` Hz at half of full scale, so that its length, its peak, its pitch and
the order of its channels can be checked.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from sound_patches import patched

HZ, PEAK, SECONDS = 300, 0.5, 1.0
LONG = 4.0


@dataclass(frozen=True)
class Odd:
    """A file: how it is made, and what has to be heard in it."""

    name: str
    how: tuple[str, ...] = ()
    """Arguments of the tool, between the source and the file's name."""
    tool: str = "ffmpeg"
    rate: int = 16000
    channels: int = 1
    seconds: float = SECONDS
    late: float = 0.0
    """The most that the length may be above it, in seconds: what a codec without a header adds."""
    early: float = 0.0
    """The most that it may be below: the last block, which FFmpeg's encoder for Windows Media does not write."""
    level: float = 0.002
    """The most that the peak may differ."""
    heard_rate: int | None = None
    order: tuple[int, ...] = ()
    """Which channel of the source is heard at each place, where the codec has an order or a bandwidth of its own."""
    source: str = "tone"
    patch: str = ""


def tone(rate: int, channels: int, seconds: float) -> np.ndarray:
    time = np.arange(round(rate * seconds))[:, None] / rate
    return PEAK * np.sin(2 * np.pi * (HZ + 100 * np.arange(channels)) * time)


def busy(rate: int, channels: int, seconds: float) -> np.ndarray:
    """The tone, with noise in its second half: bit rates that vary are lowest where their header is."""
    sound = tone(rate, channels, seconds)
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, sound.shape)
    noise[: len(noise) // 2] = 0
    return sound * 0.8 + noise


_LOSSY = {"level": 0.12}
_FRAMES = {"level": 0.12, "late": 0.12}
_BARE = ("-write_xing", "0", "-id3v2_version", "0")
_PCM = ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw")
_ROUGH = {"pcm_u8": 0.01, "pcm_alaw": 0.02, "pcm_mulaw": 0.02, "adpcm_ima_wav": 0.05, "adpcm_ms": 0.05}
_MP3 = ("-c:a", "libmp3lame")


def _ff(name: str, *how: str, **kw: object) -> Odd:
    return Odd(name, how, **kw)  # type: ignore[arg-type]


def _wavs() -> list[Odd]:
    made = [_ff(f"{c}.wav", "-c:a", c, level=_ROUGH.get(c, 0.002)) for c in (*_PCM, "adpcm_ima_wav", "adpcm_ms")]
    made = [Odd(o.name, o.how, level=o.level, late=0.07 if "adpcm" in o.name else 0.0) for o in made]
    made += [
        _ff(f"rate-{r}.wav", rate=r) for r in (4000, 5512, 8000, 11025, 22050, 44100, 48000, 96000, 176400, 192000)
    ]
    made += [_ff(f"channels-{n}.wav", channels=n) for n in range(2, 9)]
    made += [Odd(f"sox-{n}ch.wav", (), "sox", channels=n) for n in (2, 4, 6)]
    made += [
        Odd("rifx.wav", ("-B", "-b", "16"), "sox"),
        Odd("sox-8bit.wav", ("-b", "8"), "sox", level=0.02),
        Odd("sox-gsm.wav", ("-e", "gsm-full-rate"), "sox", rate=8000, **_FRAMES),
        _ff("gsm-ms.wav", "-c:a", "libgsm_ms", rate=8000, **_FRAMES),
        _ff("mp3-in.wav", *_MP3, rate=44100, **_FRAMES),
        _ff("mp2-in.wav", "-c:a", "mp2", rate=44100, **_FRAMES),
        _ff("aac-in.wav", "-c:a", "aac", rate=44100, **_FRAMES),
        _ff("ac3-in.wav", "-c:a", "ac3", rate=48000, **_FRAMES),
        _ff("g726-in.wav", "-c:a", "g726", rate=8000, **_FRAMES),
        _ff("rf64.wav", "-rf64", "always"),
        _ff("with-list.wav", "-metadata", "title=odd"),
        _ff("unknown-size.wav", patch="size -1"),
        _ff("no-size.wav", patch="size 0"),
        _ff("signed-unknown-size.wav", patch="size 7f"),
        _ff("odd-chunk-before.wav", patch="chunk before"),
        _ff("odd-chunk-after.wav", patch="chunk after"),
        _ff("id3-after.wav", patch="id3v1"),
        _ff("bytes-after.wav", patch="junk after"),
        _ff("x.w64"),
        _ff("u8-stereo.w64", "-c:a", "pcm_u8", channels=2, level=0.01),
    ]
    made += [
        Odd(f"{s.lower()}.wav", (s,), "soundfile", rate=8000, level=0.12, late=0.05)
        for s in ("NMS_ADPCM_16", "NMS_ADPCM_24", "NMS_ADPCM_32", "G721_32", "GSM610")
    ]
    made += [Odd("wavex.wav", ("PCM_16", "WAVEX"), "soundfile", channels=6)]
    return made


def _studio() -> list[Odd]:
    made = [
        _ff(f"{c}.aiff", "-c:a", c, level=0.01 if c == "pcm_s8" else 0.002)
        for c in ("pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be")
    ]
    made += [
        _ff(f"{c}.aifc", "-c:a", c, "-f", "aiff", level=0.02)
        for c in ("pcm_s16le", "pcm_f32be", "pcm_f64be", "pcm_alaw", "pcm_mulaw")
    ]
    made += [
        _ff(f"{c}.au", "-c:a", c, level=0.02)
        for c in ("pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be", "pcm_mulaw", "pcm_alaw")
    ]
    made += [
        Odd(f"{s.lower()}.au", (s, "AU"), "soundfile", rate=8000, level=0.12, late=0.03)
        for s in ("G721_32", "G723_24", "G723_40")
    ]
    made += [_ff("unknown-size.au", patch="au size"), Odd("x.snd", ("-t", "au"), "sox")]
    made += [
        _ff(f"{c}.caf", "-c:a", c, level=0.02) for c in ("pcm_s16be", "pcm_s24le", "pcm_f32le", "pcm_mulaw", "alac")
    ]
    made += [
        Odd(f"x.{f.lower()}", (s, f), "soundfile", level=0.02)
        for f, s in (
            ("VOC", "PCM_16"),
            ("IRCAM", "PCM_16"),
            ("PAF", "PCM_24"),
            ("SVX", "PCM_16"),
            ("NIST", "PCM_16"),
            ("AVR", "PCM_16"),
            ("PVF", "PCM_16"),
            ("HTK", "PCM_16"),
            ("MAT4", "FLOAT"),
            ("MAT5", "DOUBLE"),
            ("RF64", "PCM_16"),
            ("W64", "PCM_24"),
        )
    ]
    return made


def _lossless() -> list[Odd]:
    made = [_ff(f"rate-{r}.flac", rate=r) for r in (4000, 8000, 11025, 22050, 44100, 88200, 96000, 192000)]
    made += [_ff(f"channels-{n}.flac", channels=n) for n in range(2, 9)]
    return [
        *made,
        Odd("sox-24.flac", ("-b", "24"), "sox"),
        Odd("sox-8.flac", ("-b", "8"), "sox", level=0.02),
        _ff("unknown-length.flac", patch="flac length 0"),
        _ff("id3-before.flac", patch="id3v2"),
        _ff("flac.oga", "-c:a", "flac"),
        _ff("flac.ogg", "-c:a", "flac", channels=2),
        _ff("flac.mkv", "-c:a", "flac", late=0.01),
        _ff("flac.mp4", "-c:a", "flac", "-strict", "-2"),
        _ff("alac.m4a", "-c:a", "alac"),
        _ff("x.wv", "-c:a", "wavpack"),
        _ff("float.wv", "-c:a", "wavpack", "-sample_fmt", "fltp", channels=2),
        _ff("x.tta", "-c:a", "tta"),
        _ff("pcm.mkv", "-c:a", "pcm_s16le", late=0.01),
    ]


def _lossy() -> list[Odd]:
    made = [
        _ff(f"rate-{r}.mp3", *_MP3, "-b:a", "48k" if r > 16000 else "24k", rate=r, late=0.01, level=0.12)
        for r in (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
    ]
    return [
        *made,
        _ff("stereo.mp3", *_MP3, rate=44100, channels=2, late=0.01, level=0.12),
        _ff("320.mp3", *_MP3, "-b:a", "320k", rate=44100, late=0.01, level=0.12),
        _ff("vbr.mp3", *_MP3, "-q:a", "4", source="busy", seconds=LONG, late=0.01, level=0.12),
        _ff("vbr-bare.mp3", *_MP3, "-q:a", "4", *_BARE, source="busy", seconds=LONG, **_FRAMES),
        _ff("vbr-bare-stereo.mp3", *_MP3, "-q:a", "2", *_BARE, source="busy", rate=44100, channels=2, seconds=LONG, **_FRAMES),
        _ff("abr.mp3", *_MP3, "-b:a", "64k", "-abr", "1", source="busy", rate=44100, seconds=LONG, late=0.01, level=0.12),
        _ff("abr-bare.mp3", *_MP3, "-b:a", "64k", "-abr", "1", *_BARE, source="busy", rate=44100, seconds=LONG, **_FRAMES),
        _ff("cbr-bare.mp3", *_MP3, "-b:a", "64k", *_BARE, rate=44100, **_FRAMES),
        _ff("cbr-bare-16k.mp3", *_MP3, "-b:a", "32k", *_BARE, **_FRAMES),
        _ff("cbr-bare-8k.mp3", *_MP3, "-b:a", "16k", *_BARE, rate=8000, level=0.12, late=0.25),
        _ff("xing-third.mp3", *_MP3, source="busy", seconds=LONG, level=0.12, late=0.15, patch="xing 1/3"),
        _ff("xing-triple.mp3", *_MP3, source="busy", seconds=LONG, level=0.12, late=0.15, patch="xing 3"),
        _ff("xing-zero.mp3", *_MP3, source="busy", seconds=LONG, level=0.12, late=0.15, patch="xing 0"),
        _ff("joined.mp3", *_MP3, seconds=2.0, level=0.12, late=0.15, patch="twice"),
        _ff("joined-bare.mp3", *_MP3, *_BARE, seconds=2.0, level=0.12, late=0.25, patch="twice"),
        _ff("id3v2.mp3", *_MP3, *_BARE, rate=44100, **_FRAMES, patch="id3v2"),
        _ff("id3v1.mp3", *_MP3, rate=44100, late=0.01, level=0.12, patch="id3v1"),
        _ff("zeros-before.mp3", *_MP3, *_BARE, rate=44100, **_FRAMES, patch="zeros before"),
        _ff("zeros-after.mp3", *_MP3, rate=44100, late=0.03, level=0.12, patch="zeros after"),
        _ff("mono.mp2", "-c:a", "mp2", rate=44100, **_FRAMES),
        _ff("stereo.mp2", "-c:a", "mp2", rate=48000, channels=2, **_FRAMES),
        _ff("slow.mp2", "-c:a", "mp2", rate=16000, **_FRAMES),
        _ff("layer2.mp3", "-c:a", "mp2", "-f", "mp2", rate=44100, **_FRAMES),
        _ff("mono.aac", "-c:a", "aac", rate=44100, **_FRAMES),
        _ff("stereo.aac", "-c:a", "aac", rate=22050, channels=2, level=0.12, late=0.2),
        _ff("x.latm", "-c:a", "aac", "-f", "latm", rate=44100, **_FRAMES),
        _ff("8k.m4a", "-c:a", "aac", rate=8000, level=0.12, late=0.26),
        _ff("44k.m4a", "-c:a", "aac", rate=44100, late=0.05, level=0.12),
        _ff("5.1.m4a", "-c:a", "aac", rate=48000, channels=6, late=0.05, level=0.12, order=(0, 1, 2, -1, 4, 5)),
        _ff("faststart.m4a", "-c:a", "aac", "-movflags", "faststart", rate=44100, late=0.05, level=0.12),
        _ff("fragments.mp4", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", rate=44100, **_FRAMES),
        _ff("mp3.mp4", *_MP3, rate=44100, **_FRAMES),
        _ff("x.mov", "-c:a", "pcm_s16le", rate=44100, channels=2),
        _ff("x.ac3", "-c:a", "ac3", rate=48000, **_FRAMES),
        _ff("5.1.ac3", "-c:a", "ac3", "-b:a", "640k", rate=48000, channels=6, late=0.12, level=0.2, order=(0, 1, 2, -1, 4, 5)),
        _ff("x.eac3", "-c:a", "eac3", rate=48000, **_FRAMES),
        _ff("x.dts", "-c:a", "dca", "-strict", "-2", rate=48000, channels=2, **_FRAMES),
        _ff("v1.wma", "-c:a", "wmav1", rate=44100, early=0.03, **_FRAMES),
        _ff("v2.wma", "-c:a", "wmav2", rate=44100, channels=2, early=0.03, **_FRAMES),
        _ff("x.mka", "-c:a", "libvorbis", rate=44100, level=0.12, late=0.05),
        _ff("mp3.mkv", *_MP3, rate=44100, **_FRAMES),
        _ff("x.avi", *_MP3, rate=44100, **_FRAMES),
        _ff("x.ts", "-c:a", "aac", rate=44100, **_FRAMES),
        _ff("vorbis.webm", "-c:a", "libvorbis", rate=44100, level=0.12, late=0.05),
        _ff("opus.webm", "-c:a", "libopus", rate=48000, level=0.12, late=0.05),
        *(_ff(f"rate-{r}.ogg", "-c:a", "libvorbis", rate=r, **_LOSSY) for r in (8000, 16000, 22050, 44100, 48000)),
        _ff("5.1.ogg", "-c:a", "libvorbis", rate=44100, channels=6, **_LOSSY, order=(0, 1, 2, -1, 4, 5)),
        _ff("stereo.ogg", "-c:a", "libvorbis", rate=44100, channels=2, **_LOSSY),
        *(_ff(f"rate-{r}.opus", "-c:a", "libopus", rate=r, level=0.12, heard_rate=48000) for r in (8000, 16000, 24000, 48000)),
        _ff("stereo.opus", "-c:a", "libopus", rate=48000, channels=2, **_LOSSY),
        _ff("5.1.opus", "-c:a", "libopus", rate=48000, channels=6, **_LOSSY, order=(0, 1, 2, -1, 4, 5)),
        _ff("chained.ogg", "-c:a", "libvorbis", rate=44100, seconds=2.0, **_LOSSY, patch="twice"),
        _ff("chained.opus", "-c:a", "libopus", rate=48000, seconds=2.0, **_LOSSY, patch="twice"),
        _ff("chained-flac.ogg", "-c:a", "flac", rate=44100, seconds=2.0, patch="twice"),
        _ff("x.spx", "-c:a", "libspeex", rate=16000, level=0.3, late=0.1),
    ]  # fmt: skip


FILES = [*_wavs(), *_studio(), *_lossless(), *_lossy()]


def make(folder: Path, files: list[Odd] = FILES) -> dict[str, Path]:
    """Make ``files`` in ``folder``; the sources stand beside them. One call of ffmpeg writes all of its files."""
    jobs: dict[Path, list[tuple[str, ...]]] = defaultdict(list)
    for odd in files:
        out = folder / odd.name
        long = odd.source == "busy"
        source = folder / "source" / f"{odd.source}-{odd.rate}-{odd.channels}.wav"
        source.parent.mkdir(exist_ok=True, parents=True)
        samples = (busy if long else tone)(odd.rate, odd.channels, LONG if long else SECONDS)
        if odd.tool == "soundfile":
            subtype, kind = (*odd.how, "WAV")[:2]
            soundfile.write(out, samples, odd.rate, subtype=subtype, format=kind)
            continue
        if not source.exists():
            soundfile.write(source, samples, odd.rate, subtype="PCM_24", format="WAVEX" if odd.channels > 2 else "WAV")
        if odd.tool == "sox":
            subprocess.run(["sox", "-D", str(source), *odd.how, str(out)], check=True, capture_output=True)
        else:
            plain = (
                ()
                if "-c:a" in odd.how or out.suffix in {".flac"}
                else ("-c:a", "pcm_s16be" if out.suffix == ".au" else "pcm_s16le")
            )
            jobs[source].append((*plain, *odd.how, str(out)))
    inputs = [argument for source in jobs for argument in ("-i", str(source))]
    outputs = [
        argument for i, of_one in enumerate(jobs.values()) for how in of_one for argument in ("-map", f"{i}:a", *how)
    ]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-filter_threads", "1", *inputs, *outputs], check=True)
    for odd in files:
        if odd.patch:
            path = folder / odd.name
            path.write_bytes(patched(path.read_bytes(), odd.patch))
    return {odd.name: folder / odd.name for odd in files}
