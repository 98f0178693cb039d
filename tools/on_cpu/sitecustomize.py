"""Lets official code that was written for a GPU run on a CPU, so that its bridge can be tried with tiny weights.

Put this folder on PYTHONPATH of the process that runs the bridge (and of `tools/tiny_weights.py`). Moving to a GPU does
nothing then, and half precision is single precision. Nothing else is changed.
"""

import torch

torch.float16 = torch.half = torch.float32


def _unmoved(self, *_, **__):
    return self


def _on_cpu(place):
    on_gpu = (isinstance(place, str) and place.startswith("cuda")) or (
        isinstance(place, torch.device) and place.type == "cuda"
    )
    return torch.device("cpu") if on_gpu else place


def _to(whole):
    def to(self, *places, **named):
        return whole(self, *map(_on_cpu, places), **{name: _on_cpu(place) for name, place in named.items()})

    return to


for kind in (torch.Tensor, torch.nn.Module):
    kind.cuda = _unmoved
    kind.half = kind.float
    kind.to = _to(kind.to)
torch.cuda.current_device = lambda: torch.device("cpu")
_load = torch.load


def _loaded(*arguments, **named):
    return _load(*arguments, **dict(named, map_location="cpu"))


torch.load = _loaded
