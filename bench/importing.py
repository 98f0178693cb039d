"""Importing a large benchmark, generated here in its release's format: time and peak memory.

``python -m bench.importing``: 25,000 rows of AIR-Bench foundation and 5,305 rows of MMAU-Pro.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from bench.measure import machine, repeat

AIR_BENCH, MMAU_PRO = 25_000, 5_305


def air_bench(path: Path) -> None:
    """Rows of 25 folders in the format of ``Foundation_meta.json``."""
    rows = [
        {"path": f"clip_{i}.wav", "question": f"What can be said of the speaker in recording number {i}?",
         "choice_a": "happy", "choice_b": "sad", "choice_c": "angry", "choice_d": "neutral", "answer_gt": "sad",
         "task_name": "Speaker_Emotion_Recontion", "dataset_name": f"set_{i % 25}", "uniq_id": i}
        for i in range(AIR_BENCH)
    ]  # fmt: skip
    path.write_text(json.dumps(rows))


def mmau_pro(path: Path) -> None:
    """Rows of ten categories in the format of ``test.parquet``."""
    import pyarrow
    from pyarrow import parquet

    rows = [
        {"id": f"{i:08x}", "audio_path": [f"data/{i:08x}.wav"], "question": f"What happens in recording {i}, and why?",
         "answer": "a door closes", "choices": ["a door closes", "a dog barks", "rain falls", "somebody coughs"],
         "category": f"category {i % 10}", "sub-cat": "events", "length_type": "short",
         "perceptual_skills": ["event detection", "temporal order"], "reasoning_skills": ["causal"],
         "transcription": "none " * 20, "task_classification": "closed", "task_identifier": None, "kwargs": None}
        for i in range(MMAU_PRO)
    ]  # fmt: skip
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)


def main() -> None:
    """Print the table."""
    print(f"{machine()}; median of 3 runs, after one that is not counted\n")
    print("| release | rows | wall time (range) | peak MB |\n| --- | ---: | --- | ---: |")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        air_bench(folder / "Foundation_meta.json")
        mmau_pro(folder / "test.parquet")
        command = [sys.executable, "-m", "audiotest.cli", "import"]
        commands = {
            "air_bench_foundation": ([*command, "air_bench_foundation", "Foundation_meta.json", "--into", "f"], folder),
            "mmau_pro": ([*command, "mmau_pro", "test.parquet", "--into", "p"], folder),
        }
        root = str(Path(__file__).resolve().parent.parent)
        figures = repeat(commands, 3, {"AUDIOTEST_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": root})
        for (name, figure), rows in zip(figures.items(), (AIR_BENCH, MMAU_PRO), strict=True):
            print(f"| {name} | {rows:,} | {figure} | {figure.megabytes:.0f} |")


if __name__ == "__main__":
    main()
