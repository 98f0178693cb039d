"""Every command that README.md and the docs tell is run, in the order of its page, as a reader would run it.

A page's blocks of ``sh`` are split into commands; blocks whose first line is a comment with a file's name
(``# cards/mine.yaml``) are written to that file. What cannot run here is listed below with the reason.
"""

import http.server
import json
import os
import re
import subprocess
import sysconfig
import threading
import wave
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
NOT_RUN = {
    "make demo": "CI runs it",
    "audiotest watch suites/kitchen.yaml --model NAME": "ends with Ctrl-C; tests/cli/test_watch.py starts it",
    "audiotest serve results/": "ends with Ctrl-C; tests/serve starts it",
    "make test": "CI runs it",
    "make recordings": "takes an hour; tests/real has its parts",
    "audiotest weights fetch --all": "needs a package index; tests/models/test_weights.py has one of its own",
    "pytest suites/ --model small": "needs the weights; tests/real has them",
    "pip install .": "tests/packaging/test_wheel.py builds what it installs, and runs it",
    'pip install "git+https://github.com/OWNER/audiotest"': "needs the network; tests/packaging/test_wheel.py installs what pip builds",
    "vllm serve Qwen/Qwen2-Audio-7B-Instruct": "needs vLLM, a GPU and the weights",
    "pytest suites/ --model hf:Qwen/Qwen2-Audio-7B-Instruct -n auto": "needs the weights",
    'pytest suites/ --model "process:/path/to/env/bin/python bridges/qwen_audio_chat.py" --model-option checkpoint=FOLDER':
        "needs the weights and an environment of their own",
    "pytest suites/ --model blsp --model-option python=ENV/bin/python --model-option repo=CLONE --model-option checkpoint=FOLDER":
        "needs the weights and an environment of their own",
    "pytest suites/mmau_pro --model NAME --judge NAME --embedder nv-embed-v2 --embedder-option trust_remote_code=true":
        "needs the embedding model's weights",
    "pytest suites/tunes.yaml --model chatmusician --model-option listener=notation": "needs the weights",
    "pytest suites/mmar --model caption-cascade --model-option llm=openai:NAME@http://localhost:8000/v1 --model-option llm.in_flight=32":
        "needs the captioner's weights",
    "audiotest export out --to wandb --project listening": "needs a key; tests/report/test_exporters.py is offline",
    "audiotest export out --to hub --project ORG/NAME": "needs the hub; tests/report/test_exporters.py has one of its own",
    "audiotest import mmar --download --into suites/mmar": "needs the hub; tests/benchmarks/test_download.py has one of its own",
    "audiotest import clotho_aqa --download": "needs the hub; tests/benchmarks/test_mapped.py has one of its own",
    "audiotest import clotho_aqa --download --into suites/clotho_aqa": "needs the hub, as well",
}  # fmt: skip
# Slow, and leaves nothing behind that a later command of another page needs: run on one page only.
ONCE = {"audiotest check-model hf:FOLDER": "README.md"}
# What ends with another status than 0, as its page says.
STATUS = {
    "pytest suites/listening --model random": 1,
    "pytest suites/listening --model random --baseline out": 1,
    "pytest suites/listening/pitch.yaml --model random": 1,
    "pytest suites/listening/pitch.yaml --model random --results guessed": 1,
    "pytest suites/listening/pitch.yaml --model first --results old": 1,
    "pytest suites/kitchen.yaml --model first": 1,
    "pytest suites/kitchen.yaml --model longest": 1,
    "pytest suites/kitchen.yaml --model random": 1,
}
# Models that say the same to everything, or something at random: the gates fail, and that is all that fails.
DEAF = re.compile(r"^pytest .*--model (openai:|mine|NAME|hf:FOLDER|\"process:)|^pytest suites/kitchen\.yaml$")
SERVERS = ("http://localhost:8000/v1", "https://api.openai.com/v1")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WRITES = re.compile(r"--(?:into|html|wav|junitxml|results)[ =]([\w./-]+)")


def pages():
    return ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]


