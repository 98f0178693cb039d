"""``replay:FILE``: answers from recorded predictions; needs no audio, no GPU, no torch.

FILE is JSON (a list, or an object by id), JSON lines, or a run's ``trials.jsonl`` (or the results folder).
A row is matched by case id and condition; a row without a condition was recorded under ``original``. A
repeated row replaces the one before it.

- The id is under the first of :data:`ID_KEYS` that a row has, the reply under the first of :data:`TEXT_KEYS`
  (``--model-option id=KEY`` and ``--model-option text=KEY`` name others).
- A row that says in which order its options were shown (``answers`` and ``answer_orders``, as in MuChoMusic's own
  prediction files) is found by question and options, and read in that order
  (:mod:`audiotest.models._shown_options`).
- A case of the recording's condition without a row is an error of that trial: the recorded model gave nothing.
- A condition of which the recording has no row at all is *unsupported*: it was never asked.
- A null or missing reply text is an error of that trial; in a run's record, a trial that was skipped or unsupported
  there is unsupported here, for the same reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from audiotest.errors import AudiotestError
from audiotest.models._shown_options import Ambiguous, ShownOptions
from audiotest.models.protocol import Unsupported
from audiotest.types import Needs, Reply, Request, origin_of

ID_KEYS = ("case", "case_id", "id", "question_id", "uniq_id")
TEXT_KEYS = (
    "reply", "output", "prediction", "answer_prediction", "model_prediction", "model_output", "model_response",
    "response", "text",
)  # fmt: skip


class Missing(AudiotestError, LookupError):
    """A case that the recording should have answered and did not."""


class Replay:
    """Recorded replies, answered as if a model had just given them."""

    needs = Needs(audio=False, turns=True)
    recorded = True
    """Its replies are to whole conversations: turns before the last are not asked."""
    batch_size = 1024
    identity = ""  # looking a reply up in a file costs less than looking it up in the cache

    def __init__(self, path: Path, id_key: str | None = None, text_key: str | None = None) -> None:
        self.path = path / "trials.jsonl" if path.is_dir() else path
        self.name = f"replay:{path.name}"
        self.id_keys = (id_key,) if id_key else ID_KEYS
        self.text_keys = (text_key,) if text_key else TEXT_KEYS
        self.replies: dict[tuple[str, str], Reply | Unsupported | None] = {}
        self.conditions: set[str] = set()
        self.asked: set[tuple[str, str]] = set()
        self._shown = ShownOptions()
        if not self.path.is_file():
            raise OSError(f"there is no file of predictions at {self.path}")

    def load(self) -> None:
        """Read the file; raises ValueError with the row's line or place where it cannot be read."""
        for place, row in _rows(self.path, {*self.id_keys, *self.text_keys}):
            self._add(place, row)

    def _add(self, place: str, row: Any) -> None:
        if not isinstance(row, dict):
            raise ValueError(f"{self.path}:{place}: expected an object with an id and a reply, found {str(row)[:60]!r}")
        id_key = next((k for k in self.id_keys if row.get(k) is not None), None)
        if id_key is None:
            raise ValueError(f"{self.path}:{place}: no id under any of {', '.join(self.id_keys)}; name its key with "
                             "--model-option id=KEY")  # fmt: skip
        text_key = next((k for k in self.text_keys if k in row), None)
        if text_key is None and not any(k in row for k in ("question", "outcome")):
            raise ValueError(f"{self.path}:{place}: no reply under any of {', '.join(self.text_keys)}; name its key "
                             "with --model-option text=KEY")  # fmt: skip
        condition = str(row.get("condition") or "original")
        self.conditions.add(condition)
        try:
            reply = _reply(row, text_key)
        except msgspec.ValidationError as error:
            raise ValueError(f"{self.path}:{place}: `{text_key}` is an object, but no reply of a run ({error}); give a "
                             "text, or name its key with --model-option text=KEY") from None  # fmt: skip
        if isinstance(reply, Reply) and isinstance(
            row.get("thinking_prediction"), str
        ):  # as MMAR's predictions have it
            reply = replace(reply, details={**reply.details, "thinking": row["thinking_prediction"]})
        if condition == "original" and ShownOptions.has(row):
            self._shown.add(row, str(row[id_key]), reply)
        else:
            self.replies[str(row[id_key]), condition] = reply

    def answer(self, requests: Sequence[Request]) -> list[Reply | Exception]:
        """The recorded reply of each request, or why there is none."""
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Reply | Exception:
        if request.condition not in self.conditions:
            return Unsupported(f"{self.path.name} has no replies under the condition {request.condition}")
        key = (request.case, request.condition)
        self.asked.add(key)
        try:
            there, reply = self._shown.find(request) if request.condition == "original" else (False, None)
        except Ambiguous as error:
            return Missing(
                f"{self.path.name} has {error.count} rows with the question and the options of {request.case}, and "
                "none with its id: which of them answers it cannot be told"
            )
        if not there and key not in self.replies:
            key = (origin_of(request.case), request.condition)  # a repeat of what was recorded once
        if not there and key not in self.replies:
            return Missing(f"{self.path.name} has no reply to {request.case} under {request.condition}")
        reply = reply if there else self.replies[key]
        if reply is None:
            return Missing(f"{self.path.name} holds an empty entry (no reply) for {request.case}")
        return reply

    def close(self) -> None:
        """Nothing is held open."""


def _rows(path: Path, keys: set[str]) -> list[tuple[str, Any]]:
    """(place, row) of every row; an object whose keys are none of ``keys`` is one by id."""
    data = path.read_bytes()
    try:
        whole = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return [(str(n), _line(path, n, line)) for n, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    if isinstance(whole, list):
        return [(f"[{i}]", row) for i, row in enumerate(whole)]
    if isinstance(whole, dict) and not keys & set(whole):
        rows = [{"id": k, **(v if isinstance(v, dict) else {"reply": v})} for k, v in whole.items()]
        return [(f"[{row['id']!r}]", row) for row in rows]
    return [("1", whole)]


def _line(path: Path, number: int, line: bytes) -> Any:
    try:
        return json.loads(line)  # unlike msgspec it takes the NaN that pandas writes for a missing reply
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}:{number}: not a line of JSON ({error}); is the file cut short?") from None


def _reply(row: dict[str, Any], key: str | None) -> Reply | Unsupported | None:
    value = row.get(key) if key is not None else None
    if value is None and row.get("outcome") in ("skipped", "unsupported"):
        return Unsupported(f"not asked in the recorded run: {row.get('reason', '')}")
    if isinstance(value, dict):  # a line of trials.jsonl
        return msgspec.convert(value, Reply)
    if value is None or value != value:  # null, or NaN
        return None
    return Reply(text=value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def open_model(argument: str | None, options: Mapping[str, Any]) -> Replay:
    """``replay:FILE`` with the options ``id`` and ``text``: the names of the two keys."""
    if not argument:
        raise ValueError("replay needs a file: --model replay:predictions.jsonl")
    unknown = set(options) - {"id", "text"}
    if unknown:
        raise ValueError(f"replay has no option {', '.join(sorted(unknown))}; it takes id=KEY and text=KEY")
    return Replay(Path(argument), options.get("id"), options.get("text"))
