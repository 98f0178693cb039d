"""Runs the checks of hf_checks.py on tiny models whose processors import torchvision or torchaudio.

PyPI's torchvision is built for torch with CUDA. Beside a CPU build its compiled operators (which these processors do
not use) are missing, and its import stops where it describes them; so they are declared first."""

import re
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path

import torch


def declare_operators():
    source = Path(find_spec("torchvision").submodule_search_locations[0], "_meta_registrations.py").read_text()
    names = re.findall(r'register_meta\("(\w+)"\)', source) + re.findall(
        r'register_fake\("torchvision::(\w+)"\)', source
    )
    library = torch.library.Library("torchvision", "DEF")
    for name in set(names):
        library.define(f"{name}(Tensor x) -> Tensor")
    return library


def main(folder, *names):
    try:
        import torchvision
    except RuntimeError:
        for module in [m for m in sys.modules if m.startswith("torchvision")]:
            del sys.modules[module]
        kept = declare_operators()  # noqa: F841  (they go away with it)
        import torchvision  # noqa: F401
    for name in names:
        try:
            run(name, Path(folder, name))
        except Exception:
            traceback.print_exc()


def run(name, folder):
    """Prints a line for each check that holds."""
    import hf_checks
    from tiny import BESIDE_PROCESSORS

    from audiotest.models.loading import open_model

    folder.mkdir()
    model = open_model(f"hf:{BESIDE_PROCESSORS[name](folder)}")
    model.load()
    for label, check in vars(hf_checks).items():
        if label.startswith("check_"):
            check(model)
            print(name, label, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
