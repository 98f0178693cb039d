"""Editors and the loader agree: yaml-language-server, driven as an editor drives it, marks the lines that the loader names.

Skipped where the server is not installed: `npm install -g yaml-language-server`, or its path in
$AUDIOTEST_YAML_LANGUAGE_SERVER.
"""

import http.server
import json
import threading
from functools import partial
from pathlib import Path

import pytest

from audiotest.benchmarks.writing import write_suite
from audiotest.declare.editor import modeline, with_schemas, write_schemas
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load
from tests.declare import yaml_server

installed = pytest.mark.skipif(
    yaml_server.command() is None, reason="yaml-language-server is not installed (npm install -g yaml-language-server)"
)
GOOD_CASE = "  - {id: good, question: Q?, choices: [a, b], answer: a}\n"


def suite(*lines):
    """A suite with ``lines`` of settings."""
    return "\n".join(["suite: x", *lines, f"cases:\n{GOOD_CASE}"])


def case(text):
    """A suite with a good case and that of ``text``."""
    return f"suite: x\ncases:\n{GOOD_CASE}  - {text}\n"


BAD = [
    suite("titel: x"),
    suite("policy: casez"),
    suite("prompt: [1]"),
    suite("scorers: [choise]"),
    suite("scorers: [{exact: {cas: true}}]"),
    suite("scorers:", "  - choice", "  - exakt"),
    suite("scorers: []"),
    suite("conditions: [orginal]"),
    suite("conditions:", "  - original: corect"),
    suite("conditions:", "  - original: correct", "  - nois(snr_db=10): recorded"),
    suite("conditions: [noise]"),
    suite("conditions: [noise(snr=10)]"),
    suite("conditions: [noise(snr_db=loud)]"),
    suite("conditions: ['shuffled noise(snr_db=1)']"),
    suite("conditions: [shuffled(k=3)]"),
    suite("conditions:", "  - shuffled + nois(snr_db=3)"),
    suite("gates: [{metric: acuracy, min: 0.5}]"),
    suite("gates: [{metric: accuracy}]"),
    suite("gates:", "  - metric: accuracy", "    mn: 0.5"),
    suite("gates: [{metric: 'accuracy:mmarr', min: 0.5}]"),
    suite("gates: [{metric: accuracy, min: 80}]"),
    suite("gates: [{metric: accuracy, min: .inf}]"),
    suite("gates: [{metric: accuracy, min: 0.5, bound: low}]"),
    suite("gates: [{metric: listening_gap, min: 0.5, versus: textonly}]"),
    suite("generation: {max_new_tokens: 5.5}"),
    suite("generation:", "  max_new_tokens: many"),
    suite(f"generation: {{max_new_tokens: {'9' * 26}}}"),
    suite("require_audio: yes"),
    suite("by: [2020]"),
    suite("licence: 4.0"),
    suite().replace("suite: x", "suite: a b"),
    suite().replace("suite: x", "suite: '..'"),
    suite().replace("suite: x", "title: x"),
    "suite: x\ncases: 5\n",
    case("{id: x, question: Q?}"),
    case("{id: x, question: Q?, choices: [a, b]}"),
    case("{id: x, question: Q?, choices: [a], answer: a}"),
    case("{id: x, question: Q?, choices: [a, a], answer: a}"),
    case("{id: x, question: [1], choices: [a, b], answer: a}"),
    case("{id: x, questoin: Q?, choices: [a, b], answer: a}"),
    case("{id: 'a::b', question: Q?, choices: [a, b], answer: a}"),
    case("{id: x, question: Q, choices: [a, {txt: b}], answer: a}"),
    case("{id: x, question: Q, choices: [a, b], answer: a, audio: {synth: {ton: {hz: 440}}}}"),
    case("{id: x, question: Q, choices: [a, b], answer: a, audio: {synth: {noise: {seconds: .inf}}}}"),
    case("5"),
    case("id: x\n    question: Q\n    choices:\n      - a\n    answer: a"),
    case("id: x\n    question: Q\n    choices:\n      - a\n      - b\n    anser: a"),
    case("id: x\n    question: Q\n    expect:\n      - rouge_l: {mn: 1}"),
    case("{id: x, question: Q, expect: [rogue_l]}"),
    case("{id: a, id: b, question: Q, choices: [a, b], answer: a}"),
]
UNREADABLE = [
    "suite: x\ncases:\n\t- id: a\n",
    case("{id: x, question: What is: it, choices: [a, b], answer: a}"),
    case("id: x\n    question: What is: it\n    choices: [a, b]\n    answer: a"),
    case("id: x\n    question: Q\n    choices: [a, b\n    answer: a"),
    suite("scorers: [choice, @x]"),
    suite("scorers: [choice]]"),
]
GOOD = [
    case("{id: 5, question: 5, choices: [64, 54], answer: 64, tags: {year: 1999}}"),
    case("{id: x, question: Q, choices: [true, null], answer: true, tags: {year: [1999, 2]}, paraphrases: [1]}"),
    case("{id: x, question: Q, reference: [1, yes], expect: [{rouge_l: {min: 0.2}}, {mentions: {all: [x]}}]}"),
    suite("title: 1999", "revision: 12", "scorers: [choice, {exact: {case: true}}, {rouge_l: }]"),
    suite(
        "conditions: ['noise(10)', 'noise( snr_db = 11.0 )', 'shuffled + noise(snr_db=[12, -1.5])', prompt(question),",
        "  cropped(seconds=1000.0625), 'noise(snr_db=20, color=pink)', {original: correct}, {'rotated(k=1)': same}]",
    ),
]


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """A function: (lines that the editor marks, lines that the loader names) of each of some suites."""
    folder = tmp_path_factory.mktemp("editor")
    write_schemas(folder / "schemas")
    with yaml_server.Server(folder) as server:

        def both(texts):
            paths = [folder / f"{len(list(folder.iterdir()))}-{i}.yaml" for i in range(len(texts))]
            for path, text in zip(paths, texts, strict=True):
                path.write_text(modeline("schemas/suite.schema.json") + text, encoding="utf-8")
            marked = [{line for line, _ in errors} for errors in server.marked(paths)]
            return list(zip(texts, marked, map(loader_lines, paths), strict=True))

        both.server, both.folder = server, folder
        yield both


