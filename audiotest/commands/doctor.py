"""``audiotest doctor``: what is installed, what is there, and what is missing for a model."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from audiotest.commands import _completing as completing
from audiotest.commands._saying import say

_NEEDED = ("pytest", "pytest-xdist", "numpy", "soundfile", "av", "soxr", "evaluate", "jsonschema", "ruamel.yaml")
_OPTIONAL = {"torch": "local", "transformers": "local", "accelerate": "local", "ray": "ray"}
_LOCAL = ("hf", "asr", "comet", "embedding", "salmonn")


@click.command("doctor")
@click.option(
    "--model", "spec", metavar="SPEC", shell_complete=completing.models, help="Say what is missing for this model."
)
def command(spec: str | None) -> None:
    """Look at this installation: packages, sound library, GPUs, cache. Exits with 1 if something needed is missing."""
    from audiotest import __version__
    from audiotest.devices import gpu_models, gpus
    from audiotest.resources import cache_dir

    missing = [name for name in _NEEDED if _version(name) is None]
    say(f"audiotest {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    for name in _NEEDED:
        say(f"  {name:<14}{_version(name) or 'MISSING'}")
    for name, extra in _OPTIONAL.items():
        say(f"  {name:<14}{_version(name) or f'not installed (pip install audiotest[{extra}])'}")
    say(f"sound library: {_sound_library()}")
    of_models = f" (of {', '.join(gpu_models())})" if gpu_models() else ""
    say(f"GPUs: {', '.join(gpus()) or 'none that this process may use'}{of_models}")
    cache = cache_dir() / "replies.sqlite"
    size = f"{cache.stat().st_size / 1e6:,.1f} MB" if cache.is_file() else "empty"
    say(f"reply cache: {cache} ({size}; {_room(cache.parent)})")
    if spec:
        missing += _of_model(spec)
    if missing:
        say(f"missing: {', '.join(missing)}")
        sys.exit(1)


def _room(folder: Path) -> str:
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        return "cannot be written: set AUDIOTEST_CACHE_DIR, or name a file with --reply-cache"
    return f"{shutil.disk_usage(there).free / 1e9:,.0f} GB free"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _sound_library() -> str:
    try:
        import soundfile
    except (ImportError, OSError) as error:
        return f"cannot be loaded ({error}); pip install --force-reinstall soundfile"
    return f"libsndfile {soundfile.__libsndfile_version__}, soundfile {soundfile.__version__}"


def _of_model(spec: str) -> list[str]:
    """What is missing for ``spec``; what is known of it is printed."""
    from audiotest.models.loading import ModelError, cards, open_model
    from audiotest.models.weights.sources import PREFIX, is_here

    try:
        model, card = open_model(spec), cards().get(spec)
    except ModelError as error:
        raise click.ClickException(str(error)) from None
    needs = model.needs
    limits = [f"{needs.sample_rate} Hz" if needs.sample_rate else "any rate" if needs.audio else "no sound"]
    limits += [f"up to {needs.max_seconds:g} s a clip"] if needs.max_seconds else []
    limits += [f"at most {needs.clips} clips"] if needs.clips else []
    at_once = f"batches of {model.batch_size}"
    if hasattr(model, "why_batches"):
        at_once = f"at most {model.batch_size} at once, batch by batch unless check-model says that replies make room"
    say(f"{model.name}: takes {', '.join(limits)}; {at_once}")
    if card is not None:
        say(f"  card {card.path}; status {card.status}; licence {card.licence or 'not said'}")
        if card.notes:
            say(f"  {card.notes}")
    adapter = card.adapter if card is not None else spec.partition(":")[0]
    missing = [name for name in ("torch", "transformers") if adapter in _LOCAL and _version(name) is None]
    missing += [name for name in (card.packages if card is not None else ()) if _version(name) is None]
    absent: list[str] = getattr(model, "missing", list)()
    for line in absent:
        say(f"  {line}")
    missing += [line.partition(":")[0] for line in absent]
    checkpoint = getattr(model, "checkpoint", "")
    named = (card.checkpoint or "") if card is not None else spec.partition(":")[2]
    if named.startswith(PREFIX):
        if not is_here(name := named.removeprefix(PREFIX)):
            say(f"  {named}: not here; fetch them with: audiotest weights fetch {name}")
            missing.append(named)
        return missing
    if adapter in _LOCAL and not absent and not Path(checkpoint).is_dir():
        from audiotest.models.hub import in_cache

        revision = getattr(getattr(model, "settings", None), "revision", "")
        here = in_cache(checkpoint, revision, getattr(model, "config_file", "config.json")) is not None
        say(f"  checkpoint {checkpoint}: {'in the hub cache' if here else 'not here; it will be downloaded'}")
    return missing
