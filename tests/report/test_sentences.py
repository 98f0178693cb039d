"""Sentences of run files in other languages: why a gate failed or was not judged, why a trial ended as it did."""

import ast
import re
from importlib.resources import files

import pytest
import runs_at_hand as at_hand
from hypothesis import given
from hypothesis import strategies as st

import audiotest
from audiotest.analyse.summary import Provenance, summarise
from audiotest.report.headline import headline
from audiotest.report.html.render import page
from audiotest.report.texts import languages, texts, translated
from audiotest.types import GateResult

PACKAGE = files("audiotest")
# Where every sentence that a reader of a report may see has a text; those of other members stay English without one.
WHOLE = (
    "grade/expectations.py",
    "analyse/gates.py",
    "predict/requests.py",
    "predict/sound.py",
    "hearing/thresholds.py",
)
PARTS = ("could be answered", "are not supported by the model", " minus the baseline's", "upper bound of ", "lower bound of ", "7 of 7 trials under 7 7", "it answers as if it 7 (a hallucination)", "7, 7 without a choice")  # fmt: skip
# Joined of several pieces in the code, and looked at in a test of their own.
JOINED = {
    "reason.prompts_differ": "the two runs were given different prompts in 3 trials (a, ...)",
    "reason.sounds_differ": "the two runs were given different sounds in 3 trials (a, ...): their seeds are 1 and 2",
    "reason.no_lower": "not measured: 3 trials give no lower bound",
    "reason.no_upper": "not measured: 3 trials give no upper bound",
    "reason.between": "accuracy is 0.3, wanted at least 0.5 and at most 0.9 (n = 30)",
    "reason.hallucination": "it answers as if it had heard (a hallucination)",
    "reason.unanswerable": "it answers as if it could be answered (a hallucination)",
    "heard.drift_worse": "drift: hearing gets worse in the course of the run, over all 3 thresholds together (p = 0.01); each is an average over the run",
    "heard.drift_better": "drift: hearing gets better in the course of the run, over all 3 thresholds together (p = 0.01); each is an average over the run",
}
OTHERS = [name for name in languages() if name != "en"]
FOREIGN = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]")


def filled(node):
    """A text of the code with a 7 in the place of each value; None for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(one.value if isinstance(one, ast.Constant) else value(one) for one in node.values)
    return None


def value(node):
    """A 7, with its word where it is a number of things."""
    call = node.value
    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "counted":
        words = [one.value for one in call.args[1:]]
        return f"7 {words[1] if len(words) > 1 else f'{words[0]}s'}"
    return "7"


def literals(path):
    """Every text of a module, with those that f-strings are joined from."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return (text for node in nodes if (text := filled(node)))


def sentences(name):
    """The texts of a module that are sentences: three words, no documentation; of the plan, what a model does not support."""
    tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
    if name.startswith("predict"):
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        tree = ast.Module([node for node in calls if getattr(node.func, "id", "") == "Unsupported"], [])
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner = {id(one) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for one in node.values}
    own = [filled(node) for node in ast.walk(tree) if id(node) not in docs | inner]
    return [text for text in own if text and re.search(r"[a-z]+ [a-z7]+ [a-z7]+", text) and text not in PARTS]


@pytest.mark.parametrize("name", WHOLE)
def test_every_sentence_of_trials_and_gates_has_a_text(name):
    kind = "heard" if name.startswith("hearing") else "reason"
    own = sentences(name)
    assert own
    assert [one for one in own if not FOREIGN.search(translated("ko", one, kind))] == []


def test_every_text_is_a_sentence_that_the_code_writes():
    """A text whose English no longer stands in the code would translate nothing."""
    rooms = ("analyse", "grade", "hearing", "predict", "report", "serve")
    paths = [path for room in rooms for path in (PACKAGE / room).rglob("*.py")]
    paths += [PACKAGE / name for name in ("score/_judged.py", "session.py", "runs.py", "commands/_runs.py")]
    written = {text for path in paths for text in literals(path)}
    whole = "\n".join(written)
    lost = {}
    for key, text in texts("en").items():
        several = re.sub(r"\[(?:\w+:)?[^\[\]|]*\|([^\[\]|]*)\]", r"\1", text)
        longest = max(re.split(r"\{\w+\}", several), key=len).strip(" ,;:()")
        if key.startswith(("reason.", "heard.")) and key not in JOINED and longest not in whole:
            lost[key] = longest
    assert lost == {}


