"""The bench for the day on which there is a GPU runs to its end without one."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
from bench import gpu


@pytest.mark.parametrize(
    ("shape", "questions", "kinds"),
    [("qwen2_audio", ["1", "8"], gpu.REPLIES), ("audio_flamingo_3", ["8"], ["32"]), ("salmonn", ["8"], ["32"])],
)
def test_every_way_is_measured_for_every_number_of_questions_and_kind_of_reply(shape, questions, kinds, capsys):
    gpu.main(["--tiny", "--requests", "6", "--shape", shape, "--questions", *questions, "--replies", *kinds])
    rows = [
        line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines() if line[:3].strip("| ").isdigit()
    ]
    ways = ["plain loop", "batches", "shared prefixes", "continuous"]
    assert [row[:3] for row in rows] == [[many, kind, way] for many in questions for kind in kinds for way in ways]
    assert all(float(row[3]) > 0 and 0 < float(row[8].rstrip("%")) < 100 for row in rows)
    for batches, slots in zip(rows[1::4], rows[3::4], strict=True):
        if batches[6]:
            assert float(slots[6].rstrip("%")) >= float(batches[6].rstrip("%"))
