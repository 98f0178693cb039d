"""A multiple-choice task of lmms-eval as a suite: its YAML is read, and nothing of its Python is run.

An lmms-eval task (docs/task_guide.md of EvolvingLMMs-Lab/lmms-eval) names a data set (``dataset_path``,
``dataset_name``, ``test_split``) and says how a row becomes a question: ``doc_to_text``, ``doc_to_target`` (the right
option), ``doc_to_choice`` (the options) and ``doc_to_visual`` (the sound). Each is a column, a template, or
``!function utils.name``. Columns and templates are taken over; for a function the column is guessed from what the data
set holds (:mod:`audiotest.declare.data.guessing`), and said to be a guess. ``generation_kwargs`` become ``generation``,
``pre_prompt`` and ``post_prompt`` the prompt's first and last lines. What scores the task (``process_results``,
``metric_list``) is code, so the suite has ``choice`` in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from audiotest.benchmarks.importing import ImportFailed
from audiotest.benchmarks.writing import link_audio
from audiotest.counting import counted
from audiotest.declare.audio_roots import allowing
from audiotest.declare.data.guessing import guess
from audiotest.declare.data.sources import find
from audiotest.declare.data.tables import TableError
from audiotest.declare.dump import flow
from audiotest.declare.editor import with_schemas
from audiotest.declare.problems import SuiteError
from audiotest.declare.suite import load

NAMES = ("lmms-eval", "lmms_eval")
_LARGEST, _MOST_INCLUDES, _LOOKED_AT = 1_000_000, 10, 200
_COLUMN = re.compile(r"\{\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}\}")
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
_FORMATS = ("json", "csv", "parquet", "text")
_SPLITS = ("test_split", "validation_split", "training_split")
_GENERATION = {"max_new_tokens": "max_new_tokens", "max_gen_toks": "max_new_tokens", "temperature": "temperature",
               "top_p": "top_p", "until": "stop"}  # fmt: skip
_FIELDS = {"question": ("doc_to_text",), "choices": ("doc_to_choice",), "answer": ("doc_to_target",),
           "audio": ("doc_to_audio", "doc_to_visual")}  # fmt: skip


class _Function(str):
    """The name of a Python function, which is not run."""


class _Loader(yaml.SafeLoader):
    """Plain data, and ``!function`` as the name that it is."""


_Loader.add_constructor("!function", lambda loader, node: _Function(node.value))


def migrate(source: Path, target: Path, table: Path | None = None, audio: Path | None = None) -> list[str]:
    """Write the suite of the task at ``source`` into ``target``; ``table`` is a local copy of its data set, ``audio``
    the folder of its sounds. Returns lines that say what was taken over and what was guessed. Raises
    :class:`ImportFailed`."""
    task = _task(source, ())
    name = _UNFIT.sub("-", str(task.get("task") or source.stem)).strip("-.") or "task"
    path = target / "suite.yaml"
    if path.exists():
        raise ImportFailed(f"{path} is there already; import into a folder of its own")
    target.mkdir(parents=True, exist_ok=True)
    data = _source(task, source, target, table)
    roots = [folder for folder in (table and (table if table.is_dir() else table.parent), audio) if folder]
    with allowing(roots):
        fields, notes = _fields(task, data, target)
        if audio is not None:
            link_audio(audio, target / "audio")
        text = "\n".join(_lines(name, task, {**data, "fields": fields}, audio is not None)) + "\n"
        path.write_text(with_schemas(text, target), encoding="utf-8")
        try:
            suite = load(path)
        except SuiteError as error:
            raise ImportFailed(f"{path} does not load yet; mend it by hand:\n{error}") from None
    lines = [f"{suite.name}: {counted(len(suite.cases), 'case')} in {path}", *notes, *_left(task)]
    if suite.invalid:
        lines.append(f"{counted(len(suite.invalid), 'row')} cannot be used; `audiotest validate {path}` lists them")
    return lines


def _task(path: Path, chain: tuple[Path, ...]) -> dict[str, Any]:
    """The task at ``path``, over what it includes. Raises :class:`ImportFailed`."""
    if path.resolve() in chain or len(chain) > _MOST_INCLUDES:
        raise ImportFailed(f"{path} includes itself")
    try:
        content = path.read_bytes()
        if len(content) > _LARGEST:
            raise ImportFailed(f"{path} is no task: it has {len(content):,} bytes")
        task = yaml.load(content, Loader=_Loader)  # noqa: S506 - a safe loader, with one tag that stays a text
    except OSError as error:
        raise ImportFailed(f"cannot read {path}: {error.strerror or error}") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ImportFailed(f"{path} is no YAML that can be read: {error}") from None
    if not isinstance(task, dict):
        raise ImportFailed(f"{path} is no task: it holds no keys")
    if isinstance(task.get("task"), list):
        inner = ", ".join(str(one.get("task") if isinstance(one, dict) else one) for one in task["task"])
        raise ImportFailed(f"{path} is a group of tasks: import one of them ({inner})")
    included = task.pop("include", None)
    if included is None:
        return task
    base = path.parent / str(included)
    if not base.resolve().is_relative_to(path.parent.resolve()):
        raise ImportFailed(f"{path} includes {included}, which is outside its folder; copy it there")
    return {**_task(base, (*chain, path.resolve())), **task}


def _source(task: Mapping[str, Any], path: Path, target: Path, table: Path | None) -> dict[str, Any]:
    """``source`` of the suite's data, with ``config`` and ``split``. A table on this machine is linked to."""
    given, options = str(task.get("dataset_path") or ""), task.get("dataset_kwargs") or {}
    split = next((str(task[key]) for key in _SPLITS if task.get(key)), "")
    files = options.get("data_files") if isinstance(options, dict) else None
    if table is None and given in _FORMATS:
        named = files.get(split) if isinstance(files, dict) else files
        named = named[0] if isinstance(named, list) and len(named) == 1 else named
        if not isinstance(named, str):
            raise ImportFailed(f"{path} names several files of its data set, or none: give one with --table FILE")
        table = next((p for p in (path.parent / named, Path(named)) if p.is_file()), None)
        if table is None:
            raise ImportFailed(f"there is no {named} beside {path}: give it with --table FILE")
    if table is None and given and Path(given).is_dir():
        table = Path(given)
    if table is None:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", given):
            raise ImportFailed(f"{path} has no `dataset_path` of the hub, but {given!r}: give --table FILE")
        config = task.get("dataset_name")
        about = {"config": str(config) if config else "", "split": split}
        return {"source": f"hf://{given}", **{key: value for key, value in about.items() if value}}
    link_audio(table if table.is_dir() else table.parent, target / "data")
    data = {"source": "data" if table.is_dir() else f"data/{table.name}"}
    return {**data, "split": split} if split and table.is_dir() and any(table.rglob(f"*{split}*.parquet")) else data