def steps(page):
    """(kind, text) in the page's order: a command, or the path and the text of a file."""
    for language, text in FENCE.findall((ROOT / page).read_text(encoding="utf-8")):
        named = re.match(r"# ([\w./-]+\.(?:py|yaml))\n", text)
        if language == "sh":
            lines = text.replace("\\\n", " ").splitlines()
            yield from (("command", command) for line in lines if (command := re.sub(r"(^|\s+)# .*", "", line).strip()))
        elif named:
            yield "file", (named.group(1), text)
        elif language == "yaml" and page == "docs/ci.md":
            yield from (("command", command) for command in recipe(yaml.safe_load(text)))


def recipe(found):
    """The commands of a CI service's recipe."""
    if "jobs" in found:
        return [step["run"] for job in found["jobs"].values() for step in job["steps"] if "run" in step]
    return [command for job in found.values() if isinstance(job, dict) for command in job["script"]]


def commands(page):
    return [text for kind, text in steps(page) if kind == "command"]


PAGES = [page for page in pages() if commands(page)]


# What a page takes for granted.


class Server(http.server.BaseHTTPRequestHandler):
    """Any chat endpoint, and any judge."""

    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        text = "7 6" if "Assistant 1" in asked else "(A)"
        data = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]})
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data.encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def url():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """The one of somebody who reads page after page."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory, forked_with_torch):
    """A tiny random Qwen2-Audio."""
    folder = tmp_path_factory.mktemp("checkpoint")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import tiny; tiny.qwen2_audio('.')"
    python = forked_with_torch / "python"
    subprocess.run([python, "-c", code, ROOT / "tests" / "models"], cwd=folder, check=True, capture_output=True)
    return folder


class Reader:
    """Somebody who types what a page says, in a folder of their own."""

    def __init__(self, folder, cache, url, commands):
        self.folder, self.url = folder, url
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "GITHUB_")) and k != "CI"}
        self.env = {
            **kept,
            "PATH": os.pathsep.join(map(str, (commands, sysconfig.get_path("scripts"), os.environ["PATH"]))),
            "PYTHONPATH": str(ROOT),
            "AUDIOTEST_CACHE_DIR": str(cache),
            "AUDIOTEST_CARDS": "named",
            "OPENAI_API_KEY": "a-key",
            "URL": url,
            "OMP_NUM_THREADS": "1",
            "PYTEST_ADDOPTS": "-p audiotest -p xdist",  # what a user has, without a development environment's
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }

    def local(self, text):
        for server in SERVERS:
            text = text.replace(server, self.url)
        return text

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.local(text), encoding="utf-8")

    def lines(self, name, rows):
        self.write(name, "".join(json.dumps(row) + "\n" for row in rows))

    def type(self, command):
        """Run it; returns its exit status and what it printed."""
        setting = re.fullmatch(r"export (\w+)=(\S+)", command)
        if setting:
            self.env[setting.group(1)] = setting.group(2)
            return 0, ""
        env = self.env
        if "hf:FOLDER" in command:
            env = {**env, "PATH": os.pathsep.join((str(self.with_torch), env["PATH"]))}
        done = subprocess.run(["bash", "-c", self.local(command)], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False)  # fmt: skip
        return done.returncode, done.stdout

    def prepare(self, command):
        status, said = self.type(command)
        assert status == 0, said


def mmar(reader):
    """A release of two rows with its sounds, and two models' predictions."""
    ids = ("kettle", "bell")
    row = {"question": "What rings?", "choices": ["a kettle", "a bell", "a phone"], "category": "Perception Layer",
           "sub-category": "Sources", "language": "en", "source": "ours", "url": "", "timestamp": ""}  # fmt: skip
    rows = [{**row, "id": i, "audio_path": f"./audio/{i}.wav", "answer": f"a {i}", "modality": m}
            for i, m in zip(ids, ("sound", "music"), strict=True)]  # fmt: skip
    reader.lines("MMAR-meta.jsonl", rows)
    for i in ids:
        path = reader.folder / "MMAR" / "audio" / f"{i}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(b"\0\1" * 4000)
    reader.lines("predictions.jsonl", [{"id": i, "model_prediction": f"(A) It is a {i}."} for i in ids])
    reader.lines("others.jsonl", [{"id": i, "model_prediction": "It is not a bell, it is a kettle."} for i in ids])


