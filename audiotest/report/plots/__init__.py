"""Figures of a run, a module each: ``draw(run, **options)`` gives a matplotlib figure."""
