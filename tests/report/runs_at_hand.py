"""Runs made of records, for tests of figures and tables."""

from audiotest.analyse.summary import Provenance, summarise
from audiotest.runs import Run, RunWriter
from audiotest.types import Record, Reply, Verdict

CHOICES = ("a bell", "a phone", "a siren", "a drum")


def record(suite, case, condition, correct, *, tags=None, choice=None, **more):
    """One trial; the right option stands at place ``case % 4``."""
    right = case % 4
    chosen = choice if choice is not None else right if correct else (right + 1) % 4
    hashes = {"prompt": f"{suite} {case} {condition}", "sound": f"{suite} {case}"}
    return Record(
        suite=suite, case=f"c{case}", condition=condition, nodeid=f"{suite}.yaml::{condition}::c{case}",
        expectation="recorded", outcome="passed", question="What rings?", choices=CHOICES, order=(0, 1, 2, 3),
        answer=CHOICES[right], answer_index=right, tags=tags or {}, clip=f"clip {suite} {case}", reply=Reply(f"({chosen})"),
        verdicts={"choice": Verdict(correct, choice=chosen, score=float(correct))}, hashes=hashes, **more,
    )  # fmt: skip


def run(records, model="m"):
    return Run(records, summarise(records, {}, Provenance(model=model)))


def trials(suite, condition, right, n=40, **more):
    """``n`` trials of which the first ``right`` are right."""
    return [record(suite, i, condition, i < right, **more) for i in range(n)]


def sweep(suite, model, rights, n=40):
    """A run with a sweep over noise: how many are right at each ratio, and 38 without noise, 10 without sound."""
    noisy = [r for ratio, right in rights.items() for r in trials(suite, f"noise(snr_db={ratio:g})", right, n)]
    return run([*trials(suite, "original", 38, n), *trials(suite, "text_only", 10, n), *noisy], model)


def saved(folder, run):
    RunWriter(folder).finish(run.records, run.summary)
    return str(folder)
