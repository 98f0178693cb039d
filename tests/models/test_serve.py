"""The adapter ``openai`` against a real server: ``transformers serve`` on this CPU, with a tiny random Qwen2-Audio."""

import os
import socket
import subprocess
import sysconfig
import time
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

pytest.importorskip("torch")
pytest.importorskip("transformers")
import tiny
from hf_checks import REQUESTS, texts

from audiotest.models.loading import open_model


@pytest.fixture(scope="module")
def served(tmp_path_factory, forked_with_torch):
    """(url, checkpoint) of a server that is up."""
    for name in ("fastapi", "uvicorn", "openai"):
        if find_spec(name) is None:
            pytest.skip(f"`transformers serve` needs {name}")
    folder = tiny.qwen2_audio(tmp_path_factory.mktemp("served"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = Path(tmp_path_factory.mktemp("log")) / "server.log"
    script = Path(sysconfig.get_path("scripts"), "transformers")
    command = [forked_with_torch / "python", script, "serve", folder, "--port", str(port), "--device", "cpu"]
    with log.open("w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    url = f"http://localhost:{port}"
    try:
        for _ in range(240):
            try:
                if httpx.get(f"{url}/health").status_code < 500:
                    break
            except httpx.TransportError:
                assert server.poll() is None, log.read_text()[-2000:]
            time.sleep(0.5)
        else:
            pytest.fail(f"the server does not come up: {log.read_text()[-2000:]}")
        yield f"{url}/v1", folder
    finally:
        server.terminate()
        server.wait(20)


def test_a_served_model_hears_what_it_is_sent(served):
    url, folder = served
    model = open_model(f"openai:{folder}@{url}", {"retries": "1"})
    model.load()
    replies = model.answer(REQUESTS[:4])
    said = texts(replies)
    tokens = [reply.details["input_tokens"] for reply in replies]
    seconds = [request.audio[0].seconds for request in REQUESTS[:4]]
    # 25 tokens a second of sound stand in the prompt.
    assert sorted(range(4), key=lambda i: tokens[i]) == sorted(range(4), key=lambda i: seconds[i])
    silent = model.answer([replace(r, audio=()) for r in REQUESTS[:4]])
    assert texts(silent) != said
    assert max(reply.details["input_tokens"] for reply in silent) < min(tokens)
    model.close()
    here = open_model(f"hf:{folder}")
    here.load()
    # The server is sent 16-bit samples, so a near tie may fall otherwise; most replies are those of the same weights here.
    alike = sum(a == b for a, b in zip(said, texts(here.answer(REQUESTS[:4])), strict=True))
    assert alike >= 2
