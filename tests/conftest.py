"""pytester forgets the modules that a test's inner run was the first to import. Libraries that audiotest imports late and
keeps objects of must not come back as other ones, whose exceptions nobody catches; so they are here from the start.

Processes that tests start find the package compiled. How long an example of hypothesis takes is no result."""

import atexit
import compileall
import gc
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from forked.run_modules import compile_share, import_run_modules, quicken_pytest
from hypothesis import HealthCheck, settings

if sys.dont_write_bytecode:  # hundreds of processes would compile the package, each for itself
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False

# Links that imports make in tests are nothing that the user has allowed.
os.environ["AUDIOTEST_CONFIG_DIR"] = tempfile.mkdtemp(prefix="audiotest-config-")
atexit.register(shutil.rmtree, os.environ["AUDIOTEST_CONFIG_DIR"], ignore_errors=True)

# Tests run beside each other: torch in each on all cores makes all of them slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

os.environ.pop("CI", None)  # with it endpoints are asked again, and no bar is drawn; tests of that set it themselves
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


HERE = Path(__file__).parent
INTERPRETER = sys.executable
KINDS = ("plain", "torch", "workers")


@contextmanager
def forking(folder):
    """Folders with a ``python``, ``pytest`` and ``audiotest`` that have done their imports already: ``plain``, ``torch`` for
    those that load a model of transformers, and ``workers`` for xdist; see tests/forked/server.py."""
    here = HERE / "forked"
    for kind in KINDS:
        (folder / kind).mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") or k == "PYTHONPATH"}
    server = subprocess.Popen([INTERPRETER, here / "server.py", folder], env=environment, stdin=subprocess.PIPE)
    client = (here / "client.py").read_text().replace("@REAL@", INTERPRETER)
    for kind in KINDS:
        for name in ("python", "pytest", "audiotest"):
            command = folder / kind / name
            command.write_text(f"#!{INTERPRETER} -IS\n{client}".replace("@SOCKET@", str(folder / kind / "socket")))
            command.chmod(0o755)
    try:
        yield folder
    finally:
        server.stdin.close()
        server.wait()


def pytest_configure(config):
    """Here, but not in a process that only hands tests to workers, which have to wait for it. Workers come from where
    pytest has been quickened."""
    if hasattr(config, "workerinput"):
        import_run_modules()
        compile_share(config)
    elif not config.getoption("numprocesses", None):
        import_run_modules()
        quicken_pytest()


def pytest_collection_modifyitems(config, items):
    """What `make real` runs, which has to be fetched first, runs by `-m real` alone."""
    kept, real = [], []
    where = str(HERE / "real") + os.sep
    for item in items:
        if str(item.path).startswith(where):
            item.add_marker("real")
            real.append(item)
        else:
            kept.append(item)
    if real and "real" not in config.getoption("markexpr"):
        config.hook.pytest_deselected(items=real)
        items[:] = kept


def pytest_collection_finish():
    """The tests themselves and what they import stay to the end: nothing that the collector need look through again."""
    gc.collect()
    gc.freeze()


FORKING = pytest.StashKey()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config, specs):
    """One set of servers is enough for all workers, which come from it themselves."""
    stack = ExitStack()
    config.add_cleanup(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="audiotest-forked-")))
    servers = stack.enter_context(forking(folder))
    # Meanwhile: processes of tests write no bytecode, so that in a fresh checkout each would compile what it imports. Test
    # modules are compiled by pytest, in its own way.
    for package in ("audiotest", "bench", "tests"):
        compileall.compile_dir(HERE.parent / package, rx=re.compile(r"/test_\w+\.py$"), quiet=1)
    config.stash[FORKING] = wait_for(servers)
    # Nothing: but there is a core to spare now, and none later.
    stack.enter_context(subprocess.Popen([folder / "torch" / "python", "-c", "pass"]))
    for spec in specs:
        if spec.popen and not spec.python:
            spec.python = str(folder / "workers" / "python")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["forking"] = str(node.config.stash[FORKING])


def wait_for(folder):
    for _ in range(6000):
        if (folder / "workers" / "socket").exists():  # the last of them
            return folder
        time.sleep(0.01)
    pytest.fail("the fork servers do not start")


@pytest.fixture(scope="session")
def servers(request, tmp_path_factory):
    workerinput = getattr(request.config, "workerinput", None)
    with ExitStack() as stack:
        folder = Path(workerinput["forking"]) if workerinput else None
        yield folder or wait_for(stack.enter_context(forking(tmp_path_factory.mktemp("forking"))))


@pytest.fixture(scope="session")
def forked(servers):
    """Processes of tests come from here."""
    return servers / "plain"


@pytest.fixture(scope="session")
def forked_with_torch(servers):
    """As ``forked``, for those that load a model of transformers, which reads on import that there is no hub."""
    return servers / "torch"


@pytest.fixture(scope="session", autouse=True)
def processes_are_forked(forked):
    """Whatever a test starts by ``sys.executable``, workers of an inner run too."""
    sys.executable = str(forked / "python")
    yield
    sys.executable = INTERPRETER


@pytest.fixture(scope="session")
def interpreter():
    """The Python that runs the tests."""
    return INTERPRETER


@pytest.fixture(scope="module")
def browser():
    """Chromium, in which sounds play without a click; its headless shell opens a page in a quarter of the time."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        pytest.skip("no Chromium here")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--in-process-gpu", "--autoplay-policy=no-user-gesture-required"],
        )
        yield running
        running.close()


@pytest.fixture
def logged():
    """What is logged, as records: pytest's own `caplog` is turned off in `make test`. For each test it looks six times
    through all loggers, of which there are 500 with torch and transformers: 0.3 ms a test."""
    keeper, root = logging.Handler(), logging.getLogger()
    records = []
    keeper.emit = records.append
    root.addHandler(keeper)
    yield records
    root.removeHandler(keeper)


@pytest.fixture
def own_interpreter(monkeypatch):
    """Processes that have imported nothing before they start, for tests of what is imported."""
    monkeypatch.setattr(sys, "executable", INTERPRETER)


@pytest.fixture
def pytester(pytester, monkeypatch):
    """Inner runs with the plugins that a user of audiotest has; those of a development environment take twice as long
    to load as pytest itself. Tests of guests turn the others on again. Pytest's own for logs is left out, since it looks
    through all loggers with each test."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    # Before 9.1 pytest warns of a plugin that was imported already, which it is in a run inside a test alone.
    quiet = "" if pytest.version_tuple >= (9, 1) else " -W ignore::pytest.PytestAssertRewriteWarning"
    monkeypatch.setenv("PYTEST_ADDOPTS", f"-p audiotest -p xdist -p no:logging{quiet}")
    # A conftest.py that a test writes again within a second, in the same length, would be taken for the compiled one.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return pytester
