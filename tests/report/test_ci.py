"""What a CI job shows: annotations at the cases' lines, the job's page, a comment that updates itself, and the action."""

import json
import os
import re
import subprocess
import sysconfig
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import yaml
from click.testing import CliRunner
from runs_at_hand import record, run, saved, trials

import audiotest
from audiotest.analyse.summary import AgainstBaseline, Provenance, summarise
from audiotest.cli import main
from audiotest.report.annotations import workflow_commands
from audiotest.report.markdown import lines, write_job_page
from audiotest.report.pull_request import comment
from audiotest.report.worst import worst
from audiotest.runs import Run
from audiotest.types import Reply

ROOT = Path(__file__).parents[2]
HOSTILE = "::error::x\n%0A::set-output name=a::b <script>alert(1)</script> | ``` [a](b) @everyone --> <!--"
SUITE = """\
suite: s
cases:
  - id: a
    question: What rings?
    choices: [a bell, a phone, a siren, a drum]
    answer: a bell
  - {id: b, question: Who, choices: [x, y], answer: y}
"""


@pytest.fixture
def failed(tmp_path, monkeypatch):
    """A run of a suite with both cases wrong, one with a reply that would be a command."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "s, 1.yaml").write_text(SUITE)
    run = audiotest.run("suites/s, 1.yaml", model="longest", cache=False)
    records = [
        msgspec.structs.replace(r, outcome="failed", reason=HOSTILE if r.case == "a" else "chose x")
        for r in run.records
    ]
    return Run(records, run.summary, suites=run.suites)


def test_cases_that_failed_are_annotated_at_their_lines_and_no_reply_is_a_command(failed, monkeypatch):
    first, second = workflow_commands(failed)
    assert second == "::error file=suites/s%2C 1.yaml,line=7,title=b%3A failed::original: chose x"
    assert first.startswith("::error file=suites/s%2C 1.yaml,line=3,title=a%3A failed::original: ")
    assert "\n" not in first
    assert "%250A" in first  # what a reply calls a line end is shown as it stands
    assert write_job_page(failed) == f"{first}\n{second}"
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert workflow_commands(failed) == []


def test_github_shows_ten_annotations_of_a_step_so_the_others_are_counted(failed):
    [suite] = failed.suites.values()
    cases = tuple(msgspec.structs.replace(suite.cases[0], id=f"c{i}") for i in range(25))
    records = [msgspec.structs.replace(failed.records[0], case=case.id, reason="x") for case in cases]
    found = workflow_commands(Run(records, failed.summary, suites={"s": msgspec.structs.replace(suite, cases=cases)}))
    assert len(found) == 10
    assert found[-1].endswith("::and 16 more: the job's page and the report list them")


def regressed_run():
    before, right = trials("pitch", "original", 30), trials("pitch", "text_only", 10)
    worse = [
        msgspec.structs.replace(r, outcome="missed", reason=f"{HOSTILE} (right in the baseline)", reply=Reply(HOSTILE))
        if i < 9 else r for i, r in enumerate([*trials("pitch", "original", 0)[:9], *before[9:]])
    ]  # fmt: skip
    records = [*worse, *right]
    against = AgainstBaseline(
        rule="significant",
        regressed=9,
        improved=0,
        known=3,
        n=80,
        p=0.0039,
        passed=False,
        reason="worse by more than chance",
    )
    return Run(records, summarise(records, {}, Provenance(model="m"), {"pitch": against}))


def test_the_jobs_page_names_what_regressed_with_p():
    text = "\n".join(lines(regressed_run()))
    assert text.startswith("### audiotest: m on pitch\n")
    assert (
        "- Against the baseline 9 regressed and 0 improved of 80 trials, significantly worse: pitch (p = 0.0039)"
        in text
    )
    assert "(`significant`) **failed**, p = 0.0039" in text
    assert "9 trials regressed: right in the baseline, and wrong now" in text
    assert "| pitch&#46;yaml" in text or "| pitch.yaml" in text


def test_the_comment_has_the_verdict_the_figures_and_five_items_that_do_nothing():
    text = "\n".join(comment(regressed_run(), name="job 1", link="https://host/a?b>c"))
    assert text.startswith("<!-- audiotest: job 1 -->\n### audiotest: m on pitch\n")
    assert "- ❌ Against the baseline 9 regressed" in text
    assert re.search(
        r"\| pitch \| 40 \| accuracy \| 52\.5% \| .* \| 9 regressed, 0 improved, p = 0\.0039 \*\*failed\*\* \|", text
    )
    assert "The 5 worst items" in text
    assert text.count("\n| pitch.yaml") + text.count("\n| pitch&#46;yaml") == 5
    assert "<script" not in text
    assert text.count("-->") == text.count("<!--") == 1
    assert "@everyone" not in text
    assert text.endswith("[The whole report, with the sounds](<https://host/a?b%3Ec>)")
    assert "javascript" not in "\n".join(comment(regressed_run(), link="javascript:alert(1)"))


def test_the_comment_as_a_page_notifies_nobody_and_its_items_lead_to_their_place():
    """Rendered: forges look for ``@name`` and ``#1`` in the finished page."""
    markdown = pytest.importorskip("markdown_it").MarkdownIt("gfm-like", {"linkify": False})
    page = markdown.render("\n".join(comment(regressed_run(), link="https://host/x/report.html#old")))
    assert page.count("<tr>") == 2 + 6
    assert page.count('href="https://host/x/report.html#items?item=pitch.yaml%3A%3Aoriginal') == 5
    assert "everyone" in page
    assert not re.search(r"(?:@|(?<!&)#)(?=\w)", re.sub(r"<[^>]*>", "", page))
    archive = "\n".join(comment(regressed_run(), link="https://host/x/artifacts/7"))
    assert "#items" not in archive


