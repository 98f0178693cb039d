"""What ``--lf`` runs again: of a benchmark its misses, which are no failures to pytest, and not the whole suite for the
sake of a gate that they brought down."""

from __future__ import annotations

from typing import Any

import pytest

from audiotest.options.arguments import GATES
from audiotest.runner.terminal import is_missed


def remember(config: pytest.Config, report: pytest.TestReport) -> None:
    """Note a miss among pytest's last failures, where pytest has taken the report in; a gate is left out while there
    are trials of its suite among them. Where a gate alone failed, its whole suite stands for it."""
    plugin: Any = config.pluginmanager.get_plugin("lfplugin")
    if plugin is None:
        return
    name = getattr(report, "id", report.nodeid)
    if is_missed(report):
        plugin.lastfailed[name] = True
    elif f"::{GATES}::" in report.nodeid and name in plugin.lastfailed:
        suite = report.nodeid.partition(f"::{GATES}::")[0] + "::"
        if any(str(other).startswith(suite) and f"::{GATES}::" not in str(other) for other in plugin.lastfailed):
            del plugin.lastfailed[name]
