"""The server of runs: what it shows and what it refuses, by an HTTP client and in a real browser."""

import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import msgspec
import numpy as np
import pytest
from accessibility import violations
from click.testing import CliRunner

from audiotest.analyse.summary import GitState, Provenance, summarise
from audiotest.cli import main
from audiotest.run_folder import Plan, RunWriter
from audiotest.types import GateResult, Record, Reply, Verdict, Waveform

pytest.importorskip("starlette")
uvicorn = pytest.importorskip("uvicorn")
from starlette.testclient import TestClient  # noqa: E402

from audiotest.serve.app import Server  # noqa: E402
from audiotest.serve.index import Index  # noqa: E402
from audiotest.serve.live import Live  # noqa: E402

TOKEN = "a-token"
CHOICES = ("a bell", "a phone", "a siren", "a drum")
HOSTILE = "</script><script>window.broken=1</script><img src=x onerror='window.broken=2'>{{ js }}"
SUITE = """suite: s
policy: gates
conditions: [original, noise(snr_db=0), text_only]
cases:
""" + "".join(
    f"  - {{id: c{i}, question: Q{i}?, choices: [x, y], answer: x, audio: {{synth: {{tone: {{hz: {440 + i}, seconds: 0.3}}}}}}}}\n"
    for i in range(3)
)


def record(i, right=True, suite="s", condition="original", **more):
    given = {
        "nodeid": f"{suite}.yaml::{condition}::c{i}", "outcome": "passed" if right else "missed", "question": f"Q{i}?",
        "choices": CHOICES, "order": (0, 1, 2, 3), "answer": "a bell", "answer_index": 0, "clip": f"clip {i}",
        "reply": Reply("(A)" if right else "(B)"), "verdicts": {"choice": Verdict(right, 0 if right else 1, score=float(right))},
    }  # fmt: skip
    return Record(suite=suite, case=f"c{i}", condition=condition, expectation="correct", **{**given, **more})


def save(folder, records, model="m", gates=None, **about):
    RunWriter(folder).finish(records, summarise(records, gates or {}, Provenance(model=model, **about)))
    return folder


def half(n, right, **more):
    """``n`` trials with the sound and without it, of which the first ``right`` are right with it."""
    return [record(i, i < right, **more) for i in range(n)] + [
        record(i, i < n // 4, condition="text_only", **more) for i in range(n)
    ]


@pytest.fixture
def server(tmp_path):
    (tmp_path / "runs").mkdir()
    one = Server(tmp_path / "runs", tmp_path)
    yield one
    one.desk.close()


@pytest.fixture
def client(server):
    with TestClient(server.app(TOKEN), base_url="http://127.0.0.1") as one:
        yield one


def listed(client):
    text = client.get(f"/{TOKEN}/").text
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])["runs"]


def id_of(client, path):
    return next(run["id"] for run in listed(client) if run["path"] == path)


def test_the_list_names_suite_model_date_figures_and_gates(client, tmp_path):
    gate = GateResult("accuracy", name="accuracy-min=0.9", passed=False, reason="low", value=0.5, n=40)
    save(tmp_path / "runs/a/b", half(40, 20), "one", {"s": [gate]}, finished="2026-01-02T03:04:05+00:00",
         git=GitState("0123456789abcdef", False))  # fmt: skip
    save(tmp_path / "runs/c", half(40, 38), "two", finished="2026-01-03T03:04:05+00:00")
    save(tmp_path / "runs/.hidden", half(4, 4))
    newest, other = listed(client)
    assert (newest["path"], other["path"], other["model"], other["commit"]) == ("c", "a/b", "one", "0123456789")
    suite = other["suites"][0]
    assert (suite["name"], suite["figure"]["value"], suite["chance"], suite["gap"]["value"]) == ("s", 0.5, 0.25, 0.25)
    assert suite["figure"]["low"] < 0.5 < suite["figure"]["high"]
    assert (suite["failed"], suite["passed"], suite["open"]) == (1, 0, 0)