def test_the_worst_come_first_and_each_case_once():
    records = [
        record("s", 1, "original", True), record("s", 2, "original", False), record("s", 3, "text_only", False),
        msgspec.structs.replace(record("s", 4, "original", False), outcome="failed"),
        msgspec.structs.replace(record("s", 4, "text_only", False), outcome="error"),
        msgspec.structs.replace(record("s", 5, "original", False), outcome="missed", reason="x (right in the baseline)"),
    ]  # fmt: skip
    assert [r.case for r in worst(records, 9)] == ["c5", "c4", "c2", "c3"]
    assert [r.case for r in worst(records, 2)] == ["c5", "c4"]


def test_the_comment_is_a_format_of_report(tmp_path):
    folder = saved(tmp_path / "out", regressed_run())
    out = CliRunner().invoke(main, ["report", folder, "--format", "pr"])
    assert out.exit_code == 0, out.output
    assert out.output.startswith("<!-- audiotest:  -->\n### audiotest: m on pitch")
    wrong = CliRunner().invoke(main, ["report", folder, "--format", "pr", "--table", "tags"])
    assert "--format pr is of one whole run" in wrong.output


class Comments(BaseHTTPRequestHandler):
    """The comments of GitHub's and GitLab's requests, as their APIs have them."""

    def do_GET(self):
        page = int(parse_qs(urlsplit(self.path).query)["page"][0])
        self._send(200, self.server.comments[100 * (page - 1) : 100 * page])

    def do_POST(self):
        if self.server.refuses:
            self._send(403, {"message": "Resource not accessible by integration"})
            return
        one = {"id": 1000 + len(self.server.comments), **self._body()}
        self.server.comments.append(one)
        self._send(201, one)

    def do_PATCH(self):
        [one] = [c for c in self.server.comments if str(c["id"]) == self.path.rpartition("/")[2]]
        one |= self._body()
        self._send(200, one)

    def do_PUT(self):
        self.do_PATCH()

    def _body(self):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _send(self, status, data):
        text = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Comments)
    made.comments = [{"id": i, "body": "other people's\n<!-- audiotest: x -->"} for i in range(150)]
    made.asked, made.refuses = [], False
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture(params=["github", "gitlab"])
def job(request, server, monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "GITLAB_", "CI_")):
            monkeypatch.delenv(name)
    url = f"http://127.0.0.1:{server.server_port}"
    (tmp_path / "event.json").write_text('{"pull_request": {"number": 7}}')
    own = {
        "github": {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": url, "GITHUB_REPOSITORY": "me/it", "GITHUB_TOKEN": "secret-token",
                   "GITHUB_EVENT_PATH": str(tmp_path / "event.json")},
        "gitlab": {"GITLAB_CI": "true", "CI_API_V4_URL": url, "CI_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "7", "GITLAB_TOKEN": "secret-token"},
    }  # fmt: skip
    for name, value in own[request.param].items():
        monkeypatch.setenv(name, value)
    return request.param


def test_a_comment_updates_itself_and_leaves_others_alone(job, server, tmp_path):
    folder = saved(tmp_path / "out", regressed_run())
    first = CliRunner().invoke(main, ["comment", folder, "--name", "job"])
    assert (first.exit_code, first.output) == (0, "the comment was written\n")
    second = CliRunner().invoke(main, ["comment", folder, "--name", "job", "--link", "https://host/x"])
    assert second.output == "the comment was updated\n"
    assert CliRunner().invoke(main, ["comment", folder, "--name", "other job"]).output == "the comment was written\n"
    assert len(server.comments) == 152
    assert server.comments[150]["body"].endswith("(<https://host/x>)")
    paths = {"github": "/repos/me/it/issues/7/comments", "gitlab": "/projects/3/merge_requests/7/notes"}
    assert server.asked[0][:2] == ("POST", paths[job])
    assert "secret-token" in json.dumps(server.asked[0][2])


def test_a_token_without_the_right_is_a_sentence(job, server, tmp_path):
    server.refuses = True
    out = CliRunner().invoke(main, ["comment", saved(tmp_path / "out", regressed_run())])
    assert out.exit_code == 1
    assert "403" in out.output
    assert {"github": "pull-requests: write", "gitlab": "the scope `api`"}[job] in out.output
    assert "secret-token" not in out.output


def test_jobs_that_cannot_comment_say_why(job, tmp_path, monkeypatch, server):
    folder = saved(tmp_path / "out", regressed_run())
    monkeypatch.delenv({"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN"}[job])
    assert "TOKEN is not set" in CliRunner().invoke(main, ["comment", folder]).output
    monkeypatch.delenv({"github": "GITHUB_EVENT_PATH", "gitlab": "CI_MERGE_REQUEST_IID"}[job])
    assert re.search("of no (pull|merge) request", CliRunner().invoke(main, ["comment", folder]).output)
    monkeypatch.delenv({"github": "GITHUB_ACTIONS", "gitlab": "GITLAB_CI"}[job])
    assert "no job of GitHub Actions or GitLab CI" in CliRunner().invoke(main, ["comment", folder]).output


def test_a_server_that_is_down_is_a_sentence(job, server, tmp_path):
    server.shutdown()
    server.server_close()
    out = CliRunner().invoke(main, ["comment", saved(tmp_path / "out", run(trials("s", "original", 3, 4)))])
    assert out.exit_code == 1
    assert "the comment cannot be written: http://127.0.0.1" in out.output


def test_the_action_runs_a_suite_as_its_inputs_say(tmp_path):
    """The action's own step, by the shell that GitHub takes."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    steps = {step.get("name"): step for step in action["runs"]["steps"]}
    inputs = set(action["inputs"])
    used = re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text(encoding="utf-8"))
    assert set(used) == inputs
    assert "${{" not in "".join(step.get("run", "") for step in steps.values())  # an input is never part of a script
    (tmp_path / "a suite.yaml").write_text(SUITE)
    (tmp_path / "s.yaml").write_text(SUITE.replace("suite: s", "suite: t"))
    env = {**os.environ, "PATH": f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "SUITES": "s.yaml",
           "MODEL": "longest", "ARGS": "--limit 1  -q", "BASELINE": "", "AUDIOTEST_CACHE_DIR": str(tmp_path / "cache")}  # fmt: skip
    env.pop("GITHUB_STEP_SUMMARY", None)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", steps["test"]["run"]],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(Run.load(tmp_path / "audiotest-results").records) == 1, done.stdout + done.stderr
    assert (tmp_path / "audiotest-report" / "report.html").exists()
    assert (tmp_path / "audiotest-report" / "junit.xml").exists()


def test_the_gitlab_component_is_of_inputs_that_it_declares():
    text = (ROOT / "templates" / "audiotest.yml").read_text(encoding="utf-8")
    spec, job = yaml.safe_load_all(text)
    assert set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", text)) == set(spec["spec"]["inputs"])
    assert job["audiotest"]["artifacts"]["reports"]["junit"] == "audiotest-report/junit.xml"
