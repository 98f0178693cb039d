"""``audiotest serve``: the runs below a folder as pages, for one person on this machine. Nothing is written, nothing
is asked of a model, and no address names a file: it names a run by its id, and a sound by its key within that run."""
