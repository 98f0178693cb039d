"""pytester forgets the modules that a test's inner run was the first to import. Libraries that audiotest imports late and
keeps objects of must not come back as other ones, whose exceptions nobody catches; so they are here from the start."""

import jinja2.sandbox  # noqa: F401
import jsonschema  # noqa: F401
import referencing  # noqa: F401
import scipy.stats  # noqa: F401
