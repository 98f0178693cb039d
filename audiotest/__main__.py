"""``python -m audiotest``, where the script is not on the path."""

from audiotest.cli import main

main(prog_name="audiotest")
