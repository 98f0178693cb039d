"""What a SALMONN is opened with, and where its five files are published."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

TEMPLATE = "USER: <Speech><SpeechHere></Speech> {prompt}\nASSISTANT:"


class Settings(Struct, frozen=True):
    """See :mod:`audiotest.models.salmonn` for what each means."""

    file: str = "salmonn_v1.pth"
    revision: str = ""
    llm: str = "lmsys/vicuna-13b-v1.1"
    whisper: str = "openai/whisper-large-v2"
    beats: str = ""
    lora_alpha: float = 32.0
    qformer_heads: int = 12
    window: int = 17
    template: str = TEMPLATE
    num_beams: int = 1
    dtype: str = "auto"
    device: str = "auto"
    batch_size: int = 32
    memory: float = 0.0
    shared: bool = True
    continuous: bool = True
    refill: int = 0


PUBLISHED = {
    "file": "SALMONN's own weights: salmonn_v1.pth at https://huggingface.co/tsinghua-ee/SALMONN (13B), "
    "salmonn_7b_v0.pth at https://huggingface.co/tsinghua-ee/SALMONN-7B",
    "llm": "Vicuna: https://huggingface.co/lmsys/vicuna-13b-v1.1 for the 13B, "
    "https://huggingface.co/lmsys/vicuna-7b-v1.5 for the 7B",
    "whisper": "Whisper large-v2: https://huggingface.co/openai/whisper-large-v2",
    "beats": "BEATs, Fine-tuned BEATs_iter3+ (AS2M) (cpt2), a .pt file: linked from "
    "https://github.com/microsoft/unilm/tree/master/beats",
}


def missing(checkpoint: str, settings: Settings) -> list[str]:
    """A line for each part that is not here and that no hub can give: what it is, where it is published, and the
    option that names it. Nothing is downloaded."""
    lines = []
    for option in ("file", "llm", "whisper", "beats"):
        named = str(getattr(settings, option)) if option != "file" else checkpoint
        if not _there(option, named, settings):
            problem = f"{named!r} is not there" if named else "not given"
            how = "--model salmonn:FILE" if option == "file" else f"--model-option {option}=PATH"
            lines.append(f"{option}: {problem}; name it with {how}. {PUBLISHED[option]}")
    return lines


def _there(option: str, named: str, settings: Settings) -> bool:
    path = Path(named)
    if option == "beats":
        return bool(named) and path.is_file()
    if option == "file":
        return path.is_file() or (path / settings.file).is_file() or _hub_name(named)
    return (path / "config.json").is_file() or _hub_name(named)


def _hub_name(named: str) -> bool:
    """Whether ``named`` may be ORG/NAME on the hub: then its absence shows when it is loaded."""
    return named.count("/") == 1 and not named.startswith((".", "/", "~")) and not Path(named).exists()
