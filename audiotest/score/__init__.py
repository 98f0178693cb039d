"""Scorers: (question, reply text) -> verdict. Each module is one, with ``score(question, output, **options)``.

A scorer is a pure function: no files, no clock, no randomness. The same reply has the same verdict
wherever and whenever it is scored, so replies can be scored again without a model. ``check(**options)``, where a module
has it, refuses values (ValueError) as soon as the suite is read. ``VERSION`` (1 where a module has none) is bumped
whenever a scorer judges a reply otherwise than before: runs judged by different ones are not compared.
"""
