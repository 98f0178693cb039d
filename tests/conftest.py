"""pytester forgets the modules that a test's inner run was the first to import. Libraries that audiotest imports late and
keeps objects of must not come back as other ones, whose exceptions nobody catches; so they are here from the start.

Processes that tests start find the package compiled. How long an example of hypothesis takes is no result."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import jinja2.sandbox  # noqa: F401
import jsonschema  # noqa: F401
import pytest
import referencing  # noqa: F401
import scipy.stats  # noqa: F401
from hypothesis import HealthCheck, settings

import audiotest.predict.sound  # noqa: F401

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


INTERPRETER = sys.executable


@contextmanager
def forking(folder, *more, **settings):
    """A folder with a ``python``, ``pytest`` and ``audiotest`` that have done their imports already, and those of the
    modules ``more`` under environment variables ``settings``; see tests/forked/server.py."""
    here, address = Path(__file__).parent / "forked", folder / "socket"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") or k == "PYTHONPATH"} | settings
    server = subprocess.Popen([INTERPRETER, here / "server.py", address, *more], env=environment, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)  # fmt: skip
    code = (here / "client.py").read_text().replace("@REAL@", INTERPRETER).replace("@SOCKET@", str(address))
    for name in ("python", "pytest", "audiotest"):
        (folder / name).write_text(f"#!{INTERPRETER} -IS\n{code}")
        (folder / name).chmod(0o755)
    try:
        assert server.stdout.readline() == "ready\n"
        yield folder
    finally:
        server.stdin.close()
        server.wait()


@pytest.fixture(scope="session")
def forked(tmp_path_factory):
    """Processes of tests come from here."""
    with forking(tmp_path_factory.mktemp("forked")) as folder:
        yield folder


@pytest.fixture(scope="session")
def forked_with_torch(tmp_path_factory):
    """As ``forked``, for those that load a model of transformers, which reads on import that there is no hub."""
    folder = tmp_path_factory.mktemp("torch")
    with forking(folder, "torch", "transformers", "transformers.generation", HF_HUB_OFFLINE="1"):
        yield folder


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
    """Chromium, in which sounds play without a click."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("no Chromium here")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield running
        running.close()


@pytest.fixture
def own_interpreter(monkeypatch):
    """Processes that have imported nothing before they start, for tests of what is imported."""
    monkeypatch.setattr(sys, "executable", INTERPRETER)


@pytest.fixture
def pytester(pytester, monkeypatch):
    """Inner runs with the plugins that a user of audiotest has; those of a development environment take twice as long
    to load as pytest itself. Tests of guests turn the others on again."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p audiotest -p xdist")
    return pytester
