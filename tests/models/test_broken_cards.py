"""One broken card costs no other card, and is reported when it is named."""

import pytest

from audiotest.models.loading import ModelError, _all_cards, broken_cards, cards, load_model, open_model

GOOD = "model: mine\nadapter: first\nstatus: untested\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_CARDS", str(tmp_path))
    _all_cards.cache_clear()
    yield tmp_path
    _all_cards.cache_clear()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("batch_size: 5.0", "bad.yaml:4:13: batch_size: expected a whole number, found 5.0: write 5"),
        ("batch_size: .inf", "batch_size: expected a finite number, found .inf"),
        (f"batch_size: {'9' * 26}", "batch_size: expected a number of at most"),
        ("options: {temperature: .nan}", "options.temperature: expected a finite number, found .nan"),
        ("statu: run", "statu: unknown key 'statu': did you mean 'status'"),
        ("notes: What: now", 'notes: "What: now"'),
    ],
)
def test_a_broken_card_is_reported_when_it_is_named_and_costs_no_other(folder, line, message):
    (folder / "bad.yaml").write_text(GOOD.replace("mine", "bad") + line + "\n")
    (folder / "mine.yaml").write_text(GOOD)
    assert {"mine", "listener", "salmonn"} <= cards().keys()
    assert list(broken_cards()) == ["bad"]
    assert message in broken_cards()["bad"].message
    with pytest.raises(ModelError, match="the card of 'bad' cannot be used:\n"):
        open_model("bad")
    assert open_model("mine") is not None


def test_a_broken_card_does_not_give_way_to_the_one_that_it_was_to_replace(folder):
    (folder / "salmonn.yaml").write_text("model: salmonn\nadapter: first\n")
    assert "salmonn" not in cards()
    with pytest.raises(ModelError, match="missing key `status`"):
        open_model("salmonn")


def test_a_name_with_a_line_break_is_refused(folder):
    (folder / "bad.yaml").write_text('model: "bad\\n"\nadapter: first\nstatus: untested\n')
    (broken,) = broken_cards().values()
    assert "without a line break" in broken.message


class Broken:
    def load(self):
        frames = "\n".join(f'  File "model.py", line {n}, in load' for n in range(40))
        raise RuntimeError(f"Traceback (most recent call last):\n{frames}\nImportError: matplotlib is not installed")


def test_of_a_long_reason_its_end_is_shown_since_a_traceback_names_the_error_last():
    with pytest.raises(ModelError) as caught:
        load_model(Broken(), "mine", "mine")
    text = str(caught.value)
    assert "Traceback (most recent call last)" in text
    assert " ... " in text
    assert "ImportError: matplotlib is not installed; `audiotest doctor --model mine`" in text
    assert len(text) < 550
