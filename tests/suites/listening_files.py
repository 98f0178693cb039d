"""The files of suites/listening, and what tests of them ask again and again."""

from pathlib import Path

from audiotest.declare.yaml import parse
from audiotest.types import Request

FOLDER = Path(__file__).resolve().parents[2] / "suites" / "listening"
FILES = sorted(FOLDER.glob("*.yaml"))
SUITES = {path.stem: parse(path.read_bytes(), path.name).data for path in FILES}
NOISE = "noise(snr_db=20)"


def gate(suite, metric, condition="original"):
    return next(
        g["min"] for g in suite["gates"] if g["metric"] == metric and g.get("condition", "original") == condition
    )


def conditions(suite):
    return {name: expectation for entry in suite["conditions"] for name, expectation in entry.items()}


def request(suite, case, audio=(), seed=0):
    choices = tuple(case["choices"])
    return Request(suite["suite"], case["id"], "original", "", case["question"], choices, audio, seed=seed)


def share_right(suite, texts):
    """Share of cases whose reply is the answer. ``texts`` are the replies by the case's id."""
    right = 0
    for case in suite["cases"]:
        text = texts[case["id"]]
        right += text[0] == "(" and case["choices"]["ABCD".index(text[1])] == case["answer"]
    return right / len(suite["cases"])
