"""Archives of a release that are odd, or meant ill: a sentence, and nothing of them in place."""

import io
import re
import struct
import tarfile
import zipfile

import pytest

from audiotest.benchmarks import archives
from audiotest.benchmarks.archives import unpack
from audiotest.benchmarks.importing import ImportFailed


def zipped(folder, members, name="a.zip", **how):
    with zipfile.ZipFile(folder / name, "w", **how) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return folder / name


def tarred(folder, members, name="a.tar.gz"):
    with tarfile.open(folder / name, "w:gz") as archive:
        for member, content in members.items():
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return folder / name


def encrypted(folder):
    path = zipped(folder, {"audio/a.wav": b"RIFF" * 10})
    data = bytearray(path.read_bytes())
    for head, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        flags = data.index(head) + place
        data[flags] |= 1
    path.write_bytes(data)
    return path


def other_method(folder):
    path = zipped(folder, {"audio/a.wav": b"RIFF" * 10})
    data = bytearray(path.read_bytes())
    for head, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.index(head) + place
        data[at : at + 2] = struct.pack("<H", 97)  # WavPack
    path.write_bytes(data)
    return path


def damaged(folder):
    path = zipped(folder, {"audio/a.wav": bytes(range(256)) * 100}, compression=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    data[60:90] = b"\xff" * 30
    path.write_bytes(data)
    return path


NULLS = {f"{i}.wav": b"\0" * 4_000_000 for i in range(5)}
ODD = {
    "encrypted": (encrypted, "is encrypted.*'audio/a.wav' asks for a password"),
    "method": (other_method, "cannot be unpacked"),
    "damaged": (damaged, "cannot be unpacked"),
    "itself": (lambda folder: zipped(folder, {"a.zip": b"x", "b.wav": b"y"}), "'a.zip' would take the archive's place"),
    "mark": (lambda folder: zipped(folder, {"a.zip.unpacked/x": b"x"}), "would take the archive's place"),
    "tar of itself": (lambda folder: tarred(folder, {"./a.tar.gz": b"x"}), "would take the archive's place"),
    "outside": (lambda folder: zipped(folder, {"../b.wav": b"x"}), "would land outside"),
    "root": (lambda folder: tarred(folder, {"/tmp/b.wav": b"x"}), "would land outside"),
    "bomb": (lambda folder: zipped(folder, NULLS, compression=zipfile.ZIP_DEFLATED), "unpacks to more than .*unpack it by hand"),
    "tar bomb": (lambda folder: tarred(folder, NULLS), "unpacks to more than .*unpack it by hand"),
    "file over folder": (lambda folder: zipped(folder, {"there": b"x"}), "cannot be unpacked"),
    "folder over file": (lambda folder: zipped(folder, {"kept.jsonl/x": b"x"}), "cannot be unpacked"),
    "long name": (lambda folder: zipped(folder, {"n" * 300: b"x"}), "cannot be unpacked"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ODD))
def test_an_odd_archive_is_a_sentence_and_nothing_of_it_is_in_place(tmp_path, monkeypatch, name):
    monkeypatch.setattr(archives, "SMALL", 10_000_000)
    make, sentence = ODD[name]
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "x").write_text("theirs")
    (tmp_path / "kept.jsonl").write_text("theirs")
    archive = make(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ImportFailed) as raised:
        unpack(archive, tmp_path)
    assert re.search(sentence, str(raised.value))
    assert str(archive) in str(raised.value)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 10)
    with pytest.raises(ImportFailed, match="in 11 files"):
        unpack(zipped(tmp_path, {f"{i}": b"x" for i in range(20)}), tmp_path)


def test_what_does_not_fit_the_disk_is_refused_before_it_fills_it(tmp_path, monkeypatch):
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda place: type("Usage", (), {"free": 3})())
    with pytest.raises(ImportFailed, match="more than the 3 bytes that are free"):
        unpack(zipped(tmp_path, {"a.wav": b"RIFF"}), tmp_path)


def test_sounds_that_shrink_well_are_unpacked(tmp_path):
    unpack(zipped(tmp_path, NULLS, compression=zipfile.ZIP_DEFLATED), tmp_path)
    assert (tmp_path / "4.wav").stat().st_size == 4_000_000
