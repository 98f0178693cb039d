"""MLflow: a run's figures as metrics, its provenance as parameters, the files of its folder as artifacts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from audiotest.counting import counted
from audiotest.report.exporters import _flat as flat
from audiotest.report.headline import title_of
from audiotest.runs import Run, RunError

T = TypeVar("T")
needs = "audiotest[mlflow]"
_METRICS, _PARAMS, _PARAM_CHARACTERS = 1000, 100, 6000
"""What a request may hold, and a parameter (MLflow's REST API)."""
_RETRIES = "1"
"""MLflow's own number, 7, is minutes of silence where no server answers."""


def send(run: Run, *, project: str = "audiotest", name: str = "", into: Path | None = None) -> str:
    """Send ``run`` to the experiment ``project`` of the server that ``MLFLOW_TRACKING_URI`` names, or into the local
    store in the folder ``into`` (default: ``mlruns``). Returns a line that says where it is.

    Raises :class:`~audiotest.runs.RunError` where the server or the store refuses, and ImportError without MLflow.
    """
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", _RETRIES)
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param
    from mlflow.exceptions import MlflowException

    server = os.environ.get("MLFLOW_TRACKING_URI", "")
    where = (into or Path("mlruns")).absolute().as_uri() if into is not None or not server else server
    try:
        client = MlflowClient(where)
        experiment = client.get_experiment_by_name(project or "audiotest")
        identity = experiment.experiment_id if experiment else client.create_experiment(project or "audiotest")
        sent = client.create_run(identity, run_name=name or title_of(run)).info.run_id
        try:
            now = client.get_run(sent).info.start_time
            for metrics in _parts(flat.figures(run), _METRICS):
                client.log_batch(sent, metrics=[Metric(key, value, now, 0) for key, value in metrics])
            for params in _parts(flat.provenance(run), _PARAMS):
                client.log_batch(sent, params=[Param(flat.plain(k), v[:_PARAM_CHARACTERS]) for k, v in params])
            for file in _files(run):
                client.log_artifact(sent, str(file))
            client.set_terminated(sent)
        except BaseException:
            client.set_terminated(sent, "FAILED")
            raise
    except MlflowException as error:
        if "Max retries exceeded" in str(error):
            raise RunError(
                f"MLflow at {where}: no server answers; start it, name another by MLFLOW_TRACKING_URI, or write a "
                "local store by `--into FOLDER`"
            ) from None
        raise RunError(f"MLflow at {where}: {flat.reason(error)}") from None
    return f"{where}: run {sent} of the experiment {project or 'audiotest'}, {counted(len(run.records), 'trial')}"


def _parts(values: Mapping[str, T], most: int) -> Iterator[list[tuple[str, T]]]:
    pairs = list(values.items())
    yield from (pairs[i : i + most] for i in range(0, len(pairs), most))


def _files(run: Run) -> Iterator[Path]:
    """The files of the run's folder, which is there for as long as they are gone through."""
    with tempfile.TemporaryDirectory() as folder:
        yield from sorted(path for path in run.save(folder).iterdir() if path.is_file())
