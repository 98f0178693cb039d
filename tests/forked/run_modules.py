"""What a run of audiotest comes by: imported once here, and not again by each run inside a test."""

import ast
import importlib.metadata
import pkgutil
import sysconfig
import warnings
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from _pytest._code import code
from _pytest.assertion import rewrite
from _pytest.fixtures import FixtureManager

LIBRARIES = (
    "_pytest.junitxml", "_pytest.pytester", "anyio._backends._asyncio", "asyncio", "av", "click", "execnet.gateway_base", "filelock", "httpcore", "httpx", "jinja2.sandbox",
    "jsonschema", "jsonschema_rs", "mmap", "msgspec.json", "multiprocessing.connection", "numpy.fft", "numpy.polynomial", "pdb",
    "platformdirs", "pytest", "referencing", "rich.columns", "rich.console", "rich.live", "rich.progress", "rich.table",
    "ruamel.yaml", "scipy.optimize", "scipy.signal", "scipy.special", "scipy.stats", "soundfile", "soxr", "sqlite3", "tarfile",
    "yaml",
)  # fmt: skip

ROOMS = ("analyse", "audio", "baseline", "baseline_sources", "cli", "commands", "declare", "grade", "hearing", "options", "plugin", "predict", "report",
         "runner", "runs", "score", "session")  # fmt: skip
"""Not models, most of which import torch, nor what imports libraries that read the environment."""

MODELS = ("audiotest.models._listener.", "audiotest.models._openai.")


def import_run_modules():
    import audiotest

    for name in LIBRARIES:
        import_module(name)
    for module in pkgutil.walk_packages(audiotest.__path__, "audiotest."):
        if (module.name.split(".")[1] in ROOMS and "metrics.rouge" not in module.name) or module.name.startswith(
            MODELS
        ):
            import_module(module.name)
    for name in (
        "benchmarks.archives",
        "benchmarks.importing",
        "models.listener",
        "models.openai",
        "models.random",
        "models.replay",
    ):
        import_module(f"audiotest.{name}")


def quicken_pytest():
    """What each run inside a test would do again, with the same outcome, is done once."""
    keep_entry_points()
    keep_syntax_trees()
    # Looks through all attributes of all plugins for a fixture in the wrong order of decorators, which it would warn of.
    if hasattr(FixtureManager, "_check_for_wrapped_fixture"):
        FixtureManager._check_for_wrapped_fixture = lambda *_: None


def keep_entry_points():
    """pytest looks for each plugin into every installed distribution. Those of this environment do not change while tests
    run; others, which tests make, are read as ever."""
    installed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    kept, read = {}, importlib.metadata.Distribution.entry_points.fget

    def entry_points(distribution):
        path = getattr(distribution, "_path", None)
        if path is None or str(path.parent) not in installed:
            return read(distribution)
        if path not in kept:
            kept[path] = read(distribution)
        return kept[path]

    importlib.metadata.Distribution.entry_points = property(entry_points)


def keep_syntax_trees():
    """Of each frame that a failure shows pytest parses the whole file, which most often is one of its own."""
    find = code.getstatementrange_ast

    @lru_cache(32)
    def parsed(text):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, "source", "exec")

    def found(lineno, source, assertion=False, astnode=None):
        return find(lineno, source, assertion, astnode or parsed(str(source)))

    code.getstatementrange_ast = found


def compile_share(config):
    """Workers collect the same files in the same order, so that in a fresh checkout each would compile every one. Here
    each compiles its share, which the others read."""
    number, count = int(config.workerinput["workerid"].removeprefix("gw")), config.workerinput["workercount"]
    for file in sorted(Path(__file__).parents[1].rglob("test_*.py"))[number::count]:
        compiled = rewrite.get_cache_dir(file) / f"{file.stem}{rewrite.PYC_TAIL}"
        if not compiled.exists() and rewrite.try_makedirs(compiled.parent):
            stat, code_of_file = rewrite._rewrite_test(file, config)
            rewrite._write_pyc(config.stash[rewrite.assertstate_key], code_of_file, stat, compiled)
