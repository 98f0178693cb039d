"""What is here of a checkpoint on a hub, without asking the hub."""

from __future__ import annotations


def in_cache(checkpoint: str, revision: str, name: str) -> str | None:
    """A file of a hub checkpoint that was downloaded before; nothing is fetched for looking at it."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        path = try_to_load_from_cache(checkpoint, name, revision=revision or None)
    except HFValidationError:
        return None
    return path if isinstance(path, str) else None
