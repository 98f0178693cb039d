"""pytester forgets the modules that a test's inner run was the first to import. Libraries that audiotest imports late and
keeps objects of must not come back as other ones, whose exceptions nobody catches; so they are here from the start.

Processes that tests start find the package compiled."""

import os
import sys

import jinja2.sandbox  # noqa: F401
import jsonschema  # noqa: F401
import referencing  # noqa: F401
import scipy.stats  # noqa: F401

if sys.dont_write_bytecode:  # hundreds of processes would compile the package, each for itself
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
