"""Scoring lines of JSON: the door through which replies are scored without a suite or a model."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from audiotest.errors import AudiotestError
from audiotest.registry import SCORERS
from audiotest.score.choice import read
from audiotest.types import Question, Verdict

_ASKED = {"question", "choices", "answer", "output", "reference", "finish"}


class BadLine(AudiotestError, ValueError):
    """A line that cannot be scored; ``line`` is what replaces it: the same with ``error``."""

    def __init__(self, message: str, row: Any) -> None:
        super().__init__(message)
        row = row if isinstance(row, dict) else {"line": row}
        self.line = _line({**row, "correct": None, "choice": None, "status": "error", "error": message})


def score_line(scorer: str, line: bytes) -> bytes:
    """One scored line (no newline) for one line in; keys that came in go out unchanged, in their order.

    Raises :class:`BadLine` for what is not JSON or lacks `output`.
    """
    try:
        row = json.loads(line)  # takes the NaN that pandas writes, which msgspec refuses
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not a line of JSON ({error})", line.decode(errors="replace").rstrip("\n")) from None
    if not isinstance(row, dict):
        raise BadLine(f"expected an object, found {type(row).__name__}", row)
    if "output" not in row:
        raise BadLine("missing key `output`: the reply to score", row)
    try:
        question, output = _question(row), _text(row["output"])
        # MMAU-Pro's script judges str(reply), whatever the reply is: a missing one as "nan".
        reply = row["output"] if scorer == "mmau_pro_if" else output
        verdict: Verdict = SCORERS.get(scorer).score(question, reply)
    except (ValueError, TypeError) as error:
        raise BadLine(str(error), row) from None
    scored = {**row, "correct": bool(verdict.correct), "choice": verdict.choice, "status": verdict.status}
    if SCORERS.get(scorer).pooled_by:
        scored["details"] = verdict.details
    if scorer == "choice":
        scored["rule"] = verdict.details.get("rule", "")
    elif question.choices:
        scored["choice"] = read(question.choices, output, question=question.question, finish=question.finish).index
    return _line(scored)


def _line(row: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(row)
    except UnicodeEncodeError:  # half a surrogate pair, which can be written as it came in: by its number
        return json.dumps(row, separators=(",", ":")).encode()


def _question(row: dict[str, Any]) -> Question:
    given, reference = row.get("choices") or [], row.get("reference") or []
    if not isinstance(given, list):
        raise ValueError(f"`choices` is no list of options but {json.dumps(given, ensure_ascii=False):.60}")
    if not isinstance(reference, list | str):
        raise ValueError(f"`reference` is neither text nor a list of texts but {json.dumps(reference):.60}")
    choices = tuple(map(str, given))
    given_answer = row.get("answer")
    several = tuple(map(str, given_answer)) if isinstance(given_answer, list) else ()
    answer = next(iter(several), None) if several or given_answer is None else str(given_answer)
    return Question(
        question=str(row.get("question") or ""),
        choices=choices,
        answer=answer,
        answer_index=choices.index(answer) if answer in choices else None,
        reference=(reference,) if isinstance(reference, str) else tuple(map(str, reference)),
        metadata={key: value for key, value in row.items() if key not in _ASKED},
        finish=None if row.get("finish") is None else str(row["finish"]),
        answers=several if len(several) > 1 else (),
    )


def _text(output: Any) -> str:
    if output is None or output != output:
        return ""
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
