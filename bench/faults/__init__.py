"""Faults on purpose: runs that are killed or whose disk is full, two runs at once, a server that misbehaves, and
sounds and other files that are broken at random.

``python -m bench.faults --count 100`` prints Markdown tables: how many were tried, how many came out as without faults,
what was lost and what was asked twice. ``tests/faults`` does the same at a small count.
"""
