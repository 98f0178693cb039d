"""`vllm:` and `sglang:`: a server of the user's is started, spoken to, explained where it fails, and never left behind.
The program is a stand-in that takes their command lines and serves the endpoint of these tests; all else is real."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from endpoint import request

from audiotest.cli import main
from audiotest.models.loading import ModelError, open_model
from audiotest.models.protocol import Unavailable

HERE = Path(__file__).parent


pytestmark = pytest.mark.usefixtures("own_interpreter")


@pytest.fixture
def vllm(tmp_path, own_interpreter):
    program = tmp_path / "vllm"
    program.write_text(f"#!{sys.executable}\nimport runpy, sys\nsys.path.insert(0, {str(HERE)!r})\n"
                       f"runpy.run_path({str(HERE / 'stand_in_server.py')!r}, run_name='__main__')\n")  # fmt: skip
    program.chmod(0o755)
    return str(program)


def started(model):
    """The server's command line and the ids of its processes."""
    first = json.loads(model._server.log.read_text().split("\n")[0])
    return first["arguments"], first["pids"]


def gone(pids, seconds=15):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        left = [pid for pid in pids if os.path.exists(f"/proc/{pid}") and " Z " not in state(pid)]
        if not left:
            return True
        time.sleep(0.02)
    return False


def state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return " Z "


def test_a_model_is_served_asked_and_ended_and_its_name_says_the_options_and_the_version(vllm):
    options = {"program": vllm, "max_model_len": "4096", "enforce_eager": "true", "in_flight": "8"}
    model = open_model("vllm:org/model", options)
    before = model.identity
    model.load()
    arguments, pids = started(model)
    log = model._server.log
    try:
        replies = model.answer([request("one"), request("two")])
        assert [reply.text for reply in replies] == ["reply to one", "reply to two"]
        assert arguments[:4] == ["serve", "org/model", "--served-model-name", "org/model"]
        assert arguments[-3:] == ["--max-model-len", "4096", "--enforce-eager"]
        assert "--enable-prefix-caching" in arguments
        assert "--in-flight" not in arguments
        assert model.batch_size == 64
        assert ("1.2.3" in before, "1.2.3" in model.identity) == (False, True)
        assert "max_model_len" in model.identity
        assert "127.0.0.1" not in model.identity
        again = open_model("vllm:org/model", options)
        again.load()
        again.close()
        assert again.identity == model.identity, "another port is the same model"
    finally:
        model.close()
    assert gone(pids)
    assert not log.exists()


def test_sglang_is_started_by_its_python_and_is_given_sound_as_a_url(tmp_path, monkeypatch):
    package = tmp_path / "sglang"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "launch_server.py").write_text(
        f"import runpy, sys\nsys.path.insert(0, {str(HERE)!r})\nrunpy.run_path({str(HERE / 'stand_in_server.py')!r})\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    model = open_model("sglang:org/model", {"program": sys.executable})
    model.load()
    try:
        arguments, _ = started(model)
        assert arguments[:2] == ["--model-path", "org/model"]
        assert [reply.text for reply in model.answer([request("one")])] == ["reply to one"]
        assert "audio_url" in model.identity
    finally:
        model.close()


def test_a_server_that_ends_before_it_is_healthy_is_explained_by_its_last_lines(vllm):
    model = open_model("vllm:dies", {"program": vllm})
    with pytest.raises(Unavailable, match=r"ended with status 1.*ValueError: no such model.*\.log") as raised:
        model.load()
    Path(str(raised.value).rpartition(": ")[2].rstrip(")")).unlink()


def test_a_server_that_never_is_healthy_is_ended_after_its_time(vllm):
    model = open_model("vllm:hangs", {"program": vllm, "start_timeout": "1.5"})
    with pytest.raises(Unavailable, match=r"after 1\.5 s vllm is not healthy") as raised:
        model.load()
    log = Path(str(raised.value).rpartition(": ")[2].rstrip(")"))
    assert gone(json.loads(log.read_text().split("\n")[0])["pids"])
    log.unlink()


def test_a_server_that_does_not_speak_http_at_first_is_waited_for(vllm):
    model = open_model("vllm:garbles", {"program": vllm})
    model.load()
    try:
        assert [reply.text for reply in model.answer([request("one")])] == ["reply to one"]
    finally:
        model.close()


def test_of_a_server_that_ends_in_the_middle_every_reply_says_why(vllm):
    model = open_model("vllm:ends", {"program": vllm, "retries": "0"})
    model.load()
    log = model._server.log
    replies = model.answer([request("one")])
    assert isinstance(replies[0], Unavailable)
    assert re.search("ended with status 3.*the card fell off the bus", str(replies[0]))
    model.close()
    log.unlink()


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_is_left_of_a_server_when_the_run_is_killed(vllm, how):
    script = (
        "import sys\nfrom audiotest.models.loading import open_model\n"
        f"model = open_model('vllm:org/model', {{'program': {vllm!r}}})\nmodel.load()\n"
        "print(model._server.log, flush=True)\nsys.stdin.read()\n"
    )
    run = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True)  # fmt: skip
    log = Path(run.stdout.readline().strip())
    pids = json.loads(log.read_text().split("\n")[0])["pids"]
    assert not gone(pids, 0.1)
    run.send_signal(how)
    run.wait(10)
    assert gone(pids)
    log.unlink()


def test_what_is_not_installed_is_said_with_the_command_that_installs_it(tmp_path):
    model = open_model("vllm:org/model", {"program": str(tmp_path / "nothing")})
    assert "pip install 'vllm[audio]'" in model.missing()[0]
    with pytest.raises(Unavailable, match="is not a program here; install it with"):
        model.load()
    model = open_model("sglang:org/model", {"program": sys.executable})
    assert "has no module sglang; `pip install 'sglang[all]'`" in model.missing()[0]


def test_doctor_says_what_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    result = CliRunner().invoke(main, ["doctor", "--model", "vllm:org/model"])
    assert result.exit_code == 1
    assert "pip install 'vllm[audio]'" in result.output


@pytest.mark.parametrize(("spec", "options", "message"), [
    ("vllm", {}, "vllm needs a model"),
    ("vllm:a/b", {"url": "http://localhost"}, "no option 'url'"),
    ("vllm:a/b", {"start_timeout": "soon"}, "`start_timeout` takes seconds"),
    ("sglang:a/b", {"in_flight": "0"}, "`in_flight` is at least 1"),
])  # fmt: skip
def test_options_that_cannot_be_are_refused(spec, options, message):
    with pytest.raises(ModelError, match=message):
        open_model(spec, options)