def readme(reader):
    mmar(reader)
    checkpoint(reader)
    reader.lines("replies.jsonl", [{"question": "Q?", "choices": ["a", "b"], "answer": "a", "output": "(A) a"}])
    rows = "".join(f"i{i},What rings in {i}?,a bell,a phone,a bell\n" for i in range(3))
    reader.write("items.csv", f"id,question,choice_a,choice_b,answer\n{rows}")
    reader.prepare("audiotest import mmar MMAR-meta.jsonl --into mmar")
    reader.prepare("pytest mmar --model replay:others.jsonl --results old")


def benchmarks(reader):
    """AIR-Bench's chat part with a row, a reply to it and a judge's two lines; a card called NAME."""
    mmar(reader)
    rul = {"question": "Which?", "caption": "c", "correct_answer": "a", "distractors": ["b", "c", "d", "e"], "PI": 1}
    reader.write("RUL-MuchoMusic.json", json.dumps({"1": rul}))
    (reader.folder / "MP3S").mkdir()
    row = {"meta_info": "A woman laughs.", "question": "How does she feel?", "answer_gt": "She is amused.", "uniq_id": 1,
           "path": "c1.wav", "task_name": "speech_QA", "dataset_name": "ours"}  # fmt: skip
    reader.write("Chat_meta.json", json.dumps([row]))
    reader.prepare("audiotest import air_bench_chat Chat_meta.json --into suites/air_bench_chat")
    sound = reader.folder / "suites" / "air_bench_chat" / "Chat" / "speech_QA_ours" / "c1.wav"
    sound.parent.mkdir(parents=True)
    sound.write_bytes((reader.folder / "MMAR" / "audio" / "bell.wav").read_bytes())
    named(reader)
    reader.lines("replies.jsonl", [{"id": "1", "output": "She laughs."}])
    asks = ("air_bench_chat.forward", "air_bench_chat.swapped")
    reader.lines("judgements.jsonl", [{"id": "1", "condition": ask, "output": "7 6"} for ask in asks])


def named(reader):
    reader.write("named/name.yaml", f"model: NAME\nadapter: openai\ncheckpoint: any@{SERVERS[0]}\nstatus: untested\n")


def kitchen(reader):
    """The suite of docs/your-own-suite.md, a checkpoint, and the bridge's one file."""
    for kind, step in steps("docs/your-own-suite.md"):
        if kind == "file":
            reader.write(*step)
    checkpoint(reader)
    name = "audiotest_bridge.py"
    reader.write(name, (ROOT / "bridges" / name).read_text(encoding="utf-8"))


def checkpoint(reader):
    (reader.folder / "FOLDER").symlink_to(reader.checkpoint, target_is_directory=True)


def recorded(reader):
    suite = "suite: mine\ncases:\n  - {id: one, question: What rings?, choices: [a bell, a phone], answer: a bell}\n"
    reader.write("suites/mine.yaml", suite)
    reader.lines("recorded.jsonl", [{"id": "one", "output": "(A)"}])
    reader.prepare("pytest suites/mine.yaml --model replay:recorded.jsonl --results upstream/base")
    reader.prepare(
        "cd upstream && git init -qb main && git add base && git -c user.name=A -c user.email=a@b commit -qm base"
    )
    reader.prepare("git init -q && git remote add origin ./upstream")


def audiogram(reader):
    """Two of the suites at fixed levels."""
    for name in ("gap", "pitch"):
        path = f"suites/audiogram/{name}.yaml"
        reader.write(path, (ROOT / path).read_text(encoding="utf-8"))