@pytest.mark.parametrize("key", JOINED)
def test_joined_sentences_have_a_text(key):
    assert FOREIGN.search(translated("zh", JOINED[key], key.partition(".")[0]))


def test_sentences_within_sentences_and_lists_of_them_are_translated():
    assert translated(
        "zh", "right under `original`, but here the wrong option was chosen (known issue: wrong label)"
    ) == ("在 `original` 条件下正确，但这里选了错误的选项（已知问题：标注错误）")
    assert translated("ko", "120 of 400 trials, 3.2/s, about 1:43 left") == "시행 400건 중 120건, 3.2/s, 약 1:43 남음"
    assert translated("zh", "connection refused by 10.0.0.1") == "connection refused by 10.0.0.1"
    assert translated("en", "the reply is wrong") == "the reply is wrong"


def test_what_authors_and_models_wrote_stays_where_it_is_a_word_of_ours():
    assert translated("zh", "rule: word, from “refused”") == "规则：word，依据“refused”"
    assert translated("zh", "no case is tagged empty") == "没有标签为 empty 的案例"
    assert translated("zh", "a choice under `original`, none here (refused)").endswith("（拒答）")


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["at least ", " of ", "; ", ", ", "7", "(", " to "]), max_size=40).map("".join)
)
def test_any_text_can_be_given(text):
    for language in OTHERS:
        assert isinstance(translated(language, text), str)


def run_with_reasons():
    rows = [
        *at_hand.trials("s", "original", 5),
        *at_hand.trials("s", "text_only", 2, reason="the reply declines to answer"),
    ]
    gates = (
        ("accuracy", False, "lower bound of accuracy is 0.3, wanted at least 0.5 (n = 30)"),
        ("cut", None, "not judged: 3 of 30 trials ran under text_only"),
    )
    results = {"s": [GateResult("accuracy", name=n, passed=p, reason=r) for n, p, r in gates]}
    return audiotest.Run(rows, summarise(rows, results, Provenance(model="m")))


@pytest.mark.parametrize("language", OTHERS)
def test_the_page_shows_reasons_in_its_language_and_keeps_the_files_english(browser, tmp_path, language):
    run = run_with_reasons()
    verdict = " ".join(one.text for one in headline(run, language))
    shown_reasons = [translated(language, gate.reason) for gate in run.summary.suites["s"].gates]
    assert shown_reasons[0] in verdict
    assert shown_reasons[1].partition("：" if language == "zh" else ": ")[2] in verdict
    path = tmp_path / "r.html"
    path.write_text(page(run, language=language), encoding="utf-8")
    shown = browser.new_page()
    shown.goto(path.as_uri())
    overview = shown.inner_text("main")
    assert all(reason in overview for reason in shown_reasons)
    shown.goto(f"{path.as_uri()}#items?condition=text_only")
    shown.click("#tab-items")
    assert translated(language, "the reply declines to answer") in shown.inner_text("#item")
    # The script and Python find the same.
    for one in (
        "7 of 9 trials under a (b) broke",
        "a; b, c",
        "accuracy 5% (95% CI 1 to 9, n = 3), cost 2",
        "x minus the baseline's",
        "rule: word, from “refused”",
        "under `original` the choice was empty",
        "no trial ran under the condition accuracy (ran: cut, empty)",
    ):
        assert shown.evaluate("(text) => translated(text)", one) == translated(language, one)
    shown.close()
    run.save(tmp_path / "out")
    assert audiotest.Run.load(tmp_path / "out").gates["s"][1].reason == "not judged: 3 of 30 trials ran under text_only"
