"""Runs sent to trackers: each with its own package in offline mode, read back; the hub against a local server that
speaks its protocol."""

import base64
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from runs_at_hand import saved, trials

import audiotest
from audiotest.analyse.summary import Provenance, summarise
from audiotest.cli import main
from audiotest.registry import EXPORTERS
from audiotest.report.exporters._flat import figures, provenance, rows
from audiotest.runs import Run
from audiotest.types import GateResult


def two_conditions():
    rows = [*trials("bells", "original", 30, tags={"kind": ("bell",)}), *trials("bells", "noise(snr_db=0)", 10)]
    gates = {"bells": [GateResult("accuracy", condition="original", name="low", passed=False, reason="0.75")]}
    return Run(rows, summarise(rows, gates, Provenance(model="m|x", seed=7, model_options={"dtype": "bf16"})))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("WANDB_API_KEY", "WANDB_MODE", "MLFLOW_TRACKING_URI", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return saved(tmp_path / "out", two_conditions())


def export(*arguments):
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


def test_a_run_is_flat_names_and_numbers():
    flat = figures(two_conditions())
    assert flat["bells/original/accuracy"] == 0.75
    assert flat["bells/noise_snr_db_0_/accuracy"] == 0.25
    assert flat["bells/original/accuracy.n"] == 40
    assert flat["bells/original/accuracy.low"] < 0.75 < flat["bells/original/accuracy.high"]
    assert flat["bells/gates_failed"] == 1
    assert provenance(two_conditions()) == {"model": "m|x", "model_option.dtype": "bf16", "seed": "7"}
    names, table = rows(two_conditions())
    assert len(table) == 80
    assert dict(zip(names, table[0], strict=True))["tag.kind"] == "bell"
    assert dict(zip(names, table[79], strict=True))["tag.kind"] is None


def log_records(data, block=32768, start=7):
    """The records of a log in LevelDB's format: blocks of pieces with (checksum, length, whole 1 or first 2, last 4)."""
    at, record = 0, b""
    while at + 7 <= len(data):
        left = block - (at + start) % block
        if left < 7:
            at += left
            continue
        size, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
        record += data[at + 7 : at + 7 + size]
        at += 7 + size
        if kind in (1, 4):
            yield record
            record = b""


WHAT_WANDB_KEPT = """
import json, sys
from pathlib import Path
from wandb.proto import wandb_internal_pb2

sys.path.insert(0, sys.argv[2])
from test_exporters import log_records

summary, config = {}, {}
for data in log_records(Path(sys.argv[1]).read_bytes()[7:]):
    record = wandb_internal_pb2.Record()
    record.ParseFromString(data)
    summary |= {item.key or "/".join(item.nested_key): item.value_json for item in record.summary.update}
    config |= {item.key: item.value_json for item in record.run.config.update}
print(json.dumps([summary, config]))
"""


def test_wandb_without_a_key_is_a_sentence_and_offline_a_run_that_can_be_synced(folder, tmp_path, monkeypatch, forked):
    """In processes of their own: its import looks through all modules that there are, again and again."""
    if find_spec("wandb") is None:
        pytest.skip("wandb is not installed")

    def output(command, *arguments):
        done = subprocess.run([forked / command, *map(str, arguments)], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    status, said = output("audiotest", "export", folder, "--to", "wandb")
    assert status == 1
    assert "Weights & Biases has no key here: set WANDB_API_KEY" in said
    monkeypatch.setenv("WANDB_MODE", "offline")
    status, said = output("audiotest", "export", folder, "--to", "wandb", "--project", "listening", "--into", "w")
    assert status == 0, said
    assert "80 trials (`wandb sync " in said
    [kept] = (tmp_path / "w").glob("wandb/offline-run-*/run-*.wandb")
    status, said = output("python", "-c", WHAT_WANDB_KEPT, kept, Path(__file__).parent)
    assert status == 0, said
    summary, config = json.loads(said.splitlines()[-1])
    assert float(summary["bells/original/accuracy"]) == 0.75
    assert json.loads(config["model"]) == "m|x"
    [table] = (tmp_path / "w").glob("wandb/offline-run-*/files/media/table/*.json")
    assert len(json.loads(table.read_text())["data"]) == 80


def test_mlflow_into_a_local_store(folder, tmp_path):
    pytest.importorskip("mlflow")
    out = export(folder, "--to", "mlflow", "--into", tmp_path / "store", "--project", "listening", "--name", "first")
    assert out.exit_code == 0, out.output
    from mlflow import MlflowClient

    client = MlflowClient((tmp_path / "store").as_uri())
    [sent] = client.search_runs([client.get_experiment_by_name("listening").experiment_id])
    assert sent.info.run_name == "first"
    assert sent.info.status == "FINISHED"
    assert sent.data.metrics["bells/original/accuracy"] == 0.75
    assert sent.data.params["model"] == "m|x"
    assert {one.path for one in client.list_artifacts(sent.info.run_id)} >= {"trials.jsonl", "summary.json"}
    again = export(folder, "--to", "mlflow", "--into", tmp_path / "store", "--project", "listening")
    assert again.exit_code == 0
    assert len(client.search_runs([sent.info.experiment_id])) == 2


def test_a_tracker_that_does_not_answer_is_a_sentence(folder, monkeypatch):
    pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    out = export(folder, "--to", "mlflow")
    assert out.exit_code == 1
    assert out.output.startswith("Error: MLflow at http://127.0.0.1:9: no server answers; start it")
    assert len(out.output.splitlines()) == 1


class Hub(BaseHTTPRequestHandler):
    """What the hub answers when a data set is made and files are committed to it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.requests.append((self.path, body, self.headers["Authorization"]))
        if self.path == "/api/repos/create":
            answer = {"url": f"{self.server.address}/datasets/o/n", "name": "o/n", "id": "1"}
        elif "/preupload/" in self.path:
            names = [one["path"] for one in json.loads(body)["files"]]
            answer = {"files": [{"path": n, "uploadMode": "regular", "shouldIgnore": False} for n in names]}
        else:
            answer = {
                "success": True,
                "commitOid": "c" * 40,
                "commitUrl": f"{self.server.address}/datasets/o/n/commit/{'c' * 40}",
                "hookOutput": "",
            }
        self.reply(answer)

    def do_GET(self):
        self.reply({"id": "o/n", "sha": "c" * 40, "siblings": [], "private": True})

    def reply(self, answer):
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.requests, server.address = [], f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_the_hub_gets_a_private_data_set_with_a_row_a_trial(folder, hub, monkeypatch):
    import huggingface_hub.constants
    import huggingface_hub.hf_api

    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(os.path.join(folder, "none")))
    none = export(folder, "--to", "hub", "--project", "o/n")
    assert none.exit_code == 1
    assert "has no token here: set HF_TOKEN" in none.output
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    for module in (huggingface_hub.constants, huggingface_hub.hf_api.constants):
        monkeypatch.setattr(module, "ENDPOINT", hub.address)
    out = export(folder, "--to", "hub", "--project", "o/n")
    assert out.exit_code == 0, out.output
    assert "pushed to the data set o/n" in out.output
    assert "hf_secret" not in out.output
    repository = json.loads(next(body for path, body, _ in hub.requests if path == "/api/repos/create"))
    assert repository["type"] == "dataset"
    assert repository.get("visibility") == "private" or repository.get("private") is True
    lines = next(body for path, body, _ in hub.requests if "/commit/" in path).splitlines()
    files = {one["value"]["path"]: base64.b64decode(one["value"]["content"]).decode()
             for one in map(json.loads, lines) if one["key"] == "file"}  # fmt: skip
    assert files.keys() == {"README.md", "trials.jsonl", "summary.json"}
    assert len(files["trials.jsonl"].splitlines()) == 80
    assert json.loads(files["trials.jsonl"].splitlines()[0])["correct"] is True
    card = yaml.safe_load(files["README.md"].split("---")[1])
    assert card["configs"] == [{"config_name": "default", "data_files": "trials.jsonl"}]


def test_a_hub_that_cannot_be_reached_is_a_sentence(folder, monkeypatch):
    import huggingface_hub.hf_api

    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setattr(huggingface_hub.hf_api.constants, "ENDPOINT", "http://127.0.0.1:9")
    out = export(folder, "--to", "hub", "--project", "o/n")
    assert out.exit_code == 1
    assert out.output.startswith("Error: the Hugging Face Hub: ")
    assert len(out.output.splitlines()) == 1


def test_the_data_set_can_be_a_folder_that_datasets_reads(folder, tmp_path):
    out = export(folder, "--to", "hub", "--into", tmp_path / "set")
    assert out.exit_code == 0, out.output
    frame = pytest.importorskip("pandas").read_json(tmp_path / "set/trials.jsonl", lines=True)
    assert frame["correct"].mean() == 0.5
    assert "m\\|x on bells" in (tmp_path / "set/README.md").read_text()
    neither = export(folder, "--to", "hub")
    assert neither.exit_code == 1
    assert "--project ORG/NAME" in neither.output


def test_what_is_missing_is_a_sentence(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    gone = export(folder, "--to", "wandb")
    assert gone.exit_code == 1
    assert "--to wandb needs wandb, which is an extra: pip install 'audiotest[wandb]'" in gone.output
    assert "unknown exporter 'wandp': did you mean 'wandb'?" in export(folder, "--to", "wandp").output
    for given in (["mmar", folder, "--to", "hub"], [folder], ["mmar", "nowhere"]):
        assert export(*given).exit_code == 2
    assert EXPORTERS.names() == ["hub", "mlflow", "wandb"]


def test_requests_are_spans_where_the_program_has_set_up_tracing(monkeypatch):
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)

    class Model:
        name, identity, needs, batch_size = "m", "", audiotest.Needs(), 4

        def load(self): ...
        def close(self): ...
        def answer(self, requests):
            return [
                RuntimeError("broke") if r.case == "b" else audiotest.Reply("secret words", seconds=0.5, finish="stop", details={"output_tokens": 3})
                for r in requests
            ]  # fmt: skip

    cases = [audiotest.Case(id=i, question="Q?", choices=["x", "y"], answer="x") for i in "abc"]
    audiotest.run(audiotest.Suite(name="s", cases=cases), Model())
    spans = {span.attributes["audiotest.case"]: span for span in kept.get_finished_spans()}
    assert spans.keys() == {"a", "b", "c"}
    one = spans["a"]
    assert (one.name, one.end_time - one.start_time) == ("chat m", 500_000_000)
    assert one.attributes["gen_ai.usage.output_tokens"] == 3
    assert one.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert one.attributes["audiotest.condition"] == "original"
    assert "secret" not in one.to_json()
    assert (spans["b"].status.status_code.name, spans["b"].attributes["error.type"]) == ("ERROR", "RuntimeError")
