"""Downloads, from a server here that speaks as much of the hub's protocol as huggingface_hub asks for."""

import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile

import pytest
from hub_server import COMMIT, serving

from audiotest.benchmarks.download import unpack
from audiotest.benchmarks.importing import ImportFailed

ROW = {"id": "a", "audio_path": "./audio/a.wav", "question": "Q?", "choices": ["x", "y"], "answer": "x",
       "modality": "sound", "category": "Signal Layer", "sub-category": "s"}  # fmt: skip


def archive():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        info = tarfile.TarInfo("audio/a.wav")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"RIFF"))
    return out.getvalue()


@pytest.fixture
def hub():
    files = {"MMAR-meta.json": json.dumps([ROW]).encode(), "mmar-audio.tar.gz": archive(), "README.md": b"#"}
    with serving("BoJack/MMAR", files) as (address, server):
        server.address = address
        yield server


def run(tmp_path, endpoint, *more):
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "AUDIOTEST_CACHE_DIR": str(tmp_path / "cache"),
                   "HF_HOME": str(tmp_path / "hf"), "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "*"}  # fmt: skip
    environment.pop("HF_HUB_OFFLINE", None)
    return subprocess.run(
        [sys.executable, "-m", "audiotest.cli", "import", "mmar", "--download", "--into", tmp_path / "mmar", *more],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_release_is_fetched_unpacked_and_named_by_its_commit(hub, tmp_path):
    done = run(tmp_path, hub.address)
    assert done.returncode == 0, done.stderr
    assert f"BoJack/MMAR at {COMMIT}" in done.stdout
    assert "1 case in 1 file under " in done.stdout
    assert (tmp_path / "mmar" / "audio" / "a.wav").read_bytes() == b"RIFF"
    fetched = {path for method, path in hub.asked if method == "GET" and "/resolve/" in path}
    assert len(fetched) == 2
    assert not any("README" in path for path in fetched)
    hub.asked.clear()
    assert run(tmp_path, hub.address).returncode == 0
    assert not [path for method, path in hub.asked if method == "GET" and "/resolve/" in path], "fetched again"


def test_questions_alone(hub, tmp_path):
    done = run(tmp_path, hub.address, "--without-audio")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "mmar" / "audio").exists()
    assert not any("tar.gz" in path for _, path in hub.asked if "/resolve/" in path)


def test_what_goes_wrong_is_said_in_words(hub, tmp_path):
    assert "has no revision 'nope'" in run(tmp_path, hub.address, "--revision", "nope").stderr
    offline = run(tmp_path, "http://127.0.0.1:9")
    assert offline.returncode == 1
    assert "offline? Import from a local copy" in offline.stderr
    assert "Traceback" not in offline.stderr


@pytest.fixture(params=["this Python", "before 3.11.4"])
def tar_filter(request, monkeypatch):
    """Python before 3.11.4 has no filter for what a tar archive may hold."""
    if request.param != "this Python":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)


@pytest.mark.usefixtures("tar_filter")
def test_archives_that_reach_outside_are_refused(tmp_path):
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as zipped:
        zipped.writestr("../outside.txt", "x")
    with pytest.raises(ImportFailed, match="would land outside"):
        unpack(bad, tmp_path)
    for name, link in (("../outside.txt", None), ("inside", "/etc/passwd")):
        info = tarfile.TarInfo(name)
        if link:
            info.type, info.linkname = tarfile.SYMTYPE, link
        with tarfile.open(tmp_path / "bad.tar", "w") as tar:
            tar.addfile(info, io.BytesIO(b""))
        with pytest.raises(ImportFailed, match="cannot be unpacked"):
            unpack(tmp_path / "bad.tar", tmp_path)
    assert not (tmp_path.parent / "outside.txt").exists()


def test_a_damaged_archive_says_what_to_do(tmp_path):
    (tmp_path / "cut.tar.gz").write_bytes(archive()[:-20])
    with pytest.raises(ImportFailed, match="delete it and download again"):
        unpack(tmp_path / "cut.tar.gz", tmp_path)


@pytest.mark.usefixtures("tar_filter")
def test_an_archive_is_unpacked_once(tmp_path):
    (tmp_path / "a.tar.gz").write_bytes(archive())
    unpack(tmp_path / "a.tar.gz", tmp_path)
    (tmp_path / "audio" / "a.wav").unlink()
    unpack(tmp_path / "a.tar.gz", tmp_path)
    assert not (tmp_path / "audio" / "a.wav").exists()
