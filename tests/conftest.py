"""pytester forgets the modules that a test's inner run was the first to import. Libraries that audiotest imports late and
keeps objects of must not come back as other ones, whose exceptions nobody catches; so they are here from the start.

Processes that tests start find the package compiled. How long an example of hypothesis takes is no result."""

import atexit
import os
import shutil
import sys
import tempfile

import jinja2.sandbox  # noqa: F401
import jsonschema  # noqa: F401
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

os.environ.pop("CI", None)  # with it endpoints are asked again, and no bar is drawn; tests of that set it themselves
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
