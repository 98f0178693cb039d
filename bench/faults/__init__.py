"""Faults on purpose: runs that are killed, two runs at once, and files that are broken at random.

``python -m bench.faults --count 100`` prints a Markdown table: how many were tried, how many came out as a run without
faults does, what was lost and what was asked twice. ``tests/faults`` does the same at a small count.
"""
