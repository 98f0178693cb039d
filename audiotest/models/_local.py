"""What models that run in this process need to be installed."""

from __future__ import annotations

from importlib import import_module


def require_local(*packages: str, extra: str = "local", package: str = "") -> None:
    """Raise ValueError, in a sentence, if one of ``packages`` (default: torch and transformers) is not installed;
    ``extra``, or ``package`` where that is no extra's, names what to install."""
    missing = []
    for name in packages or ("torch", "transformers"):
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise  # it is there, and something that it needs is not
            missing.append(name)
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        wanted = package or f"'audiotest[{extra}]'"
        raise ValueError(f"{' and '.join(missing)} {verb} not installed: pip install {wanted}")
