"""Recorded predictions: the forms in which they come, and what is missing in them."""

import json

import pytest

from audiotest.models.loading import ModelError, open_model
from audiotest.models.protocol import Unsupported
from audiotest.types import Reply, Request

ROWS = [{"id": "a", "output": "x"}, {"id": "b", "output": "y"}]


def asked(path, *pairs, options=None):
    model = open_model(f"replay:{path}", options)
    model.load()
    return model.answer([Request("s", case, condition, "p", "q") for case, condition in pairs])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.jsonl", "\n".join(map(json.dumps, ROWS))),
        ("x.json", json.dumps(ROWS)),
        ("x.json", json.dumps({"a": "x", "b": "y"})),
        ("x.json", json.dumps({"a": {"prediction": "x"}, "b": {"prediction": "y"}})),
        ("x.jsonl", '{"question_id": "a", "model_prediction": "x"}\n\n{"question_id": "b", "model_prediction": "y"}\n'),
    ],
)
def test_forms(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert [r.text for r in asked(tmp_path / name, ("b", "original"), ("a", "original"))] == ["y", "x"]


def test_keys_of_ones_own(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"key": "a", "said": "x"}')
    assert asked(tmp_path / "x.jsonl", ("a", "original"), options={"id": "key", "text": "said"})[0].text == "x"


def test_conditions_are_told_apart(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"id": "a", "output": "x"}\n{"id": "a", "condition": "silence", "output": "z"}')
    assert [r.text for r in asked(tmp_path / "x.jsonl", ("a", "original"), ("a", "silence"))] == ["x", "z"]


def test_what_is_missing_is_told_apart(tmp_path):
    (tmp_path / "x.jsonl").write_text(
        '{"id": "a", "output": null}\n{"id": "b", "output": ""}\n{"id": "c", "output": NaN}'
    )
    null, empty, nan, gone, unasked = asked(
        tmp_path / "x.jsonl", *((c, "original") for c in "abcd"), ("a", "text_only")
    )
    assert "empty entry" in str(null)
    assert empty == Reply("")
    assert isinstance(nan, LookupError)
    assert "no reply to d" in str(gone)
    assert isinstance(unasked, Unsupported)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"id": "a", "output": "x"}\n{"id": "b', "x.jsonl:2: not a line of JSON"),
        ('{"output": "x"}', "no id under any of"),
        ('{"id": "x", "said": "x"}', "no reply under any of"),
        ("[1, 2]", "expected an object"),
        (
            '{"id": "a", "output": "x"}\n{"id": "b", "output": {"a": 1}}',
            "x.jsonl:2: `output` is an object, but no reply",
        ),
        ("[" * 100_000, "x.jsonl:1: not a line of JSON"),
        ('{"a":' * 100_000, "x.jsonl:1: not a line of JSON"),
    ],
)
def test_what_cannot_be_read(tmp_path, text, said):
    (tmp_path / "x.jsonl").write_text(text)
    with pytest.raises(ValueError, match=r".") as caught:
        asked(tmp_path / "x.jsonl")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "options", "said"),
    [
        ("replay:gone.jsonl", None, "there is no file of predictions at gone.jsonl"),
        ("replay", None, "replay needs a file"),
        ("replay:x", {"idd": "x"}, "replay has no option idd"),
        ("repaly:x", None, "did you mean"),
        ("first", {"k": "v"}, "takes no options"),
    ],
)
def test_what_cannot_be_opened(spec, options, said):
    with pytest.raises(ModelError) as caught:
        open_model(spec, options)
    assert said in str(caught.value)


def test_a_run_is_replayed_as_it_was(pytester, monkeypatch, tmp_path):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path))
    pytester.makefile(
        ".yaml",
        suite="suite: s\npolicy: gates\nconditions: [original, shuffled: same]\ncases:\n"
        + "".join(f"  - {{id: c{i}, question: Q?, choices: [x, y, z], answer: y}}\n" for i in range(20)),
    )
    first = pytester.runpytest_subprocess("suite.yaml", "--model", "random", "--results", "one")
    again = pytester.runpytest_subprocess("suite.yaml", "--model", "replay:one", "--results", "two")
    assert first.parseoutcomes() == again.parseoutcomes()
    one, two = (json.loads((pytester.path / n / "summary.json").read_text())["suites"] for n in ("one", "two"))
    assert one == two


def test_ids_of_no_case_are_told(pytester, monkeypatch, tmp_path):
    monkeypatch.setenv("AUDIOTEST_CACHE_DIR", str(tmp_path))
    pytester.makefile(
        ".yaml",
        suite="suite: s\ncases:\n  - {id: a, question: Q?, choices: [x, y], answer: y}\n  - {id: b, question: Q?, choices: [x, y], answer: y}\n",
    )
    (pytester.path / "p.jsonl").write_text('{"id": "a", "output": "y"}\n{"id": "stranger", "output": "y"}')
    out = pytester.runpytest_subprocess("suite.yaml", "--model", "replay:p.jsonl")
    out.assert_outcomes(passed=1, errors=1, warnings=1)
    out.stdout.fnmatch_lines(
        ["*p.jsonl has no reply to b under original*", "*1 recorded ids are of no case in these suites: stranger*"]
    )


def test_half_an_emoji_costs_no_other_reply(tmp_path):
    (tmp_path / "x.jsonl").write_text(
        r'{"id": "a", "reply": "x \ud83d"}' + "\n" + r'{"id": "b", "reply": "\ud83d\ude00"}'
    )
    said = [r.text for r in asked(tmp_path / "x.jsonl", ("a", "original"), ("b", "original"))]
    assert said == ["x \ufffd", "\U0001f600"]