def test_what_is_broken_newer_or_killed_is_listed_with_a_sentence(client, tmp_path):
    runs = tmp_path / "runs"
    save(runs / "fine", half(4, 2))
    for name, text in (("newer", '{"schema_version": 99}'), ("broken", "{")):
        (runs / name).mkdir()
        (runs / name / "summary.json").write_text(text)
    save(runs / "killed", half(4, 2))
    (runs / "killed/summary.json").unlink()
    with (runs / "killed/trials.jsonl").open("a") as file:
        file.write('{"suite": "s", "ca')  # the line under way when it was killed
    save(runs / "torn", half(4, 2))
    (runs / "torn/trials.jsonl").write_text("no JSON\n" + (runs / "torn/trials.jsonl").read_text())
    (runs / "linked").mkdir()
    (runs / "linked/summary.json").symlink_to(runs / "fine/summary.json")
    save(tmp_path / "elsewhere", [record(0, question="a secret")])
    (runs / "half-linked").mkdir()
    (runs / "half-linked/trials.jsonl").symlink_to(tmp_path / "elsewhere/trials.jsonl")
    (runs / "pipe").mkdir()
    os.mkfifo(runs / "pipe/trials.jsonl")
    rows = {run["path"]: run for run in listed(client)}
    assert rows["fine"]["state"] == "finished"
    assert "version 99" in rows["newer"]["message"]
    assert rows["broken"]["state"] == "unreadable"
    assert (rows["killed"]["state"], rows["killed"]["message"].split(":")[0]) == ("stopped", "8 trials")
    assert all("links" in rows[name]["message"] for name in ("linked", "half-linked", "pipe"))
    shown = {name: client.get(f"/{TOKEN}/run/{rows[name]['id']}/").text for name in rows}
    assert "version 99" in shown["newer"]
    assert "cannot read" in shown["broken"]
    assert "secret" not in shown["half-linked"]
    assert "its process ended before it did; 1 line of trials.jsonl cannot be read" in shown["killed"]
    assert "1 line of trials.jsonl cannot be read" in shown["torn"]  # and the other eight are shown
    assert '"case":["c0"' in shown["torn"]


@pytest.mark.parametrize("text", [
    f'{{"pid": {2**70}, "host": "{platform.node()}", "command": ""}}', f'{{"pid": 0, "host": "{platform.node()}", "command": ""}}',
    '{"x": ' + "[" * 100_000 + "]" * 100_000 + "}", None,
], ids=["a pid too large", "no pid", "too deep", "links"])  # fmt: skip
def test_odd_notes_beside_a_run_cost_the_list_nothing(client, tmp_path, text):
    save(tmp_path / "runs/fine", half(4, 2))
    (tmp_path / "runs/odd").mkdir()
    (tmp_path / "runs/odd/trials.jsonl").touch()
    (tmp_path / "secret").write_text('{"trials": 7, "model": "a secret", "began": 0}')
    for name in (".audiotest.owner", ".audiotest.plan"):
        if text is None:
            (tmp_path / "runs/odd" / name).symlink_to(tmp_path / "secret")
        else:
            (tmp_path / "runs/odd" / name).write_text(text)
    rows = {run["path"]: run for run in listed(client)}
    assert rows["fine"]["state"] == "finished"
    assert (rows["odd"]["state"], rows["odd"]["model"]) == ("stopped", "")


@pytest.mark.parametrize("plan", [
    {"trials": 10**12, "model": "m", "began": 0}, {"trials": -5, "model": "m", "began": 0},
    {"trials": 9, "model": "m", "began": -1e300}, {"trials": 9, "model": "m", "began": 1e300},
    {"trials": 2**62, "model": "m", "began": 1e9}, {"trials": 9, "model": "m", "began": 1e9, "seed": -(2**63)},
    {"trials": 9, "model": "m" * 100_000, "began": 1e9},
], ids=str)  # fmt: skip
def test_a_plan_that_nobody_made_costs_the_page_nothing(client, tmp_path, plan):
    writer = RunWriter(tmp_path / "runs/going")
    writer.add(record(1))
    (tmp_path / "runs/going/.audiotest.plan").write_text(json.dumps(plan))
    name = id_of(client, "going")
    page, state = client.get(f"/{TOKEN}/run/{name}/"), client.get(f"/{TOKEN}/run/{name}/live.json")
    writer.close()
    assert (page.status_code, state.status_code) == (200, 200)
    assert state.json()["done"] == 1
    assert re.search("more than 100 days left|about 0:00|is not noted", state.json()["pace"])


