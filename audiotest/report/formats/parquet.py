"""Parquet: the data frame of :meth:`audiotest.runs.Run.to_frame`, a row a trial, for whoever goes on alone."""

from __future__ import annotations

from pathlib import Path

from audiotest.counting import counted
from audiotest.runs import Run, RunError

endings = (".parquet",)


def write(run: Run, target: Path) -> str:
    """Write the trials of ``run`` to ``target``. Returns a line that says what was written.

    Raises OSError, ImportError without pandas (``pip install 'audiotest[frames]'``), and :class:`RunError` without
    pyarrow (``pip install 'audiotest[parquet]'``).
    """
    frame = run.to_frame()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        frame.to_parquet(target, index=False)
    except ImportError:
        raise RunError("Parquet files need pyarrow, which is an extra: pip install 'audiotest[parquet]'") from None
    return f"{target}: {counted(len(frame), 'trial')}"
