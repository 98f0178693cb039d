"""pytest's side of audiotest: collectors, items, the block scheduler and the state of a session.

Only this package, ``plugin.py`` and ``report/`` know pytest; everything below them runs without it.
"""
