"""From records to figures: metrics with intervals, gates, the summary of a run. Pure functions, no I/O."""