def test_nothing_is_there_without_the_token_and_only_get_is_answered(client, tmp_path):
    save(tmp_path / "runs/a", half(4, 2))
    run = id_of(client, "a")
    for path in ("/", "/wrong/", f"/wrong/run/{run}/", "/run/", f"/{TOKEN}x/"):
        assert client.get(path).status_code == 404
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.request(method, f"/{TOKEN}/run/{run}/").status_code == 405
    answer = client.get(f"/{TOKEN}/run/{run}/")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "runs").rglob("*")}
    client.get(f"/{TOKEN}/compare/?a={run}&b={run}")
    client.get(f"/{TOKEN}/history/?suite=s")
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "runs").rglob("*")} == before


@pytest.mark.parametrize("path", [
    "run/0000000000000000/", "run/..%2f..%2fetc/", "run/%2e%2e/", "compare/?a=x&b=y", "compare/", "run/RUN/sound/none/0.flac",
    "run/RUN/sound/KEY/9.flac", "run/RUN/sound/KEY/0.wav", "run/RUN/sound/KEY/..%2f..%2ftrials.jsonl",
    "run/RUN/sound/..%2f..%2fsecret/0.flac", "run/RUN/sound/KEY/0.flac%00", "run/RUN/trials.jsonl", "run/RUN/../../secret.yaml",
])  # fmt: skip
def test_path_tricks_lead_nowhere(client, tmp_path, path):
    (tmp_path / "s.yaml").write_text(SUITE)
    (tmp_path / "secret.yaml").write_text("secret")
    save(tmp_path / "runs/a", [record(0, choices=("x", "y"), hashes={"sound": "key"})])
    answer = client.get(f"/{TOKEN}/{path.replace('RUN', id_of(client, 'a')).replace('KEY', 'key')}")
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_sounds_come_in_ranges_and_from_suites_below_the_root_alone(client, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "s.yaml").write_text(SUITE)
    own = [record(i, choices=("x", "y"), condition=c) for i in range(2) for c in ("original", "text_only")]
    save(tmp_path / "runs/a", own)
    run = id_of(client, "a")
    data = json.loads(re.search(r'id="data">(.*?)</script>', client.get(f"/{TOKEN}/run/{run}/").text, re.DOTALL)[1])
    [(key, [sound])] = [pair for pair in data["audio"].items() if pair[0] == data["trials"]["sound"][0]]
    assert len(data["audio"]) == 2  # without a sound there is no player
    assert sound == {"src": f"sound/{key}/0.flac", "image": f"sound/{key}/0.png", "seconds": 0.0, "khz": 0.0}
    whole = client.get(f"/{TOKEN}/run/{run}/{sound['src']}")
    assert (whole.status_code, whole.headers["content-type"], whole.content[:4]) == (200, "audio/flac", b"fLaC")
    part = client.get(f"/{TOKEN}/run/{run}/{sound['src']}", headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, whole.content[4:10])
    assert part.headers["content-range"] == f"bytes 4-9/{len(whole.content)}"
    assert client.get(f"/{TOKEN}/run/{run}/{sound['src']}", headers={"Range": "bytes=99999999-"}).status_code == 416
    assert client.get(f"/{TOKEN}/run/{run}/{sound['image']}").content[:8] == b"\x89PNG\r\n\x1a\n"
    inner = tmp_path / "inner"
    inner.mkdir()
    confined = Server(tmp_path / "runs", inner)
    outside = [msgspec.structs.replace(one, nodeid=f"../{one.nodeid}", hashes={"sound": "key"}) for one in own]
    save(tmp_path / "runs/b", outside)
    with TestClient(confined.app(TOKEN)) as other:
        run = id_of(other, "b")
        text = other.get(f"/{TOKEN}/run/{run}/").text
        assert '"audio":{"key":[]}' in text
        assert "1 trial has no player: ../s.yaml is not below" in text
        assert "--root FOLDER" in text
        answer = other.get(f"/{TOKEN}/run/{run}/sound/key/0.flac")
    confined.desk.close()
    assert answer.status_code == 404
    assert "no suite is read from elsewhere" in answer.text


