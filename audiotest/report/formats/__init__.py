"""The formats of a report, a module each: ``write(run, target)`` and the endings of file names that ask for it."""