def rated(reader):
    """A run of eight replies, and a person's ratings of them."""
    cases = "".join(
        f"  - {{id: c{i}, question: What rings?, choices: [a bell, a phone], answer: a bell}}\n" for i in range(8)
    )
    reader.write("suites/mine.yaml", f"suite: mine\npolicy: gates\ncases:\n{cases}")
    reader.lines("recorded.jsonl", [{"id": f"c{i}", "output": "(A)" if i % 3 else "(B)"} for i in range(8)])
    reader.write("ratings.csv", "id,rating\n" + "".join(f"c{i},{'right' if i % 2 else 'wrong'}\n" for i in range(8)))
    reader.write(
        "labels.csv", "id,ann,bob\n" + "".join(f"c{i},a bell,{'a bell' if i % 3 else 'a phone'}\n" for i in range(8))
    )
    reader.prepare("pytest suites/mine.yaml --model replay:recorded.jsonl --results out")


def foreign(reader):
    """The table of a task of lmms-eval."""
    names = ("a bell", "a dog", "rain")
    rows = [
        {"audio": f"{i}.wav", "question": f"What is heard in {i}?", "choices": list(names), "answer": names[i % 3]}
        for i in range(6)
    ]
    reader.lines("release/items.jsonl", rows)
    sound = b"RIFF" + (36 + 1600).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0\x80>\0\0\2\0\x10\0data"
    for i in range(6):
        (reader.folder / f"release/{i}.wav").write_bytes(sound + (1600).to_bytes(4, "little") + b"\0\1" * 800)


PREPARE = {
    "README.md": readme,
    "docs/audiogram.md": audiogram,
    "docs/benchmarks.md": benchmarks,
    "docs/ci.md": recorded,
    "docs/coming-from.md": foreign,
    "docs/published.md": mmar,
    "docs/scoring.md": rated,
    "docs/your-own-model.md": kitchen,
    "docs/your-own-suite.md": named,
}


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_do_what_it_says(page, tmp_path, cache, url, forked, request):
    reader = Reader(tmp_path, cache, url, forked)
    if any("hf:FOLDER" in command for command in commands(page)):
        pytest.importorskip("transformers", reason="a command asks a checkpoint of transformers")
        reader.checkpoint = request.getfixturevalue("checkpoints")
        reader.with_torch = request.getfixturevalue("forked_with_torch")
    reader.write("suites/listening/pitch.yaml", (ROOT / "suites/listening/pitch.yaml").read_text(encoding="utf-8"))
    PREPARE.get(page, lambda _: None)(reader)
    done = {*NOT_RUN, *(command for command, where in ONCE.items() if where != page)}
    for kind, step in steps(page):
        if kind == "file":
            reader.write(*step)
        elif step not in done:
            run(reader, step)
            done.add(step)


def run(reader, command):
    status, said = reader.type(command)
    told = f"$ {command}\n{said}\nexit status {status}"
    if DEAF.search(command):
        assert status in (0, 1), told
        assert not re.search(r"\d errors?\b", said), told
        assert all("::gates::" in line for line in said.splitlines() if line.startswith("FAILED ")), told
    else:
        assert status == STATUS.get(command, 0), told
    assert "Traceback" not in said, told
    assert "INTERNALERROR" not in said, told
    for path in WRITES.findall(command):
        assert (reader.folder / path).exists(), told


def test_what_is_listed_is_still_told():
    told = {command for page in PAGES for command in commands(page)}
    assert set(NOT_RUN) | set(STATUS) <= told
    assert all(command in commands(page) for command, page in ONCE.items())
    assert set(PREPARE) <= set(PAGES)


def test_the_suite_in_the_readme_is_one(tmp_path, cache, url, forked):
    text = next(
        text for language, text in FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8")) if language == "yaml"
    )
    reader = Reader(tmp_path, cache, url, forked)
    reader.write("suites/kitchen-sounds.yaml", text)
    reader.write("suites/audio/kettle.flac", "")
    status, said = reader.type("audiotest validate suites/kitchen-sounds.yaml")
    assert status == 0, said


def test_no_command_hides_in_a_block_of_another_name():
    for page in pages():
        text = (ROOT / page).read_text(encoding="utf-8")
        assert not re.search(r"^[ \t]*```(bash|shell|console|zsh)", text, re.MULTILINE), page
        assert not re.search(r"^[ \t]+```sh", text, re.MULTILINE), f"{page}: an indented block is not seen by this test"
        assert "$ pytest" not in text, page
        assert "$ audiotest" not in text, page
