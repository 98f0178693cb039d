"""The texts of the reports: a file a language with the same keys, no other words in the front end, and each language
in a real browser."""

import json
import re
from importlib.resources import files
from string import Formatter

import pytest
import runs_at_hand as at_hand
from accessibility import violations
from click.testing import CliRunner

from audiotest.analyse.profile import DEFINITION
from audiotest.cli import main
from audiotest.registry import UnknownName
from audiotest.report.headline import headline
from audiotest.report.html.render import page
from audiotest.report.texts import languages, text, texts, translated

FRONT_END = [
    path
    for room in ("audiotest.report.html", "audiotest.report.by_ear", "audiotest.serve")
    for path in files(room).iterdir()
    if path.name.endswith(".js")
]


def names_in(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_key_with_the_same_names_in_it(language):
    english, own = texts("en"), texts(language)
    assert own.keys() == english.keys()
    assert all(sentence.strip() for sentence in own.values())
    # The mark of the end of a sentence, and what has no plural, may lack a name.
    assert {k: names_in(v) for k, v in own.items()} == {k: names_in(v) for k, v in english.items()}


def test_a_language_without_texts_is_refused_with_those_that_there_are():
    assert languages()[:1] == ("en",)
    with pytest.raises(UnknownName, match="unknown language 'kr': .*ko"):
        text("kr", "overview")


@pytest.mark.parametrize(
    ("key", "values", "sentence"),
    [
        ("note.unjudged", {"n": 1, "why": "no judge"}, "1 reply is not judged: no judge"),
        ("note.unjudged", {"n": "1,200", "why": "[a|b]"}, "1,200 replies are not judged: [a|b]"),
        ("verdict.gates_not_judged", {"n": 1, "all": 3, "reason": "x"}, "1 of 3 gates was not judged (x)"),
        ("verdict.gates_failed", {"n": 1, "all": 1, "gates": "x"}, "1 of 1 gate failed: x"),
        ("errors_n", {"n": 12}, "12 errors"),
    ],
)
def test_words_go_with_their_numbers(key, values, sentence):
    assert text("en", key, **values) == sentence


@pytest.mark.parametrize("language", languages()[1:])
def test_sentences_of_one_and_of_many_are_found_by_the_same_text(language):
    one, many = (translated(language, f"not measured: {n} no lower bound") for n in ("1 trial gives", "7 trials give"))
    assert one.replace("1", "7") == many
    assert "trial" not in one


def test_the_definition_of_the_profile_is_the_one_of_the_analysis():
    assert texts("en")["profile_definition"] == " ".join(DEFINITION)


def test_scripts_ask_for_keys_that_there_are_and_every_key_is_asked_for():
    source = "".join(path.read_text(encoding="utf-8") for path in FRONT_END)
    markup = "".join(
        path.read_text(encoding="utf-8")
        for room in ("audiotest.report.html", "audiotest.report.by_ear", "audiotest.report.hearing", "audiotest.serve")
        for path in files(room).iterdir()
        if path.name.endswith(".html")
    )
    asked = set(re.findall(r'\bmsg\("([^"]+)"', source + markup))
    asked |= {key for key in re.findall(r'data-(?:text|label|placeholder)="([^"]+)"', markup) if "{{" not in key}
    pages = ("audiotest.serve", "audiotest.report.hearing")
    source += (files("audiotest.report.html") / "changed.py").read_text(encoding="utf-8")
    code = [path for room in pages for path in files(room).iterdir() if path.name.endswith(".py")]
    source += "".join(path.read_text(encoding="utf-8") for path in code)
    assert asked <= texts("en").keys()
    quoted = set(re.findall(r'"([a-z_.]+)"', source + markup))
    unused = (
        {k for k in texts("en") if not k.startswith(("word.", "verdict.", "note.", "reason.", "heard.", "faculty."))}
        - asked
        - quoted
    )
    assert unused == set()


def test_no_script_has_a_sentence_of_its_own():
    """Two words of letters with a space between them, within quotes: a text that a reader would see."""
    lines = []
    for path in FRONT_END:
        for line in path.read_text(encoding="utf-8").splitlines():
            code = re.sub(r"(^|\s)// .*", "", line)
            for quoted in re.findall(r'"([^"]*)"|`([^`]*)`', code):
                shown = re.sub(r"\$\{.*?\}", "", "".join(quoted))
                if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", shown):
                    lines.append(shown)
    known = {
        "use strict", "row head", "reply chosen", "suite published", "soft id", "wrong label", "good catch", "not judged",
        "scorers differ", "incomplete replies", "input, select, textarea", "button, summary, a, audio", "tbody tr", "going on",
    }  # fmt: skip
    css = re.compile(r"^(#|\.|\[|details|section)|[{}<>:]|var\(")
    assert [line for line in lines if line not in known and not css.search(line)] == []


PAGES = [
    path
    for room in ("report.html", "report.by_ear", "report.hearing", "serve")
    for path in files(f"audiotest.{room}").iterdir()
    if path.name.endswith(".html")
]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_no_page_has_words_of_its_own(path):
    markup = path.read_text(encoding="utf-8")
    markup = re.sub(r"<(script|style).*?</\1>|{#.*?#}|{%.*?%}|{{.*?}}", "", markup, flags=re.DOTALL)
    own = re.findall(r">([^<]*)<", markup)
    own += re.findall(r'\s(?:aria-label|title|placeholder|alt)="([^"]*)"', markup)
    assert [text for text in own if re.search(r"[A-Za-z]{2,}", text) and not text.startswith("audiotest")] == []


def run_with_everything():
    rows = [
        row
        for condition, right in (("original", 30), ("text_only", 12), ("noise(snr_db=0)", 16), ("noise(snr_db=9)", 22))
        for row in at_hand.trials("11", condition, right, tags={"22": ("33", "44")})
    ]
    return at_hand.run([*rows, *at_hand.trials("12", "original", 20)], model="99")


@pytest.mark.parametrize("language", languages())
def test_the_verdict_is_written_in_every_language(language):
    statements = headline(run_with_everything(), language)
    assert [one.kind for one in statements] == [one.kind for one in headline(run_with_everything())]
    foreign = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]")
    assert all(bool(foreign.search(one.text)) == (language != "en") for one in statements)


