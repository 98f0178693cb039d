"""Makes tests/models/data/comet.json: what unbabel-comet makes of the tiny checkpoints of the tests.

Needs an environment of its own, since the package holds transformers below 5 and numpy below 2:

    pip install unbabel-comet==2.2.7 "setuptools<80"     # torchmetrics 0.10 still imports pkg_resources
    python tools/comet_golden.py tests/models/data/comet.json
"""

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "models"))

import tiny_comet as tiny
from comet.models import load_from_checkpoint


def scores(folder, kind, encoder):
    path = tiny.save(folder, kind, encoder) / "checkpoints" / "model.ckpt"
    model = load_from_checkpoint(str(path), local_files_only=True, strict=True).eval()
    return model.predict(tiny.ROWS, batch_size=8, gpus=0, progress_bar=False, num_workers=0).scores


with tempfile.TemporaryDirectory() as name:
    encoder = tiny.save_encoder(Path(name) / "encoder")
    golden = {kind: scores(Path(name), kind, encoder) for kind in tiny.KINDS}
Path(sys.argv[1]).write_text(json.dumps(golden, indent=1) + "\n")
print(golden)