def loader_lines(path):
    try:
        return {problem.line for problem in load(path).problems()}
    except SuiteError as error:
        return {problem.line for problem in error.problems}


@installed
def test_the_editor_marks_the_lines_that_the_loader_names(lines):
    assert [(text, editor, own) for text, editor, own in lines(BAD) if editor != own or not own] == []


@installed
def test_of_a_file_that_is_no_yaml_the_loaders_line_is_among_the_editors(lines):
    """An editor goes on behind the mistake, and marks what follows from it as well."""
    assert [(text, editor, own) for text, editor, own in lines(UNREADABLE) if not own <= editor or not own] == []


@installed
def test_what_the_loader_takes_has_no_mark_in_the_editor(lines):
    assert [(text, editor, own) for text, editor, own in lines(GOOD) if editor or own] == []


@installed
def test_names_are_offered_where_they_are_typed(lines):
    path = lines.folder / "offered.yaml"
    text = "suite: x\nscorers:\n  - \nconditions:\n  - \n  - original: \ngates:\n  - metric: \n"
    path.write_text(modeline("schemas/suite.schema.json") + text)
    assert {"choice", "exact"} <= set(lines.server.offered(path, 3, 4))
    assert {"original", "text_only", "shuffled"} <= set(lines.server.offered(path, 5, 4))
    assert lines.server.offered(path, 6, 14) == ["correct", "stays_correct", "same", "abstains", "recorded"]
    assert {"accuracy", "listening_gap"} <= set(lines.server.offered(path, 8, 12))


def test_a_suite_is_given_schemas_that_are_there(tmp_path):
    text = with_schemas(modeline("../../schemas/suite.schema.json") + "suite: x\n", tmp_path)
    assert text == modeline("schemas/suite.schema.json") + "suite: x\n"
    assert sorted(p.name for p in (tmp_path / "schemas").iterdir()) == [
        f"{part}.schema.json" for part in ("cases", "members", "suite", "synth")
    ]


def test_an_imported_suite_names_schemas_that_are_there(tmp_path):
    row = {"id": "a", "question": "Q", "choices": ["x", "y"], "answer": "x"}
    write_suite("mmau", tmp_path / "deep" / "mmau", {"all": [row]}, None)
    home = tmp_path / "deep" / "mmau"
    first = (home / "suite.yaml").read_text().splitlines()[0]
    assert (home / first.partition("$schema=")[2]).is_file()


def test_a_line_that_leads_to_schemas_stays(tmp_path):
    write_schemas(tmp_path / "schemas")
    (tmp_path / "suites").mkdir()
    text = modeline("../schemas/suite.schema.json") + "suite: x\n"
    assert with_schemas(text, tmp_path / "suites") == text
    assert not (tmp_path / "suites" / "schemas").exists()


SCHEMAS = Path(__file__).parents[2] / "schemas"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def catalog(tmp_path):
    """The catalogue's URL where it and the schemas are published: a server of this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "published"))
    url = f"http://127.0.0.1:{server.server_port}"
    (tmp_path / "published").mkdir()
    for path in SCHEMAS.glob("*.json"):
        text = path.read_text(encoding="utf-8").replace(
            "https://raw.githubusercontent.com/OWNER/audiotest/main/schemas", url
        )
        (tmp_path / "published" / path.name).write_text(text, encoding="utf-8")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"{url}/catalog.json"
    server.shutdown()
    server.server_close()


@installed
def test_an_editor_finds_the_schemas_by_the_catalogue_alone(tmp_path, catalog):
    """As VS Code does with a catalogue that has these entries, without settings and without the line in the file."""
    texts = {
        "suites/kitchen.yaml": "suite: x\ntitel: y\ncases: []\n",
        "suites/mine/suite.yaml": "suite: x\npolicy: casez\n",
        "suites/mine/cases/one.yaml": "cases:\n  - {id: a, questoin: Q}\n",
        "suites/mine/published.yaml": "rows: 3\n",
        "other/notes.yaml": "titel: y\n",
    }
    paths = [tmp_path / name for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with yaml_server.Server(tmp_path, catalog) as server:
        marked = [{line for line, _ in errors} for errors in server.marked(paths)]
        assert marked[:3] == [{2}, {2}, {2}]
        assert marked[3]
        assert marked[4] == set()
        scorers = tmp_path / "suites/offered.yaml"
        scorers.write_text("suite: x\nscorers:\n  - \n", encoding="utf-8")
        assert {"choice", "exact"} <= set(server.offered(scorers, 2, 4))
        assert "Scorers by name" in server.shown(scorers, 1, 3)


def test_the_catalogue_names_schemas_that_are_there():
    entries = json.loads((SCHEMAS / "catalog.json").read_text(encoding="utf-8"))["schemas"]
    assert all((SCHEMAS / entry["url"].rpartition("/")[2]).is_file() for entry in entries)