def test_options_that_are_sounds_have_players_after_the_question(client, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    low, high = (
        {"audio": {"synth": {"tone": {"hz": hz, "seconds": 0.2}}}, "text": name}
        for hz, name in ((300, "low"), (900, "high"))
    )
    case = {"id": "c0", "question": "Which is lower?", "choices": [low, high], "answer": "low",
            "audio": {"synth": {"tone": {"hz": 500, "seconds": 0.3}}}}  # fmt: skip
    (tmp_path / "s.yaml").write_text(
        json.dumps({"suite": "s", "policy": "gates", "conditions": ["original"], "cases": [case]})
    )
    save(tmp_path / "runs/a", [record(0, choices=("low", "high"), hashes={"sound": "key"})])
    run = id_of(client, "a")
    data = json.loads(re.search(r'id="data">(.*?)</script>', client.get(f"/{TOKEN}/run/{run}/").text, re.DOTALL)[1])
    addresses = [sound["src"] for sound in data["audio"]["key"]]
    assert addresses == [f"sound/key/{i}.flac" for i in range(3)]
    assert all(client.get(f"/{TOKEN}/run/{run}/{address}").content[:4] == b"fLaC" for address in addresses)
    assert client.get(f"/{TOKEN}/run/{run}/sound/key/3.flac").status_code == 404


def test_two_runs_are_compared_and_runs_of_different_suites_are_a_sentence(client, tmp_path):
    save(tmp_path / "runs/a", half(40, 20), "one")
    save(tmp_path / "runs/b", half(40, 32), "two")
    save(tmp_path / "runs/c", half(40, 32) + half(3, 3, suite="t"), "three")
    a, b, c = (id_of(client, name) for name in "abc")
    text = client.get(f"/{TOKEN}/compare/?a={a}&b={b}").text
    assert "one (a) → two (b)" in text
    assert "12 items flipped: 0 worse, 12 better" in text
    refused = client.get(f"/{TOKEN}/compare/?a={a}&b={c}")
    assert 'data-text="message.not_the_same"' in refused.text
    korean = client.get(f"/{TOKEN}/compare/?a={a}&b={b}&lang=ko").text
    assert '<html lang="ko">' in korean
    assert "실행 비교" in korean
    assert '<html lang="en">' in client.get(f"/{TOKEN}/compare/?a={a}&b={b}&lang=xx").text
    link = re.search(r'href="(\?a=[^"]+)"', refused.text)[1].replace("&amp;", "&")
    assert "12 items flipped" in client.get(f"/{TOKEN}/compare/{link}").text


def test_the_history_of_a_suite_is_a_line_a_model_with_intervals(client, tmp_path):
    for i, right in enumerate((20, 26, 30)):
        save(tmp_path / f"runs/r{i}", half(40, right), "one", finished=f"2026-01-0{i + 1}T00:00:00+00:00",
             git=GitState(f"{i}" * 40, bool(i)))  # fmt: skip
    save(tmp_path / "runs/o", half(40, 10), HOSTILE, finished="2026-01-04T00:00:00+00:00")
    text = client.get(f"/{TOKEN}/history/?suite=s").text
    assert text.count("<polyline") == 2
    heights = [float(p.split(",")[1]) for p in re.search(r'<polyline points="([^"]+)"', text)[1].split()]
    assert heights == sorted(heights, reverse=True)  # it got better
    assert "accuracy 65.0% (95% CI 49.5 to 77.9, n = 40)" in text
    assert "1111111111 and changes" in text
    assert "<script>window" not in text
    assert '<p data-text="history.none">' in client.get(f"/{TOKEN}/history/?suite={HOSTILE}").text


def test_a_row_is_read_again_only_when_its_files_changed(tmp_path):
    save(tmp_path / "a", half(8, 4), "one")
    index, path = Index(tmp_path), tmp_path / "a/summary.json"
    assert index.rows()[0].model == "one"
    about, text = path.stat(), path.read_text()
    path.write_text(text.replace('"one"', '"two"'))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert index.rows()[0].model == "one"  # as far as its stamp says nothing has changed
    path.write_text(text.replace('"one"', '"three"'))
    assert index.rows()[0].model == "three"
    shutil.rmtree(tmp_path / "a")
    assert index.rows() == []


def test_a_run_that_goes_on_is_watched_until_its_end(client, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "s.yaml").write_text(SUITE)
    writer = RunWriter(tmp_path / "runs/a")
    writer.expect(Plan(6, "m", time.time() - 10))
    writer.add(record(0, choices=("x", "y")))
    [row] = listed(client)
    assert (row["state"], row["message"], row["model"]) == ("going on", "1 of 6 trials", "m")
    base = f"/{TOKEN}/run/{row['id']}/"
    assert "1 of 6 trials" in client.get(base).text
    state = client.get(base + "live.json").json()
    assert (state["done"], state["total"], state["over"], state["failures"]) == (1, 6, False, [])
    assert re.fullmatch(r"1 of 6 trials, (6\.0|5\.\d)/min, about 00:5\d left", state["pace"])
    line = msgspec.json.encode(record(1, False, choices=("x", "y")))
    with (tmp_path / "runs/a/trials.jsonl").open("ab") as file:
        file.write(line[:50])
        file.flush()
        assert client.get(base + "live.json").json()["done"] == 1  # half a line is waited for
        file.write(line[50:] + b"\n")
    state = client.get(base + "live.json").json()
    assert state["done"] == 2
    assert state["figures"].startswith("accuracy 50.0%")
    [failure] = state["failures"]
    assert (failure["question"], failure["reply"], failure["outcome"]) == ("Q1?", "(B)", "missed")
    [sound] = failure["sounds"]
    assert client.get(base + sound["src"], headers={"Range": "bytes=0-3"}).content == b"fLaC"
    records = [record(0, choices=("x", "y")), record(1, False, choices=("x", "y"))]
    writer.finish(records, summarise(records, {}, Provenance(model="m")))
    assert client.get(base + "live.json").json()["over"] is True
    assert '"case":["c0","c1"]' in client.get(base).text
    assert client.get(base + sound["src"]).content[:4] == b"fLaC"  # whoever watches still hears it
    assert sorted(p.name for p in (tmp_path / "runs/a").iterdir()) == ["summary.json", "trials.jsonl"]


def test_another_run_in_the_same_folder_is_watched_from_its_start(tmp_path):
    writer = RunWriter(tmp_path)
    writer.expect(Plan(6, "m", time.time() - 1000))
    writer.add(record(0))
    live = Live(tmp_path, tmp_path)
    assert (live.state()["done"], live.state()["total"]) == (1, 6)
    writer.close()  # it was stopped, and the next one is further than it was before anyone looked
    writer = RunWriter(tmp_path)
    writer.expect(Plan(9, "m", time.time() - 1))
    for i in range(1, 4):
        writer.add(record(i, question="a longer question"))
    state = live.state()
    writer.close()
    assert (state["done"], state["total"], state["unreadable"], state["over"]) == (3, 9, 0, False)
    assert "about 00:0" in state["pace"]


def test_pytest_notes_how_many_trials_a_run_is_to_have(pytester, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(pytester.path / "cache"))
    (pytester.path / "s.yaml").write_text(SUITE)
    (pytester.path / "conftest.py").write_text(
        "import json, pathlib, pytest\nfrom audiotest.types import Needs, Reply\n"
        "class M:\n    name, identity, needs, batch_size = 'm', '', Needs(), 1\n    def load(self): pass\n    def close(self): pass\n"
        "    def answer(self, requests):\n"
        "        plan = json.loads(pathlib.Path('out/.audiotest.plan').read_text())\n"
        "        return [Reply(f\"{plan['trials']} of {plan['model']}\") for r in requests]\n"
        "@pytest.fixture(scope='session')\ndef model(): return M()\n"
    )
    pytester.runpytest_subprocess("s.yaml", "--results", "out")
    lines = (pytester.path / "out/trials.jsonl").read_text().splitlines()
    replies = [json.loads(line)["reply"]["text"] for line in lines]
    assert sorted(set(replies)) == ["9 of listener", "9 of m"]  # the fixture's name is known with its first record
    assert replies.count("9 of m") > 4
    assert not (pytester.path / "out/.audiotest.plan").exists()


# -- the command


def test_a_missing_extra_and_a_taken_port_are_a_sentence(tmp_path, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        out = CliRunner().invoke(main, ["serve", str(tmp_path), "--port", str(port)])
    assert out.exit_code == 1
    assert re.search(rf"port {port} on 127.0.0.1 is taken; (\d+) is free: --port \1", out.output)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    out = CliRunner().invoke(main, ["serve", str(tmp_path)])
    assert "needs the extra `serve` (uvicorn is not installed): pip install 'audiotest[serve]'" in out.output


def test_the_command_serves_until_ctrl_c(tmp_path, forked):
    import httpx

    save(tmp_path / "runs/a", half(4, 2))
    process = subprocess.Popen([forked / "audiotest", "serve", "runs", "--port", "0"], cwd=tmp_path, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    line = process.stdout.readline()
    address = re.fullmatch(r"1 run below runs: (http://127\.0\.0\.1:\d+/[\w-]{20,}/)\n", line)[1]
    assert httpx.get(address).status_code == 200
    assert httpx.get(address.rpartition("/")[0][:-3] + "/").status_code == 404
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=20)[0]
    assert "Traceback" not in rest
    assert address.split("/")[3] not in rest  # no log has the token


# -- in a browser


@pytest.fixture
def opened(server, browser):
    """The list in a browser, served by uvicorn; any complaint of the browser fails the test."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    settings = uvicorn.Config(server.app(TOKEN), log_level="warning", lifespan="off")
    running = uvicorn.Server(settings)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    home = f"http://127.0.0.1:{listening.getsockname()[1]}/{TOKEN}/"
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    shown, complaints = context.new_page(), []
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    shown.on("request", lambda r: complaints.append(r.url) if not r.url.startswith((home, "data:")) else None)
    shown.home = home
    yield shown
    context.close()
    running.should_exit = True
    thread.join(10)
    listening.close()
    assert complaints == []


def until(shown, expression):
    """Asked again and again from here: the page's own policy lets nothing be evaluated in it later."""
    for _ in range(200):
        if shown.evaluate(expression):
            return
        shown.wait_for_timeout(50)
    pytest.fail(f"never came true: {expression}")


def test_from_the_list_to_a_report_its_sound_and_a_comparison(opened, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "s.yaml").write_text(SUITE)
    sounds = [record(i, i > 0, choices=("x", "y"), condition=c) for i in range(3) for c in ("original", "text_only")]
    save(tmp_path / "runs/first", sounds, "one", finished="2026-01-01T00:00:00+00:00")
    save(
        tmp_path / "runs/second",
        [msgspec.structs.replace(r, verdicts={"choice": Verdict(True, 0)}) for r in sounds],
        "two",
    )
    save(tmp_path / "runs/third", half(8, 4, suite="t"), "two")
    opened.goto(opened.home)
    assert opened.inner_text("#count") == "3 of 3 runs"
    opened.select_option("#f-suite", "s")
    opened.fill("#f-text", "one")
    assert opened.inner_text("#count") == "1 of 3 runs"
    assert [c.strip() for c in opened.inner_text("#runs tbody tr").split("\t")][2:5] == ["s", "one", "2026-01-01 00:00"]
    opened.keyboard.press("Enter")  # no form is sent
    opened.fill("#f-text", "")
    assert violations(opened) == ""
    for name in ("first", "second"):
        opened.check(f"[aria-label='compare {name}']")
    assert opened.inner_text("#chosen") == "first → second"
    opened.click("#compare")
    assert "2 items flipped: 0 worse, 2 better" in opened.inner_text("main")
    opened.locator("details.item", has_text="original").locator("summary").click()
    until(opened, "Math.abs((document.querySelector('audio') || {}).duration - 0.3) < 0.01")
    opened.goto(opened.home)
    opened.click("a:has-text('first')")
    assert opened.locator("#home a").get_attribute("href") == "../../"
    opened.click("#tab-items")
    until(opened, "Math.abs((document.querySelector('#item audio') || {}).duration - 0.3) < 0.01")
    until(opened, "document.querySelector('#item canvas.spectrogram') !== null")  # drawn from the sound
    assert opened.inner_text("#item .axis span:last-child") == "0.30 s"
    opened.goto(opened.home)
    opened.select_option("#f-suite", "s")
    opened.click("#history")
    assert opened.locator("svg.history polyline").count() == 2
    assert violations(opened) == ""


def test_suites_of_a_run_stand_in_a_line_with_their_figures_and_those_that_failed_first(opened, tmp_path):
    rows = [r for k in range(5) for r in half(20, 10, suite=f"a-suite-with-a-long-name-{k}")]
    gates = {"a-suite-with-a-long-name-4": [GateResult("accuracy", name="g", passed=False, reason="low")]}
    save(tmp_path / "runs/a", rows, "m", gates)
    opened.goto(opened.home)
    heights = opened.evaluate(
        "[...document.querySelectorAll('#runs .several')].map((cell) => [...cell.children].slice(0, 3).map((line) => Math.round(line.getBoundingClientRect().top)))"
    )
    assert len(heights) == 4
    assert all(column == heights[0] for column in heights)
    first = opened.locator("#runs .several").first
    assert first.locator("div").first.inner_text() == "a-suite-with-a-long-name-4"
    assert first.locator(".more").inner_text() == "and 2 more"


@pytest.mark.parametrize("language", ["ko", "zh"])
def test_every_page_is_in_its_language_and_passes_axe(opened, tmp_path, language):
    gates = {
        "s1": [GateResult("accuracy", name="0.9", passed=None, reason="not judged: 3 of 40 trials ran under original")]
    }
    save(tmp_path / "runs/01", half(40, 20, suite="s1"), "1", gates, finished="2026-01-01T00:00:00+00:00")
    save(tmp_path / "runs/02", half(40, 30, suite="s1"), "1", stopped="interrupted")
    save(tmp_path / "runs/03", half(8, 4, suite="s2"), "1")
    writer = RunWriter(tmp_path / "runs/04")
    writer.expect(Plan(9, "1", time.time() - 1))
    writer.add(record(0, False, suite="s1", reason="the wrong option was chosen"))
    opened.goto(opened.home)
    opened.select_option("#language", language)
    ids = [
        opened.evaluate("(path) => RUNS.find((run) => run.path === path).id", path) for path in ("01", "02", "03", "04")
    ]
    pages = ["", f"run/{ids[0]}/", f"run/{ids[3]}/", "history/?suite=s1", f"compare/?a={ids[0]}&b={ids[2]}",
             f"compare/?a={ids[0]}&b={ids[1]}&lang={language}"]  # fmt: skip
    # What stands in runs, in suites and in addresses is not translated.
    own = r"original|text_only|accuracy-?|audiotest|English|bell|phone|siren|drum|choice|git|yaml|robust|Holm|McNemar"
    for place in pages:
        opened.goto(opened.home + place)
        assert opened.get_attribute("html", "lang") == language, place
        text = re.sub(rf"{own}|{re.escape(str(tmp_path))}|`[^`]*`", "", opened.inner_text("body"))
        assert re.findall(r"[A-Za-z]{3,}(?: [A-Za-z]{2,})+", text) == [], place
        assert violations(opened) == ""
    writer.close()


def test_nothing_of_a_hostile_run_is_executed(opened, tmp_path):
    rows = [
        record(i, False, suite=HOSTILE, condition=c, nodeid=f"{HOSTILE}::{c}::{i}", question=HOSTILE, choices=(HOSTILE, "x"),
               order=(0, 1), answer=HOSTILE, tags={HOSTILE: (HOSTILE,)}, reason=HOSTILE, reply=Reply(HOSTILE), outcome="failed",
               hashes={"sound": HOSTILE}, verdicts={"choice": Verdict(i > 1, 0, score=1.0)})
        for i in range(4) for c in ("original", f"prompt({HOSTILE})")
    ]  # fmt: skip
    name = "a<img src=x onerror='window.broken=3'>"
    about = {"stopped": HOSTILE, "git": GitState(HOSTILE, True), "finished": HOSTILE}
    save(
        tmp_path / "runs" / name,
        rows,
        HOSTILE,
        {HOSTILE: [GateResult(HOSTILE, name=HOSTILE, passed=False, reason=HOSTILE)]},
        **about,
    )
    save(
        tmp_path / "runs/plain",
        [msgspec.structs.replace(r, verdicts={"choice": Verdict(True, 0)}) for r in rows],
        HOSTILE,
    )
    (tmp_path / "runs/bad").mkdir()
    (tmp_path / "runs/bad/summary.json").write_text(json.dumps({"schema_version": HOSTILE}))
    writer = RunWriter(tmp_path / "runs/live")
    writer.expect(Plan(100, HOSTILE, time.time()))
    for row in rows:
        writer.add(row)
    opened.goto(opened.home)
    ids = {
        path: opened.evaluate("(path) => RUNS.find((run) => run.path === path).id", path)
        for path in (name, "plain", "bad", "live")
    }
    places = ["", *(f"run/{run}/" for run in ids.values()), f"compare/?a={ids[name]}&b={ids['plain']}", "history/"]
    for place in places:
        opened.goto(opened.home + place)
        if place == "history/":
            opened.goto(opened.home)
            opened.select_option("#f-suite", HOSTILE)
            opened.click("#history")
            assert opened.locator("svg.history a").count() == 2
        opened.wait_for_timeout(30)
        assert opened.evaluate("window.broken") is None, place
        assert opened.locator("img[src=x]").count() == 0
    writer.close()


def test_a_sound_that_is_being_sent_is_not_written_again_by_a_request_that_came_meanwhile(server):
    one, waves = record(0), (Waveform(np.zeros((800, 1), np.float32), 8000),)
    sent = []

    def slow(_):
        """While this request makes the sound, another has made it and sends it."""
        if not sent:
            sent.append(None)
            sent[0] = server.desk.sound("a", slow, one, 0, "flac").open("rb")
            sent.append(os.fstat(sent[0].fileno()))
        return waves

    path = server.desk.sound("a", slow, one, 0, "png")
    after = os.fstat(sent[0].fileno())
    assert (after.st_mtime_ns, after.st_size) == (sent[1].st_mtime_ns, sent[1].st_size)
    assert len(sent[0].read()) == after.st_size > 0
    assert path.suffix == ".png"
    sent[0].close()


def test_the_live_page_follows_the_run(opened, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "s.yaml").write_text(SUITE)
    writer = RunWriter(tmp_path / "runs/a")
    writer.expect(Plan(3, "m", time.time() - 1))
    writer.add(record(0, False, choices=("x", "y")))
    opened.goto(opened.home)
    opened.click("a:has-text('a')")
    assert "1 of 3 trials" in opened.inner_text("#pace")
    assert opened.locator("#failures section").count() == 1
    until(opened, "Math.abs((document.querySelector('audio') || {}).duration - 0.3) < 0.01")
    writer.add(record(1, False, choices=("x", "y")))
    opened.wait_for_selector("#failures section:nth-child(2)")
    assert "2 of 3 trials" in opened.inner_text("#pace")
    assert "accuracy 0.0%" in opened.inner_text("#figures")
    assert violations(opened) == ""
    records = [record(0, False), record(1, False)]
    writer.finish(records, summarise(records, {}, Provenance(model="m")))
    opened.click("#over a")
    assert opened.inner_text("#title") == "m on s"
