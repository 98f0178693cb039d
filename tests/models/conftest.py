"""Failed checks of hf_checks.py are told as those of tests are."""

import pytest

pytest.register_assert_rewrite("hf_checks")