def opened(browser, tmp_path, content):
    path = tmp_path / "r.html"
    path.write_text(content, encoding="utf-8")
    shown = browser.new_page()
    shown.on("pageerror", lambda error: pytest.fail(f"an error in the page: {error}"))
    shown.goto(path.as_uri())
    return shown


EVERYTHING_SHOWN = """() => {
  const all = [...document.body.querySelectorAll("*")].filter((node) => !node.closest("script, style"));
  const own = all.flatMap((node) => [...node.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent));
  const attributes = all.flatMap((node) => ["aria-label", "title", "placeholder", "alt"].map((name) => node.getAttribute(name) || ""));
  return [...own, ...attributes];
}"""


def test_whatever_is_shown_comes_from_the_file_of_a_language(browser, tmp_path):
    """In a made-up language every text stands in brackets: letters outside of them can only be the run's own."""
    content = page(run_with_everything())
    given = re.search(r'id="texts">(.*?)</script>', content).group(1)
    odd = {
        k: "⟦" + "".join(f"{{{n}}}" for n in sorted(names_in(v))) + "⟧" if k != "full_stop" else "."
        for k, v in texts("en").items()
    }
    content = content.replace(given, json.dumps({"en": odd}))
    shown = opened(browser, tmp_path, content)
    shown.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    pieces = shown.evaluate(EVERYTHING_SHOWN)
    shown.click("#tab-items")
    shown.locator("#list .row").first.click()
    shown.select_option("#n-issue", "ambiguous")
    pieces += shown.evaluate(EVERYTHING_SHOWN)
    data = json.loads(re.search(r'id="data">(.*?)</script>', content).group(1))
    own = {
        str(value)
        for column in data["trials"].values()
        for one in column
        for value in (one if isinstance(one, list) else [one])
    }
    own |= {data["title"], *(part for row in data["made"] for part in row), "original", "text_only", "noise", "choice"}
    own |= {one["text"][1:] for one in data["verdict"]["en"]}
    left = set()
    for piece in pieces:
        rest = re.sub(r"⟦[^⟦⟧]*⟧", "", re.sub(r"⟦[^⟦⟧]*⟧", "", piece))
        for value in sorted(own, key=len, reverse=True):
            rest = rest.replace(value, "") if len(value) > 1 else rest
        if re.search(r"[A-Za-z]{3,}", rest):
            left.add(rest)
    assert {one for one in left if not re.match(r"\s*(known_issues:|# suite|pytest )", one)} == set()


def test_axe_passes_in_each_language_and_the_page_can_change_it(browser, tmp_path):
    run = run_with_everything()
    shown = opened(browser, tmp_path, page(run, language="ko"))
    assert shown.get_attribute("html", "lang") == "ko"
    for language in ("en", "ko", "zh"):
        shown.select_option("#language", language)
        assert shown.get_attribute("html", "lang") == language
        words = texts(language)
        for view in ("overview", "items"):
            shown.click(f"#tab-{view}")
            assert shown.inner_text(f"#tab-{view}") == words[view]
            assert language == "en" or violations(shown) == ""  # that is in test_html.py
        assert shown.inner_text("#count") == text(language, "trials_of", n=200, all=200)
        assert headline(run, language)[0].text[1:] in shown.inner_text("#verdict")
    shown.select_option("#f-outcome", "passed")  # values of filters and addresses are the same in all languages
    shown.select_option("#language", "ko")
    shown.select_option("#language", "zh")
    assert shown.input_value("#f-outcome") == "passed"
    shown.reload()
    assert shown.get_attribute("html", "lang") == "zh"  # this browser keeps the choice
    shown.close()


def test_the_command_writes_the_page_in_a_language(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    at_hand.saved("out", run_with_everything())
    assert CliRunner().invoke(main, ["report", "out", "--html", "r.html", "--lang", "zh"]).exit_code == 0
    assert '<html lang="zh">' in (tmp_path / "r.html").read_text(encoding="utf-8")
    wrong = CliRunner().invoke(main, ["report", "out", "--html", "q.html", "--lang", "fr"])
    assert wrong.exit_code == 1
    assert "unknown language 'fr': known: en, ko, zh" in wrong.output
    assert not (tmp_path / "q.html").exists()
    both = CliRunner().invoke(main, ["compare", "out", "out", "--html", "c.html", "--lang", "ko"])
    assert both.exit_code == 0, both.output
    compared = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert '<html lang="ko">' in compared
    assert "실행 비교" in compared
