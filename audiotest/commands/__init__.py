"""The commands of ``audiotest``, a module each; the module's ``command`` is a click command.

A command imports what it needs when it runs, so that ``audiotest --help`` is quick.
"""
