"""Files that come with audiotest: schemas, model cards, prompts and the listening suite.

In a checkout the schemas and suites are beside the package; a wheel carries them inside it.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder ``schemas`` or ``suites``, wherever this installation has it."""
    inside = PACKAGE / "data" / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def schema_text(name: str) -> str:
    """The content of the schema file ``name``."""
    return (folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")


def cache_dir() -> Path:
    """Where caches go: ``$AUDIOTEST_CACHE_DIR``, else the user's cache folder. Made by who writes there: a suite can be
    read, and a run go on, where nothing can be written."""
    import os

    from platformdirs import user_cache_path

    given = os.environ.get("AUDIOTEST_CACHE_DIR")
    return Path(given) if given else user_cache_path("audiotest", appauthor=False)


def config_dir() -> Path:
    """Where what the user has decided is kept: ``$AUDIOTEST_CONFIG_DIR``, else the user's configuration folder."""
    import os

    from platformdirs import user_config_path

    given = os.environ.get("AUDIOTEST_CONFIG_DIR")
    return Path(given) if given else user_config_path("audiotest", appauthor=False)
