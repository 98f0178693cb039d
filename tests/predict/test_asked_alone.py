"""A trial that is asked by itself while a stream of others is under way."""

from pathlib import Path

import audiotest
from audiotest.session import Session, Settings


def test_replies_under_original_that_nobody_selected_cost_no_other_trial_its_own(tmp_path, monkeypatch):
    """``-k noise``: what ``same`` looks back to is asked alone, between batches whose requests are made ahead."""
    monkeypatch.chdir(tmp_path)

    class Model:
        name, identity, batch_size = "m", "", 4
        needs = audiotest.Needs(sample_rate=8000, channels=1)

        def load(self): ...
        def close(self): ...
        def answer(self, requests):
            return [audiotest.Reply("x") for _ in requests]

    sound = {"synth": {"tone": {"hz": 440, "seconds": 0.1}}}
    cases = [audiotest.Case(id=f"c{i:02}", question=f"Q{i}?", audio=sound, choices=["x", "y"], answer="x") for i in range(40)]  # fmt: skip
    audiotest.Suite(name="s", cases=cases, conditions=["original", {"noise(snr_db=10)": "same"}]).save("s.yaml")
    session = Session(Settings(), model=Model())
    session.suites.get(Path("s.yaml"), "s.yaml")
    run = session.run(only={trial.key for trial in session.suites.trials() if trial.condition.name != "original"})
    assert [record.outcome for record in run.records] == ["passed"] * 40
