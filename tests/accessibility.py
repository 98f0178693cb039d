"""axe over a page in a browser."""

import pytest


def violations(shown):
    """What axe has against a page, in words; "" for nothing. It runs every rule as ever, but describes no element that
    passes one: those descriptions take as long as the rules."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    results = axe.run(shown, options={"resultTypes": ["violations"]})
    return results.generate_report() if results.violations_count else ""
