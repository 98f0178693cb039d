"""The command line that audiotest adds to pytest's, without pytest: a table of options, which of them keep their short
names beside other plugins, and the engine's settings that they stand for."""