def _fields(task: Mapping[str, Any], data: dict[str, Any], target: Path) -> tuple[dict[str, Any], list[str]]:
    """``fields`` of the suite, and where each comes from. Raises :class:`ImportFailed`."""
    try:
        sources = find(data, target)
        if sources.revision and not sources.pinned:
            data["source"] = f"{data['source']}@{sources.revision}"
        table = sources.tables[0]
        guessed = guess(table)
        columns = {column for row in islice(table.rows(), _LOOKED_AT) for column in row.values}
    except (TableError, IndexError) as error:
        raise ImportFailed(f"the data set {data['source']} cannot be read: {error}; give a copy with --table") from None
    fields: dict[str, Any] = {}
    notes = []
    for field, keys in _FIELDS.items():
        key = next((key for key in keys if task.get(key) is not None), keys[-1])
        written = _written(field, task.get(key), columns)
        if written is not None:
            fields[field] = written
            notes.append(f"  {field}: {flow(written)}, as {key}")
        elif field in guessed.fields:
            fields[field] = guessed.fields[field]
            why = f"since {key} is the function {task[key]}" if isinstance(task.get(key), _Function) else f"no {key}"
            notes.append(f"  {field}: {flow(fields[field])}, guessed from the columns, {why}: check it")
        else:
            notes.append(f"  {field}: not recognised; see `fields` in the file")
    if "choices" not in fields or "answer" not in fields:
        raise ImportFailed(
            "the task has no options, or no column says which is right: multiple-choice tasks are imported, and "
            "`audiotest new suite --from TABLE` makes a suite of any other table"
        )
    fields.setdefault("question", {"text": "What is heard?"})
    for field in ("id", "tags"):
        if field in guessed.fields and not _used(guessed.fields[field], fields):
            fields[field] = guessed.fields[field]
    if guessed.shuffle:
        data["shuffle_choices"] = True
    return fields, notes


