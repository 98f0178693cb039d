"""One HTML file that holds a run: opens from disk, needs no server and no network."""