def _written(field: str, given: Any, columns: set[str]) -> Any:
    """A field as the task says it, without code: a column, a template, or options that are the same for all rows."""
    if given is None or isinstance(given, _Function):
        return None
    if field == "choices" and isinstance(given, list):
        return [{"text": str(option)} for option in given]
    if not isinstance(given, str) or not given.strip():
        return None
    match = _COLUMN.fullmatch(given.strip())
    if match is not None:
        return match[1]
    return given if "{{" in given or given in columns else None


def _used(guess: Any, fields: Mapping[str, Any]) -> bool:
    return isinstance(guess, str) and guess in fields.values()


def _lines(name: str, task: Mapping[str, Any], data: Mapping[str, Any], audio: bool) -> Iterator[str]:
    """The suite's file."""
    yield f"suite: {flow(name)}"
    yield f"title: {flow(str(task.get('task_alias') or name))}"
    yield "policy: gates"
    yield from _prompt(task)
    yield "scorers: [choice]"
    yield "conditions:"
    yield "  - original: correct"
    yield "  - text_only: recorded    # the same without the sound: did it need to listen?"
    generation = dict(_generation(task.get("generation_kwargs")))
    if generation:
        yield f"generation: {flow(generation)}"
    if audio:
        yield "audio_root: audio"
    yield "require_audio: false"
    yield "data:"
    for key, value in data.items():
        if key != "fields":
            yield f"  {key}: {flow(value)}"
    yield "  fields:"
    for key, value in data["fields"].items():
        yield f"    {key}: {flow(value)}"


def _prompt(task: Mapping[str, Any]) -> Iterator[str]:
    """The prompt: the question and its options as lmms-eval's tasks write them, between the words that the task puts
    before and after."""
    given = task.get("lmms_eval_specific_kwargs")
    words = given.get("default", given) if isinstance(given, dict) else {}
    words = words if isinstance(words, dict) else {}
    before, after = (str(words.get(key) or "") for key in ("pre_prompt", "post_prompt"))
    if not before and not after:
        yield "prompt: choices_lettered"
        return
    options = "{% for choice in choices %}\n{{ labels[loop.index0] }}. {{ choice }}\n{% endfor %}"
    text = f"{_plain(before)}{{{{ question }}}}\n{options}\n{_plain(after).strip(chr(10))}"
    lines = [line.rstrip() for line in text.splitlines()]
    yield "prompt:"
    # YAML takes the indentation from the first line with text, unless it is given.
    yield "  template: |2-" if next(filter(None, lines)).startswith(" ") else "  template: |-"
    yield from (f"    {line}".rstrip() for line in lines)


def _plain(words: str) -> str:
    """Words of a prompt, of which nothing is a template."""
    return words.replace("{", "{{ '{' }}") if "{" in words else words


def _generation(given: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(given, dict):
        return
    for key, name in _GENERATION.items():
        value = given.get(key)
        if name == "stop":
            stops = [value] if isinstance(value, str) else value
            if isinstance(stops, list) and stops:
                yield name, [str(one) for one in stops]
        elif isinstance(value, int | float) and not isinstance(value, bool) and (name != "top_p" or value < 1):
            yield name, value
    if given.get("do_sample") is False and given.get("temperature"):
        yield "temperature", 0.0


def _left(task: Mapping[str, Any]) -> Iterator[str]:
    """What of the task the suite does not do."""
    metrics = [str(one.get("metric")) for one in task.get("metric_list") or [] if isinstance(one, dict)]
    rule = task.get("process_results")
    if rule or metrics:
        named = f"process_results ({rule})" if rule else f"the metrics {', '.join(metrics)}"
        yield f"  not taken over: {named}; the suite is scored by `choice`"
    if task.get("output_type") == "multiple_choice":
        yield "  the task ranks options by likelihood; `scorers: [loglikelihood]` does that, for models that give it"
    if task.get("process_docs"):
        yield f"  not taken over: process_docs ({task['process_docs']}); `where` in the file chooses rows"
    if task.get("num_fewshot"):
        yield f"  not taken over: {task['num_fewshot']} examples before each question; see `messages`"
